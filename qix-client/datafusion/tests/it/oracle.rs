//! Random queries, answered by the engine's tables and by DataFusion over the same rows in memory.

use fastrand::Rng;

use crate::support::{Rows, answer, context, engine, in_memory_as, plan, try_answer};

const COLUMNS: [&str; 10] = ["Id", "Region", "Note", "Quantity", "Sales", "Day", "Time", "Month", "Code", "Customer"];

fn some<'a>(rng: &mut Rng, all: &[&'a str], most: usize) -> Vec<&'a str> {
    let mut all = all.to_vec();
    rng.shuffle(&mut all);
    all.truncate(rng.usize(1..=most));
    all
}

fn names(columns: &[&str]) -> String {
    columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn literal(rng: &mut Rng, column: &str) -> String {
    match column {
        "Id" => rng.i32(-5..2_000).to_string(),
        "Region" => {
            let all = ["North", "north", "NORTH", "South", "So*", "?outh", "ä", "", "no such region"];
            format!("'{}'", all[rng.usize(..all.len())])
        }
        "Note" => ["''", "'-'", "'a ''quoted'' note'"][rng.usize(..3)].to_owned(),
        "Quantity" | "Month" => [rng.i32(-4..12).to_string(), "5.5".to_owned()][rng.usize(..2)].clone(),
        "Sales" => (rng.i32(-400..4_000) as f64 / 4.0).to_string(),
        "Day" => format!("DATE '2020-01-{:02}'", rng.u8(1..=31)),
        "Time" => format!("TIMESTAMP '2020-01-01T{:02}:30:00'", rng.u8(..24)),
        "Code" => format!("'{}'", ["C1", "C2", "7", "07", "c1"][rng.usize(..5)]),
        _ => rng.i32(-1..50).to_string(),
    }
}

fn condition(rng: &mut Rng, depth: usize) -> String {
    if depth > 0 && rng.u8(..4) == 0 {
        let (left, right) = (condition(rng, depth - 1), condition(rng, depth - 1));
        return format!("({left} {} {right})", ["AND", "OR"][rng.usize(..2)]);
    }
    let column = COLUMNS[rng.usize(..COLUMNS.len())];
    let (one, other) = (literal(rng, column), literal(rng, column));
    let name = format!("\"{column}\"");
    match rng.u8(..9) {
        0 => format!("{name} IS NULL"),
        1 => format!("{name} IS NOT NULL"),
        2 => format!("{name} IN ({one}, {other}, {})", literal(rng, column)),
        3 => format!("{name} NOT IN ({one}, {other})"),
        4 => format!("{name} BETWEEN {one} AND {other}"),
        5 => format!("NOT ({name} = {one})"),
        6 if matches!(column, "Region" | "Note" | "Code") => {
            format!("{name} LIKE '%{}%'", ["o", "N", "1", ""][rng.usize(..4)])
        }
        _ => format!("{name} {} {one}", ["=", "<>", "<", "<=", ">", ">="][rng.usize(..6)]),
    }
}

fn conditions(rng: &mut Rng) -> String {
    let conditions: Vec<String> = (0..rng.usize(..4)).map(|_| condition(rng, 2)).collect();
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

/// Aggregations, also of fields that the engine cannot aggregate for SQL.
const RESULTS: [&str; 18] = [
    "count(*)",
    r#"count("Region")"#,
    r#"count("Code")"#,
    r#"count("Customer")"#,
    r#"count("Sales")"#,
    r#"sum("Quantity")"#,
    r#"sum("Sales")"#,
    r#"sum("Customer")"#,
    r#"min("Sales")"#,
    r#"max("Quantity")"#,
    r#"min("Day")"#,
    r#"max("Time")"#,
    r#"max("Region")"#,
    r#"avg("Quantity")"#,
    r#"avg("Sales")"#,
    r#"min("Month")"#,
    r#"count(DISTINCT "Region")"#,
    r#"sum("Quantity") FILTER (WHERE "Sales" > 300)"#,
];

const KEYS: [&str; 9] = [
    r#""Region""#,
    r#""Note""#,
    r#""Month""#,
    r#""Code""#,
    r#""Customer""#,
    r#""Day""#,
    r#""Quantity" % 3"#,
    r#"date_part('day', "Time")"#,
    r#"upper("Region")"#,
];

fn grouped(rng: &mut Rng, conditions: &str) -> String {
    let results = some(rng, &RESULTS, 4).join(", ");
    let having = if rng.u8(..5) == 0 { " HAVING count(*) > 1" } else { "" };
    if rng.u8(..4) == 0 {
        return format!(r#"SELECT {results} FROM "Orders" AS o{conditions}{having}"#);
    }
    let keys = some(rng, &KEYS, 2).join(", ");
    format!(r#"SELECT {keys}, {results} FROM "Orders"{conditions} GROUP BY {keys}{having}"#)
}

fn query(rng: &mut Rng) -> String {
    let columns = some(rng, &COLUMNS, 5);
    let conditions = conditions(rng);
    match rng.u8(..7) {
        4..7 => grouped(rng, &conditions),
        0 => format!(r#"SELECT count(*) FROM "Orders"{conditions}"#),
        1 => format!(r#"SELECT DISTINCT {} FROM "Orders"{conditions}"#, names(&columns)),
        _ => format!(r#"SELECT {} FROM "Orders"{conditions}"#, names(&columns)),
    }
}

#[tokio::test]
async fn random_queries_have_the_same_answers() {
    let mut rng = Rng::with_seed(20_261_129);
    let (mut cubes, mut selected, mut grouped) = (0, 0, 0);
    for (rows, queries) in [(0, 60), (1, 60), (60, 180), (1_200, 160)] {
        let rows = Rows::random(&mut rng, rows);
        let engine = engine(&rows).await;
        let sql = context(&engine, 3).await;
        let memory = in_memory_as(&rows, &sql).await;
        for _ in 0..queries {
            let query = query(&mut rng);
            // With few rows, columns have other types, so that some conditions are errors.
            let Ok(expected) = try_answer(&memory, &query).await else {
                assert!(rows.len() < 2 && try_answer(&sql, &query).await.is_err(), "{query}");
                continue;
            };
            let ours = answer(&sql, &query).await;
            let plan = plan(&sql, &query).await;
            assert!(ours == expected, "{query}\n{plan}\nours: {ours:#?}\nexpected: {expected:#?}");
            cubes += usize::from(plan.contains("cube of"));
            selected += usize::from(plan.contains("selected="));
            grouped +=
                usize::from(plan.contains("AggregateExec") && plan.contains("cube of") && plan.contains(", Sum("));
        }
    }
    let used = [cubes, selected, grouped];
    assert!(cubes > 150 && selected > 80 && grouped > 20, "cubes, with selections, with sums: {used:?}");
}
