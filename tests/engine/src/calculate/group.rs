//! Rows grouped by dimensions, and their aggregations.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Context;
use super::around::Around;
use super::formula::{AggrTable, Aggregate, Formula, Inner, RowFormula, TABLE_SLOT};
use super::hash::{QuickMap, QuickSet};
use super::join::Walk;
use super::limit::{COLLAPSED, Limit};
use crate::data::{NULL, Symbols};
use crate::error::Result;
use crate::expression::{Accumulator, AggrOrder, AggrSort, Expression, Host, Scope, evaluate};
use crate::selection::Live;
use crate::value::{Dual, Settings, compare, compare_text};

/// In a group's key: this dimension is not grouped by.
pub(super) const ANY: u32 = u32::MAX - 1;

/// Whether a code in a key is the element number of a value.
pub(super) fn is_value(code: u32) -> bool {
    code < COLLAPSED
}

/// Element numbers of a group, one per dimension; may contain [`NULL`] and [`ANY`].
pub(super) type GroupKey = Vec<u32>;

/// What rows are grouped by.
#[derive(Debug)]
pub(super) enum Grouping {
    /// A field.
    Field(usize),
    /// An expression, whose values are numbered in order of occurrence.
    Computed { formula: RowFormula, values: RefCell<Symbols> },
}

impl Grouping {
    fn fields(&self) -> &[usize] {
        match self {
            Self::Field(field) => std::slice::from_ref(field),
            Self::Computed { formula, .. } => &formula.inner.fields,
        }
    }
}

impl Grouping {
    /// The text of a value.
    pub(super) fn text(&self, element: u32, context: &Context<'_>) -> String {
        let value = match self {
            Self::Field(field) => context.data.fields[*field].symbols.value(element),
            Self::Computed { values, .. } => values.borrow().value(element),
        };
        value.as_text().into_owned()
    }
}

/// Dimensions with the fields that they need from each row.
pub(super) struct Keys<'g> {
    groupings: &'g [Grouping],
    /// The fields of all dimensions, once each.
    pub(super) fields: Vec<usize>,
    /// For each dimension, the positions of its fields in `fields`.
    places: Vec<Vec<usize>>,
    tables: Vec<Tables>,
    memo: RefCell<Vec<HashMap<Vec<u32>, u32>>>,
    limits: &'g [Option<Limit>],
}

impl<'g> Keys<'g> {
    pub(super) fn new(groupings: &'g [Grouping], live: &Live, state: &str, context: &Context<'_>) -> Result<Self> {
        let mut fields: Vec<usize> = Vec::new();
        let mut places = Vec::new();
        let mut tables = Vec::new();
        for grouping in groupings {
            let of = grouping.fields().iter().map(|field| {
                fields.iter().position(|known| known == field).unwrap_or_else(|| {
                    fields.push(*field);
                    fields.len() - 1
                })
            });
            places.push(of.collect());
            tables.push(match grouping {
                Grouping::Field(_) => Tables::default(),
                Grouping::Computed { formula, .. } => Tables::new(&formula.inner, live, state, context)?,
            });
        }
        let memo = RefCell::new(vec![HashMap::new(); groupings.len()]);
        Ok(Self { groupings, fields, places, tables, memo, limits: &[] })
    }

    /// The key of a row, from the values of the fields.
    pub(super) fn of(&self, codes: &[u32], context: &Context<'_>) -> GroupKey {
        let mut memo = self.memo.borrow_mut();
        let key = self.groupings.iter().enumerate().map(|(at, grouping)| match grouping {
            Grouping::Field(_) => codes[self.places[at][0]],
            Grouping::Computed { formula, values } => {
                let own: Vec<u32> = self.places[at].iter().map(|place| codes[*place]).collect();
                if let Some(known) = memo[at].get(&own) {
                    return *known;
                }
                let row = Row { codes: &own, inner: &formula.inner, tables: &self.tables[at], context };
                let element = values.borrow_mut().intern(evaluate(&formula.tree, &row));
                memo[at].insert(own, element);
                element
            }
        });
        let mut key: GroupKey = key.collect();
        super::limit::apply(self.limits, &mut key);
        key
    }
}

/// The values of an `Aggr` table by its dimensions' values.
type TableValues = Rc<HashMap<Vec<u32>, Dual>>;

/// The values of the `Aggr` tables of an expression.
#[derive(Default)]
struct Tables(Vec<TableValues>);

