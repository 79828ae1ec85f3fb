//! Certificates: trusted roots and the client certificate.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::Verifier;

use crate::connect::ConnectError;
use crate::connect::TransportError;

mod common_name;
mod expected;
mod unverified;

/// A certificate or a key: a file, which is read when connecting, or its contents.
///
/// A path, or a string, is the name of a file; bytes are the content.
#[derive(Clone)]
pub struct KeyMaterial(MaterialSource);

#[derive(Clone)]
enum MaterialSource {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

/// The trusted roots and the client certificate.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    pub(crate) roots: Vec<KeyMaterial>,
    pub(crate) identity: Option<Identity>,
    pub(crate) accept_any: bool,
    /// The name that the server certificate must be issued for, if it is not the host name.
    pub(crate) expected_name: Option<String>,
    /// A configuration that the program supplies, or an unsupported type.
    pub(crate) config: Option<Result<Arc<ClientConfig>, &'static str>>,
}

/// The client certificate with its key.
#[derive(Clone)]
pub(crate) enum Identity {
    Pem {
        certificate: KeyMaterial,
        key: KeyMaterial,
    },
    #[cfg(feature = "pfx")]
    Pfx {
        file: KeyMaterial,
        passphrase: String,
    },
}

type Shown = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Certificates {
    pub(crate) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// The configuration of a TLS connection.
    pub(crate) async fn config(&self) -> Result<Arc<ClientConfig>, ConnectError> {
        if let Some(config) = &self.config {
            let settings = [
                ("root_certificate_pem", !self.roots.is_empty()),
                ("client_certificate", self.identity.is_some()),
                ("dangerously_accept_any_certificate", self.accept_any),
                ("expect_certificate_name", self.expected_name.is_some()),
            ];
            if let Some((second, _)) = settings.into_iter().find(|(_, set)| *set) {
                return Err(ConnectError::Contradiction { first: "tls_config", second });
            }
            let other = |name| format!("it is a `{name}`, not a `ClientConfig` of rustls 0.23 or an `Arc` of one");
            return config.clone().map_err(|name| unusable("TLS configuration", other(name)));
        }
        let failed = |source: rustls::Error| ConnectError::KeyMaterial { what: "certificates", cause: source.into() };
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
        let builder = builder.dangerous();
        let builder = if self.accept_any {
            builder.with_custom_certificate_verifier(unverified::verifier(&provider))
        } else if let (Some(name), false) = (&self.expected_name, self.roots.is_empty()) {
            builder.with_custom_certificate_verifier(expected::verifier(&provider, self.roots().await?, name)?)
        } else {
            builder.with_custom_certificate_verifier(self.verifier(provider).await?)
        };
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = identity.read().await?;
                builder.with_client_auth_cert(chain, key).map_err(failed)?
            }
        };
        Ok(Arc::new(config))
    }

    /// Trusts the platform's roots and the given ones.
    async fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<Verifier>, ConnectError> {
        let verifier = Verifier::new_with_extra_roots(self.roots().await?, provider);
        let verifier =
            verifier.map_err(|source| ConnectError::KeyMaterial { what: "root certificate", cause: source.into() })?;
        Ok(Arc::new(verifier))
    }

    async fn roots(&self) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
        let mut roots = Vec::new();
        for root in &self.roots {
            roots.extend(certificates("root certificate", &root.read("root certificate").await?)?);
        }
        Ok(roots)
    }
}

/// Accepts a TLS configuration if it is of the version of rustls that this crate uses.
pub(crate) fn preconfigured<C: Any + Send + Sync>(config: C) -> Result<Arc<ClientConfig>, &'static str> {
    let config: Box<dyn Any> = Box::new(config);
    let shared = config.downcast::<Arc<ClientConfig>>().map(|config| *config);
    let owned = shared.or_else(|config| config.downcast::<ClientConfig>().map(|config| Arc::new(*config)));
    owned.map_err(|_| std::any::type_name::<C>())
}

impl Identity {
    async fn read(&self) -> Result<Shown, ConnectError> {
        match self {
            Self::Pem { certificate, key } => {
                let chain = certificates("client certificate", &certificate.read("client certificate").await?)?;
                let key = PrivateKeyDer::from_pem_slice(&key.read("client key").await?);
                Ok((chain, key.map_err(|source| unusable("client key", source))?))
            }
            #[cfg(feature = "pfx")]
            Self::Pfx { file, passphrase } => pfx(&file.read("PFX file").await?, passphrase),
        }
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|source| unusable(what, source))?;
    if found.is_empty() { Err(unusable(what, "it holds no certificate in PEM form")) } else { Ok(found) }
}

#[cfg(feature = "pfx")]
fn pfx(data: &[u8], passphrase: &str) -> Result<Shown, ConnectError> {
    use p12_keystore::{KeyStore, Pkcs12ImportPolicy};

    let store = KeyStore::from_pkcs12(data, passphrase, Pkcs12ImportPolicy::Relaxed);
    let store = store.map_err(|source| unusable("PFX file", source))?;
    let Some((_, chain)) = store.private_key_chain() else {
        return Err(unusable("PFX file", "it holds no key with a certificate"));
    };
    let certificates = chain.certs().iter().map(|certificate| certificate.as_der().to_vec().into()).collect();
    let key = PrivateKeyDer::try_from(chain.key().as_der().to_vec());
    Ok((certificates, key.map_err(|source| unusable("PFX file", source))?))
}

fn unusable(what: &'static str, source: impl Into<TransportError>) -> ConnectError {
    ConnectError::KeyMaterial { what, cause: source.into() }
}

impl KeyMaterial {
    /// A file, read when connecting.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(MaterialSource::File(path.into()))
    }

    /// Contents of a file.
    pub fn bytes(contents: impl Into<Vec<u8>>) -> Self {
        Self(MaterialSource::Bytes(contents.into().into()))
    }

    async fn read(&self, what: &'static str) -> Result<Arc<[u8]>, ConnectError> {
        match &self.0 {
            MaterialSource::Bytes(bytes) => Ok(Arc::clone(bytes)),
            MaterialSource::File(path) => {
                let path = path.clone();
                // A few kilobytes, but the disk can be slow.
                let read = tokio::task::spawn_blocking(move || {
                    std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
                });
                let contents = read.await.map_err(|error| unusable(what, error))?;
                Ok(contents.map_err(|problem| unusable(what, problem))?.into())
            }
        }
    }
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            MaterialSource::File(path) => f.debug_tuple("File").field(path).finish(),
            MaterialSource::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

impl From<&str> for KeyMaterial {
    fn from(path: &str) -> Self {
        Self::file(path)
    }
}

impl From<String> for KeyMaterial {
    fn from(path: String) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for KeyMaterial {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<PathBuf> for KeyMaterial {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&[u8]> for KeyMaterial {
    fn from(contents: &[u8]) -> Self {
        Self::bytes(contents)
    }
}

impl From<Vec<u8>> for KeyMaterial {
    fn from(contents: Vec<u8>) -> Self {
        Self::bytes(contents)
    }
}
