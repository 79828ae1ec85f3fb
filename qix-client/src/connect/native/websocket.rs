//! A WebSocket as a transport.

use std::future::ready;

use futures_util::{SinkExt, StreamExt};
use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Response};
use qix_schema::rpc::CloseCode;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, WebSocketConfig};

use super::dial::Socket;
use super::first_bytes::FirstBytes;
use crate::connect::url::Url;
use crate::connect::{ConnectError, Incoming, Outgoing, Text, Transport, TransportError};

/// Bytes per read. The WebSocket clears that many before each read: with its default of 128 KiB, that is a quarter
/// of the work of a small call, while pages of data do not arrive faster.
const READ: usize = 32 * 1024;

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
    let config = WebSocketConfig::default()
        .read_buffer_size(READ)
        .max_message_size(max_message_size)
        .max_frame_size(max_message_size);
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
    let (writing, reading) = socket.split();
    let reading = reading.filter_map(|message| ready(incoming(message)));
    let writing = writing.sink_map_err(TransportError::from).with(|message| ready(Ok(outgoing(message))));
    Ok((Transport::new(reading, writing), answer.into_parts().0.headers))
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

fn incoming(message: Result<Message, WsError>) -> Option<Result<Incoming, TransportError>> {
    Some(match message {
        Ok(Message::Text(text)) => Ok(Incoming::Text(Text(text))),
        // Engines send text; if one sends bytes, they are text as well.
        Ok(Message::Binary(bytes)) => Ok(Incoming::Text(Text(String::from_utf8_lossy(&bytes).into_owned().into()))),
        Ok(Message::Close(frame)) => {
            let (code, reason) =
                frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()));
            Ok(Incoming::Close(CloseCode(code), reason))
        }
        // The WebSocket answers pings automatically.
        Ok(_) => return None,
        Err(error) => Err(error.into()),
    })
}

fn outgoing(message: Outgoing) -> Message {
    match message {
        Outgoing::Text(text) => Message::Text(text.into()),
        Outgoing::Close(code, reason) => {
            Message::Close(Some(CloseFrame { code: code.0.into(), reason: reason.into() }))
        }
    }
}