/// An `Aggr` table that was calculated already, with everything its values depend on.
pub(super) struct KnownTable {
    table: AggrTable,
    fields: Vec<usize>,
    live: u64,
    state: String,
    values: TableValues,
}

impl Tables {
    fn new(inner: &Inner, live: &Live, state: &str, context: &Context<'_>) -> Result<Self> {
        let tables = inner.tables.iter().map(|table| {
            let fields: Vec<usize> = table.dimensions.iter().map(|slot| inner.fields[*slot]).collect();
            let is_same = |known: &&KnownTable| {
                known.live == live.id() && known.state == state && known.fields == fields && known.table == *table
            };
            let known = context.tables.borrow().iter().find(is_same).map(|known| Rc::clone(&known.values));
            if let Some(values) = known {
                return Ok(values);
            }
            let values = Rc::new(Self::table(table, &fields, live, state, context)?);
            context.tables.borrow_mut().push(KnownTable {
                table: table.clone(),
                fields,
                live: live.id(),
                state: state.to_owned(),
                values: Rc::clone(&values),
            });
            Ok(values)
        });
        Ok(Self(tables.collect::<Result<_>>()?))
    }

    fn table(
        table: &AggrTable,
        fields: &[usize],
        live: &Live,
        state: &str,
        context: &Context<'_>,
    ) -> Result<HashMap<Vec<u32>, Dual>> {
        let groupings: Vec<Grouping> = fields.iter().map(|field| Grouping::Field(*field)).collect();
        let own = match &table.set {
            Some(set) => Some(super::set::live(set, state, context)?),
            None => None,
        };
        let live = own.as_deref().unwrap_or(live);
        let mut formula = table.formula.clone();
        if let Some(set) = &table.set {
            for aggregate in &mut formula.aggregates {
                aggregate.set.get_or_insert_with(|| set.clone());
            }
        }
        let full = vec![true; groupings.len()];
        let groups = Groups::new(&groupings, &[&formula], &[full], live, state, context)?;
        let ranks: Vec<Option<Vec<u32>>> =
            fields.iter().zip(&table.orders).map(|(field, order)| ranks(*field, *order, context)).collect();
        let keys = groups.keys.iter().filter(|key| !key.contains(&NULL)).cloned().collect();
        Ok(super::around::by_row(&groups, &formula, keys, &ranks, context)?.into_iter().collect())
    }
}

/// The position of each value of a field in an order; `None` for load order, which is that of the element numbers.
fn ranks(field: usize, order: AggrOrder, context: &Context<'_>) -> Option<Vec<u32>> {
    if order == AggrOrder::default() {
        return None;
    }
    let values = context.data.fields[field].symbols.values();
    let mut places: Vec<usize> = (0..values.len()).collect();
    match order.by {
        AggrSort::LoadOrder => {}
        AggrSort::Numeric => places.sort_by(|a, b| compare(&values[*a], &values[*b])),
        AggrSort::Text => places.sort_by(|a, b| compare_text(&values[*a].as_text(), &values[*b].as_text())),
    }
    if order.descending {
        places.reverse();
    }
    let mut ranks = vec![0; places.len()];
    for (rank, place) in places.into_iter().enumerate() {
        ranks[place] = rank as u32;
    }
    Some(ranks)
}

/// A row of values that an expression is evaluated for.
struct Row<'a> {
    codes: &'a [u32],
    inner: &'a Inner,
    tables: &'a Tables,
    context: &'a Context<'a>,
}

impl Scope for Row<'_> {
    fn slot(&self, index: usize) -> Dual {
        if let Some(table) = index.checked_sub(TABLE_SLOT) {
            let key: Vec<u32> = self.inner.tables[table].dimensions.iter().map(|slot| self.codes[*slot]).collect();
            return self.tables.0[table].get(&key).cloned().unwrap_or(Dual::Null);
        }
        self.context.data.fields[self.inner.fields[index]].symbols.value(self.codes[index])
    }

    fn settings(&self) -> &Settings {
        &self.context.settings
    }

    fn host(&self, host: Host, arguments: &[Expression]) -> Dual {
        super::host::anywhere(host, arguments, self, self.context)
    }
}

/// Results of one aggregation by group.
struct Results {
    /// The value of each group, and whether there was anything to aggregate.
    values: QuickMap<GroupKey, (Dual, bool)>,
    nothing: Dual,
    /// Which dimensions the aggregation groups by, if not all.
    mask: Option<Vec<bool>>,
}

