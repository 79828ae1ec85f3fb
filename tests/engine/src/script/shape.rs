//! Prefixes that reshape a loaded table.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::host::World;
use super::{Outcome, ScriptError};
use crate::data::{Draft, NULL};
use crate::value::Dual;

/// Unpivots a cross table: a field for the names of the columns, and one for their values.
pub(super) fn crossed(draft: &Draft, attribute: &str, data: &str, qualifiers: usize, world: &mut World) -> Draft {
    let qualifiers = qualifiers.min(draft.fields.len());
    let (attribute, data): (Arc<str>, Arc<str>) = (attribute.into(), data.into());
    let mut result = Draft {
        name: draft.name.clone(),
        fields: draft.fields[..qualifiers].iter().cloned().chain([Arc::clone(&attribute), Arc::clone(&data)]).collect(),
        columns: vec![Vec::new(); qualifiers + 2],
    };
    let settings = world.settings.clone();
    for row in 0..draft.rows() {
        for place in qualifiers..draft.fields.len() {
            let code = draft.columns[place][row];
            if code == NULL {
                continue;
            }
            let value = world.store.symbols_of(&draft.fields[place]).value(code);
            for (at, column) in result.columns[..qualifiers].iter_mut().enumerate() {
                column.push(draft.columns[at][row]);
            }
            let name = crate::value::interpret(&draft.fields[place], &settings);
            result.columns[qualifiers].push(world.store.symbols_of(&attribute).intern(name));
            result.columns[qualifiers + 1].push(world.store.symbols_of(&data).intern(value));
        }
    }
    result
}

/// The tables of a generic load: the last two columns are the name of a field and its value.
pub(super) fn generic(draft: &Draft, world: &mut World) -> Outcome<Vec<Draft>> {
    let keys = draft.fields.len().checked_sub(2).filter(|keys| *keys > 0);
    let keys = keys.ok_or_else(|| ScriptError::new(super::UNEXPECTED, "", "GENERIC needs at least three fields"))?;
    let mut tables: Vec<Draft> = Vec::new();
    let mut places: HashMap<u32, usize> = HashMap::new();
    for row in 0..draft.rows() {
        let attribute = draft.columns[keys][row];
        if attribute == NULL {
            continue;
        }
        let next = tables.len();
        let at = *places.entry(attribute).or_insert(next);
        if at == next {
            let name = world.store.symbols_of(&draft.fields[keys]).value(attribute);
            let name = name.as_text();
            tables.push(Draft {
                name: format!("{}.{name}", draft.name),
                fields: draft.fields[..keys].iter().cloned().chain([Arc::from(&*name)]).collect(),
                columns: vec![Vec::new(); keys + 1],
            });
        }
        let value = world.store.symbols_of(&draft.fields[keys + 1]).value(draft.columns[keys + 1][row]);
        let table = &mut tables[at];
        for (column, from) in table.columns.iter_mut().zip(&draft.columns[..keys]) {
            column.push(from[row]);
        }
        table.columns[keys].push(world.store.symbols_of(&table.fields[keys]).intern(value));
    }
    Ok(tables)
}

/// The values of a field with the intervals that contain them. The first two columns are the limits; a null limit is
/// open. Further fields must be equal.
pub(super) fn matched(draft: &Draft, names: &[String], world: &mut World) -> Outcome<Draft> {
    if draft.fields.len() < 2 {
        return Err(ScriptError::new(super::UNEXPECTED, "", "INTERVALMATCH needs two fields, the limits"));
    }
    let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(name.as_str())).collect();
    let (field, keys) = names.split_first().ok_or_else(|| ScriptError::field(""))?;
    let mut key_places = Vec::new();
    for key in keys {
        key_places.push(draft.place(key).ok_or_else(|| ScriptError::field(key))?);
    }
    let points = points(&names, world)?;
    let number = |place: usize, row: usize| {
        let symbols = world.store.symbols.get(&draft.fields[place]);
        symbols.map_or(Dual::Null, |symbols| symbols.value(draft.columns[place][row])).to_number()
    };
    let mut result = Draft {
        name: draft.name.clone(),
        fields: std::iter::once(field).chain(&draft.fields).cloned().collect(),
        columns: vec![Vec::new(); draft.fields.len() + 1],
    };
    for row in 0..draft.rows() {
        let low = number(0, row).unwrap_or(f64::NEG_INFINITY);
        let high = number(1, row).unwrap_or(f64::INFINITY);
        for (value, point) in &points {
            let same_keys = key_places.iter().zip(&point[1..]).all(|(place, key)| draft.columns[*place][row] == *key);
            if same_keys && (low..=high).contains(value) {
                result.columns[0].push(point[0]);
                for (column, from) in result.columns[1..].iter_mut().zip(&draft.columns) {
                    column.push(from[row]);
                }
            }
        }
    }
    Ok(result)
}

/// The distinct numbers of the first field with the values of the others, in the tables that have all of them.
fn points(names: &[Arc<str>], world: &World) -> Outcome<Vec<(f64, Vec<u32>)>> {
    let symbols = world.store.symbols.get(&names[0]).ok_or_else(|| ScriptError::field(&names[0]))?;
    let mut seen = HashSet::new();
    let mut points = Vec::new();
    for table in &world.store.tables {
        let Some(places) = names.iter().map(|name| table.place(name)).collect::<Option<Vec<_>>>() else { continue };
        for row in 0..table.rows() {
            let point: Vec<u32> = places.iter().map(|place| table.columns[*place][row]).collect();
            if let Some(number) = symbols.value(point[0]).to_number()
                && seen.insert(point.clone())
            {
                points.push((number, point));
            }
        }
    }
    Ok(points)
}
