//! An app of random rows, and the same rows in memory.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use fastrand::Rng;
use qix_client::Session;
use qix_datafusion::Engine;
use qix_test_engine::{App, TestEngine};

/// The random rows of the table `Orders`.
#[derive(Default)]
pub(crate) struct Rows {
    id: Vec<i64>,
    region: Vec<Option<&'static str>>,
    note: Vec<Option<&'static str>>,
    quantity: Vec<Option<i64>>,
    sales: Vec<Option<f64>>,
    day: Vec<Option<i32>>,
    time: Vec<Option<i64>>,
    month: Vec<Option<i64>>,
    code: Vec<Option<String>>,
    customer: Vec<Option<i64>>,
}

/// Texts that an engine finds equal in searches, and wildcards of its searches.
const REGIONS: [&str; 8] = ["North", "north", "NORTH", "South", "So*", "?outh", "Ost & West", "ä"];
const NOTES: [&str; 3] = ["", "-", "a 'quoted' note"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Rows {
    pub(crate) fn random(rng: &mut Rng, rows: usize) -> Self {
        let mut all = Self::default();
        for id in 0..rows {
            let some = |rng: &mut Rng| rng.u8(..10) > 0;
            all.id.push(id as i64);
            all.region.push(some(rng).then(|| REGIONS[rng.usize(..REGIONS.len())]));
            all.note.push(some(rng).then(|| NOTES[rng.usize(..NOTES.len())]));
            all.quantity.push(some(rng).then(|| rng.i64(-3..10)));
            // Sums are exact, whatever their order.
            all.sales.push(some(rng).then(|| rng.i32(-400..4_000) as f64 / 4.0));
            all.day.push(some(rng).then(|| 18_262 + rng.i32(0..40)));
            all.time.push(some(rng).then(|| 1_577_836_800_000_000 + rng.i64(0..48) * 1_800_000_000));
            all.month.push(some(rng).then(|| rng.i64(1..=12)));
            all.code.push(
                some(rng).then(|| if rng.bool() { rng.i32(0..20).to_string() } else { format!("C{}", rng.u8(..5)) }),
            );
            all.customer.push(some(rng).then(|| rng.i64(0..30)));
        }
        all
    }

    pub(crate) fn len(&self) -> usize {
        self.id.len()
    }

    /// The script that loads them. The field `Customer` is also in another table, with values that no order has.
    pub(crate) fn script(&self) -> String {
        let mut script = String::from(
            "Orders:\nLOAD Id, \
             If(Region = 'NULL', Null(), Region) as Region, If(Note = 'NULL', Null(), Note) as Note, \
             If(Quantity = 'NULL', Null(), Quantity) as Quantity, If(Sales = 'NULL', Null(), Sales) as Sales, \
             If(Day = 'NULL', Null(), Date(Day, 'YYYY-MM-DD')) as Day, \
             If(Time = 'NULL', Null(), Timestamp(Time, 'YYYY-MM-DD hh:mm:ss')) as Time, \
             If(Month = 'NULL', Null(), Dual(Name, Month)) as Month, If(Code = 'NULL', Null(), Code) as Code, \
             If(Customer = 'NULL', Null(), Customer) as Customer INLINE [\n\
             Id|Region|Note|Quantity|Sales|Day|Time|Month|Name|Code|Customer\n",
        );
        fn cell(value: Option<impl ToString>) -> String {
            value.map_or_else(|| "NULL".to_owned(), |value| value.to_string())
        }
        for at in 0..self.id.len() {
            let day = self.day[at].map(|day| day + 25_569);
            let time = self.time[at].map(|time| time as f64 / 86_400e6 + 25_569.0);
            let name = self.month[at].map_or("", |month| MONTHS[month as usize - 1]);
            let cells = [
                self.id[at].to_string(),
                cell(self.region[at]),
                cell(self.note[at]),
                cell(self.quantity[at]),
                cell(self.sales[at]),
                cell(day),
                cell(time),
                cell(self.month[at]),
                name.to_owned(),
                cell(self.code[at].as_ref()),
                cell(self.customer[at]),
            ];
            writeln!(script, "{}", cells.join("|")).expect("a string can be written to");
        }
        script.push_str(
            "] (delimiter is '|');\nCustomers:\nLOAD RecNo() + 9 as Customer, 'C' & RecNo() as Name AUTOGENERATE 40;\n",
        );
        script
    }

    pub(crate) fn batch(&self) -> RecordBatch {
        let columns: Vec<(&str, ArrayRef)> = vec![
            // An engine lists the keys of a table first.
            ("Customer", Arc::new(Int64Array::from(self.customer.clone()))),
            ("Id", Arc::new(Int64Array::from(self.id.clone()))),
            ("Region", Arc::new(StringArray::from(self.region.clone()))),
            ("Note", Arc::new(StringArray::from(self.note.clone()))),
            ("Quantity", Arc::new(Int64Array::from(self.quantity.clone()))),
            ("Sales", Arc::new(Float64Array::from(self.sales.clone()))),
            ("Day", Arc::new(Date32Array::from(self.day.clone()))),
            ("Time", Arc::new(TimestampMicrosecondArray::from(self.time.clone()))),
            ("Month", Arc::new(Int64Array::from(self.month.clone()))),
            ("Code", Arc::new(StringArray::from(self.code.iter().map(Option::as_deref).collect::<Vec<_>>()))),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .expect("the columns have the same length")
    }
}

/// An engine with the rows as the app `orders`.
pub(crate) async fn engine(rows: &Rows) -> TestEngine {
    TestEngine::builder().with_app(App::new("orders").script(rows.script())).start().await.unwrap()
}

/// A context with the engine as the catalog `qix`, whose default schema is `orders`.
pub(crate) async fn context(engine: &TestEngine, sessions: usize) -> SessionContext {
    let engine = Arc::new(Engine::new("qix", Session::builder().url(engine.url())).sessions(sessions));
    let config = SessionConfig::new().with_target_partitions(8).with_default_catalog_and_schema("qix", "orders");
    let context = SessionContext::new_with_config(config.with_create_default_catalog_and_schema(false));
    qix_datafusion::register(&context, engine).await.unwrap();
    context
}

/// A context with the rows in memory, in the types of a table of the engine. These differ if a column has few values.
pub(crate) async fn in_memory_as(rows: &Rows, engine: &SessionContext) -> SessionContext {
    let schema = engine.table("\"Orders\"").await.unwrap().schema().as_arrow().clone();
    let batch = rows.batch();
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    in_memory(RecordBatch::try_new(Arc::new(schema.clone()), columns.collect::<Result<_, _>>().unwrap()).unwrap())
}

/// A context with the rows in memory.
pub(crate) fn in_memory(batch: RecordBatch) -> SessionContext {
    let context = SessionContext::new();
    let half = batch.num_rows() / 2;
    let parts = vec![vec![batch.slice(0, half)], vec![batch.slice(half, batch.num_rows() - half)]];
    let table = MemTable::try_new(batch.schema(), parts).unwrap();
    context.register_table("\"Orders\"", Arc::new(table)).unwrap();
    context
}

/// The rows of an answer as text, sorted.
pub(crate) async fn answer(context: &SessionContext, query: &str) -> Vec<String> {
    try_answer(context, query).await.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// The rows of an answer as text, sorted, or an error.
pub(crate) async fn try_answer(context: &SessionContext, query: &str) -> Result<Vec<String>, DataFusionError> {
    let batches = context.sql(query).await?.collect().await?;
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in &batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|column| column.value(row).to_string()).collect();
            rows.push(cells.join(" | "));
        }
    }
    rows.sort();
    Ok(rows)
}

/// The plan of a query.
pub(crate) async fn plan(context: &SessionContext, query: &str) -> String {
    answer(context, &format!("EXPLAIN {query}")).await.join("\n")
}
