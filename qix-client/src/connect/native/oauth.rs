//! Tokens with OAuth client credentials (machine to machine).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::access::Access;
use crate::connect::TransportError;
use crate::connect::url::Url;

/// A token is no longer used this long before it expires.
const MARGIN: Duration = Duration::from_secs(60);

/// A registered client of a tenant, with its current token.
#[derive(Clone)]
pub(crate) struct Client {
    id: String,
    secret: String,
    token: Arc<Mutex<Option<Token>>>,
}

struct Token {
    text: String,
    expires: Instant,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

impl Client {
    pub(crate) fn new(id: String, secret: String) -> Self {
        Self { id, secret, token: Arc::default() }
    }

    /// Returns a valid token from the host of a URL.
    pub(crate) async fn token(&self, url: &Url, access: &Access) -> Result<String, TransportError> {
        // Concurrent callers wait for the same token.
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| Instant::now() + MARGIN < token.expires) {
            return Ok(token.text.clone());
        }
        let asked = Instant::now();
        let answer = self.fetch(url, access).await?;
        let expires = asked + Duration::from_secs(answer.expires_in);
        Ok(token.insert(Token { text: answer.access_token, expires }).text.clone())
    }

    async fn fetch(&self, url: &Url, access: &Access) -> Result<TokenResponse, TransportError> {
        let socket = access.socket(url).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        // Ends with the response.
        tokio::spawn(connection);
        let body = serde_json::json!({
            "grant_type": "client_credentials",
            "client_id": self.id,
            "client_secret": self.secret,
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/token")
            .header(HOST, url.authority())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::<Bytes>::from(body.to_string()))?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("the tenant answers with status {status}; check the client's id and secret").into());
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}
