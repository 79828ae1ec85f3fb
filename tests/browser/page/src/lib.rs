//! Tests of `qix-client` that run in a page. Each runs in a page of its own, with an engine of its own.

mod engine;
mod tests;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/page.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn post(path: &str, body: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn example(engine: &str) -> Result<JsValue, JsValue>;
    fn show(visible: bool);
    fn plug(online: bool);
    fn throttle(millis: u32);
    fn panicked(message: &str);
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| panicked(&panic.to_string())));
}

/// The names of the tests.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    tests::ALL.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Runs a test.
#[wasm_bindgen]
pub async fn run(name: String) -> Result<(), JsError> {
    let (_, test) = tests::ALL.iter().find(|(known, _)| *known == name).ok_or(JsError::new("there is no such test"))?;
    test().await.map_err(|error| JsError::new(&error.to_string()))
}
