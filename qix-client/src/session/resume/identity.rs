//! Whether a session is still the one of before.

use qix_schema::doc;
use qix_schema::rpc::Request;

use super::restore::{Failure, Restorer};
use crate::connect::ConnectError;
use crate::protocol::mark;

/// A session, compared with the one before the connection was lost.
pub(super) enum Identity {
    /// It is the same one.
    Same,
    /// It is a new one, which this connection has created.
    New,
    /// It existed already, and is not the one of before, or cannot be recognized.
    Other { reason: String },
}

impl Restorer<'_> {
    /// Looks for the mark of the session in the app of a session that existed already.
    pub(super) async fn recognize(&self, app: i64) -> Result<Identity, ConnectError> {
        let (mark, depends_on_session) = {
            let journal = self.shared.journal();
            (journal.mark(), journal.depends_on_session())
        };
        let reason = match mark {
            // The program has set nothing that another session would lack.
            None if !depends_on_session => return Ok(Identity::Same),
            None => "the engine did not create the object that identifies the session, which may be another one".into(),
            Some(mark) => match self.ask(app, doc::GetObject::METHOD, &mark::search(&mark), false).await {
                Ok(_) => {
                    self.shared.journal().marked(true);
                    return Ok(Identity::Same);
                }
                Err(Failure::Missing(_)) => "the session is another one, of the same user".to_owned(),
                Err(Failure::Answer(error)) => {
                    format!("the engine did not find the object that identifies the session: {error}")
                }
                Err(Failure::Connection(error)) => return Err(error),
            },
        };
        Ok(Identity::Other { reason })
    }
}
