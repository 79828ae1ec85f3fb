//! Every error that a program can get: test doubles can create it, and its cause is printed once.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use qix_client::expression::{ExpressionError, ExpressionFault};
use qix_client::load::LoadError;
use qix_client::notification::{Refusal, SessionState};
use qix_client::reload::{ScriptError, ScriptFault};
use qix_client::resumption::{LostState, Restoration, RestorationOutcome, Resumption, StateLost};
use qix_client::rows::RowsError;
use qix_client::rpc::{CloseCode, Closed, ClosedBy, Effect, Method, ObjectHandle};
use qix_client::select::SelectError;
use qix_client::types::{FieldValue, NxHypercubeMode};
use qix_client::{
    ConnectError, DecodeError, EngineError, Error, ErrorKind, Event, OpenError, error_codes, record::ReplayError,
};

type Failure = Box<dyn StdError + Send + Sync>;

/// The text of a cause, wherever there is one.
const CAUSE: &str = "the cause of it all";

fn cause() -> Failure {
    CAUSE.into()
}

fn closed() -> Closed {
    Closed::new(ClosedBy::Engine, CloseCode(4204), CAUSE)
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn json() -> serde_json::Error {
    serde::de::Error::custom(CAUSE)
}

/// The errors of connecting: those with a cause, and the others.
fn connecting() -> [Vec<ConnectError>; 2] {
    let host = || text("sense.corp");
    let caused = vec![
        ConnectError::Resolve { host: host(), cause: io::Error::other(CAUSE) },
        ConnectError::Unreachable { address: host(), cause: io::Error::other(CAUSE) },
        ConnectError::Proxy { proxy: host(), cause: cause() },
        ConnectError::KeyMaterial { what: "key", cause: cause() },
        ConnectError::Tls { host: host(), cause: cause() },
        ConnectError::Token(cause()),
        ConnectError::Upgrade(cause()),
        ConnectError::Session(Refusal::Other(text(CAUSE))),
        ConnectError::Closed(closed()),
    ];
    let plain = vec![
        ConnectError::Address { address: host(), problem: text("it has no scheme") },
        ConnectError::Contradiction { first: "url", second: "host" },
        ConnectError::Header { name: text("X") },
        ConnectError::CertificateName { host: host(), names: vec![text("other.corp")] },
        ConnectError::CertificateCommonName { host: host() },
        ConnectError::CertificatePurpose { host: host(), purposes: vec![text("email")] },
        ConnectError::CertificateRoot { host: host() },
        ConnectError::CertificateExpired { host: host() },
        ConnectError::ClientCertificate { host: host() },
        ConnectError::TicketUsed,
        ConnectError::HttpStatus { status: 403, location: None, reasons: Vec::new(), body: text("no") },
        ConnectError::WantsTls { host: host() },
        ConnectError::Session(Refusal::NotAuthenticated { login_uri: Some(text("/login")) }),
        ConnectError::NoEndpoint,
        ConnectError::TimedOut(Duration::from_secs(1)),
    ];
    [caused, plain]
}

/// The errors that are inside of an [`Error`], without causes.
fn of_operations() -> Vec<Error> {
    let name = || text("Year");
    let field = name;
    let path = || text("/qHyperCubeDef");
    let rows = [
        RowsError::NotFound { path: path() },
        RowsError::NotCalculated { path: path(), code: error_codes::CALC_EVAL_CONDITION_FAILED, message: text("few") },
        RowsError::Mode { path: path(), mode: NxHypercubeMode::Straight },
        RowsError::Value { row: 1, column: name(), problem: text("not a number") },
        RowsError::Row { row: 1, problem: text("two columns"), columns: vec![name()] },
        RowsError::Incomplete { row: 1, expected: 2, found: 3 },
        RowsError::Headings { path: path(), problem: text("one is missing") },
        RowsError::NoField { field: field() },
        RowsError::NoColumn { name: name(), columns: Vec::new() },
        RowsError::OtherColumns,
        RowsError::Changed,
    ];
    let values = || vec![FieldValue::from("2099")];
    let selections = [
        SelectError::NoField { field: field(), similar: None },
        SelectError::NoValues { field: field() },
        SelectError::NoValue { field: field(), values: values(), similar: Vec::new() },
        SelectError::NoMatch { field: field(), search: text("x*") },
        SelectError::SearchTooLong { field: field(), length: 300 },
        SelectError::Locked { field: field() },
        SelectError::AlwaysOneSelected { field: field() },
        SelectError::AndMode { field: field() },
        SelectError::NothingPossible { field: field() },
        SelectError::Refused { field: field() },
        SelectError::NoList { path: path() },
        SelectError::NoState { state: name() },
    ];
    let loads = [
        LoadError::NoRows { table: name() },
        LoadError::Row { table: name(), row: 1, found: text("a number") },
        LoadError::Value { table: name(), row: 1, field: field(), problem: text("nested") },
        LoadError::Name { name: name(), problem: "it is empty" },
        LoadError::NoField { field: field() },
    ];
    let mut fault = ScriptFault::default();
    fault.message = text("Unexpected token");
    let faults = vec![fault];
    let scripts = [
        ScriptError::Syntax { faults: faults.clone() },
        ScriptError::Failed { faults, log: String::new(), log_file: text("a.log"), out_of_memory: true },
        ScriptError::NotRestored { failure: text("it has failed"), reason: text("no connection") },
    ];
    let expressions = [
        ExpressionError::Invalid {
            expression: text("Sum("),
            faults: vec![ExpressionFault::Syntax { message: text("`)` expected"), place: None }],
        },
        ExpressionError::Value { expression: text("Sum(x)"), text: text("a"), problem: text("it is a text") },
    ];
    let engine = EngineError::new(error_codes::APP_ALREADY_OPEN, "", "App already open");
    let apps = [
        OpenError::AnotherApp { open: text("a"), wanted: text("b"), engine: Some(engine) },
        OpenError::WithoutData { app: text("a") },
    ];
    let lost = StateLost::new(vec![LostState::new("Field.Select of `Year`", "the field is gone")]);
    let errors = rows.into_iter().map(Error::from).chain(selections.into_iter().map(Error::from));
    let errors = errors.chain(loads.into_iter().map(Error::from)).chain(scripts.into_iter().map(Error::from));
    let errors = errors.chain(expressions.into_iter().map(Error::from));
    errors.chain(apps.into_iter().map(Error::from)).chain([ErrorKind::Unusable(Box::new(lost)).into()]).collect()
}

/// The errors of calls: those with a cause, and the others.
fn of_calls() -> [Vec<Error>; 2] {
    let caused = vec![
        ErrorKind::Engine(EngineError::new(error_codes::GENERIC_ABORTED, "", CAUSE)),
        ErrorKind::Decode(DecodeError { path: text("qReturn"), cause: json() }),
        ErrorKind::Encode(json()),
        ErrorKind::Closed { closed: closed(), pending: true, reconnecting: false },
        ErrorKind::Lost { reason: text(CAUSE) },
        ErrorKind::Unusable(cause()),
        ErrorKind::Connect(cause()),
        ErrorKind::Transport(cause()),
    ];
    let plain = vec![
        ErrorKind::NotFound,
        ErrorKind::WrongClass { expected: "Field", found: text("Doc") },
        ErrorKind::TimedOut(Duration::from_secs(1)),
        ErrorKind::NoResult,
    ];
    let method = Method::new("Doc", "GetField", Effect::Read, &["qReturn"]);
    [caused, plain].map(|kinds| {
        let of_call = |kind| Error::from(kind).of_call(method, &ObjectHandle::new("Doc", 1));
        kinds.into_iter().map(of_call).collect()
    })
}

/// The messages of an error and of what it returns as its source, and so on.
fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    let (mut messages, mut next) = (Vec::new(), Some(error));
    while let Some(error) = next {
        messages.push(error.to_string());
        next = error.source();
    }
    messages
}

