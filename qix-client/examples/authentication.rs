//! All ways to authenticate, and what each sends to the server: path, query, and headers.
//!
//! The server is an in-memory engine; for client certificates, it uses TLS with certificates that are created
//! here.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use qix_client::prelude::*;
use qix_client::{KeyMaterial, SessionBuilder};
use qix_test_engine::TestEngine;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The relevant headers; those of every WebSocket are omitted.
const SHOWN: [&str; 4] = ["authorization", "cookie", "x-qlik-user", "hdr-user"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    // In production, use `.host("sense.corp")` or `.tenant("acme.eu.qlikcloud.com")` instead of the URL.
    let server = || Session::builder().url(engine.url());
    let app = "a5b1";

    show(&engine, "Desktop: no credentials", server()).await?;
    let jwt = server().virtual_proxy("jwt").app(app).bearer("eyJ…");
    show(&engine, "Enterprise, a proxy that takes JWTs", jwt).await?;
    let ticket = server().virtual_proxy("portal").app(app).ticket("Zx9-…");
    show(&engine, "Enterprise, a ticket, good for one connection", ticket).await?;
    let cookie = server().app(app).cookie("X-Qlik-Session", "7c1e…").csrf_token("f00d…");
    show(&engine, "Enterprise, the cookie of a proxy's session", cookie).await?;
    let header = server().virtual_proxy("header").app(app).header("hdr-user", "CORP\\ada");
    show(&engine, "Enterprise, a header that the proxy trusts", header).await?;
    show(&engine, "Cloud, an API key", server().app(app).api_key("eyK…")).await?;
    let source = server().app(app).token_source(|| async { Ok("fetched for each connection".to_owned()) });
    show(&engine, "Cloud, tokens from elsewhere", source).await?;

    let keys = Keys::new()?;
    let address = tls_before(engine.address(), keys.server()?).await?;
    let direct = Session::builder().host("localhost").port(address.port()).app(app).user("INTERNAL", "sa_engine");
    let direct = direct.client_certificate_pem(keys.certificate.as_bytes(), keys.key.as_bytes(), keys.root());
    show(&engine, "Enterprise, past the proxy, with a client certificate", direct).await?;

    // Builders and errors never print secrets.
    println!("{:?}", server().bearer("secret").cookie("X-Qlik-Session", "secret").ticket("secret"));
    Ok(())
}

/// Connects, and prints the request that the server has received.
async fn show(engine: &TestEngine, title: &str, builder: SessionBuilder) -> Result<(), Box<dyn Error>> {
    let session = builder.connect().await?;
    let upgrade = engine.upgrades().pop().ok_or("no connection has reached the engine")?;
    println!("{title}\n    GET {}", upgrade.target);
    for (name, value) in upgrade.headers.iter().filter(|(name, _)| SHOWN.contains(&&**name)) {
        println!("    {name}: {value}");
    }
    session.close().await;
    Ok(())
}

/// Certificates like those of an Enterprise site: one authority for its servers and its clients.
struct Keys {
    authority: CertifiedIssuer<'static, KeyPair>,
    certificate: String,
    key: String,
}

impl Keys {
    fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(["client".to_owned()])?.signed_by(&key, &authority)?.pem();
        Ok(Self { authority, certificate, key: key.serialize_pem() })
    }

    fn root(&self) -> KeyMaterial {
        KeyMaterial::bytes(self.authority.pem())
    }

    /// A server that requires a client certificate of the authority.
    fn server(&self) -> Result<TlsAcceptor, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &self.authority)?;
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build()?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())?,
            )?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Accepts TLS connections and forwards their content.
async fn tls_before(engine: SocketAddr, tls: TlsAcceptor) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut client) = tls.accept(stream).await else { continue };
            let Ok(mut engine) = TcpStream::connect(engine).await else { return };
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut engine).await });
        }
    });
    Ok(address)
}
