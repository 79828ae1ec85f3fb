//! The app of the page, and objects that components follow.

use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::future::abortable;
use qix_client::rpc::Closed;
use qix_client::{Backoff, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::UrlSearchParams;
use yew::prelude::*;

use crate::Report;

/// The engine of the README; `?engine=` names another one.
const ENGINE: &str = "ws://127.0.0.1:9076/app/sales";

/// An open app. Components that have the same one are equal.
#[derive(Clone)]
pub(crate) struct App(Rc<(Session, Doc)>);

impl PartialEq for App {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl App {
    /// Connects to the engine in the address of the page.
    pub(crate) async fn open() -> Result<Self, Box<dyn std::error::Error>> {
        let query = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
        let engine = UrlSearchParams::new_with_str(&query).ok().and_then(|query| query.get("engine"));
        let url = engine.unwrap_or_else(|| ENGINE.to_owned());
        let session = Session::builder().url(url).reconnect(Backoff::default()).connect().await?;
        let doc = session.open_doc("sales").await?;
        Ok(Self(Rc::new((session, doc))))
    }

    pub(crate) fn doc(&self) -> Doc {
        self.0.1.clone()
    }

    /// Waits until the session has ended.
    pub(crate) async fn closed(&self) -> Closed {
        self.0.0.closed().await
    }
}

/// An object and its current layout.
#[derive(Clone, Default)]
pub(crate) struct Live {
    pub(crate) object: Option<GenericObject>,
    pub(crate) layout: Option<Rc<GenericObjectLayout>>,
}

/// Creates an object, and draws the component again with each layout. The object is destroyed with the component.
#[hook]
pub(crate) fn use_live(
    app: &App,
    report: &Report,
    definition: impl FnOnce() -> GenericObjectProperties + 'static,
) -> Live {
    let live = use_state(Live::default);
    use_effect_with(app.clone(), {
        let (live, report) = (live.clone(), report.clone());
        move |app| {
            let doc = app.doc();
            let (following, abort) = abortable(async move {
                let object = doc.create_session_object(definition()).await?;
                let mut layouts = object.layouts();
                while let Some(layout) = layouts.next().await {
                    live.set(Live { object: Some(object.clone()), layout: Some(Rc::new(layout?)) });
                }
                Ok::<_, qix_client::Error>(())
            });
            spawn_local(async move {
                if let Ok(Err(error)) = following.await {
                    report.emit(error.to_string());
                }
            });
            move || abort.abort()
        }
    });
    (*live).clone()
}
