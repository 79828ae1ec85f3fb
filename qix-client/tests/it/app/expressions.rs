//! Checking expressions, and their values.

use std::time::Duration;

use qix_client::expression::{ExpressionError, ExpressionFault};
use qix_client::prelude::*;
use qix_test_engine::App;
use serde_json::{Value, json};

use super::open;
use crate::support::opened;

const SCRIPT: &str = "
    Sales: LOAD * INLINE [Region, Sales\nNorth, 1.5\nSouth, 2];
    Names: LOAD RecNo() AS \"Net [EUR]\", RecNo() AS [Unit price], RecNo() AS [Имя] AUTOGENERATE 2;
    SET vSales = Sum(Sales);
";

fn app() -> App {
    App::new("app").script(SCRIPT)
}

/// The message and the marked part of each fault.
fn faults(error: &qix_client::Error) -> Vec<(String, String)> {
    let Some(ExpressionError::Invalid { faults, .. }) = error.downcast_ref() else { panic!("{error}") };
    let marked = |fault: &ExpressionFault| {
        let place = fault.place()?;
        Some(place.text.chars().skip(place.column - 1).take(place.length).collect())
    };
    let message = |fault: &ExpressionFault| fault.to_string().lines().next().unwrap_or_default().to_owned();
    faults.iter().map(|fault| (message(fault), marked(fault).unwrap_or_default())).collect()
}

#[tokio::test]
async fn unknown_names_are_errors_with_their_places() {
    let (_engine, _session, doc) = open(app()).await;
    for valid in ["Sum(Sales)", "=Sum([Net [EUR]]]) + Count([Unit price])", "$(vSales)", "Sum({<[Имя]={1}>} [Имя])"]
    {
        doc.check(valid).await.unwrap();
    }
    for (expression, part, message) in [
        ("Sum(Salse)", "Salse", "the app has no field `Salse`"),
        ("Sum(sales)", "sales", "its name is `Sales`"),
        ("'Имя' & Sum([no such])", "[no such]", "the app has no field `no such`"),
        ("Sum({<Regoin={'North'}>} Sales)", "Regoin", "the app has no field `Regoin`"),
        ("Summe(Sales)", "Summe", "the engine has no function `Summe`"),
        ("$(vSales) + Sum(x)", "x", "the app has no field `x`"),
        ("1 + \nSum(Sales)) y", "", "put names"),
        ("Sum({<Sales={\"=Max(Salse)>1\"}>} Sales)", "Salse", "the app has no field `Salse`"),
    ] {
        let error = doc.check(expression).await.unwrap_err();
        let found = faults(&error);
        assert_eq!(found.len(), 1, "{expression}: {error}");
        assert!(found[0].0.contains(message), "{expression}: {error}");
        if !part.is_empty() {
            assert_eq!(found[0].1, part, "{expression}: {error}");
        }
    }
    let search = "Sum({<[Имя]={\"=Sum({<Regoin={1}>} Salse)>10\"}>} Sales)";
    let error = doc.check(search).await.unwrap_err().to_string();
    assert!(error.contains("no field `Salse`") && error.contains("no field `Regoin`"), "{error}");
    doc.check("Sum({<[Имя]={\"=Sum(Sales)>10\"}>} Sales)").await.unwrap();
    let error = doc.check("Sum({<a={1}>} b) / Sum(c)").await.unwrap_err();
    let mut parts: Vec<_> = faults(&error).into_iter().map(|(_, part)| part).collect();
    parts.sort();
    assert_eq!(parts, ["a", "b", "c"]);
    assert!(error.to_string().contains("\n 1 | Sum({<a={1}>} b) / Sum(c)\n"), "{error}");
}

#[tokio::test]
async fn a_value_has_its_type() {
    let (_engine, _session, doc) = open(app()).await;
    assert_eq!(doc.value::<f64>("Sum(Sales)").await.unwrap(), 3.5);
    assert_eq!(doc.value::<i64>("Count(Sales)").await.unwrap(), 2);
    assert_eq!(doc.value::<String>("MinString(Region)").await.unwrap(), "North");
    assert_eq!(doc.value::<String>("Sum(Sales)").await.unwrap(), "3.5");
    assert_eq!(doc.value::<Option<f64>>("Only(Sales)").await.unwrap(), None);
    assert_eq!(doc.value::<Option<f64>>("Max(Sales)").await.unwrap(), Some(2.0));
    assert!(doc.value::<bool>("1 = 1").await.unwrap());

    let error = doc.value::<i64>("Sum(Sales)").await.unwrap_err().to_string();
    assert!(error.contains("the value of `Sum(Sales)`: 3.5 is not an integer"), "{error}");
    let error = doc.value::<f64>("Only(Sales)").await.unwrap_err().to_string();
    assert!(error.contains("(null)") && error.contains("`Option`"), "{error}");
    let error = doc.value::<f64>("MinString(Region)").await.unwrap_err().to_string();
    assert!(error.contains("`North` is a text"), "{error}");
}

