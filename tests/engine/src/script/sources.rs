//! The data sources of a script, as in the headers of QVD files.

use super::split::split;

/// A source: `INLINE;`, `AUTOGENERATE;`, `RESIDENT table;`, or the path of a file; for databases also the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind of source and its name.
    pub discriminator: String,
    /// The statement sent to a database.
    pub statement: String,
}

/// The distinct sources of a script's loads, in order.
pub fn sources(script: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for statement in split(script).iter().filter(|statement| !statement.control) {
        if let Some(source) = source(&statement.text)
            && !sources.contains(&source)
        {
            sources.push(source);
        }
    }
    sources
}

fn source(statement: &str) -> Option<Source> {
    let plain = |discriminator: String| Some(Source { discriminator, statement: String::new() });
    let words = words(statement);
    let is = |index: usize, word: &str| words.get(index).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let database = (0..words.len()).take(3).find(|at| is(*at, "sql"));
    if let Some(at) = database {
        let start = words[at].as_ptr() as usize - statement.as_ptr() as usize + words[at].len();
        let statement = statement[start..].trim().to_owned();
        return Some(Source { discriminator: "SQL;".into(), statement });
    }
    (0..words.len()).rev().find(|at| is(*at, "load")).and_then(|load| {
        (load..words.len()).find_map(|at| match words[at].to_lowercase().as_str() {
            "inline" => plain("INLINE;".into()),
            "autogenerate" => plain("AUTOGENERATE;".into()),
            "resident" => plain(format!("RESIDENT {};", name(words.get(at + 1)?))),
            "from" => plain(format!("{};", name(words.get(at + 1)?))),
            _ => None,
        })
    })
}

/// A name without its brackets or quotation marks.
fn name(word: &str) -> &str {
    word.trim_matches(['[', ']', '"', '\'', '`'])
}

/// Words and quoted names. Bracketed text, such as an inline table, is one word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace() && !matches!(c, ',' | ';')) {
        rest = &rest[start..];
        let close = match rest.as_bytes().first() {
            Some(b'[') => Some(']'),
            Some(b'"') => Some('"'),
            Some(b'\'') => Some('\''),
            Some(b'`') => Some('`'),
            _ => None,
        };
        let length = match close {
            Some(close) => rest[1..].find(close).map_or(rest.len(), |end| end + 2),
            None => {
                rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | '(' | ')')).unwrap_or(rest.len())
            }
        };
        // A single bracket is a word too.
        let length = length.max(rest.chars().next().map_or(1, char::len_utf8));
        words.push(&rest[..length]);
        rest = &rest[length..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_load_has_a_source() {
        let script = "A: LOAD * INLINE [x, load\nfrom, 1];\nB: LOAD RecNo() AS n AUTOGENERATE (3);\n\
            C: LOAD x RESIDENT [A];\nD: LOAD *\nFROM [lib://data/d.csv] (txt, utf8);\nE: LOAD x; SQL SELECT x FROM t;\n\
            F: LOAD n + 1 AS m; LOAD n RESIDENT A;\nLET v = 1;";
        let found: Vec<_> = sources(script).into_iter().map(|source| source.discriminator).collect();
        assert_eq!(found, ["INLINE;", "AUTOGENERATE;", "RESIDENT A;", "lib://data/d.csv;", "SQL;"]);
        assert_eq!(sources("SQL SELECT x FROM t;")[0].statement, "SELECT x FROM t");
    }
}
