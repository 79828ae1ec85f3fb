//! Dimensions and measures of a cube after their calculation.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Context;
use super::definition::DimensionDef;
use super::formula::{Formula, RowFormula};
use super::group::{Grouping, Groups, Keys};
use super::join::Walk;
use super::limit::{COLLAPSED, OTHERS};
use crate::data::{NULL, Symbols};
use crate::error::Result;
use crate::selection::{Live, Pick, ValueState};
use crate::value::Dual;

/// A value of a dimension.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) value: Dual,
    pub(super) text: Arc<str>,
    pub(super) state: ValueState,
}

/// What a dimension groups by: a field, or an expression. The error is the engine's code.
pub(super) fn grouping(definition: &DimensionDef, context: &Context<'_>) -> std::result::Result<Grouping, i32> {
    if let Some(error) = definition.error {
        return Err(error);
    }
    let text = definition.field().trim();
    let name = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .filter(|name| !name.contains(']'))
        .unwrap_or(text);
    let name =
        name.strip_prefix('=').map(str::trim).filter(|name| context.data.field_number(name).is_some()).unwrap_or(name);
    if let Some(field) = context.data.field_number(name) {
        return Ok(Grouping::Field(field));
    }
    let invalid = crate::error::code::INVALID_DEFINITION;
    if text.is_empty() {
        return Err(invalid);
    }
    // The engine accepts the name of an unknown field: the dimension is null in every row.
    let is_name = !text.starts_with('=') && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.'));
    let text = if is_name { "Null()" } else { text };
    let formula = RowFormula::new(text, context).map_err(|_| invalid)?;
    match formula.tree {
        crate::expression::Expression::Slot(0) if formula.inner.tables.is_empty() => {
            Ok(Grouping::Field(formula.inner.fields[0]))
        }
        _ => Ok(Grouping::Computed { formula, values: RefCell::default() }),
    }
}

/// A calculated dimension.
#[derive(Debug)]
pub(super) struct Dimension {
    pub(super) definition: DimensionDef,
    pub(super) values: Vec<Shown>,
    /// Position of each value in the dimension's order.
    pub(super) ranks: Vec<usize>,
    /// The field that selections apply to, and its values for each value of the dimension.
    target: Option<(String, Option<Vec<Vec<usize>>>)>,
    pub(super) states: Vec<ValueState>,
    pub(super) field: Option<usize>,
    /// Values of attribute expressions by value of the dimension.
    pub(super) attributes: Vec<HashMap<u32, Dual>>,
    /// Values of attribute dimensions by value of the dimension.
    pub(super) attribute_dimensions: Vec<AttributeDimension>,
    pub(super) null_text: String,
    pub(super) others_text: String,
}

/// What calculations of one cube or list share.
pub(super) struct Ground<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) state: &'a str,
    pub(super) live: &'a Live,
}

