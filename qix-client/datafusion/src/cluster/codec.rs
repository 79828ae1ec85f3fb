//! Codecs of plans that read from engines. Everything else is encoded by Ballista.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Extension, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use super::Engines;
use super::message::{ScanMessage, SourceMessage, TableKind, TableMessage, TableScanMessage, decode, encode};
use crate::cube::EngineCube;
use crate::export::EngineExport;
use crate::grouped::GroupedTable;
use crate::scan::{Source, part};
use crate::table::EngineTable;

/// Encodes the tables of engines in logical plans.
#[derive(Debug)]
pub struct LogicalCodec {
    engines: Engines,
    rest: BallistaLogicalExtensionCodec,
}

impl LogicalCodec {
    /// Decodes tables of these engines.
    pub fn new(engines: Engines) -> Self {
        Self { engines, rest: BallistaLogicalExtensionCodec::default() }
    }
}

impl LogicalExtensionCodec for LogicalCodec {
    fn try_decode(&self, buffer: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        self.rest.try_decode(buffer, inputs, context)
    }

    fn try_encode(&self, node: &Extension, buffer: &mut Vec<u8>) -> Result<()> {
        self.rest.try_encode(node, buffer)
    }

    fn try_decode_table_provider(
        &self,
        buffer: &[u8],
        name: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        let Some(TableMessage { engine, table }) = decode(buffer)? else {
            return self.rest.try_decode_table_provider(buffer, name, schema, context);
        };
        let engine = self.engines.get(&engine)?;
        Ok(match table {
            TableKind::Table(table) => Arc::new(EngineTable::new(engine, table)),
            TableKind::Grouped(scan) => Arc::new(GroupedTable::new(engine, scan.scan(context)?)),
            TableKind::Cube(scan) => Arc::new(EngineCube { engine, scan }),
            TableKind::Export(scan) => Arc::new(EngineExport { engine, scan }),
        })
    }

    fn try_encode_table_provider(
        &self,
        name: &TableReference,
        node: Arc<dyn TableProvider>,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        let (engine, table) = if let Some(own) = node.downcast_ref::<EngineTable>() {
            (&own.engine, TableKind::Table(own.table.as_ref().clone()))
        } else if let Some(own) = node.downcast_ref::<GroupedTable>() {
            (&own.engine, TableKind::Grouped(TableScanMessage::new(&own.scan)?))
        } else if let Some(own) = node.downcast_ref::<EngineCube>() {
            (&own.engine, TableKind::Cube(own.scan.clone()))
        } else if let Some(own) = node.downcast_ref::<EngineExport>() {
            (&own.engine, TableKind::Export(own.scan.clone()))
        } else {
            return self.rest.try_encode_table_provider(name, node, buffer);
        };
        encode(&TableMessage { engine: engine.name().to_owned(), table }, buffer)
    }

    fn try_decode_file_format(&self, buffer: &[u8], context: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.rest.try_decode_file_format(buffer, context)
    }

    fn try_encode_file_format(&self, buffer: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.rest.try_encode_file_format(buffer, node)
    }
}

/// Encodes scans of engines in physical plans.
pub struct PhysicalCodec {
    engines: Engines,
    rest: BallistaPhysicalExtensionCodec,
}

impl PhysicalCodec {
    /// Decodes scans of these engines.
    pub fn new(engines: Engines) -> Self {
        Self { engines, rest: BallistaPhysicalExtensionCodec::default() }
    }
}

impl fmt::Debug for PhysicalCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhysicalCodec").field("engines", &self.engines).finish_non_exhaustive()
    }
}

impl PhysicalExtensionCodec for PhysicalCodec {
    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(SourceMessage { engine, scan, partitions, limit }) = decode(buffer)? else {
            return self.rest.try_decode(buffer, inputs, context, converter);
        };
        let scan = scan.scan(context)?;
        Ok(Source::new(self.engines.get(&engine)?, scan).plan(partitions, limit))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buffer: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some((config, source)) = own_scan(&node) else {
            return self.rest.try_encode(node, buffer, converter);
        };
        let parts = config.file_groups.iter().map(|group| group.iter().map(part).collect());
        let message = SourceMessage {
            engine: source.engine.name().to_owned(),
            scan: ScanMessage::new(&source.scan)?,
            partitions: parts.collect::<Result<_>>()?,
            limit: config.limit,
        };
        encode(&message, buffer)
    }
}

fn own_scan(node: &Arc<dyn ExecutionPlan>) -> Option<(&FileScanConfig, &Source)> {
    let source: &dyn Any = node.downcast_ref::<DataSourceExec>()?.data_source().as_ref();
    let config = source.downcast_ref::<FileScanConfig>()?;
    Some((config, config.file_source().downcast_ref::<Source>()?))
}