#[tokio::test]
async fn invalid_expressions_have_no_value() {
    let (_engine, _session, doc) = open(app()).await;
    for expression in ["Sum(", "Sum(Salse)", "Sum({<Regoin={'North'}>} Sales)", "Summe(Sales)"] {
        let error = doc.value::<Option<String>>(expression).await.unwrap_err();
        assert!(!faults(&error).is_empty(), "{expression}");
    }
}

/// Answers the calls of a check; the app has the field `Sales` only.
async fn check_with(message: &str, bad: Value, fields: Value, expression: &str) -> qix_client::Error {
    let (_session, mut engine, doc) = opened(|builder| builder).await;
    let script = async {
        loop {
            let request = engine.request().await;
            let result = match request["method"].as_str().unwrap() {
                "CheckExpression" => {
                    json!({ "qErrorMsg": message, "qBadFieldNames": bad, "qDangerousFieldNames": [] })
                }
                "GetFieldsFromExpression" => json!({ "qFieldNames": fields }),
                "GetField" if request["params"]["qFieldName"] == "Sales" => {
                    json!({ "qReturn": { "qType": "Field", "qHandle": 2 } })
                }
                "GetField" => json!({ "qReturn": { "qType": null, "qHandle": null } }),
                "CreateSessionObject" => {
                    json!({ "qReturn": { "qType": "GenericObject", "qHandle": 3, "qGenericId": "l" } })
                }
                "GetLayout" => json!({ "qLayout": { "qFieldList": { "qItems": [{ "qName": "Sales" }] } } }),
                "DestroySessionObject" => json!({ "qSuccess": true }),
                "EvaluateEx" => json!({ "qValue": { "qText": "Error in expression: ')' expected", "qNumber": "NaN" } }),
                method => panic!("{method}"),
            };
            engine.push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).await;
        }
    };
    let check = async { doc.value::<String>(expression).with_timeout(Duration::from_secs(10)).await.unwrap_err() };
    tokio::select! {
        error = check => error,
        () = script => unreachable!("it does not end"),
    }
}

#[tokio::test]
async fn the_engines_messages_lead_to_places() {
    let error = check_with("Garbage after expression: 'цена'", json!([]), json!([]), "Sum(Цена цена)").await;
    let found = faults(&error);
    assert_eq!(found[0].1, "цена");
    assert!(found[0].0.contains("`quote_name`"), "{error}");

    let error = check_with("Error in expression: ')' expected", json!([]), json!([]), "Sum(Sales").await;
    assert_eq!(faults(&error), [("Error in expression: ')' expected".to_owned(), String::new())]);

    // What is left over is not a name. It is at the end, wherever else it occurs.
    for (expression, rest) in [("Sum(Sales))", ")"), ("1 + 1 1", "1")] {
        let message = format!("Garbage after expression: \"{rest}\"");
        let error = check_with(&message, json!([]), json!([]), expression).await;
        let column = expression.chars().count();
        assert_eq!(faults(&error), [(format!("line 1, column {column}: {message}"), rest.to_owned())]);
    }

    // Found only in the calculation.
    let error = check_with("", json!([]), json!([]), "Sum({State} 1)").await;
    assert_eq!(faults(&error), [("Error in expression: ')' expected".to_owned(), String::new())]);

    let bad = json!([{ "qFrom": 4, "qCount": 10 }]);
    let error = check_with("", bad, json!(["Sales", "other"]), "Sum([no field]) + Sum({<other={1}>} Sales)").await;
    let parts: Vec<_> = faults(&error).into_iter().map(|(_, part)| part).collect();
    assert_eq!(parts, ["[no field]", "other"]);

    // Positions that are not in the expression do not hide the name.
    let error = check_with("", json!([{ "qFrom": 99, "qCount": 3 }]), json!([]), "Sum(x)").await;
    assert_eq!(faults(&error)[0].1, "");
}
