//! Notifications of engines and proxies.

use std::fmt;

use qix_schema::Json;

use kind::Params;

mod kind;

pub use kind::{AuthenticationInformation, NotificationKind, ProxyMessage, Severity};

/// A message that is not a response to a call.
///
/// Sent by the engine, or a proxy in front of it, about the session, licenses, and services. See
/// [what proxies say](https://help.qlik.com/en-US/sense-developer/May2025/Subsystems/ProxyServiceAPI/Content/Sense_ProxyServiceAPI/ProxyServiceAPI-Msgs-Proxy-Clients.htm).
///
/// ```
/// use qix_client::notification::{Notification, NotificationKind, Severity};
///
/// fn tell(notification: &Notification) {
///     match &notification.kind {
///         NotificationKind::SessionTimedOut(_) => println!("idle for too long"),
///         NotificationKind::Unknown => println!("{} {}", notification.name, notification.params.as_str()),
///         _ if notification.is_fatal() => println!("the proxy closes the connection: {}", notification.name),
///         _ => {}
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Notification {
    /// Name, such as `OnConnected`.
    pub name: String,
    /// Content, if this version knows the notification.
    pub kind: NotificationKind,
    /// All parameters as JSON; `{}` if there are none.
    pub params: Json,
}

/// The state of a session after connecting.
///
/// A session belongs to a user and a URL. A second connection with the same user and URL joins the existing session and
/// shares its app, selections, and objects. See [sharing
/// sessions](https://qlik.dev/embed/foundational-knowledge/qix-sessions/).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// Unknown: the engine did not report it, or a proxy did not forward it.
    Unknown,
    /// A new session.
    Created,
    /// An existing session, whose app may be open.
    Attached,
    /// The engine rejected the session.
    Refused(Refusal),
}

/// Why an engine rejected a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `SESSION_ERROR_NO_LICENSE`
    NoLicense,
    /// `SESSION_ERROR_LICENSE_RENEW`
    LicenseRenewal,
    /// `SESSION_ERROR_LICENSE_INVALID`, as defined by the vendor's client `@qlik/api` 2.19.
    LicenseInvalid,
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
    /// Not from the engine: a proxy requires the user to log in.
    NotAuthenticated {
        /// Where to log in. Its query may be secret.
        login_uri: Option<String>,
    },
    /// A reason that this version does not know.
    Other(String),
}

impl Notification {
    /// A notification with a name and the text of its parameters.
    pub fn new(name: impl Into<String>, params: Option<&str>) -> Self {
        let name = name.into();
        let kind = NotificationKind::of(&name, &Params::of(params.unwrap_or_default()));
        let params = params.map(|text| qix_schema::decode(text).or_else(|_| Json::new(text)));
        // A string can always be encoded as JSON.
        Self { name, kind, params: params.and_then(Result::ok).unwrap_or_default() }
    }

    /// The session state in the notification, if it contains one.
    pub(crate) fn session_state(&self) -> Option<SessionState> {
        match &self.kind {
            NotificationKind::Connected(state) => Some(state.clone()),
            NotificationKind::AuthenticationInformation(AuthenticationInformation {
                must_authenticate: true,
                login_uri,
                ..
            }) => Some(SessionState::Refused(Refusal::NotAuthenticated { login_uri: login_uri.clone() })),
            _ => None,
        }
    }

    /// Whether the proxy is about to close the connection.
    pub fn is_fatal(&self) -> bool {
        self.proxy_message().severity == Some(Severity::Fatal)
    }

    /// The message for users, even if the notification is unknown.
    pub(crate) fn proxy_message(&self) -> ProxyMessage {
        Params::of(self.params.as_str()).proxy_message()
    }
}