impl Dimension {
    /// Finishes a dimension after all groups are known, because only then are all values of an expression known.
    pub(super) fn new(definition: DimensionDef, grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<Self> {
        let context = ground.context;
        let (field, states, target) = match grouping {
            Grouping::Field(field) => {
                let states = context.selections.value_states(context.data, ground.live, ground.state, *field);
                (Some(*field), states, Some((context.data.fields[*field].name.to_string(), None)))
            }
            Grouping::Computed { formula, values } => behind(formula, &values.borrow(), ground)?,
        };
        let all: Vec<Dual> = match grouping {
            Grouping::Field(field) => context.data.fields[*field].symbols.values().to_vec(),
            Grouping::Computed { values, .. } => values.borrow().values().to_vec(),
        };
        let values: Vec<Shown> = all
            .into_iter()
            .enumerate()
            .map(|(at, value)| Shown {
                text: match &definition.format {
                    Some(format) => super::format::shown(&value, Some(format), &context.settings).into(),
                    None => value.to_text(),
                },
                value,
                state: states.get(at).copied().unwrap_or(ValueState::Optional),
            })
            .collect();
        let mut dimension = Self {
            definition,
            values,
            ranks: Vec::new(),
            target,
            states,
            field,
            attributes: Vec::new(),
            attribute_dimensions: Vec::new(),
            null_text: "-".into(),
            others_text: String::new(),
        };
        dimension.others_text = match super::evaluate_string(&dimension.definition.other_label, context) {
            text if text.is_empty() => "Others".into(),
            text => text,
        };
        dimension.ranks = super::sort::ranks(&dimension, grouping, ground)?;
        Ok(dimension)
    }

    /// Calculates attribute expressions for the dimension's values.
    pub(super) fn calculate_attributes(&mut self, grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<()> {
        for attribute in &self.definition.attributes {
            let text = attribute_expression(attribute, ground.context);
            self.attributes.push(by_value(&text, grouping, ground)?);
        }
        for attribute in &self.definition.attribute_dimensions {
            self.attribute_dimensions.push(AttributeDimension::new(attribute, grouping, ground)?);
        }
        Ok(())
    }

    /// Adds attribute expressions and attribute dimensions to the cell of a value.
    pub(super) fn put_attributes(&self, cell: &mut Value, element: u32, settings: &crate::value::Settings) {
        if !self.attributes.is_empty() {
            let values = self.attributes.iter().map(|values| values.get(&element));
            cell["qAttrExps"] = attribute_values(&self.definition.attributes, values, settings);
        }
        if !self.attribute_dimensions.is_empty() {
            let values: Vec<Value> = self
                .attribute_dimensions
                .iter()
                .map(|attribute| match attribute.values.get(&element) {
                    Some((element, text)) => json!({ "qText": text, "qElemNo": element }),
                    None => json!({ "qElemNo": -2 }),
                })
                .collect();
            cell["qAttrDims"] = json!({ "qValues": values });
        }
    }

    /// A value by its element number; `None` for null, others and fillers.
    pub(super) fn value(&self, element: u32) -> Option<&Shown> {
        self.values.get(element as usize)
    }

    /// The text of a value or of null.
    pub(super) fn text(&self, element: u32) -> &str {
        match element {
            OTHERS => &self.others_text,
            COLLAPSED => "",
            element => self.value(element).map_or(&self.null_text, |shown| &shown.text),
        }
    }

    /// Position of a value in the dimension's order; null comes last.
    pub(super) fn rank(&self, element: u32) -> usize {
        self.ranks.get(element as usize).copied().unwrap_or(usize::MAX)
    }

    /// Name of the field that selections apply to.
    pub(super) fn target(&self) -> Option<&str> {
        self.target.as_ref().map(|(field, _)| field.as_str())
    }

    /// The selection for values of this dimension.
    pub(super) fn pick(&self, elements: impl Iterator<Item = i64>) -> Option<Pick> {
        let (field, behind) = self.target.as_ref()?;
        let own = elements.filter_map(|element| usize::try_from(element).ok());
        let elements = match behind {
            None => own.collect(),
            Some(behind) => own.filter_map(|element| behind.get(element)).flatten().copied().collect(),
        };
        Some(Pick { field: field.clone(), elements })
    }
}

/// An attribute dimension.
#[derive(Debug)]
pub(super) struct AttributeDimension {
    /// The first of its values for each value of the dimension.
    values: HashMap<u32, (u32, String)>,
    pub(super) info: Value,
}

impl AttributeDimension {
    fn new(definition: &Value, grouping_of: &Grouping, ground: &Ground<'_, '_>) -> Result<Self> {
        let context = ground.context;
        let text = super::definition::text(definition, "qDef");
        let inline = json!({ "qDef": { "qFieldDefs": [text] }, "qLibraryId": super::definition::text(definition, "qLibraryId") });
        let own = DimensionDef::of(&inline, context);
        let title = own.fallback_title(context);
        let mut info = json!({ "qCardinal": 0, "qSize": { "qcx": 0, "qcy": 0 }, "qFallbackTitle": title });
        let mut values: HashMap<u32, (u32, String)> = HashMap::new();
        match grouping(&own, context) {
            Err(error) => info["qError"] = json!({ "qErrorCode": error }),
            Ok(attribute) => {
                let calculated = matches!(attribute, Grouping::Computed { .. });
                let dimension = match grouping_of {
                    Grouping::Field(field) => Grouping::Field(*field),
                    Grouping::Computed { formula, values } => {
                        Grouping::Computed { formula: formula.clone(), values: values.clone() }
                    }
                };
                let groupings = [dimension, attribute];
                let groups = Groups::new(&groupings, &[], &[], ground.live, ground.state, context)?;
                let text_of = |element: u32| groupings[1].text(element, context);
                let mut keys = groups.keys;
                keys.sort_unstable();
                let mut seen = std::collections::HashSet::new();
                for key in keys.into_iter().filter(|key| key[1] != NULL) {
                    seen.insert(key[1]);
                    values.entry(key[0]).or_insert_with(|| (key[1], text_of(key[1])));
                }
                info["qCardinal"] = seen.len().into();
                info["qSize"] = json!({ "qcx": 1, "qcy": seen.len() });
                if calculated {
                    info["qIsCalculated"] = true.into();
                }
            }
        }
        Ok(Self { values, info })
    }
}

type Behind = (Option<usize>, Vec<ValueState>, Option<(String, Option<Vec<Vec<usize>>>)>);

/// The field's values for each value of an expression, and their states, if the expression uses one field only.
fn behind(formula: &RowFormula, values: &Symbols, ground: &Ground<'_, '_>) -> Result<Behind> {
    let context = ground.context;
    let [field] = formula.inner.fields.as_slice() else {
        return Ok((None, vec![ValueState::Optional; values.len()], None));
    };
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); values.len()];
    let state_of = context.selections.value_states(context.data, ground.live, ground.state, *field);
    let mut states: Vec<Option<ValueState>> = vec![None; values.len()];
    // A second grouping also numbers values that are not possible currently; known ones keep their numbers.
    let all = Grouping::Computed { formula: formula.clone(), values: RefCell::new(values.clone()) };
    let groupings = [all];
    let keys = Keys::new(&groupings, ground.live, ground.state, context)?;
    for (element, state) in state_of.into_iter().enumerate() {
        let key = keys.of(&[element as u32], context)[0];
        if let Some(list) = behind.get_mut(key as usize) {
            list.push(element);
            let known = &mut states[key as usize];
            *known = Some(known.map_or(state, |known| known.min(state)));
        }
    }
    let states = states.into_iter().map(|state| state.unwrap_or(ValueState::Optional)).collect();
    Ok((None, states, Some((context.data.fields[*field].name.to_string(), Some(behind)))))
}

