//! Apps: listing, opening, creating, saving, and deleting them; app properties.

use super::{Answer, Call, Methods, done, one, result, unique_id};
use crate::error::{Result, code};
use crate::objects::document::Document;
use crate::objects::lists::PRIVILEGES;
use crate::objects::written;
use crate::protocol::failure::{
    APP_ALREADY_EXISTS, APP_ALREADY_OPEN, APP_NOT_FOUND, Failure, NOT_FOR_SESSION_APPS, OPEN_IN_OTHER_MODE, failure,
};
use crate::session::apps::thumbnail;
use crate::session::connection::Target;
use crate::session::events::Event;
use crate::session::world::{OnOpen, World};
use chrono::Datelike;
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Global.GetDocList", |call| one("qDocList", call.world.apps.list())),
    ("Global.GetAppEntry", entry),
    ("Global.OpenDoc", open),
    ("Global.GetActiveDoc", active),
    ("Global.CreateApp", create),
    ("Global.CreateDocEx", create_and_open),
    ("Global.CreateSessionApp", create_session_app),
    ("Global.CreateSessionAppFromApp", create_session_app_from),
    ("Global.CopyApp", |call| copy(call, "qSrcAppId")),
    ("Global.ReplaceAppFromID", |call| copy(call, "qSrcAppID")),
    ("Global.DeleteApp", delete),
    ("Global.SaveAs", save_as),
    ("Doc.SaveAs", save_as),
    ("Doc.DoSave", save),
    ("Doc.SaveObjects", |call| call.doc().and_then(|_| done())),
    // There is no content except for apps.
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
        "qMeta": { "privileges": PRIVILEGES }, "qThumbnail": thumbnail(document), "qFileSize": 0,
    });
    one("qEntry", entry)
}

fn open(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qDocName").to_owned();
    let without_data = call.params.flag("qNoData");
    if call.world.on_open == OnOpen::Attached && is_open(call, &name, without_data)? {
        return active(call);
    }
    check_none_open(call, &name, without_data)?;
    let Some(id) = call.world.apps.resolve(&name) else {
        // The template of a session app may have been created after the socket was opened.
        if call.session()?.address_app == name && open_session_app_of_address(call.world, call.session)? {
            return active(call);
        }
        return Err(failure(APP_NOT_FOUND, "Could not find app"));
    };
    call.world.apps.open(&id)?;
    call.world.enter_app(call.session, &id, without_data)?;
    one("qReturn", interface(call, &id)?)
}

/// Whether the session has this app open, in the same mode.
fn is_open(call: &mut Call<'_>, name: &str, without_data: bool) -> Result<bool> {
    let wanted = call.world.apps.resolve(name);
    let session = call.session()?;
    Ok(session.app.is_some() && session.app == wanted && session.without_data == without_data)
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

/// Opens the app of an address such as `/app/SessionApp_1?from=<app>`. On Qlik Cloud it is the active
/// document as soon as the socket is open. With an unknown template, the session stays without an app.
pub(crate) fn open_session_app_of_address(world: &mut World, session: u64) -> Result<bool> {
    let Some(of) = world.sessions.get(&session) else { return Ok(false) };
    let (id, template) = (of.address_app.clone(), of.template.clone());
    if !id.starts_with("SessionApp_") {
        return Ok(false);
    }
    let document = new_session_app(world, &id, template.as_deref())?;
    world.apps.open_new(document);
    world.enter_app(session, &id, false)?;
    Ok(true)
}

fn new_session_app(world: &World, id: &str, template: Option<&str>) -> Result<Document> {
    let mut document = match template {
        None => {
            let mut document = Document::new(id, "");
            document.script = default_script("Main");
            document
        }
        Some(name) => {
            let not_found = || failure(APP_NOT_FOUND, name);
            let from = world.apps.resolve(name).ok_or_else(not_found)?;
            world.apps.find(&from).ok_or_else(not_found)?.copy_as(id)
        }
    };
    document.is_session_app = true;
    Ok(document)
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
    call.world.enter_app(call.session, &id, false)?;
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
    let document = new_session_app(call.world, &id, template.as_deref())?;
    call.world.apps.open_new(document);
    call.world.enter_app(call.session, &id, false)?;
    let mut interface = interface(call, &id)?;
    // Engines return the ID of a session app next to the interface, not in it.
    if let Some(members) = interface.as_object_mut() {
        members.remove("qGenericId");
    }
    let mut results = result("qReturn", interface);
    results.insert("qSessionAppId".into(), json!(id));
    Ok(Answer::Now(results))
}

/// Replaces the contents of a saved app with those of another. Copying only some of the objects is not supported.
fn copy(call: &mut Call<'_>, source: &str) -> Result<Answer> {
    if !call.params.list("qIds").is_empty() {
        return Err(Failure::not_implemented("copying an app with qIds"));
    }
    let (target, source) = (call.params.text("qTargetAppId").to_owned(), call.params.text(source).to_owned());
    let find = |name: &str| call.world.apps.resolve(name).ok_or_else(|| failure(APP_NOT_FOUND, name));
    let (target, source) = (find(&target)?, find(&source)?);
    if call.world.apps.get(&target).is_some() {
        return Err(failure(APP_ALREADY_OPEN, target));
    }
    let document = call.world.apps.find(&source).map(|document| document.copy_as(&target));
    call.world.apps.add(document.ok_or_else(|| failure(APP_NOT_FOUND, source))?);
    one("qSuccess", true)
}

/// Close code of sockets whose app was deleted.
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
    // Saving counts as fetching the app, so that the client that saves is notified even if it never fetched the app.
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

/// Members of `NxAppLayout` that are omitted when false.
fn flags(call: &mut Call<'_>) -> Result<[(&'static str, bool); 6]> {
    let (session, document) = call.session_and_doc()?;
    Ok([
        ("qModified", document.modified),
        ("qHasScript", !document.script.is_empty()),
        ("qHasData", document.has_data && !session.without_data),
        ("qIsOpenedWithoutData", session.without_data),
        ("qIsSessionApp", document.is_session_app),
        ("qProhibitBinaryLoad", document.tools.prohibit_binary_load),
    ])
}

