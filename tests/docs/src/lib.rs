//! Runs the examples of the generated documentation against the in-memory engine, compiles those of the README, and
//! checks the lists of tests.
//!
//! `qix-schema` only compiles its examples as doctests. Here, each example becomes a test that runs it.

#[cfg(test)]
mod lists;

#[cfg(test)]
mod examples {
    #![allow(clippy::print_stdout, unused_variables)]

    use qix_client::prelude::*;
    use qix_test_engine::TestEngine;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Names that examples can use.
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

#[cfg(test)]
mod readme {
    #![allow(dead_code, unused_variables, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

    use qix_client::GlobalApi;
    // The README's crate for another schema.
    use qix_schema as my_old_qix;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    include!(concat!(env!("OUT_DIR"), "/readme.rs"));
}
