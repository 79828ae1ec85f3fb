//! Sort order of values, and wildcards.

use std::cmp::Ordering;

use super::Dual;

/// Numbers first in numeric order, then texts in alphabetical order, then nulls.
pub fn compare(a: &Dual, b: &Dual) -> Ordering {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => match (a.is_null(), b.is_null()) {
            (false, false) => compare_text(&a.as_text(), &b.as_text()),
            (a, b) => a.cmp(&b),
        },
    }
}

/// Texts in alphabetical order: case matters only between otherwise equal texts.
pub fn compare_text(a: &str, b: &str) -> Ordering {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    if a.is_ascii() && b.is_ascii() {
        let lower = |text: &'_ str| text.bytes().map(|byte| byte.to_ascii_lowercase()).collect::<Vec<_>>();
        return lower(a).cmp(&lower(b)).then_with(|| b.cmp(a));
    }
    fold(a).cmp(&fold(b)).then_with(|| b.cmp(a))
}

/// Whether a text matches a pattern with `*` for any text and `?` for one character, ignoring case.
pub fn wild_match(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let pattern: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('*') => {
                retry = Some((place, at));
                place += 1;
            }
            Some(c) if *c == '?' || *c == text[at] => {
                at += 1;
                place += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    place = star + 1;
                    at = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[place..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_come_before_texts_and_nulls_last() {
        let mut values = [Dual::Null, Dual::text("b"), Dual::Number(10.0), Dual::text("A"), Dual::Number(9.0)];
        values.sort_by(compare);
        assert_eq!(values, [Dual::Number(9.0), Dual::Number(10.0), Dual::text("A"), Dual::text("b"), Dual::Null]);
    }

    #[test]
    fn wild_cards() {
        assert!(wild_match("Germany", "g*"));
        assert!(wild_match("Germany", "*man?"));
        assert!(!wild_match("Germany", "man*"));
        assert!(wild_match("", "*"));
        assert!(!wild_match("", "?"));
    }

    proptest! {
        #[test]
        fn a_text_fits_itself_with_a_star_anywhere(a in "[a-z]{0,8}", b in "[a-z]{0,8}", c in "[a-z]{0,8}") {
            let text = format!("{a}{b}{c}");
            let pattern = format!("{a}*{c}");
            prop_assert!(wild_match(&text, &pattern));
        }
    }
}
