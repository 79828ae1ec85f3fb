//! Apps that an engine has from the start.

mod file;

use crate::data::Data;
use crate::methods::{remember_selections, unique_id, without_password};
use crate::objects::contents::{Contents, Entity, Kind};
use crate::objects::document::Document;
use crate::script::{self, Databases, Folders, SqlResult};
use crate::selection::{DEFAULT_STATE, Mode, Pick, Selections};
use crate::value::Dual;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// An app for an engine: an ID, a load script that runs when the engine starts, and the app's items.
///
/// ```
/// use qix_test_engine::App;
/// use serde_json::json;
///
/// let app = App::new("planets")
///     .title("Planets")
///     .script("Planets: LOAD * INLINE [Planet, Moons\nEarth, 1\nMars, 2];")
///     .object(json!({
///         "qProperty": { "qInfo": { "qId": "overview", "qType": "sheet" } },
///         "qChildren": [
///             { "qProperty": {
///                 "qInfo": { "qId": "moons", "qType": "table" },
///                 "qHyperCubeDef": { "qMeasures": [{ "qDef": { "qDef": "Sum(Moons)" } }] },
///             } },
///         ],
///     }))
///     .bookmark(json!({ "qInfo": { "qId": "home" } }), [("Planet", vec![json!("Earth")])])
///     .connection(json!({ "qName": "archive", "qType": "folder", "qConnectionString": "/data" }));
/// # let _ = app;
/// ```
#[derive(Clone, Debug, Default)]
pub struct App {
    id: String,
    title: Option<String>,
    properties: Value,
    script: Option<String>,
    items: Vec<(Kind, Value)>,
    bookmarks: Vec<Bookmark>,
    connections: Vec<Value>,
    sql_results: Vec<SqlResult>,
}

/// A bookmark's properties and its selections.
#[derive(Clone, Debug)]
struct Bookmark {
    properties: Value,
    selections: Vec<(String, Vec<Value>)>,
}

impl App {
    /// Creates an app without data, objects or script.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Replaces the id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the title. Defaults to the ID.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the properties of the app (`NxAppProperties`). A title set with [`title`](Self::title) takes precedence.
    #[must_use]
    pub fn properties(mut self, properties: Value) -> Self {
        self.properties = properties;
        self
    }

    /// Sets the load script. It runs when the engine starts.
    #[must_use]
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.script = Some(script.into());
        self
    }

    /// Adds an object by its properties; `qInfo.qId` is its ID. For an object with children, such as a sheet, pass a
    /// `GenericObjectEntry`: `{ "qProperty": {…}, "qChildren": [{ "qProperty": {…}, "qChildren": […] }] }`.
    #[must_use]
    pub fn object(self, properties: Value) -> Self {
        self.item(Kind::Object, properties)
    }

    /// Adds a dimension by its properties.
    #[must_use]
    pub fn dimension(self, properties: Value) -> Self {
        self.item(Kind::Dimension, properties)
    }

    /// Adds a measure by its properties.
    #[must_use]
    pub fn measure(self, properties: Value) -> Self {
        self.item(Kind::Measure, properties)
    }

    /// Adds a variable by its properties. It replaces a variable of the same name that the script creates.
    #[must_use]
    pub fn variable(self, properties: Value) -> Self {
        self.item(Kind::Variable, properties)
    }

    /// Adds a bookmark by its properties and its selections: fields with their values, each a string or a number.
    #[must_use]
    pub fn bookmark<F: Into<String>>(
        mut self,
        properties: Value,
        selections: impl IntoIterator<Item = (F, Vec<Value>)>,
    ) -> Self {
        let selections = selections.into_iter().map(|(field, values)| (field.into(), values));
        self.bookmarks.push(Bookmark { properties, selections: selections.collect() });
        self
    }

    /// Adds a data connection (`Connection`) for clients to list.
    /// [`Builder::data_connection`](crate::Builder::data_connection) sets what scripts can read.
    #[must_use]
    pub fn connection(mut self, connection: Value) -> Self {
        self.connections.push(connection);
        self
    }

    /// Adds the result of a SQL statement in this app's script. It takes precedence over one that
    /// [`Builder::sql_result`](crate::Builder::sql_result) adds for all apps.
    #[must_use]
    pub fn sql_result(mut self, result: SqlResult) -> Self {
        self.sql_results.push(result);
        self
    }

    fn item(mut self, kind: Kind, properties: Value) -> Self {
        self.items.push((kind, properties));
        self
    }

    /// The app that every engine has: three years of sales.
    pub(crate) fn sales() -> Self {
        Self::new("sales").title("Sales").script(include_str!("sales.qvs")).measure(json!({
            "qInfo": { "qId": "total-sales", "qType": "measure" },
            "qMeasure": { "qLabel": "Total sales", "qDef": "Sum(Sales)" },
            "qMetaDef": { "title": "Total sales" },
        }))
    }

    pub(crate) fn into_document(self, folders: &Folders, databases: &Databases) -> Result<Document, AppError> {
        let fault = |message: String| AppError::new(&self.id, message);
        let title = self.title.as_deref().or_else(|| self.properties["qTitle"].as_str()).unwrap_or(&self.id);
        let mut document = Document::new(&self.id, title);
        if let Value::Object(members) = &self.properties {
            for (name, value) in members.iter().filter(|(name, _)| *name != "qTitle") {
                document.properties[name] = value.clone();
            }
        }
        for result in &self.sql_results {
            document.databases.add(result.clone()).map_err(&fault)?;
        }
        if let Some(text) = &self.script {
            let databases = databases.and(&document.databases);
            let cancel = AtomicBool::new(false);
            let folders = folders.with_connections(&self.connections);
            let options = script::Options {
                folders: &folders,
                databases: &databases,
                limit: None,
                continues: false,
                variables: Default::default(),
                cancel: &cancel,
                progress: &mut |_| {},
            };
            let loaded = script::run(text, options).map_err(|error| fault(format!("the script fails: {error}")))?;
            document.take_over(loaded.data, &loaded.variables, unique_id, STARTED);
            document.script.clone_from(text);
        }
        let contents = Arc::make_mut(&mut document.contents);
        for (kind, properties) in &self.items {
            insert(contents, *kind, properties, None).map_err(&fault)?;
        }
        for Bookmark { properties, selections } in &self.bookmarks {
            let id = insert(contents, Kind::Bookmark, properties, None).map_err(&fault)?;
            let selected =
                selected(&document.data, selections).map_err(|message| fault(format!("bookmark `{id}`: {message}")))?;
            let snapshot = selected.snapshot(&document.data);
            let all = contents.clone();
            if let Some(bookmark) = contents.get_mut(&id) {
                remember_selections(bookmark, snapshot, &all);
            }
        }
        for connection in &self.connections {
            let name = &connection["qName"];
            if name.as_str().is_none_or(str::is_empty) {
                return Err(fault(format!("a connection has no qName: {connection}")));
            }
            if document.connections.iter().any(|known| &known["qName"] == name) {
                return Err(fault(format!("there are two connections of the name {name}")));
            }
            let mut connection = without_password(connection.clone());
            if connection["qId"].as_str().is_none_or(str::is_empty) {
                connection["qId"] = json!(unique_id());
            }
            document.connections.push(connection);
        }
        document.modified = false;
        Ok(document)
    }
}

