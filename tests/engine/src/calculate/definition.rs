//! Definitions of cubes and lists, with master items resolved.

use serde_json::{Map, Value};

use super::Context;
use crate::error::code;

/// How the rows of a cube are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Straight,
    Pivot,
    Stacked,
    Tree,
    /// Known to the protocol but not calculated here.
    Other,
}

impl Mode {
    pub(super) fn of(definition: &Value) -> Self {
        match definition.get("qMode") {
            None | Some(Value::Null) => Self::Straight,
            Some(Value::String(name)) => match enum_name(name) {
                "" | "S" | "DATA_MODE_STRAIGHT" => Self::Straight,
                "P" | "DATA_MODE_PIVOT" => Self::Pivot,
                "K" | "DATA_MODE_PIVOT_STACK" => Self::Stacked,
                "T" | "DATA_MODE_TREE" => Self::Tree,
                _ => Self::Other,
            },
            Some(number) => match number.as_i64() {
                Some(0) => Self::Straight,
                Some(1) => Self::Pivot,
                Some(2) => Self::Stacked,
                Some(3) => Self::Tree,
                _ => Self::Other,
            },
        }
    }

    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Straight | Self::Other => "S",
            Self::Pivot => "P",
            Self::Stacked => "K",
            Self::Tree => "T",
        }
    }
}

/// The long name of an enum value; some clients prefix it with `EQ_`.
pub(super) fn enum_name(name: &str) -> &str {
    name.strip_prefix("EQ_").unwrap_or(name)
}

/// A string member; empty if it is absent.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A bool member; defaults to `false`.
pub(super) fn truth(value: &Value, member: &str) -> bool {
    value.get(member).and_then(Value::as_bool).unwrap_or(false)
}

/// An integer member, or a default.
pub(super) fn whole(value: &Value, member: &str, otherwise: i64) -> i64 {
    value
        .get(member)
        .and_then(|number| number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)))
        .unwrap_or(otherwise)
}

/// A list member; empty if it is absent.
pub(super) fn list<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Custom members, which apps keep in definitions and expect in layouts.
pub(super) fn own_members(value: Option<&Value>) -> Map<String, Value> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.filter(|(name, _)| !is_engines(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_engines(name: &str) -> bool {
    name.strip_prefix('q')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == 'c' || c == 'v' || c == 'n'))
}

/// How values are sorted: 1 ascending, -1 descending, 0 not by this criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sorting {
    pub(super) state: i64,
    pub(super) frequency: i64,
    pub(super) numeric: i64,
    pub(super) text: i64,
    pub(super) load_order: i64,
    pub(super) expression: i64,
    pub(super) by: String,
}

impl Sorting {
    pub(super) fn of(criteria: Option<&Value>) -> Self {
        let Some(criteria) = criteria else { return Self::default() };
        Self {
            state: whole(criteria, "qSortByState", 0),
            frequency: whole(criteria, "qSortByFrequency", 0),
            numeric: whole(criteria, "qSortByNumeric", 0),
            text: whole(criteria, "qSortByAscii", 0),
            load_order: whole(criteria, "qSortByLoadOrder", 0),
            expression: whole(criteria, "qSortByExpression", 0),
            by: criteria.get("qExpression").map(|by| text(by, "qv")).unwrap_or_default().to_owned(),
        }
    }

    /// `qSortIndicator`: by the first criterion that is set.
    pub(super) fn indicator(&self) -> &'static str {
        let criteria = [self.state, self.expression, self.frequency, self.numeric, self.text, self.load_order];
        match criteria.into_iter().find(|criterion| *criterion != 0) {
            Some(1..) => "A",
            Some(_) => "D",
            None => "N",
        }
    }
}

/// A dimension of a cube, or that of a list.
#[derive(Debug, Clone)]
pub(super) struct DimensionDef {
    /// Definitions of its group's fields.
    pub(super) fields: Vec<String>,
    pub(super) labels: Vec<String>,
    /// The active field of the group.
    pub(super) active: usize,
    pub(super) label_expression: String,
    pub(super) title: String,
    pub(super) grouping: String,
    pub(super) sorting: Sorting,
    pub(super) reverse: bool,
    pub(super) format: Option<Value>,
    pub(super) library_id: String,
    pub(super) null_suppression: bool,
    pub(super) show_total: bool,
    pub(super) total_label: Value,
    pub(super) other_label: Value,
    pub(super) others: Value,
    pub(super) attributes: Vec<Value>,
    pub(super) attribute_dimensions: Vec<Value>,
    pub(super) condition: Condition,
    pub(super) extra: Map<String, Value>,
    /// The error code if it cannot be calculated.
    pub(super) error: Option<i32>,
}

