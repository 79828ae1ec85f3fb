//! Opening a connection: credentials are in the query, because a page cannot set headers.

use std::sync::atomic::Ordering;

use super::websocket;
use crate::connect::ticket::Tickets;
use crate::connect::url::Url;
use crate::connect::{ConnectError, Endpoint, Transport};

/// The query parameter with a token of Qlik Cloud.
const TOKEN: &str = "accessToken";

impl Endpoint {
    pub(in crate::connect) async fn open(&self) -> Result<Transport, ConnectError> {
        let mut url = self.address.url(false)?;
        let tickets = Tickets::of(&mut url, self.tickets.as_ref());
        if let Some(source) = &self.token {
            url.add_query(TOKEN, &source().await.map_err(ConnectError::Token)?);
        }
        let has_session = &self.access.has_session;
        if has_session.load(Ordering::Relaxed) {
            let opened = websocket::open(&url, self.max_message_size).await;
            // A rejected cookie and a missing server look the same; only a source has another ticket.
            return match opened {
                Err(ConnectError::Browser { offline: false, .. }) if matches!(tickets, Tickets::Source(_)) => {
                    self.log_in(url, &tickets).await
                }
                opened => opened.map(|transport| Transport { by_cookie: true, ..transport }),
            };
        }
        self.log_in(url, &tickets).await
    }

    async fn log_in(&self, mut url: Url, tickets: &Tickets<'_>) -> Result<Transport, ConnectError> {
        tickets.spend(&mut url, &self.spent_tickets).await?;
        let transport = websocket::open(&url, self.max_message_size).await?;
        self.access.has_session.store(!matches!(tickets, Tickets::None), Ordering::Relaxed);
        Ok(transport)
    }

    /// Uses another ticket for the next connection.
    pub(crate) fn forget_session(&self) -> Result<(), ConnectError> {
        self.access.has_session.store(false, Ordering::Relaxed);
        Ok(())
    }
}
