//! Inserts blank lines between items, which the formatter omits.

/// Inserts a blank line between the items of a file and between the functions of an `impl` or a trait.
pub(super) fn space(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut last = "";
    for line in text.lines() {
        if separates(last, line) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        last = line;
    }
    out
}

fn separates(last: &str, line: &str) -> bool {
    let indent = line.len() - line.trim_start().len();
    if indent != last.len() - last.trim_start().len() || indent > 4 {
        return false;
    }
    let (last, line) = (last.trim_start(), line.trim_start());
    if last.starts_with("///") {
        return false;
    }
    let inner_doc = |line: &str| line.starts_with("//!") || line.starts_with("#![");
    let ends = last.ends_with('}') || last.ends_with(';') || last == ")" || last.ends_with(']') && inner_doc(last);
    if indent == 4 {
        // Constants and types of an `impl` are not separated.
        return last == "}" && !line.starts_with('}')
            || last.ends_with(';') && (line.starts_with("fn ") || line.starts_with("///"));
    }
    if inner_doc(last) {
        return !inner_doc(line);
    }
    let list = |word: &str| last.starts_with(word) && line.starts_with(word);
    ends && !line.starts_with(['}', ')']) && !["use ", "mod ", "pub use "].into_iter().any(list)
}

#[cfg(test)]
mod tests {
    use super::space;

    #[test]
    fn items_and_functions_are_separated_by_blank_lines() {
        let text = "//! About.\nuse a;\nuse b;\n/// A;\n/// B\nstruct A {\n    a: i32,\n}\nimpl A {\n    const B: i32 = 1;\n    type C = D;\n    fn e() {\n        if f {\n        }\n        g();\n    }\n    fn h() {}\n}\n";
        let spaced = "//! About.\n\nuse a;\nuse b;\n\n/// A;\n/// B\nstruct A {\n    a: i32,\n}\n\nimpl A {\n    const B: i32 = 1;\n    type C = D;\n\n    fn e() {\n        if f {\n        }\n        g();\n    }\n\n    fn h() {}\n}\n";
        assert_eq!(space(text), spaced);
    }
}
