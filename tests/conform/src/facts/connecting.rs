//! Facts about sessions.

use std::time::Duration;

use qix_client::notification::SessionState;
use qix_client::prelude::*;
use qix_client::resumption::RestorationOutcome;

use super::source::{DOC, ENIGMA, GLOBAL, PROTOCOL};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact, not_checked};
use crate::lab::{Lab, code_of};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "greeting",
        "The engine greets a connection to a new session with `OnConnected` and the state `SESSION_CREATED`.",
        "connecting, `Session::state`",
        PROTOCOL,
        greeting
    ),
    fact!(
        "attach",
        "A second connection of the same user to the same address is greeted with `SESSION_ATTACHED`, and `GetActiveDoc` returns the open app.",
        "`Session::open_doc`, resumption",
        ENIGMA,
        attach
    ),
    fact!(
        "active-app",
        "`GetActiveDoc` returns the app with the same ID through each connection to the session.",
        "`Session::open_doc`, resumption",
        ENIGMA,
        active_app
    ),
    fact!("shared-selections", "Connections to one session share selections.", "resumption", ENIGMA, shared_selections),
    fact!(
        "shared-objects",
        "Session objects can be opened by ID through another connection to the session.",
        "resumption",
        ENIGMA,
        shared_objects
    ),
    fact!(
        "session-object-ids",
        "A session object has the ID that its creator chose, and is not found by it in another session.",
        "resumption",
        DOC,
        session_object_ids
    ),
    fact!(
        "separate-sessions",
        "Another `/identity/` or session app in the address is another session, with its own selections.",
        "`SessionBuilder::identity`, `SessionBuilder::session_app`",
        PROTOCOL,
        separate_sessions
    ),
    fact!(
        "time-to-live",
        "A session outlives its last connection for the seconds of `/ttl/` in its address, with selections and session objects.",
        "`SessionBuilder::ttl`, `Session::suspend`",
        ENIGMA,
        time_to_live
    ),
    fact!("global-handle", "The global object has the handle -1.", "all calls of `Session`", PROTOCOL, global_handle),
    fact!(
        "no-active-doc",
        "Before an app is open, `GetActiveDoc` fails or returns no object.",
        "`Session::open_doc`",
        "vendor's error codes: 1007",
        no_active_doc
    ),
    fact!(
        "open-twice",
        "`OpenDoc` of the app that the session has open returns it, or fails with 1002.",
        "`Session::open_doc`",
        "enigma-go, issue 51; vendor's error codes: 1002",
        open_twice
    ),
    fact!(
        "app-layout",
        "The layout of an app tells whether it is open without its data.",
        "`Session::open_doc`",
        "qlik-sense-mcp 1.7.1",
        app_layout
    ),
    fact!("keep-alive", "`EngineVersion` is answered immediately.", "`KeepAlive`", GLOBAL, keep_alive),
    fact!(
        "proxy-cookies",
        "A proxy sets a cookie in the response to the upgrade, which is valid instead of the credentials.",
        "connecting, reconnecting",
        "qlbuilder, issue 22; ctrl-q, issue 403; enigma.js, issue 799",
        proxy_cookies
    ),
    fact!(
        "tickets",
        "A ticket is valid for one connection; afterwards, the proxy redirects to its login.",
        "`SessionBuilder::ticket`",
        "enigma.js, issues 236 and 891",
        tickets
    ),
    fact!(
        "downloads",
        "Files that an engine names in its responses are on its host, below the same virtual proxy, for the same credentials.",
        "downloads",
        "vendor's page about `ExportData`",
        downloads
    ),
    fact!(
        "close-codes",
        "A close code says why the server has ended a connection: 4003 and 4007 end a connection, and 1000, 1008, 4001, 4002, 4005, 4006, 4203, and 4204 a session.",
        "`SessionBuilder::reconnect`, `Closed::retry`",
        "enigma.js, pull requests 669 to 673",
        close_codes
    ),
];

async fn greeting(lab: &Lab) -> Outcome {
    expect(lab.session.state(), SessionState::Created)
}

async fn attach(lab: &Lab) -> Outcome {
    let second = lab.builder.clone().connect().await?;
    let sum = second.get_active_doc().await?.evaluate("Sum(Sales)").await?;
    expect((second.state(), sum), (SessionState::Attached, "210".to_owned()))
}

