//! TLS for a WebSocket.

use std::io;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error as TlsError};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::certificates::Certificates;
use super::dial::Socket;
use crate::connect::ConnectError;
use crate::connect::url::Url;

/// Encrypts a connection and verifies the server.
pub(crate) async fn wrap<S: Socket>(
    socket: S,
    url: &Url,
    certificates: &Certificates,
) -> Result<TlsStream<S>, ConnectError> {
    let host = url.host().to_owned();
    // The server may choose its certificate by the requested name.
    let name = certificates.expected_name.clone().unwrap_or_else(|| host.clone());
    let name = ServerName::try_from(name);
    let name = name.map_err(|error| ConnectError::Tls { host: host.clone(), cause: error.into() })?;
    let connector = TlsConnector::from(certificates.config().await?);
    connector.connect(name, socket).await.map_err(|error| failure(&host, error))
}

fn failure(host: &str, error: io::Error) -> ConnectError {
    let host = host.to_owned();
    match tls_error(&error) {
        Some(TlsError::InvalidCertificate(problem)) => match problem {
            CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
                ConnectError::CertificateCommonName { host }
            }
            CertificateError::NotValidForNameContext { presented, .. } => {
                ConnectError::CertificateName { host, names: presented.iter().map(|name| plain(name)).collect() }
            }
            CertificateError::NotValidForName => ConnectError::CertificateName { host, names: Vec::new() },
            CertificateError::InvalidPurposeContext { presented, .. } => {
                let purposes = presented.iter().map(ToString::to_string).collect();
                ConnectError::CertificatePurpose { host, purposes }
            }
            CertificateError::InvalidPurpose => ConnectError::CertificatePurpose { host, purposes: Vec::new() },
            // The platform's verifier has a private error type for it.
            CertificateError::Other(other) if format!("{:?}", other.0) == "EkuError" => {
                ConnectError::CertificatePurpose { host, purposes: Vec::new() }
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ConnectError::CertificateExpired { host }
            }
            CertificateError::UnknownIssuer => ConnectError::CertificateRoot { host },
            _ => ConnectError::Tls { host, cause: error.into() },
        },
        Some(TlsError::AlertReceived(alert)) if is_about_client(*alert) => ConnectError::ClientCertificate { host },
        _ => ConnectError::Tls { host, cause: error.into() },
    }
}

/// A name from `DnsName("sense.corp")` or `IpAddress(10.0.0.1)`.
fn plain(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"').to_owned()
}

/// Whether a server ended a connection because it rejects the client certificate, which it may report only after
/// the handshake.
pub(crate) fn refuses_client(error: &io::Error) -> bool {
    matches!(tls_error(error), Some(TlsError::AlertReceived(alert)) if is_about_client(*alert))
}

fn tls_error(error: &io::Error) -> Option<&TlsError> {
    error.get_ref()?.downcast_ref()
}

fn is_about_client(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}
