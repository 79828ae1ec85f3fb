//! Reading restarts after a change of the object being read, but of no other object.

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use qix_client::{Error, prelude::*};
use serde_json::json;

use super::{object, rows_error, sales};
use crate::support::{object as found, opened};

#[tokio::test]
async fn objects_in_different_states_do_not_restart_each_other() {
    const REQUESTS: usize = 80;
    let (engine, _session, doc) = sales().await;
    let request = async |at: usize| {
        let name = format!("S{at}");
        let state = doc.alternate_state(&name).await.unwrap();
        let year = 2021 + at % 3;
        doc.get_field("Year").state_name(&name).await.unwrap().select(&year.to_string()).await.unwrap();
        let cube = HyperCubeDef::default()
            .with_dimensions([NxDimension::field("Year")])
            .with_measures([NxMeasure::expression("Sum(Sales)")])
            .with_state_name(&name);
        let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
        let rows: Vec<(usize, f64)> = table.rows().read_all().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].0, year);
        drop(state);
    };
    join_all((0..REQUESTS).map(request)).await;
    let count = |method: &str| engine.requests().iter().filter(|request| request.method == method).count();
    assert_eq!((count("GetLayout"), count("GetHyperCubeData")), (REQUESTS, REQUESTS));
}

/// Sends a change between two pages. Returns the rows.
async fn between_pages(changed: &[i64]) -> Result<Vec<u32>, Error> {
    let (_session, mut engine, doc) = opened(|builder| builder).await;
    let script = async {
        engine.answer("GetObject", found("GenericObject", 2)).await;
        let cube = json!({ "qSize": { "qcx": 1, "qcy": 2 }, "qDimensionInfo": [{ "qFallbackTitle": "N" }] });
        engine.answer("GetLayout", json!({ "qLayout": { "qHyperCube": cube } })).await;
        for n in [1, 2] {
            let id = engine.expect("GetHyperCubeData").await;
            let page = json!({ "qMatrix": [[{ "qText": n.to_string(), "qNum": n, "qElemNumber": n }]] });
            let change = if n == 2 { changed } else { &[] };
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": { "qDataPages": [page] }, "change": change });
            engine.push(answer).await;
        }
    };
    let read = async {
        let object = doc.get_object("chart").await.unwrap();
        object.rows::<u32>().with_page_rows(1).with_pages_ahead(0).try_collect::<Vec<_>>().await
    };
    tokio::join!(read, script).0
}

#[tokio::test]
async fn only_a_change_of_the_object_itself_ends_the_reading() {
    assert_eq!(between_pages(&[]).await.unwrap(), [1, 2]);
    assert_eq!(between_pages(&[1, 3, 4]).await.unwrap(), [1, 2]);
    assert_eq!(rows_error(&between_pages(&[1, 2]).await.unwrap_err()), RowsError::Changed);
}
