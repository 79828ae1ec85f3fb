//! Compares names by similarity.

use crate::names;

/// Words that negate a name.
const NEGATIONS: [&str; 8] = ["not", "no", "non", "un", "dont", "never", "without", "except"];

/// Minimum similarity of two words to count as the same: `recieve` and `receive`, but not `import` and `export`.
const ALIKE: f64 = 0.75;

/// Minimum share of common words.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// At least half of the words.
    Half,
    /// More than half of the words.
    Most,
}

/// Whether the names of two members or parameters are similar.
pub(super) fn fields(old: &str, new: &str) -> bool {
    words(&names::field(old), &names::field(new), Share::Half)
}

/// Whether the names of two types are similar.
pub(super) fn types(old: &str, new: &str) -> bool {
    words(&names::function(old), &names::function(new), Share::Most)
}

/// Whether the names of two methods are similar. Different verbs mean different methods.
pub(super) fn methods(old: &str, new: &str) -> bool {
    let (old, new) = (names::function(old), names::function(new));
    let verb = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    same_word(&verb(&old), &verb(&new)) && words(&old, &new, Share::Most)
}

/// Compares two names in snake case. Words may be misspelled, abbreviated, omitted, or added.
fn words(old: &str, new: &str, share: Share) -> bool {
    fn split(name: &str) -> Vec<&str> {
        name.split('_').filter(|word| !word.is_empty()).collect()
    }
    let (old, new) = (split(old), split(new));
    let negated = |name: &[&str]| name.iter().filter(|word| NEGATIONS.contains(word)).count();
    if negated(&old) != negated(&new) {
        return false;
    }
    let (short, long) = if old.len() <= new.len() { (&old, &new) } else { (&new, &old) };
    let mut rest = long.iter();
    let shared = short.iter().all(|word| rest.any(|other| same_word(word, other)));
    // The same letters split into different words.
    if old.concat() == new.concat() {
        return true;
    }
    let enough = if share == Share::Half { short.len() * 2 >= long.len() } else { short.len() * 2 > long.len() };
    shared && enough
}

fn same_word(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    one == other
        || short.len() >= 3 && long.starts_with(short)
        || digits(one) == digits(other) && strsim::normalized_damerau_levenshtein(one, other) >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::{fields, methods, types};

    #[test]
    fn similar_names() {
        for (old, new) in
            [("qField", "qFieldName"), ("qRecieved", "qReceived"), ("qDef", "qDefinition"), ("qIsLocked", "qLocked")]
        {
            assert!(fields(old, new) && fields(new, old), "{old} {new}");
        }
        assert!(methods("GetHyperCubeData", "GetHyperCubePivotData"));
        assert!(types("NxFieldDescription", "FieldDescription"));
    }

    #[test]
    fn names_with_another_meaning_are_not_similar() {
        for (old, new) in [
            ("qMinInclEq", "qMaxInclEq"),
            ("qShowTitle", "qDontShowTitle"),
            ("qTop", "qLeft"),
            ("qIncludeNull", "qExcludeNull"),
            ("qColumn1", "qColumn2"),
        ] {
            assert!(!fields(old, new) && !fields(new, old), "{old} {new}");
        }
        for (old, new) in [("LockAll", "UnlockAll"), ("AddGroupMembers", "RemoveGroupMembers"), ("Clear", "ClearAll")] {
            assert!(!methods(old, new) && !methods(new, old), "{old} {new}");
        }
        assert!(!types("NxPage", "NxCell"));
    }
}
