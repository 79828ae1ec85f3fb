//! An app for JavaScript: `index.html` draws what this module calls back with.

mod login;

use futures_util::{Stream, StreamExt};
use js_sys::{Array, Function};
use qix_client::{Backoff, prelude::*};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Rows that a table shows.
const ROWS: i32 = 500;
const LIST: &str = "/qListObjectDef";

fn told(error: impl std::error::Error) -> JsError {
    JsError::new(&error.to_string())
}

/// An open app.
#[wasm_bindgen]
pub struct App {
    session: Session,
    doc: Doc,
}

/// A list of the values of a field.
#[wasm_bindgen]
pub struct ListBox(GenericObject);

#[wasm_bindgen]
impl App {
    /// Opens an app without a login, or with the cookies of the browser.
    pub async fn open(url: String, app: String) -> Result<App, JsError> {
        Self::connect(Session::builder().url(url), &app).await
    }

    /// Opens an app of Qlik Cloud for anybody, with an access code of an OAuth client for anonymous access.
    #[wasm_bindgen(js_name = openAnonymously)]
    pub async fn open_anonymously(tenant: String, client: String, code: String, app: String) -> Result<App, JsError> {
        let origin = format!("https://{tenant}");
        let token = move || login::anonymous(origin.clone(), client.clone(), code.clone());
        Self::connect(Session::builder().tenant(tenant).app(&app).token_source(token), &app).await
    }

    /// Opens an app of Qlik Cloud after the user has come back from the tenant's login with a code (PKCE).
    #[wasm_bindgen(js_name = openWithCode)]
    pub async fn open_with_code(
        tenant: String,
        client: String,
        redirect: String,
        code: String,
        verifier: String,
        app: String,
    ) -> Result<App, JsError> {
        let origin = format!("https://{tenant}");
        // A code is good for one token, which serves later connections too.
        let token = login::exchange(&origin, &client, &redirect, &code, &verifier)
            .await
            .map_err(|e| JsError::new(&e.to_string()))?;
        Self::connect(Session::builder().tenant(tenant).app(&app).bearer(token), &app).await
    }

    async fn connect(builder: qix_client::SessionBuilder, app: &str) -> Result<App, JsError> {
        let session = builder.reconnect(Backoff::default()).connect().await.map_err(told)?;
        let doc = session.open_doc(app).await.map_err(told)?;
        Ok(Self { session, doc })
    }

    /// Calls back with `[text, state, element]` of each value, now and whenever they change.
    #[wasm_bindgen(js_name = listBox)]
    pub async fn list_box(&self, field: String, show: Function) -> Result<ListBox, JsError> {
        let list = ListObjectDef::field(field)
            .with_show_alternatives(true)
            .with_sort_by(SortCriteria::by_text())
            .with_initial_data_fetch([NxPage::of_size(1, ROWS)]);
        let list = self.doc.create_session_object(list.into()).await.map_err(told)?;
        follow(list.layouts(), show, |layout| {
            let pages = layout.list_object.unwrap_or_default().data_pages;
            let cells = pages.into_iter().flat_map(|page| page.matrix).flatten();
            let value = |cell: NxCell| {
                let state = qix_client::encode(&cell.state).unwrap_or_default();
                Array::of3(&cell.text.into(), &state.trim_matches('"').into(), &cell.elem_number.into())
            };
            cells.map(value).collect()
        });
        Ok(ListBox(list))
    }

    /// Calls back with the texts of each row, now and whenever they change.
    pub async fn table(&self, dimensions: Vec<String>, measures: Vec<String>, show: Function) -> Result<(), JsError> {
        let width = i32::try_from(dimensions.len() + measures.len()).map_err(told)?;
        let cube = HyperCubeDef::default()
            .with_dimensions(dimensions.into_iter().map(NxDimension::field).collect::<Vec<_>>())
            .with_measures(measures.into_iter().map(NxMeasure::expression).collect::<Vec<_>>())
            .with_initial_data_fetch([NxPage::of_size(width, ROWS)]);
        let table = self.doc.create_session_object(cube.into()).await.map_err(told)?;
        follow(table.layouts(), show, move |layout| {
            let _keeps_the_object = &table;
            let pages = layout.hyper_cube.unwrap_or_default().data_pages;
            let texts = |row: Vec<NxCell>| row.into_iter().map(|cell| JsValue::from(cell.text)).collect::<Array>();
            pages.into_iter().flat_map(|page| page.matrix).map(texts).collect()
        });
        Ok(())
    }

    /// Clears all selections.
    pub async fn clear(&self) -> Result<(), JsError> {
        self.doc.clear_all().await.map_err(told)
    }

    /// Waits until the session has ended, and returns the reason.
    pub async fn closed(&self) -> String {
        self.session.closed().await.to_string()
    }
}

#[wasm_bindgen]
impl ListBox {
    /// Selects a value, or takes it back.
    pub async fn toggle(&self, element: i32) -> Result<bool, JsError> {
        self.0.select_list_object_values(LIST, vec![element], true).await.map_err(told)
    }

    /// Restricts the list to matching values.
    pub async fn search(&self, text: String) -> Result<bool, JsError> {
        self.0.search_list_object_for(LIST, &format!("*{text}*")).await.map_err(told)
    }
}

/// Shows each layout until the session ends.
fn follow(
    mut layouts: impl Stream<Item = Result<GenericObjectLayout, qix_client::Error>> + Unpin + 'static,
    show: Function,
    rows: impl Fn(GenericObjectLayout) -> Array + 'static,
) {
    spawn_local(async move {
        while let Some(layout) = layouts.next().await {
            let shown = match layout {
                Ok(layout) => show.call1(&JsValue::NULL, &rows(layout)),
                Err(error) => show.call2(&JsValue::NULL, &JsValue::NULL, &error.to_string().into()),
            };
            // The caller's function has thrown, which the console shows.
            if let Err(error) = shown {
                wasm_bindgen::throw_val(error);
            }
        }
    });
}