/// Groups of rows with all aggregations of the formulas.
pub(super) struct Groups {
    /// Groups by all dimensions, unordered.
    pub(super) keys: Vec<GroupKey>,
    /// Results per formula and aggregation.
    results: Vec<Vec<Results>>,
}

impl Groups {
    /// Groups rows by dimensions. Each of `masks` selects the dimensions to group by.
    pub(super) fn new(
        groupings: &[Grouping],
        formulas: &[&Formula],
        masks: &[Vec<bool>],
        live: &Live,
        state: &str,
        context: &Context<'_>,
    ) -> Result<Self> {
        Self::limited(groupings, formulas, masks, &[], live, state, context)
    }

    /// The same with values beyond the dimensions' limits grouped together.
    pub(super) fn limited(
        groupings: &[Grouping],
        formulas: &[&Formula],
        masks: &[Vec<bool>],
        limits: &[Option<Limit>],
        live: &Live,
        state: &str,
        context: &Context<'_>,
    ) -> Result<Self> {
        let keys = Keys { limits, ..Keys::new(groupings, live, state, context)? };
        let mut found: QuickSet<GroupKey> = QuickSet::default();
        if groupings.is_empty() {
            found.insert(GroupKey::new());
        } else {
            let walk = Walk::new(context.data, live, &[], &keys.fields);
            walk.run(context, &mut |_, codes| {
                found.insert(keys.of(codes, context));
                Ok(())
            })?;
        }
        let mut results = Vec::new();
        for formula in formulas {
            let mut of_formula = Vec::new();
            for aggregate in &formula.aggregates {
                let one = aggregated(aggregate, &keys, masks, live, state, context)?;
                // Rows can belong to groups that are in no dimension's table, and a set can add groups
                // that the selections alone exclude.
                if one.mask.is_none() && !groupings.is_empty() {
                    let present = one.values.iter().filter(|(key, (_, present))| *present && !key.contains(&ANY));
                    for (key, _) in present {
                        if !found.contains(key) {
                            found.insert(key.clone());
                        }
                    }
                }
                of_formula.push(one);
            }
            results.push(of_formula);
        }
        Ok(Self { keys: found.into_iter().collect(), results })
    }

    /// The value of a formula for a group.
    pub(super) fn value(
        &self,
        formula_number: usize,
        formula: &Formula,
        key: &[u32],
        around: Option<&Around<'_>>,
        context: &Context<'_>,
    ) -> Dual {
        let aggregated = self.results[formula_number].iter().map(|results| results.get(key)).collect();
        let cell = Cell { key, aggregated, around, context };
        evaluate(&formula.tree, &cell)
    }

    /// The value of a part of a formula for a group.
    pub(super) fn part(
        &self,
        formula_number: usize,
        part: &Expression,
        key: &[u32],
        around: Option<&Around<'_>>,
        context: &Context<'_>,
    ) -> Dual {
        let aggregated = self.results[formula_number].iter().map(|results| results.get(key)).collect();
        evaluate(part, &Cell { key, aggregated, around, context })
    }

    /// Whether any aggregation of a formula has values in a group.
    pub(super) fn is_present(&self, formula_number: usize, key: &[u32]) -> bool {
        let results = &self.results[formula_number];
        results.is_empty() || results.iter().any(|results| results.find(key).is_some_and(|(_, present)| *present))
    }
}

impl Results {
    fn find(&self, key: &[u32]) -> Option<&(Dual, bool)> {
        match &self.mask {
            None => self.values.get(key),
            Some(mask) => self.values.get(&masked(key, mask)),
        }
    }

    fn get(&self, key: &[u32]) -> Dual {
        self.find(key).map_or(&self.nothing, |(value, _)| value).clone()
    }
}

fn masked(key: &[u32], mask: &[bool]) -> GroupKey {
    key.iter().zip(mask).map(|(code, keep)| if *keep { *code } else { ANY }).collect()
}

/// A group that an expression is evaluated for.
struct Cell<'a> {
    key: &'a [u32],
    aggregated: Vec<Dual>,
    around: Option<&'a Around<'a>>,
    context: &'a Context<'a>,
}