/// A measure of a cube.
#[derive(Debug, Clone)]
pub(super) struct MeasureDef {
    pub(super) expression: String,
    pub(super) label: String,
    pub(super) label_expression: String,
    pub(super) sorting: Sorting,
    pub(super) reverse: bool,
    pub(super) format: Option<Value>,
    pub(super) total: Total,
    pub(super) library_id: String,
    pub(super) attributes: Vec<Value>,
    pub(super) condition: Condition,
    pub(super) extra: Map<String, Value>,
    pub(super) error: Option<i32>,
}

/// How the grand total of a measure in a straight cube is calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// By the expression, over all data.
    Expression,
    /// Not at all.
    Nothing,
    /// From the rows.
    Sum,
    Min,
    Max,
    Average,
}

impl Total {
    /// Reads an `NxInlineMeasureDef`.
    fn of(inline: &Value) -> Self {
        match text(inline, "qAggrFunc") {
            "None" => Self::Nothing,
            "Sum" => Self::Sum,
            "Min" => Self::Min,
            "Max" => Self::Max,
            "Avg" => Self::Average,
            _ if truth(inline, "qBrutalSum") => Self::Sum,
            _ => Self::Expression,
        }
    }

    /// The total of the numbers in rows.
    pub(super) fn of_rows(self, numbers: &[f64]) -> Option<f64> {
        let sum = || numbers.iter().sum::<f64>();
        match self {
            _ if numbers.is_empty() => None,
            Self::Expression | Self::Nothing => None,
            Self::Sum => Some(sum()),
            Self::Min => numbers.iter().copied().min_by(f64::total_cmp),
            Self::Max => numbers.iter().copied().max_by(f64::total_cmp),
            Self::Average => Some(sum() / numbers.len() as f64),
        }
    }
}

/// A calculation condition with its message.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    expression: Value,
    message: Value,
}

impl Condition {
    /// The newer kind with a message takes precedence over the older one.
    pub(super) fn of(definition: &Value) -> Self {
        let new = definition.get("qCalcCondition");
        let condition =
            new.and_then(|condition| condition.get("qCond")).filter(|condition| !text(condition, "qv").is_empty());
        Self {
            expression: condition.or_else(|| definition.get("qCalcCond")).cloned().unwrap_or_default(),
            message: new.and_then(|condition| condition.get("qMsg")).cloned().unwrap_or_default(),
        }
    }

    /// Returns the message if the condition is not met.
    pub(super) fn fails(&self, context: &Context<'_>) -> Option<String> {
        if text(&self.expression, "qv").trim().is_empty() {
            return None;
        }
        let holds = super::evaluate_value(&self.expression, context).is_some_and(|value| value.holds());
        (!holds).then(|| super::evaluate_string(&self.message, context))
    }
}

