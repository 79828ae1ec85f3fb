//! Reloads an app and shows the progress: messages of the script line by line, and a progress bar if there is a
//! terminal.
//!
//! If `QIX_URL` is set (such as `ws://localhost:4848/app/`, with the app in `QIX_APP`), it reloads that engine's app
//! without saving it; otherwise it loads a few tables into an in-memory engine.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Duration;

use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use qix_client::prelude::*;
use qix_client::{Progress, progress::ProgressCode, types::ProgressData};
use qix_test_engine::TestEngine;

const SCRIPT: &str = "
Calendar:  LOAD RecNo() AS Day, Mod(RecNo(), 7) AS Weekday AUTOGENERATE 3650;
Customers: LOAD RecNo() AS Customer, 'Customer ' & RecNo() AS Name AUTOGENERATE 20000;
Products:  LOAD RecNo() AS Product, Mod(RecNo(), 12) AS Group AUTOGENERATE 5000;
Orders:    LOAD RecNo() AS Order, Mod(RecNo(), 20000) + 1 AS Customer, Mod(RecNo(), 3650) + 1 AS Day AUTOGENERATE 60000;
Lines:     LOAD RecNo() AS Line, Mod(RecNo(), 60000) + 1 AS Order, Mod(RecNo(), 5000) + 1 AS Product AUTOGENERATE 120000;
";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("QIX_URL").ok();
    let engine = if url.is_none() { Some(TestEngine::start().await?) } else { None };
    let url = url.or_else(|| engine.as_ref().map(TestEngine::url)).unwrap_or_default();
    let app = std::env::var("QIX_APP").unwrap_or_else(|_| "sales".to_owned());

    let session = Session::builder().url(url).progress_interval(Duration::from_millis(100)).connect().await?;
    let doc = session.open_doc(&app).await?;
    let script = if engine.is_some() { SCRIPT.to_owned() } else { doc.get_script().await? };

    let bar = bar(&script)?;
    let mut text = String::new();
    // A syntax error or a failure is shown with its line.
    let mut reload = doc.reload().with_script(script).progress();
    while let Some(step) = reload.try_next().await? {
        if let Progress::Update(update) = step {
            show(&bar, &mut text, &update);
        }
    }
    let elapsed = bar.elapsed();
    bar.finish_and_clear();
    println!("{app} reloaded in {elapsed:.1?}");

    for table in doc.get_tables_and_keys(Size::default(), Size::default(), 0, false, false).await?.tr {
        println!("  {:<12}{:>8} rows", table.name, table.no_of_rows);
    }
    session.close().await;
    Ok(())
}

/// A bar with a step for each table. The engine does not report the total, so it is estimated.
fn bar(script: &str) -> Result<ProgressBar, indicatif::style::TemplateError> {
    let loads = |word: &&str| ["load", "select"].contains(&word.to_lowercase().as_str());
    let tables = script.split_whitespace().filter(loads).count();
    let style = ProgressStyle::with_template("{spinner} [{elapsed}] [{bar:30}] {pos} of {len} tables {wide_msg}")?;
    let bar = ProgressBar::new(u64::try_from(tables).unwrap_or(u64::MAX)).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    Ok(bar)
}

/// Moves the bar, and prints complete lines above it; `text` keeps the incomplete line.
fn show(bar: &ProgressBar, text: &mut String, update: &ProgressData) {
    let codes = update.persistent_progress_messages.iter().map(ProgressCode::of);
    let fetched = codes.filter(|code| *code == ProgressCode::LINES_FETCHED);
    bar.inc(u64::try_from(fetched.count()).unwrap_or(0));
    text.push_str(&update.persistent_progress);
    let ended = text.rfind('\n').map_or(0, |end| end + 1);
    // Without a terminal there is no bar, but the same lines.
    bar.suspend(|| print!("{}", text.drain(..ended).as_str()));
    bar.set_message(format!("{text}{}", update.transient_progress));
}