/// Adds an item and everything below it. Returns its ID.
fn insert(contents: &mut Contents, kind: Kind, given: &Value, parent: Option<&str>) -> Result<String, String> {
    let properties = given.get("qProperty").unwrap_or(given);
    if !properties.is_object() {
        return Err(format!("a {} has properties that are not a JSON object: {properties}", kind.class()));
    }
    let id = match properties["qInfo"]["qId"].as_str() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => unique_id(),
    };
    if contents.get(&id).is_some() {
        return Err(format!("there are two things of the id `{id}`"));
    }
    if kind == Kind::Variable {
        let name = properties["qName"].as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("the variable `{id}` has no qName"))?;
        if let Some(made) = contents.variable(name).cloned() {
            contents.remove(&made.id);
        }
    }
    let mut properties = properties.clone();
    if properties["qInfo"]["qType"].as_str().is_none_or(str::is_empty) {
        properties["qInfo"]["qType"] = json!(kind.usual_type());
    }
    let mut entity = Entity::new(kind, &id, properties);
    entity.parent = parent.map(str::to_owned);
    entity.details.snapshot = given.get("qEmbeddedSnapshotRef").cloned().unwrap_or_default();
    contents.insert(entity);
    let mut children = Vec::new();
    for child in given["qChildren"].as_array().into_iter().flatten() {
        children.push(insert(contents, kind, child, Some(&id))?);
    }
    if let Some(entity) = contents.get_mut(&id) {
        entity.children = children;
    }
    Ok(id)
}

/// Selections in the default state.
fn selected(data: &Data, wanted: &[(String, Vec<Value>)]) -> Result<Selections, String> {
    let mut selections = Selections::new();
    let mut picks = Vec::new();
    for (name, values) in wanted {
        let field = data.field(name).ok_or_else(|| format!("the app has no field `{name}`"))?;
        let mut elements = Vec::new();
        for value in values {
            let found = match value {
                Value::Number(number) => field.symbols.find(&Dual::Number(number.as_f64().unwrap_or(f64::NAN))),
                Value::String(text) => field.symbols.find_text(text),
                _ => return Err(format!("`{name}`: expected a text or a number, found {value}")),
            };
            elements.push(found.ok_or_else(|| format!("the field `{name}` has no value {value}"))? as usize);
        }
        picks.push(Pick { field: name.clone(), elements });
    }
    if !picks.is_empty() {
        selections.select(data, DEFAULT_STATE, &picks, Mode::Replace, true).map_err(|error| error.to_string())?;
    }
    Ok(selections)
}

/// Why an app cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppError {
    app: String,
    message: String,
}

impl AppError {
    fn new(app: &str, message: impl Into<String>) -> Self {
        Self { app: app.to_owned(), message: message.into() }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "app `{}`: {}", self.app, self.message)
    }
}

impl std::error::Error for AppError {}

/// When the apps of a new engine were last reloaded: always the same, so that tests can rely on it.
const STARTED: &str = "2024-01-01T00:00:00.000Z";
