//! Tickets of a proxy, each valid for one connection.

use std::sync::{Arc, Mutex, PoisonError};

use super::ConnectError;
use super::endpoint::TokenSource;
use super::url::Url;

/// The query parameter with a ticket.
const KEY: &str = "qlikTicket";

/// Tickets that have been sent; clones share them, because a second use of a ticket is a failed login.
#[derive(Clone, Default)]
pub(crate) struct Spent(Arc<Mutex<Vec<String>>>);

/// The source of the ticket for a connection.
pub(super) enum Tickets<'a> {
    /// There are no tickets.
    None,
    /// The URL contains one.
    One(String),
    Source(&'a TokenSource),
}

impl<'a> Tickets<'a> {
    /// Removes the ticket from a URL, which can then be used for any number of connections.
    pub(super) fn of(url: &mut Url, source: Option<&'a TokenSource>) -> Self {
        let is_ticket = |key: &str| key.eq_ignore_ascii_case(KEY);
        let ticket = url.query().find(|(key, _)| is_ticket(key)).map(|(_, ticket)| ticket);
        url.retain_query(|key| !is_ticket(key));
        match (source, ticket) {
            (Some(source), _) => Self::Source(source),
            (None, Some(ticket)) => Self::One(ticket),
            (None, None) => Self::None,
        }
    }

    /// Adds a ticket to the URL of one connection, if there are tickets.
    pub(super) async fn spend(&self, url: &mut Url, spent: &Spent) -> Result<(), ConnectError> {
        let ticket = match self {
            Self::None => return Ok(()),
            Self::One(ticket) => ticket.clone(),
            Self::Source(source) => source().await.map_err(ConnectError::Token)?,
        };
        url.add_query(KEY, &ticket);
        let mut spent = spent.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.contains(&ticket) {
            return Err(ConnectError::TicketUsed);
        }
        spent.push(ticket);
        Ok(())
    }
}
