//! Selection mode.

use qix_schema::rpc::{self, Remote};
use qix_schema::{AsRemote, Error, GenericObject, GenericObjectApi, generic_object};

/// Starts selection mode for the definitions at the given paths.
pub(crate) async fn begin(object: &GenericObject, paths: Vec<String>) -> Result<ModalSelections, Error> {
    // If the future is dropped, the engine may have started selection mode anyway.
    let mut modal = ModalSelections { object: object.clone(), over: false };
    match object.begin_selections(paths).await {
        Ok(()) => Ok(modal),
        Err(error) => {
            // An error means that it has not started; without a response, the state is unknown.
            modal.over = error.engine().is_some();
            Err(error)
        }
    }
}

/// Selection mode of an object. Accept or abort it; dropping it aborts it. Dereferences to the object.
#[derive(Debug)]
#[must_use = "the selections are aborted when this is dropped"]
pub struct ModalSelections {
    object: GenericObject,
    over: bool,
}

impl ModalSelections {
    /// The object in selection mode.
    pub fn object(&self) -> &GenericObject {
        &self.object
    }

    /// Ends selection mode and keeps the selections.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call. The selections are then aborted, unless the engine has accepted them.
    pub async fn accept(self) -> Result<(), Error> {
        self.end(true).await
    }

    /// Ends selection mode and undoes the selections.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call.
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
