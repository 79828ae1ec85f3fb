//! Names in the text of an expression.

use std::str::Chars;

/// A position and a length, in characters.
type Range = (i32, i32);

/// The names of an expression, with their positions. Strings and comments are skipped.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Name>);

#[derive(Debug, PartialEq)]
struct Name {
    text: String,
    range: Range,
    kind: Kind,
}

impl Name {
    /// The place of a field in a search.
    fn within(&self, field: &str) -> Option<Range> {
        let (from, length) = Names::of(&self.text).place(field)?;
        // Doubled quotes would move it.
        let is_plain = i32::try_from(self.text.chars().count()).is_ok_and(|count| count + 2 == self.range.1);
        is_plain.then_some((self.range.0 + 1 + from, length))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A name that is followed by a parenthesis.
    Function,
    /// A field that a set modifier selects in.
    Modifier,
    /// An expression in the element set of a modifier, whose matches are selected.
    Search,
    Other,
}

impl Names {
    pub(super) fn of(expression: &str) -> Self {
        let mut names = Vec::new();
        let mut cursor = Cursor { rest: expression.chars(), at: 0 };
        // Open braces of sets, and open modifiers in them.
        let mut open = Vec::new();
        while let Some(c) = cursor.peek() {
            let from = cursor.at;
            let name = match c {
                '\'' => {
                    cursor.quoted('\'');
                    None
                }
                '"' | '`' => Some(cursor.quoted(c)),
                '[' => Some(cursor.quoted(']')),
                '/' if cursor.rest.as_str().starts_with("//") => {
                    cursor.skip(|text| text.find('\n').unwrap_or(text.len()));
                    None
                }
                '/' if cursor.rest.as_str().starts_with("/*") => {
                    cursor.skip(|text| text.find("*/").map_or(text.len(), |end| end + 2));
                    None
                }
                c if starts_name(c) => Some(cursor.bare()),
                '{' | '}' | '<' | '>' => {
                    match (c, open.last()) {
                        ('{', _) | ('<', Some('{')) => open.push(c),
                        ('}', Some('{')) | ('>', Some('<')) => _ = open.pop(),
                        _ => {}
                    }
                    cursor.next();
                    None
                }
                c => {
                    // A number is not a name, even if it ends with a letter.
                    match c.is_numeric() {
                        true => drop(cursor.bare()),
                        false => _ = cursor.next(),
                    }
                    None
                }
            };
            // The default state of a set is not a name.
            if let Some(text) = name.filter(|text| text != "$") {
                let rest = cursor.rest.as_str().trim_start();
                let kind = match open.last() {
                    Some('{') if c == '"' && text.starts_with('=') && open.contains(&'<') => Kind::Search,
                    _ if starts_name(c) && rest.starts_with('(') => Kind::Function,
                    Some('<') if rest.trim_start_matches(['+', '-', '*', '/']).starts_with('=') => Kind::Modifier,
                    _ => Kind::Other,
                };
                names.push(Name { text, range: (from, cursor.at - from), kind });
            }
        }
        Self(names)
    }

    /// The fields that set modifiers select in.
    pub(super) fn modifiers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|name| name.kind == Kind::Modifier).map(|name| name.text.as_str())
    }

    /// The searches of set modifiers that are expressions, such as `=Sum(Sales)>100`.
    pub(super) fn searches(&self) -> impl Iterator<Item = &str> {
        let in_sets = self.0.iter().filter(|name| name.kind == Kind::Search);
        in_sets.map(|name| name.text.as_str())
    }

    /// The place of a field.
    pub(super) fn place(&self, field: &str) -> Option<Range> {
        let is_field = |name: &&Name| name.kind != Kind::Function && name.text == field;
        let direct = self.0.iter().find(is_field).map(|name| name.range);
        direct
            .or_else(|| self.0.iter().filter(|name| name.kind == Kind::Search).find_map(|search| search.within(field)))
    }

    /// The place of a function.
    pub(super) fn function(&self, function: &str) -> Option<Range> {
        self.0.iter().find(|name| name.kind == Kind::Function && name.text == function).map(|name| name.range)
    }
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$' | '@')
}

