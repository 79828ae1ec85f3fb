//! This client, with default settings.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use futures_util::TryStreamExt;
use qix_client::generic_object::GetHyperCubeData;
use qix_client::prelude::*;
use qix_client::rpc::{Answer, CallOptions, send_with};
use serde_json::Value;
use tokio::sync::Mutex;

use super::turn::Client;
use crate::server::{COLUMNS, ROWS};
use crate::workload::Change;

/// How pages are decoded.
#[derive(Clone, Copy)]
pub(super) enum Pages {
    /// The generated types.
    Types,
    /// One tuple per row, without cells.
    Rows,
    /// JSON values.
    Value,
}

type Row = (String, i32, f64, f64, f64, f64, f64, f64, f64, f64);

pub(super) struct Qix {
    doc: Doc,
    object: GenericObject,
    pages: Pages,
    rows: Mutex<RowStream<Row>>,
    /// Number of changing responses received.
    answers: AtomicUsize,
}

pub(super) async fn connect(url: &str, pages: Pages, object: Change) -> Result<Qix> {
    let session = Session::connect(url).await?;
    let doc = session.open_doc("speed").await?;
    let object = doc.get_object(&object.object().to_string()).await?;
    let rows = Mutex::new(object.rows());
    Ok(Qix { doc, object, pages, rows, answers: AtomicUsize::new(0) })
}

impl Qix {
    /// The first cell of a page, after checking that all cells exist.
    async fn first_cell(&self, delta: Option<bool>) -> Result<String> {
        let mut options = CallOptions::default();
        options.delta = delta;
        let mut pages = self.object.get_hyper_cube_data(PATH, vec![requested_page()]).with_options(options).await?;
        ensure!(pages.len() == 1 && pages[0].matrix.len() == ROWS && pages[0].matrix[ROWS - 1].len() == COLUMNS);
        Ok(std::mem::take(&mut pages[0].matrix[0][0].text))
    }
}

impl Client for Qix {
    async fn call(&self, number: u32) -> Result<()> {
        let number = number.to_string();
        let value = self.doc.evaluate(&number).await?;
        ensure!(value == number, "{number} is {value}");
        Ok(())
    }

    async fn page(&self) -> Result<()> {
        match self.pages {
            Pages::Types => ensure!(self.first_cell(None).await?.starts_with("Customer ")),
            Pages::Rows => {
                let rows = &mut *self.rows.lock().await;
                for _ in 0..ROWS {
                    let row = rows.try_next().await?;
                    ensure!(row.is_some_and(|row| row.0.starts_with("Customer ") && row.9 > 0.0));
                }
            }
            Pages::Value => {
                let request = GetHyperCubeData::new(PATH, vec![requested_page()]);
                let read = |answer: Answer<'_>| Ok(serde_json::from_str::<Value>(answer.text()).unwrap_or_default());
                let value = send_with(self.object.as_remote(), request, CallOptions::default(), read).await?;
                ensure!(value["qDataPages"][0]["qMatrix"][ROWS - 1][COLUMNS - 1]["qNum"].is_f64());
            }
        }
        Ok(())
    }

    async fn answer(&self, change: Change, delta: bool) -> Result<()> {
        let turn = self.answers.fetch_add(1, Ordering::Relaxed) % 2;
        let (found, expected) = match change {
            Change::Page => (self.first_cell(Some(delta)).await?, ["Customer 0", "Customer 1000"]),
            _ => {
                let layout = self.object.get_layout().with_delta(delta).await?;
                let first = layout.hyper_cube.and_then(|mut cube| cube.data_pages.pop()).map(|mut page| {
                    let cell = &mut page.matrix[0][0];
                    format!("{} {}", std::mem::take(&mut cell.text), cell.state)
                });
                let expected = match change {
                    Change::Little => ["Customer 0 O", "Customer 0 S"],
                    Change::Much => ["Customer 0 O", "Customer 1000 O"],
                    _ => ["Customer 0 O"; 2],
                };
                (first.unwrap_or_default(), expected)
            }
        };
        ensure!(found == expected[turn], "{found} instead of {}", expected[turn]);
        Ok(())
    }
}

const PATH: &str = "/qHyperCubeDef";

fn requested_page() -> NxPage {
    NxPage::of_size(COLUMNS as i32, ROWS as i32)
}
