//! Pivot and stacked cubes as rows.

mod assemble;
mod heading;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::{TryStreamExt, stream};
use qix_schema::cells::Sink;
use qix_schema::rpc::send;
use qix_schema::types::{NxCell, NxDimCellType, NxPivotPage, NxStackPage, NxTreeDataOption, NxTreeNode};
use qix_schema::{AsRemote, Error, generic_object};

use self::assemble::Assembler;
use super::RowsError;
use super::attributes::WithAttributes;
use super::collect::{PageSink, Shape};
use super::pages::{Area, MOST_CELLS, Opened, Options, PageCut, Pages, attempt, height, parts};

/// A part of the data.
enum Part {
    Pivot(Vec<NxPivotPage>),
    Stacked(Vec<NxStackPage>),
    Tree(Vec<NxTreeNode>),
}

/// Adds a part to the rows; returns whether it wants more.
type Take = dyn Fn(&mut Assembler, Option<(Area, Part)>) -> Result<bool, Error> + Send + Sync;

/// The rows of a pivot table.
pub(super) fn pivot_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    // A cube without measures still has headings.
    let (columns, rows) = (opened.source.width.max(1), opened.source.rows);
    let width = columns.min(MOST_CELLS);
    let cut = PageCut { columns, rows, width, height: height(width, options), splits_rows: true };
    let source = Arc::clone(&opened);
    let fetched = parts(cut, options, Arc::new(move |area| Box::pin(fetch_pivot(Arc::clone(&source), area))));
    assembled::<S>(opened, options, fetched, |assembler, part| {
        let Some((area, Part::Pivot(pages))) = part else { return Ok(false) };
        let [page] = &pages[..] else {
            return Err(RowsError::Incomplete { row: area.top, expected: area.height, found: 0 }.into());
        };
        assembler.pivot(page, area)?;
        Ok(true)
    })
}

async fn fetch_pivot<P>(opened: Arc<Opened<P>>, area: Area) -> Result<Part, Error> {
    attempt(&opened, || async {
        let request = generic_object::GetHyperCubePivotData::new(&opened.source.path, area.page());
        send(opened.object.as_remote(), request, opened.calls.clone()).await.map(Part::Pivot)
    })
    .await
}

/// The rows of a stacked cube.
pub(super) fn stacked_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    // Pages count values of the first dimension, including everything below them. Their number is not in the layout,
    // but it does not exceed the number of rows.
    let (columns, rows) = (opened.source.columns.len(), opened.source.rows);
    let height = height(columns * opened.source.spread, options);
    let cut = PageCut { columns, rows, width: columns, height, splits_rows: false };
    let source = Arc::clone(&opened);
    let fetched = parts(cut, options, Arc::new(move |area| Box::pin(fetch_stacked(Arc::clone(&source), area))));
    assembled::<S>(opened, options, fetched, move |assembler, part| {
        let before = assembler.leaves();
        if let Some((_, Part::Stacked(pages))) = part {
            pages.iter().try_for_each(|page| assembler.stacked(page))?;
        }
        match assembler.leaves() {
            found if found >= rows => Ok(false),
            found if found > before => Ok(true),
            found => Err(RowsError::Incomplete { row: found, expected: rows - found, found: 0 }.into()),
        }
    })
}

async fn fetch_stacked<P>(opened: Arc<Opened<P>>, area: Area) -> Result<Part, Error> {
    attempt(&opened, || async {
        let request = generic_object::GetHyperCubeStackData::new(&opened.source.path, area.page());
        send(opened.object.as_remote(), request, opened.calls.clone()).await.map(Part::Stacked)
    })
    .await
}

/// The rows of a cube in tree mode.
pub(super) fn tree_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    // Pages count nodes of the first dimension, including everything below them.
    let height = height(opened.source.columns.width() * opened.source.spread, options);
    let cut = PageCut { columns: 1, rows: opened.source.rows, width: 1, height, splits_rows: false };
    let source = Arc::clone(&opened);
    let fetched = parts(cut, options, Arc::new(move |area| Box::pin(fetch_tree(Arc::clone(&source), area))));
    assembled::<S>(opened, options, fetched, move |assembler, part| {
        let Some((area, Part::Tree(tree))) = part else { return Ok(false) };
        // The root contains the number of nodes, whichever of them were requested.
        let root = tree.first().filter(|node| node.type_ == NxDimCellType::Root);
        let nodes = root.map_or(cut.rows, |root| usize::try_from(root.group_size).unwrap_or(0));
        let expected = area.height.min(nodes.saturating_sub(area.top));
        match assembler.tree(&tree)? {
            found if found == expected => Ok(area.top + area.height < nodes),
            found => Err(RowsError::Incomplete { row: area.top, expected, found }.into()),
        }
    })
}

async fn fetch_tree<P>(opened: Arc<Opened<P>>, area: Area) -> Result<Part, Error> {
    attempt(&opened, || async {
        let request = generic_object::GetHyperCubeTreeData::new(&opened.source.path)
            .node_options(NxTreeDataOption::default().with_tree_nodes([area.nodes()]));
        send(opened.object.as_remote(), request, opened.calls.clone()).await.map(Part::Tree)
    })
    .await
}

/// Assembles rows from parts of the data, and makes pages of them. `take` is called with each part while it wants more,
/// and with `None` after the last one.
fn assembled<S: Shape>(
    opened: Arc<Opened<S::Plan>>,
    options: &Options,
    parts: Pages<(Area, Part)>,
    take: impl Fn(&mut Assembler, Option<(Area, Part)>) -> Result<bool, Error> + Send + Sync + 'static,
) -> Pages<S::Page> {
    let assembler = Assembler::new(&opened.source.columns, &opened.source.path, options.totals);
    let (parts, take): (_, Arc<Take>) = (Some(parts), Arc::new(take));
    let pages = stream::try_unfold((parts, assembler), move |(mut parts, mut assembler)| {
        let (opened, take) = (Arc::clone(&opened), Arc::clone(&take));
        async move {
            while let Some(under_way) = &mut parts {
                let part = under_way.try_next().await?;
                if !take(&mut assembler, part)? {
                    assembler.end();
                    parts = None;
                }
                let (first, rows) = assembler.take();
                if !rows.is_empty() {
                    return Ok(Some((sunk::<S>(&opened, first, rows)?, (parts, assembler))));
                }
            }
            Ok(None)
        }
    });
    Box::pin(pages)
}

fn sunk<S: Shape>(opened: &Opened<S::Plan>, first: usize, rows: Vec<Vec<NxCell>>) -> Result<S::Page, Error> {
    let mut sink = WithAttributes::<S>::new(&opened.plan, &opened.source.columns, first, rows.len());
    for row in rows {
        row.iter().enumerate().for_each(|(column, cell)| sink.cell(column, cell.into()));
        sink.end_row();
    }
    sink.finish()
}
