//! Tags that the engine assigns to fields by their values.

use super::Field;
use crate::value::{Dual, Settings, date_pattern};

/// The tags of a field's values.
pub(super) fn tags(field: &Field, is_key: bool, settings: &Settings) -> Vec<String> {
    let mut tags: Vec<&str> = Vec::new();
    if field.synthetic {
        tags.extend(["$system", "$synthetic", "$hidden"]);
    }
    if is_key {
        tags.push("$key");
    }
    let values = field.symbols.values();
    if !values.is_empty() {
        let numbers: Vec<f64> = values.iter().filter_map(Dual::as_number).collect();
        if numbers.len() == values.len() {
            tags.push("$numeric");
            let whole = numbers.iter().all(|number| number.fract() == 0.0);
            if whole {
                tags.push("$integer");
            }
            if values.iter().all(|value| is_date(value, settings)) {
                tags.push("$timestamp");
                if whole {
                    tags.push("$date");
                }
            }
        } else if numbers.is_empty() {
            if values.iter().all(|value| value.as_text().is_ascii()) {
                tags.push("$ascii");
            }
            tags.push("$text");
        }
    }
    tags.into_iter().map(str::to_owned).collect()
}

/// Whether a number is displayed as a date.
fn is_date(value: &Dual, settings: &Settings) -> bool {
    let Dual::Both(number, text) = value else { return false };
    date_pattern(*number, text, settings).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Symbols;

    fn of(values: &[Dual]) -> Vec<String> {
        let mut symbols = Symbols::default();
        values.iter().for_each(|value| {
            symbols.intern(value.clone());
        });
        let field = Field {
            name: "f".into(),
            symbols,
            tables: Vec::new(),
            tags: Vec::new(),
            synthetic: false,
            system: false,
            comment: String::new(),
        };
        tags(&field, false, &Settings::default())
    }

    #[test]
    fn tags_describe_the_values() {
        assert_eq!(of(&[Dual::Number(1.0), Dual::Number(2.0)]), ["$numeric", "$integer"]);
        assert_eq!(of(&[Dual::Number(1.5)]), ["$numeric"]);
        assert_eq!(of(&[Dual::text("a")]), ["$ascii", "$text"]);
        assert_eq!(of(&[Dual::text("ä")]), ["$text"]);
        assert_eq!(of(&[Dual::text("a"), Dual::Number(1.0)]), Vec::<String>::new());
        assert_eq!(of(&[Dual::both(43831.0, "1/1/2020")]), ["$numeric", "$integer", "$timestamp", "$date"]);
        assert_eq!(of(&[]), Vec::<String>::new());
    }
}
