//! The command line.

use clap::Parser;
use qix_test_engine::{Fault, OnOpen};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// An in-memory engine to test clients of the Qlik engine against. It saves nothing when it stops.
///
/// Prints `listening on ws://HOST:PORT` when it accepts connections. From then on, GET /healthz returns 200. It
/// has the app `sales`.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Port to listen on; 0 uses a free port
    #[arg(long, default_value_t = 9076)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// App to add: a load script (.qvs), a description (.json), or a folder that `corectl unbuild` wrote. The ID
    /// defaults to the name without the extension. Can be repeated
    #[arg(long, value_name = "[ID=]FILE", value_parser = app)]
    pub(crate) app: Vec<(Option<String>, PathBuf)>,
    /// Leave out the app `sales`
    #[arg(long)]
    pub(crate) without_sales: bool,
    /// Directory of `lib://DataFiles/…`, and of connections of type `folder` that an app has and --data does not name
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) folder: Option<PathBuf>,
    /// Directory of a data connection, `lib://NAME/…`. STORE keeps files in memory. Can be repeated
    #[arg(long, value_name = "NAME=DIRECTORY", value_parser = data)]
    pub(crate) data: Vec<(String, PathBuf)>,
    /// Results of SQL statements: a JSON list of {"connection", "statement", "fields", "rows"}. Other statements make a
    /// reload fail. Can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) sql: Vec<PathBuf>,
    /// Put a proxy in front: logins, cookies, tickets, redirects, limits. Without FILE, the bearer token `secret` logs
    /// in TEST\tester, POST /qps/ticket creates tickets, and other clients are redirected to Windows authentication.
    /// The README describes FILE, which is JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) proxy: Option<Option<PathBuf>>,
    /// Fault to inject, such as `delay=200 on GetLayout times 1`. Can be repeated. The query of an address accepts
    /// it too, for that connection only: `ws://127.0.0.1:9076/app/sales?fault=delay%3D200`
    #[arg(long)]
    pub(crate) fault: Vec<Fault>,
    /// Seconds that a session outlives its last socket, unless its address sets them with `/ttl/<seconds>`
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) session_ttl: u64,
    /// What `OpenDoc` does in a session that has the app open already: return the app, as Qlik Cloud does, or fail
    /// with 1002, as Qlik Sense Enterprise on Windows does
    #[arg(long, value_name = "attached|error", default_value = "attached", value_parser = on_open)]
    pub(crate) on_open: OnOpen,
    /// Print which methods of the engine's schema and which functions and statements of scripts are implemented, and
    /// exit
    #[arg(long)]
    pub(crate) methods: bool,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  stopped by Ctrl-C or SIGTERM, or printed the requested list
  1  cannot listen on the address
  2  wrong arguments
  3  an app, a SQL result or the proxy cannot be loaded: its file cannot be read, or its script fails";

fn on_open(text: &str) -> Result<OnOpen, String> {
    match text {
        "attached" => Ok(OnOpen::Attached),
        "error" => Ok(OnOpen::Error),
        _ => Err("expected `attached` or `error`".to_owned()),
    }
}

/// `NAME=DIRECTORY`
fn data(text: &str) -> Result<(String, PathBuf), String> {
    let (name, folder) = text.split_once('=').ok_or("expected NAME=DIRECTORY")?;
    if !Path::new(folder).is_dir() {
        return Err(format!("{folder} is not a directory"));
    }
    Ok((name.to_owned(), folder.into()))
}

/// `ID=FILE` or `FILE`. If a file named like the whole argument exists, the argument is that file.
fn app(text: &str) -> Result<(Option<String>, PathBuf), String> {
    let parts = text.split_once('=').filter(|(id, _)| !id.is_empty() && !Path::new(text).exists());
    Ok(parts.map_or_else(|| (None, text.into()), |(id, file)| (Some(id.to_owned()), file.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_app_can_have_a_custom_id() {
        assert_eq!(app("a=b/c.qvs").unwrap(), (Some("a".to_owned()), "b/c.qvs".into()));
        assert_eq!(app("b/c.qvs").unwrap(), (None, "b/c.qvs".into()));
    }
}
