//! Objects that may not exist.

use qix_schema::Error;

/// Turns the error that the engine has no such object into `None`.
///
/// ```
/// use qix_client::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = qix_test_engine::TestEngine::start().await?;
/// # let session = Session::connect(engine.url()).await?;
/// # let doc = session.open_doc("sales").await?;
/// assert!(doc.get_field("Year").await.optional()?.is_some());
/// assert!(doc.get_field("Yaer").await.optional()?.is_none());
/// # Ok(())
/// # }
/// ```
pub trait OptionalExt<T>: sealed::Outcome {
    /// Returns `None` if the object does not exist ([`Error::is_not_found`]).
    ///
    /// # Errors
    ///
    /// Returns all other errors.
    fn optional(self) -> Result<Option<T>, Error>;
}

impl<T> OptionalExt<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

mod sealed {
    pub trait Outcome {}
    impl<T> Outcome for Result<T, super::Error> {}
}
