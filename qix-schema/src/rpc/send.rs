//! Sending requests.

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
    let (mut answer, sought) = invoke(remote, request, options).await?;
    read_raw::<R, T>(remote, &mut answer, read).map_err(|error| error.about(sought))
}

/// Like [`send`], but does not decode the response; see [`read_raw`].
#[doc(hidden)]
pub async fn send_raw<R: Request>(remote: &dyn Remote, request: R, options: CallOptions) -> Result<RawAnswer, Error> {
    invoke(remote, request, options).await.map(|(answer, _)| answer)
}

/// Decodes a response of an object with a custom function. If the text of its result is not a value, the function is
/// called again with the right text.
#[doc(hidden)]
pub fn read_raw<R: Request, T>(
    remote: &dyn Remote,
    answer: &mut RawAnswer,
    mut read: impl FnMut(Answer<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut read = |answer: &RawAnswer| {
        read(Answer::new(answer.as_str(), R::METHOD, answer.remote().unwrap_or(remote)))
            .map_err(|error| error.of_call(R::METHOD, remote.handle()))
    };
    let outcome = read(answer);
    match &outcome {
        Err(error) if matches!(error.kind(), ErrorKind::Decode(_)) && answer.search() => read(answer),
        _ => outcome,
    }
}

/// Sends a request; returns the response, and what it looks up.
async fn invoke<R: Request>(
    remote: &dyn Remote,
    request: R,
    options: CallOptions,
) -> Result<(RawAnswer, Option<String>), Error> {
    let in_call = |error: Error| error.of_call(R::METHOD, remote.handle());
    let params = serde_json::to_string(&request).map_err(|error| in_call(ErrorKind::Encode(error).into()))?;
    drop(request);
    let sought = sought(R::METHOD, &params);
    match remote.invoke(RawCall { method: R::METHOD, params, options }).await {
        Ok(answer) => Ok((answer, sought)),
        Err(error) => Err(in_call(error).about(sought)),
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
