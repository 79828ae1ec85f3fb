//! What becomes of a loaded table: it is new, or goes into one that is there.

use std::collections::HashMap;
use std::sync::Arc;

use super::host::World;
use super::load::{Load, Prefix};
use super::rows::Output;
use super::{NO_PREVIOUS_TABLE, Outcome, ScriptError};
use crate::data::{Draft, JoinSide, NULL, Symbols};
use crate::value::Dual;

/// Puts a loaded table where its prefixes say.
pub(super) fn place(load: &Load, output: Output, world: &mut World) -> Outcome<()> {
    let mapping = load.prefixes.contains(&Prefix::Mapping);
    let (mut draft, symbols) = output.into_draft();
    if mapping {
        let map = map_of(&draft, &symbols);
        world.maps.insert(draft.name.clone(), map);
        // The map's values belong to no field.
        return Ok(());
    }
    for (name, symbols) in symbols {
        *world.store.symbols_of(&name) = symbols;
    }
    let cross = load.prefixes.iter().find_map(|prefix| match prefix {
        Prefix::CrossTable { attribute, data, qualifiers } => Some((attribute, data, *qualifiers)),
        _ => None,
    });
    if let Some((attribute, data, qualifiers)) = cross {
        draft = turned(&draft, attribute, data, qualifiers, world);
    }
    for prefix in &load.prefixes {
        match prefix {
            Prefix::Join(side, table) => {
                let at = target(table.as_deref(), world)?;
                world.store.tables[at].join(&draft, *side);
                return Ok(());
            }
            Prefix::Concatenate(table) => {
                let at = target(table.as_deref(), world)?;
                world.store.tables[at].append(draft);
                return Ok(());
            }
            Prefix::Keep(side, table) => {
                let at = target(table.as_deref(), world)?;
                let other = &mut world.store.tables[at];
                if matches!(side, JoinSide::Inner | JoinSide::Left) {
                    draft.keep(other);
                }
                if matches!(side, JoinSide::Inner | JoinSide::Right) {
                    other.keep(&draft);
                }
                add(draft, world);
                return Ok(());
            }
            Prefix::NoConcatenate | Prefix::Mapping | Prefix::CrossTable { .. } => {}
        }
    }
    let same = world.store.tables.iter_mut().find(|table| table.same_fields(&draft.fields));
    match same {
        Some(table) if !load.prefixes.contains(&Prefix::NoConcatenate) => table.append(draft),
        _ => add(draft, world),
    }
    Ok(())
}

/// The table that a prefix names, or the last one.
fn target(name: Option<&str>, world: &World) -> Outcome<usize> {
    match name {
        Some(name) => world.store.table(name).ok_or_else(|| ScriptError::table(name)),
        None => world.store.tables.len().checked_sub(1).ok_or_else(|| {
            ScriptError::new(NO_PREVIOUS_TABLE, "", "There is no previous table to concatenate or join with")
        }),
    }
}

/// Adds a table; a name that is taken gets a number.
fn add(mut draft: Draft, world: &mut World) {
    if world.store.table(&draft.name).is_some() {
        let free =
            (1..).map(|number| format!("{}-{number}", draft.name)).find(|name| world.store.table(name).is_none());
        draft.name = free.unwrap_or_default();
    }
    world.store.tables.push(draft);
}

fn map_of(draft: &Draft, symbols: &[(Arc<str>, Symbols)]) -> HashMap<crate::value::Key, Dual> {
    let mut map = HashMap::new();
    if let ([from, to, ..], [(_, keys), (_, values), ..]) = (draft.columns.as_slice(), symbols) {
        for (from, to) in from.iter().zip(to) {
            if let Some(key) = keys.value(*from).key() {
                // The first of several entries counts.
                map.entry(key).or_insert_with(|| values.value(*to));
            }
        }
    }
    map
}

/// A cross table as rows: a field for the columns' names, and one for what stood in them.
fn turned(draft: &Draft, attribute: &str, data: &str, qualifiers: usize, world: &mut World) -> Draft {
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
