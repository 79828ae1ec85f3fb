//! Cubes as tables of DataFusion.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use qix_client::types::HyperCubeDef;

use crate::engine::Engine;
use crate::scan::CubeScan;

/// A cube as a table: its dimensions and measures are columns.
///
/// Conditions and groups are evaluated by DataFusion, because those of a cube's rows are not those of its data.
///
/// ```
/// use std::sync::Arc;
///
/// use datafusion::prelude::SessionContext;
/// use qix_client::prelude::*;
/// use qix_datafusion::{Engine, EngineCube};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let test_engine = qix_test_engine::TestEngine::start().await?;
/// let engine = Arc::new(Engine::new("prod", Session::builder().url(test_engine.url())));
/// let definition = HyperCubeDef::default()
///     .with_dimensions([NxDimension::field("Region")])
///     .with_measures([NxMeasure::expression("Sum(Sales) / Sum(total Sales)").with_label("share")]);
/// let context = SessionContext::new();
/// context.register_table("shares", Arc::new(EngineCube::new(engine, "sales", &definition).await?))?;
/// context.sql(r#"SELECT "Region" FROM shares WHERE share > 0.25"#).await?.show().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EngineCube {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scan: CubeScan,
}

impl EngineCube {
    /// Looks up the columns of a cube of an app. Their types are those of
    /// [`record_batches`](qix_client::GenericObjectExt::record_batches).
    ///
    /// # Errors
    ///
    /// Returns an error if the app cannot be opened, or if the definition is invalid.
    pub async fn new(engine: Arc<Engine>, app: &str, definition: &HyperCubeDef) -> Result<Self> {
        let scan = CubeScan::new(&engine, app, definition).await?;
        Ok(Self { engine, scan })
    }
}

#[async_trait]
impl TableProvider for EngineCube {
    fn schema(&self) -> SchemaRef {
        self.scan.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let scan = self.scan.clone();
        let scan = match projection {
            Some(columns) => scan.with_columns(columns.clone()),
            None => scan,
        };
        Ok(scan.plan(&self.engine, limit))
    }
}
