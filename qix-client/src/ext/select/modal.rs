//! Selections that wait for a yes or a no.

use std::ops::Deref;

use qix_schema::{AsRemote, Error, GenericObject, GenericObjectApi, generic_object, rpc};

/// Objects that can be selected in for a while, to be accepted or aborted at the end.
pub trait SelectModally {
    /// Begins to select in the definitions at some paths, such as `/qListObjectDef` or `/qHyperCubeDef`. Until the end
    /// nothing can be selected anywhere else in the session, which then fails with 6003.
    ///
    /// See [`BeginSelections`](https://qlik.dev/apis/json-rpc/qix/genericobject/#beginselections) for what the engine
    /// does.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let regions = doc.create_session_object(ListObjectDef::field("Region").into()).await?;
    /// let modal = regions.begin_modal(["/qListObjectDef"]).await?;
    /// modal.select(["North"]).await?;
    /// modal.accept().await?;
    ///
    /// let modal = regions.begin_modal(["/qListObjectDef"]).await?;
    /// modal.select(["West"]).await?;
    /// drop(modal); // or modal.abort().await?
    /// assert_eq!(doc.current_selections().await?[0].selected, "North");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The engine's, such as 6003 if another object is being selected in.
    fn begin_modal<P: Into<String> + Send>(
        &self,
        paths: impl IntoIterator<Item = P> + Send,
    ) -> impl Future<Output = Result<ModalSelections, Error>> + Send;
}

impl SelectModally for GenericObject {
    async fn begin_modal<P: Into<String> + Send>(
        &self,
        paths: impl IntoIterator<Item = P> + Send,
    ) -> Result<ModalSelections, Error> {
        let paths = paths.into_iter().map(Into::into).collect();
        // Who gives up meanwhile may be too late to stop the engine.
        let mut modal = ModalSelections { object: self.clone(), over: false };
        match self.begin_selections(paths).await {
            Ok(()) => Ok(modal),
            Err(error) => {
                // An answer that is an error has begun nothing; without an answer nobody knows.
                modal.over = error.engine().is_some();
                Err(error)
            }
        }
    }
}

/// Selections in an object that are to be accepted or aborted; dropped, they are aborted. It can be used as the object.
#[derive(Debug)]
#[must_use = "the selections are aborted when this is dropped"]
pub struct ModalSelections {
    object: GenericObject,
    over: bool,
}

impl ModalSelections {
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

impl Deref for ModalSelections {
    type Target = GenericObject;

    fn deref(&self) -> &GenericObject {
        &self.object
    }
}

impl Drop for ModalSelections {
    fn drop(&mut self) {
        if !self.over {
            rpc::order(self.object.remote(), &generic_object::EndSelections::new(false));
        }
    }
}
