//! Numbers in other systems: `(bin)`, `(oct)`, `(dec)`, `(hex)`, `(R2)` to `(R36)`, and `(rom)`.

/// A system of a pattern, and whether it is written with capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Radix(u32),
    Roman,
}

const ROMAN: [(u64, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

fn system(pattern: &str) -> Option<(System, bool)> {
    let name = pattern.trim().strip_prefix('(')?.strip_suffix(')')?;
    let capital = name.starts_with(char::is_uppercase);
    let system = match name.to_ascii_lowercase().as_str() {
        "bin" => System::Radix(2),
        "oct" => System::Radix(8),
        "dec" => System::Radix(10),
        "hex" => System::Radix(16),
        "rom" => System::Roman,
        other => System::Radix(other.strip_prefix('r')?.parse().ok().filter(|radix| (2..=36).contains(radix))?),
    };
    Some((system, capital))
}

/// A number in the system of the pattern, without decimals. `None` if the pattern is another one.
pub(super) fn write(number: f64, pattern: &str) -> Option<String> {
    let (system, capital) = system(pattern)?;
    let mut rest = number.trunc().abs() as u64;
    let mut text = match system {
        System::Radix(radix) => {
            let mut digits = Vec::new();
            while rest > 0 || digits.is_empty() {
                digits.extend(char::from_digit((rest % u64::from(radix)) as u32, radix));
                rest /= u64::from(radix);
            }
            digits.into_iter().rev().collect::<String>()
        }
        System::Roman if rest == 0 => "0".to_owned(),
        // A text of thousands of letters is of no use.
        System::Roman if rest > 1_000_000 => return None,
        System::Roman => {
            let mut text = String::new();
            for (value, letters) in ROMAN {
                while rest >= value {
                    text.push_str(letters);
                    rest -= value;
                }
            }
            text
        }
    };
    if capital {
        text.make_ascii_uppercase();
    }
    Some(if number <= -1.0 { format!("-{text}") } else { text })
}

/// The number of a text in the system of the pattern. `None` if the pattern is another one.
pub(crate) fn read(text: &str, pattern: &str) -> Option<Option<f64>> {
    let (system, _) = system(pattern)?;
    let text = text.trim();
    Some(match system {
        System::Radix(radix) => i64::from_str_radix(text, radix).ok().map(|number| number as f64),
        System::Roman => {
            let (sign, mut rest) = text
                .strip_prefix('-')
                .map_or((1.0, text.to_ascii_lowercase()), |rest| (-1.0, rest.to_ascii_lowercase()));
            let mut number = 0;
            for (value, letters) in ROMAN {
                while let Some(after) = rest.strip_prefix(letters) {
                    number += value;
                    rest = after.to_owned();
                }
            }
            (rest.is_empty() && number > 0).then_some(sign * number as f64).or((text == "0").then_some(0.0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_other_systems() {
        for (number, pattern, text) in [
            (199.0, "(hex)", "c7"),
            (199.0, "(HEX)", "C7"),
            (199.0, "(oct)", "307"),
            (199.0, "(bin)", "11000111"),
            (199.0, "(R16)", "C7"),
            (-35.9, "(r36)", "-z"),
            (0.0, "(bin)", "0"),
            (199.0, "(rom)", "cxcix"),
            (-2016.0, "(ROM)", "-MMXVI"),
            (0.0, "(ROM)", "0"),
        ] {
            assert_eq!(write(number, pattern).as_deref(), Some(text), "{number} {pattern}");
            assert_eq!(read(text, pattern), Some(Some(number.trunc())), "{text} {pattern}");
        }
        assert_eq!((read("c7", "(oct)"), read("iq", "(rom)"), read("7", "0")), (Some(None), Some(None), None));
        for pattern in ["(R1)", "(R37)", "(x)", "0.0", "hex"] {
            assert_eq!(write(1.0, pattern), None, "{pattern}");
        }
    }
}
