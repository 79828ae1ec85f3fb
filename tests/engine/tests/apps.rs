//! Apps that are declared in Rust and in files.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod common;

use common::Client;
use qix_test_engine::{App, SqlResult, TestEngine};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const SCRIPT: &str = "Planets: LOAD * INLINE [Planet, Moons\nEarth, 1\nMars, 2\nVenus, 0];\nSET vScale = 1;";

async fn engine(app: App) -> TestEngine {
    TestEngine::builder().with_app(app).start().await.unwrap()
}

async fn fails(app: App) -> String {
    TestEngine::builder().with_app(app).start().await.expect_err("the app cannot be loaded").to_string()
}

fn sheet() -> Value {
    json!({
        "qProperty": { "qInfo": { "qId": "sheet", "qType": "sheet" }, "qChildListDef": { "qData": {} } },
        "qChildren": [
            { "qProperty": { "qInfo": { "qId": "box", "qType": "container" } }, "qChildren": [
                { "qProperty": { "qInfo": { "qId": "table", "qType": "table" }, "qHyperCubeDef": {
                    "qMeasures": [{ "qDef": { "qDef": "Sum(Moons)" } }],
                    "qInitialDataFetch": [{ "qWidth": 1, "qHeight": 1 }],
                } } },
            ] },
            { "qProperty": { "qInfo": { "qId": "text", "qType": "text" } } },
        ],
    })
}

