//! Encrypted connections, and errors of certificates.

use std::sync::Arc;

use crate::support::{Inside, Listener, accept_on};
use qix_client::prelude::*;
use qix_client::{KeyMaterial, SessionBuilder};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM form.
struct Pair {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn root(&self) -> KeyMaterial {
        KeyMaterial::bytes(self.0.pem())
    }

    fn issue(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        Pair { certificate: params.signed_by(&key, &self.0).unwrap().pem(), key: key.serialize_pem() }
    }

    /// A server with a certificate, which can require a client certificate of this authority.
    fn server(&self, pair: &Pair, wants_client: bool) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![rustls::pki_types::CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
        TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
    }
}

/// Connects to a server. Returns the result.
async fn connect(
    server: TlsAcceptor,
    setup: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Result<Session, ConnectError> {
    let listener = Listener::bind().await;
    let builder = setup(Session::builder().url(listener.url().replace("ws://127.0.0.1", "wss://localhost")));
    let script = async {
        // A client that rejects the server ends the handshake.
        let Ok(stream) = server.accept(listener.stream().await).await else { return None };
        let mut engine = accept_on(stream).await?;
        engine.greet("SESSION_CREATED").await;
        Some(engine)
    };
    let (session, _engine) = tokio::join!(builder.connect(), script);
    session
}

#[tokio::test]
async fn a_server_with_a_trusted_certificate_is_connected_to() {
    let authority = Authority::new();
    let server = authority.server(&authority.issue("localhost", |_| ()), false);
    let root = authority.root();
    connect(server, |builder| builder.root_certificate_pem(root)).await.unwrap();
}

#[tokio::test]
async fn each_fault_of_a_certificate_has_its_own_error() {
    let authority = Authority::new();
    let root = || authority.root();
    let good = authority.issue("localhost", |_| ());

    let error = connect(authority.server(&good, false), |builder| builder).await.unwrap_err();
    assert!(matches!(error, ConnectError::CertificateRoot { .. }), "{error:?}");

    let other = authority.server(&authority.issue("other.corp", |_| ()), false);
    let error = connect(other, |builder| builder.root_certificate_pem(root())).await.unwrap_err();
    let ConnectError::CertificateName { host, names } = &error else { panic!("{error:?}") };
    assert_eq!((host.as_str(), names.as_slice()), ("localhost", &["other.corp".to_owned()][..]));
    assert!(error.to_string().contains("is for `other.corp`"), "{error}");

    let client =
        authority.issue("localhost", |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let error =
        connect(authority.server(&client, false), |builder| builder.root_certificate_pem(root())).await.unwrap_err();
    assert!(matches!(&error, ConnectError::CertificatePurpose { purposes, .. } if purposes.is_empty()), "{error:?}");
    assert!(error.to_string().contains("is not a server certificate"), "{error}");
    let error = connect(authority.server(&client, false), |builder| {
        builder.root_certificate_pem(root()).expect_certificate_name("localhost")
    });
    let error = error.await.unwrap_err();
    assert!(error.to_string().ends_with("its extended key usage is for `client authentication`"), "{error}");

    let old = authority.issue("localhost", |params| params.not_after = date_time_ymd(2020, 1, 1));
    let error =
        connect(authority.server(&old, false), |builder| builder.root_certificate_pem(root())).await.unwrap_err();
    assert!(matches!(error, ConnectError::CertificateExpired { .. }), "{error:?}");

    connect(authority.server(&old, false), |builder| builder.dangerously_accept_any_certificate(true)).await.unwrap();
}

/// A certificate like those of Qlik's own authority: with a common name and no alternative names.
fn with_common_name(authority: &Authority, name: &str) -> Pair {
    authority.issue(name, |params| {
        params.subject_alt_names.clear();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
    })
}

#[tokio::test]
async fn a_certificate_can_be_checked_against_an_expected_name() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let only_common = with_common_name(&authority, "sense.corp");
    let alternative = authority.issue("sense.corp", |_| ());

    let error =
        connect(authority.server(&only_common, false), |builder| builder.root_certificate_pem(authority.root()));
    let error = error.await.unwrap_err();
    assert!(matches!(error, ConnectError::CertificateCommonName { .. }), "{error:?}");

    for pair in [&only_common, &alternative] {
        for (root, expected, trusted) in [
            (&authority, "sense.corp", true),
            (&authority, "SENSE.corp", true),
            (&authority, "other.corp", false),
            (&stranger, "sense.corp", false),
        ] {
            let session = connect(authority.server(pair, false), |builder| {
                builder.root_certificate_pem(root.root()).expect_certificate_name(expected)
            });
            assert_eq!(session.await.is_ok(), trusted, "{expected}");
        }
    }

    // A common name is accepted with the program's roots, not with those of the platform.
    let session =
        connect(authority.server(&only_common, false), |builder| builder.expect_certificate_name("sense.corp"));
    session.await.unwrap_err();

    // Alternative names replace the common name.
    let both = authority.issue("alias.corp", |params| {
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "sense.corp");
    });
    let session = connect(authority.server(&both, false), |builder| {
        builder.root_certificate_pem(authority.root()).expect_certificate_name("sense.corp")
    });
    assert!(matches!(session.await, Err(ConnectError::CertificateName { .. })));
}

