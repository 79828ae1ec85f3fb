//! One `LOAD`: input rows to output rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::host::{Mapping, Place, World};
use super::load::{Item, Load, Prefix};
use super::split_field::Splits;
use super::{AGGREGATION_REQUIRED, Outcome, Progress, ScriptError};
use crate::data::{Draft, Symbols};
use crate::expression::{
    Accumulator, Aggregation, AggregationKind, Aggregator, Binder, Expression, Host, Misplaced, Scripted, bind,
    evaluate, misplaced_in_script, visit,
};
use crate::value::{Dual, Key};

/// Input rows.
#[derive(Debug, Default)]
pub(super) struct Input {
    names: Vec<Arc<str>>,
    rows: Vec<Vec<Dual>>,
    generated: usize,
    /// The paths of the source files, each with its first row.
    files: Vec<(usize, String)>,
}

impl Input {
    /// Rows of named values.
    pub(super) fn new(names: Vec<Arc<str>>, rows: Vec<Vec<Dual>>) -> Self {
        Self { names, rows, generated: 0, files: Vec::new() }
    }

    /// Rows without values.
    pub(super) fn generated(count: usize) -> Self {
        Self { generated: count, ..Self::default() }
    }

    /// Names of the values.
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The rows.
    #[cfg(test)]
    pub(super) fn rows(&self) -> &[Vec<Dual>] {
        &self.rows
    }

    /// Adds the rows of another input with the same names.
    pub(super) fn extend(&mut self, other: Self) {
        let first = self.rows.len();
        self.files.extend(other.files.into_iter().map(|(row, file)| (first + row, file)));
        self.rows.extend(other.rows);
    }

    /// Sets the source file of the rows.
    pub(super) fn of_file(mut self, path: String) -> Self {
        self.files = vec![(0, path)];
        self
    }

    fn file(&self, row: usize) -> &str {
        let next = self.files.partition_point(|(first, _)| *first <= row);
        next.checked_sub(1).map_or("", |at| &self.files[at].1)
    }

    /// Keeps only the first rows.
    pub(super) fn limit(&mut self, rows: usize) {
        self.rows.truncate(rows);
        self.generated = self.generated.min(rows);
    }

    fn count(&self) -> usize {
        self.rows.len() + self.generated
    }

    fn row(&self, at: usize) -> &[Dual] {
        self.rows.get(at).map_or(&[], Vec::as_slice)
    }

    /// Sorts by fields, some of them in descending order.
    pub(super) fn sort(&mut self, order: &[(String, bool)]) -> Outcome<()> {
        let mut places = Vec::new();
        for (field, down) in order {
            let place =
                self.names.iter().position(|name| **name == **field).ok_or_else(|| ScriptError::field(field))?;
            places.push((place, *down));
        }
        self.rows.sort_by(|a, b| {
            places.iter().fold(std::cmp::Ordering::Equal, |order, (place, down)| {
                order.then_with(|| {
                    let order = crate::value::compare(&a[*place], &b[*place]);
                    if *down { order.reverse() } else { order }
                })
            })
        });
        Ok(())
    }
}

/// Loaded rows: columns of element numbers and their values.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) names: Vec<Arc<str>>,
    symbols: Vec<Symbols>,
    columns: Vec<Vec<u32>>,
    changes: Vec<Change>,
    /// The maximum number of rows to load, from `FIRST`.
    most: Option<usize>,
}

impl Output {
    fn is_full(&self) -> bool {
        self.most.is_some_and(|most| self.rows() >= most)
    }

    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    pub(super) fn place(&self, field: &str) -> Option<usize> {
        self.names.iter().position(|name| &**name == field)
    }

    pub(super) fn symbols(&self, field: &str) -> Option<&Symbols> {
        self.place(field).map(|place| &self.symbols[place])
    }

    pub(super) fn value(&self, place: usize, row: usize) -> Dual {
        self.symbols[place].value(self.columns[place][row])
    }

    /// The rows as input of the preceding `LOAD`.
    pub(super) fn into_input(self) -> Input {
        let rows =
            (0..self.rows()).map(|row| (0..self.names.len()).map(|place| self.value(place, row)).collect()).collect();
        Input::new(self.names, rows)
    }

    /// The rows as a table, and the values by field.
    pub(super) fn into_draft(self) -> (Draft, Vec<(Arc<str>, Symbols)>) {
        let symbols = self.names.iter().cloned().zip(self.symbols).collect();
        (Draft { name: self.name, fields: self.names, columns: self.columns }, symbols)
    }
}

