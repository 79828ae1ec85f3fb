//! The example `nightly`, alone and on a cluster of processes of which some are killed.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use datafusion::prelude::SessionContext;
use fastrand::Rng;
use qix_test_engine::{App, Fault, TestEngine};
use tokio::process::{Child, Command};

use crate::support::answer;

const APPS: usize = 20;
const ROWS: usize = 12_000;

/// An engine with the apps `app0` to `app19` and the app `sales`.
async fn engine() -> TestEngine {
    let mut builder = TestEngine::builder();
    // Wide rows, so that each part has several pages.
    let fields: String = (0..9).map(|field| format!(", RecNo() * {field} as Field{field}")).collect();
    for app in 0..APPS {
        let script = format!("Orders: LOAD RecNo() - 1 as Id{fields} AUTOGENERATE {ROWS};");
        builder = builder.with_app(App::new(format!("app{app}")).script(script));
    }
    builder.start().await.unwrap()
}

fn nightly(engine: &TestEngine, command: &str, arguments: &[&str]) -> Child {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples/nightly");
    assert!(program.exists(), "{} is missing; build the examples, as `cargo test` does", program.display());
    let mut process = Command::new(program);
    process.arg(command).args(["--url", &engine.url()]).args(arguments).stdout(Stdio::piped()).kill_on_drop(true);
    process.spawn().unwrap()
}

/// A port that is free, below the range that systems assign to outgoing connections, and the one after it.
fn free_port() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut rng = Rng::new();
    std::iter::repeat_with(|| rng.u16(20_000..32_000)).find(|port| is_free(*port) && is_free(port + 1)).unwrap()
}

/// Waits for something that happens in another process.
async fn until<T>(what: &str, mut happened: impl FnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = happened() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}: not in two minutes"))
}

/// Whether a process has sent a request for rows.
fn reads(engine: &TestEngine, process: u32) -> bool {
    let own = format!("/identity/sql-{process}-");
    let upgrades = engine.upgrades();
    let connections: Vec<u64> =
        upgrades.iter().filter(|upgrade| upgrade.target.contains(&own)).map(|upgrade| upgrade.connection).collect();
    engine
        .requests()
        .iter()
        .any(|request| request.method == "GetTableData" && connections.contains(&request.connection))
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

fn writes(folder: &Path, process: u32) -> bool {
    let own = format!("{process}-");
    files(folder).iter().any(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&own)))
}

/// Each app has each of its rows once, and nothing else is in the folder.
async fn check(folder: &Path) {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), APPS + 1, "{names:?}");
    for app in 0..APPS {
        let context = SessionContext::new();
        let app = folder.join(format!("app{app}"));
        for (at, file) in files(&app).iter().enumerate() {
            context.register_parquet(format!("part{at}"), file.to_str().unwrap(), Default::default()).await.unwrap();
        }
        let parts = files(&app).len();
        let all = (0..parts).map(|at| format!(r#"SELECT "Id" FROM part{at}"#)).collect::<Vec<_>>().join(" UNION ALL ");
        let counted =
            answer(&context, &format!(r#"SELECT count(*), count(DISTINCT "Id"), sum("Id") FROM ({all})"#)).await;
        assert_eq!(counted, [format!("{ROWS} | {ROWS} | {}", ROWS * (ROWS - 1) / 2)], "{}", app.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_resumes_after_it_was_killed() {
    let engine = engine().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let mut first = nightly(&engine, "export", &["--to", to]);
    let complete = || (0..APPS).filter(|app| folder.path().join(format!("app{app}")).exists()).count();
    until("an app is complete", || (complete() > 0).then_some(())).await;
    first.kill().await.unwrap();
    let before = complete();
    assert!(before < APPS, "it was killed too late");

    let output = nightly(&engine, "export", &["--to", to]).wait_with_output().await.unwrap();
    assert!(output.status.success());
    let rows = String::from_utf8_lossy(&output.stdout);
    assert!(!rows.starts_with("0 rows"), "{rows}");
    check(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_is_exported_once_though_executors_are_killed() {
    let engine = engine().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let _scheduler = nightly(&engine, "scheduler", &["--port", &port.to_string(), "--timeout", "5"]);
    until("the scheduler listens", || TcpStream::connect(&address).ok()).await;
    let executor = || {
        let own = free_port().to_string();
        nightly(&engine, "executor", &["--scheduler", &address, "--port", &own, "--slots", "2"])
    };
    let (mut first, mut second) = (executor(), executor());

    engine.fault(Fault::delay(Duration::from_millis(50)).on("GetTableData"));
    let export = nightly(&engine, "export", &["--to", to, "--scheduler", &address]);
    let pid = first.id().unwrap();
    until("an executor reads", || reads(&engine, pid).then_some(())).await;
    first.kill().await.unwrap();
    let _third = executor();

    let pid = second.id().unwrap();
    until("an executor writes", || writes(folder.path(), pid).then_some(())).await;
    second.kill().await.unwrap();
    assert!(writes(folder.path(), pid), "its file is not left behind");

    let output = export.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    check(folder.path()).await;
}
