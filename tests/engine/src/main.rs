//! The test engine as a program, for clients in other languages and for a look by hand.

use clap::Parser;
use qix_test_engine::{App, Fault, OnOpen, TestEngine, coverage};
use std::error::Error;
use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// An in-memory engine to test clients of Qlik's engine against. Nothing is kept when it ends.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 9076)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The folder that load scripts read files from
    #[arg(long)]
    folder: Option<PathBuf>,
    /// An app to hold beside `sales`: its id and the file of its load script
    #[arg(long, value_name = "ID=SCRIPT")]
    app: Vec<String>,
    /// Something to do wrong, such as `delay=200 on GetLayout times 1`; an address takes it too, as `?fault=…`
    #[arg(long)]
    fault: Vec<Fault>,
    /// Seconds that a session outlives its last socket, unless its address says so by `/ttl/<seconds>`
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    session_ttl: u64,
    /// What `OpenDoc` does in a session that has the app open already: answer with it, as Qlik Cloud does, or fail
    /// with 1002, as Qlik Sense Enterprise on Windows does
    #[arg(long, value_name = "attached|error", default_value = "attached", value_parser = on_open)]
    on_open: OnOpen,
    /// List the schema's methods that are in and out, and end
    #[arg(long)]
    methods: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if arguments.methods {
        return list_methods();
    }
    let mut builder = TestEngine::builder()
        .host(arguments.host)
        .port(arguments.port)
        .session_ttl(Duration::from_secs(arguments.session_ttl))
        .on_open(arguments.on_open);
    if let Some(folder) = arguments.folder {
        builder = builder.folder(folder);
    }
    for app in arguments.app {
        let (id, file) = app.split_once('=').ok_or_else(|| format!("{app}: expected ID=SCRIPT"))?;
        let script = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        builder = builder.with_app(App::new(id).script(script));
    }
    for fault in arguments.fault {
        builder = builder.fault(fault);
    }
    let engine = builder.start().await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", engine.url())?;
    out.flush()?;
    engine.run().await;
    Ok(())
}

fn on_open(text: &str) -> Result<OnOpen, String> {
    match text {
        "attached" => Ok(OnOpen::Attached),
        "error" => Ok(OnOpen::Error),
        _ => Err("expected `attached` or `error`".to_owned()),
    }
}

fn list_methods() -> Result<(), Box<dyn Error>> {
    let methods = coverage();
    let mut out = std::io::stdout();
    for (name, there) in &methods {
        writeln!(out, "{} {name}", if *there { "in " } else { "out" })?;
    }
    let there = methods.iter().filter(|(_, there)| *there).count();
    writeln!(out, "{there} of {} methods are in", methods.len())?;
    Ok(())
}
