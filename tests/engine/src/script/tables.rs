//! Adds loaded tables: as new ones, or to existing ones.

use std::sync::Arc;

use super::host::{Mapping, World};
use super::load::{Load, Prefix};
use super::merge::Merge;
use super::rows::Output;
use super::{NO_PREVIOUS_TABLE, Outcome, ScriptError, hierarchy, shape};
use crate::data::{Draft, JoinSide, Symbols};

/// Adds a loaded table as its prefixes require.
pub(super) fn place(load: &Load, output: Output, world: &mut World) -> Outcome<()> {
    let mapping = load.prefixes.contains(&Prefix::Mapping);
    let (mut draft, symbols) = output.into_draft();
    if mapping {
        let map = map_of(&draft, &symbols);
        world.maps.insert(draft.name.clone(), Arc::new(map));
        // The values of a map belong to no field.
        return Ok(());
    }
    for (name, symbols) in symbols {
        *world.store.symbols_of(&name) = symbols;
    }
    let loaded = draft.fields.clone();
    for prefix in &load.prefixes {
        match prefix {
            Prefix::CrossTable { attribute, data, qualifiers } => {
                draft = shape::crossed(&draft, attribute, data, *qualifiers, world);
            }
            Prefix::IntervalMatch(names) => draft = shape::matched(&draft, names, world)?,
            Prefix::Hierarchy(nodes, levels) => draft = hierarchy::expanded(&draft, nodes, levels, world)?,
            Prefix::HierarchyBelongsTo(nodes, ancestors) => {
                draft = hierarchy::belonging(&draft, nodes, ancestors, world)?;
            }
            Prefix::Generic => {
                for table in shape::generic(&draft, world)? {
                    add(table, world);
                }
                forget(&loaded, &[], world);
                return Ok(());
            }
            _ => {}
        }
    }
    forget(&loaded, &draft.fields, world);
    for prefix in &load.prefixes {
        match prefix {
            Prefix::Join(side, table) => {
                let at = target(table.as_deref(), world)?;
                world.store.tables[at].join(&draft, *side);
                return Ok(());
            }
            Prefix::Concatenate(table) if !merges(load) => {
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
            _ => {}
        }
    }
    let merge = load.prefixes.iter().find_map(|prefix| match prefix {
        Prefix::Merge(merge) => Some(merge),
        _ => None,
    });
    if let Some(merge) = merge {
        return merged(load, merge, &draft, world);
    }
    let same = world.store.tables.iter_mut().find(|table| table.same_fields(&draft.fields));
    match same {
        Some(table) if !load.prefixes.contains(&Prefix::NoConcatenate) => table.append(draft),
        _ => add(draft, world),
    }
    Ok(())
}

/// Forgets the values of loaded fields that no table has after reshaping.
fn forget(loaded: &[Arc<str>], kept: &[Arc<str>], world: &mut World) {
    for field in loaded.iter().filter(|field| !kept.contains(field)) {
        if !world.store.has_field(field) {
            world.store.symbols.remove(field);
        }
    }
}

fn merges(load: &Load) -> bool {
    load.prefixes.iter().any(|prefix| matches!(prefix, Prefix::Merge(_)))
}

/// Applies a log of changes: to the table that the prefix names, or to one with the same fields. Without such a table,
/// the result is a new one.
fn merged(load: &Load, merge: &Merge, log: &Draft, world: &mut World) -> Outcome<()> {
    let fields = log.fields.get(1..).unwrap_or_default();
    let named = load.prefixes.iter().find_map(|prefix| match prefix {
        Prefix::Concatenate(table) => Some(target(table.as_deref(), world)),
        _ => None,
    });
    let at = match named {
        Some(at) => Some(at?),
        None => world.store.tables.iter().position(|table| table.same_fields(fields)),
    };
    match at {
        Some(at) => {
            let table = std::mem::take(&mut world.store.tables[at]);
            world.store.tables[at] = merge.apply(table, log, world)?;
        }
        None => {
            let table = merge.apply(Draft { name: log.name.clone(), ..Draft::default() }, log, world)?;
            add(table, world);
        }
    }
    forget(&log.fields[..log.fields.len().min(1)], &[], world);
    Ok(())
}

/// The table named by a prefix, or the last one.
fn target(name: Option<&str>, world: &World) -> Outcome<usize> {
    match name {
        Some(name) => world.store.table(name).ok_or_else(|| ScriptError::table(name)),
        None => world.store.tables.len().checked_sub(1).ok_or_else(|| {
            ScriptError::new(NO_PREVIOUS_TABLE, "", "There is no previous table to concatenate or join with")
        }),
    }
}

/// Adds a table. If the name is taken, a number is appended.
fn add(mut draft: Draft, world: &mut World) {
    if world.store.table(&draft.name).is_some() {
        let free =
            (1..).map(|number| format!("{}-{number}", draft.name)).find(|name| world.store.table(name).is_none());
        draft.name = free.unwrap_or_default();
    }
    world.store.tables.push(draft);
}

fn map_of(draft: &Draft, symbols: &[(Arc<str>, Symbols)]) -> Mapping {
    let mut map = Mapping::default();
    if let ([from, to, ..], [(_, keys), (_, values), ..]) = (draft.columns.as_slice(), symbols) {
        for (from, to) in from.iter().zip(to) {
            map.add(keys.value(*from), values.value(*to));
        }
    }
    map
}
