//! Sending requests.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{Answer, CallOptions, Effect, Method, RawAnswer, RawCall, Remote, Request};
use crate::{Error, ErrorKind};

/// Encodes a request, sends it to an object, and decodes the response. Awaiting a [`Call`](super::Call) does this.
///
/// # Errors
///
/// Returns the errors of [`Remote::invoke`] and [`Request::read`], with the method and the object.
pub async fn send<R: Request>(remote: &dyn Remote, request: R, options: CallOptions) -> Result<R::Response, Error> {
    send_with(remote, request, options, R::read).await
}

/// Like [`send`], but decodes the response with a custom function.
///
/// # Errors
///
/// Returns the errors of [`Remote::invoke`] and of the function, with the method and the object.
pub async fn send_with<R: Request, T>(
    remote: &dyn Remote,
    request: R,
    options: CallOptions,
    read: impl Fn(Answer<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let params = serde_json::to_string(&request);
    drop(request);
    let mut invoked = Invoked::new(remote, const { &R::METHOD }, params, options);
    let raw = (&mut invoked).await?;
    invoked.decode(raw, read)
}

/// The future of a [`Call`](super::Call). It depends on the type of the response only, so that methods share its code.
#[doc(hidden)]
pub fn boxed<'a, R: Request + 'a>(
    remote: &'a dyn Remote,
    request: &R,
    options: CallOptions,
) -> Pin<Box<dyn Future<Output = Result<R::Response, Error>> + Send + 'a>> {
    let invoked = Invoked::new(remote, const { &R::METHOD }, serde_json::to_string(request), options);
    Box::pin(Exchange { invoked, read: R::read })
}

/// A call, and how its response is decoded. Hand-written, because blocks of up to 120
/// bytes are allocated and freed faster.
struct Exchange<'a, T> {
    invoked: Invoked<'a>,
    read: fn(Answer<'_>) -> Result<T, Error>,
}

impl<T> Future for Exchange<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let raw = ready!(Pin::new(&mut self.invoked).poll(cx))?;
        let read = self.read;
        Poll::Ready(self.invoked.decode(raw, read))
    }
}

/// A call whose response is not decoded.
struct Invoked<'a> {
    remote: &'a dyn Remote,
    method: &'static Method,
    /// The parameters that an error contains.
    sought: Option<String>,
    state: State<'a>,
}

enum State<'a> {
    Pending(Pin<Box<dyn Future<Output = Result<RawAnswer, Error>> + Send + 'a>>),
    Failed(Error),
    Over,
}

impl<'a> Invoked<'a> {
    fn new(
        remote: &'a dyn Remote,
        method: &'static Method,
        params: Result<String, serde_json::Error>,
        options: CallOptions,
    ) -> Self {
        let (sought, state) = match params {
            Ok(params) => {
                let sought = sought(*method, &params);
                (sought, State::Pending(remote.invoke(RawCall { method: *method, params, options })))
            }
            Err(error) => (None, State::Failed(ErrorKind::Encode(error).into())),
        };
        Self { remote, method, sought, state }
    }

    /// Decodes the response, where it is usually found, or where a slower search finds it.
    fn decode<T>(&mut self, mut raw: RawAnswer, read: impl Fn(Answer<'_>) -> Result<T, Error>) -> Result<T, Error> {
        loop {
            match read(Answer::new(raw.as_str(), *self.method, raw.remote().unwrap_or(self.remote))) {
                Ok(value) => return Ok(value),
                Err(error) if matches!(error.kind(), ErrorKind::Decode(_)) && raw.search() => {}
                Err(error) => return Err(self.error(error)),
            }
        }
    }

    fn error(&mut self, error: Error) -> Error {
        error.of_call(*self.method, self.remote.handle()).about(self.sought.take())
    }
}

impl Future for Invoked<'_> {
    type Output = Result<RawAnswer, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.state {
            State::Pending(invoked) => ready!(invoked.as_mut().poll(cx)),
            _ => match std::mem::replace(&mut self.state, State::Over) {
                State::Failed(error) => Err(error),
                _ => panic!("a call is polled after its end"),
            },
        };
        // Its memory is not needed for decoding.
        self.state = State::Over;
        Poll::Ready(outcome.map_err(|error| self.error(error)))
    }
}

/// Like [`send`], but does not decode the response; see [`read_raw`].
#[doc(hidden)]
pub async fn send_raw<R: Request>(remote: &dyn Remote, request: R, options: CallOptions) -> Result<RawAnswer, Error> {
    let params = serde_json::to_string(&request);
    drop(request);
    Invoked::new(remote, const { &R::METHOD }, params, options).await
}

/// Decodes a response of an object with a custom function. If the text of its result is not a value, the function is
/// called again with the right text.
#[doc(hidden)]
pub fn read_raw<R: Request, T>(
    remote: &dyn Remote,
    answer: &mut RawAnswer,
    mut read: impl FnMut(Answer<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    loop {
        match read(Answer::new(answer.as_str(), R::METHOD, answer.remote().unwrap_or(remote))) {
            Err(error) if matches!(error.kind(), ErrorKind::Decode(_)) && answer.search() => {}
            outcome => return outcome.map_err(|error| error.of_call(R::METHOD, remote.handle())),
        }
    }
}

/// Maximum length of parameters in an error.
const SHOWN: usize = 200;

/// The parameters of a method that looks something up, which an error contains.
fn sought(method: Method, params: &str) -> Option<String> {
    let looks_up = method.name.starts_with("Get") && method.effect == Effect::Read;
    (looks_up && (3..SHOWN).contains(&params.len())).then(|| params.to_owned())
}

/// Encodes a request and sends it without waiting for the response; see [`Remote::notify`].
pub fn notify<R: Request>(remote: &dyn Remote, request: &R) {
    // No caller could handle an encoding error.
    if let Ok(params) = serde_json::to_string(request) {
        remote.notify(RawCall { method: R::METHOD, params, options: CallOptions::default() });
    }
}
