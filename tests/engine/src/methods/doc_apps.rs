//! Apps: listing, opening, creating, saving, deleting them, and their own properties.

use super::{Answer, Call, Methods, done, one, result, unique_id};
use crate::error::{Result, code};
use crate::objects::document::Document;
use crate::protocol::failure::{
    APP_ALREADY_EXISTS, APP_ALREADY_OPEN, APP_NOT_FOUND, Failure, NOT_FOR_SESSION_APPS, OPEN_IN_OTHER_MODE, failure,
};
use crate::selection::Selections;
use crate::session::connection::Target;
use crate::session::events::Event;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const METHODS: Methods = &[
    ("Global.GetDocList", |call| one("qDocList", call.world.apps.list())),
    ("Global.GetAppEntry", entry),
    ("Global.OpenDoc", open),
    ("Global.GetActiveDoc", active),
    ("Global.CreateApp", create),
    ("Global.CreateDocEx", create_and_open),
    ("Global.CreateSessionApp", create_session_app),
    ("Global.CreateSessionAppFromApp", create_session_app_from),
    ("Global.CopyApp", copy),
    ("Global.DeleteApp", delete),
    ("Global.SaveAs", save_as),
    ("Doc.SaveAs", save_as),
    ("Doc.DoSave", save),
    ("Doc.SaveObjects", |call| call.doc().and_then(|_| done())),
    // There is no content beside apps.
    ("Doc.GetContentLibraries", |call| call.app_id().and_then(|_| one("qList", json!({ "qItems": [] })))),
    ("Doc.GetMediaList", |call| {
        call.app_id()?;
        let mut results = result("qReturn", true);
        results.insert("qList".into(), json!({ "qItems": [] }));
        Ok(Answer::Now(results))
    }),
    ("Doc.GetAppLayout", layout),
    ("Doc.GetAppProperties", |call| one("qProp", call.doc()?.properties.clone())),
    ("Doc.SetAppProperties", set_properties),
    ("Doc.GetLocaleInfo", |call| one("qReturn", locale(call)?)),
];

fn entry(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qAppID").to_owned();
    let not_found = || failure(APP_NOT_FOUND, name.clone());
    let id = call.world.apps.resolve(&name).ok_or_else(not_found)?;
    let document = call.world.apps.find(&id).ok_or_else(not_found)?;
    let entry = json!({
        "qID": id, "qTitle": document.title(), "qPath": id, "qLastReloadTime": document.last_reload,
        "qMeta": {}, "qThumbnail": {}, "qFileSize": 0,
    });
    one("qEntry", entry)
}

fn open(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qDocName").to_owned();
    let without_data = call.params.flag("qNoData");
    check_none_open(call, &name, without_data)?;
    let id = match call.world.apps.resolve(&name) {
        Some(id) => id,
        None => make_session_app_of_address(call, &name)?.ok_or_else(|| failure(APP_NOT_FOUND, name))?,
    };
    call.world.apps.open(&id)?;
    enter(call, &id, without_data)?;
    one("qReturn", interface(call, &id)?)
}

/// A session has one app at a time.
fn check_none_open(call: &mut Call<'_>, name: &str, without_data: bool) -> Result<()> {
    let wanted = call.world.apps.resolve(name);
    let session = call.session()?;
    match &session.app {
        None => Ok(()),
        Some(open) if Some(open) == wanted.as_ref() && session.without_data != without_data => {
            Err(failure(OPEN_IN_OTHER_MODE, name))
        }
        Some(_) => Err(failure(APP_ALREADY_OPEN, name)),
    }
}

/// An address such as `/app/SessionApp_1?from=<app>` brings its own app along, made when it is first opened.
fn make_session_app_of_address(call: &mut Call<'_>, name: &str) -> Result<Option<String>> {
    let session = call.session()?;
    if session.address_app != name || !name.starts_with("SessionApp_") {
        return Ok(None);
    }
    let template = session.template.clone();
    let document = new_session_app(call, name, template.as_deref())?;
    call.world.apps.open_new(document);
    Ok(Some(name.to_owned()))
}

fn new_session_app(call: &mut Call<'_>, id: &str, template: Option<&str>) -> Result<Document> {
    let mut document = match template {
        None => {
            let mut document = Document::new(id, "");
            document.script = default_script("Main");
            document
        }
        Some(name) => {
            let not_found = || failure(APP_NOT_FOUND, name);
            let from = call.world.apps.resolve(name).ok_or_else(not_found)?;
            call.world.apps.find(&from).ok_or_else(not_found)?.copy_as(id)
        }
    };
    document.is_session_app = true;
    Ok(document)
}

