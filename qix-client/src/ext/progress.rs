//! Long calls, followed while they run.

use std::pin::Pin;

use futures_util::{Stream, stream};
use qix_schema::Error;
use qix_schema::rpc::Call;
use qix_schema::types::{ErrorData, ProgressData};
use tokio::sync::mpsc;

use crate::config::ProgressListener;
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

/// Calls that can be followed while they run.
pub trait WithProgress<'a>: Sized {
    /// What comes back.
    type Output: Send;

    /// Makes the call, as a stream: what is new about it, and its result as the last item. Nothing is sent before the
    /// stream is polled; dropping it cancels the call.
    ///
    /// The engine is asked by [`GetProgress`](https://qlik.dev/apis/json-rpc/qix/global/#getprogress) every 300 ms, or
    /// as [`progress_interval`](crate::SessionBuilder::progress_interval) says, and once more after the result, so that
    /// nothing is missed and nothing is left for the next call; what an earlier call has left is dropped. That last
    /// question is no part of the call's time. If the engine wants an interaction, it is told to go on.
    /// Errors of a script bring their positions if
    /// [`configure_reload`](qix_schema::GlobalApi::configure_reload) asked for error data. An app that
    /// [`open_doc`](crate::Session::open_doc) finds open brings nothing but itself.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use qix_client::{Progress, prelude::*};
    ///
    /// # async fn f(doc: Doc) -> Result<(), Error> {
    /// let mut reload = std::pin::pin!(doc.do_reload().with_progress());
    /// while let Some(step) = reload.try_next().await? {
    ///     match step {
    ///         Progress::Update(update) => print!("{}", update.persistent_progress),
    ///         Progress::Finished(done) => println!("reloaded: {done}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn with_progress(self) -> impl Stream<Item = Result<Progress<Self::Output>, Error>> + Send + use<'a, Self>;
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

impl<'a, R: LongRunning + 'a> WithProgress<'a> for Call<'a, R> {
    type Output = R::Response;

    fn with_progress(self) -> impl Stream<Item = Result<Progress<R::Response>, Error>> + Send + use<'a, R> {
        let (listener, updates) = mpsc::unbounded_channel();
        followed(self.with_extension(ProgressListener(listener)).into_future(), updates)
    }
}

/// A call under way, and the updates about it, as one stream.
pub(crate) fn followed<'a, T: Send + 'a>(
    call: Running<'a, T>,
    updates: mpsc::UnboundedReceiver<ProgressData>,
) -> impl Stream<Item = Result<Progress<T>, Error>> + Send + use<'a, T> {
    let followed = Followed { call: Some(call), updates, errors: Vec::new(), outcome: None };
    stream::unfold(followed, async |mut followed| Some((followed.next().await?, followed)))
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
