//! Apps as schemas of a catalog.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::prelude::SessionContext;

use crate::engine::Engine;
use crate::grouped::{self, GroupByCube};
use crate::model;
use crate::table::EngineTable;

/// The apps of an engine as schemas, and the tables of their data models as tables.
///
/// A schema is named by the ID of its app, or by its title if no other app has the same title. Columns are named by
/// fields. SQL treats names without quotes as lower case, so quote them: `SELECT "Region" FROM prod.sales."Orders"`.
///
/// ```
/// use std::sync::Arc;
///
/// use datafusion::prelude::SessionContext;
/// use qix_client::Session;
/// use qix_datafusion::Engine;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let test_engine = qix_test_engine::TestEngine::start().await?;
/// let engine = Engine::new("prod", Session::builder().url(test_engine.url()));
/// let context = SessionContext::new();
/// qix_datafusion::register(&context, Arc::new(engine)).await?;
///
/// let rows = context.sql(r#"SELECT count(*) FROM prod.sales."Sales" WHERE "Year" > 2021"#).await?.collect().await?;
/// assert_eq!(rows[0].num_rows(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct EngineCatalog {
    engine: Arc<Engine>,
    schemas: BTreeMap<String, Arc<AppSchema>>,
}

/// Registers an engine as a catalog with its name. Queries of the context group rows in the engine where possible.
///
/// The apps are listed now, and their tables when a query uses them, so that it sees the current data model. To see apps
/// that are created later, register the engine again.
///
/// # Errors
///
/// Returns an error if the engine cannot be reached or refuses the user.
pub async fn register(context: &SessionContext, engine: Arc<Engine>) -> Result<Arc<EngineCatalog>> {
    let catalog = Arc::new(EngineCatalog::new(Arc::clone(&engine)).await?);
    context.register_catalog(engine.name(), Arc::clone(&catalog) as Arc<dyn CatalogProvider>);
    if !context.state().optimizers().iter().any(|rule| rule.name() == grouped::NAME) {
        context.add_optimizer_rule(Arc::new(GroupByCube));
    }
    Ok(catalog)
}

impl EngineCatalog {
    async fn new(engine: Arc<Engine>) -> Result<Self> {
        let mut schemas = BTreeMap::new();
        let mut titles: BTreeMap<String, Option<Arc<AppSchema>>> = BTreeMap::new();
        for app in engine.apps().await? {
            let schema = Arc::new(AppSchema::new(Arc::clone(&engine), app.doc_id.clone()));
            let title = titles.entry(app.title);
            title.and_modify(|other| *other = None).or_insert_with(|| Some(Arc::clone(&schema)));
            schemas.insert(app.doc_id, schema);
        }
        for (title, schema) in titles {
            if let Some(schema) = schema {
                schemas.entry(title).or_insert(schema);
            }
        }
        Ok(Self { engine, schemas })
    }

    /// The IDs of the apps.
    pub fn apps(&self) -> Vec<&str> {
        let mut apps: Vec<&str> = self.schemas.values().map(|schema| schema.app.as_str()).collect();
        apps.sort_unstable();
        apps.dedup();
        apps
    }

    /// Reads the tables of an app, by its ID or title. Otherwise, [`table_names`](SchemaProvider::table_names) lists the
    /// tables only after a query has used one of them.
    ///
    /// # Errors
    ///
    /// Returns an error if the app does not exist or cannot be opened.
    pub async fn load(&self, app: &str) -> Result<Vec<EngineTable>> {
        match self.schemas.get(app) {
            Some(schema) => schema.load().await,
            None => Err(DataFusionError::Plan(format!("engine `{}` has no app `{app}`", self.engine.name()))),
        }
    }
}

impl CatalogProvider for EngineCatalog {
    fn schema_names(&self) -> Vec<String> {
        self.schemas.keys().cloned().collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let schema = Arc::clone(self.schemas.get(name)?);
        Some(schema)
    }
}

/// An app as a schema.
#[derive(Debug)]
struct AppSchema {
    engine: Arc<Engine>,
    app: String,
    /// The tables that were seen last.
    names: RwLock<Vec<String>>,
}

impl AppSchema {
    fn new(engine: Arc<Engine>, app: String) -> Self {
        Self { engine, app, names: RwLock::default() }
    }

    async fn load(&self) -> Result<Vec<EngineTable>> {
        let tables = model::tables(&self.engine, &self.app).await?;
        let names = tables.iter().map(|table| table.name.clone()).collect();
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names;
        Ok(tables.into_iter().map(|table| EngineTable::new(Arc::clone(&self.engine), table)).collect())
    }
}

#[async_trait]
impl SchemaProvider for AppSchema {
    fn table_names(&self) -> Vec<String> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let found = self.load().await?.into_iter().find(|table| table.table.name == name);
        Ok(found.map(|table| Arc::new(table) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.table_names().iter().any(|own| own == name)
    }
}
