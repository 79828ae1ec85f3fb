//! Sending requests.

use std::future::Future;
use std::pin::Pin;

use super::{Answer, CallOptions, Effect, Method, RawAnswer, RawCall, Remote, Request};
use crate::{Error, ErrorKind};

/// Encodes a request, sends it to an object, and decodes the response. Awaiting a [`Call`](super::Call) does this.
///
/// # Errors
///
/// Returns the errors of [`Remote::invoke`] and [`Request::read`], with the method and the object.
pub async fn send<R: Request>(remote: &dyn Remote, request: R, options: CallOptions) -> Result<R::Response, Error> {
    let params = serde_json::to_string(&request);
    drop(request);
    exchange(remote, const { &R::METHOD }, params, options, R::read).await
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
    exchange(remote, const { &R::METHOD }, params, options, read).await
}

/// The future of a [`Call`](super::Call). It depends on the type of the response only, so that methods share its code.
#[doc(hidden)]
pub fn boxed<'a, R: Request + 'a>(
    remote: &'a dyn Remote,
    request: &R,
    options: CallOptions,
) -> Pin<Box<dyn Future<Output = Result<R::Response, Error>> + Send + 'a>> {
    let read: fn(Answer<'_>) -> Result<R::Response, Error> = R::read;
    Box::pin(exchange(remote, const { &R::METHOD }, serde_json::to_string(request), options, read))
}

/// Sends encoded parameters, and decodes the response.
async fn exchange<T>(
    remote: &dyn Remote,
    method: &'static Method,
    params: Result<String, serde_json::Error>,
    options: CallOptions,
    read: impl Fn(Answer<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut answered = invoke(remote, method, params, options).await?;
    loop {
        match read(Answer::new(answered.raw.as_str(), *method, answered.raw.remote().unwrap_or(remote))) {
            Ok(value) => return Ok(value),
            Err(error) => answered = answered.after(error, remote, method)?,
        }
    }
}

/// A response, and the parameters that an error contains.
struct Answered {
    raw: RawAnswer,
    sought: Option<String>,
}

async fn invoke(
    remote: &dyn Remote,
    method: &'static Method,
    params: Result<String, serde_json::Error>,
    options: CallOptions,
) -> Result<Answered, Error> {
    let in_call = |error: Error| error.of_call(*method, remote.handle());
    let params = params.map_err(|error| in_call(ErrorKind::Encode(error).into()))?;
    let sought = sought(*method, &params);
    match remote.invoke(RawCall { method: *method, params, options }).await {
        Ok(raw) => Ok(Answered { raw, sought }),
        Err(error) => Err(in_call(error).about(sought)),
    }
}

impl Answered {
    /// What follows a response that is not decoded: another attempt, or the error.
    fn after(mut self, error: Error, remote: &dyn Remote, method: &Method) -> Result<Self, Error> {
        if matches!(error.kind(), ErrorKind::Decode(_)) && self.raw.search() {
            return Ok(self);
        }
        Err(error.of_call(*method, remote.handle()).about(self.sought))
    }
}

/// Like [`send`], but does not decode the response; see [`read_raw`].
#[doc(hidden)]
pub async fn send_raw<R: Request>(remote: &dyn Remote, request: R, options: CallOptions) -> Result<RawAnswer, Error> {
    let params = serde_json::to_string(&request);
    drop(request);
    invoke(remote, const { &R::METHOD }, params, options).await.map(|answered| answered.raw)
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
