//! Fetching of rows: pages ahead, changes in the meantime, early ends.

use futures_util::{StreamExt, TryStreamExt};
use qix_client::prelude::*;
use qix_test_engine::Fault;

use super::{cube, open, pages, rows_error};

const METHOD: &str = "GetHyperCubeData";

fn numbers(count: usize) -> String {
    format!("T: LOAD RecNo() as N, Mod(RecNo(), 2) as Odd AUTOGENERATE {count};")
}

#[tokio::test]
async fn pages_stay_below_the_limit_and_rows_come_in_order() {
    let (engine, _session, doc) = open(&numbers(8000)).await;
    let table = cube(&doc, &["N"], &["Sum(N)", "Sum(N)/7"]).await;
    let rows: Vec<(u32, u32, f64)> = table.rows().read_all().await.unwrap();
    assert_eq!(rows.len(), 8000);
    assert!(rows.iter().zip(1..).all(|(row, n)| *row == (n, n, f64::from(n) / 7.0)));
    assert_eq!(pages(&engine, METHOD), [[0, 3, 3333], [3333, 3, 3333], [6666, 3, 1334]]);
}

#[tokio::test]
async fn pages_that_overtake_each_other_are_returned_in_order() {
    let (engine, _session, doc) = open(&numbers(100)).await;
    let table = cube(&doc, &["N"], &[]).await;
    engine.fault(Fault::reorder(4).on(METHOD));
    let rows: Vec<u32> = table.rows().with_page_rows(10).with_pages_ahead(3).read_all().await.unwrap();
    assert_eq!(rows, (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_the_needed_pages_are_requested_and_none_after_the_stream_is_dropped() {
    let (engine, session, doc) = open(&numbers(100)).await;
    let table = cube(&doc, &["N"], &[]).await;
    let mut rows = table.rows::<u32>().with_page_rows(10).with_pages_ahead(2);
    for expected in 1..=10 {
        assert_eq!(rows.try_next().await.unwrap(), Some(expected));
    }
    assert_eq!(pages(&engine, METHOD).len(), 3, "one, and two ahead");
    assert_eq!(rows.try_next().await.unwrap(), Some(11));
    session.engine_version().await.unwrap();
    assert!(pages(&engine, METHOD).len() <= 4);
    drop(rows);
    let asked = pages(&engine, METHOD).len();
    session.engine_version().await.unwrap();
    assert_eq!(pages(&engine, METHOD).len(), asked);
}

#[tokio::test]
async fn a_dropped_stream_cancels_pending_calls() {
    let (engine, session, doc) = open(&numbers(100)).await;
    let table = cube(&doc, &["N"], &[]).await;
    engine.fault(Fault::never_answer().on(METHOD));
    let mut rows = table.rows::<u32>().with_page_rows(10).with_pages_ahead(1);
    let waiting = async {
        loop {
            session.engine_version().await.unwrap();
            if pages(&engine, METHOD).len() == 2 {
                break;
            }
        }
    };
    tokio::select! {
        _ = rows.next() => panic!("never answered"),
        () = waiting => {}
    }
    drop(rows);
    session.engine_version().await.unwrap();
    assert_eq!(engine.requests().iter().filter(|request| request.method == "CancelRequest").count(), 2);
}

#[tokio::test]
async fn a_change_while_reading_is_an_error() {
    let (_engine, _session, doc) = open(&numbers(100)).await;
    let table = cube(&doc, &["N"], &[]).await;
    let mut rows = table.rows::<u32>().with_page_rows(10).with_pages_ahead(0);
    assert_eq!(rows.try_next().await.unwrap(), Some(1));
    doc.get_field("Odd").await.unwrap().select("1").await.unwrap();
    let given = rows.by_ref().take_while(|row| std::future::ready(row.is_ok())).count().await;
    assert_eq!(given, 9, "the rest of the page");
    assert!(rows.next().await.is_none(), "the stream has ended");

    let mut rows = table.rows::<u32>().with_page_rows(10).with_pages_ahead(0);
    rows.try_next().await.unwrap();
    doc.clear_all().await.unwrap();
    let error = rows.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::Changed);
}

#[tokio::test]
async fn a_change_while_reading_can_restart_the_rows() {
    let (_engine, _session, doc) = open(&numbers(100)).await;
    let table = cube(&doc, &["N"], &[]).await;
    let mut rows = table.rows::<u32>().with_page_rows(10).with_pages_ahead(0).with_restart(true);
    assert_eq!(rows.try_next().await.unwrap(), Some(1));
    doc.get_field("Odd").await.unwrap().select("1").await.unwrap();
    assert_eq!(rows.read_all().await.unwrap(), (1..=99).step_by(2).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_change_before_the_first_row_is_harmless() {
    let (_engine, _session, doc) = open(&numbers(30)).await;
    let table = cube(&doc, &["N"], &[]).await;
    let odd = doc.get_field("Odd").await.unwrap();
    for value in ["0", "1"] {
        odd.select(value).await.unwrap();
        let rows: Vec<u32> = table.rows().read_all().await.unwrap();
        assert_eq!(rows.len(), 15);
    }
}

#[tokio::test]
async fn an_aborted_page_is_requested_again() {
    let (engine, _session, doc) = open(&numbers(30)).await;
    let table = cube(&doc, &["N"], &[]).await;
    engine.fault(Fault::error(15, "Request aborted").on(METHOD).times(2));
    assert_eq!(table.rows::<u32>().read_all().await.unwrap().len(), 30);
    engine.fault(Fault::error(5, "Access denied").on(METHOD));
    let error = table.rows::<u32>().read_all().await.unwrap_err();
    assert_eq!(error.engine().unwrap().code.0, 5);
}

#[tokio::test]
async fn missing_rows_are_an_error() {
    let (engine, _session, doc) = open(&numbers(30)).await;
    let table = cube(&doc, &["N"], &[]).await;
    engine.fault(Fault::set("/qDataPages/0/qMatrix", serde_json::json!([])).on(METHOD));
    let error = table.rows::<u32>().read_all().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::Incomplete { row: 0, expected: 30, found: 0 });
}

#[tokio::test]
async fn an_empty_cube_has_no_rows() {
    let (engine, _session, doc) = open("T: LOAD * INLINE [N];").await;
    let table = cube(&doc, &["N"], &[]).await;
    assert!(table.rows::<u32>().read_all().await.unwrap().is_empty());
    assert!(pages(&engine, METHOD).is_empty());
}
