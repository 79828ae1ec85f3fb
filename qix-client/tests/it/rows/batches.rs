//! Rows as Arrow record batches.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use futures_util::{StreamExt, TryStreamExt};
use qix_client::prelude::*;
use qix_test_engine::Fault;
use serde_json::json;

use super::{cube, object, open, pages, rows_error, sales};

/// Fields of every kind, each with a missing value.
const SCRIPT: &str = "SET DateFormat='YYYY-MM-DD'; SET TimestampFormat='YYYY-MM-DD hh:mm:ss';
    T: LOAD Key, Name, Price, Date(Day) as Day, Timestamp(Moment) as Moment, Flag, Mixed INLINE [
    Key, Name, Price, Day, Moment, Flag, Mixed
    1, ann, 1.5, 43831, 43831.5, -1, x
    2, bob, 2.25, 43832, 43832.25, 0, 7
    ];
    LOAD 3 as Key AUTOGENERATE 1;
    TAG FIELD Flag WITH '$boolean';";

fn types(batch: &RecordBatch) -> Vec<DataType> {
    batch.schema().fields().iter().map(|field| field.data_type().clone()).collect()
}

fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|field| field.name().clone()).collect()
}

async fn only(batches: BatchStream) -> RecordBatch {
    let mut all: Vec<RecordBatch> = batches.try_collect().await.unwrap();
    assert_eq!(all.len(), 1, "one page, one batch");
    all.remove(0)
}

fn texts(batch: &RecordBatch, column: usize) -> Vec<Option<&str>> {
    batch.column(column).as_string::<i32>().iter().collect()
}

fn numbers(batch: &RecordBatch, column: usize) -> Vec<Option<f64>> {
    batch.column(column).as_primitive::<Float64Type>().iter().collect()
}

const MOMENT: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

#[tokio::test]
async fn dimensions_have_the_types_of_their_tags() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let fields = ["Key", "Name", "Price", "Day", "Moment", "Flag", "Mixed"];
    let batch = only(cube(&doc, &fields, &[]).await.record_batches()).await;
    assert_eq!(names(&batch), fields);
    let expected = [
        DataType::Int64,
        DataType::Utf8,
        DataType::Float64,
        DataType::Date32,
        MOMENT,
        DataType::Boolean,
        DataType::Utf8,
    ];
    assert_eq!(types(&batch), expected);
    let keys: Vec<_> = batch.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(keys, [Some(1), Some(2), Some(3)]);
    assert_eq!(texts(&batch, 1), [Some("ann"), Some("bob"), None]);
    assert_eq!(numbers(&batch, 2), [Some(1.5), Some(2.25), None]);
    let days: Vec<_> = batch.column(3).as_primitive::<Date32Type>().iter().collect();
    assert_eq!(days, [Some(18_262), Some(18_263), None], "January 1 and 2, 2020");
    let moments: Vec<_> = batch.column(4).as_primitive::<TimestampMicrosecondType>().iter().collect();
    assert_eq!(moments, [Some(1_577_880_000_000_000), Some(1_577_944_800_000_000), None]);
    let flags: Vec<_> = batch.column(5).as_boolean().iter().collect();
    assert_eq!(flags, [Some(true), Some(false), None]);
    assert_eq!(texts(&batch, 6), [Some("x"), Some("7"), None]);
}

#[tokio::test]
async fn measures_have_the_types_of_their_formats() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Key")]).with_measures([
        NxMeasure::expression("Sum(Price)"),
        NxMeasure::expression("Only(Name)"),
        NxMeasure::expression("Max(Day)").with_num_format(FieldAttributes::date("YYYY-MM-DD")),
        NxMeasure::expression("Max(Moment)")
            .with_num_format(FieldAttributes::default().with_type(FieldAttrType::Timestamp)),
        NxMeasure::expression("Avg(Price)").with_num_format(FieldAttributes::number("#,##0.00")),
    ]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let batch = only(table.record_batches()).await;
    let expected = [DataType::Int64, DataType::Float64, DataType::Utf8, DataType::Date32, MOMENT, DataType::Float64];
    assert_eq!(types(&batch), expected);
    assert_eq!(numbers(&batch, 1), [Some(1.5), Some(2.25), Some(0.0)]);
    assert_eq!(texts(&batch, 2), [Some("ann"), Some("bob"), None]);
    let days: Vec<_> = batch.column(3).as_primitive::<Date32Type>().iter().collect();
    assert_eq!(days, [Some(18_262), Some(18_263), None]);
    assert_eq!(numbers(&batch, 5), [Some(1.5), Some(2.25), None]);
}

