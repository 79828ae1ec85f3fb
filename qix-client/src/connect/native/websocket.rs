//! A WebSocket as a transport.

use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Response};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::dial::Socket;
use super::first_bytes::FirstBytes;
use super::stream;
use crate::connect::url::Url;
use crate::connect::{ConnectError, Transport};

/// Turns a byte stream into a WebSocket; also returns the headers of the response.
pub(crate) async fn upgrade<S: Socket>(
    socket: S,
    url: &Url,
    headers: &HeaderMap,
    max_message_size: Option<usize>,
) -> Result<(Transport, HeaderMap), ConnectError> {
    let mut request = url.to_string().into_client_request().map_err(|source| ConnectError::Upgrade(source.into()))?;
    for (name, value) in headers {
        request.headers_mut().append(name, value.clone());
    }
    // The library makes the handshake, and nothing else.
    let config = WebSocketConfig::default().read_buffer_size(0);
    let socket = FirstBytes::new(socket);
    let first = socket.seen();
    let (socket, answer) = match tokio_tungstenite::client_async_with_config(request, socket, Some(config)).await {
        Ok(open) => open,
        Err(WsError::Http(response)) if wants_tls(&response) => {
            return Err(ConnectError::WantsTls { host: url.host().to_owned() });
        }
        Err(WsError::Http(response)) => return Err(refused(*response)),
        Err(_) if first.is_tls_alert() => {
            return Err(ConnectError::WantsTls { host: url.host().to_owned() });
        }
        #[cfg(feature = "tls")]
        Err(WsError::Io(error)) if super::tls::refuses_client(&error) => {
            let host = url.host().to_owned();
            return Err(ConnectError::ClientCertificate { host });
        }
        Err(source) => return Err(ConnectError::Upgrade(source.into())),
    };
    let (socket, arrived) = socket.into_inner().into_parts();
    Ok((stream::transport(socket, arrived, max_message_size), answer.into_parts().0.headers))
}

/// Whether a server says in plain text that it expects TLS, as nginx, Apache, and Go's servers do.
fn wants_tls(response: &Response<Option<Vec<u8>>>) -> bool {
    let body = String::from_utf8_lossy(response.body().as_deref().unwrap_or_default()).to_ascii_lowercase();
    let says = ["sent to https port", "to an https server", "speaking plain http to an ssl", "must use https"];
    response.status() == http::StatusCode::BAD_REQUEST && says.iter().any(|text| body.contains(text))
}

fn refused(response: Response<Option<Vec<u8>>>) -> ConnectError {
    let (head, body) = response.into_parts();
    let text =
        |name: &HeaderName| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let reasons = head.headers.iter().filter(|(name, _)| {
        **name == WWW_AUTHENTICATE || name.as_str().starts_with("x-qlik-") && !name.as_str().contains("session")
    });
    ConnectError::HttpStatus {
        status: head.status.as_u16(),
        location: text(&LOCATION),
        reasons: reasons
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
    }
}
