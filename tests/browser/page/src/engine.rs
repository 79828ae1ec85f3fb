//! An engine of the driver, controlled by requests to it.

use std::error::Error;

use crate::post;

/// The result of a test.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// An engine of one test.
pub(crate) struct Engine {
    id: String,
    url: String,
}

impl Engine {
    /// Starts an engine. A kind of engine other than `plain` behaves as the driver says.
    pub(crate) async fn start(kind: &str) -> Result<Self, Box<dyn Error>> {
        let text = ask("/start", kind).await?;
        let (id, url) = text.split_once(' ').ok_or("it has no address")?;
        Ok(Self { id: id.to_owned(), url: url.to_owned() })
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Does something with the engine, and returns what the driver says.
    pub(crate) async fn order(&self, order: &str) -> Result<String, Box<dyn Error>> {
        ask(&format!("/engine/{}", self.id), order).await
    }

    pub(crate) async fn fault(&self, fault: &str) -> Outcome {
        self.order(&format!("fault {fault}")).await.map(|_| ())
    }
}

async fn ask(path: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let answer = post(path, body).await.map_err(|error| format!("the driver: {error:?}"))?;
    Ok(answer.as_string().unwrap_or_default())
}
