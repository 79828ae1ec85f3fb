//! The test engine as a program, for clients in other languages and for manual tests.

mod arguments;
mod listing;

use arguments::Arguments;
use clap::Parser;
use qix_test_engine::{App, Builder, Proxy, SqlResult, TestEngine};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// The exit codes; `--help` lists them. Clap ends with 2 for wrong arguments.
const CANNOT_LISTEN: u8 = 1;
const CANNOT_LOAD: u8 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = if arguments.methods { listing::all(&mut io::stdout()) } else { serve(arguments).await };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If the terminal is gone, nothing can report it.
            let _ = writeln!(io::stderr(), "error: {error}");
            // Errors of the operating system have their own exit code.
            ExitCode::from(if error.raw_os_error().is_some() { CANNOT_LISTEN } else { CANNOT_LOAD })
        }
    }
}

async fn serve(arguments: Arguments) -> io::Result<()> {
    let engine = builder(arguments)?.start().await?;
    let shutdown_signal = shutdown_signal()?;
    let mut out = io::stdout();
    writeln!(out, "listening on {}", engine.url())?;
    out.flush()?;
    tokio::select! {
        () = engine.run() => {}
        () = shutdown_signal => {}
    }
    Ok(())
}

fn builder(arguments: Arguments) -> io::Result<Builder> {
    let mut builder = TestEngine::builder()
        .host(arguments.host)
        .port(arguments.port)
        .session_ttl(Duration::from_secs(arguments.session_ttl))
        .on_open(arguments.on_open);
    if arguments.without_sales {
        builder = builder.without_sales();
    }
    if let Some(folder) = arguments.folder {
        builder = builder.folder(folder);
    }
    for (name, folder) in arguments.data {
        builder = builder.data_connection(name, folder);
    }
    for file in arguments.sql {
        builder = SqlResult::from_file(&file)?.into_iter().fold(builder, Builder::sql_result);
    }
    if let Some(file) = arguments.proxy {
        builder = builder.proxy(match file {
            None => Proxy::new().token("secret", r"TEST\tester"),
            Some(file) => Proxy::from_file(file)?,
        });
    }
    for (id, file) in arguments.app {
        let app = App::from_file(&file).map_err(io::Error::other)?;
        builder = builder.with_app(match id {
            Some(id) => app.id(id),
            None => app,
        });
    }
    for fault in arguments.fault {
        builder = builder.fault(fault);
    }
    Ok(builder)
}

/// Completes on Ctrl-C or SIGTERM; listens from the call on.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
