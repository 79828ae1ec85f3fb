//! Finds values that look like others: a number with the same digits, a string that differs in case.

use std::borrow::Cow;
use std::collections::HashSet;

use qix_schema::types::FieldValue;

/// How the values can look.
#[derive(Debug, Default)]
pub(super) struct Alike {
    texts: HashSet<String>,
    /// Numbers whose digits are texts of the values.
    numbers: HashSet<u64>,
}

impl Alike {
    /// As many as a message can name.
    pub(super) const KEPT: usize = 10;

    pub(super) fn new(values: &[FieldValue]) -> Self {
        let mut alike = Self::default();
        for value in values {
            if value.is_numeric {
                alike.texts.insert(value.number.to_string());
                continue;
            }
            let text = folded(&value.text);
            if let Ok(number) = text.parse::<f64>() {
                alike.numbers.insert((number + 0.0).to_bits());
            }
            alike.texts.insert(text.into_owned());
        }
        alike
    }

    /// Whether a listed value looks like one of the values.
    pub(super) fn is_like(&self, text: &str, number: f64) -> bool {
        !self.texts.is_empty() && self.texts.contains(&*folded(text))
            || !self.numbers.is_empty() && !number.is_nan() && self.numbers.contains(&(number + 0.0).to_bits())
    }
}

/// A text without its case, and without blanks around it.
fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // Most texts of a large field are digits.
    match text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_and_type_do_not_matter() {
        let alike = Alike::new(&["  North".into(), "2016".into(), 7.5.into(), "ÄÖ".into()]);
        for (text, number) in
            [("NORTH ", f64::NAN), ("2016", 2016.0), ("MMXVI", 2016.0), ("7.5", f64::NAN), ("äö", f64::NAN)]
        {
            assert!(alike.is_like(text, number), "{text}");
        }
        assert!(!alike.is_like("Nort", 2017.0));
    }
}
