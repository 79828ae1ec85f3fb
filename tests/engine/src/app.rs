//! Apps that an engine is started with.

use crate::methods::unique_id;
use crate::objects::contents::{Entity, Kind};
use crate::objects::document::Document;
use crate::script::{self, Folders};
use serde_json::{Value, json};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// An app for an engine to hold: an id, a load script that has been run, objects.
///
/// ```
/// use qix_test_engine::App;
/// use serde_json::json;
///
/// let app = App::new("planets")
///     .title("Planets")
///     .script("Planets: LOAD * INLINE [Planet, Moons\nEarth, 1\nMars, 2];")
///     .object(json!({ "qInfo": { "qId": "overview", "qType": "sheet" } }));
/// # let _ = app;
/// ```
#[derive(Clone, Debug)]
pub struct App {
    id: String,
    title: Option<String>,
    script: Option<String>,
    objects: Vec<(Kind, Value)>,
}

impl App {
    /// An app without data, objects or script.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), title: None, script: None, objects: Vec::new() }
    }

    /// An app whose load script is a file's text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn from_file(id: impl Into<String>, file: impl AsRef<Path>) -> Result<Self, AppError> {
        let (id, file) = (id.into(), file.as_ref());
        let script = std::fs::read_to_string(file)
            .map_err(|error| AppError::new(&id, format!("cannot read {}: {error}", file.display())))?;
        Ok(Self::new(id).script(script))
    }

    /// The title; the id by default.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The load script. It is run when the engine starts.
    #[must_use]
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.script = Some(script.into());
        self
    }

    /// Adds an object by its properties; `qInfo.qId` names it.
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

    /// Adds a variable by its properties.
    #[must_use]
    pub fn variable(self, properties: Value) -> Self {
        self.item(Kind::Variable, properties)
    }

    fn item(mut self, kind: Kind, properties: Value) -> Self {
        self.objects.push((kind, properties));
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

    pub(crate) fn into_document(self, folders: &Folders) -> Result<Document, AppError> {
        let title = self.title.unwrap_or_else(|| self.id.clone());
        let mut document = Document::new(self.id, title);
        if let Some(text) = self.script {
            let cancel = AtomicBool::new(false);
            let options = script::Options {
                folders,
                limit: None,
                variables: Default::default(),
                cancel: &cancel,
                progress: &mut |_| {},
            };
            let loaded = script::run(&text, options)
                .map_err(|error| AppError::new(&document.id, format!("the script fails: {error}")))?;
            document.take_over(loaded.data, &loaded.variables, unique_id, STARTED);
            document.script = text;
        }
        let contents = Arc::make_mut(&mut document.contents);
        for (kind, properties) in self.objects {
            let id = properties["qInfo"]["qId"].as_str().map_or_else(unique_id, str::to_owned);
            let mut entity = Entity::new(kind, id, Value::Null);
            entity.set_properties(properties);
            contents.insert(entity);
        }
        document.modified = false;
        Ok(document)
    }
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

/// When the apps of a fresh engine say they were reloaded: always the same, so that tests can rely on it.
const STARTED: &str = "2024-01-01T00:00:00.000Z";
