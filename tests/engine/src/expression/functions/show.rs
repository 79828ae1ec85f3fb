//! Functions that format values, or parse texts.

use super::{Function, number};
use crate::expression::Scope;
use crate::value::{
    Dual, Settings, format_interval, format_moment, interpret, number_by_pattern, parse_moment, parse_number, radix,
};

fn pattern<'a>(arguments: &'a [Dual], default: &'a str) -> std::borrow::Cow<'a, str> {
    match arguments.get(1) {
        Some(value) if !value.is_null() => value.as_text(),
        _ => default.into(),
    }
}

fn moment(arguments: &[Dual], scope: &dyn Scope, default: impl Fn(&Settings) -> &str) -> Dual {
    let settings = scope.settings();
    let Some(serial) = number(arguments, 0, scope) else { return Dual::Null };
    match format_moment(serial, &pattern(arguments, default(settings)), settings) {
        Some(text) => Dual::both(serial, text),
        None => Dual::Null,
    }
}

fn read_moment(arguments: &[Dual], scope: &dyn Scope, default: impl Fn(&Settings) -> &str) -> Dual {
    let settings = scope.settings();
    let text = arguments[0].as_text();
    match parse_moment(&text, &pattern(arguments, default(settings)), settings) {
        Some(serial) => Dual::both(serial, text),
        None if arguments[0].is_null() => Dual::Null,
        None => Dual::text(text),
    }
}

/// Settings with the separators of the third and fourth arguments.
fn separators(arguments: &[Dual], settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    if let Some(decimal) = arguments.get(2).and_then(|value| value.as_text().chars().next()) {
        settings.decimal = decimal;
    }
    if let Some(thousand) = arguments.get(3) {
        settings.thousand = thousand.as_text().chars().next();
    }
    settings
}

fn shown_number(arguments: &[Dual], scope: &dyn Scope, default: impl Fn(&Settings) -> &str) -> Dual {
    let Some(value) = number(arguments, 0, scope) else { return Dual::Null };
    let settings = scope.settings();
    let pattern = pattern(arguments, default(settings));
    if pattern.is_empty() {
        return Dual::Number(value);
    }
    let text = if arguments.len() > 2 {
        number_by_pattern(value, &pattern, &separators(arguments, settings))
    } else {
        number_by_pattern(value, &pattern, settings)
    };
    Dual::both(value, text)
}

fn read_number(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let text = arguments[0].as_text();
    let settings = separators(arguments, scope.settings());
    let pattern = pattern(arguments, "");
    let read = match radix::read(&text, &pattern) {
        Some(read) => read,
        None => {
            // Currency and percent signs in the pattern may be in the text.
            let literal: String = pattern
                .chars()
                .filter(|c| {
                    !matches!(c, '#' | '0' | ';' | '-') && *c != settings.decimal && Some(*c) != settings.thousand
                })
                .collect();
            let bare: String = text.chars().filter(|c| !literal.contains(*c) || c.is_whitespace()).collect();
            let percent = if pattern.contains('%') && text.contains('%') { 100.0 } else { 1.0 };
            parse_number(&bare, settings.decimal, settings.thousand).map(|number| number / percent)
        }
    };
    match read {
        Some(number) => Dual::both(number, text),
        None if arguments[0].is_null() => Dual::Null,
        None => Dual::text(text),
    }
}

fn interval(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let Some(days) = number(arguments, 0, scope) else { return Dual::Null };
    Dual::both(days, format_interval(days, &pattern(arguments, "hh:mm:ss")))
}

