//! The client in the page of `cargo xtask speed --browser`.

use std::error::Error;

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use futures_util::lock::Mutex;
use js_sys::Date;
use qix_client::prelude::*;
use wasm_bindgen::prelude::*;

/// Number of rows in a page of 10,000 cells.
const ROWS: usize = 1000;

type Row = (String, i32, f64, f64, f64, f64, f64, f64, f64, f64);
type Outcome<T> = Result<T, Box<dyn Error>>;

/// A session with the server.
#[wasm_bindgen]
pub struct Client {
    session: Session,
    doc: Doc,
    rows: Mutex<RowStream<Row>>,
}

#[wasm_bindgen]
impl Client {
    /// Connects.
    pub async fn open(url: String) -> Result<Client, JsError> {
        let connect = async {
            let session = Session::connect(url).await?;
            let doc = session.open_doc("speed").await?;
            let rows = Mutex::new(doc.get_object("13").await?.rows());
            Outcome::Ok(Self { session, doc, rows })
        };
        connect.await.map_err(told)
    }

    /// Keeps a number of calls in flight for a time; returns how many were answered.
    pub async fn calls(&self, in_flight: u32, millis: f64) -> Result<f64, JsError> {
        let end = Date::now() + millis;
        let workers = (0..in_flight).map(|number| async move {
            let text = number.to_string();
            let mut done = 0.0;
            while Date::now() < end {
                let value = self.doc.evaluate(&text).await?;
                if value != text {
                    return Err(format!("{text} is {value}").into());
                }
                done += 1.0;
            }
            Outcome::Ok(done)
        });
        Ok(try_join_all(workers).await.map_err(told)?.into_iter().sum())
    }

    /// Reads pages of 10,000 cells into rows for a time, four in flight; returns how many.
    pub async fn pages(&self, millis: f64) -> Result<f64, JsError> {
        let end = Date::now() + millis;
        let read = async {
            let rows = &mut *self.rows.lock().await;
            let mut done = 0.0;
            while Date::now() < end {
                for _ in 0..ROWS {
                    match rows.try_next().await? {
                        Some(row) if row.0.starts_with("Customer ") && row.9 > 0.0 => {}
                        _ => return Err("a wrong row".into()),
                    }
                }
                done += 1.0;
            }
            Outcome::Ok(done)
        };
        read.await.map_err(told)
    }

    /// Disconnects.
    pub async fn close(self) {
        self.session.close().await;
    }
}

fn told(error: Box<dyn Error>) -> JsError {
    JsError::new(&error.to_string())
}
