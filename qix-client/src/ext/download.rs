//! Downloading what the engine exports.

use std::fmt;
use std::fs::{self, File};
use std::future::poll_fn;
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::body::{Body, Bytes, Incoming};
use percent_encoding::percent_decode_str;
use qix_schema::doc::ExportReducedData;
use qix_schema::generic_object::ExportData;
use qix_schema::rpc::{Call, Request};
use qix_schema::{Error, ErrorKind};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

pub use crate::session::download::DownloadError;
use crate::session::download::Server;

/// How many parts of a file wait to be written.
const CHUNKS: usize = 16;

/// Calls whose result is a file: [`export_data`](qix_schema::GenericObjectApi::export_data) and
/// [`export_reduced_data`](qix_schema::DocApi::export_reduced_data).
pub trait DownloadExt<'a>: sealed::Export {
    /// Makes the call, and requests the file from the server of the session, with its login.
    ///
    /// ```
    /// use qix_client::download::DownloadExt;
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// # let folder = std::env::temp_dir();
    /// let cube = HyperCubeDef::default()
    ///     .with_dimensions([NxDimension::field("Region")])
    ///     .with_measures([NxMeasure::expression("Sum(Sales)")]);
    /// let table = doc.create_session_object(cube.into()).await?;
    /// let file = table.export_data("OOXML").file_name("sales").download().await?;
    /// assert_eq!(file.name(), "sales.xlsx");
    /// file.save(folder.join("sales.xlsx")).await?;
    /// # std::fs::remove_file(folder.join("sales.xlsx"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of the call, and [`DownloadError`]s. Files are served by the proxy of Qlik Sense or by Qlik
    /// Cloud, so a session with a client certificate on port 4747 gets [`DownloadError::NoProxy`].
    fn download(self) -> BoxFuture<'a, Result<Download, Error>>;
}

macro_rules! exports {
    ($($request:ident $warnings:expr;)*) => {$(
        impl sealed::Export for Call<'_, $request> {}

        impl<'a> DownloadExt<'a> for Call<'a, $request> {
            fn download(self) -> BoxFuture<'a, Result<Download, Error>> {
                async move {
                    let server = Server::default();
                    let answer = self.with_extension(server.clone()).await?;
                    let warnings: fn(&<$request as Request>::Response) -> Vec<i32> = $warnings;
                    let warnings = warnings(&answer);
                    let file = server.download(&answer.url).await?;
                    let name = file_name(&answer.url);
                    Ok(Download { name, warnings, size: file.size, body: file.body, rest: Bytes::new() })
                }
                .boxed()
            }
        }
    )*};
}

/// The name of the file at an address.
fn file_name(url: &str) -> String {
    let path = percent_decode_str(url.split('?').next().unwrap_or_default()).decode_utf8_lossy();
    // A decoded name can contain separators too, and programs join it to a folder.
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

exports! {
    ExportData |answer| answer.warnings.clone();
    ExportReducedData |_| Vec::new();
}

/// A file that is being downloaded: read it as an [`AsyncRead`], or [`save`](Self::save) it.
#[must_use = "the file is not read before this is used"]
pub struct Download {
    name: String,
    warnings: Vec<i32>,
    size: Option<u64>,
    body: Incoming,
    /// What has arrived and is not read yet.
    rest: Bytes,
}

impl Download {
    /// The name of the file on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The warnings of the engine. 1000 means that the file is truncated.
    pub fn warnings(&self) -> &[i32] {
        &self.warnings
    }

    /// The size in bytes, if the server says it.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Writes the file, and returns its size. It is written under a temporary name next to the path first, so that a
    /// file at the path is complete.
    ///
    /// # Errors
    ///
    /// Returns [`DownloadError::Io`] if the connection is lost or the file cannot be written.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        let (chunks, arriving) = mpsc::channel(CHUNKS);
        let writing = tokio::task::spawn_blocking(move || write(&path, arriving));
        loop {
            let chunk = match self.chunk().await {
                Some(Ok(chunk)) => Chunk::Data(chunk),
                None => Chunk::End,
                Some(Err(error)) => Chunk::Broken(error),
            };
            let is_last = !matches!(chunk, Chunk::Data(_));
            // The writer ends early only with an error.
            if chunks.send(chunk).await.is_err() || is_last {
                break;
            }
        }
        let written = writing.await.map_err(io::Error::other).and_then(|written| written);
        Ok(written.map_err(DownloadError::Io)?)
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    ///
    /// Returns [`DownloadError::Io`] if the connection is lost.
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await {
            bytes.extend_from_slice(&chunk.map_err(DownloadError::Io)?);
        }
        Ok(bytes)
    }

    async fn chunk(&mut self) -> Option<io::Result<Bytes>> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The next part of the file; `None` at its end.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error)))),
                // Trailers are not part of the file.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                    _ => {}
                },
            }
        }
    }
}

enum Chunk {
    Data(Bytes),
    End,
    Broken(io::Error),
}

/// Writes chunks to a file, which is at the path only when it is complete.
fn write(path: &Path, mut chunks: mpsc::Receiver<Chunk>) -> io::Result<u64> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut fill = || {
        let mut file = File::create(&part)?;
        let mut size = 0;
        loop {
            match chunks.blocking_recv() {
                Some(Chunk::Data(data)) => {
                    file.write_all(&data)?;
                    size += data.len() as u64;
                }
                Some(Chunk::End) => break,
                Some(Chunk::Broken(error)) => return Err(error),
                None => return Err(io::Error::other("the download was dropped")),
            }
        }
        file.sync_all()?;
        fs::rename(&part, path)?;
        Ok(size)
    };
    fill().inspect_err(|_| {
        // The first error is the one to report.
        fs::remove_file(&part).ok();
    })
}

impl AsyncRead for Download {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match ready!(self.poll_chunk(context)) {
            Some(chunk) => self.rest = chunk?,
            None => return Poll::Ready(Ok(())),
        }
        let length = self.rest.len().min(out.remaining());
        out.put_slice(&self.rest.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl From<DownloadError> for Error {
    fn from(error: DownloadError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

mod sealed {
    /// Calls that export a file.
    pub trait Export {}
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_is_decoded_and_never_a_path() {
        for (url, name) in [
            ("/tempcontent/0-1/Ums%C3%A4tze%202024.xlsx?serverNodeId=x/y", "Umsätze 2024.xlsx"),
            ("./tempcontent/a b+c.csv", "a b+c.csv"),
            ("/tempcontent/..%2F..%5Cx.csv", "x.csv"),
            ("/tempcontent/", ""),
        ] {
            assert_eq!(file_name(url), name);
        }
    }
}
