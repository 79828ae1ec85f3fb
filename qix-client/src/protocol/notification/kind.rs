//! Notifications by their names, with what each carries.

use serde_json::{Map, Value};

use super::SessionState;

/// What a notification says. The names are those on the wire without their `On`.
///
/// Members that are missing or of another type are left out here; the
/// [parameters](super::Notification::params) are there in full either way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NotificationKind {
    /// The engine says how it took the connection.
    Connected(SessionState),
    /// A proxy says who the user is, or where to log in.
    AuthenticationInformation(AuthenticationInformation),
    /// The user has as many sessions as the license allows.
    MaxParallelSessionsExceeded(ProxyMessage),
    /// The user has no license that allows access.
    LicenseAccessDenied(ProxyMessage),
    /// The user has no license yet: the users are being synchronized.
    LicenseAccessDeniedPendingUserSync(ProxyMessage),
    /// More licenses are given out than there are.
    ExcessLicenseAssignment(ProxyMessage),
    /// The session was ended.
    SessionClosed(ProxyMessage),
    /// The user has logged out.
    SessionLoggedOut(ProxyMessage),
    /// The session was idle for too long: half an hour, unless the virtual proxy says otherwise.
    SessionTimedOut(ProxyMessage),
    /// The proxy has lost its connection to the engine.
    EngineWebsocketFailed(ProxyMessage),
    /// The proxy knows no engine that could take the session.
    NoEngineAvailable(ProxyMessage),
    /// The proxy has lost its connection to the repository.
    RepositoryWebsocketFailed(ProxyMessage),
    /// The proxy knows no repository.
    NoRepositoryAvailable(ProxyMessage),
    /// The proxy has lost its connection to the service that prepares data.
    DataPrepServiceWebsocketFailed(ProxyMessage),
    /// The proxy knows no service that prepares data.
    NoDataPrepServiceAvailable(ProxyMessage),
    /// The proxy knows no service that prints.
    NoPrintingServiceAvailable(ProxyMessage),
    /// Something that this version does not know.
    Unknown,
}

/// What a proxy says of its state or the user's session; engines and proxies leave out what they like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyMessage {
    /// How bad it is.
    pub severity: Option<Severity>,
    /// When it happened, as the proxy writes it: `2014-01-10T08:55:17.3725148Z`.
    pub timestamp: Option<String>,
    /// A text for people.
    pub message: Option<String>,
}

/// How bad it is what a proxy tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Notice,
    /// The user should do something about it.
    Warning,
    /// The proxy closes the connection now.
    Fatal,
    /// Something that this version does not know.
    Other(String),
}

/// Who a proxy takes the user for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationInformation {
    /// Whether the user has to log in before anything else works.
    pub must_authenticate: bool,
    /// The user, once known.
    pub user_id: Option<String>,
    /// The directory that the user is in.
    pub user_directory: Option<String>,
    /// Where to log in.
    pub login_uri: Option<String>,
    /// Where to log out.
    pub logout_uri: Option<String>,
}

/// The members of a notification's parameters.
pub(super) struct Members(Map<String, Value>);

impl Members {
    pub(super) fn of(params: &str) -> Self {
        Self(serde_json::from_str(params).unwrap_or_default())
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.0.get(name)?.as_str()?.to_owned())
    }

    fn session_state(&self) -> SessionState {
        self.0.get("qSessionState").and_then(Value::as_str).map_or(SessionState::Unknown, SessionState::from_wire)
    }

    pub(super) fn proxy_message(&self) -> ProxyMessage {
        ProxyMessage {
            severity: self.text("severity").map(Severity::from_wire),
            timestamp: self.text("timestamp"),
            message: self.text("message"),
        }
    }

    fn authentication(&self) -> AuthenticationInformation {
        AuthenticationInformation {
            must_authenticate: self.0.get("mustAuthenticate") == Some(&Value::Bool(true)),
            user_id: self.text("userId"),
            user_directory: self.text("userDirectory"),
            login_uri: self.text("loginUri"),
            logout_uri: self.text("logoutUri"),
        }
    }
}

impl NotificationKind {
    pub(super) fn of(name: &str, members: &Members) -> Self {
        let of_proxy = match name {
            "OnConnected" => return Self::Connected(members.session_state()),
            "OnAuthenticationInformation" => return Self::AuthenticationInformation(members.authentication()),
            "OnMaxParallelSessionsExceeded" => Self::MaxParallelSessionsExceeded,
            "OnLicenseAccessDenied" => Self::LicenseAccessDenied,
            "OnLicenseAccessDeniedPendingUserSync" => Self::LicenseAccessDeniedPendingUserSync,
            "OnExcessLicenseAssignment" => Self::ExcessLicenseAssignment,
            "OnSessionClosed" => Self::SessionClosed,
            "OnSessionLoggedOut" => Self::SessionLoggedOut,
            "OnSessionTimedOut" => Self::SessionTimedOut,
            "OnEngineWebsocketFailed" => Self::EngineWebsocketFailed,
            "OnNoEngineAvailable" => Self::NoEngineAvailable,
            "OnRepositoryWebsocketFailed" => Self::RepositoryWebsocketFailed,
            "OnNoRepositoryAvailable" => Self::NoRepositoryAvailable,
            "OnDataPrepServiceWebsocketFailed" => Self::DataPrepServiceWebsocketFailed,
            "OnNoDataPrepServiceAvailable" => Self::NoDataPrepServiceAvailable,
            "OnNoPrintingServiceAvailable" => Self::NoPrintingServiceAvailable,
            _ => return Self::Unknown,
        };
        of_proxy(members.proxy_message())
    }
}

impl Severity {
    fn from_wire(severity: String) -> Self {
        match severity.to_ascii_lowercase().as_str() {
            "notice" => Self::Notice,
            "warning" => Self::Warning,
            "fatal" => Self::Fatal,
            _ => Self::Other(severity),
        }
    }
}
