//! Global search in the fields of an app and the texts of its objects.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::Client;
use qix_test_engine::{App, TestEngine};
use serde_json::{Value, json};

const SCRIPT: &str = "\
People: LOAD * INLINE [Name, Country\nJoan Callins, Sweden\nSteven Jones, Norway\nAnn Banjo, Sweden];\n\
Towns: LOAD * INLINE [Country, Town\nSweden, Jonkoping\nNorway, Oslo];";

async fn people() -> (TestEngine, Client) {
    let app = App::new("people").script(SCRIPT).object(json!({
        "qInfo": { "qId": "chart", "qType": "barchart" }, "title": "Joint sales", "qMetaDef": { "title": "By country" },
    }));
    let engine = TestEngine::builder().with_app(app).start().await.unwrap();
    let client = Client::open(&engine, "people").await;
    (engine, client)
}

fn page() -> Value {
    json!({ "qOffset": 0, "qCount": 10, "qMaxNbrFieldMatches": -1 })
}

#[tokio::test]
async fn each_group_is_a_set_of_fields_that_match_together() {
    let (_engine, mut client) = people().await;
    let found = client.result(1, "SearchResults", json!([{}, ["jo"], page()])).await["qResult"].take();
    assert_eq!(found["qTotalNumberOfGroups"], 2);
    let name = &found["qSearchGroupArray"][0];
    assert_eq!((&name["qGroupType"], &name["qItems"][0]["qIdentifier"]), (&json!("DatasetType"), &json!("Name")));
    let first = json!({
        "qText": "Joan Callins", "qRanges": [{ "qCharPos": 0, "qCharCount": 2, "qTerm": 0 }], "qAttributes": [],
    });
    assert_eq!(name["qItems"][0]["qItemMatches"][0], first);
    assert_eq!(name["qItems"][0]["qTotalNumberOfMatches"], 2, "Banjo contains it inside of a word");

    // No one named Steven is from Sweden.
    let both = client.result(1, "SearchResults", json!([{}, ["jo", "swed"], page()])).await["qResult"].take();
    assert_eq!(both["qSearchGroupArray"][0]["qSearchTermsMatched"], json!([0, 1]));
    assert_eq!(both["qSearchGroupArray"][0]["qItems"].as_array().unwrap().len(), 2);
    let none = client.result(1, "SearchResults", json!([{}, ["steven", "swed"], page()])).await["qResult"].take();
    assert_eq!(none["qSearchGroupArray"][0]["qSearchTermsMatched"], json!([0]), "only one of the terms matches");
}

#[tokio::test]
async fn a_result_can_be_selected_in_all_of_its_fields() {
    let (_engine, mut client) = people().await;
    assert_eq!(client.result(1, "SelectAssociations", json!([{}, ["jo", "swed"], 0])).await, json!({}));
    let names = client.result(1, "Evaluate", json!(["Concat(Name, ',') & '/' & GetFieldSelections(Country)"])).await;
    assert_eq!(names["qReturn"], "Joan Callins/Sweden");
    assert_eq!(client.error(1, "SelectAssociations", json!([{}, ["jo"], 9])).await, -32602);
    // A search in the current selections finds less now.
    let context = json!({ "qContext": "CurrentSelections", "qSearchFields": ["Name"] });
    let fields = json!({ "qSearchFields": ["Name"] });
    let values = client.result(1, "SearchValues", json!([fields, ["jo"], page()])).await["qResult"].take();
    let one = json!([{ "qText": "Joan Callins", "qElemNo": 0, "qSearchTermsMatched": [0] }]);
    assert_eq!(values["qFieldMatches"][0]["qValues"].as_array().unwrap().len(), 2, "values are searched in all");
    assert_eq!(values["qFieldMatches"][0]["qValues"][0], one[0]);
    let results = client.result(1, "SearchResults", json!([context, ["jo"], page()])).await["qResult"].take();
    assert_eq!(results["qSearchGroupArray"][0]["qItems"][0]["qTotalNumberOfMatches"], 1);
}

#[tokio::test]
async fn words_are_suggested_and_associations_are_returned() {
    let (_engine, mut client) = people().await;
    let suggested = client.result(1, "SearchSuggest", json!([{}, ["jo"]])).await["qResult"].take();
    let words: Vec<&Value> = suggested["qSuggestions"].as_array().unwrap().iter().map(|s| &s["qValue"]).collect();
    assert_eq!(words, ["joan", "jones", "jonkoping"]);
    assert_eq!(suggested["qFieldNames"], json!(["Name", "Town"]));
    let told = client.result(1, "SearchAssociations", json!([{}, ["oslo"], page()])).await["qResults"].take();
    assert_eq!(told["qFieldNames"], json!(["Town"]));
    let expected =
        json!([[{ "qId": 0, "qFieldMatches": [{ "qField": 0, "qValues": [1], "qTerms": [0], "qNoOfMatches": 1 }] }]]);
    assert_eq!(told["qSearchTermsMatched"], expected);
}

#[tokio::test]
async fn objects_are_found_by_their_texts() {
    let (_engine, mut client) = people().await;
    let options = json!({ "qAttributes": ["qProperty"] });
    let found = client.result(1, "SearchObjects", json!([options, ["jo"], page()])).await["qResult"].take();
    let item = &found["qSearchGroupArray"][0]["qItems"][0];
    assert_eq!((&item["qItemType"], &item["qIdentifier"]), (&json!("GenericObject"), &json!("chart")));
    assert_eq!(item["qItemMatches"][0]["qAttributes"], json!([{ "qKey": "qProperty", "qValue": "/title" }]));
    let both = client.result(1, "SearchObjects", json!([{}, ["joint", "country"], page()])).await;
    assert_eq!(both["qResult"]["qTotalNumberOfGroups"], 1);
    let none = client.result(1, "SearchObjects", json!([{}, ["joint", "nowhere"], page()])).await;
    assert_eq!(none["qResult"]["qTotalNumberOfGroups"], 0);
}
