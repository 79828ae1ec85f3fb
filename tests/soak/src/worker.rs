//! Workers, which make calls.

use std::sync::Arc;

use fastrand::Rng;
use futures_util::{FutureExt, StreamExt};
use qix_client::{Error, prelude::*};
use tokio::task::yield_now;

use crate::Books;
use crate::judge::Weather;

/// Of 100 random numbers, those from here on suspend the session.
const SUSPENDING: usize = 98;

/// The resources of a worker.
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) session: Session,
    pub(crate) doc: Doc,
    pub(crate) field: Option<Field>,
    /// An object shared by all workers of the session.
    pub(crate) shared: GenericObject,
    pub(crate) measure: String,
    pub(crate) weather: Weather,
    pub(crate) numbers: Rng,
    pub(crate) books: Arc<Books>,
}

/// A hypercube definition with a field, if any.
pub(crate) fn definition(measure: &str, field: Option<&str>) -> GenericObjectProperties {
    let cube = HyperCubeDef::default()
        .with_dimensions(field.map(NxDimension::field))
        .with_measures([NxMeasure::expression(measure)])
        .with_initial_data_fetch([NxPage::of_size(2, 50)]);
    GenericObjectProperties::of_type("soak").with_hyper_cube_def(cube)
}

/// Properties that identify their owner.
pub(crate) trait Named {
    fn named(self, name: &str) -> Self;
}

impl Named for GenericObjectProperties {
    fn named(mut self, name: &str) -> Self {
        self.extra.set("soak", name).expect("a text is JSON");
        self
    }
}

/// The owner of a layout.
pub(crate) fn name_of(layout: &GenericObjectLayout) -> String {
    layout.extra.get("soak").ok().flatten().unwrap_or_default()
}

impl Worker {
    /// Performs steps, some of which are canceled.
    pub(crate) async fn run(mut self, steps: usize) {
        for step in 0..steps {
            let what = self.numbers.usize(..100);
            // The worker that suspends the session must resume it.
            let patience = match self.numbers.usize(..4) {
                0 if what < SUSPENDING => Some(self.numbers.usize(..300)),
                _ => None,
            };
            let outcome = within(patience, self.step(what, step)).await;
            let books = &self.books;
            match outcome {
                None => books.count(&books.given_up),
                Some(Ok(())) => books.count(&books.answered),
                Some(Err(error)) => {
                    books.count(&books.failed);
                    if !self.weather.allows(&error) {
                        books.violation(format!("step {step} of {}: {error}", self.name));
                    }
                }
            }
        }
    }

    async fn step(&self, what: usize, number: usize) -> Result<(), Error> {
        let name = format!("{} {number}", self.name);
        match what {
            0..50 => {
                let said = self.doc.evaluate(&format!("'{name}'")).await?;
                self.expect(&name, &said);
            }
            50..65 => {
                let properties = definition(&self.measure, None).named(&name);
                let object = self.doc.create_session_object(properties).await?;
                self.expect(&name, &name_of(&object.get_layout().await?));
                if what < 55 {
                    let properties = object.get_properties().await?;
                    let stored: Option<String> = properties.extra.get("soak").ok().flatten();
                    self.expect(&name, &stored.unwrap_or_default());
                }
            }
            65..80 => {
                let layout = self.shared.get_layout().await?;
                let id = self.shared.handle().id.clone().unwrap_or_default();
                self.expect(&id, &layout.info.id);
            }
            80..88 => {
                if let Some(field) = &self.field {
                    field.select(["2021", "2022", "2023", "nothing"][what % 4]).await?;
                }
            }
            88..92 => self.doc.clear_all().await?,
            92..SUSPENDING => {
                // Drops the stream before the remaining rows.
                let mut rows = self.shared.rows::<Vec<String>>().with_restart(true);
                match rows.next().await {
                    Some(Err(error)) if error.downcast_ref::<RowsError>().is_none() => return Err(error),
                    _ => {}
                }
            }
            _ if self.weather == Weather::Rough => {
                self.session.suspend().await;
                while self.session.resume().await.is_err() && self.session.closed().now_or_never().is_none() {
                    yield_now().await;
                }
            }
            _ => drop(self.session.engine_version().await?),
        }
        Ok(())
    }

    fn expect(&self, expected: &str, found: &str) {
        if found != expected {
            self.books.violation(format!("{} requested `{expected}` and got `{found}`", self.name));
        }
    }
}

/// The result of a step, or `None` if it takes more than a number of turns of the runtime.
async fn within<T>(turns: Option<usize>, step: impl Future<Output = T>) -> Option<T> {
    let Some(turns) = turns else { return Some(step.await) };
    let wait = async {
        for _ in 0..turns {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        outcome = step => Some(outcome),
        () = wait => None,
    }
}
