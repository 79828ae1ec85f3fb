//! Tickets of a proxy, each good for one connection.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::ConnectError;
use super::endpoint::TokenSource;
use super::url::Url;

/// The parameter of an address that holds a ticket.
const KEY: &str = "qlikTicket";

/// Tickets that have been sent; clones share them, as a second use of a ticket is a failed login.
#[derive(Clone, Default)]
pub(crate) struct Spent(Arc<Mutex<HashSet<String>>>);

/// Where the ticket for a connection comes from.
pub(super) enum Tickets<'a> {
    /// There are no tickets.
    None,
    /// The address has one.
    One(String),
    Source(&'a TokenSource),
}

impl<'a> Tickets<'a> {
    /// Takes the ticket out of an address, which is then good for any number of connections.
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

    /// Adds a ticket to the address of one connection, if there are tickets.
    pub(super) async fn spend(&self, url: &mut Url, spent: &Spent) -> Result<(), ConnectError> {
        let ticket = match self {
            Self::None => return Ok(()),
            Self::One(ticket) => ticket.clone(),
            Self::Source(source) => source().await.map_err(ConnectError::Token)?,
        };
        url.add_query(KEY, &ticket);
        let fresh = spent.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket);
        if fresh { Ok(()) } else { Err(ConnectError::TicketUsed) }
    }
}
