//! Runs the examples of the generated documentation against the in-memory engine.
//!
//! `qix-schema` compiles its examples as doctests, with nothing but itself. Here each one becomes a test that also runs.

#[cfg(test)]
mod examples {
    #![allow(clippy::print_stdout, unused_variables)]

    use qix_client::prelude::*;
    use qix_test_engine::TestEngine;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// What an example may name.
    struct Setup<D> {
        engine: TestEngine,
        global: Global,
        doc: D,
    }

    /// A session with the app "sales" open.
    async fn with_app() -> Result<Setup<Doc>, Box<dyn std::error::Error>> {
        let engine = TestEngine::start().await?;
        let session = Session::connect(engine.url()).await?;
        let doc = session.open_doc("sales").await?;
        Ok(Setup { engine, global: session.global().clone(), doc })
    }

    /// A session without an open app.
    async fn without_app() -> Result<Setup<()>, Box<dyn std::error::Error>> {
        let engine = TestEngine::start().await?;
        let session = Session::connect(format!("{}/app/engineData", engine.url())).await?;
        Ok(Setup { engine, global: session.global().clone(), doc: () })
    }

    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}
