//! Credentials on the command line and in the environment, for programs that connect to an engine.

use std::path::PathBuf;

use clap::Args;
use qix_client::{Session, SessionBuilder};

/// Flags with credentials. Secrets can be set in the environment instead, so that they do not appear in the list of
/// processes.
///
/// ```
/// use clap::Parser;
/// use qix_conform::credentials::Credentials;
///
/// #[derive(Parser)]
/// struct Arguments {
///     #[arg(long)]
///     url: String,
///     #[command(flatten)]
///     credentials: Credentials,
/// }
///
/// let arguments = Arguments::parse_from(["program", "--url", "wss://sense.corp/jwt/app/", "--bearer", "eyJ…"]);
/// let builder = arguments.credentials.builder(&arguments.url);
/// ```
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Credentials")]
pub struct Credentials {
    /// A token: a JWT for a virtual proxy, or an access token or API key of Qlik Cloud
    #[arg(long, value_name = "TOKEN", env = "QIX_BEARER", hide_env_values = true)]
    bearer: Option<String>,
    /// A ticket of the proxy service, which is valid for one connection
    #[arg(long, value_name = "TICKET", env = "QIX_TICKET", hide_env_values = true)]
    ticket: Option<String>,
    /// A cookie, such as the session cookie of a proxy. Can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, env = "QIX_COOKIE", hide_env_values = true)]
    cookie: Vec<(String, String)>,
    /// The CSRF token that belongs to the cookie
    #[arg(long, value_name = "TOKEN", env = "QIX_CSRF_TOKEN", hide_env_values = true)]
    csrf_token: Option<String>,
    /// A header of the WebSocket upgrade. Can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, env = "QIX_HEADER", hide_env_values = true)]
    header: Vec<(String, String)>,
    /// The user, for a direct connection to an engine; `INTERNAL\sa_engine` is the service account
    #[arg(long, value_name = "DIRECTORY\\ID", value_parser = user, env = "QIX_USER")]
    user: Option<(String, String)>,
    /// File with a client certificate: client.pem
    #[arg(long, value_name = "FILE", requires_all = ["key", "root"], env = "QIX_CERTIFICATE")]
    certificate: Option<PathBuf>,
    /// File with the key of the client certificate: client_key.pem
    #[arg(long, value_name = "FILE", requires = "certificate", env = "QIX_KEY")]
    key: Option<PathBuf>,
    /// File with root certificates to trust: root.pem
    #[arg(long, value_name = "FILE", env = "QIX_ROOT")]
    root: Option<PathBuf>,
    /// The name in the certificate of the server, if it differs from the host
    #[arg(long, value_name = "NAME", env = "QIX_CERTIFICATE_NAME")]
    certificate_name: Option<String>,
    /// Do not verify the certificate of the server
    #[arg(long)]
    dangerously_accept_any_certificate: bool,
}

impl Credentials {
    /// Returns a builder for sessions at a URL, with these credentials.
    pub fn builder(&self, url: impl Into<String>) -> SessionBuilder {
        let mut builder = Session::builder().url(url);
        if let Some(token) = &self.bearer {
            builder = builder.bearer(token);
        }
        if let Some(ticket) = &self.ticket {
            builder = builder.ticket(ticket);
        }
        if let Some(token) = &self.csrf_token {
            builder = builder.csrf_token(token);
        }
        if let Some((directory, id)) = &self.user {
            builder = builder.user(directory, id);
        }
        for (name, value) in &self.cookie {
            builder = builder.cookie(name, value);
        }
        for (name, value) in &self.header {
            builder = builder.header(name, value);
        }
        match (&self.certificate, &self.key, &self.root) {
            (Some(certificate), Some(key), Some(root)) => {
                builder = builder.client_certificate_pem(certificate.clone(), key.clone(), root.clone());
            }
            (_, _, Some(root)) => builder = builder.root_certificate_pem(root.clone()),
            _ => {}
        }
        if let Some(name) = &self.certificate_name {
            builder = builder.expect_certificate_name(name);
        }
        if self.dangerously_accept_any_certificate {
            builder = builder.dangerously_accept_any_certificate(true);
        }
        builder
    }
}

/// `NAME=VALUE`
fn pair(text: &str) -> Result<(String, String), String> {
    split(text, '=').ok_or_else(|| "expected NAME=VALUE".to_owned())
}

/// `DIRECTORY\ID`
fn user(text: &str) -> Result<(String, String), String> {
    split(text, '\\').ok_or_else(|| "expected DIRECTORY\\ID".to_owned())
}

fn split(text: &str, at: char) -> Option<(String, String)> {
    let (left, right) = text.split_once(at)?;
    (!left.is_empty()).then(|| (left.to_owned(), right.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use qix_test_engine::TestEngine;

    use super::*;

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        credentials: Credentials,
    }

    #[test]
    fn the_flags_are_consistent() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["program", "--certificate", "client.pem"]).is_err(), "without its key");
        assert!(Arguments::try_parse_from(["program", "--user", "ada"]).is_err(), "without a directory");
    }

    #[tokio::test]
    async fn credentials_are_sent_with_the_upgrade() {
        let engine = TestEngine::start().await.unwrap();
        let flags = ["--bearer", "secret", "--cookie", "X-Qlik-Session=7c=1e", "--csrf-token", "f00d"];
        let more = ["--user", "CORP\\ada", "--header", "Origin=https://portal.example", "--ticket", "Zx9"];
        let arguments = Arguments::parse_from(["program"].into_iter().chain(flags).chain(more));
        let builder = arguments.credentials.builder(engine.url());
        assert!(!format!("{builder:?}").contains("secret"));
        builder.connect().await.unwrap();
        let upgrade = engine.upgrades().pop().unwrap();
        let header = |name: &str| {
            let found = upgrade.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
            found.map_or("", |(_, value)| value.as_str())
        };
        assert_eq!(header("authorization"), "Bearer secret");
        assert_eq!(header("cookie"), "X-Qlik-Session=7c=1e");
        assert_eq!(header("x-qlik-user"), "UserDirectory=CORP; UserId=ada");
        assert_eq!(header("origin"), "https://portal.example");
        assert!(upgrade.target.contains("qlik-csrf-token=f00d") && upgrade.target.contains("qlikTicket=Zx9"));
    }
}
