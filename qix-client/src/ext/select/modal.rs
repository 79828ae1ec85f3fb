//! Selections that wait for a yes or a no.

use qix_schema::rpc::{self, Remote};
use qix_schema::{AsRemote, Error, GenericObject, GenericObjectApi, generic_object};

/// Begins to select in the definitions at some paths.
pub(crate) async fn begin(object: &GenericObject, paths: Vec<String>) -> Result<ModalSelections, Error> {
    // Who gives up meanwhile may be too late to stop the engine.
    let mut modal = ModalSelections { object: object.clone(), over: false };
    match object.begin_selections(paths).await {
        Ok(()) => Ok(modal),
        Err(error) => {
            // An answer that is an error has begun nothing; without an answer nobody knows.
            modal.over = error.engine().is_some();
            Err(error)
        }
    }
}

/// Selections in an object that are to be accepted or aborted; dropped, they are aborted. It has the methods of the object.
#[derive(Debug)]
#[must_use = "the selections are aborted when this is dropped"]
pub struct ModalSelections {
    object: GenericObject,
    over: bool,
}

impl ModalSelections {
    /// The object that is being selected in.
    pub fn object(&self) -> &GenericObject {
        &self.object
    }

    /// Keeps what was selected.
    ///
    /// # Errors
    ///
    /// What the call says; the selections are aborted then, if the engine has not accepted them.
    pub async fn accept(self) -> Result<(), Error> {
        self.end(true).await
    }

    /// Takes back what was selected.
    ///
    /// # Errors
    ///
    /// What the call says.
    pub async fn abort(self) -> Result<(), Error> {
        self.end(false).await
    }

    async fn end(mut self, accept: bool) -> Result<(), Error> {
        self.object.end_selections(accept).await?;
        self.over = true;
        Ok(())
    }
}

impl AsRemote for ModalSelections {
    fn as_remote(&self) -> &dyn Remote {
        self.object.as_remote()
    }
}

impl GenericObjectApi for ModalSelections {}

impl Drop for ModalSelections {
    fn drop(&mut self) {
        if !self.over {
            rpc::notify(self.object.as_remote(), &generic_object::EndSelections::new(false));
        }
    }
}
