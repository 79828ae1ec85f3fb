//! Pivot and stacked cubes as rows.

mod assemble;
mod heading;
mod queue;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::{TryStreamExt, stream};
use qix_schema::cells::{read_pivot_pages, read_stack_pages, read_tree_nodes};
use qix_schema::rpc::{RawAnswer, read_raw, send_raw};
use qix_schema::types::{NxDimCellType, NxTreeDataOption};
use qix_schema::{AsRemote, Error, ErrorKind, generic_object};

use self::assemble::Assembler;
use self::queue::Queue;
use super::RowsError;
use super::attributes::WithAttributes;
use super::collect::Shape;
use super::names::confirmed;
use super::pages::{Area, MOST_CELLS, Opened, Options, PageCut, Pages, attempt, height, parts};
use crate::ext::pending::Running;

/// The rows of a pivot table.
pub(super) fn pivot_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    use generic_object::GetHyperCubePivotData as Get;
    // A cube without measures still has headings.
    let (columns, rows) = (opened.source.width.max(1), opened.source.rows);
    let width = columns.min(MOST_CELLS);
    let cut = PageCut { columns, rows, width, height: height(width, options), splits_rows: true };
    let fetched = fetched(&opened, cut, options, |opened, area| {
        let request = Get::new(&opened.source.path, area.page());
        Box::pin(send_raw(opened.object.as_remote(), request, opened.calls.clone()))
    });
    assembled(opened, options, fetched, |taking: &mut Taking<S>, part| {
        let Some((area, mut answer)) = part else { return taking.end() };
        let opened = Arc::clone(&taking.opened);
        read_raw::<Get, _>(opened.object.as_remote(), &mut answer, |answer| {
            let pages = read_pivot_pages(answer.text()).map_err(ErrorKind::Decode)?;
            let [page] = &pages[..] else {
                return Ok(Err(RowsError::Incomplete { row: area.top, expected: area.height, found: 0 }.into()));
            };
            let mut queue = taking.assembler.queue();
            let added = taking.assembler.pivot(page, area, &mut queue);
            Ok(added.and_then(|()| taking.page(queue, false)))
        })?
    })
}

/// The rows of a stacked cube.
pub(super) fn stacked_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    use generic_object::GetHyperCubeStackData as Get;
    // Pages count values of the first dimension, including everything below them. Their number is not in the layout,
    // but it does not exceed the number of rows.
    let (columns, rows) = (opened.source.columns.len(), opened.source.rows);
    let height = height(columns * opened.source.spread, options);
    let cut = PageCut { columns, rows, width: columns, height, splits_rows: false };
    let fetched = fetched(&opened, cut, options, |opened, area| {
        let request = Get::new(&opened.source.path, area.page());
        Box::pin(send_raw(opened.object.as_remote(), request, opened.calls.clone()))
    });
    assembled(opened, options, fetched, move |taking: &mut Taking<S>, part| {
        let before = taking.assembler.leaves();
        let is_last = |found: usize| match found {
            found if found >= rows => Ok(true),
            found if found > before => Ok(false),
            found => Err(Error::from(RowsError::Incomplete { row: found, expected: rows - found, found: 0 })),
        };
        let Some((_, mut answer)) = part else {
            is_last(before)?;
            return taking.end();
        };
        let opened = Arc::clone(&taking.opened);
        read_raw::<Get, _>(opened.object.as_remote(), &mut answer, |answer| {
            let pages = read_stack_pages(answer.text()).map_err(ErrorKind::Decode)?;
            let mut queue = taking.assembler.queue();
            let added = pages.iter().try_for_each(|page| taking.assembler.stacked(page, &mut queue));
            let is_last = added.and_then(|()| is_last(taking.assembler.leaves()));
            Ok(is_last.and_then(|is_last| taking.page(queue, is_last)))
        })?
    })
}

/// Fetches the parts of a cube. Each is decoded when it is its turn.
fn fetched<P: Send + Sync + 'static>(
    opened: &Arc<Opened<P>>,
    cut: PageCut,
    options: &Options,
    ask: fn(&Opened<P>, Area) -> Running<'_, RawAnswer>,
) -> Pages<(Area, RawAnswer)> {
    let opened = Arc::clone(opened);
    let fetch = move |area| {
        let opened = Arc::clone(&opened);
        Box::pin(async move { attempt(&opened, || ask(&opened, area)).await }) as _
    };
    parts(cut, options, Arc::new(fetch))
}

