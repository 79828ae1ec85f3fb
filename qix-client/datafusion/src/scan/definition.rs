//! A cube that the program has defined.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::ExecutionPlan;
use futures_util::TryStreamExt;
use qix_client::prelude::*;
use serde::{Deserialize, Serialize};

use super::Scan;
use super::source::{Part, Source};
use crate::engine::Engine;
use crate::error::failed;
use crate::model::Kind;

/// Some columns of a cube.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CubeScan {
    pub(crate) app: String,
    /// The `HyperCubeDef` as JSON.
    definition: String,
    /// All columns of the cube, with their types.
    all: Vec<(String, Kind)>,
    /// The columns that are read.
    columns: Vec<usize>,
}

impl CubeScan {
    /// Looks up the columns of a cube.
    pub(crate) async fn new(engine: &Engine, app: &str, definition: &HyperCubeDef) -> Result<Self> {
        let definition = qix_client::encode(definition).map_err(|error| DataFusionError::External(Box::new(error)))?;
        let lease = engine.open(app).await?;
        let place = || format!("app `{app}`, cube");
        let object = lease.doc().create_session_object(decoded(&definition)?.into()).await;
        let mut batches = object.map_err(|error| failed(place(), error))?.record_batches();
        let schema = batches.schema().await.map_err(|error| failed(place(), error))?;
        drop(batches);
        lease.hand_back();
        let all = schema.fields().iter().map(|field| {
            let kind = Kind::of_arrow(field.data_type());
            let kind =
                kind.ok_or_else(|| DataFusionError::NotImplemented(format!("columns of {}", field.data_type())))?;
            Ok((field.name().clone(), kind))
        });
        let all = all.collect::<Result<Vec<_>>>()?;
        let columns = (0..all.len()).collect();
        Ok(Self { app: app.to_owned(), definition, all, columns })
    }

    pub(crate) fn with_columns(mut self, columns: Vec<usize>) -> Self {
        self.columns = columns;
        self
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        let field = |at: &usize| Field::new(&self.all[*at].0, self.all[*at].1.column_type().data_type(), true);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    pub(crate) fn plan(self, engine: &Arc<Engine>, limit: Option<usize>) -> Arc<dyn ExecutionPlan> {
        Source::new(Arc::clone(engine), Scan::Cube(self)).plan([vec![Part { table: 0, rows: 0..1 }]], limit)
    }
}

impl fmt::Display for CubeScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = self.all.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "cube with columns [{}]", columns.join(", "))
    }
}

/// Reads a cube, at most `limit` rows and the rest of the last page.
pub(super) async fn read(engine: &Engine, scan: &CubeScan, limit: Option<usize>) -> Result<Vec<RecordBatch>> {
    let place = || format!("app `{}`, cube", scan.app);
    let lease = engine.open(&scan.app).await?;
    let object = lease.doc().create_session_object(decoded(&scan.definition)?.into()).await;
    let mut pages = object.map_err(|error| failed(place(), error))?.record_batches();
    let schema = pages.schema().await.map_err(|error| failed(place(), error))?;
    let planned = scan.clone().with_columns((0..scan.all.len()).collect()).schema();
    if schema != planned {
        return Err(DataFusionError::Execution(format!(
            "{}: the columns have changed since the query was planned; repeat the query",
            place()
        )));
    }
    let mut batches = Vec::new();
    let mut rows = 0;
    while let Some(page) = pages.try_next().await.map_err(|error| failed(place(), error))? {
        rows += page.num_rows();
        batches.push(page.project(&scan.columns)?);
        if limit.is_some_and(|limit| rows >= limit) {
            break;
        }
    }
    drop(pages);
    lease.hand_back();
    Ok(batches)
}

fn decoded(definition: &str) -> Result<HyperCubeDef> {
    qix_client::decode(definition).map_err(|error| DataFusionError::External(Box::new(error)))
}
