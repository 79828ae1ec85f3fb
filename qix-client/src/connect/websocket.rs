//! A WebSocket as a transport.

use std::future::ready;

use futures_util::{SinkExt, StreamExt};
use http::HeaderMap;
use qix_schema::rpc::CloseCode;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, WebSocketConfig};
use url::Url;

use super::ConnectError;
use super::dial::Socket;
use super::{Incoming, Outgoing, Text, Transport, TransportError};

/// How much is read at a time. The WebSocket clears as much before each reading: with its own 128 KiB that is a quarter
/// of the work of a small call, while pages of data come no faster.
const READ: usize = 32 * 1024;

/// Turns a byte stream into a WebSocket.
pub(crate) async fn upgrade<S: Socket>(
    socket: S,
    url: &Url,
    headers: &HeaderMap,
    max_message_size: Option<usize>,
) -> Result<Transport, ConnectError> {
    let mut request = url.as_str().into_client_request().map_err(|source| ConnectError::Upgrade(source.into()))?;
    for (name, value) in headers {
        request.headers_mut().append(name, value.clone());
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(READ)
        .max_message_size(max_message_size)
        .max_frame_size(max_message_size);
    let (socket, _) = match tokio_tungstenite::client_async_with_config(request, socket, Some(config)).await {
        Ok(open) => open,
        Err(WsError::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            let body = String::from_utf8_lossy(body).into_owned();
            return Err(ConnectError::Refused { status: response.status().as_u16(), body });
        }
        #[cfg(feature = "tls")]
        Err(WsError::Io(error)) if super::tls::refuses_client(&error) => {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(ConnectError::ClientCertificate { host });
        }
        Err(source) => return Err(ConnectError::Upgrade(source.into())),
    };
    let (writing, reading) = socket.split();
    let reading = reading.filter_map(|message| ready(incoming(message)));
    let writing = writing.sink_map_err(TransportError::from).with(|message| ready(Ok(outgoing(message))));
    Ok(Transport::new(reading, writing))
}

fn incoming(message: Result<Message, WsError>) -> Option<Result<Incoming, TransportError>> {
    Some(match message {
        Ok(Message::Text(text)) => Ok(Incoming::Text(Text(text))),
        // Engines send text; should one send bytes, they are text as well.
        Ok(Message::Binary(bytes)) => Ok(Incoming::Text(Text(String::from_utf8_lossy(&bytes).into_owned().into()))),
        Ok(Message::Close(frame)) => {
            let (code, reason) =
                frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()));
            Ok(Incoming::Close(CloseCode(code), reason))
        }
        // The WebSocket answers pings by itself.
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