async fn active_app(lab: &Lab) -> Outcome {
    let [first, second] = [lab.builder.clone().connect().await?, lab.builder.clone().connect().await?];
    let id = first.get_active_doc().await?.handle().id.clone();
    expect(second.get_active_doc().await?.handle().id.clone(), id)
}

async fn shared_selections(lab: &Lab) -> Outcome {
    lab.doc.get_field("Year").await?.low_level_select(vec![0], false).await?;
    let second = lab.builder.clone().connect().await?;
    expect(second.get_active_doc().await?.evaluate("Sum(Sales)").await?, "70".to_owned())
}

async fn shared_objects(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let id = list.handle().id.clone().unwrap_or_default();
    let second = lab.builder.clone().connect().await?;
    let found = second.get_active_doc().await?.get_object(&id).await?;
    expect(found.get_info().await?.id, id)
}

async fn session_object_ids(lab: &Lab) -> Outcome {
    let info = NxInfo::default().with_type("facts").with_id("facts-mark");
    let _held = lab.doc.create_session_object(GenericObjectProperties::default().with_info(info)).await?;
    let second = lab.builder.clone().connect().await?;
    let found = second.get_active_doc().await?.get_object("facts-mark").await?;
    let other = lab.another().await?;
    let elsewhere = other.doc.get_object("facts-mark").await;
    let is_missing = elsewhere.as_ref().is_err_and(|error| error.is_not_found());
    expect((found.get_info().await?.id, is_missing), ("facts-mark".to_owned(), true))
}

async fn separate_sessions(lab: &Lab) -> Outcome {
    lab.doc.get_field("Year").await?.low_level_select(vec![0], false).await?;
    let other = lab.another().await?;
    expect((other.session.state(), other.doc.evaluate("Sum(Sales)").await?), (SessionState::Created, "210".to_owned()))
}

async fn time_to_live(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.get_field("Year").await?.low_level_select(vec![0], false).await?;
    let list = lab.values("Region").await?;
    lab.session.suspend().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let resumption = lab.session.resume().await?;
    let is_restored = resumption.objects.iter().all(|object| object.outcome == RestorationOutcome::Restored);
    list.get_layout().await?;
    let seen = (resumption.state.clone(), is_restored, lab.doc.evaluate("Sum(Sales)").await?);
    expect(seen, (SessionState::Attached, true, "70".to_owned()))
}

async fn global_handle(lab: &Lab) -> Outcome {
    expect_that(!lab.session.engine_version().await?.component_version.is_empty(), "it answers `EngineVersion`")
}

async fn no_active_doc(lab: &Lab) -> Outcome {
    let Some(session) = lab.without_app().await? else {
        return not_checked("the app that the address names is open at once");
    };
    match session.get_active_doc().await {
        Ok(doc) => Err(Trouble::Differs(format!("it returned {}", doc.handle()))),
        Err(error) => expect_that(error.is_not_found() || error.engine().is_some(), error.to_string()),
    }
}

async fn open_twice(lab: &Lab) -> Outcome {
    let outcome = lab.session.global().open_doc(&lab.app).await;
    match (&outcome, code_of(&outcome)) {
        (Ok(doc), _) => expect(doc.evaluate("Sum(Sales)").await?, "210".to_owned()),
        (_, Some(1002)) => Ok("it fails with 1002".to_owned()),
        (Err(error), _) => Err(Trouble::Differs(error.to_string())),
    }
}

async fn app_layout(lab: &Lab) -> Outcome {
    expect(lab.doc.get_app_layout().await?.is_opened_without_data, false)
}

async fn keep_alive(lab: &Lab) -> Outcome {
    let start = tokio::time::Instant::now();
    lab.session.engine_version().await?;
    let time = start.elapsed();
    expect_that(time < Duration::from_secs(5), format!("after {} ms", time.as_millis()))
}

async fn proxy_cookies(_: &Lab) -> Outcome {
    not_checked("it needs a login for each attempt, and users can have few")
}

async fn tickets(_: &Lab) -> Outcome {
    not_checked("it needs several tickets")
}

async fn downloads(_: &Lab) -> Outcome {
    not_checked("it would leave a file on the engine")
}

async fn close_codes(_: &Lab) -> Outcome {
    not_checked("a client cannot make a server close a connection")
}
