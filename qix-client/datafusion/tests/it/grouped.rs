//! What the engine groups.

use fastrand::Rng;

use crate::support::{Rows, answer, context, engine, in_memory, plan};

#[tokio::test]
async fn groups_are_calculated_by_the_engine() {
    let rows = Rows::random(&mut Rng::with_seed(7), 1_000);
    let engine = engine(&rows).await;
    let (sql, memory) = (context(&engine, 2).await, in_memory(rows.batch()));
    let query = r#"SELECT upper("Region"), count(*), avg("Sales"), sum("Quantity"), max("Day") FROM "Orders"
        WHERE "Quantity" > 0 GROUP BY 1"#;
    let expected = answer(&memory, query).await;
    assert_eq!(answer(&sql, query).await, expected);
    let plan = plan(&sql, query).await;
    let cube = "cube of [Region] by [Count([Id]), Sum([Sales]), Count([Sales]), Sum([Quantity]), Sum(Fabs([Quantity])), \
                Count([Quantity]), Max([Day])], selected=[Orders.Quantity > Int64(0)]";
    assert!(plan.contains(cube), "{plan}");
    assert!(engine.requests().iter().all(|request| request.method != "GetTableData"));
}

#[tokio::test]
async fn keys_are_aggregated_by_datafusion() {
    let rows = Rows::random(&mut Rng::with_seed(8), 1_000);
    let engine = engine(&rows).await;
    let (sql, memory) = (context(&engine, 2).await, in_memory(rows.batch()));
    // Other tables contain the field, so the engine's sum would be of their rows, too.
    let query = r#"SELECT "Month", sum("Customer") FROM "Orders" GROUP BY 1"#;
    assert_eq!(answer(&sql, query).await, answer(&memory, query).await);
    let own = plan(&sql, query).await;
    assert!(own.contains("cube of [Customer, Month] by [Count([Id])]"), "{own}");
}

#[tokio::test]
async fn a_sum_that_the_engine_rounds_is_an_error() {
    use qix_test_engine::{App, TestEngine};
    let script = "Orders: LOAD * INLINE [Id, Cents\n1, 9007199254740991\n2, 9007199254740991\n3, 1\n4, 1\n5, 1];";
    let engine = TestEngine::builder().with_app(App::new("orders").script(script)).start().await.unwrap();
    let sql = context(&engine, 1).await;
    let error = sql.sql(r#"SELECT sum("Cents") FROM "Orders""#).await.unwrap().collect().await.unwrap_err();
    assert!(error.to_string().contains("53 bits"), "{error}");
}
