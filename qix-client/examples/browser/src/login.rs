//! Access tokens of Qlik Cloud for pages, which cannot keep a client secret.
//!
//! Requests as `@qlik/api` 2.19.0 makes them; see [OAuth clients](https://qlik.dev/authenticate/oauth/).

use std::error::Error;

use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

type Problem = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// A token for anybody who sees the page.
pub(crate) async fn anonymous(origin: String, client: String, code: String) -> Result<String, Problem> {
    let body = serde_json::json!({
        "grant_type": "urn:qlik:oauth:anonymous-embed",
        "client_id": client,
        "eac": code,
    });
    token(&format!("{origin}/oauth/token/anonymous-embed"), body).await
}

/// A token for a user who has signed in at `/oauth/authorize`, for the code that the user came back with, as in
/// [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636#section-4.5).
pub(crate) async fn exchange(
    origin: &str,
    client: &str,
    redirect: &str,
    code: &str,
    verifier: &str,
) -> Result<String, Problem> {
    let body = serde_json::json!({
        "grant_type": "authorization_code",
        "client_id": client,
        "redirect_uri": redirect,
        "code": code,
        "code_verifier": verifier,
    });
    token(&format!("{origin}/oauth/token"), body).await
}

async fn token(url: &str, body: serde_json::Value) -> Result<String, Problem> {
    let answer = post(url, &body.to_string()).await.map_err(|error| format!("{url}: {error:?}"))?;
    Ok(serde_json::from_str::<Token>(&answer).map_err(|error| format!("{url} returns no token: {error}"))?.access_token)
}

async fn post(url: &str, body: &str) -> Result<String, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body.into());
    let window = web_sys::window().ok_or("there is no window")?;
    let answer: Response = JsFuture::from(window.fetch_with_str_and_init(url, &request)).await?.dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}
