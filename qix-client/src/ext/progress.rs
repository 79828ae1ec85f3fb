//! Progress of long-running calls.

use std::future::IntoFuture;

use futures_util::{StreamExt, stream};
use qix_schema::types::{ErrorData, ProgressData};
use qix_schema::{Call, Error};
use tokio::sync::mpsc;

use super::pending::Running;
use super::streams::named_stream;
pub use crate::protocol::progress_code::ProgressCode;
pub use crate::session::LongRunning;
use crate::session::ProgressListener;

/// An item of a progress stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Progress<T> {
    /// New information: messages since the last item in
    /// [`persistent_progress`](ProgressData::persistent_progress), and errors in
    /// [`error_data`](ProgressData::error_data), each once.
    Update(Box<ProgressData>),
    /// The call has ended, with its result. Always the last item, unless there is an error.
    Finished(T),
}

/// Progress of long-running calls.
pub trait CallExt<'a>: sealed::Sealed {
    /// The request of the call.
    type Request: LongRunning;

    /// Returns the progress of the call, with its result as the last item. Nothing is sent until the stream is polled;
    /// dropping it cancels the call.
    ///
    /// The client polls [`GetProgress`](https://qlik.dev/apis/json-rpc/qix/global/#getprogress) every 300 ms (see
    /// [`progress_interval`](crate::SessionBuilder::progress_interval)), and once more after the result, so that no
    /// message is missed or left for the next call; messages left by an earlier call are dropped. The last poll does
    /// not count toward the timeout. If the engine waits for an interaction, the client tells it to continue. Script
    /// errors have positions if [`configure_reload`](qix_schema::GlobalApi::configure_reload) enabled error data.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use qix_client::{Error, prelude::*};
    ///
    /// # async fn f(doc: Doc) -> Result<(), Error> {
    /// let done = doc.do_reload().progress().finish(|update| print!("{}", update.persistent_progress)).await?;
    /// println!("reloaded: {done}");
    ///
    /// let mut reload = doc.do_reload().progress(); // or step by step
    /// while let Some(step) = reload.try_next().await? {
    ///     println!("{step:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn progress(self) -> ProgressStream<'a, <Self::Request as qix_schema::rpc::Request>::Response>;
}

mod sealed {
    pub trait Sealed {}
    impl<R: super::LongRunning> Sealed for qix_schema::Call<'_, R> {}
}

impl<'a, R: LongRunning + 'a> CallExt<'a> for Call<'a, R> {
    type Request = R;

    fn progress(self) -> ProgressStream<'a, R::Response> {
        let (listener, updates) = mpsc::unbounded_channel();
        followed(self.with_extension(ProgressListener::new(listener)).into_future(), updates)
    }
}

named_stream! {
    /// Progress of a long-running call, with its result as the last item; see [`CallExt::progress`].
    ProgressStream<'a T> of Result<Progress<T>, Error>, 'a
}

impl<T> ProgressStream<'_, T> {
    /// Waits for the result, and passes each update to a function.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call.
    pub async fn finish(mut self, mut update: impl FnMut(ProgressData)) -> Result<T, Error> {
        loop {
            match self.next().await {
                Some(Ok(Progress::Update(data))) => update(*data),
                Some(Ok(Progress::Finished(result))) => return Ok(result),
                Some(Err(error)) => return Err(error),
                // There is no result only if the stream was already read to its end.
                None => return Err(qix_schema::ErrorKind::NoResult.into()),
            }
        }
    }
}

/// A call with progress.
struct Followed<'a, T> {
    call: Option<Running<'a, T>>,
    updates: mpsc::UnboundedReceiver<ProgressData>,
    errors: Vec<ErrorData>,
    outcome: Option<Result<T, Error>>,
}

/// A call and its progress updates as one stream.
pub(crate) fn followed<'a, T: Send + 'a>(
    call: Running<'a, T>,
    updates: mpsc::UnboundedReceiver<ProgressData>,
) -> ProgressStream<'a, T> {
    let followed = Followed { call: Some(call), updates, errors: Vec::new(), outcome: None };
    ProgressStream::new(stream::unfold(followed, async |mut followed| Some((followed.next().await?, followed))))
}

impl<T> Followed<'_, T> {
    async fn next(&mut self) -> Option<Result<Progress<T>, Error>> {
        if let Some(call) = &mut self.call {
            tokio::select! {
                biased;
                Some(update) = self.updates.recv() => return Some(Ok(self.update(update))),
                outcome = call => {
                    self.call = None;
                    self.outcome = Some(outcome);
                }
            }
        }
        // Updates that arrived with the result come before it.
        match self.updates.try_recv() {
            Ok(update) => Some(Ok(self.update(update))),
            Err(_) => self.outcome.take().map(|outcome| outcome.map(Progress::Finished)),
        }
    }

    /// Removes errors that have been returned before, because the engine may repeat them.
    fn update(&mut self, mut update: ProgressData) -> Progress<T> {
        update.error_data.retain(|error| !self.errors.contains(error));
        self.errors.extend_from_slice(&update.error_data);
        Progress::Update(Box::new(update))
    }
}
