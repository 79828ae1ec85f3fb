//! Methods of the global handle about the engine itself and about requests.

use super::{Answer, Call, Methods, done, one, result, unique_id};
use crate::error::Result;
use crate::protocol::schema::snapshot;
use crate::session::jobs::Work;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

pub(super) const METHODS: Methods = &[
    ("Global.EngineVersion", |_| one("qVersion", json!({ "qComponentVersion": snapshot().engine }))),
    ("Global.ProductVersion", |_| one("qReturn", snapshot().engine.as_str())),
    ("Global.QvVersion", |_| one("qReturn", snapshot().engine.as_str())),
    ("Global.QTProduct", |_| one("qReturn", "qix-test-engine")),
    ("Global.OSName", |_| one("qReturn", std::env::consts::OS)),
    ("Global.OSVersion", |_| one("qReturn", std::env::consts::ARCH)),
    ("Global.IsDesktopMode", |_| one("qReturn", false)),
    ("Global.IsPersonalMode", |_| one("qReturn", false)),
    ("Global.AllowCreateApp", |_| one("qReturn", true)),
    ("Global.GetUniqueID", |_| one("qUniqueID", unique_id())),
    ("Global.GetAuthenticatedUser", user),
    // There are no connectors, drivers, streams or extensions, so these lists are empty.
    ("Global.GetCustomConnectors", |_| one("qConnectors", json!([]))),
    ("Global.GetOdbcDsns", |_| one("qOdbcDsns", json!([]))),
    ("Global.GetOleDbProviders", |_| one("qOleDbProviders", json!([]))),
    ("Global.GetStreamList", |_| one("qStreamList", json!([]))),
    ("Global.ReloadExtensionList", |_| done()),
    ("Global.GetSupportedCodePages", |_| {
        one("qCodePages", json!([{ "qNumber": 65001, "qName": "utf-8", "qDescription": "Unicode (UTF-8)" }]))
    }),
    ("Global.GetDefaultAppFolder", |_| one("qPath", "/apps")),
    ("Global.GetFunctions", functions),
    ("Global.GetBNF", |_| one("qBnfDefs", grammar())),
    ("Global.GetBaseBNF", |_| {
        let mut results = result("qBnfDefs", grammar());
        results.insert("qBnfHash".into(), json!(grammar_hash()));
        Ok(Answer::Now(results))
    }),
    ("Global.GetBaseBNFString", |_| {
        let mut results = result("qBnfStr", grammar().to_string());
        results.insert("qBnfHash".into(), json!(grammar_hash()));
        Ok(Answer::Now(results))
    }),
    ("Global.GetBaseBNFHash", |_| one("qBnfHash", grammar_hash())),
    ("Doc.GetExpressionBNF", |_| {
        let mut results = result("qBnfDefs", grammar());
        results.insert("qBnfHash".into(), json!(grammar_hash()));
        Ok(Answer::Now(results))
    }),
    ("Doc.GetExpressionBNFHash", |_| one("qBnfHash", grammar_hash())),
    ("Global.AbortAll", abort_all),
    ("Global.AbortRequest", abort_request),
    ("Global.CancelRequest", abort_request),
    ("Global.CancelReload", cancel_reload),
    ("Global.ConfigureReload", configure_reload),
    ("Global.GetProgress", progress),
    ("Global.GetInteract", interact),
    ("Global.InteractDone", interact_done),
];

fn user(call: &mut Call<'_>) -> Result<Answer> {
    let user = call.session()?.user.clone();
    one("qReturn", user)
}

fn functions(call: &mut Call<'_>) -> Result<Answer> {
    if !matches!(call.params.text("qGroup"), "" | "ALL" | "FUNC_GROUP_ALL") {
        return Err(crate::EngineError::not_implemented("Global.GetFunctions with qGroup"));
    }
    one("qFunctions", functions_known().map(|name| json!({ "qName": name })).collect::<Value>())
}

fn functions_known() -> impl Iterator<Item = &'static str> {
    crate::expression::functions().into_iter()
}

/// The functions of the language, without the rules for combining them.
fn grammar() -> Value {
    functions_known()
        .enumerate()
        .map(|(index, name)| {
            json!({ "qBnf": [], "qNbr": index, "qPNbr": 0, "qHelpId": 0, "qName": name, "qStr": name, "qQvFunc": true })
        })
        .collect()
}

/// The hash is the same for equal grammars.
fn grammar_hash() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    functions_known().for_each(|name| name.hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}

fn abort_all(call: &mut Call<'_>) -> Result<Answer> {
    call.session()?.running.iter().for_each(|running| running.abort.abort());
    done()
}

fn abort_request(call: &mut Call<'_>) -> Result<Answer> {
    let request = call.params.value("qRequestId").clone();
    let connection = call.connection;
    let of_this = call.session()?.running.iter().filter(|r| r.connection == connection && r.request == request);
    of_this.for_each(|running| running.abort.abort());
    done()
}

/// The reload stops and then reports that it did not finish.
fn cancel_reload(call: &mut Call<'_>) -> Result<Answer> {
    let reloads = call.session()?.running.iter().filter(|running| running.work == Work::Reload);
    reloads.for_each(|running| running.abort.flag.store(true, Ordering::Relaxed));
    done()
}

fn configure_reload(call: &mut Call<'_>) -> Result<Answer> {
    let params = call.params.clone();
    let progress = &mut call.session()?.progress;
    progress.continues = !params.flag("qCancelOnScriptError");
    progress.use_error_data = params.flag("qUseErrorData");
    progress.interact_on_error = params.flag("qInteractOnError");
    done()
}

fn progress(call: &mut Call<'_>) -> Result<Answer> {
    let request = call.params.integer("qRequestId");
    one("qProgressData", call.session()?.progress.take(request))
}

/// The engine's question while it waits: whether to continue after an error in the script.
fn interact(call: &mut Call<'_>) -> Result<Answer> {
    let wanted = call.session()?.progress.interaction.is_some();
    let mut results = result("qReturn", wanted);
    let definition = if wanted {
        json!({ "qType": "IT_SCRIPTLINE", "qTitle": "Script error", "qMsg": "The script has an error." })
    } else {
        Value::Object(serde_json::Map::new())
    };
    results.insert("qDef".into(), definition);
    Ok(Answer::Now(results))
}

fn interact_done(call: &mut Call<'_>) -> Result<Answer> {
    if let Some(waiting) = call.session()?.progress.interaction.take() {
        // The reload may have been aborted in the meantime; then the receiver is gone.
        let _ = waiting.send(());
    }
    done()
}
