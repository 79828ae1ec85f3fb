//! Pages: the parts that a source is fetched in.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_schema::rpc::CallOptions;
use qix_schema::types::{NxDimensionInfo, NxPage, NxPageTreeNode, Rect};
use qix_schema::{AsRemote, Error, ErrorCode, GenericObject, error_codes};

use super::RowsError;
use super::source::Source;
use crate::ext::pending::Running;

/// Maximum number of cells per call.
pub(super) const MOST_CELLS: usize = 10_000;

/// Number of attempts for a page that selections abort.
const ATTEMPTS: usize = 5;

/// How to fetch rows.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) path: Option<String>,
    pub(crate) page_rows: Option<usize>,
    pub(crate) pages_ahead: usize,
    pub(crate) restart: bool,
    pub(crate) totals: bool,
    /// Whether the results of attribute expressions are columns.
    pub(crate) attributes: bool,
    /// Options of each call.
    pub(crate) calls: CallOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: None,
            page_rows: None,
            pages_ahead: 3,
            restart: false,
            totals: false,
            attributes: false,
            calls: CallOptions::default(),
        }
    }
}

/// An object whose rows are being read.
pub(crate) struct Opened<P> {
    pub(super) object: GenericObject,
    pub(super) source: Source,
    pub(super) calls: CallOptions,
    pub(crate) plan: P,
}

impl<P> Opened<P> {
    /// The info about the field of a list.
    pub(crate) fn field_info(&self) -> &NxDimensionInfo {
        &self.source.field
    }
}

pub(super) type Pages<P> = Pin<Box<dyn Stream<Item = Result<P, Error>> + Send>>;

/// Fetches a part. The kinds of sources share the code around it.
pub(super) type Fetch<R> = dyn Fn(Area) -> Running<'static, R> + Send + Sync;

/// The number of rows per page for a width.
pub(super) fn height(width: usize, options: &Options) -> usize {
    let most = (MOST_CELLS / width.max(1)).max(1);
    options.page_rows.map_or(most, |rows| rows.clamp(1, most))
}

/// A part of the data: first column and row, number of columns and rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Area {
    /// As the pages of a call.
    pub(super) fn page(self) -> Vec<NxPage> {
        let [left, top, width, height] = [self.left, self.top, self.width, self.height].map(as_i32);
        vec![NxPage::of_size(width, height).with_left(left).with_top(top)]
    }

    /// As a part of the first level of a tree.
    pub(super) fn nodes(self) -> NxPageTreeNode {
        let [top, height] = [self.top, self.height].map(as_i32);
        NxPageTreeNode::default().with_area(Rect::default().with_top(top).with_width(1).with_height(height))
    }

    /// The upper rows, and the remaining ones if there are more.
    fn upper(self, height: usize) -> (Self, Option<Self>) {
        let rest = self.height.checked_sub(height).filter(|rest| *rest > 0);
        let height = self.height.min(height);
        let rest = rest.map(|rest| Self { top: self.top + height, height: rest, ..self });
        (Self { height, ..self }, rest)
    }

    /// The left columns, and the remaining ones if there are more.
    fn start(self, width: usize) -> (Self, Option<Self>) {
        let rest = self.width.checked_sub(width).filter(|rest| *rest > 0);
        let width = self.width.min(width);
        let rest = rest.map(|rest| Self { left: self.left + width, width: rest, ..self });
        (Self { width, ..self }, rest)
    }
}

fn as_i32(size: usize) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

/// How the data is divided into parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageCut {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// The size of a part, unless the engine finds it too large.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Whether a single row that is too large can be divided into columns.
    pub(super) splits_rows: bool,
}

/// The largest part that can still be requested.
struct Largest {
    width: AtomicUsize,
    height: AtomicUsize,
}

/// All parts of the data in order, some of them fetched ahead. A part that the engine finds too large is requested in
/// halves, and so are later ones.
pub(super) fn parts<R: Send + 'static>(cut: PageCut, options: &Options, fetch: Arc<Fetch<R>>) -> Pages<(Area, R)> {
    let fetch = move |area| {
        let part = fetch(area);
        Box::pin(async move { part.await.map(|part| Box::new(part) as Part) }) as _
    };
    let parts = parts_of_any_type(cut, options, Arc::new(fetch));
    Box::pin(parts.map_ok(|(area, part)| (area, *part.downcast().expect("it was fetched with this type"))))
}