/// Binds names to values of a row.
struct Names<'a> {
    names: &'a [Arc<str>],
    aggregations: Vec<Aggregating>,
}

struct Aggregating {
    kind: Aggregator,
    distinct: bool,
    arguments: Vec<Expression>,
}

impl Binder for Names<'_> {
    type Error = Box<ScriptError>;

    fn name(&mut self, name: &str, _: usize, _: usize) -> Outcome<Expression> {
        let place = self.names.iter().position(|known| &**known == name);
        place.map(Expression::Slot).ok_or_else(|| ScriptError::field(name))
    }

    fn aggregation(&mut self, aggregation: &Aggregation) -> Outcome<Expression> {
        let AggregationKind::Plain(kind) = aggregation.kind else {
            return Err(ScriptError::not_implemented("Aggr in a script"));
        };
        let arguments = aggregation.arguments.iter().map(|argument| bind(argument, self)).collect::<Outcome<_>>()?;
        self.aggregations.push(Aggregating { kind, distinct: aggregation.distinct, arguments });
        Ok(Expression::Aggregated(self.aggregations.len() - 1))
    }
}

/// Functions that take the name of a field or map accept it without quotes.
pub(super) fn quote_names(expression: &mut Expression) {
    match expression {
        Expression::Host(host, arguments) => {
            if *host == Host::Exists && arguments.len() == 1 {
                arguments.push(arguments[0].clone());
            }
            if let (
                Host::Exists
                | Host::Peek
                | Host::ApplyMap
                | Host::FieldIndex
                | Host::FieldValue
                | Host::FieldValueCount
                | Host::NoOfRows
                | Host::NoOfFields,
                Some(Expression::Name(name, ..)),
            ) = (*host, arguments.first())
            {
                arguments[0] = Expression::Value(Dual::Text(Arc::clone(name)));
            }
            // A bare path can be in brackets, like a field.
            if let (Host::Scripted(_), Some(Expression::Name(name, ..))) = (*host, arguments.first())
                && (name.contains(['/', '\\']) || name.to_lowercase().ends_with(".qvd"))
            {
                arguments[0] = Expression::Value(Dual::Text(Arc::clone(name)));
            }
            arguments.iter_mut().for_each(quote_names);
        }
        Expression::Call(_, arguments) | Expression::HostTotal(_, arguments) => {
            arguments.iter_mut().for_each(quote_names);
        }
        Expression::Unary(_, operand) => quote_names(operand),
        Expression::Binary(_, left, right) => {
            quote_names(left);
            quote_names(right);
        }
        Expression::Aggregation(aggregation) => aggregation.arguments.iter_mut().for_each(quote_names),
        Expression::Value(_) | Expression::Name(..) | Expression::Slot(_) | Expression::Aggregated(_) => {}
    }
}

/// Returns an error for a function that only charts have.
pub(super) fn check_functions(expression: &Expression) -> Outcome<()> {
    match misplaced_in_script(expression) {
        None => Ok(()),
        Some(Misplaced::Absent(what)) => Err(ScriptError::not_implemented(what)),
        Some(invalid @ Misplaced::Invalid(name)) => Err(ScriptError::new(super::UNEXPECTED, name, invalid.to_string())),
    }
}

/// Returns an error for a map that does not exist.
pub(super) fn check_maps(expression: &Expression, world: &World) -> Outcome<()> {
    let mut missing = None;
    visit(expression, &mut |part| {
        if let Expression::Host(Host::ApplyMap | Host::Scripted(Scripted::MapSubString), arguments) = part
            && let Some(Expression::Value(map)) = arguments.first()
            && !world.maps.contains_key(&*map.as_text())
        {
            missing.get_or_insert_with(|| map.as_text().into_owned());
        }
    });
    missing.map_or(Ok(()), |map| Err(ScriptError::map(&map)))
}

/// How a `LOAD` is used.
pub(super) struct Purpose<'a> {
    /// Whether its values are stored in the app's fields, or only passed on.
    pub(super) keeps_fields: bool,
    /// The final names of fields.
    pub(super) rename: &'a dyn Fn(&Arc<str>) -> Arc<str>,
    /// The final values of a field.
    pub(super) change: &'a dyn Fn(&str) -> Change,
}

/// Changes to the values of a field.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// Replacements of values, from `MAP`.
    pub(super) map: Option<Arc<Mapping>>,
    /// The value that replaces null, from `NULLASVALUE`.
    pub(super) null: Option<Dual>,
}

impl Change {
    fn apply(&self, mut value: Dual) -> Dual {
        if let Some(map) = &self.map
            && let Some(other) = map.get(&value)
        {
            value = other.clone();
        }
        match &self.null {
            Some(null) if value == Dual::Null => null.clone(),
            _ => value,
        }
    }
}

