//! A session with an app of its own, where facts are checked.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qix_client::prelude::*;
use qix_client::record::Recorder;
use qix_client::rpc::{CallOptions, Effect, Method, RawCall};
use qix_client::{Error, SessionBuilder};
use serde_json::Value;

use crate::fact::Trouble;
use crate::wire::{Exchange, Wire};

/// The script of the app.
const SCRIPT: &str = include_str!("facts.qvs");

/// How long a single call may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long loading the data may take.
const LOADING: Duration = Duration::from_secs(60);

/// Where facts are checked.
#[derive(Clone, Debug)]
pub struct Target {
    builder: SessionBuilder,
    named_apps: bool,
}

impl Target {
    /// An engine, by a builder with its location and credentials. `named_apps` selects how to get a session app: by a
    /// name in the address, as in Qlik Cloud, or by `CreateSessionApp`.
    pub fn new(builder: SessionBuilder, named_apps: bool) -> Self {
        Self { builder, named_apps }
    }
}

/// A session with an app of its own, which ends with the session.
pub(crate) struct Lab {
    pub(crate) session: Session,
    pub(crate) doc: Doc,
    /// ID of the app.
    pub(crate) app: String,
    /// What was sent and received since the check began.
    pub(crate) wire: Wire,
    /// Connects to the same session.
    pub(crate) builder: SessionBuilder,
    target: Target,
}

impl Lab {
    pub(crate) async fn open(target: &Target) -> Result<Self, Error> {
        let name = unique();
        let builder = target.builder.clone().timeout(PATIENCE).ttl(Duration::from_secs(20));
        let builder = if target.named_apps { builder.session_app(name) } else { builder.identity(name) };
        let wire = Wire::default();
        let session = builder.clone().record(&Recorder::new(wire.clone())).connect().await?;
        let (doc, app) = match target.named_apps {
            true => {
                let doc = session.get_active_doc().await?;
                let id = doc.handle().id.clone().unwrap_or_default();
                (doc, id)
            }
            false => {
                let created = session.create_session_app().await?;
                (created.doc, created.session_app_id)
            }
        };
        doc.reload().with_script(SCRIPT).with_timeout(LOADING).await?;
        Ok(Self { session, doc, app, wire, builder, target: target.clone() })
    }

    /// A session app of its own in another session.
    pub(crate) async fn another(&self) -> Result<Self, Error> {
        Box::pin(Self::open(&self.target)).await
    }

    /// A session without an app; `None` if the address names the app.
    pub(crate) async fn without_app(&self) -> Result<Option<Session>, Error> {
        if self.target.named_apps {
            return Ok(None);
        }
        Ok(Some(self.target.builder.clone().timeout(PATIENCE).identity(unique()).connect().await?))
    }

    /// Undoes what a check has done to the session.
    pub(crate) async fn reset(&self) -> Result<(), Error> {
        self.doc.abort_modal(false).await.ok();
        self.doc.unlock_all().await?;
        self.doc.clear_all().await?;
        self.wire.clear();
        Ok(())
    }

    /// A session object with a cube.
    pub(crate) async fn cube(&self, cube: HyperCubeDef) -> Result<GenericObject, Error> {
        self.doc.create_session_object(GenericObjectProperties::of_type("facts").with_hyper_cube_def(cube)).await
    }

    /// A session object with a list of a field's values.
    pub(crate) async fn list(&self, list: ListObjectDef) -> Result<GenericObject, Error> {
        self.doc.create_session_object(GenericObjectProperties::of_type("facts").with_list_object_def(list)).await
    }

    /// A list of a field, with its first values.
    pub(crate) async fn values(&self, field: &str) -> Result<GenericObject, Error> {
        let pages = [NxPage::of_size(1, 100)];
        let list = ListObjectDef::field(field).with_sort_by(SortCriteria::by_load_order());
        self.list(list.with_show_alternatives(true).with_initial_data_fetch(pages)).await
    }

    /// Texts and states of the values in a list's layout.
    pub(crate) async fn states(&self, list: &GenericObject) -> Result<Vec<(String, StateEnumType)>, Error> {
        let layout = list.get_layout().await?;
        let pages = layout.list_object.map(|list| list.data_pages).unwrap_or_default();
        let cells = pages.into_iter().flat_map(|page| page.matrix).flatten();
        Ok(cells.map(|cell| (cell.text, cell.state)).collect())
    }

    /// The exchanges of a method in order, at least a number of them.
    pub(crate) async fn exchanges(&self, method: &str, count: usize) -> Result<Vec<Exchange>, Trouble> {
        // Another thread writes the recording.
        let marker = unique();
        self.doc.evaluate(&format!("'{marker}'")).await?;
        self.wire.until(&marker).await?;
        self.wire.exchanges(method, count).await
    }

    /// The latest exchange of a method.
    pub(crate) async fn exchange(&self, method: &str) -> Result<Exchange, Trouble> {
        let mut exchanges = self.exchanges(method, 1).await?;
        exchanges.pop().ok_or_else(|| Trouble::Differs(format!("{method} was not answered")))
    }

    /// Calls a method with any parameters.
    pub(crate) async fn raw(&self, object: &impl AsRemote, method: Method, params: Value) -> Result<Value, Error> {
        let call = RawCall::new(method, params.to_string()).with_options(CallOptions::default());
        let answer = object.as_remote().invoke(call).await?;
        Ok(serde_json::from_str(answer.as_str()).unwrap_or_default())
    }
}

/// A method with one result, which only reads.
pub(crate) const fn method(class: &'static str, name: &'static str) -> Method {
    Method::new(class, name, Effect::Read, &["qReturn"])
}

/// The cube in an object's layout.
pub(crate) async fn cube_of(object: &GenericObject) -> Result<HyperCube, Trouble> {
    let layout = object.get_layout().await?;
    layout.hyper_cube.map(|cube| *cube).ok_or_else(|| Trouble::Differs("the layout has no cube".to_owned()))
}

/// The list in an object's layout.
pub(crate) async fn list_of(object: &GenericObject) -> Result<ListObject, Trouble> {
    let layout = object.get_layout().await?;
    layout.list_object.map(|list| *list).ok_or_else(|| Trouble::Differs("the layout has no list".to_owned()))
}

/// The texts of the rows on a page of a straight cube.
pub(crate) async fn texts(object: &GenericObject, width: i32, height: i32) -> Result<Vec<Vec<String>>, Error> {
    let pages = object.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::of_size(width, height)]).await?;
    let rows = pages.into_iter().flat_map(|page| page.matrix);
    Ok(rows.map(|row| row.into_iter().map(|cell| cell.text).collect()).collect())
}

/// The code of an engine's error.
pub(crate) fn code_of<T>(result: &Result<T, Error>) -> Option<i64> {
    result.as_ref().err().and_then(|error| error.engine()).map(|error| error.code.0)
}

/// A name that no other program uses.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("conform-{}-{}", std::process::id(), now.as_nanos())
}
