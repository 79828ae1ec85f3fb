//! The engine as a program.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_qix-test-engine"))
}

/// Starts the program on a free port. Returns its process, and the address that it prints.
fn start(arguments: &[&str]) -> (Child, String) {
    let mut engine = program().args(["--port", "0"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(engine.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
    (engine, url.to_owned())
}

/// The exit code of the program, and its standard error.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output = program().args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn it_prints_its_address_and_serves() {
    let (mut engine, url) = start(&[]);
    assert!(url.starts_with("ws://127.0.0.1:"), "{url}");
    tokio_tungstenite::connect_async(&url).await.unwrap();
    let mut http = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
    http.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    http.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    engine.kill().unwrap();
    engine.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn it_exits_with_0_on_ctrl_c_and_sigterm() {
    for signal in ["-INT", "-TERM"] {
        let (mut engine, _) = start(&[]);
        Command::new("kill").args([signal, &engine.id().to_string()]).status().unwrap();
        assert_eq!(engine.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn the_exit_code_tells_what_failed() {
    let (mut engine, url) = start(&[]);
    let port = url.rsplit(':').next().unwrap();
    let (code, message) = failure(&["--port", port]);
    assert_eq!(code, Some(1), "{message}");
    engine.kill().unwrap();
    engine.wait().unwrap();

    assert_eq!(failure(&["--port", "x"]).0, Some(2));

    let (code, message) = failure(&["--port", "0", "--app", "nosuch.qvs"]);
    assert_eq!(code, Some(3), "{message}");
    assert!(message.starts_with("error: app `nosuch`: cannot read nosuch.qvs: "), "{message}");

    let folder = std::env::temp_dir().join(format!("qix-program-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = folder.join("bad.qvs");
    std::fs::write(&script, "SET a = 1;\nLOAD x RESIDENT nowhere;").unwrap();
    let (code, message) = failure(&["--port", "0", "--app", script.to_str().unwrap()]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("app `bad`") && message.contains("(line 2)"), "{message}");
}

#[test]
fn it_reads_data_connections_and_a_proxy() {
    let folder = std::env::temp_dir().join(format!("qix-program-data-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "n\n1\n").unwrap();
    std::fs::write(folder.join("a.qvs"), "LOAD n FROM [lib://my data/a.csv] (txt);").unwrap();
    std::fs::write(folder.join("b.json"), "{ \"scriptFile\": \"a.qvs\" }").unwrap();
    std::fs::write(folder.join("proxy.json"), "{}").unwrap();
    std::fs::write(folder.join("bad.json"), "{ \"nosuch\": 1 }").unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let data = format!("my data={}", path(""));
    for proxy in [vec!["--proxy".to_owned()], vec!["--proxy".to_owned(), path("proxy.json")]] {
        let (script, described) = (path("a.qvs"), format!("c={}", path("b.json")));
        let mut arguments = vec!["--data", &data, "--app", &script, "--app", &described];
        arguments.extend(proxy.iter().map(String::as_str));
        let (mut engine, url) = start(&arguments);
        let mut http = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
        http.write_all(b"GET /hub HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        http.read_to_string(&mut answer).unwrap();
        engine.kill().unwrap();
        engine.wait().unwrap();
        assert!(answer.starts_with("HTTP/1.1 302 Found\r\n"), "{answer}");
    }
    let without_data = failure(&["--port", "0", "--app", &path("a.qvs")]);
    let bad_proxy = failure(&["--port", "0", "--proxy", &path("bad.json")]);
    let no_folder = failure(&["--port", "0", "--data", "x=/nowhere/at/all"]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(without_data.0, Some(3), "{}", without_data.1);
    assert!(without_data.1.contains("'my data'"), "{}", without_data.1);
    assert_eq!((bad_proxy.0, bad_proxy.1.contains("nosuch")), (Some(3), true));
    assert_eq!((no_folder.0, no_folder.1.contains("is not a directory")), (Some(2), true));
}

#[test]
fn it_reads_results_of_sql_statements() {
    let folder = std::env::temp_dir().join(format!("qix-program-sql-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.qvs"), "LIB CONNECT TO db; SQL SELECT n FROM t;").unwrap();
    let result = r#"{ "connection": "db", "statement": "select n from t", "fields": ["n"], "rows": [[1]] }"#;
    std::fs::write(path("sql.json"), format!("[{result}]")).unwrap();
    std::fs::write(path("twice.json"), format!("[{result}, {result}]")).unwrap();
    std::fs::write(path("bad.json"), r#"[{ "statements": "" }]"#).unwrap();
    let (mut engine, _) = start(&["--app", &path("a.qvs"), "--sql", &path("sql.json")]);
    engine.kill().unwrap();
    engine.wait().unwrap();
    let without = failure(&["--port", "0", "--app", &path("a.qvs")]);
    let twice = failure(&["--port", "0", "--sql", &path("twice.json")]);
    let bad = failure(&["--port", "0", "--sql", &path("bad.json")]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((without.0, without.1.contains("LIB CONNECT: not implemented")), (Some(3), true), "{}", without.1);
    assert_eq!((twice.0, twice.1.contains("is declared twice")), (Some(3), true), "{}", twice.1);
    assert_eq!((bad.0, bad.1.contains("bad.json: unknown field `statements`")), (Some(3), true), "{}", bad.1);
}

#[test]
fn every_exit_code_is_in_the_help() {
    let help = String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap();
    for code in 0..=3 {
        assert!(help.lines().any(|line| line.starts_with(&format!("  {code}  "))), "{code}: {help}");
    }
}

#[test]
fn it_lists_its_methods() {
    let output = program().arg("--methods").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line == "in  Global.OpenDoc"), "{text}");
    assert!(text.lines().any(|line| line == "out Doc.Publish"), "{text}");
    for line in [
        "in  Sum",
        "out DocumentName",
        "in  FROM … (qvd)",
        "in  SUB",
        "in  SQL SELECT (declared results)",
        "out SECTION ACCESS",
    ] {
        assert!(text.lines().any(|there| there == line), "{line}: {text}");
    }
    for what in ["methods", "functions", "statements of scripts"] {
        assert!(text.lines().any(|line| line.ends_with(&format!(" {what} are in"))), "{text}");
    }
}

#[test]
fn an_unknown_fault_is_rejected() {
    let (code, message) = failure(&["--fault", "explode"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("no such fault"), "{message}");
}
