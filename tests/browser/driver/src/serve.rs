//! A small web server: the page's files, what the page tells, and its orders for engines.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};

use crate::Told;
use crate::engines::Engines;

struct Server {
    files: PathBuf,
    engines: Engines,
    /// Results go out, and the next test comes back.
    told: Mutex<(mpsc::Sender<Told>, mpsc::Receiver<String>)>,
}

/// Serves until the runtime ends.
pub(crate) async fn start(
    files: PathBuf,
    told: mpsc::Sender<Told>,
    next: mpsc::Receiver<String>,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Arc::new(Server { files, engines: Engines::default(), told: Mutex::new((told, next)) });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                // A page that is left breaks its connections.
                server.serve(stream).await.ok();
            });
        }
    });
    Ok(address)
}

impl Server {
    async fn serve(&self, stream: TcpStream) -> Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_owned());
        let is_post = method == "POST";
        let mut length = 0;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            let Some((name, value)) = header.trim().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let path = target.split('?').next().unwrap_or_default();
        let answer = match is_post {
            true => self.order(path, &String::from_utf8(body)?).await.map(|text| ("text/plain", text.into_bytes())),
            false => self.file(path),
        };
        let (status, kind, body) = match answer {
            Ok((kind, body)) => ("200 OK", kind, body),
            Err(error) => ("500 Failed", "text/plain", format!("{error:#}").into_bytes()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.shutdown().await?;
        Ok(())
    }

    fn file(&self, path: &str) -> Result<(&'static str, Vec<u8>)> {
        let name = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
        let kind = match Path::new(name).extension().and_then(|extension| extension.to_str()) {
            Some("html") => "text/html",
            Some("js") => "text/javascript",
            Some("wasm") => "application/wasm",
            _ => "application/octet-stream",
        };
        Ok((kind, std::fs::read(self.files.join(name)).with_context(|| format!("there is no {name}"))?))
    }

    async fn order(&self, path: &str, body: &str) -> Result<String> {
        if path == "/told" {
            let told = &mut *self.told.lock().await;
            told.0.send(serde_json::from_str(body)?).await?;
            return Ok(told.1.recv().await.unwrap_or_default());
        }
        match path.strip_prefix("/engine/") {
            Some(id) => self.engines.order(id.parse()?, body).await,
            None => self.engines.start(body).await,
        }
    }
}
