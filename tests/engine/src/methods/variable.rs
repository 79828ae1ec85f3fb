//! Methods of variables.

use super::object::{apply_patches, get_layout, info, properties, set_properties};
use super::{Answer, Call, Methods, done, one};
use crate::error::{Result, code};
use crate::protocol::failure::failure;
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("GenericVariable.GetLayout", get_layout),
    ("GenericVariable.GetProperties", properties),
    ("GenericVariable.SetProperties", |call| {
        let variable = call.entity()?;
        if variable.details.from_script {
            return Err(failure(code::ACCESS_DENIED, &*variable.id));
        }
        set_properties(call)
    }),
    ("GenericVariable.ApplyPatches", apply_patches),
    ("GenericVariable.GetInfo", info),
    ("GenericVariable.GetRawContent", |call| {
        one("qReturn", call.entity()?.properties["qDefinition"].as_str().unwrap_or_default())
    }),
    ("GenericVariable.SetStringValue", |call| {
        let text = call.params.text("qVal").to_owned();
        set(call, text, None)
    }),
    ("GenericVariable.SetNumValue", |call| {
        let number = number(call.params.value("qVal"));
        set(call, number.map_or_else(String::new, |number| number.to_string()), number)
    }),
    ("GenericVariable.SetDualValue", |call| {
        let (text, number) = (call.params.text("qText").to_owned(), number(call.params.value("qNum")));
        set(call, text, number)
    }),
];

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn set(call: &mut Call<'_>, text: String, number: Option<f64>) -> Result<Answer> {
    let id = call.target_id()?;
    call.change_entity(&id, |variable| {
        variable.properties["qDefinition"] = json!(text);
        variable.details.number = number;
        Ok(())
    })?;
    done()
}