fn layout(call: &mut Call<'_>) -> Result<Answer> {
    let flags = flags(call)?;
    let locale = locale(call)?;
    let (session, document) = call.session_and_doc()?;
    let mut layout = document.properties.clone();
    layout["qFileName"] = json!(document.id);
    layout["qLastReloadTime"] = json!(document.last_reload);
    layout["qStateNames"] = json!(session.selections.states());
    layout["qMeta"] = json!({ "privileges": PRIVILEGES });
    for (name, value) in document.tools.meta.as_object().into_iter().flatten() {
        layout["qMeta"][name] = value.clone();
    }
    layout["qLocaleInfo"] = locale;
    layout["qThumbnail"] = thumbnail(document);
    for (name, set) in flags {
        layout[name] = json!(set);
    }
    one("qLayout", written::app_layout(&layout))
}

/// `LocaleInfo`: from the script's variables, or else from the script of a new app.
fn locale(call: &mut Call<'_>) -> Result<Value> {
    let frame = call.frame()?;
    let setting = |name: &str| -> String {
        let usual = || SETTINGS.iter().find(|(known, _)| *known == name).map(|(_, value)| value.trim_matches('\''));
        frame.variables.get(name).map(String::as_str).or_else(usual).unwrap_or_default().to_owned()
    };
    let number = |name: &str| setting(name).trim().parse::<i64>().unwrap_or(0);
    let names = |name: &str| setting(name).split(';').map(str::to_owned).collect::<Vec<_>>();
    Ok(json!({
        "qDecimalSep": setting("DecimalSep"),
        "qThousandSep": setting("ThousandSep"),
        "qListSep": if setting("DecimalSep") == "," { ";" } else { "," },
        "qMoneyDecimalSep": setting("MoneyDecimalSep"),
        "qMoneyThousandSep": setting("MoneyThousandSep"),
        "qCurrentYear": chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).year(),
        "qMoneyFmt": setting("MoneyFormat"),
        "qTimeFmt": setting("TimeFormat"),
        "qDateFmt": setting("DateFormat"),
        "qTimestampFmt": setting("TimestampFormat"),
        "qCalendarStrings": {
            "qDayNames": names("DayNames"),
            "qMonthNames": names("MonthNames"),
            "qLongDayNames": names("LongDayNames"),
            "qLongMonthNames": names("LongMonthNames"),
        },
        "qFirstWeekDay": number("FirstWeekDay"),
        "qBrokenWeeks": number("BrokenWeeks") != 0,
        "qReferenceDay": number("ReferenceDay"),
        "qFirstMonthOfYear": number("FirstMonthOfYear"),
        "qCollation": setting("CollationLocale"),
        "qNumericalAbbreviation": setting("NumericalAbbreviation"),
    }))
}

fn set_properties(call: &mut Call<'_>) -> Result<Answer> {
    let properties = written::app_properties(call.params.value("qProp"));
    let document = call.doc()?;
    document.properties = properties;
    document.modified = true;
    call.announce(&Event::App)?;
    done()
}

/// The formats of a neutral locale, as the script of a new app sets them.
const SETTINGS: [(&str, &str); 19] = [
    ("ThousandSep", "','"),
    ("DecimalSep", "'.'"),
    ("MoneyThousandSep", "','"),
    ("MoneyDecimalSep", "'.'"),
    ("MoneyFormat", "'$ ###0.00;-$ ###0.00'"),
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
    ("NumericalAbbreviation", "'3:k;6:M;9:G;12:T;15:P;18:E;21:Z;24:Y;-3:m;-6:μ;-9:n;-12:p;-15:f;-18:a;-21:z;-24:y'"),
];

/// The script of a new app: the first section and the formats of a neutral locale.
pub(super) fn default_script(section: &str) -> String {
    let lines: String = SETTINGS.iter().map(|(name, value)| format!("SET {name}={value};\r\n")).collect();
    format!("///$tab {section}\r\n{lines}")
}
