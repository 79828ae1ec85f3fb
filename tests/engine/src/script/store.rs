//! `STORE`: tables as files.

use std::sync::Arc;

use super::files::Files;
use super::load::{Format, Kind};
use super::names::Names;
use super::{Outcome, ScriptError, UNEXPECTED, qvd, separated};
use crate::data::Store;
use crate::expression::tokenize;
use crate::value::Dual;

/// A `STORE` statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StoreTable {
    /// Fields with their names in the file; an empty list means all.
    fields: Vec<(String, String)>,
    table: String,
    path: String,
    format: Format,
}

/// Parses the text after the keyword.
pub(super) fn parse(text: &str) -> Outcome<StoreTable> {
    let (head, tail) = split_at_into(text)?;
    let tokens = tokenize(head)?;
    let mut names = Names::new(head, &tokens);
    let (fields, table) = if names.accept_all() {
        names.require("from")?;
        (Vec::new(), names.name()?)
    } else {
        let fields = names.renamed()?;
        match (names.accept("from"), fields.as_slice()) {
            (true, _) => (fields, names.name()?),
            (false, [(table, _)]) => (Vec::new(), table.clone()),
            _ => return Err(ScriptError::new(UNEXPECTED, "", "Unexpected token, expected one of: 'FROM'")),
        }
    };
    names.end()?;
    let (path, format) = super::load::file(tail)?;
    Ok(StoreTable { fields, table, path, format })
}

/// The texts before and after `INTO`.
fn split_at_into(text: &str) -> Outcome<(&str, &str)> {
    let found = super::split::scan(text, |rest, word_start| {
        (word_start && super::split::first_word(rest) == "into").then_some(())
    });
    let (at, ()) = found
        .ok_or_else(|| ScriptError::new(UNEXPECTED, "", "Unexpected end of statement, expected one of: 'INTO'"))?;
    Ok((&text[..at], &text[at + 4..]))
}

impl StoreTable {
    /// Stores the table. Returns the number of rows.
    pub(super) fn run(&self, store: &Store, files: &Files) -> Outcome<usize> {
        let draft = &store.tables[store.table(&self.table).ok_or_else(|| ScriptError::table(&self.table))?];
        let fields = match self.fields.as_slice() {
            [] => draft.fields.iter().map(|field| (field.to_string(), field.to_string())).collect(),
            fields => fields.to_vec(),
        };
        let mut columns = Vec::new();
        for (field, name) in &fields {
            let place = draft.place(field).ok_or_else(|| ScriptError::field(field))?;
            let symbols = store.symbols.get(&draft.fields[place]);
            let value = |code: &u32| symbols.map_or(Dual::Null, |symbols| symbols.value(*code));
            columns.push((Arc::from(name.as_str()), draft.columns[place].iter().map(value).collect::<Vec<_>>()));
        }
        let bytes = match self.format.kind {
            Kind::Qvd => qvd::write(&draft.name, columns).map_err(|error| error.about(&self.path))?,
            Kind::Text => separated::write(&columns, self.format.delimiter).into_bytes(),
            Kind::Json => return Err(ScriptError::not_implemented("STORE as json")),
            Kind::Other(kind) => return Err(ScriptError::not_implemented(&format!("STORE as {kind}"))),
        };
        files.store(&self.path, bytes)?;
        Ok(draft.rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_parsed() {
        let store = parse("t INTO [lib://a/into b.qvd] (qvd)").unwrap();
        assert_eq!(
            (store.table.as_str(), store.path.as_str(), store.format.kind),
            ("t", "lib://a/into b.qvd", Kind::Qvd)
        );
        assert!(store.fields.is_empty());
        let store = parse("a, b AS [c d] FROM [t u] INTO x/y.csv (txt, delimiter is ';')").unwrap();
        assert_eq!(store.fields, [("a".into(), "a".into()), ("b".into(), "c d".into())]);
        assert_eq!((store.table.as_str(), store.path.as_str(), store.format.delimiter), ("t u", "x/y.csv", b';'));
        assert_eq!(parse("* FROM t INTO 'x.qvd'").unwrap().format.kind, Kind::Qvd);
        assert_eq!(parse("t INTO x.parquet (parquet)").unwrap().format.kind, Kind::Other("parquet"));
        assert!(parse("t x INTO y").is_err());
        assert!(parse("t").is_err());
    }
}