/// The session goes into an open app.
fn enter(call: &mut Call<'_>, id: &str, without_data: bool) -> Result<()> {
    let states = call.world.apps.get(id).map(|document| document.states.clone()).unwrap_or_default();
    let session = call.session()?;
    session.leave_app();
    session.app = Some(id.to_owned());
    session.without_data = without_data;
    let mut selections = Selections::new();
    for state in &states {
        selections.add_state(state)?;
    }
    session.selections = Arc::new(selections);
    Ok(())
}

fn interface(call: &mut Call<'_>, id: &str) -> Result<Value> {
    let handle = call.socket()?.handle(Target::Doc);
    Ok(json!({ "qType": "Doc", "qHandle": handle, "qGenericId": id }))
}

fn active(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.app_id()?;
    one("qReturn", interface(call, &id)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qAppName").to_owned();
    let section = call.params.text("qLocalizedScriptMainSection").to_owned();
    let id = add_app(call, &name, &section)?;
    let mut results = result("qSuccess", true);
    results.insert("qAppId".into(), json!(id));
    Ok(Answer::Now(results))
}

fn create_and_open(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qDocName").to_owned();
    let section = call.params.text("qLocalizedScriptMainSection").to_owned();
    check_none_open(call, &name, false)?;
    let id = add_app(call, &name, &section)?;
    call.world.apps.open(&id)?;
    enter(call, &id, false)?;
    let mut results = result("qReturn", interface(call, &id)?);
    results.insert("qDocId".into(), json!(id));
    Ok(Answer::Now(results))
}

fn add_app(call: &mut Call<'_>, name: &str, section: &str) -> Result<String> {
    if name.is_empty() {
        return Err(failure(code::INVALID_PARAMETERS, "qAppName"));
    }
    if call.world.apps.resolve(name).is_some() {
        return Err(failure(APP_ALREADY_EXISTS, name));
    }
    let mut document = Document::new(name, name);
    document.script = default_script(if section.is_empty() { "Main" } else { section });
    call.world.apps.add(document);
    Ok(name.to_owned())
}

fn create_session_app(call: &mut Call<'_>) -> Result<Answer> {
    session_app(call, None)
}

fn create_session_app_from(call: &mut Call<'_>) -> Result<Answer> {
    let source = call.params.text("qSrcAppId").to_owned();
    session_app(call, Some(source))
}

fn session_app(call: &mut Call<'_>, template: Option<String>) -> Result<Answer> {
    let id = format!("SessionApp_{}", unique_id());
    check_none_open(call, &id, false)?;
    let document = new_session_app(call, &id, template.as_deref())?;
    call.world.apps.open_new(document);
    enter(call, &id, false)?;
    let mut interface = interface(call, &id)?;
    // Engines name a session app beside the interface, not in it.
    if let Some(members) = interface.as_object_mut() {
        members.remove("qGenericId");
    }
    let mut results = result("qReturn", interface);
    results.insert("qSessionAppId".into(), json!(id));
    Ok(Answer::Now(results))
}

/// Replaces a saved app's contents by another's. Copying only some of the objects is not done here.
fn copy(call: &mut Call<'_>) -> Result<Answer> {
    if !call.params.list("qIds").is_empty() {
        return Err(Failure::not_implemented("Global.CopyApp with qIds"));
    }
    let (target, source) = (call.params.text("qTargetAppId").to_owned(), call.params.text("qSrcAppId").to_owned());
    let find = |name: &str| call.world.apps.resolve(name).ok_or_else(|| failure(APP_NOT_FOUND, name));
    let (target, source) = (find(&target)?, find(&source)?);
    if call.world.apps.get(&target).is_some() {
        return Err(failure(APP_ALREADY_OPEN, target));
    }
    let document = call.world.apps.find(&source).map(|document| document.copy_as(&target));
    call.world.apps.add(document.ok_or_else(|| failure(APP_NOT_FOUND, source))?);
    one("qSuccess", true)
}

/// Close code of sockets whose app is gone.
const APP_DELETED: u16 = 4004;

fn delete(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qAppId").to_owned();
    let id = call.world.apps.resolve(&name).ok_or_else(|| failure(APP_NOT_FOUND, name))?;
    let sessions = call.world.sessions.iter().filter(|(_, session)| session.app.as_ref() == Some(&id));
    let sessions: Vec<u64> = sessions.map(|(session, _)| *session).collect();
    for session in sessions {
        if session == call.session {
            call.world.close_all_handles(session);
        } else {
            call.world.close_sockets_of(session, APP_DELETED);
        }
        if let Some(session) = call.world.sessions.get_mut(&session) {
            session.running.iter().for_each(|running| running.abort.abort());
            session.leave_app();
        }
    }
    one("qSuccess", call.world.apps.delete(&id))
}

fn save(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.app_id()?;
    let document = call.doc()?;
    if document.is_session_app {
        return Err(failure(NOT_FOR_SESSION_APPS, id));
    }
    let handle = call.handle;
    call.world.apps.save(&id);
    let request = call.request.clone();
    let progress = &mut call.session()?.progress;
    progress.start(request);
    progress.saving();
    progress.finish();
    // Saving looks at the app itself, so that the saver hears of it even if he never looked.
    call.socket()?.fetched(handle);
    call.announce(&Event::App)?;
    done()
}

fn save_as(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qNewAppName").to_owned();
    if call.world.apps.resolve(&name).is_some() {
        return Err(failure(APP_ALREADY_EXISTS, name));
    }
    let mut copy = call.doc()?.copy_as(&name);
    copy.is_session_app = false;
    copy.properties["qTitle"] = json!(name);
    call.world.apps.add(copy);
    one("qNewAppId", name)
}

/// Members of `NxAppLayout` that are there only when true.
fn flags(call: &mut Call<'_>) -> Result<[(&'static str, bool); 5]> {
    let (session, document) = call.session_and_doc()?;
    Ok([
        ("qModified", document.modified),
        ("qHasScript", !document.script.is_empty()),
        ("qHasData", document.has_data && !session.without_data),
        ("qIsOpenedWithoutData", session.without_data),
        ("qIsSessionApp", document.is_session_app),
    ])
}