/// A part of any type, so that the code around its fetching exists once.
type Part = Box<dyn Any + Send>;

fn parts_of_any_type(cut: PageCut, options: &Options, fetch: Arc<Fetch<Part>>) -> Pages<(Area, Part)> {
    let largest = Arc::new(Largest { width: cut.width.into(), height: cut.height.into() });
    let next = Arc::clone(&largest);
    let (mut left, mut top) = (0, 0);
    let areas = std::iter::from_fn(move || {
        let height = next.height.load(Ordering::Relaxed).min(cut.rows.checked_sub(top).filter(|rows| *rows > 0)?);
        let width = next.width.load(Ordering::Relaxed).min(cut.columns - left);
        let area = Area { left, top, width, height };
        left += width;
        if left >= cut.columns {
            (left, top) = (0, top + height);
        }
        Some(area)
    });
    let fetched = stream::iter(areas).map(move |area| in_parts(area, cut, Arc::clone(&largest), Arc::clone(&fetch)));
    Box::pin(fetched.buffered(options.pages_ahead.saturating_add(1)).flat_map(|parts| match parts {
        Ok(parts) => stream::iter(parts.into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(error)]),
    }))
}

async fn in_parts(
    area: Area,
    cut: PageCut,
    largest: Arc<Largest>,
    fetch: Arc<Fetch<Part>>,
) -> Result<Vec<(Area, Part)>, Error> {
    let mut parts = Vec::with_capacity(1);
    let mut waiting = vec![area];
    while let Some(area) = waiting.pop() {
        let (area, below) = area.upper(largest.height.load(Ordering::Relaxed));
        let (area, beside) = area.start(largest.width.load(Ordering::Relaxed));
        waiting.extend(below.into_iter().chain(beside));
        match fetch(area).await {
            Ok(part) => parts.push((area, part)),
            Err(error) if is_too_large(&error) && area.height > 1 => {
                largest.height.fetch_min(area.height / 2, Ordering::Relaxed);
                waiting.push(area);
            }
            Err(error) if is_too_large(&error) && area.width > 1 && cut.splits_rows => {
                largest.width.fetch_min(area.width / 2, Ordering::Relaxed);
                waiting.push(area);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(parts)
}

/// Repeats a call if selections abort it, unless the data has changed since the source was opened.
pub(super) async fn attempt<P, R, F>(opened: &Opened<P>, call: impl Fn() -> F) -> Result<R, Error>
where
    F: Future<Output = Result<R, Error>>,
{
    let mut attempts = 1..ATTEMPTS;
    loop {
        let outcome = call().await;
        let stale = opened.object.as_remote().invalidations() != opened.source.seen;
        match outcome {
            Ok(_) if stale => return Err(RowsError::Changed.into()),
            Err(error)
                if stale
                    && (is_abort(&error) || is_too_large(&error) || error.downcast_ref::<RowsError>().is_some()) =>
            {
                return Err(RowsError::Changed.into());
            }
            Err(error) if is_abort(&error) && attempts.next().is_some() => {}
            outcome => return outcome,
        }
    }
}

fn is_abort(error: &Error) -> bool {
    is_one_of(error, &[error_codes::GENERIC_ABORTED])
}

/// Whether the engine would answer a smaller request.
fn is_too_large(error: &Error) -> bool {
    let codes = [
        error_codes::CALC_PAGES_TOO_LARGE,
        error_codes::HC_RESULT_TOO_LARGE,
        error_codes::CALC_TOO_LARGE,
        error_codes::JSON_RPC_RESPONSE_TOO_LARGE,
    ];
    is_one_of(error, &codes)
}

fn is_one_of(error: &Error, codes: &[ErrorCode]) -> bool {
    error.engine().is_some_and(|error| codes.contains(&error.code))
}