#[tokio::test]
async fn types_can_be_set_by_title_field_or_expression() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let cube = HyperCubeDef::default()
        .with_dimensions([
            NxDimension::field("Mixed").with_label("What"),
            NxDimension::field("Day"),
            NxDimension::field("Key"),
        ])
        .with_measures([NxMeasure::expression("Sum(Price)")]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let batches = table
        .record_batches()
        .with_type("What", ColumnType::Dual)
        .with_type("Day", ColumnType::Number)
        .with_type("Sum(Price)", ColumnType::Text);
    let batch = only(batches).await;
    assert_eq!(types(&batch), [ColumnType::Dual.data_type(), DataType::Float64, DataType::Int64, DataType::Utf8]);
    let duals = batch.column(0).as_struct();
    assert_eq!(duals.column(0).as_string::<i32>().iter().collect::<Vec<_>>(), [Some("x"), Some("7"), None]);
    let parts: Vec<_> = duals.column(1).as_primitive::<Float64Type>().iter().collect();
    assert_eq!(parts, [None, Some(7.0), None]);
    assert_eq!(duals.nulls().map(|nulls| nulls.iter().collect::<Vec<_>>()), Some(vec![true, true, false]));
    assert_eq!(numbers(&batch, 1), [Some(43_831.0), Some(43_832.0), None]);
    assert_eq!(texts(&batch, 3), [Some("1.5"), Some("2.25"), Some("0")]);

    let error = table.record_batches().with_type("Dey", ColumnType::Text).schema().await.unwrap_err();
    let columns = ["What", "Day", "Key", "Sum(Price)"].map(str::to_owned).to_vec();
    assert_eq!(rows_error(&error), RowsError::NoColumn { name: "Dey".into(), columns });
}

#[tokio::test]
async fn values_that_do_not_fit_are_errors_with_row_and_column() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let table = cube(&doc, &["Key", "Mixed", "Price"], &[]).await;
    let error_of = async |column: &str, kind| {
        let error = table.record_batches().with_type(column, kind).try_collect::<Vec<_>>().await.unwrap_err();
        let RowsError::Value { row, column, problem } = rows_error(&error) else { panic!("{error}") };
        format!("{row} {column} {problem}")
    };
    for (kind, what) in [
        (ColumnType::Number, "numbers"),
        (ColumnType::Integer, "integers"),
        (ColumnType::Date, "dates"),
        (ColumnType::Timestamp, "timestamps"),
    ] {
        let expected =
            format!("0 Mixed the text `x` does not fit a column of {what}; set another type with `with_type`");
        assert_eq!(error_of("Mixed", kind).await, expected);
    }
    assert_eq!(error_of("Mixed", ColumnType::Boolean).await, "0 Mixed `x` is neither true nor false");
    assert!(error_of("Price", ColumnType::Integer).await.starts_with("0 Price 1.5 does not fit"));
    assert!(error_of("Price", ColumnType::Date).await.starts_with("0 Price 1.5 does not fit a column of dates"));
    let batch = only(table.record_batches().with_type("Key", ColumnType::Boolean)).await;
    assert!(batch.column(0).as_boolean().iter().all(|flag| flag == Some(true)));
}

