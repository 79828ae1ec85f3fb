//! The address of an engine, and the credentials for it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::ticket::Spent;
use super::{Access, Address, ConnectError, Transport, TransportError};
use crate::platform;

/// Timeout for connecting; loading an app into memory can keep an engine busy for 20 seconds.
const CONNECT: Duration = Duration::from_secs(60);

/// Returns a fresh token.
pub(crate) type TokenSource =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, TransportError>> + Send>> + Send + Sync>;

/// Everything needed to connect and to reconnect.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    pub(crate) token: Option<TokenSource>,
    pub(crate) tickets: Option<TokenSource>,
    pub(crate) spent_tickets: Spent,
    /// What only this platform has.
    pub(crate) access: Access,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_message_size: Option<usize>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            address: Address::default(),
            token: None,
            tickets: None,
            spent_tickets: Spent::default(),
            access: Access::default(),
            connect_timeout: CONNECT,
            max_message_size: None,
        }
    }
}

impl Endpoint {
    /// Connects, with fresh credentials.
    pub(crate) async fn connect(&self) -> Result<Transport, ConnectError> {
        let limit = self.connect_timeout;
        let connecting = platform::timeout(limit, self.open());
        connecting.await.map_err(|_| ConnectError::TimedOut(limit))?
    }
}

impl fmt::Debug for Endpoint {
    /// Omits the query, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("address", &self.address).field("access", &self.access).finish_non_exhaustive()
    }
}
