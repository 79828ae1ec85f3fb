//! Looks for values in a list, page by page. There can be tens of thousands, so that each is found in constant time and
//! without allocating.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;

use qix_schema::cells::{Cell, Sink};
use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, NxDimensionInfo};
use qix_schema::{Error, GenericObject};

use super::alike::Alike;
use super::lookup::is_selected;
use crate::ext::rows::collect::{PageSink, Shape};
use crate::ext::rows::columns::Columns;
use crate::ext::rows::stream::{Reading, RowsOf, has_changed};
use crate::platform::yield_now;

/// How often a list is read again because it has changed.
const AGAIN: usize = 10;

/// Sizes of the first page of a list, in rows.
const SHORT: usize = 100;
const LONG: usize = 10_000;

/// What to look for in a list: values, or elements. Values that are given twice are one.
#[derive(Debug, Default)]
pub(super) struct Sought {
    numbers: HashMap<u64, usize>,
    texts: HashMap<String, usize>,
    elements: HashMap<i32, usize>,
    /// Finds values that are similar to the sought ones. The text of a number is then not a sought text.
    alike: Option<Alike>,
    len: usize,
}

/// When to stop reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// All sought values are found.
    Found,
    /// All selected values of a list that shows them first, as far as selections in other fields allow them.
    Selected,
    /// The end of the list.
    End,
}

/// What a list contains.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) info: NxDimensionInfo,
    /// For each sought value: its element, and whether it is selected.
    found: Vec<Option<(i32, bool)>>,
    /// Number of values that were read.
    read: usize,
    /// Number of selected values among them.
    pub(super) selected: usize,
    /// Selected values that are not sought.
    pub(super) others: Vec<i32>,
    /// Values that are similar to sought ones.
    pub(super) similar: Vec<FieldValue>,
}

fn bits(number: f64) -> u64 {
    // Zero has one sign here.
    (number + 0.0).to_bits()
}

impl Sought {
    pub(super) fn values(values: &[FieldValue]) -> Self {
        let mut sought = Self::default();
        for value in values {
            let next = sought.len;
            let at = match value.is_numeric {
                true => *sought.numbers.entry(bits(value.number)).or_insert(next),
                false => match sought.texts.get(&value.text) {
                    Some(known) => *known,
                    None => *sought.texts.entry(value.text.clone()).or_insert(next),
                },
            };
            sought.len += usize::from(at == next);
        }
        sought
    }

    pub(super) fn elements(elements: impl IntoIterator<Item = i32>) -> Self {
        let mut sought = Self::default();
        for element in elements {
            sought.elements.insert(element, sought.len);
            sought.len = sought.elements.len();
        }
        sought
    }

    /// Looks for similar values too.
    pub(super) fn and_similar(mut self, values: &[FieldValue]) -> Self {
        self.alike = Some(Alike::new(values));
        self
    }

    /// The position of a value in [`Seen`].
    fn at(&self, value: &FieldValue) -> Option<usize> {
        if value.is_numeric {
            self.numbers.get(&bits(value.number)).copied()
        } else {
            self.texts.get(&value.text).copied()
        }
    }

    /// The given values, each once, without infinity and NaN, which no field has.
    pub(super) fn distinct(&self, values: &[FieldValue]) -> Vec<FieldValue> {
        let mut met = vec![false; self.len];
        let is_new = |value: &&FieldValue| self.at(value).is_some_and(|at| !std::mem::replace(&mut met[at], true));
        let can_exist = |value: &&FieldValue| !value.is_numeric || value.number.is_finite();
        values.iter().filter(can_exist).filter(is_new).cloned().collect()
    }

    /// The positions of a cell. A cell has a text and may have a number, and both can be sought.
    fn of_cell(&self, cell: &Cell<'_>) -> [Option<usize>; 3] {
        let number = || self.numbers.get(&bits(cell.num));
        let may_be_text = !self.texts.is_empty() && (self.alike.is_none() || cell.num.is_nan());
        [
            (!self.numbers.is_empty() && !cell.num.is_nan()).then(number).flatten().copied(),
            may_be_text.then(|| self.texts.get(cell.text)).flatten().copied(),
            (!self.elements.is_empty()).then(|| self.elements.get(&cell.elem_number)).flatten().copied(),
        ]
    }
}

impl Seen {
    /// Whether no value was read.
    pub(super) fn is_empty(&self) -> bool {
        self.read == 0
    }

    /// Whether a value is in the list.
    pub(super) fn has(&self, sought: &Sought, value: &FieldValue) -> bool {
        sought.at(value).is_some_and(|at| self.found[at].is_some())
    }

    /// Whether a value is in the list and selected.
    pub(super) fn has_selected(&self, sought: &Sought, value: &FieldValue) -> bool {
        sought.at(value).is_some_and(|at| self.found[at].is_some_and(|(_, selected)| selected))
    }

    /// The sought values of the list, and whether they are selected.
    pub(super) fn elements(&self) -> impl Iterator<Item = (i32, bool)> {
        self.found.iter().flatten().copied()
    }

    /// Whether the selected values of the list have been read, according to its info.
    fn has_all_selected(&self) -> bool {
        let counts = &self.info.state_counts;
        let selected = counts.selected + counts.locked + counts.selected_excluded + counts.locked_excluded;
        i64::try_from(self.selected).is_ok_and(|read| read >= i64::from(selected))
    }