#[tokio::test]
async fn the_group_of_others_is_null_where_there_are_no_texts() {
    let (_engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 5;").await;
    let mut first = NxDimension::field("N");
    first.other_total_spec = OtherTotalSpecProp::default()
        .with_other_mode(OtherMode::Counted)
        .with_other_counted(ValueExpr::default().with_v("2"));
    let cube = HyperCubeDef::default().with_dimensions([first]).with_measures([NxMeasure::expression("Sum(N)")]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let batch = only(table.record_batches()).await;
    let keys: Vec<_> = batch.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!((keys[2], numbers(&batch, 1)[2]), (None, Some(6.0)));
    let batch = only(table.record_batches().with_type("N", ColumnType::Text)).await;
    assert_eq!(texts(&batch, 0)[2], Some("Others"));
}

#[tokio::test]
async fn the_schema_can_be_requested_in_another_task() {
    let (_engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 3;").await;
    let mut batches = cube(&doc, &["N"], &[]).await.record_batches();
    let schema = tokio::spawn(async move { batches.schema().await }).await.unwrap().unwrap();
    assert_eq!(schema.field(0).name(), "N");
}

#[tokio::test]
async fn each_page_is_a_batch_and_names_are_unique() {
    let (engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 100;").await;
    let table = cube(&doc, &["N", "N"], &["Sum(N)", "Sum(N)"]).await;
    let mut batches = table.record_batches().with_page_rows(30).with_pages_ahead(0);
    let schema = batches.schema().await.unwrap();
    assert!(pages(&engine, "GetHyperCubeData").is_empty(), "the schema is known before the first page is requested");
    let all: Vec<RecordBatch> = batches.by_ref().try_collect().await.unwrap();
    assert_eq!(all.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [30, 30, 30, 10]);
    assert!(all.iter().all(|batch| batch.schema() == schema));
    assert_eq!(names(&all[0]), ["N", "N_2", "Sum(N)", "Sum(N)_2"]);
    let read: Vec<_> = all.iter().flat_map(|batch| numbers(batch, 2)).collect();
    assert_eq!(read, (1..=100).map(|n| Some(f64::from(n))).collect::<Vec<_>>());
    assert_eq!(batches.schema().await.unwrap(), schema, "it is still available at the end");
    assert!(batches.next().await.is_none());
}

#[tokio::test]
async fn an_empty_cube_has_a_schema_and_no_batch() {
    let (_engine, _session, doc) = open("T: LOAD * INLINE [N];").await;
    let mut batches = cube(&doc, &["N"], &["Sum(N)"]).await.record_batches();
    assert!(batches.next().await.is_none());
    assert_eq!(batches.schema().await.unwrap().fields().len(), 2);
    assert!(batches.next().await.is_none(), "reading the schema does not restart it");
}

#[tokio::test]
async fn a_change_while_reading_is_an_error_or_restarts_the_batches() {
    let (_engine, _session, doc) = open("T: LOAD RecNo() as N, Mod(RecNo(), 2) as Odd AUTOGENERATE 100;").await;
    let table = cube(&doc, &["N"], &[]).await;
    let odd = doc.get_field("Odd").await.unwrap();
    let mut batches = table.record_batches().with_page_rows(10).with_pages_ahead(0).with_restart(true);
    batches.try_next().await.unwrap();
    odd.select("1").await.unwrap();
    assert_eq!(rows_error(&batches.try_next().await.unwrap_err()), RowsError::Changed);
    let rows: usize =
        batches.map_ok(|batch| batch.num_rows()).try_fold(0, async |sum, rows| Ok(sum + rows)).await.unwrap();
    assert_eq!(rows, 50);

    let mut batches = table.record_batches().with_page_rows(10).with_pages_ahead(0);
    batches.try_next().await.unwrap();
    doc.clear_all().await.unwrap();
    assert_eq!(rows_error(&batches.try_next().await.unwrap_err()), RowsError::Changed);
    assert!(batches.next().await.is_none());
}

#[tokio::test]
async fn batches_never_change_their_schema() {
    let (_engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 100;").await;
    let table = cube(&doc, &["N"], &[]).await;
    let mut told = table.record_batches().with_restart(true);
    let mut untold = table.record_batches();
    told.schema().await.unwrap();
    let wider = HyperCubeDef::default().with_dimensions([NxDimension::field("N"), NxDimension::field("N")]);
    let properties = table.get_properties().await.unwrap().with_hyper_cube_def(wider);
    table.set_properties(properties).await.unwrap();
    assert_eq!(rows_error(&told.try_next().await.unwrap_err()), RowsError::OtherColumns);
    assert!(told.next().await.is_none());
    assert_eq!(untold.try_next().await.unwrap().map(|batch| batch.num_columns()), Some(2));
}

#[tokio::test]
async fn lists_pivots_and_stacked_cubes_become_columns_too() {
    let (_engine, _session, doc) = sales().await;
    let list = GenericObjectProperties::of_type("filter").with_list_object_def(ListObjectDef::field("Region"));
    let batch = only(object(&doc, list).await.record_batches()).await;
    assert_eq!((names(&batch), texts(&batch, 0).len()), (vec!["Region".to_owned()], 3));

    let definition = HyperCubeDef::default()
        .with_dimensions(["Year", "Region"].map(NxDimension::field))
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_no_of_left_dims(1)
        .with_always_fully_expanded(true);
    let mut found = Vec::new();
    for mode in [NxHypercubeMode::Straight, NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack] {
        let properties =
            GenericObjectProperties::of_type("table").with_hyper_cube_def(definition.clone().with_mode(mode));
        found.push(only(object(&doc, properties).await.record_batches()).await);
    }
    assert_eq!(types(&found[0]), [DataType::Int64, DataType::Utf8, DataType::Float64]);
    assert_eq!((found[0].num_rows(), &found[1], &found[2]), (9, &found[0], &found[0]));
}

#[tokio::test]
async fn pages_of_another_form_are_read_or_rejected() {
    let (engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 2;").await;
    let table = cube(&doc, &["N"], &["Sum(N)"]).await;
    let first = |value| engine.fault(Fault::set("/qDataPages/0/qMatrix/0", value).on("GetHyperCubeData").times(1));
    // Numbers that the fast path does not handle, with members in another order.
    first(json!([{ "qNum": 1, "qText": "\u{e9}\"", "qUnheardOf": [] }, { "qNum": "NaN", "qText": "-" }]));
    let batch = only(table.record_batches().with_type("N", ColumnType::Text)).await;
    assert_eq!((texts(&batch, 0), numbers(&batch, 1)), (vec![Some("\u{e9}\""), Some("2")], vec![None, Some(2.0)]));
    first(json!([{ "qNum": 1, "qText": "1" }]));
    let error = table.record_batches().try_next().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Row { row: 0, .. }), "{error}");
    first(json!([{ "qNum": 1e19, "qText": "1" }, { "qNum": 1, "qText": "1" }]));
    let error = table.record_batches().try_next().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Value { row: 0, .. }), "{error}");
}
