//! Functions of texts.

use super::{ANY, Function, maybe, number, number_or};
use crate::expression::Scope;
use crate::value::Dual;

fn map(arguments: &[Dual], make: impl Fn(&str) -> String) -> Dual {
    match &arguments[0] {
        Dual::Null => Dual::Null,
        value => Dual::text(make(&value.as_text())),
    }
}

fn count(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<usize> {
    number(arguments, at, scope).map(|number| number.max(0.0) as usize)
}

fn capitalize(text: &str) -> String {
    let mut start = true;
    text.chars()
        .flat_map(|c| {
            let was_start = std::mem::replace(&mut start, !c.is_alphanumeric());
            if was_start { c.to_uppercase().collect::<Vec<_>>() } else { c.to_lowercase().collect() }
        })
        .collect()
}

fn mid(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let Some(start) = number(arguments, 1, scope) else { return Dual::Null };
    let length = if arguments.len() > 2 { number_or(arguments, 2, 0.0, scope) } else { f64::INFINITY };
    // A start before the text uses up part of the length.
    let (skip, lost) = if start < 1.0 { (0.0, 1.0 - start) } else { (start - 1.0, 0.0) };
    let take = (length - lost).max(0.0);
    map(arguments, |text| text.chars().skip(skip as usize).take(take.min(1e9) as usize).collect())
}

fn sub_field(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let (text, separator) = (arguments[0].as_text(), arguments[1].as_text());
    if arguments[0].is_null() {
        return Dual::Null;
    }
    let parts: Vec<&str> = if separator.is_empty() { vec![&text] } else { text.split(&*separator).collect() };
    let at = number_or(arguments, 2, 1.0, scope) as i64;
    let index = if at > 0 { at - 1 } else { parts.len() as i64 + at };
    match usize::try_from(index).ok().and_then(|index| parts.get(index)) {
        Some(part) if at != 0 => Dual::text(*part),
        _ => Dual::Null,
    }
}

/// Position of the n-th occurrence, counted from 1, or from the end if n is negative; 0 if there is none.
fn index(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    if arguments[0].is_null() || arguments[1].is_null() {
        return Dual::Null;
    }
    let (text, wanted) = (arguments[0].as_text(), arguments[1].as_text());
    let nth = number_or(arguments, 2, 1.0, scope) as i64;
    let places: Vec<usize> = text.match_indices(&*wanted).map(|(at, _)| at).collect();
    let place = if nth > 0 { nth - 1 } else { places.len() as i64 + nth };
    let found = usize::try_from(place).ok().and_then(|place| places.get(place)).filter(|_| nth != 0);
    Dual::Number(found.map_or(0.0, |at| text[..*at].chars().count() as f64 + 1.0))
}

fn find_one_of(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let (text, set) = (arguments[0].as_text(), arguments[1].as_text());
    let nth = number_or(arguments, 2, 1.0, scope).max(1.0) as usize;
    let found = text.chars().enumerate().filter(|(_, c)| set.contains(*c)).nth(nth - 1);
    Dual::Number(found.map_or(0.0, |(at, _)| at as f64 + 1.0))
}

fn text_between(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let (text, before, after) = (arguments[0].as_text(), arguments[1].as_text(), arguments[2].as_text());
    let nth = number_or(arguments, 3, 1.0, scope).max(1.0) as usize;
    let mut rest = &*text;
    for _ in 0..nth {
        match rest.find(&*before) {
            Some(at) => rest = &rest[at + before.len()..],
            None => return Dual::Null,
        }
    }
    rest.find(&*after).map_or(Dual::Null, |end| Dual::text(&rest[..end]))
}

fn repeat(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let times = count(arguments, 1, scope).unwrap_or(0);
    // A limit, so that one call cannot use up all memory.
    map(arguments, |text| text.repeat(times.min(10_000_000 / text.len().max(1))))
}

fn levenshtein(arguments: &[Dual], _: &dyn Scope) -> Dual {
    let (a, b) = (arguments[0].as_text(), arguments[1].as_text());
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    Dual::Number(row[b.len()] as f64)
}

/// A stable fingerprint with 22 characters, like the results of the hash functions.
fn hash(arguments: &[Dual], _: &dyn Scope) -> Dual {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#&";
    let mut state = [0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15];
    for argument in arguments {
        for byte in argument.as_text().bytes().chain([0]) {
            state[0] = (state[0] ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            state[1] = (state[1].rotate_left(9) ^ state[0]).wrapping_mul(0xff51_afd7_ed55_8ccd);
        }
    }
    let text: String = (0..22)
        .map(|at| {
            let half = state[at / 11];
            char::from(DIGITS[(half >> (at % 11 * 5) & 63) as usize])
        })
        .collect();
    Dual::text(text)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Len", 1, 1, |a, _| Dual::Number(a[0].as_text().chars().count() as f64)),
    Function::new("Upper", 1, 1, |a, _| map(a, str::to_uppercase)),
    Function::new("Lower", 1, 1, |a, _| map(a, str::to_lowercase)),
    Function::new("Capitalize", 1, 1, |a, _| map(a, capitalize)),
    Function::new("Trim", 1, 1, |a, _| map(a, |text| text.trim().to_owned())),
    Function::new("LTrim", 1, 1, |a, _| map(a, |text| text.trim_start().to_owned())),
    Function::new("RTrim", 1, 1, |a, _| map(a, |text| text.trim_end().to_owned())),
    Function::new("Left", 2, 2, |a, scope| match count(a, 1, scope) {
        Some(count) => map(a, |text| text.chars().take(count).collect()),
        None => Dual::Null,
    }),
    Function::new("Right", 2, 2, |a, scope| match count(a, 1, scope) {
        Some(count) => map(a, |text| {
            let length = text.chars().count();
            text.chars().skip(length.saturating_sub(count)).collect()
        }),
        None => Dual::Null,
    }),
    Function::new("Mid", 2, 3, mid),
    Function::new("SubField", 2, 3, sub_field),
    Function::new("SubStringCount", 2, 2, |a, _| {
        let wanted = a[1].as_text();
        if wanted.is_empty() {
            return Dual::Number(0.0);
        }
        Dual::Number(a[0].as_text().matches(&*wanted).count() as f64)
    }),
    Function::new("Index", 2, 3, index),
    Function::new("FindOneOf", 2, 3, find_one_of),
    Function::new("Replace", 3, 3, |a, _| {
        let (from, to) = (a[1].as_text(), a[2].as_text());
        map(a, |text| if from.is_empty() { text.to_owned() } else { text.replace(&*from, &to) })
    }),
    Function::new("Repeat", 2, 2, repeat),
    Function::new("Chr", 1, 1, |a, scope| {
        let code = number(a, 0, scope).filter(|code| *code >= 0.0);
        match code.and_then(|code| char::from_u32(code as u32)) {
            Some(c) => Dual::text(c.to_string()),
            None => Dual::Null,
        }
    }),
    Function::new("Ord", 1, 1, |a, _| maybe(a[0].as_text().chars().next().map(|c| f64::from(u32::from(c))))),
    Function::new("KeepChar", 2, 2, |a, _| {
        let keep = a[1].as_text();
        map(a, |text| text.chars().filter(|c| keep.contains(*c)).collect())
    }),
    Function::new("PurgeChar", 2, 2, |a, _| {
        let purge = a[1].as_text();
        map(a, |text| text.chars().filter(|c| !purge.contains(*c)).collect())
    }),
    Function::new("TextBetween", 3, 4, text_between),
    Function::new("LevenshteinDist", 2, 2, levenshtein),
    Function::new("Hash128", 1, ANY, hash),
    Function::new("Hash160", 1, ANY, hash),
    Function::new("Hash256", 1, ANY, hash),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::{shown, value};
    use crate::value::Dual;

    #[test]
    fn parts_of_texts() {
        assert_eq!(shown("Left('abcdef', 2) & Right('abcdef', 2)"), "abef");
        assert_eq!(shown("Mid('abcdef', 3, 2)"), "cd");
        assert_eq!(shown("SubField('a;b;c', ';', 2)"), "b");
        assert_eq!(shown("SubField('a;b;c', ';', -1)"), "c");
        assert_eq!(value("SubField('a', ';', 2)"), Dual::Null);
        assert_eq!(shown("TextBetween('<a><b>', '<', '>', 2)"), "b");
        assert_eq!(value("Index('abcdabcd', 'b', 2)"), Dual::Number(6.0));
        assert_eq!(value("Index('abc', 'x')"), Dual::Number(0.0));
    }

    #[test]
    fn changed_texts() {
        assert_eq!(shown("Capitalize('my little pony')"), "My Little Pony");
        assert_eq!(shown("KeepChar('a1b2', '0123456789')"), "12");
        assert_eq!(shown("PurgeChar('a1b2', '0123456789')"), "ab");
        assert_eq!(shown("Replace('abccde', 'cc', 'x')"), "abxde");
        assert_eq!(shown("Repeat('*', 3) & Chr(65) & Ord('A')"), "***A65");
        assert_eq!(value("LevenshteinDist('Kitten', 'Sitting')"), Dual::Number(3.0));
        assert_eq!(value("Upper(null())"), Dual::Null);
    }

    #[test]
    fn hashes_differ_with_their_arguments() {
        assert_eq!(shown("Hash128('a')").len(), 22);
        assert_ne!(shown("Hash128('a', 'b')"), shown("Hash128('ab')"));
    }
}