/// Parses an interval: hours can exceed 24, so patterns of times do not match.
fn read_interval(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let text = arguments[0].as_text();
    let pattern = pattern(arguments, "hh:mm:ss");
    let numbers: Vec<f64> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let units: Vec<f64> = pattern
        .split(|c: char| !c.is_alphabetic())
        .filter_map(|part| match part.chars().next()? {
            'D' | 'd' => Some(1.0),
            'h' | 'H' => Some(1.0 / 24.0),
            'm' | 'M' => Some(1.0 / 1440.0),
            's' | 'S' => Some(1.0 / 86_400.0),
            _ => None,
        })
        .collect();
    if numbers.is_empty() || numbers.len() != units.len() {
        return if arguments[0].is_null() { Dual::Null } else { interpret(&text, scope.settings()) };
    }
    let days: f64 = numbers.iter().zip(&units).map(|(number, unit)| number * unit).sum();
    Dual::both(if text.starts_with('-') { -days } else { days }, text)
}

fn dual(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    match number(arguments, 1, scope) {
        Some(number) => Dual::both(number, arguments[0].to_text()),
        None => Dual::text(arguments[0].to_text()),
    }
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Num", 1, 4, |a, scope| shown_number(a, scope, |_| "")),
    Function::new("Money", 1, 4, |a, scope| shown_number(a, scope, |settings| &settings.money)),
    Function::new("Date", 1, 2, |a, scope| moment(a, scope, |settings| &settings.date)),
    Function::new("Time", 1, 2, |a, scope| moment(a, scope, |settings| &settings.time)),
    Function::new("Timestamp", 1, 2, |a, scope| moment(a, scope, |settings| &settings.timestamp)),
    Function::new("Interval", 1, 2, interval),
    Function::new("Dual", 2, 2, dual),
    Function::new("Text", 1, 1, |a, _| if a[0].is_null() { Dual::Null } else { Dual::text(a[0].to_text()) }),
    Function::new("Num#", 1, 4, read_number),
    Function::new("Money#", 1, 4, |a, scope| {
        if a.len() > 1 {
            return read_number(a, scope);
        }
        let pattern = Dual::text(scope.settings().money.as_str());
        read_number(&[a[0].clone(), pattern], scope)
    }),
    Function::new("Date#", 1, 2, |a, scope| read_moment(a, scope, |settings| &settings.date)),
    Function::new("Time#", 1, 2, |a, scope| read_moment(a, scope, |settings| &settings.time)),
    Function::new("Timestamp#", 1, 2, |a, scope| read_moment(a, scope, |settings| &settings.timestamp)),
    Function::new("Interval#", 1, 2, read_interval),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::{shown, value};
    use crate::value::Dual;

    #[test]
    fn values_are_formatted() {
        assert_eq!(value("Num(1234.5, '#,##0.00')"), Dual::both(1234.5, "1,234.50"));
        assert_eq!(shown("Num(1234.5, '#.##0,00', ',', '.')"), "1.234,50");
        assert_eq!(value("Date(43831)"), Dual::both(43831.0, "1/1/2020"));
        assert_eq!(shown("Date(43831, 'YYYY-MM-DD')"), "2020-01-01");
        assert_eq!(shown("Time(0.75)"), "6:00:00 PM");
        assert_eq!(shown("Interval(1.5)"), "36:00:00");
        assert_eq!(shown("Money(-5)"), "-$5.00");
        assert_eq!(value("Date('x')"), Dual::Null);
    }

    #[test]
    fn texts_are_read() {
        assert_eq!(value("Num(Date#('20200101', 'YYYYMMDD'))"), Dual::Number(43831.0));
        assert_eq!(value("Date#('x', 'YYYYMMDD')"), Dual::text("x"));
        assert_eq!(value("Num#('1.234,5', '', ',', '.')+0"), Dual::Number(1234.5));
        assert_eq!(value("Num#('12%', '0%')+0"), Dual::Number(0.12));
        assert_eq!(value("Money#('$1,000.50')+0"), Dual::Number(1000.5));
        assert_eq!(value("Interval#('36:00', 'hh:mm')+0"), Dual::Number(1.5));
        assert_eq!(value("Num#('ff', '(hex)')+0"), Dual::Number(255.0));
        assert_eq!(value("Dual('Q1', 1)"), Dual::both(1.0, "Q1"));
    }
}
