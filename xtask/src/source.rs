//! The source of a schema: a file or a URL.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::download;

/// The schema that Qlik publishes.
pub(crate) const VENDOR: &str = "https://qlik.dev/specs/json-rpc/qix.json";

/// A file or a URL.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Url(String),
}

impl From<OsString> for Source {
    fn from(argument: OsString) -> Self {
        match argument.to_str() {
            Some(text) if text.contains("://") => Self::Url(text.to_owned()),
            _ => Self::File(argument.into()),
        }
    }
}

impl From<&str> for Source {
    fn from(argument: &str) -> Self {
        OsString::from(argument).into()
    }
}

impl Source {
    /// Reads the file or downloads the URL.
    pub(crate) fn read(&self) -> Result<String> {
        match self {
            Self::File(path) => read(path),
            Self::Url(url) => {
                let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
                if !matches!(scheme.as_str(), "http" | "https") {
                    bail!("{self} is not a supported URL. Use https:// or the path of a file.");
                }
                download::get(url).map_err(|error| {
                    anyhow!(
                        "cannot download {self}: {error:#}\n  Check the address and the network (HTTPS_PROXY, HTTP_PROXY and \
                         NO_PROXY name a proxy), or download the schema elsewhere and give the path of the file."
                    )
                })
            }
        }
    }

    /// The last part of the name, without its extension.
    pub(crate) fn stem(&self) -> Option<String> {
        let path = match self {
            Self::File(path) => path.as_path(),
            Self::Url(url) => Path::new(url.split(['?', '#']).next().unwrap_or_default()),
        };
        Some(path.file_stem()?.to_string_lossy().into_owned())
    }
}

/// Shows a URL without user information and query, which may be secret.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(&public(url)),
        }
    }
}

fn public(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    qix_codegen::openrpc::decode(bytes).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_with_a_scheme_is_a_url_and_others_are_files() {
        for url in ["https://qlik.dev/specs/json-rpc/qix.json", "HTTP://host/x", "ftp://host/x"] {
            assert!(matches!(Source::from(url), Source::Url(_)), "{url}");
        }
        for file in ["qix.json", "./http:/x", r"C:\schemas\qix.json", "https", ""] {
            assert!(matches!(Source::from(file), Source::File(_)), "{file}");
        }
    }

    #[test]
    fn an_address_is_shown_without_secrets() {
        let shown = |url: &str| Source::from(url).to_string();
        assert_eq!(shown("https://ann:secret@host:8443/a/qix.json?sig=secret#x"), "https://host:8443/a/qix.json");
        assert_eq!(shown("https://host?token=a@b/c"), "https://host");
    }

    #[test]
    fn a_legacy_schema_has_its_version_in_the_last_part_of_its_address() {
        assert_eq!(Source::from("https://host/schemas/12.170.2.json?raw=1").stem().as_deref(), Some("12.170.2"));
        assert_eq!(Source::from("schemas/12.170.2.json").stem().as_deref(), Some("12.170.2"));
    }
}
