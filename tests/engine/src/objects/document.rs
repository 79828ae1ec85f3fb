//! An app in memory: what it holds, and the way back from changes.

use super::contents::{Contents, Entity, Kind};
use super::written;
use crate::calculate::Variables;
use crate::data::Data;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// 1 January 1970 in the days that dates are counted in.
const UNIX_EPOCH_IN_DAYS: f64 = 25_569.0;

/// Steps that can be undone.
const MOST_UNDO_STEPS: usize = 100;

/// Variables that every script sets and that the engine keeps for itself.
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

/// What an app keeps for its tools and owners.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    pub(crate) breakpoints: Value,
    /// Where the table viewer shows the tables.
    pub(crate) table_viewer: Value,
    pub(crate) prohibit_binary_load: bool,
    /// Owner and space of a session app.
    pub(crate) meta: Value,
    /// Which object a draft is of.
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

/// An app that is open, or a saved one waiting to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) id: String,
    /// `NxAppProperties`; the title is in here.
    pub(crate) properties: Value,
    pub(crate) script: String,
    pub(crate) contents: Arc<Contents>,
    pub(crate) data: Arc<Data>,
    pub(crate) has_data: bool,
    pub(crate) last_reload: String,
    /// When the app was made or last saved.
    pub(crate) saved: SystemTime,
    pub(crate) modified: bool,
    pub(crate) is_session_app: bool,
    /// Alternate states that belong to the app; a session adds its own.
    pub(crate) states: Vec<String>,
    pub(crate) connections: Vec<Value>,
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

    /// `qFileTime`: days since 30 December 1899.
    pub(crate) fn file_time(&self) -> f64 {
        let seconds = self.saved.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        UNIX_EPOCH_IN_DAYS + seconds / 86_400.0
    }

    /// The app as it is to be saved or copied: nothing of what only the open app has.
    pub(crate) fn copy_as(&self, id: &str) -> Self {
        let mut copy = self.clone();
        copy.id = id.to_owned();
        copy.modified = false;
        copy.reloading = false;
        copy.clear_undo();
        copy
    }

    /// Changes the contents; the state before can be undone to.
    pub(crate) fn change(&mut self) -> &mut Contents {
        self.undo.push(Arc::clone(&self.contents));
        if self.undo.len() > MOST_UNDO_STEPS {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.modified = true;
        Arc::make_mut(&mut self.contents)
    }

    /// One step back or forward; the ids of what differs, none if there is no such step.
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

    /// Takes over what a script left behind. Variables are made, changed and removed as the script says.
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

/// The data of an app that has none, or that is opened without it.
pub(crate) fn no_data() -> Arc<Data> {
    static NO_DATA: LazyLock<Arc<Data>> = LazyLock::new(|| Arc::new(Data::default().with_system_fields()));
    Arc::clone(&NO_DATA)
}

/// Variables by name, those of the session over those of the app.
pub(crate) fn variables(app: &Contents, own: &Contents) -> Variables {
    app.of_kind(Kind::Variable)
        .chain(own.of_kind(Kind::Variable))
        .map(|variable| {
            let definition = variable.properties["qDefinition"].as_str().unwrap_or_default();
            (variable.name().to_owned(), definition.to_owned())
        })
        .collect()
}
