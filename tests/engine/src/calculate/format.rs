//! Number formats of columns: as requested, or derived from the values.

use serde_json::{Value, json};

use super::definition::{text, whole};
use crate::value::{
    Dual, Settings, date_pattern, format_interval, format_moment, number_by_pattern, plain, significant,
};

/// The text of a value in a requested format (`FieldAttributes`).
pub(super) fn shown(value: &Dual, format: Option<&Value>, settings: &Settings) -> String {
    let (Some(number), Some(format)) = (value.as_number(), format) else {
        return match value {
            Dual::Null => "-".into(),
            value => value.as_text().into_owned(),
        };
    };
    let mut own = settings.clone();
    if let Some(decimal) = text(format, "qDec").chars().next() {
        own.decimal = decimal;
    }
    if let Some(thousand) = text(format, "qThou").chars().next() {
        own.thousand = Some(thousand);
    }
    let pattern = text(format, "qFmt");
    let or = |otherwise: &str| if pattern.is_empty() { otherwise.to_owned() } else { pattern.to_owned() };
    let decimals = usize::try_from(whole(format, "qnDec", 0)).unwrap_or(0).min(15);
    let thousands = whole(format, "qUseThou", 0) != 0;
    match text(format, "qType") {
        "R" | "REAL" if pattern.chars().all(|c| c == '#') => {
            significant(number, if pattern.is_empty() { 14 } else { pattern.len() })
        }
        "I" | "INTEGER" => number_by_pattern(number, &or(if thousands { "#,##0" } else { "0" }), &own),
        "F" | "FIX" | "R" | "REAL" => {
            let whole = if thousands { "#,##0" } else { "0" };
            let point = if decimals > 0 { format!("{}{}", own.decimal, "0".repeat(decimals)) } else { String::new() };
            number_by_pattern(number, &or(&format!("{whole}{point}")), &own)
        }
        "M" | "MONEY" => number_by_pattern(number, &or(&settings.money), &own),
        "D" | "DATE" => format_moment(number, &or(&settings.date), settings).unwrap_or_else(|| plain(number)),
        "T" | "TIME" => format_moment(number, &or(&settings.time), settings).unwrap_or_else(|| plain(number)),
        "TS" | "TIMESTAMP" => {
            format_moment(number, &or(&settings.timestamp), settings).unwrap_or_else(|| plain(number))
        }
        "IV" | "INTERVAL" => format_interval(number, &or("hh:mm:ss")),
        _ => value.as_text().into_owned(),
    }
}

/// A cell as the engine writes it: an empty text is omitted.
pub(super) fn cell(mut cell: Value) -> Value {
    if let Value::Object(members) = &mut cell
        && members.get("qText").is_some_and(|text| text == "")
    {
        members.remove("qText");
    }
    cell
}

/// The format derived from values.
pub(super) fn suggested<'v>(values: impl Iterator<Item = &'v Dual>, settings: &Settings) -> Value {
    let (mut any, mut whole, mut numeric, mut own_text) = (false, true, true, false);
    let mut pattern: Option<&str> = None;
    let mut dates = true;
    for value in values.filter(|value| !value.is_null()) {
        any = true;
        match value.as_number() {
            Some(number) => whole &= number.fract() == 0.0,
            None => numeric = false,
        }
        match value {
            Dual::Both(number, text) if dates => {
                own_text = true;
                match date_pattern(*number, text, settings) {
                    Some(found) => pattern = pattern.or(Some(found)),
                    None => dates = false,
                }
            }
            Dual::Both(..) => own_text = true,
            _ => dates = false,
        }
    }
    let numeric = any && numeric;
    let mut format = match pattern.filter(|_| dates && numeric) {
        Some(pattern) => {
            let kind = if pattern.contains('h') { "TS" } else { "D" };
            json!({ "qType": kind, "qnDec": 0, "qUseThou": 0, "qFmt": pattern })
        }
        None if numeric && !own_text && whole => json!({ "qType": "I", "qnDec": 0, "qUseThou": 1, "qFmt": "###0" }),
        None if numeric && !own_text => json!({ "qType": "R", "qnDec": 14, "qUseThou": 1, "qFmt": "##############" }),
        None => return json!({ "qType": "U", "qnDec": 0, "qUseThou": 0 }),
    };
    format["qDec"] = settings.decimal.to_string().into();
    // A script that sets no separator leaves the format without one.
    if let Some(thousand) = settings.thousand {
        format["qThou"] = thousand.to_string().into();
    }
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(number: f64, format: Value) -> String {
        shown(&Dual::Number(number), Some(&format), &Settings::default())
    }

    #[test]
    fn formats_as_asked() {
        assert_eq!(show(337.06819444, json!({"qType": "R", "qFmt": "########"})), "337.06819");
        assert_eq!(show(1234.5, json!({"qType": "F", "qnDec": 2, "qUseThou": 1})), "1,234.50");
        assert_eq!(show(0.173, json!({"qType": "F", "qnDec": 2, "qFmt": "0.0%", "qDec": ".", "qThou": ","})), "17.3%");
        assert_eq!(show(1234.0, json!({"qType": "I", "qFmt": "###0"})), "1234");
        assert_eq!(show(43831.0, json!({"qType": "D", "qFmt": "YYYY-MM-DD"})), "2020-01-01");
        assert_eq!(show(1.5, json!({"qType": "IV"})), "36:00:00");
        assert_eq!(show(1.5, json!({"qType": "M"})), "$1.50");
        assert_eq!(shown(&Dual::Null, None, &Settings::default()), "-");
    }

    #[test]
    fn formats_as_suggested() {
        let kind = |values: &[Dual]| suggested(values.iter(), &Settings::default())["qType"].clone();
        assert_eq!(kind(&[Dual::Number(1.0), Dual::Null]), "I");
        assert_eq!(kind(&[Dual::Number(1.5)]), "R");
        assert_eq!(kind(&[Dual::text("a"), Dual::Number(1.0)]), "U");
        assert_eq!(kind(&[Dual::both(43831.0, "1/1/2020")]), "D");
        assert_eq!(kind(&[Dual::both(0.5, "50%")]), "U");
    }
}
