//! Long calls, followed while they run.

use std::future::IntoFuture;
use std::pin::Pin;

use futures_util::{StreamExt, stream};
use qix_schema::types::{ErrorData, ProgressData};
use qix_schema::{Call, Error};
use tokio::sync::mpsc;

use super::streams::named_stream;
use crate::config::ProgressListener;
pub use crate::protocol::progress_code::ProgressCode;
pub use crate::session::LongRunning;

/// A step of a long call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Progress<T> {
    /// What is new: messages since the last step in
    /// [`persistent_progress`](ProgressData::persistent_progress), errors in
    /// [`error_data`](ProgressData::error_data), each once.
    Update(Box<ProgressData>),
    /// The call has ended, with its result. Always the last step; an error takes its place.
    Finished(T),
}

/// Long calls can be followed while they run.
pub trait CallExt<'a>: sealed::Sealed {
    /// The request of the call.
    type Request: LongRunning;

    /// The progress of the call while it runs, with its result as the last item. Nothing is sent before the stream is
    /// polled; dropping it cancels the call.
    ///
    /// The engine is asked by [`GetProgress`](https://qlik.dev/apis/json-rpc/qix/global/#getprogress) every 300 ms, or
    /// as [`progress_interval`](crate::SessionBuilder::progress_interval) says, and once more after the result, so that
    /// nothing is missed and nothing is left for the next call; what an earlier call has left is dropped. That last
    /// question does not count toward the call's time-out. If the engine waits for an interaction, it is told to go on.
    /// Errors of a script have their positions if
    /// [`configure_reload`](qix_schema::GlobalApi::configure_reload) asked for error data.
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
        followed(self.with_extension(ProgressListener(listener)).into_future(), updates)
    }
}

named_stream! {
    /// The progress of a long call, and its result as the last item: see [`CallExt::progress`].
    ProgressStream<'a T> of Result<Progress<T>, Error>, 'a
}

impl<T> ProgressStream<'_, T> {
    /// Waits for the result, with a function that gets each update.
    ///
    /// # Errors
    ///
    /// The error that the call ends with.
    pub async fn finish(mut self, mut update: impl FnMut(ProgressData)) -> Result<T, Error> {
        loop {
            match self.next().await {
                Some(Ok(Progress::Update(data))) => update(*data),
                Some(Ok(Progress::Finished(result))) => return Ok(result),
                Some(Err(error)) => return Err(error),
                // Only a stream that was read to its end has no result.
                None => return Err(qix_schema::ErrorKind::NoResult.into()),
            }
        }
    }
}

/// A call under way.
type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A call that is followed.
struct Followed<'a, T> {
    call: Option<Running<'a, T>>,
    updates: mpsc::UnboundedReceiver<ProgressData>,
    errors: Vec<ErrorData>,
    outcome: Option<Result<T, Error>>,
}

/// A call under way, and the updates about it, as one stream.
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
        // What came with the result comes before it.
        match self.updates.try_recv() {
            Ok(update) => Some(Ok(self.update(update))),
            Err(_) => self.outcome.take().map(|outcome| outcome.map(Progress::Finished)),
        }
    }

    /// The engine lists all errors each time.
    fn update(&mut self, mut update: ProgressData) -> Progress<T> {
        update.error_data.retain(|error| !self.errors.contains(error));
        self.errors.extend_from_slice(&update.error_data);
        Progress::Update(Box::new(update))
    }
}