/// The rows of a cube in tree mode.
pub(super) fn tree_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    use generic_object::GetHyperCubeTreeData as Get;
    // Pages count nodes of the first dimension, including everything below them.
    let height = height(opened.source.columns.width() * opened.source.spread, options);
    let cut = PageCut { columns: 1, rows: opened.source.rows, width: 1, height, splits_rows: false };
    let fetched = fetched(&opened, cut, options, |opened, area| {
        let nodes = NxTreeDataOption::default().with_tree_nodes([area.nodes()]);
        let request = Get::new(&opened.source.path).node_options(nodes);
        Box::pin(send_raw(opened.object.as_remote(), request, opened.calls.clone()))
    });
    assembled(opened, options, fetched, move |taking: &mut Taking<S>, part| {
        let Some((area, mut answer)) = part else { return taking.end() };
        let opened = Arc::clone(&taking.opened);
        read_raw::<Get, _>(opened.object.as_remote(), &mut answer, |answer| {
            let tree = read_tree_nodes(answer.text()).map_err(ErrorKind::Decode)?;
            // The root contains the number of nodes, whichever of them were requested.
            let root = tree.nodes.first().filter(|node| node.kind == NxDimCellType::Root);
            let nodes = root.map_or(cut.rows, |_| usize::try_from(tree.group_size(0)).unwrap_or(0));
            let expected = area.height.min(nodes.saturating_sub(area.top));
            let mut queue = taking.assembler.queue();
            Ok(match taking.assembler.tree(&tree, &mut queue) {
                Ok(found) if found == expected => taking.page(queue, area.top + area.height >= nodes),
                Ok(found) => Err(RowsError::Incomplete { row: area.top, expected, found }.into()),
                Err(error) => Err(error),
            })
        })?
    })
}

/// A function that takes a part, or `None` after the last one. It is not a type parameter, so the kinds of cubes share
/// the code around it.
type Take<S> =
    dyn Fn(&mut Taking<S>, Option<(Area, RawAnswer)>) -> Result<Option<<S as Shape>::Page>, Error> + Send + Sync;

/// Takes parts of the data.
struct Taking<S: Shape> {
    opened: Arc<Opened<S::Plan>>,
    assembler: Assembler,
    /// Whether the rows are complete.
    is_over: bool,
}

impl<S: Shape> Taking<S> {
    /// The complete rows.
    fn page(&mut self, queue: Queue<'_>, is_last: bool) -> Result<Option<S::Page>, Error> {
        let Self { opened, assembler, is_over } = self;
        *is_over |= is_last;
        let sink = |first, rows| WithAttributes::<S>::new(&opened.plan, &opened.source.columns, first, rows);
        assembler.take(queue, is_last, sink).transpose()
    }

    /// The rows that still wait when all parts have arrived.
    fn end(&mut self) -> Result<Option<S::Page>, Error> {
        let queue = self.assembler.queue();
        self.page(queue, true)
    }
}

/// Assembles rows from parts of the data, and makes pages of them. `take` is called with each part until the rows are
/// complete, and with `None` after the last one.
fn assembled<S: Shape>(
    opened: Arc<Opened<S::Plan>>,
    options: &Options,
    parts: Pages<(Area, RawAnswer)>,
    take: impl Fn(&mut Taking<S>, Option<(Area, RawAnswer)>) -> Result<Option<S::Page>, Error> + Send + Sync + 'static,
) -> Pages<S::Page> {
    let assembler = Assembler::new(&opened.source.columns, &opened.source.path, options.totals);
    let taking = Taking::<S> { opened, assembler, is_over: false };
    let take: Arc<Take<S>> = Arc::new(take);
    let pages = stream::try_unfold((Some(parts), taking), move |(mut parts, mut taking)| {
        let take = Arc::clone(&take);
        async move {
            while let Some(under_way) = &mut parts {
                let part = under_way.try_next().await?;
                let page = take(&mut taking, part);
                let page = confirmed(&taking.opened, page).await?;
                if taking.is_over {
                    parts = None;
                }
                if let Some(page) = page {
                    return Ok(Some((page, (parts, taking))));
                }
            }
            Ok(None)
        }
    });
    Box::pin(pages)
}
