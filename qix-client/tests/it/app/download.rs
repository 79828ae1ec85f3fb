//! Downloading exports.

use super::sales;
use qix_client::download::{DownloadError, DownloadExt};
use qix_client::prelude::*;
use qix_test_engine::{Login, Proxy, TestEngine, VirtualProxy};
use tokio::io::AsyncReadExt;

use crate::support::{self, object};

async fn table(doc: &Doc) -> GenericObject {
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")]);
    doc.create_session_object(cube.into()).await.unwrap()
}

#[tokio::test]
async fn an_export_is_read_or_saved() {
    let (_engine, _session, doc) = sales().await;
    let table = table(&doc).await;
    let mut file = table.export_data("CSV_C").file_name("regions").download().await.unwrap();
    assert_eq!((file.name(), file.warnings().len()), ("regions.csv", 0));
    let size = file.size().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).await.unwrap();
    assert!(text.contains("North") && text.len() as u64 == size, "{text}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("regions.csv");
    let saved = table.export_data("CSV_C").download().await.unwrap().save(&path).await.unwrap();
    assert_eq!((saved, std::fs::read_to_string(&path).unwrap()), (size, text));
    let entries = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(entries, 1, "the temporary file is gone");

    let file = table.export_data("OOXML").download().await.unwrap();
    let error = file.save(folder.path().join("none/x.xlsx")).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(DownloadError::Io(_))), "{error}");
}

#[tokio::test]
async fn a_file_below_a_virtual_proxy_is_requested_with_the_cookie_of_the_session() {
    let proxy = Proxy::new()
        .virtual_proxy(VirtualProxy::new("jwt").login(Login::Unauthorized).cookie_attributes("Path=/jwt"))
        .token("secret", r"TEST\tester");
    let engine = TestEngine::builder().proxy(proxy).start().await.unwrap();
    let builder = Session::builder().url(engine.url()).virtual_proxy("jwt").app("sales").bearer("secret");
    let session = builder.connect().await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let table = table(&doc).await;
    let file = table.export_data("CSV_C").download().await.unwrap();
    assert!(String::from_utf8(file.bytes().await.unwrap()).unwrap().contains("North"));
    assert_eq!(engine.logins(), 1);
    // A stale cookie is dropped, and the login is repeated once. Without credentials, that fails.
    engine.expire_cookies();
    let file = table.export_data("CSV_C").download().await.unwrap();
    assert!(String::from_utf8(file.bytes().await.unwrap()).unwrap().contains("North"));
    assert_eq!(engine.logins(), 2);
    drop(table.export_data("CSV_C").download().await.unwrap());
    assert_eq!(engine.logins(), 2, "the new cookie is kept");
}

#[tokio::test]
async fn the_credentials_are_not_sent_to_another_server() {
    let (_session, mut engine, doc) = support::opened(|builder| builder).await;
    let (answered, ()) = tokio::join!(
        async {
            let object = doc.get_object("x").await.unwrap();
            object.export_data("CSV_C").download().await
        },
        async {
            engine.answer("GetObject", object("GenericObject", 2)).await;
            let answer = serde_json::json!({ "qUrl": "https://elsewhere.example/x.csv?token=s3cret", "qWarnings": [] });
            engine.answer("ExportData", answer).await;
        }
    );
    let error = answered.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(DownloadError::Elsewhere { .. })), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}
