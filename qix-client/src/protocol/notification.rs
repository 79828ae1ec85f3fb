//! What the engine says of itself, unasked.

use std::fmt;

use qix_schema::Json;
use serde::Deserialize;

/// A message that answers no call.
///
/// The engine or a proxy before it sends these: about the session, licenses, and services that fail.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Notification {
    /// Its name, such as `OnConnected`.
    pub name: String,
    /// Its parameters; `{}` if it has none.
    pub params: Json,
}

/// How the engine took a new connection.
///
/// A session belongs to a user and an address. A second connection with the same user and address joins the first
/// one's session: it shares its app, its selections and its objects.
/// See [sharing sessions](https://qlik.dev/embed/foundational-knowledge/qix-sessions/).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// The engine has not said; some proxies swallow what it says.
    Unknown,
    /// A new session.
    Created,
    /// A session that was there already, with its app open if one was.
    Attached,
    /// None: the engine refuses.
    Refused(Refusal),
}

/// Why an engine refuses a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `SESSION_ERROR_NO_LICENSE`
    NoLicense,
    /// `SESSION_ERROR_LICENSE_RENEW`
    LicenseRenewal,
    /// `SESSION_ERROR_LIMIT_EXCEEDED`
    LimitExceeded,
    /// `SESSION_ERROR_SECURITY_HEADER_CHANGED`
    SecurityHeaderChanged,
    /// `SESSION_ACCESS_CONTROL_SETUP_FAILURE`
    AccessControlSetup,
    /// `SESSION_ERROR_APP_ACCESS_DENIED`
    AppAccessDenied,
    /// `SESSION_ERROR_APP_FAILURE`
    AppFailure,
    /// A reason that this version does not know.
    Other(String),
}

impl Notification {
    pub(crate) fn new(name: String, params: Option<&str>) -> Self {
        let params = params.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { name, params }
    }

    /// The state of the session, if the notification brings one.
    pub(crate) fn session_state(&self) -> Option<SessionState> {
        #[derive(Deserialize)]
        struct Params {
            #[serde(rename = "qSessionState")]
            state: String,
        }
        if self.name != "OnConnected" {
            return None;
        }
        let state = self.params.to::<Params>().map(|params| SessionState::from_wire(&params.state));
        Some(state.unwrap_or(SessionState::Unknown))
    }
}

impl SessionState {
    fn from_wire(state: &str) -> Self {
        Self::Refused(match state {
            "SESSION_CREATED" => return Self::Created,
            "SESSION_ATTACHED" => return Self::Attached,
            "SESSION_ERROR_NO_LICENSE" => Refusal::NoLicense,
            "SESSION_ERROR_LICENSE_RENEW" => Refusal::LicenseRenewal,
            "SESSION_ERROR_LIMIT_EXCEEDED" => Refusal::LimitExceeded,
            "SESSION_ERROR_SECURITY_HEADER_CHANGED" => Refusal::SecurityHeaderChanged,
            "SESSION_ACCESS_CONTROL_SETUP_FAILURE" => Refusal::AccessControlSetup,
            "SESSION_ERROR_APP_ACCESS_DENIED" => Refusal::AppAccessDenied,
            "SESSION_ERROR_APP_FAILURE" => Refusal::AppFailure,
            other if other.contains("ERROR") || other.contains("FAILURE") => Refusal::Other(other.to_owned()),
            _ => return Self::Unknown,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLicense => "the user has no license; assign an access to the user",
            Self::LicenseRenewal => "the license is being renewed; try again in a moment",
            Self::LimitExceeded => "the user has too many sessions; close one or wait until one times out",
            Self::SecurityHeaderChanged => "the user of the session has changed; connect with another identity",
            Self::AccessControlSetup => {
                "the access control of the session could not be set up; look into the engine's log"
            }
            Self::AppAccessDenied => "the user may not open the app; check the rights to it",
            Self::AppFailure => "the app does not open; check that it exists and look into the engine's log",
            Self::Other(state) => return write!(f, "the engine says {state}"),
        })
    }
}
