//! The files of the page. It loads nothing from elsewhere.

use qix_traffic::page::parts;

/// The document.
pub(crate) const PAGE: &str = include_str!("../page/page.html");

/// Scripts, in dependency order.
const SCRIPTS: [&str; 10] = [
    parts::FORMAT,
    include_str!("../page/schema.js"),
    include_str!("../page/value.js"),
    include_str!("../page/form.js"),
    include_str!("../page/markdown.js"),
    include_str!("../page/tree.js"),
    include_str!("../page/methods.js"),
    include_str!("../page/history.js"),
    include_str!("../page/traffic.js"),
    include_str!("../page/app.js"),
];

/// All scripts as one.
pub(crate) fn script() -> String {
    format!("(async () => {{\n\"use strict\";\n{}\n}})();\n", SCRIPTS.join("\n"))
}

/// The style sheet.
pub(crate) fn style() -> String {
    format!("{}\n{}", parts::COLORS, include_str!("../page/style.css"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_is_loaded_from_elsewhere_and_no_text_becomes_markup() {
        let script = super::script();
        for reach in
            ["http:", "https:", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "import("]
        {
            assert!(!script.contains(reach), "{reach}");
        }
        assert!(!super::style().contains("url(") && !super::PAGE.contains("http"));
    }
}
