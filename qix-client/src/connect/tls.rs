//! TLS below a WebSocket.

use std::io;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error as TlsError};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::ConnectError;
use super::certificates::Certificates;
use super::dial::Socket;

/// Encrypts a connection, and makes sure of who is at the other end.
pub(crate) async fn wrap<S: Socket>(
    socket: S,
    url: &Url,
    certificates: &Certificates,
) -> Result<TlsStream<S>, ConnectError> {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host.clone());
    let name = name.map_err(|error| ConnectError::Tls { host: host.clone(), source: error.into() })?;
    let connector = TlsConnector::from(certificates.config().await?);
    connector.connect(name, socket).await.map_err(|error| failure(&host, error))
}

fn failure(host: &str, error: io::Error) -> ConnectError {
    let host = host.to_owned();
    match tls_error(&error) {
        Some(TlsError::InvalidCertificate(problem)) => match problem {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ConnectError::CertificateName { host }
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ConnectError::CertificateExpired { host }
            }
            CertificateError::UnknownIssuer => ConnectError::CertificateRoot { host },
            _ => ConnectError::Tls { host, source: error.into() },
        },
        Some(TlsError::AlertReceived(alert)) if is_about_client(*alert) => ConnectError::ClientCertificate { host },
        _ => ConnectError::Tls { host, source: error.into() },
    }
}

/// Whether a server ended a connection because it did not like the client's certificate, which it may say only after
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
