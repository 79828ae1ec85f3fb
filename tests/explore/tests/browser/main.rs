//! Tests the page in a browser, as people use it. Skipped with a message if there is no Chromium.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod calls;
mod person;

use std::ops::Deref;
use std::time::Duration;

use qix_chromium::Browser;
use qix_client::Session;
use qix_explore::{Explorer, Target};
use qix_test_engine::{Builder, TestEngine};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A browser with the page, the program that serves it, and an engine.
struct Stage {
    browser: Browser,
    engine: TestEngine,
    _explorer: Explorer,
    _runtime: Runtime,
}

impl Stage {
    /// Opens the page, without a session.
    fn open(engine: Builder) -> Option<Self> {
        let browser = Browser::start()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (engine, explorer) = runtime.block_on(async {
            let engine = engine.start().await.unwrap();
            let url = format!("{}/app/", engine.url());
            let target = Target::engine(&url, Session::builder().url(&url));
            (engine, Explorer::start(target, 0).await.unwrap())
        });
        browser.open(explorer.url(), "document.body?.dataset.ready");
        Some(Self { browser, engine, _explorer: explorer, _runtime: runtime })
    }

    /// Opens a session and the app `sales`.
    fn with_app() -> Option<Self> {
        let stage = Self::open(TestEngine::builder().session_ttl(Duration::ZERO))?;
        stage.press("Enter");
        stage.until("document.querySelector('[data-handle=\"-1\"]')");
        stage.call("Global", "OpenDoc", r#"{"qDocName": "sales"}"#);
        stage.until("document.querySelector('#tree [aria-selected=true] .class').textContent === 'Doc'");
        Some(stage)
    }

    /// Makes a call through the form, with parameters as JSON, and waits for its answer.
    fn call(&self, class: &str, method: &str, params: &str) {
        self.run(&format!(
            "const row = [...document.querySelectorAll('[role=treeitem]')].findLast((row) => row.querySelector('.class').textContent === {class:?});
            row.click();
            document.querySelector('#method-{method}').click();
            const params = {params};
            for (const [name, value] of Object.entries(params)) {{
                const field = document.querySelector(`#call .fields > .field [data-name=${{name}}]`).closest('.field');
                const toggle = field.querySelector('.switch > .toggle');
                let input = field.querySelector('input, select, textarea');
                if (toggle) {{
                    toggle.click();
                    input = field.querySelector('.switch > textarea');
                }}
                const isText = typeof value === 'string' && input.tagName !== 'SELECT' && !input.classList.contains('json');
                input.value = isText ? value : JSON.stringify(value);
                input.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
                input.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }}
            document.querySelector('#result')?.remove();"
        ));
        self.click("#send");
        self.until("/done|failed/.test(document.querySelector('#result')?.dataset.state)");
    }

    /// Waits until a function body returns a text in a frame, whose changes the page does not see.
    fn until_soon(&self, body: &str, text: &str) {
        let body = format!(
            "const now = () => {{ {body} }}, end = performance.now() + 30000;
            while (now() !== {text:?} && performance.now() < end) await new Promise(requestAnimationFrame);
            return now();"
        );
        assert_eq!(self.run(&body), text);
    }

    fn text(&self, selector: &str) -> String {
        let text = self.run(&format!("return document.querySelector({selector:?})?.innerText ?? '';"));
        text.as_str().unwrap().to_owned()
    }

    /// The class and the badge of each object in the tree.
    fn tree(&self) -> Value {
        self.run(
            "return [...document.querySelectorAll('[role=treeitem]')].map((row) =>
                [row.querySelector('.class').textContent, row.querySelector('.badge').textContent]);",
        )
    }
}

impl Deref for Stage {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// A table of sales by region.
const TABLE: &str = r#"{"qProp": {
    "qInfo": {"qId": "sales-table", "qType": "table"}, "title": "Sales",
    "qHyperCubeDef": {
        "qDimensions": [{"qDef": {"qFieldDefs": ["Region"]}}],
        "qMeasures": [{"qDef": {"qDef": "Sum(Sales)"}}],
        "qInitialDataFetch": [{"qWidth": 2, "qHeight": 100}]
    }
}}"#;