/// The text of an attribute expression, which may be a master measure.
pub(super) fn attribute_expression(attribute: &Value, context: &Context<'_>) -> String {
    let id = super::definition::text(attribute, "qLibraryId");
    if !id.is_empty()
        && let Some(item) = context.library.measure(id)
        && let Some(measure) = item.get("qMeasure")
    {
        return super::definition::text(measure, "qDef").to_owned();
    }
    super::definition::text(attribute, "qExpression").to_owned()
}

/// The value of an expression for each value of a dimension.
pub(super) fn by_value(text: &str, grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<HashMap<u32, Dual>> {
    let context = ground.context;
    let Ok(formula) = Formula::new(text, context) else { return Ok(HashMap::new()) };
    let groupings = std::slice::from_ref(grouping);
    let groups = Groups::new(groupings, &[&formula], &[vec![true]], ground.live, ground.state, context)?;
    let values = super::around::by_row(&groups, &formula, groups.keys.clone(), &[], context)?;
    Ok(values.into_iter().map(|(key, value)| (key[0], value)).collect())
}

/// The frequency of each value of a dimension in its own table.
pub(super) fn frequencies(grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<HashMap<u32, u64>> {
    let context = ground.context;
    let groupings = std::slice::from_ref(grouping);
    let keys = Keys::new(groupings, ground.live, ground.state, context)?;
    let mut counts: HashMap<u32, u64> = HashMap::new();
    let walk = Walk::new(context.data, ground.live, &keys.fields, &[]);
    walk.run(context, &mut |_, codes| {
        *counts.entry(keys.of(codes, context)[0]).or_default() += 1;
        Ok(())
    })?;
    counts.remove(&NULL);
    Ok(counts)
}

/// `NxAttrExprInfo` of attribute expressions, from their values.
pub(super) fn attribute_infos(definitions: &[Value], values: &[Vec<&Dual>], context: &Context<'_>) -> Vec<Value> {
    definitions
        .iter()
        .zip(values)
        .map(|(definition, values)| {
            let numbers = || values.iter().filter_map(|value| value.as_number().map(|number| (number, *value)));
            let smallest = numbers().min_by(|(a, _), (b, _)| a.total_cmp(b));
            let largest = numbers().max_by(|(a, _), (b, _)| a.total_cmp(b));
            let wire = |bound: Option<(f64, _)>| crate::value::wire_number(bound.map_or(f64::NAN, |(number, _)| number));
            let text = super::definition::text;
            let label = text(definition, "qLabelExpression");
            let title = if label.is_empty() { text(definition, "qLabel") } else { label };
            let title = match super::evaluate_string(&title.into(), context) {
                title if title.is_empty() => attribute_expression(definition, context),
                title => title,
            };
            let asked = definition.get("qNumFormat").filter(|format| !matches!(text(format, "qType"), "" | "U"));
            let mut info = json!({
                "qMin": wire(smallest),
                "qMax": wire(largest),
                "qFallbackTitle": title,
                "qNumFormat": asked.cloned().unwrap_or_else(|| super::format::suggested(values.iter().copied(), &context.settings)),
            });
            if asked.is_none() {
                info["qIsAutoFormat"] = true.into();
            }
            for (name, bound) in [("qMinText", smallest), ("qMaxText", largest)] {
                if let Some((_, value)) = bound {
                    info[name] = super::format::shown(value, asked, &context.settings).into();
                }
            }
            for (name, value) in super::definition::own_members(Some(definition)) {
                info[name] = value;
            }
            info
        })
        .collect()
}

/// `qAttrExps` of a cell.
pub(super) fn attribute_values<'v>(
    definitions: &[Value],
    values: impl Iterator<Item = Option<&'v Dual>>,
    settings: &crate::value::Settings,
) -> Value {
    let cells: Vec<Value> = definitions
        .iter()
        .zip(values)
        .map(|(definition, value)| match value {
            None | Some(Dual::Null) => json!({ "qNum": "NaN" }),
            Some(value) => {
                let format = definition
                    .get("qNumFormat")
                    .filter(|format| !matches!(super::definition::text(format, "qType"), "" | "U"));
                super::format::cell(
                    json!({ "qText": super::format::shown(value, format, settings), "qNum": value.wire_number() }),
                )
            }
        })
        .collect();
    json!({ "qValues": cells })
}
