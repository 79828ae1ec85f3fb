//! Queries on a cluster inside of this process.

use std::sync::Arc;

use ballista::extension::{SessionConfigExt, SessionStateExt};
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use fastrand::Rng;
use qix_client::Session;
use qix_datafusion::cluster::{Engines, LogicalCodec, PhysicalCodec, configure};
use qix_datafusion::{Engine, EngineExport};
use qix_test_engine::TestEngine;

use crate::support::{Rows, answer, context, engine, in_memory, plan};

fn own(engine: &TestEngine) -> Arc<Engine> {
    Arc::new(Engine::new("qix", Session::builder().url(engine.url())).sessions(8))
}

fn state(engines: &Engines, slots: usize) -> SessionState {
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(8)
        .with_default_catalog_and_schema("qix", "orders")
        .with_create_default_catalog_and_schema(false)
        .with_ballista_standalone_parallelism(slots);
    SessionStateBuilder::new().with_default_features().with_config(configure(config, engines)).build()
}

/// A scheduler, an executor with some slots, and a context that uses them.
async fn cluster(engine: Arc<Engine>, slots: usize) -> SessionContext {
    let state = state(&Engines::new([Arc::clone(&engine)]), slots);
    let address = ballista_scheduler::standalone::new_standalone_scheduler_from_state(&state).await.unwrap();
    let url = format!("http://localhost:{}", address.port());
    let scheduler = SchedulerGrpcClient::connect(url.clone()).await.unwrap();
    ballista_executor::new_standalone_executor_from_state(scheduler, slots, &state).await.unwrap();
    let context = SessionContext::new_with_state(state.upgrade_for_ballista(url).unwrap());
    qix_datafusion::register(&context, engine).await.unwrap();
    context
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_is_read_once_with_any_number_of_slots() {
    let rows = Rows::random(&mut Rng::with_seed(9), 8_000);
    let engine = engine(&rows).await;
    let memory = in_memory(rows.batch());
    let queries = [
        r#"SELECT "Id", "Region", "Sales", "Day", "Time", "Month", "Code" FROM "Orders""#,
        r#"SELECT "Month", count(*), sum("Id"), sum("Customer") FROM "Orders" GROUP BY 1"#,
        r#"SELECT "Region", count(*), sum("Sales"), max("Day") FROM "Orders" WHERE "Quantity" > 3 GROUP BY 1"#,
        r#"SELECT "Id" FROM "Orders" WHERE "Region" = 'north' AND ("Quantity" IS NULL OR "Id" % 7 = 1)"#,
    ];
    let alone = context(&engine, 8).await;
    let parts = plan(&alone, queries[0]).await;
    assert!(parts.contains("{8 groups") && parts.contains("rows of Orders"), "{parts}");
    for slots in [1, 2, 4, 8] {
        let cluster = cluster(own(&engine), slots).await;
        for query in queries {
            let (ours, expected) = (answer(&cluster, query).await, answer(&memory, query).await);
            assert_eq!(ours.len(), expected.len(), "{query} with {slots} slots");
            assert!(ours == expected, "{query} with {slots} slots");
        }
    }
}

#[tokio::test]
async fn plans_contain_no_secrets() {
    let rows = Rows::random(&mut Rng::with_seed(10), 3_000);
    let engine = engine(&rows).await;
    let builder = Session::builder().url(engine.url()).header("X-Secret", "hunter2");
    let own = Arc::new(Engine::new("qix", builder));
    let engines = Engines::new([Arc::clone(&own)]);
    let (logical, physical) = (LogicalCodec::new(engines.clone()), PhysicalCodec::new(engines.clone()));
    let context = SessionContext::new_with_state(state(&engines, 1));
    let catalog = qix_datafusion::register(&context, own).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let export = EngineExport::new(&catalog.load("orders").await.unwrap(), folder.path().join("orders")).unwrap();
    let grouped = r#"SELECT "Region", sum("Quantity") FROM "Orders" WHERE "Day" > DATE '2020-01-05' GROUP BY 1"#;
    let frames = [
        context.sql(r#"SELECT "Id", "Region", "Sales", "Day", "Time" FROM "Orders""#).await.unwrap(),
        context.sql(grouped).await.unwrap(),
        context.read_table(Arc::new(export)).unwrap(),
    ];
    let secrets = ["hunter2", "X-Secret", "127.0.0.1"];
    for frame in frames {
        let plan = frame.into_optimized_plan().unwrap();
        let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &logical).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("Orders") && !secrets.iter().any(|secret| text.contains(secret)), "{text}");
        let decoded = logical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &logical).unwrap();
        assert_eq!(decoded.to_string(), plan.to_string());

        let plan = context.state().create_physical_plan(&plan).await.unwrap();
        let bytes = physical_plan_to_bytes_with_extension_codec(Arc::clone(&plan), &physical).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("Orders") && !secrets.iter().any(|secret| text.contains(secret)), "{text}");
        let decoded = physical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &physical).unwrap();
        let shown = |plan| datafusion::physical_plan::displayable(plan).indent(true).to_string();
        assert_eq!(shown(decoded.as_ref()), shown(plan.as_ref()));
        let nobody = PhysicalCodec::new(Engines::new([]));
        let error = physical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &nobody).unwrap_err();
        assert!(error.to_string().contains("no engine `qix`"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_appears_when_it_is_complete() {
    let rows = Rows::random(&mut Rng::with_seed(11), 4_000);
    let engine = engine(&rows).await;
    let context = cluster(own(&engine), 2).await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("orders");
    let catalog = qix_datafusion::register(&context, own(&engine)).await.unwrap();
    let export = EngineExport::new(&catalog.load("orders").await.unwrap(), &target).unwrap();
    // Left by an attempt that has failed.
    std::fs::create_dir_all(folder.path().join(".orders.attempts/1")).unwrap();
    std::fs::write(folder.path().join(".orders.attempts/1/part.parquet"), "PAR1").unwrap();
    let files = export.run(&context).await.unwrap();
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 4_040);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["orders"]);

    let local = SessionContext::new();
    let path = target.join("Orders-0.parquet");
    local.register_parquet("\"Orders\"", path.to_str().unwrap(), Default::default()).await.unwrap();
    let written: Vec<RecordBatch> = local.table("\"Orders\"").await.unwrap().collect().await.unwrap();
    assert!(written.iter().map(RecordBatch::num_rows).sum::<usize>() > 0);
    let read = r#"SELECT "Id", "Note", "Region", "Time" FROM "Orders""#;
    let expected = answer(&in_memory(rows.batch()), read).await;
    assert!(answer(&local, read).await.iter().all(|row| expected.binary_search(row).is_ok()));
}
