//! `HIERARCHY` and `HIERARCHYBELONGSTO`: from nodes with their parents to levels and to ancestors.

use std::collections::HashMap;
use std::sync::Arc;

use super::host::World;
use super::{Outcome, ScriptError};
use crate::data::{Draft, NULL, Symbols};
use crate::value::Dual;

/// The fields of the nodes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Nodes {
    pub(super) node: String,
    pub(super) parent: String,
    pub(super) name: String,
}

/// The fields that `HIERARCHY` adds to those of the levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levels {
    pub(super) parent_name: Option<String>,
    /// The field that paths are made of; the name of the node if it is missing.
    pub(super) path_source: Option<String>,
    pub(super) path: Option<String>,
    pub(super) delimiter: String,
    pub(super) depth: Option<String>,
}

/// The fields that `HIERARCHYBELONGSTO` adds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ancestors {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) depth: Option<String>,
}

/// The paths from a root to each row, as rows. A row below several parents has several paths. A row that cannot be
/// reached from a root does not have a path.
struct Tree {
    paths: Vec<Vec<Vec<usize>>>,
}

impl Tree {
    fn of(draft: &Draft, node: usize, parent: usize, world: &World) -> Outcome<Self> {
        let nodes = symbols(draft, node, world);
        let ids = &draft.columns[node];
        let mut rows_of: HashMap<u32, Vec<usize>> = HashMap::new();
        for (row, id) in ids.iter().enumerate().filter(|(_, id)| **id != NULL) {
            rows_of.entry(*id).or_default().push(row);
        }
        let mut children: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut waiting: Vec<Vec<usize>> = Vec::new();
        for row in 0..draft.rows() {
            let above = nodes.find(&value(draft, parent, row, world)).filter(|id| rows_of.contains_key(id));
            match above {
                Some(id) => children.entry(id).or_default().push(row),
                None => waiting.push(vec![row]),
            }
        }
        let mut paths = vec![Vec::new(); draft.rows()];
        while let Some(path) = waiting.pop() {
            let row = path[path.len() - 1];
            for child in children.get(&ids[row]).into_iter().flatten() {
                if path.iter().any(|above| ids[*above] == ids[*child]) {
                    return Err(ScriptError::not_implemented("A hierarchy with a node below itself"));
                }
                waiting.push(path.iter().copied().chain([*child]).collect());
            }
            paths[row].push(path);
        }
        paths.iter_mut().for_each(|paths| paths.sort_unstable());
        Ok(Self { paths })
    }

    fn depth(&self) -> usize {
        self.paths.iter().flatten().map(Vec::len).max().unwrap_or(0)
    }
}

fn place(draft: &Draft, field: &str) -> Outcome<usize> {
    draft.place(field).ok_or_else(|| ScriptError::field(field))
}

fn symbols<'w>(draft: &Draft, place: usize, world: &'w World) -> &'w Symbols {
    static NONE: std::sync::LazyLock<Symbols> = std::sync::LazyLock::new(Symbols::default);
    world.store.symbols.get(&draft.fields[place]).unwrap_or(&NONE)
}

fn value(draft: &Draft, place: usize, row: usize, world: &World) -> Dual {
    symbols(draft, place, world).value(draft.columns[place][row])
}

/// Values of new fields, row by row.
struct Columns<'w> {
    result: Draft,
    world: &'w mut World,
}

impl Columns<'_> {
    fn add(&mut self, field: &str, values: Vec<Dual>) {
        let field: Arc<str> = field.into();
        let symbols = self.world.store.symbols_of(&field);
        self.result.columns.push(values.into_iter().map(|value| symbols.intern(value)).collect());
        self.result.fields.push(field);
    }
}

/// The rows of a table in another order, some of them several times.
fn rows_of(draft: &Draft, rows: &[usize]) -> Draft {
    let columns = draft.columns.iter().map(|column| rows.iter().map(|row| column[*row]).collect()).collect();
    Draft { name: draft.name.clone(), fields: draft.fields.clone(), columns }
}