/// Checks what every form of the app declares: a sheet with a child, a bookmark, a connection, a variable.
async fn check(engine: &TestEngine, app: &str) {
    let mut client = Client::open(engine, app).await;
    let sheet = client.object(1, "GetObject", json!(["sheet"])).await;
    let layout = client.result(sheet, "GetLayout", json!([])).await;
    let items = layout["qLayout"]["qChildList"]["qItems"].as_array().unwrap();
    let ids: Vec<_> = items.iter().map(|item| item["qInfo"]["qId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["box", "text"]);
    let table = client.object(1, "GetObject", json!(["table"])).await;
    let parent = client.result(table, "GetParent", json!([])).await;
    assert_eq!(parent["qReturn"]["qGenericId"], "box");
    let moons = async |client: &mut Client| {
        let layout = client.result(table, "GetLayout", json!([])).await;
        layout["qLayout"]["qHyperCube"]["qDataPages"][0]["qMatrix"][0][0]["qText"].clone()
    };
    assert_eq!(moons(&mut client).await, "3");
    assert_eq!(client.result(1, "ApplyBookmark", json!(["home"])).await["qSuccess"], true);
    assert_eq!(moons(&mut client).await, "1");
    let connections = client.result(1, "GetConnections", json!([])).await;
    assert_eq!(connections["qConnections"][0]["qName"], "archive");
    assert!(connections["qConnections"][0]["qPassword"].is_null(), "the password is omitted");
    let scale = client.object(1, "GetVariableByName", json!(["vScale"])).await;
    assert_eq!(client.result(scale, "GetLayout", json!([])).await["qLayout"]["qText"], "10");
}

#[tokio::test]
async fn an_app_is_declared_in_rust() {
    let app = App::new("planets")
        .script(SCRIPT)
        .object(sheet())
        .variable(json!({ "qInfo": { "qId": "scale" }, "qName": "vScale", "qDefinition": "10" }))
        .bookmark(json!({ "qInfo": { "qId": "home" } }), [("Planet", vec![json!("Earth")]), ("Moons", vec![json!(1)])])
        .connection(json!({ "qName": "archive", "qType": "folder", "qConnectionString": "/x", "qPassword": "p" }));
    check(&engine(app).await, "planets").await;
}

/// A folder that is deleted when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("qix-apps-{name}-{}", std::process::id())).join("planets");
        fs::create_dir_all(folder.join("objects")).unwrap();
        for (file, text) in files {
            fs::write(folder.join(file), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(self.0.parent().unwrap()).ok();
    }
}

#[tokio::test]
async fn an_app_is_described_in_json() {
    let description = json!({
        "id": "moons", "title": "Moons", "scriptFile": "planets.qvs",
        "objects": [sheet()],
        "variables": [{ "qInfo": { "qId": "scale" }, "qName": "vScale", "qDefinition": "10" }],
        "bookmarks": [{ "qInfo": { "qId": "home" }, "selections": { "Planet": ["Earth"] } }],
        "connections": [{ "qName": "archive", "qType": "folder", "qConnectionString": "/x", "qPassword": "p" }],
    });
    let folder = Folder::new("json", &[("planets.qvs", SCRIPT), ("a.json", &description.to_string())]);
    let engine = engine(App::from_file(folder.path("a.json")).unwrap()).await;
    check(&engine, "moons").await;
    let list = Client::connect(&engine, "/app/engineData").await.result(-1, "GetDocList", json!([])).await;
    assert!(list["qDocList"].as_array().unwrap().iter().any(|app| app["qDocName"] == "Moons"), "{list}");
}

#[tokio::test]
async fn an_app_is_read_from_an_unbuild_folder() {
    let variables = r#"[{ "qInfo": { "qId": "v" }, "qName": "vScale", "qDefinition": "10" }]"#;
    let folder = Folder::new(
        "unbuild",
        &[
            ("script.qvs", SCRIPT),
            ("app-properties.json", r#"{ "qTitle": "The planets", "qThumbnail": {}, "own": 1 }"#),
            ("dimensions.json", r#"[{ "qInfo": { "qId": "d" }, "qDim": { "qFieldDefs": ["Planet"] } }]"#),
            ("measures.json", r#"[{ "qInfo": { "qId": "m" }, "qMeasure": { "qDef": "Sum(Moons)" } }]"#),
            ("variables.json", variables),
            ("bookmarks.json", r#"[{ "qInfo": { "qId": "home" }, "selections": { "Planet": ["Earth"] } }]"#),
            ("connections.yml", "connections:\n  archive:\n    type: folder\n"),
            ("objects/sheet.json", &sheet().to_string()),
        ],
    );
    let app = App::from_file(&folder.0).unwrap();
    let app = app.connection(json!({ "qName": "archive", "qType": "folder", "qConnectionString": "/x" }));
    let engine = engine(app).await;
    check(&engine, "planets").await;
    let mut client = Client::open(&engine, "planets").await;
    let layout = client.result(1, "GetAppLayout", json!([])).await;
    assert_eq!((&layout["qLayout"]["qTitle"], &layout["qLayout"]["own"]), (&json!("The planets"), &json!(1)));
    for (method, id) in [("GetDimension", "d"), ("GetMeasure", "m")] {
        client.object(1, method, json!([id])).await;
    }
}

/// The sum of the field `n`, after a reload.
async fn sum_of_n(engine: &TestEngine, app: &str) -> Value {
    let mut client = Client::open(engine, app).await;
    assert_eq!(client.result(1, "DoReload", json!([])).await["qReturn"], true);
    client.result(1, "Evaluate", json!(["Sum(n)"])).await["qReturn"].clone()
}

#[tokio::test]
async fn results_of_sql_statements_belong_to_an_app_or_to_all() {
    let script = "LIB CONNECT TO 'db'; T: LOAD n; SQL SELECT n FROM t;";
    let result = |n: i64| SqlResult::new("db", "SELECT n FROM t", ["n"]).row([json!(n)]).row([json!("10")]);
    let description = json!({
        "script": script,
        "sqlResults": [{ "connection": "db", "statement": "SELECT n FROM t", "fields": ["n"], "rows": [[3]] }],
    });
    let folder = Folder::new("sql", &[("described.json", &description.to_string())]);
    let engine = TestEngine::builder()
        .with_app(App::new("own").script(script).sql_result(result(1)))
        .with_app(App::new("shared").script(script))
        .with_app(App::from_file(folder.path("described.json")).unwrap())
        .sql_result(result(2))
        .start()
        .await
        .unwrap();
    assert_eq!(sum_of_n(&engine, "own").await, "11");
    assert_eq!(sum_of_n(&engine, "shared").await, "12");
    assert_eq!(sum_of_n(&engine, "described").await, "3");

    let mut client = Client::open(&engine, "own").await;
    client.result(-1, "GetProgress", json!([0])).await;
    let id = client.send(1, "DoReload", json!([])).await;
    client.answer(id).await;
    let progress = client.result(-1, "GetProgress", json!([id])).await["qProgressData"].clone();
    assert_eq!(progress["qPersistentProgress"], "Connected\nT << t 2 Lines fetched\n", "{progress}");
    assert_eq!(progress["qPersistentProgressMessages"][0]["qMessageCode"], 5);
}

#[tokio::test]
async fn invalid_apps_are_rejected_by_name() {
    let app = || App::new("a").script(SCRIPT);
    let object = || json!({ "qInfo": { "qId": "x", "qType": "t" } });
    assert_eq!(fails(app().object(object()).measure(object())).await, "app `a`: there are two things of the id `x`");
    let bookmark =
        |field: &str, value: Value| app().bookmark(json!({ "qInfo": { "qId": "b" } }), [(field, vec![value])]);
    assert_eq!(fails(bookmark("No", json!(1))).await, "app `a`: bookmark `b`: the app has no field `No`");
    let message = fails(bookmark("Planet", json!("Pluto"))).await;
    assert_eq!(message, "app `a`: bookmark `b`: the field `Planet` has no value \"Pluto\"");
    assert!(fails(app().variable(object())).await.contains("the variable `x` has no qName"));
    assert!(fails(app().object(json!([]))).await.contains("not a JSON object"));
    assert!(fails(app().connection(json!({}))).await.contains("has no qName"));
    assert!(fails(app().sql_result(SqlResult::new("db", "SELECT", [""; 0]))).await.contains("has no fields"));
    assert!(fails(App::new("a").script("LOAD x RESIDENT y;")).await.starts_with("app `a`: the script fails: "));

    let folder = Folder::new(
        "bad",
        &[
            ("unknown.json", r#"{ "scripts": "" }"#),
            ("both.json", r#"{ "script": "", "scriptFile": "x.qvs" }"#),
            ("broken.json", "{"),
            ("other.txt", ""),
        ],
    );
    for (file, part) in [
        ("unknown.json", "unknown field `scripts`"),
        ("both.json", "has both script and scriptFile"),
        ("broken.json", "EOF while parsing"),
        ("other.txt", "is neither .qvs nor .json nor a folder"),
        ("nosuch.qvs", "cannot read"),
        ("objects", "has neither script.qvs nor app-properties.json"),
    ] {
        let message = App::from_file(folder.path(file)).unwrap_err().to_string();
        assert!(message.contains(part) && message.contains(file), "{file}: {message}");
    }
    assert!(App::from_file(Path::new("/")).is_err());
}
