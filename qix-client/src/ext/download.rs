//! Downloading what the engine exports.

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::body::{Body, Bytes, Incoming};
use qix_schema::doc::ExportReducedData;
use qix_schema::generic_object::ExportData;
use qix_schema::rpc::{Call, Request};
use qix_schema::{Error, ErrorKind};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

pub use crate::session::download::DownloadError;
use crate::session::download::Server;

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
                    let path = answer.url.split('?').next().unwrap_or_default();
                    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                    Ok(Download { name, warnings, size: file.size, body: file.body, rest: Bytes::new() })
                }
                .boxed()
            }
        }
    )*};
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
        let path = path.as_ref();
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let written = async {
            let mut file = tokio::fs::File::create(&part).await?;
            let size = tokio::io::copy(&mut self, &mut file).await?;
            file.sync_all().await?;
            tokio::fs::rename(&part, path).await?;
            Ok(size)
        };
        match written.await {
            Ok(size) => Ok(size),
            Err(error) => {
                // The first error is the one to report.
                tokio::fs::remove_file(&part).await.ok();
                Err(DownloadError::Io(error).into())
            }
        }
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    ///
    /// Returns [`DownloadError::Io`] if the connection is lost.
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes).await.map_err(DownloadError::Io)?;
        Ok(bytes)
    }
}

impl AsyncRead for Download {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(Ok(())),
                // Trailers are not part of the file.
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
            }
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