/// The nodes with the names on the levels above them.
pub(super) fn expanded(draft: &Draft, nodes: &Nodes, levels: &Levels, world: &mut World) -> Outcome<Draft> {
    let name = place(draft, &nodes.name)?;
    let source = place(draft, levels.path_source.as_deref().unwrap_or(&nodes.name))?;
    let tree = Tree::of(draft, place(draft, &nodes.node)?, place(draft, &nodes.parent)?, world)?;
    let paths: Vec<&Vec<usize>> = tree.paths.iter().flatten().collect();
    let rows: Vec<usize> = paths.iter().map(|path| path[path.len() - 1]).collect();
    let name_of = |row: Option<&usize>, world: &World| row.map_or(Dual::Null, |row| value(draft, name, *row, world));
    let mut columns = Columns { result: rows_of(draft, &rows), world };
    for level in 0..tree.depth() {
        let values = paths.iter().map(|path| name_of(path.get(level), columns.world)).collect();
        columns.add(&format!("{}{}", nodes.name, level + 1), values);
    }
    if let Some(field) = &levels.parent_name {
        let above = |path: &Vec<usize>| path.len().checked_sub(2).map(|above| path[above]);
        let values = paths.iter().map(|path| name_of(above(path).as_ref(), columns.world)).collect();
        columns.add(field, values);
    }
    if let Some(field) = &levels.path {
        let text = |path: &Vec<usize>, world: &World| {
            let names = path.iter().map(|row| value(draft, source, *row, world).as_text().into_owned());
            Dual::text(names.collect::<Vec<_>>().join(&levels.delimiter))
        };
        let values = paths.iter().map(|path| text(path, columns.world)).collect();
        columns.add(field, values);
    }
    if let Some(field) = &levels.depth {
        columns.add(field, paths.iter().map(|path| Dual::Number(path.len() as f64)).collect());
    }
    Ok(columns.result)
}

/// The nodes with each of their ancestors, beginning with themselves. The ancestor takes the place of the parent.
pub(super) fn belonging(draft: &Draft, nodes: &Nodes, ancestors: &Ancestors, world: &mut World) -> Outcome<Draft> {
    let (node, name) = (place(draft, &nodes.node)?, place(draft, &nodes.name)?);
    let parent = place(draft, &nodes.parent)?;
    let tree = Tree::of(draft, node, parent, world)?;
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for paths in &tree.paths {
        let [path] = paths.as_slice() else {
            if paths.is_empty() {
                continue;
            }
            return Err(ScriptError::not_implemented("HIERARCHYBELONGSTO of nodes with several parents"));
        };
        let row = path[path.len() - 1];
        pairs.extend(path.iter().rev().enumerate().map(|(difference, above)| (row, *above, difference)));
    }
    let mut seen = std::collections::HashSet::new();
    if draft.columns[node].iter().any(|id| !seen.insert(*id)) {
        return Err(ScriptError::not_implemented("HIERARCHYBELONGSTO of nodes with several rows"));
    }
    let rows: Vec<usize> = pairs.iter().map(|(row, ..)| *row).collect();
    let values_of = |place: usize, world: &World| -> Vec<Dual> {
        pairs.iter().map(|(_, above, _)| value(draft, place, *above, world)).collect()
    };
    let (ids, names) = (values_of(node, world), values_of(name, world));
    let mut columns = Columns { result: rows_of(draft, &rows), world };
    // The parents are not values of the ancestors' field, even if it has their name.
    if !columns.world.store.has_field(&nodes.parent) {
        columns.world.store.symbols.remove(nodes.parent.as_str());
    }
    columns.add(&ancestors.id, ids);
    let id = columns.result.columns.pop().zip(columns.result.fields.pop());
    if let Some((column, field)) = id {
        columns.result.columns[parent] = column;
        columns.result.fields[parent] = field;
    }
    columns.add(&ancestors.name, names);
    if let Some(field) = &ancestors.depth {
        columns.add(field, pairs.iter().map(|(_, _, difference)| Dual::Number(*difference as f64)).collect());
    }
    Ok(columns.result)
}
