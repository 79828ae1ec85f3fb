//! Opening a connection: with the login of an earlier one, or with a new login.

use std::sync::atomic::Ordering;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::websocket;
use crate::connect::ticket::Tickets;
use crate::connect::url::Url;
use crate::connect::{ConnectError, Endpoint, Transport};

impl Endpoint {
    pub(in crate::connect) async fn open(&self) -> Result<Transport, ConnectError> {
        let login = &self.access.login;
        let mut url = self.address.url(self.access.direct())?;
        let tickets = Tickets::of(&mut url, self.tickets.as_ref());
        let _turn = match login.without_cookies.load(Ordering::Relaxed) || login.cookies.has_session(&url) {
            false => Some(login.first.lock().await),
            true => None,
        };
        if login.cookies.has_session(&url) {
            match self.attempt(&url, None).await {
                // The server has ended the session, and the cookie with it.
                Err(ConnectError::HttpStatus { status: 300..=399 | 401, .. }) => login.cookies.forget_session(&url),
                outcome => return outcome.map(|transport| Transport { by_cookie: true, ..transport }),
            }
        }
        self.attempt(&url, Some(tickets)).await
    }

    /// Drops the cookies of a session that the server no longer has.
    pub(crate) fn forget_session(&self) -> Result<(), ConnectError> {
        self.access.login.cookies.forget_session(&self.address.url(self.access.direct())?);
        Ok(())
    }

    /// Connects once: with a login, or only with the cookies of earlier connections.
    async fn attempt(&self, url: &Url, log_in: Option<Tickets<'_>>) -> Result<Transport, ConnectError> {
        let headers = self.headers(url, log_in.is_some()).await?;
        let socket = self.access.socket(url).await?;
        let mut address = url.clone();
        if let Some(tickets) = log_in {
            tickets.spend(&mut address, &self.spent_tickets).await?;
        }
        let (transport, answer) = websocket::upgrade(socket, &address, &headers, self.max_message_size).await?;
        let login = &self.access.login;
        login.cookies.keep(url, &answer);
        login.without_cookies.store(!login.cookies.has_session(url), Ordering::Relaxed);
        Ok(transport)
    }

    pub(crate) async fn headers(&self, url: &Url, log_in: bool) -> Result<HeaderMap, ConnectError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.access.headers {
            let key = name.parse::<HeaderName>().map_err(|_| ConnectError::Header { name: name.clone() })?;
            // A token is a login, however the program gives it.
            if !log_in && key == AUTHORIZATION {
                continue;
            }
            headers.append(key, secret(name, value)?);
        }
        if let Some(cookies) = self.access.login.cookies.header(url, &self.access.cookies) {
            headers.insert(COOKIE, secret("Cookie", &cookies)?);
        }
        if !log_in {
            return Ok(headers);
        }
        #[cfg(feature = "oauth")]
        if self.access.oauth.is_some() && self.token.is_some() {
            return Err(ConnectError::Contradiction { first: "oauth", second: "bearer" });
        }
        #[cfg(feature = "oauth")]
        if let Some(client) = &self.access.oauth {
            let token = client.token(url, &self.access).await.map_err(ConnectError::Token)?;
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {token}"))?);
        }
        if let Some(source) = &self.token {
            let token = source().await.map_err(ConnectError::Token)?;
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {token}"))?);
        }
        Ok(headers)
    }
}

fn secret(name: &str, value: &str) -> Result<HeaderValue, ConnectError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| ConnectError::Header { name: name.to_owned() })?;
    value.set_sensitive(true);
    Ok(value)
}
