//! Who makes calls.

use std::sync::Arc;

use fastrand::Rng;
use futures_util::{FutureExt, StreamExt};
use qix_client::prelude::*;
use tokio::task::yield_now;

use crate::Books;
use crate::judge::Weather;

/// From here on, of 100, a step suspends the session.
const SUSPENDING: usize = 98;

/// What a worker of a session has at hand.
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) session: Session,
    pub(crate) doc: Doc,
    pub(crate) field: Option<Field>,
    /// An object that all workers of the session use.
    pub(crate) shared: GenericObject,
    pub(crate) measure: String,
    pub(crate) weather: Weather,
    pub(crate) numbers: Rng,
    pub(crate) books: Arc<Books>,
}

/// A definition of a cube, of a field if there is one.
pub(crate) fn definition(measure: &str, field: Option<&str>) -> GenericObjectProperties {
    let cube = HyperCubeDef::default()
        .with_dimensions(field.map(NxDimension::field))
        .with_measures([NxMeasure::expression(measure)])
        .with_initial_data_fetch([NxPage::of_size(2, 50)]);
    GenericObjectProperties::of_type("soak").with_hyper_cube_def(cube)
}

/// Properties that tell whose they are.
pub(crate) trait Named {
    fn named(self, name: &str) -> Self;
}

impl Named for GenericObjectProperties {
    fn named(mut self, name: &str) -> Self {
        self.extra.set("soak", name).expect("a text is JSON");
        self
    }
}

/// Whose layout it is.
pub(crate) fn name_of(layout: &GenericObjectLayout) -> String {
    layout.extra.get("soak").ok().flatten().unwrap_or_default()
}

impl Worker {
    /// Takes steps, of which some are given up on the way.
    pub(crate) async fn run(mut self, steps: usize) {
        for step in 0..steps {
            let what = self.numbers.usize(..100);
            // Who suspends the session has to see to it that it goes on.
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
                // The rest of the rows is given up.
                let mut rows = self.shared.rows::<Vec<String>>().with_restart();
                match rows.next().await {
                    Some(Err(error)) if RowsError::of(&error).is_none() => return Err(error),
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
            self.books.violation(format!("{} asked for `{expected}` and got `{found}`", self.name));
        }
    }
}

/// The outcome of a step, unless it takes longer than so many turns of the runtime.
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
