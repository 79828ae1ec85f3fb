//! The quickstart as a page has it. Features add to it, so that their cost can be measured.

use js_sys::Array;
use qix_client::prelude::*;
use wasm_bindgen::prelude::*;

fn told(error: impl std::error::Error) -> JsError {
    JsError::new(&error.to_string())
}

/// Rows of a cube.
#[wasm_bindgen]
pub async fn rows(url: String) -> Result<Array, JsError> {
    let session = Session::connect(url).await.map_err(told)?;
    let doc = session.open_doc("sales").await.map_err(told)?;
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")]);
    let table = doc.create_session_object(cube.into()).await.map_err(told)?;
    let rows = table.rows::<(String, f64)>().read_all().await.map_err(told)?;
    session.close().await;
    Ok(rows.into_iter().map(|(region, sales)| Array::of2(&region.into(), &sales.into())).collect())
}

/// Ten methods with small and large types.
#[cfg(feature = "more")]
#[wasm_bindgen]
pub async fn more(url: String) -> Result<f64, JsError> {
    let session = Session::connect(url).await.map_err(told)?;
    let doc = session.open_doc("sales").await.map_err(told)?;
    let field = doc.get_field("Year").await.map_err(told)?;
    let mut sum = field.get_cardinal().await.map_err(told)? as f64;
    field.select_all().await.map_err(told)?;
    field.lock().await.map_err(told)?;
    field.unlock().await.map_err(told)?;
    field.clear().await.map_err(told)?;
    doc.clear_all().await.map_err(told)?;
    sum += f64::from(
        doc.get_tables_and_keys(Size::default(), Size::default(), 0, false, false).await.map_err(told)?.tr.len() as u32,
    );
    sum += doc.evaluate_ex("1").await.map_err(told)?.number;
    doc.do_save().await.map_err(told)?;
    doc.back().await.map_err(told)?;
    Ok(sum)
}

/// What a page with charts has beside it.
#[cfg(feature = "live")]
#[wasm_bindgen]
pub async fn live(url: String) -> Result<f64, JsError> {
    use futures_util::StreamExt;

    let session =
        Session::builder().url(url).reconnect(qix_client::Backoff::default()).connect().await.map_err(told)?;
    let doc = session.open_doc("sales").await.map_err(told)?;
    doc.select("Year", [2022]).await.map_err(told)?;
    let table = doc.get_object("table").await.map_err(told)?;
    let mut layouts = table.layouts();
    let mut cells = 0;
    while let Some(layout) = layouts.next().await {
        cells += layout.map_err(told)?.hyper_cube.map_or(0, |cube| cube.size.cy);
    }
    Ok(f64::from(cells))
}
