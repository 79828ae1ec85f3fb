//! One round: opens sessions, runs them, and closes them.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use futures_util::StreamExt;
use futures_util::future::join_all;
use qix_client::{Backoff, Event, SessionBuilder};
use qix_client::{Error, ErrorKind, prelude::*};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::judge::Weather;
use crate::worker::{Worker, definition};
use crate::{Books, Engine, Plan, storm, watcher};

/// Number of attempts for steps at the start of a session that a fault may hit.
const ATTEMPTS: usize = 100;

/// Maximum time for the resources of a round to be released.
const SETTLING: Duration = Duration::from_secs(20);

/// Resources of the process that must not grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources {
    tasks: usize,
    files: usize,
}

impl Resources {
    pub(crate) fn now() -> Self {
        let tasks = Handle::current().metrics().num_alive_tasks();
        // Open files are counted only on systems that have this folder.
        let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        Self { tasks, files }
    }

    /// Waits until the resources are not more than before the first round.
    pub(crate) async fn settle(base: Self, engine: Option<&Engine>, books: &Books) {
        let settled = async {
            loop {
                let now = Self::now();
                let sockets = engine.map_or(0, |engine| engine.connections());
                if now.tasks <= base.tasks && now.files <= base.files && sockets == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(SETTLING, settled).await.is_err() {
            books.violation(format!(
                "after the round there are {:?}, before the first there were {base:?}",
                Self::now()
            ));
        }
    }
}

pub(crate) async fn run(plan: &Plan, number: usize, engine: Option<&Engine>, books: &Arc<Books>) {
    let weather = if engine.is_some() && number.is_multiple_of(2) { Weather::Calm } else { Weather::Rough };
    let storm = engine.filter(|_| weather == Weather::Rough).map(|engine| {
        let numbers = Rng::with_seed(plan.seed ^ number as u64);
        tokio::spawn(storm::inject(engine.shared(), numbers, Arc::clone(books)))
    });
    let url = plan.url.clone().or(engine.map(|engine| engine.url())).unwrap_or_default();
    let sessions = (0..plan.sessions).map(|index| {
        let name = format!("{}-{number}-{index}", plan.seed);
        let seed = plan.seed.wrapping_mul(1_000_003) ^ (number * 1_009 + index) as u64;
        Busy { plan: plan.clone(), name, weather, books: Arc::clone(books) }.work(&url, Rng::with_seed(seed))
    });
    let sessions = join_all(sessions).await;
    if let Some(storm) = storm {
        storm.abort();
        storm.await.ok();
    }
    if let Some(engine) = engine {
        engine.clear_faults();
    }
    join_all(sessions.into_iter().flatten().map(Done::finish)).await;
}

/// A session to keep busy.
struct Busy {
    plan: Plan,
    name: String,
    weather: Weather,
    books: Arc<Books>,
}

/// A session whose workers have finished.
struct Done {
    busy: Busy,
    session: Session,
    doc: Doc,
    shared: GenericObject,
    /// The objects that existed before the workers started.
    infos: Vec<NxInfo>,
}

impl Busy {
    async fn work(self, url: &str, mut numbers: Rng) -> Option<Done> {
        let Self { plan, name, weather, books } = &self;
        let session = self.connect(url).await?;
        let listener = tokio::spawn(listen(session.clone(), Arc::clone(books)));
        let doc = self.retry("open the app", async || session.open_doc(&*plan.app).await).await?;
        let field = match &plan.field {
            Some(field) => Some(self.retry("get the field", async || doc.get_field(field).await).await?),
            None => None,
        };
        let definition = definition(&plan.measure, plan.field.as_deref());
        let make = async || doc.create_session_object(definition.clone()).await;
        let shared = self.retry("create an object", make).await?;
        let infos = self.retry("list the objects", async || objects(&doc).await).await?;
        let (mut workers, mut watchers) = (JoinSet::new(), JoinSet::new());
        for index in 0..plan.workers {
            let name = format!("{name}-{index}");
            let make = async || watcher::object(&doc, &plan.measure, &name).await;
            let object = self.retry("create an object", make).await?;
            watchers.spawn(watcher::watch(object, name.clone(), *weather, Arc::clone(books)));
            let worker = Worker {
                name,
                session: session.clone(),
                doc: doc.clone(),
                field: field.clone(),
                shared: shared.clone(),
                measure: plan.measure.clone(),
                weather: *weather,
                numbers: Rng::with_seed(numbers.usize(..usize::MAX) as u64),
                books: Arc::clone(books),
            };
            workers.spawn(worker.run(plan.steps));
        }
        while let Some(outcome) = workers.join_next().await {
            if let Err(error) = outcome {
                books.violation(format!("a worker of {name}: {error}"));
            }
        }
        watchers.shutdown().await;
        listener.abort();
        listener.await.ok();
        Some(Done { session, doc, shared, infos, busy: self })
    }

    fn builder(&self, url: &str) -> SessionBuilder {
        let backoff = Backoff::default().initial_delay(Duration::from_millis(1)).max_delay(Duration::from_millis(50));
        let builder = Session::builder().url(url).app(&*self.plan.app).identity(format!("soak-{}", self.name));
        let builder = builder.reconnect(backoff.max_attempts(ATTEMPTS));
        match self.weather {
            Weather::Calm => builder,
            Weather::Rough => builder.timeout(Duration::from_secs(2)).greeting_timeout(Duration::from_millis(500)),
        }
    }

    async fn connect(&self, url: &str) -> Option<Session> {
        let mut failure = String::new();
        for _ in 0..ATTEMPTS {
            match self.builder(url).connect().await {
                Ok(session) => return Some(session),
                Err(error) => failure = error.to_string(),
            }
            if self.weather == Weather::Calm {
                break;
            }
        }
        self.books.violation(format!("{} does not connect: {failure}", self.name));
        None
    }

    /// Repeats a call until it succeeds.
    async fn retry<T>(&self, what: &str, call: impl AsyncFn() -> Result<T, Error>) -> Option<T> {
        for _ in 0..ATTEMPTS {
            match call().await {
                Ok(value) => return Some(value),
                Err(error) if self.weather.allows(&error) && !is_over(&error) => {
                    self.books.count(&self.books.failed);
                }
                Err(error) if self.weather.allows(&error) => return None,
                Err(error) => {
                    self.books.violation(format!("{} cannot {what}: {error}", self.name));
                    return None;
                }
            }
        }
        self.books.violation(format!("{} cannot {what} after {ATTEMPTS} attempts", self.name));
        None
    }
}

impl Done {
    /// Checks the remaining state of a session, and closes it.
    async fn finish(self) {
        let Self { busy, session, doc, shared, infos } = self;
        let Busy { name, weather, books, .. } = &busy;
        let under_way = session.calls_in_flight();
        if under_way != 0 {
            books.violation(format!("{name}: {under_way} calls are pending without a caller"));
        }
        match (shared.get_layout().await, shared.get_layout().with_delta(false).await) {
            (Ok(merged), Ok(whole)) if merged != whole => {
                books.violation(format!("{name}: the value assembled from deltas differs from the complete one"));
            }
            (Err(error), _) | (_, Err(error)) if !weather.allows(&error) => {
                books.violation(format!("{name}: {error}"));
            }
            _ => {}
        }
        if *weather == Weather::Calm {
            match objects(&doc).await {
                Ok(now) if now == infos => {}
                Ok(now) => {
                    books.violation(format!("{name}: the engine has {} objects, not {}", now.len(), infos.len()))
                }
                Err(error) => books.violation(format!("{name}: {error}")),
            }
        }
        drop((doc, shared));
        let held = session.open_handles();
        if held > 1 {
            books.violation(format!("{name}: {held} objects are held, expected the global one only"));
        }
        session.close().await;
        if session.open_handles() != 0 {
            books.violation(format!("{name}: objects are held after the session was closed"));
        }
    }
}

/// Whether the session has ended permanently.
fn is_over(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Closed { pending: false, .. })
}

async fn listen(session: Session, books: Arc<Books>) {
    let mut events = session.events();
    drop(session);
    while let Some(event) = events.next().await {
        if matches!(event, Event::Resumed(_)) {
            books.count(&books.resumptions);
        }
    }
}

/// All objects except for the one by which the client recognizes its session.
async fn objects(doc: &Doc) -> Result<Vec<NxInfo>, Error> {
    let mut infos = doc.get_all_infos().await?;
    infos.retain(|info| info.type_ != "qix-session-mark");
    Ok(infos)
}
