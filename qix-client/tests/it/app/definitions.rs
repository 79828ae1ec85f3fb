//! The constructors of definitions have the documented effect in an engine.

use super::sales;
use qix_client::prelude::*;

async fn rows(doc: &Doc, cube: HyperCubeDef) -> Vec<(String, f64)> {
    doc.create_session_object(cube.into()).await.unwrap().rows().read_all().await.unwrap()
}

fn cube(product: NxDimension) -> HyperCubeDef {
    let total = NxMeasure::expression("Sum(Sales)").with_sort_by(SortCriteria::by_number().reverse());
    HyperCubeDef::default().with_dimensions([product]).with_measures([total]).with_inter_column_sort_order([1, 0])
}

fn pairs(rows: &[(String, f64)]) -> Vec<(&str, f64)> {
    rows.iter().map(|(text, number)| (text.as_str(), *number)).collect()
}

#[tokio::test]
async fn limits_keep_the_specified_values() {
    let (_engine, _session, doc) = sales().await;
    let by = |limit| cube(NxDimension::field("Product").with_other_total_spec(limit).with_other_label("Rest"));
    assert_eq!(pairs(&rows(&doc, by(OtherTotalSpecProp::top(1))).await), [("Apples", 950.0), ("Rest", 725.0)]);
    let alone = by(OtherTotalSpecProp::top(2).with_suppress_other(true));
    assert_eq!(pairs(&rows(&doc, alone).await), [("Apples", 950.0), ("Pears", 480.0)]);
    let bottom = by(OtherTotalSpecProp::bottom(1).with_suppress_other(true));
    assert_eq!(pairs(&rows(&doc, bottom).await), [("Plums", 245.0)]);
    let large = by(OtherTotalSpecProp::at_least(480.0).with_suppress_other(true));
    assert_eq!(pairs(&rows(&doc, large).await), [("Apples", 950.0), ("Pears", 480.0)]);
    let most = by(OtherTotalSpecProp::share(0.5).with_suppress_other(true));
    assert_eq!(pairs(&rows(&doc, most).await), [("Apples", 950.0)]);
}

#[tokio::test]
async fn an_unmet_condition_is_an_error_with_its_message() {
    let (_engine, _session, doc) = sales().await;
    let few = NxCalcCond::when("Count(DISTINCT Year) = 1").with_msg("Select one year.");
    let cube = cube(NxDimension::field("Product")).with_calc_condition(few);
    let table = doc.create_session_object(cube.into()).await.unwrap();
    let error = table.rows::<(String, f64)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("Select one year."), "{error}");
    doc.select("Year", [2021]).await.unwrap();
    assert_eq!(table.rows::<(String, f64)>().read_all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn groups_show_their_first_field_and_labels_are_titles() {
    let (_engine, _session, doc) = sales().await;
    let cube = HyperCubeDef::default()
        .with_dimensions([
            NxDimension::drill_down(["Year", "Region"]).with_label("Time"),
            NxDimension::cyclic(["Region", "Product"]),
        ])
        .with_measures([NxMeasure::expression("Sum(Sales)").with_label_expression("='In ' & 'all'")]);
    let table = doc.create_session_object(cube.into()).await.unwrap();
    let cube = table.get_layout().await.unwrap().hyper_cube.unwrap();
    assert_eq!(cube.dimension_info[0].fallback_title, "Time");
    assert_eq!(cube.dimension_info[1].fallback_title, "Region");
    assert_eq!(cube.dimension_info[1].grouping, NxGrpType::Collection);
    assert_eq!(cube.measure_info[0].fallback_title, "In all");
    assert_eq!(cube.size.cy, 9);
}

#[tokio::test]
async fn a_list_constructor_sorts_and_formats() {
    let (_engine, _session, doc) = sales().await;
    doc.select("Year", [2022]).await.unwrap();
    let years = ListObjectDef::field("Year")
        .with_sort_by(SortCriteria::by_state().with_sort_by_numeric(-1))
        .with_label("When")
        .with_num_format(FieldAttributes::number("#.0"));
    let list = doc.create_session_object(years.into()).await.unwrap();
    let rows: Vec<(String,)> = list.rows().read_all().await.unwrap();
    let texts: Vec<&str> = rows.iter().map(|(text,)| text.as_str()).collect();
    assert_eq!(texts, ["2022.0", "2023.0", "2021.0"]);
    assert_eq!(list.get_layout().await.unwrap().list_object.unwrap().dimension_info.fallback_title, "When");
}
