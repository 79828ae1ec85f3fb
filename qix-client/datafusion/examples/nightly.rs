//! Exports all apps of an engine to Parquet files, alone or on a cluster.
//!
//! ```sh
//! nightly export --url ws://localhost:4848 --to /data/2026-11-29
//!
//! nightly scheduler --url ws://localhost:4848 --port 20050
//! nightly executor --url ws://localhost:4848 --scheduler localhost:20050 --port 20051       # on each machine
//! nightly export --url ws://localhost:4848 --to /shared/2026-11-29 --scheduler localhost:20050
//! ```
//!
//! Each process takes a bearer token from the environment variable `QIX_TOKEN`. Each app becomes a folder, which appears
//! when it is complete. If the export is stopped, run it again with the same folder: it skips the apps that are there.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use ballista::extension::{SessionConfigExt, SessionContextExt};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use qix_client::Session;
use qix_datafusion::cluster::{Engines, LogicalCodec, PhysicalCodec, configure};
use qix_datafusion::{Engine, EngineExport};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Apps that are exported at the same time.
const APPS: usize = 4;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let arguments = Arguments::parse(arguments)?;
    let mut builder = Session::builder().url(arguments.get("url")?);
    if let Ok(token) = std::env::var("QIX_TOKEN") {
        builder = builder.bearer(token);
    }
    let engine = Arc::new(Engine::new("engine", builder).sessions(arguments.number("sessions", 4)?));
    match command.as_str() {
        "export" => export(engine, &arguments).await,
        "scheduler" => scheduler(&Engines::new([engine]), &arguments).await,
        "executor" => executor(&Engines::new([engine]), &arguments).await,
        other => Err(format!("`{other}` is not a command; use export, scheduler, or executor").into()),
    }
}

async fn export(engine: Arc<Engine>, arguments: &Arguments) -> Result<()> {
    let folder = PathBuf::from(arguments.get("to")?);
    std::fs::create_dir_all(&folder)?;
    let context = match arguments.find("scheduler") {
        Some(scheduler) => {
            let config = SessionConfig::new_with_ballista().with_target_partitions(arguments.number("sessions", 4)?);
            let config = configure(config, &Engines::new([Arc::clone(&engine)]));
            let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
            SessionContext::remote_with_state(&format!("df://{scheduler}"), state).await?
        }
        None => SessionContext::new(),
    };
    let catalog = qix_datafusion::register(&context, engine).await?;
    let (done, missing): (Vec<_>, Vec<_>) = catalog.apps().into_iter().partition(|app| folder.join(app).exists());
    let bar = ProgressBar::new((done.len() + missing.len()) as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} of {len} apps, {eta} left: {msg}")?);
    bar.set_position(done.len() as u64);
    let rows = stream::iter(missing)
        .map(|app| {
            let (catalog, context, folder, bar) = (&catalog, &context, &folder, &bar);
            async move {
                let tables = catalog.load(app).await?;
                let mut rows = 0;
                if !tables.is_empty() {
                    let files = EngineExport::new(&tables, folder.join(app))?.run(context).await?;
                    rows = files.iter().map(|file| file.rows).sum();
                }
                bar.inc(1);
                bar.set_message(format!("{app}, {rows} rows"));
                Ok::<_, Box<dyn Error + Send + Sync>>(rows)
            }
        })
        .buffer_unordered(APPS)
        .try_fold(0, async |all, rows: u64| Ok(all + rows))
        .await?;
    bar.finish();
    println!("{rows} rows were exported");
    Ok(())
}

async fn scheduler(engines: &Engines, arguments: &Arguments) -> Result<()> {
    let port = arguments.number("port", 20_050)?;
    let config = SchedulerConfig {
        bind_port: port,
        executor_timeout_seconds: arguments.number("timeout", 180)?,
        no_executors_grace_period_seconds: arguments.number("timeout", 180)?,
        expire_dead_executor_interval_seconds: 1,
        override_logical_codec: Some(Arc::new(LogicalCodec::new(engines.clone()))),
        override_physical_codec: Some(Arc::new(PhysicalCodec::new(engines.clone()))),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, ([127, 0, 0, 1], port).into(), Arc::new(config)).await?)
}

async fn executor(engines: &Engines, arguments: &Arguments) -> Result<()> {
    let scheduler = arguments.get("scheduler")?;
    let (host, port) = scheduler.rsplit_once(':').ok_or("`--scheduler` is HOST:PORT")?;
    let own_port = arguments.number("port", 20_051)?;
    let config = ExecutorProcessConfig {
        scheduler_host: host.to_owned(),
        scheduler_port: port.parse()?,
        scheduler_connect_timeout_seconds: 30,
        port: own_port,
        grpc_port: own_port + 1,
        vcores: arguments.number("slots", 4)?,
        executor_heartbeat_interval_seconds: 1,
        override_logical_codec: Some(Arc::new(LogicalCodec::new(engines.clone()))),
        override_physical_codec: Some(Arc::new(PhysicalCodec::new(engines.clone()))),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}

/// Arguments of the form `--name value`.
struct Arguments(HashMap<String, String>);

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut all = HashMap::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or_else(|| format!("`{word}` is not an option"))?;
            all.insert(name.to_owned(), words.next().ok_or_else(|| format!("`{word}` has no value"))?);
        }
        Ok(Self(all))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn get(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| format!("`--{name}` is missing").into())
    }

    fn number<T: std::str::FromStr<Err: Error + Send + Sync + 'static>>(&self, name: &str, otherwise: T) -> Result<T> {
        self.find(name).map_or(Ok(otherwise), |text| Ok(text.parse()?))
    }
}
