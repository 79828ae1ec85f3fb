//! Converts names of the schema to Rust names.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Rust keywords.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Enum values with unclear or misspelled names: (enum, title, name).
const VARIANTS: [(&str, &str, &str); 4] = [
    ("NxGrpType", "H", "Hierarchy"),
    ("StateEnumType", "NSTATES", "NStates"),
    ("StateEnumType", "XL", "LockedExcluded"),
    ("StateEnumType", "XS", "SelectedExcluded"),
];

/// Names that types and requests must not have, because the generated code uses them.
pub(crate) const RESERVED_TYPES: [&str; 25] = [
    "Arc",
    "AsRemote",
    "Box",
    "Call",
    "Class",
    "Clone",
    "Debug",
    "Default",
    "Err",
    "Extra",
    "From",
    "Into",
    "IntoIterator",
    "Iterator",
    "Json",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Remote",
    "Result",
    "Some",
    "String",
    "Unrecognized",
    "Vec",
];

/// Names that parameters must not have, because calls and requests have methods of these names.
pub(crate) const RESERVED_PARAMS: [&str; 6] = ["new", "map", "ready", "into_future", "clone", "fmt"];

/// Names that methods must not have, because every object has methods of these names.
pub(crate) const RESERVED_METHODS: [&str; 5] = ["remote", "handle", "call", "clone", "from_remote"];

/// Names that members must not have, because every generated struct has items of these names.
pub(crate) const RESERVED_MEMBERS: [&str; 2] = ["extra", "rare"];

/// `qFieldName` → `field_name`: members, parameters, and results.
pub(crate) fn field(wire: &str) -> String {
    let bare = match wire.strip_prefix('q') {
        // All wire names start with `q`, which may be followed by a lowercase letter (`qv`, `qnDec`).
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => rest,
        _ => wire,
    };
    identifier(bare.to_snake_case())
}

/// `GetField` → `get_field`: methods, and modules of classes.
pub(crate) fn function(wire: &str) -> String {
    identifier(wire.to_snake_case())
}

/// Types and requests keep the name of the schema, which starts with an uppercase letter.
pub(crate) fn ty(wire: &str) -> String {
    let mut chars = wire.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// `LOCERR_GENERIC_ABORTED` → `GENERIC_ABORTED`.
pub(crate) fn error(wire: &str) -> String {
    let bare = wire.strip_prefix("LOCERR_").unwrap_or(wire).to_ascii_uppercase();
    if bare.starts_with(|c: char| c.is_ascii_digit()) { format!("E_{bare}") } else { bare }
}

/// The variants of an enum, from the titles and long names of its values, without common leading words.
pub(crate) fn variants(name: &str, values: &[(&str, Option<&str>)]) -> Vec<String> {
    let texts: Vec<Vec<&str>> = values.iter().map(|(title, long)| long.unwrap_or(title).split('_').collect()).collect();
    let shared = shared_words(&texts);
    let variants = values.iter().zip(&texts).map(|((title, _), words)| {
        let exception = VARIANTS.iter().find(|(e, t, _)| e == &name && t == title);
        match exception {
            Some((_, _, variant)) => (*variant).to_owned(),
            None => words[shared..].join("_").to_upper_camel_case(),
        }
    });
    let named = |variant: String| match variant.as_str() {
        "Self" => "Itself".to_owned(),
        digits if digits.starts_with(|c: char| c.is_ascii_digit()) => format!("N{digits}"),
        _ => variant,
    };
    variants.map(named).collect()
}

/// The number of leading words that all values share and that can be removed.
fn shared_words(texts: &[Vec<&str>]) -> usize {
    let Some(first) = texts.first().filter(|_| texts.len() > 1) else { return 0 };
    let mut shared = 0;
    while first.get(shared).is_some_and(|word| texts.iter().all(|words| words.get(shared) == Some(word))) {
        shared += 1;
    }
    let usable =
        |words: &Vec<&str>| words.get(shared).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    if texts.iter().all(usable) { shared } else { shared.saturating_sub(1) }
}

/// Whether a name is a valid Rust identifier.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && chars.all(|c| c.is_alphanumeric() || c == '_') && name != "_" && !KEYWORDS.contains(&name)
}

fn identifier(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{error, field, function, variants};

    #[test]
    fn fields_lose_the_prefix() {
        let names = ["qHyperCubeDef", "qIsOLE", "qv", "qcx", "qType", "qnDec", "title", "qUDC", "q"].map(field);
        assert_eq!(names, ["hyper_cube_def", "is_ole", "v", "cx", "type_", "n_dec", "title", "udc", "q"]);
    }

    #[test]
    fn function_and_error_names_are_kept() {
        assert_eq!(
            ["GetBaseBNFHash", "OSName", "DoReloadEx"].map(function),
            ["get_base_bnf_hash", "os_name", "do_reload_ex"]
        );
        assert_eq!(error("LOCERR_HTTP_404"), "HTTP_404");
    }

    #[test]
    fn common_prefixes_of_variants_are_removed() {
        let modes = [("S", Some("DATA_MODE_STRAIGHT")), ("K", Some("DATA_MODE_PIVOT_STACK"))];
        assert_eq!(variants("Mode", &modes), ["Straight", "PivotStack"]);
        assert_eq!(
            variants("Bits", &[("CONNECT_DEFAULT", None), ("CONNECT_64", None)]),
            ["ConnectDefault", "Connect64"]
        );
        assert_eq!(variants("One", &[("ONLY_ONE", None)]), ["OnlyOne"]);
        assert_eq!(variants("Odd", &[("2nd", None), ("self", None), ("a b", None)]), ["N2nd", "Itself", "AB"]);
    }
}