    /// Adds a page. Returns the number of sought values that are not found yet.
    fn add(&mut self, page: PageFound) -> usize {
        for (at, element, selected) in page.matches {
            self.found[at].get_or_insert((element, selected));
        }
        self.read += page.read;
        self.selected += page.selected;
        self.others.extend(page.others);
        self.similar.extend(page.similar);
        self.similar.truncate(Alike::KEPT);
        self.found.iter().filter(|found| found.is_none()).count()
    }
}

/// Reads a list. If it changes in the meantime, it is read again.
pub(super) async fn read(
    list: &GenericObject,
    path: &str,
    options: &CallOptions,
    sought: &Arc<Sought>,
    until: Until,
) -> Result<Seen, Error> {
    // As a rule, the selected values are the sought ones, and a short page has all of them.
    let mut rows = (until == Until::Selected && sought.len < LONG).then(|| sought.len.max(SHORT));
    let mut again = 0;
    loop {
        let pages = reading(list, path, options, Arc::clone(sought));
        match read_once(pages, sought.len, until, rows).await {
            Ok(Some(seen)) => return Ok(seen),
            Ok(None) => rows = None,
            Err(error) if has_changed(&error) && again < AGAIN => again += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Reads a list once: in pages of the usual size, or only a first page of the given size. Returns `None` if that page is
/// not enough.
async fn read_once(
    mut pages: Reading<Query>,
    sought: usize,
    until: Until,
    rows: Option<usize>,
) -> Result<Option<Seen>, Error> {
    if rows.is_some() {
        pages.options.page_rows = rows;
        pages.options.pages_ahead = 0;
    }
    let Some(info) = info_of(&mut pages).await? else { return Ok(Some(Seen::default())) };
    let mut seen = Seen { info, found: vec![None; sought], ..Seen::default() };
    let mut left = sought;
    while until != Until::Found || left > 0 {
        let Some(page) = poll_fn(|context| pages.poll_page(context)).await.transpose()? else { break };
        // If the list has changed before its first page, so has the info.
        if let Some(info) = info_of(&mut pages).await? {
            seen.info = info;
        }
        let ends = page.selected < page.read;
        let is_short = Some(page.read) == rows;
        left = seen.add(page);
        if until == Until::Selected && ends && seen.has_all_selected() {
            break;
        }
        if is_short {
            return Ok(None);
        }
        // Pages that have been fetched ahead are ready at once.
        yield_now().await;
    }
    Ok(Some(seen))
}

/// The info about the field of a list, if the object has the list.
pub(super) async fn info(list: &GenericObject, path: &str, options: &CallOptions) -> Result<NxDimensionInfo, Error> {
    let mut pages = reading(list, path, options, Arc::default());
    Ok(info_of(&mut pages).await?.unwrap_or_default())
}

fn reading(list: &GenericObject, path: &str, options: &CallOptions, sought: Arc<Sought>) -> Reading<Query> {
    let mut pages = Reading::new(RowsOf::Object(list.clone()), Query(sought));
    pages.options.path = Some(path.to_owned());
    pages.options.calls = options.clone();
    pages
}

async fn info_of(pages: &mut Reading<Query>) -> Result<Option<NxDimensionInfo>, Error> {
    let opened = poll_fn(|context| pages.poll_open(context)).await.transpose()?;
    Ok(opened.map(|opened| opened.field_info().clone()))
}

/// Collects what is sought.
#[derive(Clone)]
struct Query(Arc<Sought>);

struct PageFound {
    /// Positions of sought values, with the element and whether it is selected.
    matches: Vec<(usize, i32, bool)>,
    read: usize,
    selected: usize,
    others: Vec<i32>,
    similar: Vec<FieldValue>,
}

struct QuerySink<'a> {
    sought: &'a Sought,
    rows: usize,
    page: PageFound,
}

impl PageFound {
    fn new() -> Self {
        Self { matches: Vec::new(), read: 0, selected: 0, others: Vec::new(), similar: Vec::new() }
    }
}

impl Shape for Query {
    type Plan = Arc<Sought>;
    type Page = PageFound;
    type Sink<'a> = QuerySink<'a>;

    fn plan(&self, _: &Columns) -> Result<Arc<Sought>, Error> {
        Ok(Arc::clone(&self.0))
    }

    fn sink<'a>(sought: &'a Arc<Sought>, _: &'a Columns, _: usize, _: usize) -> QuerySink<'a> {
        QuerySink { sought, rows: 0, page: PageFound::new() }
    }
}

impl Sink for QuerySink<'_> {
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        // Null is not a value.
        if column > 0 || cell.is_null || cell.elem_number < 0 {
            return;
        }
        let selected = is_selected(cell.state);
        self.page.selected += usize::from(selected);
        self.page.read += 1;
        let mut is_sought = false;
        for at in self.sought.of_cell(&cell).into_iter().flatten() {
            is_sought = true;
            self.page.matches.push((at, cell.elem_number, selected));
        }
        if is_sought {
            return;
        }
        if selected {
            self.page.others.push(cell.elem_number);
        }
        if let Some(alike) = &self.sought.alike
            && self.page.similar.len() < Alike::KEPT
            && alike.is_like(cell.text, cell.num)
        {
            let number = FieldValue::default().with_text(cell.text).with_number(cell.num);
            self.page.similar.push(number.with_is_numeric(!cell.num.is_nan()));
        }
    }

    fn end_row(&mut self) {
        self.rows += 1;
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.page = PageFound::new();
    }
}

impl PageSink for QuerySink<'_> {
    type Page = PageFound;

    fn rows(&self) -> usize {
        self.rows
    }

    fn finish(self) -> Result<PageFound, Error> {
        Ok(self.page)
    }
}
