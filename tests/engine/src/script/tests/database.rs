//! Declared results of SQL statements.

use super::*;
use serde_json::json;

fn databases() -> Databases {
    let mut databases = Databases::default();
    let sales = SqlResult::new("db", "SELECT region, amount FROM sales", ["region", "amount"])
        .row([json!("North"), json!(120)])
        .row([json!("South"), json!("7.5")])
        .row([json!(null), json!(null)]);
    databases.add(sales).unwrap();
    databases.add(SqlResult::new("db", "EXEC codes", ["code"]).row([json!("01")])).unwrap();
    databases
}

fn run(script: &str) -> (Result<Loaded, Box<ScriptError>>, Vec<Progress>) {
    run_on(script, None, databases())
}

#[test]
fn a_statement_loads_its_declared_rows() {
    let script = "LIB CONNECT TO 'db';\nT:\nLOAD region, amount * 2 AS twice WHERE amount > 0;\nsql select region,\n  amount\nfrom sales;";
    let (loaded, messages) = run(script);
    assert_eq!(table(&loaded.unwrap(), "T"), "North,240|South,15");
    let wanted = [
        Progress::Connecting("db".into()),
        Progress::Connected,
        Progress::Table("T << sales".into()),
        Progress::Fetched(2),
    ];
    assert_eq!(messages, wanted);
}

#[test]
fn a_table_without_a_label_has_the_name_in_from() {
    let loaded = run("LIB CONNECT TO db; SELECT region, amount FROM sales;").0.unwrap();
    assert_eq!(table(&loaded, "sales"), "North,120|South,7.5|-,-");
    assert_eq!(loaded.data.field("amount").unwrap().tags, ["$numeric"]);
    let loaded = run("LIB CONNECT TO db; Codes: SQL EXEC codes;").0.unwrap();
    assert_eq!(table(&loaded, "Codes"), "01");
    let error = run("LIB CONNECT TO db; SQL EXEC codes;").0.unwrap_err();
    assert!(error.message.contains("table without a name"), "{error}");
}

#[test]
fn only_open_connections_and_declared_statements_have_results() {
    let fails = |script: &str| {
        let error = run(script).0.expect_err("the script fails");
        (error.code, error.message)
    };
    let statement = "T: SQL SELECT region, amount FROM sales;";
    for script in [
        statement.to_owned(),
        format!("LIB CONNECT TO db; DISCONNECT; {statement}"),
        "t:\nLOAD a, b AS c;\nSQL SELECT \"a\", `b` FROM [x].y -- note\nWHERE d = 'e';".to_owned(),
        "t: MAPPING SQL SELECT a, b FROM c;".to_owned(),
    ] {
        let error = (NO_OPEN_DATABASE, "SQL SELECT: no database connection is open".to_owned());
        assert_eq!(fails(&script), error, "{script}");
    }
    for (script, message) in [
        (format!("LIB CONNECT TO other; {statement}"), "LIB CONNECT: not implemented by the test engine"),
        (
            "LIB CONNECT TO db; T: SQL SELECT region FROM sales;".to_owned(),
            "SQL SELECT: not implemented by the test engine (no result is declared for this statement on 'db')",
        ),
        (
            "LIB CONNECT TO db; SQLTABLES;".to_owned(),
            "SQLTABLES: not implemented by the test engine (no result is declared for this statement on 'db')",
        ),
    ] {
        assert_eq!(fails(&script), (code::NOT_IMPLEMENTED, message.to_owned()), "{script}");
    }
    for statement in ["CONNECT", "CONNECT64", "ODBC CONNECT", "ODBC CONNECT32", "OLEDB CONNECT", "CUSTOM CONNECT"] {
        let (code, message) = fails(&format!("{statement} TO 'db'; T: SQL SELECT region, amount FROM sales;"));
        assert_eq!(code, CONNECT_ONLY_LIBRARIES, "{message}");
        assert_eq!(message, format!("{statement} is not supported in standard mode: use LIB CONNECT"));
    }
    let (code, message) = fails("LIB CONNECT TO db; T: LOAD nosuch; SQL SELECT region, amount FROM sales;");
    assert_eq!((code, message.as_str()), (FIELD_NOT_FOUND, "Field 'nosuch' not found"));
}