fn layout(call: &mut Call<'_>) -> Result<Answer> {
    let flags = flags(call)?;
    let locale = locale(call)?;
    let (session, document) = call.session_and_doc()?;
    let mut layout = document.properties.clone();
    layout["qLocaleInfo"] = locale;
    layout["qFileName"] = json!(document.id);
    layout["qMeta"] = json!({});
    layout["qStateNames"] = json!(session.selections.states());
    if !document.last_reload.is_empty() {
        layout["qLastReloadTime"] = json!(document.last_reload);
    }
    if layout["qThumbnail"].is_null() {
        layout["qThumbnail"] = json!({});
    }
    for (name, set) in flags {
        if set {
            layout[name] = json!(true);
        }
    }
    one("qLayout", layout)
}

/// `LocaleInfo`: what the script's variables say.
fn locale(call: &mut Call<'_>) -> Result<Value> {
    let frame = call.frame()?;
    let members = [
        ("qDecimalSep", "DecimalSep"),
        ("qThousandSep", "ThousandSep"),
        ("qMoneyDecimalSep", "MoneyDecimalSep"),
        ("qMoneyThousandSep", "MoneyThousandSep"),
        ("qMoneyFmt", "MoneyFormat"),
        ("qTimeFmt", "TimeFormat"),
        ("qDateFmt", "DateFormat"),
        ("qTimestampFmt", "TimestampFormat"),
        ("qCollation", "CollationLocale"),
    ];
    let known = members
        .into_iter()
        .filter_map(|(member, variable)| Some((member.to_owned(), json!(frame.variables.get(variable)?))));
    Ok(Value::Object(known.collect()))
}

fn set_properties(call: &mut Call<'_>) -> Result<Answer> {
    let properties = call.params.value("qProp").clone();
    let document = call.doc()?;
    document.properties = properties;
    document.modified = true;
    call.announce(&Event::App)?;
    done()
}

/// The script that a new app starts with: the first section and the formats of a neutral locale.
pub(super) fn default_script(section: &str) -> String {
    let settings = [
        ("ThousandSep", "','"),
        ("DecimalSep", "'.'"),
        ("MoneyThousandSep", "','"),
        ("MoneyDecimalSep", "'.'"),
        ("MoneyFormat", "'$#,##0.00;-$#,##0.00'"),
        ("TimeFormat", "'h:mm:ss TT'"),
        ("DateFormat", "'M/D/YYYY'"),
        ("TimestampFormat", "'M/D/YYYY h:mm:ss[.fff] TT'"),
        ("FirstWeekDay", "6"),
        ("BrokenWeeks", "1"),
        ("ReferenceDay", "0"),
        ("FirstMonthOfYear", "1"),
        ("CollationLocale", "'en-US'"),
        ("CreateSearchIndexOnReload", "1"),
        ("MonthNames", "'Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec'"),
        ("LongMonthNames", "'January;February;March;April;May;June;July;August;September;October;November;December'"),
        ("DayNames", "'Mon;Tue;Wed;Thu;Fri;Sat;Sun'"),
        ("LongDayNames", "'Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday'"),
        (
            "NumericalAbbreviation",
            "'3:k;6:M;9:G;12:T;15:P;18:E;21:Z;24:Y;-3:m;-6:μ;-9:n;-12:p;-15:f;-18:a;-21:z;-24:y'",
        ),
    ];
    let lines: String = settings.iter().map(|(name, value)| format!("SET {name}={value};\r\n")).collect();
    format!("///$tab {section}\r\n{lines}")
}
