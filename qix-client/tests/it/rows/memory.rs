//! Reads a million rows, and counts how many of them are in memory at once.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt;
use qix_client::rpc::{ObjectHandle, RawAnswer, RawCall, Remote};
use qix_client::{Error, prelude::*};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

const ROWS: usize = 1_000_000;

/// How many of something exist, and the maximum so far.
#[derive(Debug, Default)]
struct Count {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Count {
    fn add(&self) {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    fn remove(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The text of a page, counted.
struct Page(String, Arc<Count>);

impl AsRef<str> for Page {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.1.remove();
    }
}

/// An object with a cube of a million rows, which are generated on request.
#[derive(Debug)]
struct Cube(ObjectHandle, Arc<Count>);

#[async_trait::async_trait]
impl Remote for Cube {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        // As with a socket, no response is available immediately.
        tokio::task::yield_now().await;
        if call.method.name == "GetLayout" {
            let size = format!(r#"{{"qcx":1,"qcy":{ROWS}}}"#);
            let cube = format!(r#"{{"qSize":{size},"qDimensionInfo":[{{"qFallbackTitle":"N"}}]}}"#);
            return Ok(RawAnswer::new(format!(r#"{{"qLayout":{{"qHyperCube":{cube}}}}}"#)));
        }
        let params: Value = serde_json::from_str(&call.params).unwrap();
        let page = &params["qPages"][0];
        let [top, height] = ["qTop", "qHeight"].map(|member| page[member].as_u64().unwrap_or(0));
        let mut text = r#"{"qDataPages":[{"qMatrix":["#.to_owned();
        for n in top..top + height {
            let comma = if n == top { "" } else { "," };
            write!(text, r#"{comma}[{{"qText":"{n}","qNum":{n},"qElemNumber":{n},"qState":"O"}}]"#).unwrap();
        }
        text += "]}]}";
        self.1.add();
        Ok(RawAnswer::new(Page(text, Arc::clone(&self.1))))
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Arc::new(Self(object, Arc::clone(&self.1)))
    }

    fn handle(&self) -> &ObjectHandle {
        &self.0
    }
}

static ROWS_THERE: Count = Count { now: AtomicUsize::new(0), most: AtomicUsize::new(0) };

/// A row, counted.
struct Row(usize);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = usize::deserialize(deserializer)?;
        ROWS_THERE.add();
        Ok(Self(n))
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        ROWS_THERE.remove();
    }
}

#[tokio::test]
async fn a_million_rows_are_never_in_memory_at_once() {
    let pages = Arc::new(Count::default());
    let remote = Cube(ObjectHandle::new("GenericObject", 1), Arc::clone(&pages));
    let cube = GenericObject::from_remote(Arc::new(remote));
    let mut rows = cube.rows::<Row>();
    let mut next = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        assert_eq!(row.0, next, "in order");
        next += 1;
    }
    assert_eq!(next, ROWS);
    // The page being read, the pending one, and three ahead; and the row that was returned.
    let most = ROWS_THERE.most.load(Ordering::Relaxed);
    assert!(most <= 5 * 10_000 + 1, "{most} rows at once");
    let most = pages.most.load(Ordering::Relaxed);
    assert!(most <= 4, "{most} texts at once");
    assert_eq!((ROWS_THERE.now.load(Ordering::Relaxed), pages.now.load(Ordering::Relaxed)), (0, 0));
}