impl SessionState {
    fn from_wire(state: &str) -> Self {
        Self::Refused(match state {
            "SESSION_CREATED" => return Self::Created,
            "SESSION_ATTACHED" => return Self::Attached,
            "SESSION_ERROR_NO_LICENSE" => Refusal::NoLicense,
            "SESSION_ERROR_LICENSE_RENEW" => Refusal::LicenseRenewal,
            "SESSION_ERROR_LICENSE_INVALID" => Refusal::LicenseInvalid,
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
            Self::LicenseInvalid => "the license is not valid; check the license of the server or tenant",
            Self::LimitExceeded => "the user has too many sessions; close one or wait until one times out",
            Self::SecurityHeaderChanged => "the user of the session has changed; connect with another identity",
            Self::AccessControlSetup => {
                "the access control of the session could not be set up; look into the engine's log"
            }
            Self::AppAccessDenied => "the user may not open the app; check the rights to it",
            Self::AppFailure => "the app does not open; check that it exists and look into the engine's log",
            Self::NotAuthenticated { login_uri } => {
                let uri = login_uri.as_deref().and_then(|uri| uri.split('?').next());
                let place = uri.map(|uri| format!(" (its login is at {uri})")).unwrap_or_default();
                return write!(f, "the proxy does not know the user{place}; connect with credentials that it accepts");
            }
            Self::Other(state) => return write!(f, "the engine says {state}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, params: &str) -> Notification {
        let notification = Notification::new(name.to_owned(), Some(params));
        assert_eq!((&*notification.name, notification.params.as_str()), (name, params), "nothing is lost");
        notification
    }

    #[test]
    fn messages_of_proxies_have_a_severity_and_a_text() {
        let timed_out = read(
            "OnSessionTimedOut",
            r#"{"severity":"Fatal","timestamp":"2026-01-10T08:55:17Z","message":"Session timed out","new":[1]}"#,
        );
        let NotificationKind::SessionTimedOut(message) = &timed_out.kind else { panic!("{timed_out:?}") };
        assert_eq!(
            (&message.severity, message.message.as_deref()),
            (&Some(Severity::Fatal), Some("Session timed out"))
        );
        assert_eq!(message.timestamp.as_deref(), Some("2026-01-10T08:55:17Z"));
        assert!(timed_out.is_fatal());
        let warning = read("OnExcessLicenseAssignment", r#"{"severity":"odd","message":7}"#);
        let expected = ProxyMessage { severity: Some(Severity::Other("odd".to_owned())), ..ProxyMessage::default() };
        assert_eq!(warning.kind, NotificationKind::ExcessLicenseAssignment(expected));
        assert!(!warning.is_fatal());
    }

    #[test]
    fn the_user_or_the_login_uri_is_read() {
        let known =
            read("OnAuthenticationInformation", r#"{"userId":"ann","userDirectory":"CORP","logoutUri":"/out"}"#);
        let NotificationKind::AuthenticationInformation(known) = known.kind else { panic!("{known:?}") };
        assert_eq!((known.user_id.as_deref(), known.user_directory.as_deref()), (Some("ann"), Some("CORP")));
        assert_eq!((known.logout_uri.as_deref(), known.must_authenticate), (Some("/out"), false));
        let unknown = read("OnAuthenticationInformation", r#"{"loginUri":"/in","mustAuthenticate":true}"#);
        let NotificationKind::AuthenticationInformation(unknown) = unknown.kind else { panic!("{unknown:?}") };
        assert_eq!((unknown.login_uri.as_deref(), unknown.must_authenticate), (Some("/in"), true));
    }

    #[test]
    fn a_known_notification_is_recognized_with_any_parameters() {
        let nothing = Notification::new("OnNoEngineAvailable".to_owned(), None);
        assert_eq!(nothing.kind, NotificationKind::NoEngineAvailable(ProxyMessage::default()));
        assert_eq!(nothing.params.as_str(), "{}");
        for params in ["[]", "null", "7", r#""a""#, r#"{"qSessionState":{}}"#, "{}"] {
            assert_eq!(
                read("OnConnected", params).kind,
                NotificationKind::Connected(SessionState::Unknown),
                "{params}"
            );
        }
        let broken = Notification::new("OnSessionClosed".to_owned(), Some("{broken"));
        assert_eq!((broken.params.as_str(), broken.is_fatal()), (r#""{broken""#, false));
    }

    #[test]
    fn each_session_state_is_known() {
        let state = |name: &str| {
            let notification = read("OnConnected", &format!(r#"{{"qSessionState":"{name}"}}"#));
            notification.session_state().unwrap()
        };
        assert_eq!(state("SESSION_CREATED"), SessionState::Created);
        assert_eq!(state("SESSION_ATTACHED"), SessionState::Attached);
        for (name, refusal) in [
            ("SESSION_ERROR_NO_LICENSE", Refusal::NoLicense),
            ("SESSION_ERROR_LICENSE_RENEW", Refusal::LicenseRenewal),
            ("SESSION_ERROR_LIMIT_EXCEEDED", Refusal::LimitExceeded),
            ("SESSION_ERROR_SECURITY_HEADER_CHANGED", Refusal::SecurityHeaderChanged),
            ("SESSION_ACCESS_CONTROL_SETUP_FAILURE", Refusal::AccessControlSetup),
            ("SESSION_ERROR_APP_ACCESS_DENIED", Refusal::AppAccessDenied),
            ("SESSION_ERROR_APP_FAILURE", Refusal::AppFailure),
            ("SESSION_ERROR_LICENSE_INVALID", Refusal::LicenseInvalid),
            ("SESSION_ERROR_NEW", Refusal::Other("SESSION_ERROR_NEW".to_owned())),
        ] {
            assert_eq!(state(name), SessionState::Refused(refusal));
        }
    }

    #[test]
    fn an_unknown_notification_keeps_its_parameters() {
        let unknown = read("OnWeather", r#"{"severity":"fatal","rain":1.50}"#);
        assert_eq!(unknown.kind, NotificationKind::Unknown);
        assert!(unknown.is_fatal());
    }
}
