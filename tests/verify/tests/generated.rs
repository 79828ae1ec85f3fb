//! Documents generated from the schema, of every type, survive decoding and encoding.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use qix_codegen::companion::Companion;
use qix_codegen::model::{IntFormat, Kind, Model, TypeRef};
use qix_verify::Verifier;
use serde_json::{Map, Value, json};

/// Generates values from bytes, so that failures shrink to small documents.
struct Maker<'a> {
    model: &'a Model,
    extended: &'a BTreeSet<String>,
    bytes: std::slice::Iter<'a, u8>,
}

impl Maker<'_> {
    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_default()
    }

    fn value(&mut self, ty: &TypeRef, depth: usize) -> Value {
        match ty {
            TypeRef::String => json!(["", "a", "ü\"\\\n", "$", "NaN"][usize::from(self.byte()) % 5]),
            TypeRef::Boolean => json!(self.byte().is_multiple_of(2)),
            TypeRef::Number { .. } => [
                json!(0),
                json!(-0.0),
                json!("NaN"),
                json!("Infinity"),
                json!("-Infinity"),
                json!(0.1),
                json!(1e300),
                json!(-7),
            ][usize::from(self.byte()) % 8]
                .clone(),
            TypeRef::Integer(format) => {
                let top = match format {
                    IntFormat::Int8 => i64::from(i8::MAX),
                    IntFormat::Int16 | IntFormat::Byte => i64::from(i16::MAX),
                    IntFormat::Int32 => i64::from(i32::MAX),
                    IntFormat::Int64 | IntFormat::Unstated => i64::MAX,
                    IntFormat::Uint8 => i64::from(u8::MAX),
                    IntFormat::Uint16 => i64::from(u16::MAX),
                    IntFormat::Uint32 => i64::from(u32::MAX),
                    IntFormat::Uint64 => i64::MAX,
                };
                use IntFormat::{Uint8, Uint16, Uint32, Uint64};
                let unsigned = matches!(format, Uint8 | Uint16 | Uint32 | Uint64);
                let value = [0, 1, -1, -4, top, -top][usize::from(self.byte()) % 6];
                json!(if unsigned { value.abs() } else { value })
            }
            TypeRef::List(items) => {
                let length = if depth == 0 { 0 } else { usize::from(self.byte()) % 3 };
                (0..length).map(|_| self.value(items, depth - 1)).collect()
            }
            TypeRef::Named(name) => self.named(name, depth),
        }
    }

    fn named(&mut self, name: &str, depth: usize) -> Value {
        match &self.model.types[name].kind {
            Kind::Struct { members, dynamic } => {
                let mut object = Map::new();
                let all = members.iter().map(|m| (&m.name, &m.ty)).chain(dynamic.iter().map(|m| (&m.name, &m.ty)));
                for (member, ty) in all {
                    match self.byte() % 4 {
                        0 if depth > 0 => drop(object.insert(member.clone(), self.value(ty, depth - 1))),
                        1 if self.byte().is_multiple_of(16) => drop(object.insert(member.clone(), Value::Null)),
                        _ => {}
                    }
                }
                if self.extended.contains(name) && self.byte().is_multiple_of(4) {
                    object.insert("mine".to_owned(), json!({"a": [1, 2.50, null, {"b": "c"}]}));
                }
                Value::Object(object)
            }
            Kind::Open => [json!({}), json!({"a": 1}), json!([1]), json!("text")][usize::from(self.byte()) % 4].clone(),
            Kind::Array { items } => self.value(&TypeRef::List(Box::new(items.clone())), depth),
            Kind::Text { .. } => json!("AAEC"),
            Kind::Enum { values } => {
                let value = &values[usize::from(self.byte()) % values.len()];
                match self.byte() % 5 {
                    0 => json!(value.number),
                    1 => json!(value.long.as_ref().unwrap_or(&value.title)),
                    2 => json!("A_VALUE_OF_TOMORROW"),
                    _ => json!(value.title),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_document_of_any_type_means_the_same(index in 0_usize..333, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (model, companion, verifier) = &*FACTS;
        let name = model.types.keys().nth(index).unwrap();
        let mut maker = Maker { model, extended: &companion.extended, bytes: bytes.iter() };
        let document = maker.named(name, 6).to_string();
        let report = verifier.document(&document, name).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(report.is_lossless(), "{name}: {document}\n{report}");
    }
}

static FACTS: LazyLock<(Model, Companion, Verifier)> = LazyLock::new(|| {
    let model = qix_codegen::snapshot::read(qix_schema::SNAPSHOT).unwrap();
    (model, Companion::read(qix_schema::COMPANION).unwrap(), Verifier::new())
});