fn assert_says_all_once(error: &(dyn StdError + 'static), has_cause: bool) {
    let messages = chain(error);
    let whole = messages.join(": ");
    assert_eq!(whole.matches(CAUSE).count(), usize::from(has_cause), "{whole}");
    assert!(messages[0].contains(CAUSE) == has_cause, "`{{error}}` says all: {whole}");
    for (at, message) in messages.iter().enumerate() {
        let inner = &messages[at + 1..];
        assert!(!inner.iter().any(|inner| message.contains(inner.as_str())), "said twice: {whole}");
    }
}

#[test]
fn an_error_says_its_cause_once_and_at_the_first_look() {
    let [caused, plain] = connecting();
    for (errors, has_cause) in [(caused, true), (plain, false)] {
        for error in errors {
            assert_says_all_once(&error, has_cause);
            assert_says_all_once(&Error::from(error), has_cause);
        }
    }
    let [caused, plain] = of_calls();
    caused.iter().for_each(|error| assert_says_all_once(error, true));
    plain.iter().chain(&of_operations()).for_each(|error| assert_says_all_once(error, false));
    assert_says_all_once(&ReplayError::Io(io::Error::other(CAUSE)), true);
    assert_says_all_once(&ReplayError::Line { line: 1, cause: json() }, true);
    assert_says_all_once(&DecodeError { path: text("."), cause: json() }, true);
}

#[test]
fn a_program_reaches_the_cause_by_its_type() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let error = Error::from(ConnectError::Unreachable { address: text("localhost:4848"), cause: refused() });
    let Some(ConnectError::Unreachable { cause, .. }) = error.downcast_ref() else { panic!("{error}") };
    assert_eq!(cause.kind(), io::ErrorKind::ConnectionRefused);

    let error = Error::from(ConnectError::Token(Box::new(refused())));
    let Some(ConnectError::Token(cause)) = error.downcast_ref() else { panic!("{error}") };
    assert!(cause.downcast_ref::<io::Error>().is_some());

    // The same within a boxed error, which is what anyhow and eyre hold.
    let boxed: Failure = error.into();
    let error = boxed.downcast_ref::<Error>().unwrap();
    assert!(error.downcast_ref::<ConnectError>().is_some());
}

#[test]
fn a_test_double_can_make_every_event() {
    let lost = Restoration::new(ObjectHandle::new("Field", 3), RestorationOutcome::Lost(text("it is gone")));
    let mut resumption = Resumption::new(SessionState::Created, vec![lost]);
    resumption.lost_state = vec![LostState::new("Field.Select of `Year`", "the field is gone")];
    assert_eq!(resumption.lost().count(), 1);
    let mut login = qix_client::notification::AuthenticationInformation::default();
    login.must_authenticate = true;
    let notification =
        qix_client::notification::Notification::new("OnSessionTimedOut", Some(r#"{"severity":"Fatal"}"#));
    assert!(notification.is_fatal());
    let events = [
        Event::Opened(SessionState::Refused(Refusal::NotAuthenticated { login_uri: login.login_uri })),
        Event::Notification(notification),
        Event::Suspended(closed()),
        Event::Resumed(resumption.into()),
        Event::Closed(closed()),
    ];
    let names = events.map(|event| format!("{event:?}").split('(').next().unwrap().to_owned());
    assert_eq!(names, ["Opened", "Notification", "Suspended", "Resumed", "Closed"]);
}