#[tokio::test]
async fn a_client_certificate_lets_its_owner_in() {
    let authority = Authority::new();
    let pair = authority.issue("localhost", |_| ());
    let client = authority.issue("client", |_| ());
    let server = || authority.server(&pair, true);

    let error = connect(server(), |builder| builder.root_certificate_pem(authority.root())).await.unwrap_err();
    assert!(matches!(error, ConnectError::ClientCertificate { .. }), "{error:?}");

    // As files, the way the engine exports them, and as bytes.
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = ["client.pem", "client_key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, &client.certificate).unwrap();
    std::fs::write(&key, &client.key).unwrap();
    let setup = |builder: SessionBuilder| builder.client_certificate_pem(&*certificate, &*key, authority.root());
    connect(server(), setup).await.unwrap();
    let bytes = (client.certificate.as_bytes(), client.key.as_bytes());
    let setup = |builder: SessionBuilder| builder.client_certificate_pem(bytes.0, bytes.1, authority.root());
    connect(server(), setup).await.unwrap();
}

#[tokio::test]
async fn a_custom_configuration_replaces_the_other_settings() {
    let authority = Authority::new();
    let server = || authority.server(&authority.issue("localhost", |_| ()), false);
    let config = |roots: RootCertStore| {
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    };
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    connect(server(), |builder| builder.tls_config(config(roots))).await.unwrap();
    let nobody = config(RootCertStore::empty());
    let error = connect(server(), |builder| builder.tls_config(Arc::clone(&nobody))).await.unwrap_err();
    assert!(matches!(error, ConnectError::CertificateRoot { .. }), "{error:?}");

    let setup = |builder: SessionBuilder| builder.root_certificate_pem(authority.root()).tls_config(nobody);
    let error = connect(server(), setup).await.unwrap_err();
    assert!(matches!(error, ConnectError::Contradiction { second: "root_certificate_pem", .. }), "{error:?}");

    let error = connect(server(), |builder| builder.tls_config("a text")).await.unwrap_err();
    assert!(error.to_string().contains("not a `ClientConfig` of rustls 0.23"), "{error}");
}

#[tokio::test]
async fn a_custom_stream_is_encrypted_too() {
    let authority = Authority::new();
    let server = authority.server(&authority.issue("engine.corp", |_| ()), false);
    let mut inside = Inside::new();
    let builder = inside.builder().url("wss://engine.corp/app/");
    let connect = builder.clone().root_certificate_pem(authority.root()).connect();
    let script = async {
        let mut engine = accept_on(server.accept(inside.stream().await).await.unwrap()).await.unwrap();
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, _engine) = tokio::join!(connect, script);
    session.unwrap();
    let (error, accepted) = tokio::join!(builder.connect(), async { server.accept(inside.stream().await).await });
    assert!(matches!(error.unwrap_err(), ConnectError::CertificateRoot { host } if host == "engine.corp"));
    assert!(accepted.is_err());
}

#[tokio::test]
async fn an_invalid_certificate_is_named_in_the_error() {
    let builder =
        || Session::builder().url("wss://127.0.0.1:9/app/").connect_timeout(std::time::Duration::from_secs(60));
    let listener = Listener::bind().await;
    let url = listener.url().replace("ws://", "wss://");
    for (builder, expected) in [
        (builder().root_certificate_pem("/no/such/root.pem"), "the root certificate cannot be used: /no/such/root.pem"),
        (
            builder().root_certificate_pem(&b"nothing"[..]),
            "the root certificate cannot be used: it holds no certificate",
        ),
    ] {
        let (error, _stream) = tokio::join!(builder.url(&url).connect(), listener.stream());
        let error = error.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[cfg(feature = "pfx")]
#[tokio::test]
async fn a_client_certificate_can_be_a_pfx_file() {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, LocalKeyId, PrivateKey, PrivateKeyChain};

    let authority = Authority::new();
    let server = || authority.server(&authority.issue("localhost", |_| ()), true);
    let client = authority.issue("client", |_| ());
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(client.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(client.key.as_bytes()).unwrap();
    let key = PrivateKey::from_der(key.secret_der()).unwrap();
    let id = LocalKeyId::from(b"1".to_vec());
    let chain = PrivateKeyChain::new(id, key, [Certificate::from_der(&certificate).unwrap()]);
    let mut store = KeyStore::new();
    store.add_entry("client", KeyStoreEntry::PrivateKeyChain(chain));
    let file = store.writer("hush").write().unwrap();

    let setup = |builder: SessionBuilder| builder.root_certificate_pem(authority.root());
    connect(server(), |builder| setup(builder).client_certificate_pfx(&*file, "hush")).await.unwrap();
    let error = connect(server(), |builder| setup(builder).client_certificate_pfx(&*file, "wrong"));
    let error = tokio::time::timeout(std::time::Duration::from_secs(60), error).await.unwrap().unwrap_err();
    assert!(matches!(error, ConnectError::KeyMaterial { what: "PFX file", .. }), "{error}");
}
