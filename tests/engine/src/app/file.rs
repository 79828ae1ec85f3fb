//! Apps from files: a load script, a JSON description, or a folder that `corectl unbuild` or `qlik app unbuild`
//! wrote.

use super::{App, AppError};
use crate::objects::contents::Kind;
use crate::script::SqlResult;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A JSON description. Every member is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Description {
    id: Option<String>,
    title: Option<String>,
    properties: Value,
    /// The text of the script.
    script: Option<String>,
    /// Its file, relative to the description's folder.
    script_file: Option<PathBuf>,
    dimensions: Vec<Value>,
    measures: Vec<Value>,
    variables: Vec<Value>,
    objects: Vec<Value>,
    bookmarks: Vec<DescribedBookmark>,
    connections: Vec<Value>,
    sql_results: Vec<SqlResult>,
}

/// A bookmark's properties and its selections.
#[derive(Debug, Deserialize)]
struct DescribedBookmark {
    #[serde(default)]
    selections: BTreeMap<String, Vec<Value>>,
    #[serde(flatten)]
    properties: serde_json::Map<String, Value>,
}

impl App {
    /// An app from a file or a folder. Its id is the name without the extension.
    ///
    /// * `*.qvs`: the load script.
    /// * `*.json`: a description; every member is optional, and an unknown one is an error.
    ///
    ///   ```json
    ///   {
    ///     "id": "planets", "title": "Planets", "properties": {},
    ///     "script": "Planets: LOAD * INLINE [Planet, Moons\\nEarth, 1];",
    ///     "scriptFile": "planets.qvs",
    ///     "dimensions": [], "measures": [], "variables": [],
    ///     "objects": [
    ///       { "qProperty": { "qInfo": { "qId": "s", "qType": "sheet" } },
    ///         "qChildren": [{ "qProperty": { "qInfo": { "qId": "t", "qType": "table" } } }] }
    ///     ],
    ///     "bookmarks": [{ "qInfo": { "qId": "home" }, "selections": { "Planet": ["Earth"], "Moons": [1] } }],
    ///     "connections": [{ "qName": "archive", "qType": "folder", "qConnectionString": "/data" }],
    ///     "sqlResults": [{ "connection": "db", "statement": "SELECT a FROM t", "fields": ["a"], "rows": [[1], ["x"]] }]
    ///   }
    ///   ```
    ///
    ///   Items are given by their properties, as in [`App::object`]; `script` and `scriptFile` exclude each other.
    /// * A folder as `corectl unbuild` or `qlik app unbuild` writes it: `script.qvs`, `app-properties.json`,
    ///   `dimensions.json`, `measures.json`, `variables.json`, `bookmarks.json`, `objects.json` and `objects/*.json`.
    ///   Its connections, which are YAML, are not read.
    ///
    /// # Errors
    /// If a file cannot be read or does not have one of these forms.
    pub fn from_file(file: impl AsRef<Path>) -> Result<Self, AppError> {
        let file = file.as_ref();
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if file.is_dir() {
            return from_folder(Self::new(id), file);
        }
        match file.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase).as_deref() {
            Some("qvs") => Ok(Self::new(&id).script(read(&id, file)?)),
            Some("json") => from_description(&id, file),
            _ => Err(AppError::new(&id, format!("{} is neither .qvs nor .json nor a folder", file.display()))),
        }
    }

    fn with_all(self, kind: Kind, items: Vec<Value>) -> Self {
        items.into_iter().fold(self, |app, item| app.item(kind, item))
    }

    fn with_bookmarks(self, bookmarks: Vec<DescribedBookmark>) -> Self {
        let add = |app: Self, bookmark: DescribedBookmark| {
            app.bookmark(Value::Object(bookmark.properties), bookmark.selections)
        };
        bookmarks.into_iter().fold(self, add)
    }
}

fn from_description(id: &str, file: &Path) -> Result<App, AppError> {
    let given: Description = parse(id, file)?;
    let mut app = App::new(given.id.as_deref().unwrap_or(id)).properties(given.properties);
    app.title = given.title;
    app.script = match (given.script, given.script_file) {
        (Some(_), Some(_)) => {
            return Err(AppError::new(id, format!("{} has both script and scriptFile", file.display())));
        }
        (None, Some(script)) => Some(read(id, &file.parent().unwrap_or(Path::new("")).join(script))?),
        (script, None) => script,
    };
    app.connections = given.connections;
    app.sql_results = given.sql_results;
    let app = app.with_all(Kind::Dimension, given.dimensions).with_all(Kind::Measure, given.measures);
    let app = app.with_all(Kind::Variable, given.variables).with_all(Kind::Object, given.objects);
    Ok(app.with_bookmarks(given.bookmarks))
}

fn from_folder(mut app: App, folder: &Path) -> Result<App, AppError> {
    let id = app.id.clone();
    let there = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
    let script = there("script.qvs");
    let properties = there("app-properties.json");
    if script.is_none() && properties.is_none() {
        let message = format!("{} has neither script.qvs nor app-properties.json", folder.display());
        return Err(AppError::new(&id, message));
    }
    if let Some(script) = script {
        app = app.script(read(&id, &script)?);
    }
    if let Some(properties) = properties {
        app = app.properties(parse(&id, &properties)?);
    }
    for (name, kind) in [
        ("dimensions.json", Kind::Dimension),
        ("measures.json", Kind::Measure),
        ("variables.json", Kind::Variable),
        ("objects.json", Kind::Object),
    ] {
        if let Some(file) = there(name) {
            app = app.with_all(kind, parse(&id, &file)?);
        }
    }
    if let Some(file) = there("bookmarks.json") {
        app = app.with_bookmarks(parse(&id, &file)?);
    }
    let objects = fs::read_dir(folder.join("objects")).into_iter().flatten();
    let mut objects: Vec<PathBuf> = objects.filter_map(|entry| Some(entry.ok()?.path())).collect();
    objects.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    objects.sort();
    for file in objects {
        app = match parse(&id, &file)? {
            Value::Array(objects) => app.with_all(Kind::Object, objects),
            object => app.object(object),
        };
    }
    Ok(app)
}

fn read(id: &str, file: &Path) -> Result<String, AppError> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| AppError::new(id, format!("cannot read {}: {error}", file.display())))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

fn parse<T: for<'a> Deserialize<'a>>(id: &str, file: &Path) -> Result<T, AppError> {
    serde_json::from_str(&read(id, file)?).map_err(|error| AppError::new(id, format!("{}: {error}", file.display())))
}
