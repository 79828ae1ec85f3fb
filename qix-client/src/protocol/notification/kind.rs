//! Notifications and their parameters.

use super::SessionState;
use crate::protocol::parts::Parts;

/// The content of a notification. Variants are named like the notifications, without `On`.
///
/// Members that are missing or of an unexpected type are omitted here;
/// [`params`](super::Notification::params) always contains all of them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NotificationKind {
    /// The engine reports the state of the session.
    Connected(SessionState),
    /// A proxy reports who the user is, or where to log in.
    AuthenticationInformation(AuthenticationInformation),
    /// The user has reached the maximum number of sessions.
    MaxParallelSessionsExceeded(ProxyMessage),
    /// The user does not have a license.
    LicenseAccessDenied(ProxyMessage),
    /// The user does not have a license yet, because users are being synchronized.
    LicenseAccessDeniedPendingUserSync(ProxyMessage),
    /// More licenses are assigned than available.
    ExcessLicenseAssignment(ProxyMessage),
    /// The session has ended.
    SessionClosed(ProxyMessage),
    /// The user has logged out.
    SessionLoggedOut(ProxyMessage),
    /// The session timed out. The default of a virtual proxy is 30 idle minutes.
    SessionTimedOut(ProxyMessage),
    /// The proxy has lost its connection to the engine.
    EngineWebsocketFailed(ProxyMessage),
    /// No engine is available for the session.
    NoEngineAvailable(ProxyMessage),
    /// The proxy has lost its connection to the repository.
    RepositoryWebsocketFailed(ProxyMessage),
    /// No repository is available.
    NoRepositoryAvailable(ProxyMessage),
    /// The proxy has lost its connection to the data preparation service.
    DataPrepServiceWebsocketFailed(ProxyMessage),
    /// No data preparation service is available.
    NoDataPrepServiceAvailable(ProxyMessage),
    /// No printing service is available.
    NoPrintingServiceAvailable(ProxyMessage),
    /// A notification that this version does not know.
    Unknown,
}

/// A message of a proxy about its state or the session. All members are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyMessage {
    /// Severity.
    pub severity: Option<Severity>,
    /// Time, in the format of the proxy: `2014-01-10T08:55:17.3725148Z`.
    pub timestamp: Option<String>,
    /// Message for users.
    pub message: Option<String>,
}

/// Severity of a message of a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Severity {
    /// Informational.
    Notice,
    /// The user should take action.
    Warning,
    /// The proxy is about to close the connection.
    Fatal,
    /// A severity that this version does not know.
    Other(String),
}

/// The user, as authenticated by a proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationInformation {
    /// Whether the user must log in before anything else works.
    pub must_authenticate: bool,
    /// User ID, if known.
    pub user_id: Option<String>,
    /// User directory.
    pub user_directory: Option<String>,
    /// Login URL.
    pub login_uri: Option<String>,
    /// Logout URL.
    pub logout_uri: Option<String>,
}

/// Reads members of a notification's parameters.
pub(super) struct Params<'a>(Parts<'a>);

impl<'a> Params<'a> {
    pub(super) fn of(params: &'a str) -> Self {
        Self(Parts::of(params).unwrap_or_default())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.text(name).map(Into::into)
    }

    fn session_state(&self) -> SessionState {
        self.0.text("qSessionState").map_or(SessionState::Unknown, |state| SessionState::from_wire(&state))
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
            must_authenticate: self.0.is_true("mustAuthenticate"),
            user_id: self.text("userId"),
            user_directory: self.text("userDirectory"),
            login_uri: self.text("loginUri"),
            logout_uri: self.text("logoutUri"),
        }
    }
}

impl NotificationKind {
    pub(super) fn of(name: &str, members: &Params<'_>) -> Self {
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