fn texts(value: &Value, member: &str) -> Vec<String> {
    list(value, member).iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// The format of a definition, except if its type is unknown.
fn asked_format(format: Option<&Value>) -> Option<Value> {
    format.filter(|format| !matches!(text(format, "qType"), "" | "U" | "UNKNOWN")).cloned()
}

impl DimensionDef {
    /// From an `NxDimension`, or a `ListObjectDef`, which has the same members.
    pub(super) fn of(definition: &Value, context: &Context<'_>) -> Self {
        let empty = Value::Null;
        let inline = definition.get("qDef").unwrap_or(&empty);
        let library_id = text(definition, "qLibraryId").to_owned();
        let item = if library_id.is_empty() { None } else { context.library.dimension(&library_id) };
        let error = (!library_id.is_empty() && item.is_none()).then_some(code::NOT_IN_LIBRARY);
        let item = item.and_then(|item| item.get("qDim").cloned());
        let from = item.as_ref().unwrap_or(inline);
        let fields = texts(from, "qFieldDefs");
        let grouping = match enum_name(from.get("qGrouping").and_then(Value::as_str).unwrap_or("N")) {
            "H" | "GRP_NX_HIEARCHY" | "GRP_NX_HIERARCHY" => "H",
            "C" | "GRP_NX_COLLECTION" => "C",
            _ => "N",
        };
        let active = match grouping {
            "H" => drilled_to(&fields, context),
            _ => usize::try_from(whole(inline, "qActiveField", 0)).unwrap_or(0).min(fields.len().saturating_sub(1)),
        };
        let mut extra = own_members(item.as_ref());
        extra.extend(own_members(Some(inline)));
        let label_expression = [inline, from]
            .into_iter()
            .map(|from| text(from, "qLabelExpression"))
            .find(|text| !text.is_empty())
            .unwrap_or_default();
        let labels = [inline, from]
            .into_iter()
            .map(|from| texts(from, "qFieldLabels"))
            .find(|labels| labels.iter().any(|label| !label.is_empty()));
        Self {
            fields,
            labels: labels.unwrap_or_default(),
            active,
            label_expression: label_expression.to_owned(),
            title: item.as_ref().map(|item| text(item, "title")).unwrap_or_default().to_owned(),
            grouping: grouping.to_owned(),
            sorting: Sorting::of(
                list(inline, "qSortCriterias").get(active).or_else(|| list(inline, "qSortCriterias").first()),
            ),
            reverse: truth(inline, "qReverseSort"),
            format: asked_format(list(inline, "qNumberPresentations").get(active)),
            library_id,
            null_suppression: truth(definition, "qNullSuppression"),
            show_total: truth(definition, "qShowTotal")
                || definition
                    .get("qOtherTotalSpec")
                    .is_some_and(|spec| matches!(text(spec, "qTotalMode"), "TOTAL_EXPR")),
            total_label: definition.get("qTotalLabel").cloned().unwrap_or_default(),
            other_label: definition.get("qOtherLabel").cloned().unwrap_or_default(),
            others: definition.get("qOtherTotalSpec").cloned().unwrap_or_default(),
            attributes: list(definition, "qAttributeExpressions").to_vec(),
            attribute_dimensions: list(definition, "qAttributeDimensions").to_vec(),
            condition: Condition::of(definition),
            extra,
            error,
        }
    }

    /// The definition of the active field.
    pub(super) fn field(&self) -> &str {
        self.fields.get(self.active).map_or("", String::as_str)
    }

    /// The title of the column if it has no label.
    pub(super) fn fallback_title(&self, context: &Context<'_>) -> String {
        if !self.label_expression.is_empty() {
            return super::evaluate_string(&Value::from(equals(&self.label_expression)), context);
        }
        self.group_title(self.active, context)
    }

    /// The title of a field of the group.
    pub(super) fn group_title(&self, at: usize, context: &Context<'_>) -> String {
        match self.labels.get(at) {
            Some(label) if !label.is_empty() => super::evaluate_string(&Value::from(label.as_str()), context),
            _ if !self.title.is_empty() && self.fields.len() == 1 => self.title.clone(),
            _ => {
                let field = self.fields.get(at).map_or("", String::as_str);
                field.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(field).to_owned()
            }
        }
    }
}

/// The level that selections have drilled down to: the first field with more than one possible value.
fn drilled_to(fields: &[String], context: &Context<'_>) -> usize {
    let live = context.live(context.state);
    let several = |field: &String| {
        let name = field.trim().trim_start_matches('=').trim_start_matches('[').trim_end_matches(']');
        let number = context.data.field_number(name);
        number
            .is_none_or(|number| live.possible(context.data, number).iter().filter(|possible| **possible).count() != 1)
    };
    fields.iter().position(several).unwrap_or(fields.len().saturating_sub(1))
}

/// An expression with its equals sign.
fn equals(text: &str) -> String {
    if text.trim_start().starts_with('=') { text.to_owned() } else { format!("={text}") }
}

impl MeasureDef {
    /// From an `NxMeasure`.
    pub(super) fn of(definition: &Value, context: &Context<'_>) -> Self {
        let empty = Value::Null;
        let inline = definition.get("qDef").unwrap_or(&empty);
        let library_id = text(definition, "qLibraryId").to_owned();
        let item = if library_id.is_empty() { None } else { context.library.measure(&library_id) };
        let error = (!library_id.is_empty() && item.is_none()).then_some(code::NOT_IN_LIBRARY);
        let item = item.and_then(|item| item.get("qMeasure").cloned());
        let from = item.as_ref().unwrap_or(inline);
        let expressions = texts(from, "qExpressions");
        let active = usize::try_from(whole(inline, "qActiveExpression", 0)).ok();
        let expression = match expressions.get(active.unwrap_or(0)) {
            Some(expression) if !text(from, "qGrouping").is_empty() && text(from, "qGrouping") != "N" => {
                expression.clone()
            }
            _ => text(from, "qDef").to_owned(),
        };
        let first = |member: &str| {
            [inline, from]
                .into_iter()
                .map(|from| text(from, member))
                .find(|text| !text.is_empty())
                .unwrap_or_default()
                .to_owned()
        };
        let mut extra = own_members(item.as_ref());
        extra.extend(own_members(Some(inline)));
        Self {
            expression,
            label: first("qLabel"),
            label_expression: first("qLabelExpression"),
            sorting: Sorting::of(definition.get("qSortBy")),
            reverse: truth(inline, "qReverseSort"),
            format: asked_format(inline.get("qNumFormat")).or_else(|| asked_format(from.get("qNumFormat"))),
            total: Total::of(inline),
            library_id,
            attributes: list(definition, "qAttributeExpressions").to_vec(),
            condition: Condition::of(definition),
            extra,
            error,
        }
    }

    /// The title of the column if it has no label.
    pub(super) fn fallback_title(&self, context: &Context<'_>) -> String {
        if !self.label_expression.is_empty() {
            return super::evaluate_string(&Value::from(equals(&self.label_expression)), context);
        }
        if !self.label.is_empty() {
            return super::evaluate_string(&Value::from(self.label.as_str()), context);
        }
        self.expression.clone()
    }
}
