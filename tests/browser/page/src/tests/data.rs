//! Rows, layouts, selections, reloads.

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use qix_client::prelude::*;
use qix_client::types::NxDataPage;

use super::{cube, opened};
use crate::engine::{Engine, Outcome};
use crate::example;

const SALES: [(&str, f64); 3] = [("North", 685.0), ("South", 625.0), ("West", 365.0)];

fn expected() -> Vec<(String, f64)> {
    SALES.map(|(region, sales)| (region.to_owned(), sales)).to_vec()
}

pub(super) async fn rows_are_read() -> Outcome {
    let (_engine, session, doc) = opened().await?;
    let table = doc.create_session_object(cube()).await?;
    assert_eq!(table.rows::<(String, f64)>().read_all().await?, expected());
    let pages: Vec<NxDataPage> =
        table.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::default().with_width(2).with_height(10)]).await?;
    assert_eq!(pages[0].matrix.len(), 3);
    session.close().await;
    Ok(())
}

/// The same in a worker, which has no document.
pub(super) async fn a_worker_reads_rows() -> Outcome {
    assert!(js_sys::Reflect::get(&js_sys::global(), &"document".into()).is_ok_and(|document| document.is_undefined()));
    rows_are_read().await?;
    super::resuming::a_lost_connection_is_restored().await
}

pub(super) async fn record_batches_are_read() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    let table = doc.create_session_object(cube()).await?;
    let batches: Vec<_> = table.record_batches().try_collect().await?;
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 3);
    Ok(())
}

pub(super) async fn layouts_follow_selections() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    let table = doc.create_session_object(cube()).await?;
    let mut layouts = table.layouts();
    let rows = |layout: GenericObjectLayout| layout.hyper_cube.map_or(0, |cube| cube.size.cy);
    assert_eq!(layouts.try_next().await?.map(rows), Some(3));
    doc.select("Region", ["West", "North"]).await?;
    assert_eq!(layouts.try_next().await?.map(rows), Some(2));
    doc.clear_all().await?;
    assert_eq!(layouts.try_next().await?.map(rows), Some(3));
    Ok(())
}

pub(super) async fn values_are_selected_and_cleared() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    doc.select("Year", [2021, 2022]).await?;
    assert_eq!(doc.evaluate_ex("Sum(Sales)").await?.number, 1100.0);
    let Err(error) = doc.select("Year", [1921]).await else { return Err("the year does not exist".into()) };
    assert!(error.downcast_ref::<SelectError>().is_some(), "{error}");
    let years: Vec<i32> = doc.field_values("Year").read_all().await?;
    assert_eq!(years, [2021, 2022, 2023]);
    doc.clear_all().await?;
    assert_eq!(doc.evaluate_ex("Sum(Sales)").await?.number, 1675.0);
    Ok(())
}

pub(super) async fn names_are_unique() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    let (one, other) = (doc.unique_state().await?, doc.unique_state().await?);
    assert_ne!(one.to_string(), other.to_string());
    doc.select("Year", [2022]).state_name(&one).await?;
    assert_eq!(doc.value::<f64>(format!("Sum({{{one}}} Sales)")).await?, 550.0);
    assert_eq!(doc.value::<f64>(format!("Sum({{{other}}} Sales)")).await?, 1675.0);
    Ok(())
}

/// The browser encodes them in one or two parts.
pub(super) async fn long_texts_of_any_language_arrive() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    for text in ["abcdefgh", "ü", "漢", "🎿", "ab漢🎿", "🎿a"] {
        let long = text.repeat(3000);
        for whole in [format!("{}{text}", "x".repeat(3000)), format!("{long}x"), format!("x{long}"), long] {
            assert_eq!(doc.evaluate(&format!("'{whole}'")).await?, whole);
        }
    }
    Ok(())
}

pub(super) async fn a_reload_shows_its_progress() -> Outcome {
    let (engine, _session, doc) = opened().await?;
    engine.fault("slow=1000 on DoReloadEx").await?;
    let mut steps = doc.reload().with_script("Numbers: LOAD RecNo() AS N AUTOGENERATE 1000;").progress();
    let (mut updates, mut finished) = (0, false);
    while let Some(step) = steps.next().await {
        match step? {
            Progress::Finished(_) => finished = true,
            _ => updates += 1,
        }
    }
    assert!(finished && updates > 0, "{updates} updates");
    assert_eq!(doc.evaluate_ex("Sum(N)").await?.number, 500_500.0);
    Ok(())
}

pub(super) async fn a_script_error_has_its_line() -> Outcome {
    let (_engine, _session, doc) = opened().await?;
    let Err(error) = doc.reload().with_script("SET a=1;\nLOAD * FROM nowhere;").await else {
        return Err("the script fails".into());
    };
    assert!(error.downcast_ref::<ScriptError>().is_some() && error.to_string().contains('2'), "{error}");
    Ok(())
}

pub(super) async fn a_thousand_calls_are_answered() -> Outcome {
    let (_engine, session, doc) = opened().await?;
    let answers = try_join_all((0..1000).map(|n| {
        let doc = doc.clone();
        async move { doc.evaluate_ex(&format!("{n}+1")).await }
    }));
    for (n, answer) in answers.await?.into_iter().enumerate() {
        assert_eq!(answer.number, n as f64 + 1.0);
    }
    assert_eq!(session.calls_in_flight(), 0);
    Ok(())
}

pub(super) async fn the_example_page_selects_by_clicking() -> Outcome {
    let engine = Engine::start("plain").await?;
    let seen = example(&engine.url()).await.map_err(|error| format!("{error:?}"))?;
    let seen: serde_json::Value = serde_json::from_str(&seen.as_string().unwrap_or_default())?;
    assert_eq!(seen["meanwhile"], "Apples West 130, Pears West 195, Plums West 40");
    assert_eq!(seen["state"], "North A, South A, West S");
    assert_eq!((&seen["before"], &seen["problem"]), (&seen["after"], &serde_json::Value::from("")));
    Ok(())
}
