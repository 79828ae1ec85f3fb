//! Scripts, reloads, the resulting data, and expressions.

use super::doc_apps::default_script;
use super::{Answer, Call, Done, Job, Methods, calculate, done, one, result, unique_id};
use crate::calculate as calculation;
use crate::error::{EngineError, Result, code};
use crate::objects::contents::{Contents, Kind};
use crate::objects::document::variables;
use crate::protocol::failure::{RELOAD_RUNNING, failure};
use crate::protocol::schema::snapshot;
use crate::script::{self, ScriptError};
use crate::session::events::Event;
use crate::session::jobs::Work;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const METHODS: Methods = &[
    ("Doc.GetScript", |call| one("qScript", call.doc()?.script.clone())),
    ("Doc.GetScriptEx", |call| one("qScript", json!({ "qScript": call.doc()?.script, "qMeta": {} }))),
    ("Doc.SetScript", set_script),
    ("Doc.GetEmptyScript", |call| {
        let section = call.params.text("qLocalizedMainSection");
        one("qReturn", default_script(if section.is_empty() { "Main" } else { section }))
    }),
    ("Doc.CheckScriptSyntax", check_syntax),
    ("Doc.DoReload", |call| reload(call, |ended| result("qReturn", ended.error.is_none()))),
    ("Doc.DoReloadEx", |call| reload(call, reload_result)),
    ("Doc.SetFetchLimit", |call| {
        // A negative number means no limit.
        call.app_id()?;
        call.session()?.fetch_limit = usize::try_from(call.params.integer("qLimit")).ok();
        done()
    }),
    ("Doc.GetTablesAndKeys", tables_and_keys),
    ("Doc.GetTableData", table_data),
    ("Doc.GetFieldDescription", field_description),
    ("Doc.GetMatchingFields", matching_fields),
    ("Doc.Evaluate", evaluate),
    ("Doc.EvaluateEx", evaluate_ex),
    ("Doc.ExpandExpression", expand),
    ("Doc.CheckExpression", check_expression),
    ("Doc.CheckNumberOrExpression", check_number_or_expression),
];

fn set_script(call: &mut Call<'_>) -> Result<Answer> {
    let script = call.params.text("qScript").to_owned();
    let document = call.doc()?;
    if document.reloading {
        return Err(failure(RELOAD_RUNNING, ""));
    }
    document.script = script;
    document.modified = true;
    call.announce(&Event::App)?;
    done()
}

fn check_syntax(call: &mut Call<'_>) -> Result<Answer> {
    let errors = script::check(&call.doc()?.script).into_iter().map(|error| {
        let position = error.position;
        json!({
            "qErrLen": position.length, "qTabIx": position.tab, "qLineInTab": position.line,
            "qColInLine": position.column, "qTextPos": position.text,
        })
    });
    one("qErrors", errors.collect::<Value>())
}

/// The result of a reload.
struct Ended {
    text: String,
    /// The number of rows read.
    rows: usize,
    /// The number of rows stored in files.
    stored: usize,
    error: Option<Box<ScriptError>>,
}

/// `DoReloadExResult`. Engines count lines from 0.
fn reload_result(ended: &Ended) -> super::Results {
    let mut done = json!({ "qNbrOfLoadedRows": ended.rows, "qNbrOfStoredRows": ended.stored });
    match &ended.error {
        None => done["qSuccess"] = json!(true),
        Some(error) => {
            let mut failure = json!({
                "qDescription": error.message,
                "qLine": format!("{}{}", error.line, error.line_end),
                "qLineNumber": error.line_number(&ended.text),
                "qCode": error.code,
            });
            if let Some(title) = snapshot().errors.get(&error.code.into()) {
                failure["qTitle"] = json!(title);
            }
            done["qFailureData"] = json!({ "qErrors": [failure] });
        }
    }
    result("qResult", done)
}

/// The mode of a reload that continues after errors; 0 and 1 leave that to the script.
const CONTINUE: i64 = 2;

