//! Names of fields where the engine reads expressions.

/// A field's name for expressions, in brackets: whatever it contains, it is that name and nothing else.
///
/// ```
/// use qix_schema::quote_name;
///
/// assert_eq!(quote_name("Order Year"), "[Order Year]");
/// assert_eq!(quote_name("Net [EUR]"), "[Net [EUR]]]");
/// let total = format!("Sum({})", quote_name("Net [EUR]"));
/// assert_eq!(total, "Sum([Net [EUR]]])");
/// ```
pub fn quote_name(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

/// A field's name where a definition takes a field or an expression. A name in brackets is left as it is.
pub(super) fn as_definition(name: String) -> String {
    let plain = !name.starts_with('=') && name.trim() == name && !name.contains(['[', ']', '"', '\'', '`']);
    if plain || is_quoted(&name) { name } else { quote_name(&name) }
}

/// Whether a name is in brackets, with those within it doubled.
fn is_quoted(name: &str) -> bool {
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    inner.is_some_and(|inner| !inner.replace("]]", "").contains(']'))
}

/// An expression where a definition takes a field or an expression.
pub(super) fn as_expression(expression: String) -> String {
    if expression.trim_start().starts_with('=') { expression } else { format!("={expression}") }
}

#[cfg(test)]
mod tests {
    use super::{as_definition, as_expression, quote_name};

    #[test]
    fn a_name_is_quoted_if_it_could_be_misread() {
        let definition = |name: &str| as_definition(name.to_owned());
        for plain in ["Year", "Order Year", "Größe", "a-b", "[Year]", "[Net [EUR]]]"] {
            assert_eq!(definition(plain), plain);
        }
        assert_eq!(definition("=x"), "[=x]");
        assert_eq!(definition("a]b"), "[a]]b]");
        assert_eq!(definition("Net [EUR]"), "[Net [EUR]]]");
        assert_eq!(definition("[a] and [b]"), "[[a]] and [b]]]");
        assert_eq!(definition(" x"), "[ x]");
        assert_eq!(definition("it's"), "[it's]");
        assert_eq!(quote_name(""), "[]");
    }

    #[test]
    fn an_expression_starts_with_an_equals_sign() {
        assert_eq!(as_expression("Year(Day)".into()), "=Year(Day)");
        assert_eq!(as_expression("=Year(Day)".into()), "=Year(Day)");
        assert_eq!(as_expression(" =1".into()), " =1");
    }
}