impl Scope for Cell<'_> {
    fn slot(&self, _: usize) -> Dual {
        Dual::Null
    }

    fn aggregated(&self, index: usize) -> Dual {
        self.aggregated.get(index).cloned().unwrap_or(Dual::Null)
    }

    fn settings(&self) -> &Settings {
        &self.context.settings
    }

    fn host(&self, host: Host, arguments: &[Expression]) -> Dual {
        if host == Host::Dimensionality {
            return Dual::Number(self.key.iter().filter(|code| **code != ANY).count() as f64);
        }
        let around = self.around.and_then(|around| around.value(host, false, arguments, self));
        around.unwrap_or_else(|| super::host::anywhere(host, arguments, self, self.context))
    }

    fn host_total(&self, host: Host, arguments: &[Expression]) -> Dual {
        self.around.and_then(|around| around.value(host, true, arguments, self)).unwrap_or(Dual::Null)
    }

    fn host_range(&self, host: Host, total: bool, arguments: &[Expression]) -> Option<Vec<Dual>> {
        self.around?.values(host, total, arguments, self)
    }
}

fn aggregated(
    aggregate: &Aggregate,
    keys: &Keys<'_>,
    masks: &[Vec<bool>],
    live: &Live,
    state: &str,
    context: &Context<'_>,
) -> Result<Results> {
    let own: Option<Rc<Live>> = aggregate.set.as_ref().map(|set| super::set::live(set, state, context)).transpose()?;
    let live = own.as_deref().unwrap_or(live);
    let tables = Tables::new(&aggregate.inner, live, state, context)?;
    // Under TOTAL only some dimensions count.
    let mask = aggregate.total.as_ref().map(|fields| {
        keys.groupings
            .iter()
            .map(|grouping| matches!(grouping, Grouping::Field(field) if fields.contains(field)))
            .collect::<Vec<bool>>()
    });
    let mut wanted: Vec<Vec<bool>> = Vec::new();
    for each in masks {
        let each = match &mask {
            None => each.clone(),
            Some(mask) => each.iter().zip(mask).map(|(a, b)| *a && *b).collect(),
        };
        if !wanted.contains(&each) {
            wanted.push(each);
        }
    }
    let fields = &aggregate.inner.fields;
    let walk = Walk::new(context.data, live, fields, &keys.fields);
    let repeats = walk.repeats();
    let by_table = !aggregate.inner.tables.is_empty();
    let mut accumulators: QuickMap<GroupKey, (Accumulator, bool)> = QuickMap::default();
    let mut seen: QuickSet<(GroupKey, Vec<u32>)> = QuickSet::default();
    let mut met: QuickSet<GroupKey> = QuickSet::default();
    let mut tuple = u64::MAX;
    let mut arguments: Vec<Dual> = Vec::new();
    walk.run(context, &mut |number, codes| {
        let (own, of_keys) = codes.split_at(fields.len());
        let key = keys.of(of_keys, context);
        let row = Row { codes: own, inner: &aggregate.inner, tables: &tables, context };
        arguments.clear();
        arguments.extend(aggregate.arguments.iter().map(|argument| evaluate(argument, &row)));
        let anything = arguments.first().is_some_and(|value| !value.is_null());
        if repeats && number != tuple {
            met.clear();
            tuple = number;
        }
        for mask in &wanted {
            let key = masked(&key, mask);
            // A tuple counts once in a group, in however many ways it belongs there; so does a row of an `Aggr` table.
            if (repeats && !met.insert(key.clone())) || (by_table && !seen.insert((key.clone(), own.to_vec()))) {
                continue;
            }
            let (accumulator, present) = accumulators
                .entry(key)
                .or_insert_with(|| (Accumulator::new(aggregate.kind, aggregate.distinct), false));
            accumulator.add(&arguments);
            *present |= anything;
        }
        Ok(())
    })?;
    let finished = accumulators.into_iter().map(|(key, (accumulator, present))| (key, (accumulator.finish(), present)));
    Ok(Results {
        values: finished.collect(),
        nothing: Accumulator::new(aggregate.kind, aggregate.distinct).finish(),
        mask,
    })
}

/// The value of a formula over everything that is possible in the context's state.
pub(super) fn value(formula: &Formula, context: &Context<'_>) -> Result<Dual> {
    let live = context.live(context.state);
    let groups = Groups::new(&[], &[formula], &[Vec::new()], &live, context.state, context)?;
    Ok(groups.value(0, formula, &[], None, context))
}