/// A `LOAD` bound to its input.
struct Bound {
    fields: Vec<Expression>,
    names: Vec<Arc<str>>,
    filter: Option<Expression>,
    repeat: Option<Expression>,
    group: Vec<Expression>,
    aggregations: Vec<Aggregating>,
    splits: Splits,
}

fn bound(load: &Load, input: &Input, purpose: &Purpose<'_>) -> Outcome<Bound> {
    let mut binder = Names { names: input.names(), aggregations: Vec::new() };
    let bind_one = |expression: &Expression, binder: &mut Names<'_>| {
        check_functions(expression)?;
        let mut expression = expression.clone();
        quote_names(&mut expression);
        bind(&expression, binder)
    };
    let (mut fields, mut names) = (Vec::new(), Vec::new());
    for item in &load.fields {
        match item {
            Item::All => {
                fields.extend((0..input.names().len()).map(Expression::Slot));
                names.extend(input.names().iter().map(purpose.rename));
            }
            Item::Field(expression, name) => {
                fields.push(bind_one(expression, &mut binder)?);
                names.push((purpose.rename)(name));
            }
        }
    }
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(Arc::clone(name))) {
        let message = format!("Field names must be unique within table: '{twice}'");
        return Err(ScriptError::new(super::NAME_TAKEN, &**twice, message));
    }
    let optional = |expression: &Option<Expression>, binder: &mut Names<'_>| {
        expression.as_ref().map(|expression| bind_one(expression, binder)).transpose()
    };
    let filter = optional(&load.filter, &mut binder)?;
    let repeat = optional(&load.repeat, &mut binder)?;
    let group = load.group.iter().map(|expression| bind_one(expression, &mut binder)).collect::<Outcome<Vec<_>>>()?;
    let splits = Splits::take(&mut fields);
    let bound = Bound { fields, names, filter, repeat, group, aggregations: binder.aggregations, splits };
    bound.check_groups()?;
    Ok(bound)
}

impl Bound {
    fn aggregates(&self) -> bool {
        !self.group.is_empty() || !self.aggregations.is_empty()
    }

    /// In a load that aggregates, each field must be in an aggregation or in `GROUP BY`.
    fn check_groups(&self) -> Outcome<()> {
        if !self.aggregates() {
            return Ok(());
        }
        let free = |field: &Expression| {
            let mut free = false;
            visit(field, &mut |part| {
                free |= matches!(part, Expression::Slot(_)) && !self.group.contains(part);
            });
            free && !self.group.contains(field)
        };
        match self.fields.iter().position(free) {
            Some(place) => {
                let name = &*self.names[place];
                Err(ScriptError::new(AGGREGATION_REQUIRED, name, "Aggregation expressions required by GROUP BY clause"))
            }
            None => Ok(()),
        }
    }
}

/// Runs one `LOAD`. Values are added to the fields' symbols, which are moved to the output while it grows.
pub(super) fn load(
    load: &Load,
    input: &Input,
    world: &mut World,
    purpose: &Purpose<'_>,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Outcome<Output> {
    let bound = bound(load, input, purpose)?;
    let aggregated = bound.aggregations.iter().flat_map(|one| &one.arguments);
    let expressions = bound.fields.iter().chain(&bound.filter).chain(&bound.repeat).chain(&bound.group);
    expressions.chain(aggregated).try_for_each(|expression| check_maps(expression, world))?;
    let most = load.prefixes.iter().find_map(|prefix| match prefix {
        Prefix::First(count) => Some(number(count, world)),
        _ => None,
    });
    let mut output = Output { names: bound.names.clone(), ..Output::default() };
    output.changes = bound.names.iter().map(|name| (purpose.change)(name)).collect();
    output.most = most;
    output.columns = vec![Vec::new(); output.names.len()];
    output.symbols = match purpose.keeps_fields {
        true => bound.names.iter().map(|name| std::mem::take(world.store.symbols_of(name))).collect(),
        false => vec![Symbols::default(); output.names.len()],
    };
    let result = fill(load, &bound, input, world, &mut output, cancel, progress);
    if result.is_err() && purpose.keeps_fields {
        give_back(&mut output, world);
    }
    result.map(|()| output)
}

/// The value of an expression outside of rows, as a count.
fn number(expression: &Expression, world: &World) -> usize {
    evaluate(expression, &Place::outside(world)).to_number().map_or(0, |number| number.max(0.0) as usize)
}

