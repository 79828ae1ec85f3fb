//! Errors of the engine as errors of DataFusion.

use std::error::Error;
use std::fmt;
use std::io;

use datafusion::error::DataFusionError;
use qix_client::rpc::Retry;

/// What was done with the engine when it failed, and why.
///
/// Queries return it inside of a [`DataFusionError`]; [`find_root`](DataFusionError::find_root) or a downcast finds it.
#[derive(Debug)]
pub struct QueryError {
    place: String,
    error: qix_client::Error,
}

impl QueryError {
    /// The error of the client.
    pub fn error(&self) -> &qix_client::Error {
        &self.error
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.error)
    }
}

// Its cause is in its text.
impl Error for QueryError {}

/// An error of the client. What can be retried becomes an I/O error, because a cluster retries only those.
pub(crate) fn failed(place: impl fmt::Display, error: qix_client::Error) -> DataFusionError {
    let can_retry = error.retry() != Retry::No;
    let error = QueryError { place: place.to_string(), error };
    if can_retry {
        DataFusionError::IoError(io::Error::other(error))
    } else {
        DataFusionError::External(Box::new(error))
    }
}
