//! The deadline of a session.

use std::sync::Weak;

use crate::connect::ConnectError;
use crate::platform::{Instant, sleep_until, timeout_at};
use crate::session::core::Shared;

/// Connects before a deadline.
pub(super) async fn within<T>(
    deadline: Option<Instant>,
    connecting: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    let Some(deadline) = deadline else { return connecting.await };
    let limit = deadline - Instant::now();
    timeout_at(deadline, connecting).await.map_err(|_| ConnectError::TimedOut(limit))?
}

/// Ends a session at its deadline, if it is still in use then.
pub(super) async fn keep(shared: Weak<Shared>, deadline: Instant) {
    let Some(mut phase) = shared.upgrade().map(|shared| shared.phase()) else { return };
    tokio::select! {
        () = sleep_until(deadline) => {}
        // It has ended, or is no longer in use.
        _ = phase.wait_for(|phase| phase.is_over()) => return,
    }
    if let Some(shared) = shared.upgrade() {
        shared.expire().await;
    }
}
