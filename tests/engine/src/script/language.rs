//! The supported parts of the script language, determined by parsing examples.

use super::control_words;
use super::load::{Format, Kind, Source};
use super::statement::{self, LIB_CONNECT, Parsed};
use crate::expression::{self, absent};

/// Each statement, prefix, source and file type, with an example.
const FORMS: [(&str, &str); 65] = [
    ("ADD", "ADD LOAD 1 AS a AUTOGENERATE 1"),
    ("ALIAS", "ALIAS a AS b"),
    ("AUTONUMBER", "AUTONUMBER a"),
    ("BINARY", "BINARY x.qvf"),
    ("BUFFER", "BUFFER LOAD 1 AS a AUTOGENERATE 1"),
    ("BUNDLE", "BUNDLE LOAD 1 AS a AUTOGENERATE 1"),
    ("COMMENT FIELD", "COMMENT FIELD a WITH 'b'"),
    ("COMMENT TABLE", "COMMENT TABLE a WITH 'b'"),
    ("CONCATENATE", "CONCATENATE LOAD 1 AS a AUTOGENERATE 1"),
    ("CROSSTABLE", "CROSSTABLE (a, b) LOAD * RESIDENT c"),
    ("CUSTOM CONNECT", "CUSTOM CONNECT TO 'a'"),
    ("DECLARE", "DECLARE FIELD DEFINITION a"),
    ("DERIVE", "DERIVE FIELDS FROM FIELDS a USING b"),
    ("DIRECT QUERY", "DIRECT QUERY DIMENSION a FROM b"),
    ("DIRECTORY", "DIRECTORY a"),
    ("DROP FIELD", "DROP FIELD a"),
    ("DROP TABLE", "DROP TABLE a"),
    ("EXECUTE", "EXECUTE a"),
    ("FIRST", "FIRST 1 LOAD 1 AS a AUTOGENERATE 1"),
    ("FORCE", "FORCE CASE UPPER"),
    ("FROM … (html)", "LOAD * FROM a (html)"),
    ("FROM … (json)", "LOAD * FROM a (json)"),
    ("FROM … (ooxml)", "LOAD * FROM a (ooxml)"),
    ("FROM … (parquet)", "LOAD * FROM a (parquet)"),
    ("FROM … (qvd)", "LOAD * FROM a (qvd)"),
    ("FROM … (qvx)", "LOAD * FROM a (qvx)"),
    ("FROM … (txt)", "LOAD * FROM a (txt)"),
    ("FROM … (xml)", "LOAD * FROM a (xml)"),
    ("FROM_FIELD", "LOAD * FROM_FIELD (a, b)"),
    ("GENERIC", "GENERIC LOAD * RESIDENT a"),
    ("HIERARCHY", "HIERARCHY (a, b, c) LOAD * RESIDENT d"),
    ("HIERARCHYBELONGSTO", "HIERARCHYBELONGSTO (a, b, c, d, e) LOAD * RESIDENT f"),
    ("INFO", "INFO LOAD 1 AS a AUTOGENERATE 1"),
    ("INTERVALMATCH", "INTERVALMATCH (a) LOAD * RESIDENT b"),
    ("JOIN", "LEFT JOIN LOAD 1 AS a AUTOGENERATE 1"),
    ("KEEP", "INNER KEEP LOAD 1 AS a AUTOGENERATE 1"),
    ("LET", "LET a = 1"),
    ("LIB CONNECT (declared results)", "LIB CONNECT TO 'a'"),
    ("LOAD … AUTOGENERATE", "LOAD 1 AS a AUTOGENERATE 1"),
    ("LOAD … EXTENSION", "LOAD a EXTENSION b.c()"),
    ("LOAD … INLINE", "LOAD * INLINE [a]"),
    ("LOAD … RESIDENT", "LOAD * RESIDENT a"),
    ("LOOSEN TABLE", "LOOSEN TABLE a"),
    ("MAP … USING", "MAP a USING b"),
    ("MAPPING", "MAPPING LOAD * RESIDENT a"),
    ("MERGE", "MERGE ON a LOAD * RESIDENT b"),
    ("NULLASVALUE", "NULLASVALUE a"),
    ("ODBC CONNECT", "ODBC CONNECT TO 'a'"),
    ("OLEDB CONNECT", "OLEDB CONNECT TO 'a'"),
    ("QUALIFY", "QUALIFY *"),
    ("RENAME FIELD", "RENAME FIELD a TO b"),
    ("RENAME … USING", "RENAME TABLES USING a"),
    ("REPLACE", "REPLACE LOAD 1 AS a AUTOGENERATE 1"),
    ("SAMPLE", "SAMPLE 0.5 LOAD * RESIDENT a"),
    ("SEARCH", "SEARCH INCLUDE a"),
    ("SECTION ACCESS", "SECTION ACCESS"),
    ("SEMANTIC", "SEMANTIC LOAD * RESIDENT a"),
    ("SET", "SET a = 1"),
    ("SQL SELECT (declared results)", "SQL SELECT a FROM b"),
    ("STAR", "STAR IS *"),
    ("STORE", "STORE a INTO b.qvd (qvd)"),
    ("TAG FIELD", "TAG FIELD a WITH 'b'"),
    ("TRACE", "TRACE a"),
    ("UNTAG FIELD", "UNTAG FIELD a WITH 'b'"),
    ("WHEN, UNLESS", "WHEN 1 SET a = 1"),
];

/// The statements, prefixes, sources and file types of the script language, and whether this engine implements them.
pub fn statements() -> Vec<(String, bool)> {
    let forms = FORMS.iter().map(|(name, example)| ((*name).to_owned(), is_implemented(example)));
    let control = control_words().map(|word| (word.to_uppercase(), true));
    forms.chain(control).collect()
}

/// The functions of the language, and whether this engine implements them.
pub fn functions() -> Vec<(String, bool)> {
    let here = expression::functions();
    let there = absent::FUNCTIONS.iter().filter(|name| !here.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let there: Vec<_> = there.map(|name| ((*name).to_owned(), false)).collect();
    here.into_iter().map(|name| (name.to_owned(), true)).chain(there).collect()
}

fn is_implemented(example: &str) -> bool {
    match statement::parse(example) {
        Err(_) => false,
        Ok(Parsed::Load(load)) => {
            !matches!(load.source, Source::Absent(_) | Source::File(_, Format { kind: Kind::Other(_), .. }))
        }
        Ok(Parsed::Connect(name, _)) => name == LIB_CONNECT,
        Ok(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::code;

    #[test]
    fn every_example_parses_or_is_not_implemented() {
        for (name, example) in FORMS {
            if let Err(error) = statement::parse(example) {
                assert_eq!(error.code, code::NOT_IMPLEMENTED, "{name}: {}", error.message);
            }
        }
        let here =
            |name: &str| FORMS.iter().find(|(known, _)| *known == name).map(|(_, example)| is_implemented(example));
        assert_eq!(
            (here("STORE"), here("SECTION ACCESS"), here("FROM … (xml)")),
            (Some(true), Some(false), Some(false))
        );
        assert_eq!(here("SQL SELECT (declared results)"), Some(true));
        assert_eq!((here("LIB CONNECT (declared results)"), here("ODBC CONNECT")), (Some(true), Some(false)));
    }

    #[test]
    fn no_function_is_listed_as_both_in_and_out() {
        let functions = functions();
        let mut names: Vec<_> = functions.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), functions.len());
    }
}
