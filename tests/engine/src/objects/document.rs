//! An app in memory: its content and its undo history.

use super::contents::{Contents, Entity, Kind};
use super::written;
use crate::calculate::Variables;
use crate::data::Data;
use crate::script::Databases;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// January 1, 1970, in days since the epoch of serial dates.
const UNIX_EPOCH_IN_DAYS: f64 = 25_569.0;

/// Maximum number of steps that can be undone.
const MOST_UNDO_STEPS: usize = 100;

/// Variables that every script sets and that the engine reserves.
pub(crate) const RESERVED_VARIABLES: [&str; 21] = [
    "ThousandSep",
    "DecimalSep",
    "MoneyThousandSep",
    "MoneyDecimalSep",
    "MoneyFormat",
    "TimeFormat",
    "DateFormat",
    "TimestampFormat",
    "FirstWeekDay",
    "BrokenWeeks",
    "ReferenceDay",
    "FirstMonthOfYear",
    "CollationLocale",
    "CreateSearchIndexOnReload",
    "MonthNames",
    "LongMonthNames",
    "DayNames",
    "LongDayNames",
    "NumericalAbbreviation",
    "ErrorMode",
    "ScriptErrorCount",
];

/// Settings that an app stores for tools and owners.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    pub(crate) breakpoints: Value,
    /// Table positions of the table viewer.
    pub(crate) table_viewer: Value,
    pub(crate) prohibit_binary_load: bool,
    /// Owner and space of a session app.
    pub(crate) meta: Value,
    /// The original object of each draft.
    pub(crate) drafts: BTreeMap<String, String>,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            breakpoints: json!([]),
            table_viewer: json!({}),
            prohibit_binary_load: false,
            meta: json!({}),
            drafts: BTreeMap::new(),
        }
    }
}

/// An app that is open, or a saved one.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) id: String,
    /// `NxAppProperties`, including the title.
    pub(crate) properties: Value,
    pub(crate) script: String,
    pub(crate) contents: Arc<Contents>,
    pub(crate) data: Arc<Data>,
    pub(crate) has_data: bool,
    pub(crate) last_reload: String,
    /// When the app was created or last saved.
    pub(crate) saved: SystemTime,
    pub(crate) modified: bool,
    pub(crate) is_session_app: bool,
    /// Alternate states that belong to the app; a session adds its own.
    pub(crate) states: Vec<String>,
    pub(crate) connections: Vec<Value>,
    /// The results of SQL statements of this app.
    pub(crate) databases: Databases,
    pub(crate) favorites: Value,
    pub(crate) tools: Tools,
    pub(crate) reloading: bool,
    undo: Vec<Arc<Contents>>,
    redo: Vec<Arc<Contents>>,
}

impl Document {
    pub(crate) fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        let title: String = title.into();
        let properties = written::app_properties(&json!({ "qTitle": title }));
        Self {
            id: id.into(),
            properties,
            script: String::new(),
            contents: Arc::default(),
            data: no_data(),
            has_data: false,
            last_reload: String::new(),
            saved: SystemTime::now(),
            modified: false,
            is_session_app: false,
            states: Vec::new(),
            connections: Vec::new(),
            databases: Databases::default(),
            favorites: json!([]),
            tools: Tools::default(),
            reloading: false,
            undo: Vec::new(),
            redo: Vec::new(),
        }
    }

    pub(crate) fn title(&self) -> &str {
        self.properties["qTitle"].as_str().unwrap_or_default()
    }

    /// `qFileTime`: days since December 30, 1899.
    pub(crate) fn file_time(&self) -> f64 {
        let seconds = self.saved.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        UNIX_EPOCH_IN_DAYS + seconds / 86_400.0
    }

    /// The app for saving or copying, without the state of the open app.
    pub(crate) fn copy_as(&self, id: &str) -> Self {
        let mut copy = self.clone();
        copy.id = id.to_owned();
        copy.modified = false;
        copy.reloading = false;
        copy.clear_undo();
        copy
    }

    /// Changes the contents; the change can be undone.
    pub(crate) fn change(&mut self) -> &mut Contents {
        self.undo.push(Arc::clone(&self.contents));
        if self.undo.len() > MOST_UNDO_STEPS {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.modified = true;
        Arc::make_mut(&mut self.contents)
    }

    /// One step back or forward. Returns the IDs of changed items, or `None` if there is no step.
    pub(crate) fn step(&mut self, forward: bool) -> Option<Vec<String>> {
        let (from, to) = if forward { (&mut self.redo, &mut self.undo) } else { (&mut self.undo, &mut self.redo) };
        let contents = from.pop()?;
        let before = std::mem::replace(&mut self.contents, contents);
        let changed = before.differences(&self.contents);
        to.push(before);
        self.modified = true;
        Some(changed)
    }

    pub(crate) fn undo_counts(&self) -> (usize, usize) {
        (self.undo.len(), self.redo.len())
    }

    pub(crate) fn clear_undo(&mut self) {
        self.undo.clear();
        self.redo.clear();
    }

    /// Replaces the data with the result of a script. Creates, changes and removes variables accordingly.
    pub(crate) fn take_over(&mut self, data: Data, variables: &Variables, id: impl Fn() -> String, now: &str) {
        self.data = Arc::new(data.with_system_fields());
        self.has_data = true;
        self.modified = true;
        self.last_reload = now.to_owned();
        let contents = Arc::make_mut(&mut self.contents);
        let known: Vec<_> = contents.of_kind(Kind::Variable).map(|v| (v.id.clone(), v.name().to_owned())).collect();
        for (id, name) in &known {
            let Some(definition) = variables.get(name) else {
                contents.remove(id);
                continue;
            };
            if contents.get(id).is_some_and(|v| v.properties["qDefinition"].as_str() != Some(definition))
                && let Some(variable) = contents.get_mut(id)
            {
                variable.properties["qDefinition"] = json!(definition);
            }
        }
        for (name, definition) in variables.iter().filter(|(name, _)| !known.iter().any(|(_, n)| n == *name)) {
            let id = id();
            let properties = json!({
                "qInfo": { "qId": id, "qType": "variable" }, "qName": name, "qDefinition": definition,
            });
            let mut variable = Entity::new(Kind::Variable, id, properties);
            variable.details.from_script = true;
            contents.insert(variable);
        }
    }
}

/// The data of an app without data, or opened without it.
pub(crate) fn no_data() -> Arc<Data> {
    static NO_DATA: LazyLock<Arc<Data>> = LazyLock::new(|| Arc::new(Data::default().with_system_fields()));
    Arc::clone(&NO_DATA)
}

/// Variables by name; those of the session override those of the app.
pub(crate) fn variables(app: &Contents, own: &Contents) -> Variables {
    app.of_kind(Kind::Variable)
        .chain(own.of_kind(Kind::Variable))
        .map(|variable| {
            let definition = variable.properties["qDefinition"].as_str().unwrap_or_default();
            (variable.name().to_owned(), definition.to_owned())
        })
        .collect()
}
