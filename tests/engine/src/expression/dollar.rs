//! Dollar-sign expansion: `$(variable)` and `$(=expression)` are replaced in the text before it is parsed.

use std::collections::BTreeMap;

/// How many levels variables may be nested.
const DEEPEST: usize = 50;

/// Replaces every `$(…)`. A variable whose definition starts with `=` is replaced by its value, and so is
/// `$(=expression)`; `value_of` evaluates both. An unknown variable is replaced by an empty text.
pub fn expand(text: &str, variables: &BTreeMap<String, String>, value_of: &mut dyn FnMut(&str) -> String) -> String {
    expand_at(text, variables, value_of, &mut Vec::new())
}

fn expand_at(
    text: &str,
    variables: &BTreeMap<String, String>,
    value_of: &mut dyn FnMut(&str) -> String,
    inside_of: &mut Vec<String>,
) -> String {
    if inside_of.len() > DEEPEST || !text.contains("$(") {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("$(") {
        result.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let Some(end) = closing(inside) else {
            result.push_str(&rest[start..]);
            return result;
        };
        let content = expand_at(&inside[..end], variables, value_of, inside_of);
        result.push_str(&replacement(&content, variables, value_of, inside_of));
        rest = &inside[end + 1..];
    }
    result.push_str(rest);
    result
}

fn replacement(
    content: &str,
    variables: &BTreeMap<String, String>,
    value_of: &mut dyn FnMut(&str) -> String,
    inside_of: &mut Vec<String>,
) -> String {
    let content = content.trim();
    if content.starts_with('=') {
        return value_of(content);
    }
    // `$(#name)` is the value with a decimal point, whatever the settings.
    let content = content.strip_prefix('#').unwrap_or(content);
    let (name, arguments) = match variables.contains_key(content) {
        true => (content, Vec::new()),
        false => call(content),
    };
    // A variable inside of itself is empty.
    let Some(definition) = variables.get(name).filter(|_| !inside_of.iter().any(|outer| outer == name)) else {
        return String::new();
    };
    let mut definition = definition.clone();
    for (at, argument) in arguments.iter().enumerate().rev() {
        definition = definition.replace(&format!("${}", at + 1), argument);
    }
    inside_of.push(name.to_owned());
    let definition = expand_at(&definition, variables, value_of, inside_of);
    inside_of.pop();
    if definition.starts_with('=') { value_of(&definition) } else { definition }
}

/// Name and arguments of `name(a, b)`.
fn call(content: &str) -> (&str, Vec<&str>) {
    let Some((name, rest)) = content.split_once('(') else { return (content, Vec::new()) };
    let Some(inside) = rest.strip_suffix(')') else { return (content, Vec::new()) };
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0, 0);
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                arguments.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(inside[start..].trim());
    (name.trim(), arguments)
}

/// Position of the closing parenthesis, outside of inner ones and of quotes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some(at),
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        let variables = [("a", "1"), ("b", "$(a)+2"), ("c", "=1+1"), ("f", "$1*($2)"), ("loop", "x$(loop)")];
        let variables = variables.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        expand(text, &variables, &mut |expression| format!("<{expression}>"))
    }

    #[test]
    fn variables_and_expressions() {
        assert_eq!(expanded("Sum(x)*$(a)"), "Sum(x)*1");
        assert_eq!(expanded("$(b)"), "1+2");
        assert_eq!(expanded("$(c)"), "<=1+1>");
        assert_eq!(expanded("$(=Max(Year(d))-1)!"), "<=Max(Year(d))-1>!");
        assert_eq!(expanded("$(f(3, Max(1,2)))"), "3*(Max(1,2))");
        assert_eq!(expanded("[$(nosuch)]"), "[]");
        assert_eq!(expanded("$(open"), "$(open");
        assert_eq!(expanded("$(=')')"), "<=')'>");
    }

    #[test]
    fn a_variable_that_contains_itself_does_not_expand_forever() {
        assert!(expanded("$(loop)").len() < 1000);
    }
}
