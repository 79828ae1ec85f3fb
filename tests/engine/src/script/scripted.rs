//! Functions that only load scripts have, including those about files.

use super::host::Place;
use super::qvd;
use crate::expression::{Expression, Scripted, evaluate};
use crate::value::Dual;

impl Place<'_> {
    pub(super) fn scripted(&self, function: Scripted, arguments: &[Expression]) -> Dual {
        let value = |at: usize| arguments.get(at).map_or(Dual::Null, |argument| evaluate(argument, self));
        let text = |at: usize| value(at).as_text().into_owned();
        let store = &self.world.store;
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        // Without a file, they are null.
        let of_file = |text: &str| if self.file.is_empty() { Dual::Null } else { Dual::text(text) };
        match function {
            Scripted::MapSubString => match self.world.maps.get(&text(0)) {
                Some(map) => Dual::text(replaced(&text(1), map)),
                None => value(1),
            },
            Scripted::Lookup => {
                let (field, by, wanted) = (text(0), text(1), value(2));
                let table = if arguments.len() > 3 { store.table(&text(3)) } else { store.tables.len().checked_sub(1) };
                let found = table.map(|at| &store.tables[at]).and_then(|table| {
                    let code = store.symbols.get(&*by)?.find(&wanted)?;
                    let row = table.columns[table.place(&by)?].iter().position(|other| *other == code)?;
                    Some(store.symbols.get(&*field)?.value(table.columns[table.place(&field)?][row]))
                });
                found.unwrap_or(Dual::Null)
            }
            Scripted::FieldNumber => {
                let place = store.table(&text(1)).and_then(|at| store.tables[at].place(&text(0)));
                Dual::Number(place.map_or(0.0, |place| place as f64 + 1.0))
            }
            Scripted::TableNumber => store.table(&text(0)).map_or(Dual::Null, |at| Dual::Number(at as f64)),
            Scripted::FileBaseName => of_file(name.rsplit_once('.').map_or(name, |(base, _)| base)),
            Scripted::FileName => of_file(name),
            Scripted::FileExtension => of_file(name.rsplit_once('.').map_or("", |(_, extension)| extension)),
            Scripted::FilePath => of_file(self.file),
            Scripted::FileDir => of_file(self.file.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)),
            Scripted::FileSize => {
                let size = self.world.files.size(&self.path(arguments, 0));
                size.map_or(Dual::Null, |size| Dual::Number(size as f64))
            }
            Scripted::FileTime => {
                let time = self.world.files.changed(&self.path(arguments, 0));
                time.map_or(Dual::Null, |serial| self.world.moment(serial, &self.world.settings.timestamp))
            }
            Scripted::QvdNoOfRecords => self.qvd(arguments, |head| Some(Dual::Number(head.rows as f64))),
            Scripted::QvdNoOfFields => self.qvd(arguments, |head| Some(Dual::Number(head.fields.len() as f64))),
            Scripted::QvdTableName => self.qvd(arguments, |head| Some(Dual::text(head.table))),
            Scripted::QvdFieldName => {
                let place = value(1).to_number().filter(|place| *place >= 1.0).map(|place| place as usize - 1);
                self.qvd(arguments, |head| head.fields.get(place?).map(|name| Dual::Text(name.clone())))
            }
            Scripted::IsPartialReload => Dual::truth(false),
        }
    }

    /// A path as an argument: a text, or a bare path in brackets; defaults to the current file.
    fn path(&self, arguments: &[Expression], at: usize) -> String {
        match arguments.get(at) {
            None => self.file.to_owned(),
            Some(argument) => evaluate(argument, self).as_text().into_owned(),
        }
    }

    fn qvd(&self, arguments: &[Expression], of: impl FnOnce(qvd::Head) -> Option<Dual>) -> Dual {
        let bytes = self.world.files.bytes(&self.path(arguments, 0));
        bytes.and_then(|bytes| qvd::head(&bytes).ok()).and_then(of).unwrap_or(Dual::Null)
    }
}

/// Replaces the parts of a text that have an entry in a map; earlier entries take precedence.
fn replaced(text: &str, map: &super::host::Mapping) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    'next: while let Some(first) = rest.chars().next() {
        for (from, to) in map.entries() {
            let from = from.as_text();
            if !from.is_empty() && rest.starts_with(&*from) {
                result.push_str(&to.as_text());
                rest = &rest[from.len()..];
                continue 'next;
            }
        }
        result.push(first);
        rest = &rest[first.len_utf8()..];
    }
    result
}
