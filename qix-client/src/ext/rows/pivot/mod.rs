//! Pivot and stacked cubes as rows.

mod assemble;
mod heading;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_schema::cells::Sink;
use qix_schema::rpc::send;
use qix_schema::types::{NxCell, NxPivotPage, NxStackPage};
use qix_schema::{AsRemote, Error, generic_object};

use self::assemble::Assembler;
use super::RowsError;
use super::collect::{PageSink, Shape};
use super::pages::{MOST_CELLS, Opened, Options, Pages, attempt, height, page};

/// A part of a pivot's data: first column and row, columns and rows.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// The rows of a pivot.
pub(super) fn pivot_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    // A cube without measures has headings all the same.
    let (columns, rows) = (opened.source.width.max(1), opened.source.rows);
    let width = columns.min(MOST_CELLS);
    let height = height(width, options);
    let areas = (0..rows).step_by(height).flat_map(move |top| {
        let lefts = (0..columns).step_by(width);
        lefts.map(move |left| Area { left, top, width: width.min(columns - left), height: height.min(rows - top) })
    });
    let source = Arc::clone(&opened);
    let fetch = move |area| {
        let opened = Arc::clone(&source);
        async move { Ok((area, fetch_pivot(&opened, area).await?)) }
    };
    let parts = stream::iter(areas).map(fetch).buffered(options.pages_ahead + 1);
    assembled::<S, _>(opened, options, parts, |assembler, part| {
        let Some((area, pages)) = part else { return Ok(false) };
        let [page] = &pages[..] else {
            return Err(RowsError::Incomplete { row: area.top, expected: area.height, found: 0 }.into());
        };
        assembler.pivot(page, area)?;
        Ok(true)
    })
}

async fn fetch_pivot<P>(opened: &Opened<P>, area: Area) -> Result<Vec<NxPivotPage>, Error> {
    attempt(opened, || async {
        let page = page(area.left, area.top, area.width, area.height);
        let request = generic_object::GetHyperCubePivotData::new(&opened.source.path, page);
        send(opened.object.as_remote(), request, opened.calls.clone()).await
    })
    .await
}

/// The rows of a stacked cube.
pub(super) fn stacked_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    // Pages count values of the first dimension, with all that is below them. How many there are nobody says; there are
    // not more of them than rows.
    let rows = opened.source.rows;
    let height = height(opened.source.columns.len() * opened.source.spread, options);
    let source = Arc::clone(&opened);
    let fetch = move |top| {
        let opened = Arc::clone(&source);
        async move { fetch_stacked(&opened, top, height).await }
    };
    let parts = stream::iter((0..rows).step_by(height)).map(fetch).buffered(options.pages_ahead + 1);
    assembled::<S, _>(opened, options, parts, move |assembler, part| {
        let before = assembler.leaves();
        part.iter().flatten().try_for_each(|page| assembler.stacked(page))?;
        match assembler.leaves() {
            found if found >= rows => Ok(false),
            found if found > before => Ok(true),
            found => Err(RowsError::Incomplete { row: found, expected: rows - found, found: 0 }.into()),
        }
    })
}

async fn fetch_stacked<P>(opened: &Opened<P>, top: usize, height: usize) -> Result<Vec<NxStackPage>, Error> {
    attempt(opened, || async {
        let page = page(0, top, opened.source.columns.len(), height);
        let request = generic_object::GetHyperCubeStackData::new(&opened.source.path, page);
        send(opened.object.as_remote(), request, opened.calls.clone()).await
    })
    .await
}

/// Makes pages of the rows that parts of the data are put together to. Parts are taken as long as `take` wants more; it
/// gets nothing once there are none left.
fn assembled<S: Shape, P: Send + 'static>(
    opened: Arc<Opened<S::Plan>>,
    options: &Options,
    parts: impl Stream<Item = Result<P, Error>> + Send + 'static,
    take: impl Fn(&mut Assembler, Option<P>) -> Result<bool, Error> + Send + Sync + 'static,
) -> Pages<S::Page> {
    let assembler = Assembler::new(&opened.source.columns, &opened.source.path, options.totals);
    let (parts, take) = (Some(Box::pin(parts)), Arc::new(take));
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
    let mut sink = S::sink(&opened.plan, &opened.source.columns, first, rows.len());
    for row in rows {
        row.iter().enumerate().for_each(|(column, cell)| sink.cell(column, cell.into()));
        sink.end_row();
    }
    sink.finish()
}
