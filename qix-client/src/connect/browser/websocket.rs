//! The browser's WebSocket as a transport.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::{Sink, Stream};
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use qix_schema::rpc::CloseCode;
use send_wrapper::SendWrapper;
use tokio::sync::{mpsc, oneshot};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use crate::connect::url::{Url, bracketed};
use crate::connect::{ConnectError, Incoming, Outgoing, Text, Transport, TransportError};
use crate::platform::{at_once, is_offline};

use super::string::string;

/// The code of a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;

thread_local! {
    /// All sockets, for [`close_on_panic`].
    static SOCKETS: RefCell<Vec<WebSocket>> = const { RefCell::new(Vec::new()) };
}

/// Closes all connections of this page or worker when its program panics, and then does what the panic hook did before.
///
/// A panic ends the program: nothing that waits continues, and the engine would keep its sessions until the user leaves the page.
/// With this, the sessions end at once. Call it once, after setting a hook of your own, which tells the user to reload the page.
///
/// ```
/// std::panic::set_hook(Box::new(|panic| eprintln!("{panic}; reload the page")));
/// qix_client::close_on_panic();
/// ```
pub fn close_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        SOCKETS.with(|sockets| {
            // Not borrowed here, unless the browser has panicked.
            for socket in sockets.try_borrow().iter().flat_map(|sockets| sockets.iter()) {
                socket.set_onmessage(None);
                socket.set_onclose(None);
                socket.close_with_code_and_reason(CloseCode::NORMAL.0, "the program has panicked").ok();
            }
        });
        before(panic);
    }));
}

type Arrived = Result<Incoming, TransportError>;
type Shared = SendWrapper<Rc<Socket>>;

/// A WebSocket with its listeners; closed when its last user is dropped.
struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _arrived: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.close().ok();
        SOCKETS.with_borrow_mut(|sockets| sockets.retain(|socket| *socket != self.socket));
    }
}

/// Opens a WebSocket.
pub(super) async fn open(url: &Url, max_message_size: Option<usize>) -> Result<Transport, ConnectError> {
    // The text of the browser's error contains the URL, and so its secrets.
    let refused = |_| ConnectError::Address {
        address: format!("{url:?}"),
        problem: "the browser does not accept it; a page loaded over https:// needs wss://".to_owned(),
    };
    let (socket, opened, incoming) = listen(url, max_message_size).map_err(refused)?;
    // The socket is held while waiting, so that it is closed when this future is dropped.
    match opened.await {
        Ok(()) => Ok(Transport::new(Reading { incoming, _socket: socket.clone() }, Writing { socket: Some(socket) })),
        Err(_) => Err(ConnectError::Browser {
            address: format!("{}:{}", bracketed(url.host()), url.port()),
            offline: is_offline(),
        }),
    }
}

fn listen(
    url: &Url,
    limit: Option<usize>,
) -> Result<(Shared, oneshot::Receiver<()>, mpsc::UnboundedReceiver<Arrived>), JsValue> {
    let socket = WebSocket::new(&url.to_string())?;
    SOCKETS.with_borrow_mut(|sockets| sockets.push(socket.clone()));
    socket.set_binary_type(BinaryType::Arraybuffer);
    let (tell, is_open) = oneshot::channel();
    let (arrive, incoming) = mpsc::unbounded_channel();
    // Both are dropped when the connection ends.
    let ends = Rc::new(RefCell::new((Some(tell), Some(arrive.clone()))));
    let on_open = Rc::clone(&ends);
    let opened = Closure::<dyn FnMut()>::new(move || {
        if let Some(tell) = on_open.borrow_mut().0.take() {
            tell.send(()).ok();
        }
    });
    let arrive = arrive.downgrade();
    let arrived = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let (Some(arrive), Some(message)) = (arrive.upgrade(), message(&event.data(), limit)) {
            at_once(|| arrive.send(message.map(|text| Incoming::Text(Text::from(text)))).ok());
        }
    });
    let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
        let (_, arrive) = std::mem::take(&mut *ends.borrow_mut());
        if let Some(arrive) = arrive.filter(|_| event.code() != ABNORMAL) {
            arrive.send(Ok(Incoming::Close(CloseCode(event.code()), event.reason()))).ok();
        }
    });
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(arrived.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    let socket = Socket { socket, _opened: opened, _arrived: arrived, _closed: closed };
    Ok((SendWrapper::new(Rc::new(socket)), is_open, incoming))
}

/// The text of a message. Engines send text; if one sends bytes, they are text as well.
fn message(data: &JsValue, limit: Option<usize>) -> Option<Result<String, TransportError>> {
    let limit = limit.unwrap_or(usize::MAX);
    let too_long = |length: usize| Err(format!("a message has {length} bytes, more than `max_message_size`").into());
    let text = if let Some(text) = data.dyn_ref::<JsString>() {
        // A text has at least as many bytes as a string has units.
        let units = text.length() as usize;
        if units > limit {
            return Some(too_long(units));
        }
        string(text)
    } else {
        let bytes = Uint8Array::new(data.dyn_ref::<ArrayBuffer>()?).to_vec();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Some(if text.len() > limit { too_long(text.len()) } else { Ok(text) })
}

struct Reading {
    incoming: mpsc::UnboundedReceiver<Arrived>,
    _socket: Shared,
}

impl Stream for Reading {
    type Item = Arrived;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(cx)
    }
}

struct Writing {
    socket: Option<Shared>,
}

/// The browser queues everything.
impl Sink<Outgoing> for Writing {
    type Error = TransportError;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, outgoing: Outgoing) -> Result<(), TransportError> {
        let Some(shared) = &self.socket else { return Err("the connection is closed".into()) };
        let sent = match outgoing {
            Outgoing::Text(text) => shared.socket.send_with_str(&text),
            // A page may not send any other code.
            Outgoing::Close(CloseCode(code @ (1000 | 3000..5000)), reason) => {
                shared.socket.close_with_code_and_reason(code, &reason)
            }
            Outgoing::Close(..) => shared.socket.close(),
        };
        sent.map_err(|error| format!("the browser does not send: {error:?}").into())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if let Some(shared) = self.socket.take() {
            shared.socket.close().ok();
        }
        Poll::Ready(Ok(()))
    }
}