/// Runs the script in the background; `GetProgress` reports its progress.
fn reload(call: &mut Call<'_>, answer: fn(&Ended) -> super::Results) -> Result<Answer> {
    let params = call.params.value("qParams");
    if call.params.flag("qPartial") || params["qPartial"].as_bool() == Some(true) {
        return Err(EngineError::not_implemented("partial reloads"));
    }
    if params["qSkipStore"].as_bool() == Some(true) {
        return Err(EngineError::not_implemented("reloads with qSkipStore"));
    }
    let mode = call.params.integer("qMode").max(params["qMode"].as_i64().unwrap_or(0));
    if !(0..=CONTINUE).contains(&mode) {
        return Err(failure(code::INVALID_PARAMETERS, "qMode"));
    }
    let is_debug = call.params.flag("qDebug") || params["qDebug"].as_bool() == Some(true);
    // Clients that send every default of their schema send 0.
    let row_limit =
        params["qRowLimit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let limit = row_limit.or(call.session()?.fetch_limit.filter(|_| is_debug));
    let document = call.doc()?;
    if document.reloading {
        return Err(failure(RELOAD_RUNNING, ""));
    }
    document.reloading = true;
    let text = document.script.clone();
    let databases = document.databases.clone();
    let connections = document.connections.clone();
    // Session variables are not visible to the script.
    let before = variables(&document.contents, &Contents::default());
    let folders = call.world.folders.with_connections(&connections);
    let databases = call.world.databases.and(&databases);
    let request = call.request.clone();
    let progress = &call.session()?.progress;
    let continues = mode == CONTINUE || (progress.continues && !progress.interact_on_error);
    call.session()?.progress.start(request);
    let job: Job = Box::new(move |tools| {
        let (mut rows, mut stored) = (0, 0);
        let mut tell = |message| {
            match message {
                script::Progress::Fetched(more) => rows += more,
                script::Progress::Stored(more) => stored += more,
                _ => {}
            }
            if let Some(session) = tools.shared.world().sessions.get_mut(&tools.session) {
                session.progress.note(message);
            }
        };
        let options = script::Options {
            folders: &folders,
            databases: &databases,
            limit,
            continues,
            variables: before,
            cancel: &tools.abort.flag,
            progress: &mut tell,
        };
        if is_debug {
            wait_for_interact_done(tools);
        }
        let loaded = script::run(&text, options);
        if let Err(error) = &loaded {
            report(tools, error);
        }
        Ok(Done::Then(Box::new(move |call| {
            let error = match loaded {
                Ok(loaded) => take_over(call, loaded).map(|()| None)?,
                Err(error) => Some(error),
            };
            Ok(answer(&Ended { text, rows, stored, error }))
        })))
    });
    Ok(Answer::Later(Work::Reload, job))
}

/// Adds an error to the progress data, and waits for `InteractDone` if that was requested.
fn report(tools: &super::Tools, error: &ScriptError) {
    let waits = {
        let mut world = tools.shared.world();
        let Some(session) = world.sessions.get_mut(&tools.session) else { return };
        session.progress.error(error);
        session.progress.interact_on_error
    };
    if waits {
        wait_for_interact_done(tools);
    }
}

/// Waits for `InteractDone`: a reload in debug mode before it starts, a failed one if that was requested.
fn wait_for_interact_done(tools: &super::Tools) {
    let (done, waiting) = std::sync::mpsc::channel();
    match tools.shared.world().sessions.get_mut(&tools.session) {
        Some(session) => session.progress.interaction = Some(done),
        None => return,
    }
    while !tools.abort.flag.load(Ordering::Relaxed) {
        match waiting.recv_timeout(Duration::from_millis(20)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Replaces the data for all sessions that have the app open.
fn take_over(call: &mut Call<'_>, loaded: script::Loaded) -> Result<()> {
    let app = call.app_id()?;
    let document = call.doc()?;
    let before = Arc::clone(&document.data);
    document.take_over(loaded.data, &loaded.variables, unique_id, &now());
    let after = Arc::clone(&document.data);
    let variables: Vec<String> = document.contents.of_kind(Kind::Variable).map(|v| v.id.clone()).collect();
    for session in call.world.sessions.values_mut().filter(|session| session.app.as_ref() == Some(&app)) {
        Arc::make_mut(&mut session.selections).carry_over(&before, &after);
        session.expansions.clear();
        session.without_data = false;
    }
    call.announce(&Event::App)?;
    call.announce(&Event::Entities(Kind::Variable, variables))?;
    call.announce(&Event::Data)
}

fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let millis = i64::try_from(seconds).unwrap_or(0);
    chrono::DateTime::from_timestamp_millis(millis)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

fn tables_and_keys(call: &mut Call<'_>) -> Result<Answer> {
    for member in ["qIncludeSysVars", "qIncludeProfiling"] {
        if call.params.flag(member) {
            return Err(EngineError::not_implemented(member));
        }
    }
    let internal = call.params.flag("qSyntheticMode");
    let frame = call.frame()?;
    let job: Job = Box::new(move |_| match frame.data.tables_and_keys(internal) {
        Value::Object(results) => Ok(Done::Result(results)),
        _ => Ok(Done::Result(result("qtr", json!([])))),
    });
    Ok(Answer::Later(Work::Calculation, job))
}

fn table_data(call: &mut Call<'_>) -> Result<Answer> {
    let params = call.params.clone();
    calculate(call, "qData", move |frame, _| {
        let rows = usize::try_from(params.integer("qRows")).unwrap_or(0);
        let table = params.text("qTableName");
        frame.data.table_rows(table, params.integer("qOffset"), rows, params.flag("qSyntheticMode"))
    })
}

fn field_description(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qFieldName").to_owned();
    let frame = call.frame()?;
    one("qReturn", frame.data.field_description(&name).ok_or_else(|| EngineError::not_found(name))?)
}

/// Fields that have one of the tags.
fn matching_fields(call: &mut Call<'_>) -> Result<Answer> {
    if !call.params.value("qMatchingFieldMode").is_null() && call.params.text("qMatchingFieldMode") != "MATCH_ONE" {
        return Err(EngineError::not_implemented("Doc.GetMatchingFields with qMatchingFieldMode"));
    }
    let wanted = call.params.list("qTags").to_vec();
    let frame = call.frame()?;
    let descriptions = frame.data.field_names().into_iter().filter_map(|name| frame.data.nx_field_description(name));
    let matching =
        descriptions.filter(|field| field["qTags"].as_array().into_iter().flatten().any(|tag| wanted.contains(tag)));
    one(
        "qFieldNames",
        matching.map(|field| json!({ "qName": field["qName"], "qTags": field["qTags"] })).collect::<Value>(),
    )
}

fn evaluate(call: &mut Call<'_>) -> Result<Answer> {
    let expression = call.params.text("qExpression").to_owned();
    calculate(call, "qReturn", move |frame, tools| {
        let context = frame.context("", &tools.abort.flag);
        let value = calculation::evaluate(&expression, &context);
        context.check_cancelled()?;
        Ok(value.map_or_else(|error| json!(error), |value| json!(value.as_text())))
    })
}

fn evaluate_ex(call: &mut Call<'_>) -> Result<Answer> {
    let expression = call.params.text("qExpression").to_owned();
    calculate(call, "qValue", move |frame, tools| {
        let context = frame.context("", &tools.abort.flag);
        let value = calculation::evaluate(&expression, &context);
        context.check_cancelled()?;
        let value = match value {
            Ok(value) => value,
            Err(error) => return Ok(json!({ "qText": error, "qNumber": "NaN" })),
        };
        let mut answer = json!({ "qText": value.as_text(), "qNumber": value.wire_number() });
        if value.as_number().is_some() {
            answer["qIsNumeric"] = json!(true);
        }
        Ok(answer)
    })
}

fn expand(call: &mut Call<'_>) -> Result<Answer> {
    let expression = call.params.text("qExpression").to_owned();
    calculate(call, "qExpandedExpression", move |frame, tools| {
        Ok(json!(calculation::expand(&expression, &frame.context("", &tools.abort.flag))?))
    })
}

fn check_expression(call: &mut Call<'_>) -> Result<Answer> {
    check(call, true)
}

/// A number is always valid; anything else is checked as an expression.
fn check_number_or_expression(call: &mut Call<'_>) -> Result<Answer> {
    if call.params.text("qExpr").trim().parse::<f64>().is_ok() {
        let mut results = result("qErrorMsg", "");
        results.insert("qBadFieldNames".into(), json!([]));
        return Ok(Answer::Now(results));
    }
    check(call, false)
}

fn check(call: &mut Call<'_>, with_dangerous: bool) -> Result<Answer> {
    let expression = call.params.text("qExpr").to_owned();
    let labels: Vec<String> =
        call.params.list("qLabels").iter().filter_map(|l| l.as_str().map(str::to_owned)).collect();
    let strict = call.params.flag("qStrictFieldValidation");
    let frame = call.frame()?;
    let job: Job = Box::new(move |tools| {
        let context = frame.context("", &tools.abort.flag);
        let check = calculation::check_expression(&expression, &labels, strict, &context);
        let ranges = |ranges: &[(usize, usize)]| -> Value {
            ranges.iter().map(|(from, count)| json!({ "qFrom": from, "qCount": count })).collect()
        };
        let mut results = result("qErrorMsg", check.error);
        results.insert("qBadFieldNames".into(), ranges(&check.bad_fields));
        if with_dangerous {
            results.insert("qDangerousFieldNames".into(), ranges(&check.dangerous_fields));
        }
        Ok(Done::Result(results))
    });
    Ok(Answer::Later(Work::Calculation, job))
}