/// Moves symbols back to their fields.
fn give_back(output: &mut Output, world: &mut World) {
    for (name, symbols) in output.names.iter().zip(std::mem::take(&mut output.symbols)) {
        *world.store.symbols_of(name) = symbols;
    }
}

fn fill(
    load: &Load,
    bound: &Bound,
    input: &Input,
    world: &World,
    output: &mut Output,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Outcome<()> {
    let mut groups = Groups::default();
    let mut distinct: HashSet<Vec<u32>> = HashSet::new();
    let mut work = 0_u64;
    for at in 0..input.count() {
        if output.is_full() && !bound.aggregates() {
            break;
        }
        let mut round = 1;
        loop {
            work += 1;
            if work.is_multiple_of(1024) {
                if cancel.load(Ordering::Relaxed) {
                    return Err(ScriptError::aborted());
                }
                if work.is_multiple_of(1 << 20) {
                    progress(Progress::Fetching(output.rows()));
                }
            }
            let place = place_at(world, input, at, round, &[], output);
            if bound.repeat.as_ref().is_some_and(|repeat| !evaluate(repeat, &place).holds()) {
                break;
            }
            if bound.filter.as_ref().is_none_or(|filter| evaluate(filter, &place).holds()) {
                if bound.aggregates() {
                    groups.add(bound, &place);
                } else {
                    for parts in bound.splits.combinations(&place) {
                        let place = place_at(world, input, at, round, &parts, output);
                        let values: Vec<Dual> = bound.fields.iter().map(|field| evaluate(field, &place)).collect();
                        push(output, values, load.distinct, &mut distinct);
                    }
                }
            }
            if bound.repeat.is_none() {
                break;
            }
            round += 1;
        }
    }
    if bound.aggregates() {
        groups.finish(bound, world, |values| push(output, values, load.distinct, &mut distinct));
    }
    Ok(())
}

/// The context of an input row.
fn place_at<'a>(
    world: &'a World,
    input: &'a Input,
    at: usize,
    round: usize,
    parts: &'a [usize],
    output: &'a Output,
) -> Place<'a> {
    let previous = at.checked_sub(1).map_or(&[][..], |before| input.row(before));
    Place {
        world,
        row: input.row(at),
        previous,
        aggregated: &[],
        output: Some(output),
        record: at + 1,
        round,
        parts,
        file: input.file(at),
    }
}

fn push(output: &mut Output, values: Vec<Dual>, is_distinct: bool, seen: &mut HashSet<Vec<u32>>) {
    if output.is_full() {
        return;
    }
    let values = output.changes.iter().zip(values).map(|(change, value)| change.apply(value));
    let codes: Vec<u32> = output.symbols.iter_mut().zip(values).map(|(symbols, value)| symbols.intern(value)).collect();
    if is_distinct && !seen.insert(codes.clone()) {
        return;
    }
    for (column, code) in output.columns.iter_mut().zip(codes) {
        column.push(code);
    }
}

/// Groups of rows with their aggregations.
#[derive(Default)]
struct Groups {
    places: HashMap<Vec<Option<Key>>, usize>,
    groups: Vec<(Vec<Dual>, Vec<Accumulator>)>,
}

impl Groups {
    fn add(&mut self, bound: &Bound, place: &Place<'_>) {
        let key = bound.group.iter().map(|expression| evaluate(expression, place).key()).collect();
        let next = self.groups.len();
        let at = *self.places.entry(key).or_insert(next);
        if at == next {
            let accumulators = bound.aggregations.iter().map(|one| Accumulator::new(one.kind, one.distinct)).collect();
            self.groups.push((place.row.to_vec(), accumulators));
        }
        for (one, accumulator) in bound.aggregations.iter().zip(&mut self.groups[at].1) {
            let values: Vec<Dual> = one.arguments.iter().map(|argument| evaluate(argument, place)).collect();
            accumulator.add(&values);
        }
    }

    fn finish(mut self, bound: &Bound, world: &World, mut push: impl FnMut(Vec<Dual>)) {
        // Without groups there is one row, even without input.
        if self.groups.is_empty() && bound.group.is_empty() {
            let accumulators = bound.aggregations.iter().map(|one| Accumulator::new(one.kind, one.distinct)).collect();
            self.groups.push((Vec::new(), accumulators));
        }
        for (row, accumulators) in self.groups {
            let aggregated: Vec<Dual> = accumulators.into_iter().map(Accumulator::finish).collect();
            let place = Place { row: &row, aggregated: &aggregated, ..Place::outside(world) };
            push(bound.fields.iter().map(|field| evaluate(field, &place)).collect());
        }
    }
}
