//! `cargo xtask soak`: keeps sessions busy and reports whether all checks passed.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use qix_soak::{Books, Plan, soak};

/// Keeps sessions busy, and checks for hangs, leaks, and misdirected responses.
///
/// Without a URL, it uses the in-memory engine and injects faults. Against your own engine, it only evaluates, selects,
/// and creates session objects; it does not change the app.
#[derive(Parser)]
#[command(name = "cargo xtask soak")]
struct Arguments {
    /// Duration in minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// URL of an engine, such as ws://localhost:4848.
    #[arg(long)]
    url: Option<String>,
    /// The app to open.
    #[arg(long, default_value = "sales")]
    app: String,
    /// Field to select in; empty for none.
    #[arg(long, default_value = "Year")]
    field: String,
    /// Expression to evaluate.
    #[arg(long, default_value = "Sum(Sales)")]
    measure: String,
    /// Number of concurrent sessions; many engines allow five per user.
    #[arg(long, default_value_t = 8)]
    sessions: usize,
    /// Number of workers and number of watchers per session.
    #[arg(long, default_value_t = 6)]
    workers: usize,
    /// Seed of the random number generator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds between two progress lines.
    #[arg(long, default_value_t = 10)]
    every: u64,
}

/// A test without progress for this long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = Plan {
        url: arguments.url,
        app: arguments.app,
        field: Some(arguments.field).filter(|field| !field.is_empty()),
        measure: arguments.measure,
        sessions: arguments.sessions.max(1),
        workers: arguments.workers.max(1),
        seed: arguments.seed,
        ..Plan::default()
    };
    let books = Arc::new(Books::default());
    let end = Instant::now() + Duration::from_secs(60 * arguments.minutes);
    let soaking = thread::spawn({
        let books = Arc::clone(&books);
        move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.expect("a runtime needs no more than two threads");
            // At least one round of each kind.
            runtime.block_on(soak(plan, books, |round| round < 2 || Instant::now() < end));
        }
    });
    let finished = report_progress(&books, Duration::from_secs(arguments.every.max(1)), || soaking.is_finished());
    println!("{books}");
    let violations = books.violations();
    violations.iter().for_each(|violation| println!("failed: {violation}"));
    if !finished {
        println!("failed: no progress for {PATIENCE:?}");
    } else if soaking.join().is_err() {
        println!("failed: the soak test panicked");
    } else if violations.is_empty() {
        println!("all checks passed");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// Prints the progress periodically; returns whether the test completed.
fn report_progress(books: &Books, every: Duration, is_over: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    let (mut next, mut progress, mut moved) = (every, 0, start);
    while !is_over() {
        thread::sleep(Duration::from_millis(100));
        if books.progress() != progress {
            (progress, moved) = (books.progress(), Instant::now());
        } else if moved.elapsed() > PATIENCE {
            return false;
        }
        if start.elapsed() >= next {
            println!("{:>6} s  {books}", next.as_secs());
            next += every;
        }
    }
    true
}
