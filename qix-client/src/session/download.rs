//! The server of a session, for files that the engine has written: the server in front of an engine serves them over HTTP.

use std::io;
use std::sync::{Arc, OnceLock};

use http::header::{HOST, LOCATION};
use http::{Method, Request, StatusCode};
use http_body_util::Empty;
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use qix_schema::rpc::CallOptions;

use crate::connect::url::Url;
use crate::connect::{ConnectError, Endpoint, redirect};
use crate::platform;

/// Receives the endpoint of the session that makes a call.
#[derive(Clone, Default)]
pub(crate) struct Server(Arc<OnceLock<Endpoint>>);

impl Server {
    /// Downloads a file by the relative address that the engine has returned.
    pub(crate) async fn download(&self, relative: &str) -> Result<File, DownloadError> {
        request(self.0.get().ok_or(DownloadError::NoHost)?, relative).await
    }
}

/// Passes the endpoint of a session to a call that requests it.
pub(super) fn tell(options: &CallOptions, endpoint: Option<&Endpoint>) {
    if let (Some(server), Some(endpoint)) = (options.extension::<Server>(), endpoint) {
        // A repeated call has the same endpoint.
        server.0.set(endpoint.clone()).ok();
    }
}

/// Why a file cannot be downloaded.
///
/// Part of an [`Error`](crate::Error): `error.downcast_ref::<DownloadError>()` returns it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The session is connected to the engine itself, with a client certificate. Only the proxy serves files.
    #[error(
        "the session is connected to the engine itself, which does not serve files; connect through the proxy instead of \
         with a client certificate"
    )]
    NoProxy,
    /// The session uses a custom transport, so there is no host to request the file from.
    #[error("the session uses a transport of the program, so that the host of the file is not known")]
    NoHost,
    /// The engine has returned an address of another server, which must not get the credentials.
    #[error("the file is not on the server of the session: `{url}`; request it with another client")]
    Elsewhere {
        /// The address, without its query.
        url: String,
    },
    /// The server does not return the file.
    #[error("the server returns status {status} for the file {path}{}", reason(*.status, location.as_deref()))]
    HttpStatus {
        /// The HTTP status.
        status: u16,
        /// The path of the file.
        path: String,
        /// The address that the server redirects to.
        location: Option<String>,
    },
    /// The server cannot be reached.
    #[error("{0}")]
    Connect(ConnectError),
    /// The connection was lost, or the file cannot be written.
    #[error("the file is incomplete: {0}")]
    Io(io::Error),
}

fn reason(status: u16, location: Option<&str>) -> String {
    match (status, location) {
        (300..=399, Some(location)) => format!("; it {}", redirect::meaning(location)),
        (401, _) => "; its session has ended: open a new one".to_owned(),
        (403, _) => "; check whether the user may export data".to_owned(),
        (404 | 410, _) => "; the file may have expired, or may be served once only: export it again".to_owned(),
        _ => String::new(),
    }
}

/// The start of a response.
pub(crate) struct File {
    pub(crate) size: Option<u64>,
    pub(crate) body: Incoming,
}

/// Requests a file by the relative address that an engine has returned.
async fn request(endpoint: &Endpoint, relative: &str) -> Result<File, DownloadError> {
    if endpoint.access.direct() {
        return Err(DownloadError::NoProxy);
    }
    let elsewhere = || DownloadError::Elsewhere { url: relative.split('?').next().unwrap_or_default().to_owned() };
    let session = endpoint.address.url(false).map_err(DownloadError::Connect)?;
    let url = session.of_file(relative).ok_or_else(elsewhere)?;
    let limit = endpoint.connect_timeout;
    let answer = platform::timeout(limit, get(endpoint, &session, &url)).await;
    answer.map_err(|_| DownloadError::Connect(ConnectError::TimedOut(limit)))?
}

/// Requests a file: with the cookie of the session, because a login would open another one. If the server has ended that
/// session, with a login, once.
async fn get(endpoint: &Endpoint, session: &Url, url: &Url) -> Result<File, DownloadError> {
    let cookies = &endpoint.access.login.cookies;
    if cookies.has_session(session) {
        match attempt(endpoint, session, url, false).await {
            Err(DownloadError::HttpStatus { status: 300..=399 | 401, .. }) => cookies.forget_session(session),
            outcome => return outcome,
        }
    }
    attempt(endpoint, session, url, true).await
}

async fn attempt(endpoint: &Endpoint, session: &Url, url: &Url, log_in: bool) -> Result<File, DownloadError> {
    let headers = endpoint.headers(url, log_in).await.map_err(DownloadError::Connect)?;
    let socket = endpoint.access.socket(url).await.map_err(DownloadError::Connect)?;
    let broken = |error: hyper::Error| DownloadError::Io(io::Error::other(error));
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(broken)?;
    // Ends with the response.
    platform::spawn(connection);
    let request = Request::builder().method(Method::GET).uri(url.path_and_query()).header(HOST, url.authority());
    let mut request =
        request.body(Empty::<Bytes>::new()).map_err(|error| DownloadError::Io(io::Error::other(error)))?;
    request.headers_mut().extend(headers);
    let answer = sender.send_request(request).await.map_err(broken)?;
    if answer.status() != StatusCode::OK {
        let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        return Err(DownloadError::HttpStatus {
            status: answer.status().as_u16(),
            path: url.path().to_owned(),
            location: location.map(str::to_owned),
        });
    }
    // A proxy replaces the cookie of a session from time to time.
    endpoint.access.login.cookies.keep(session, answer.headers());
    let body = answer.into_body();
    Ok(File { size: body.size_hint().exact(), body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[cfg(feature = "tls")]
    async fn the_engine_itself_serves_no_files() {
        use crate::connect::native::certificates::Identity;

        let mut endpoint = Endpoint::default();
        endpoint.access.certificates.identity =
            Some(Identity::Pem { certificate: "client.pem".into(), key: "client_key.pem".into() });
        let Err(error) = request(&endpoint, "/tempcontent/x").await else { panic!("there is no proxy") };
        assert!(error.to_string().contains("connect through the proxy"), "{error}");
    }
}