struct Cursor<'e> {
    rest: Chars<'e>,
    at: i32,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.rest.next()
    }

    fn skip(&mut self, length: impl Fn(&str) -> usize) {
        let end = self.rest.as_str().len() - length(self.rest.as_str());
        while self.rest.as_str().len() > end {
            self.next();
        }
    }

    /// A name or string in quotes; the end is doubled within it.
    fn quoted(&mut self, end: char) -> String {
        let mut text = String::new();
        self.next();
        while let Some(c) = self.next() {
            if c == end {
                if self.peek() != Some(end) {
                    break;
                }
                self.next();
            }
            text.push(c);
        }
        text
    }

    fn bare(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) =
            self.peek().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '#' | '$' | '@' | '%'))
        {
            text.push(c);
            self.next();
        }
        text
    }
}

/// A part of an expression without its quotes, or all of it if the position is invalid.
pub(super) fn part(expression: &str, from: i32, count: i32) -> String {
    let [from, count] = [from, count].map(|size| usize::try_from(size).unwrap_or(0));
    let part: String = expression.chars().skip(from).take(count).collect();
    match Names::of(&part).0.as_slice() {
        [name] => name.text.clone(),
        _ if part.is_empty() => expression.to_owned(),
        _ => part,
    }
}

/// The texts in quotes in a message.
pub(super) fn quoted(message: &str) -> impl Iterator<Item = &str> {
    ['\'', '"', '`']
        .into_iter()
        .flat_map(|quote| message.split(quote).skip(1).step_by(2))
        .filter(|text| !text.is_empty())
}

/// The position of a text, if it occurs once.
pub(super) fn find(expression: &str, text: &str) -> Option<Range> {
    let mut found = expression.match_indices(text);
    let (at, _) = found.next().filter(|_| found.next().is_none())?;
    range(&expression[..at], text)
}

/// The position of a text at the end of an expression.
pub(super) fn find_at_end(expression: &str, text: &str) -> Option<Range> {
    range(expression.trim_end().strip_suffix(text.trim_end())?, text)
}

fn range(before: &str, text: &str) -> Option<Range> {
    let count = |text: &str| i32::try_from(text.chars().count()).ok();
    Some((count(before)?, count(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(expression: &str) -> Vec<(String, i32, Kind)> {
        Names::of(expression).0.into_iter().map(|name| (name.text, name.range.0, name.kind)).collect()
    }

    #[test]
    fn names_are_found_outside_of_strings_and_comments() {
        use Kind::{Function, Modifier, Other};
        let name = |text: &str, at, kind| (text.to_owned(), at, kind);
        assert_eq!(names("Sum (Имя) + 1e5"), [name("Sum", 0, Function), name("Имя", 5, Other)]);
        assert_eq!(names("[Net [EUR]]]&\"a\"\"b\""), [name("Net [EUR]", 0, Other), name("a\"b", 13, Other)]);
        assert_eq!(names("'it''s' // x\n/* y */ F"), [name("F", 21, Other)]);
        let set = "{$<A={'a'}, [B c] += {\"<=5\"}, C=D>} a<b=c";
        let modifiers =
            [name("A", 3, Modifier), name("B c", 12, Modifier), name("<=5", 22, Other), name("C", 30, Modifier)];
        let values = [name("D", 32, Other), name("a", 36, Other), name("b", 38, Other), name("c", 40, Other)];
        assert_eq!(names(set), [&modifiers[..], &values].concat());
        let set = "Sum({<A={\"=Sum(B)>1\"}>} C)";
        assert_eq!(Names::of(set).searches().collect::<Vec<_>>(), ["=Sum(B)>1"]);
        assert_eq!(names("[open 'x"), [name("open 'x", 0, Other)]);
        assert_eq!(names("/* open"), []);
    }

    #[test]
    fn a_position_beyond_the_expression_means_all_of_it() {
        assert_eq!(part("Sum([a b])", 4, 5), "a b");
        assert_eq!(part("Sum(x)", 4, 1), "x");
        assert_eq!(part("Sum(x)", 40, 1), "Sum(x)");
        assert_eq!(part("Sum(x)", -1, -1), "Sum(x)");
    }

    #[test]
    fn quoted_parts_of_a_message_are_found() {
        let parts: Vec<_> = quoted("Error in expression: 'Foo' is not a function, \"x\"").collect();
        assert_eq!(parts, ["Foo", "x"]);
        assert_eq!(find("ж + Foo(1)", "Foo"), Some((4, 3)));
        assert_eq!(find("Foo + Foo", "Foo"), None);
    }
}
