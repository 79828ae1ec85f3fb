//! Sort orders have an effect, wherever the column is.

use qix_client::prelude::*;

use super::{object, open};

const SCRIPT: &str = "T: LOAD * INLINE [\nRegion, Year, V, W\nA, 1, 1, 8\nB, 2, 5, 2\nC, 1, 9, 4\nD, 2, 7, 6\n];";

fn downwards() -> SortCriteria {
    SortCriteria::by_number().reverse()
}

async fn read(doc: &Doc, cube: HyperCubeDef) -> Vec<Vec<Option<String>>> {
    object(doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube))
        .await
        .rows()
        .read_all()
        .await
        .unwrap()
}

fn firsts(rows: &[Vec<Option<String>>]) -> String {
    rows.iter().map(|row| row[0].as_deref().unwrap_or("-")).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn rows_are_sorted_by_the_measure_that_has_an_order() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let region = || HyperCubeDef::default().with_dimensions([NxDimension::field("Region")]);
    let best = NxMeasure::expression("Sum(V)").with_sort_by(downwards());
    let rows = read(&doc, region().with_measures([best.clone()])).await;
    assert_eq!(firsts(&rows[..3]), "C D B");
    // Sorted by the second measure.
    let rows = read(&doc, region().with_measures([NxMeasure::expression("Count(V)"), best.clone()])).await;
    assert_eq!(firsts(&rows[..3]), "C D B");
    // The order of a dimension does not take precedence.
    let sorted = NxDimension::field("Region").with_sort_by(SortCriteria::by_text().reverse());
    let rows = read(&doc, HyperCubeDef::default().with_dimensions([sorted]).with_measures([best])).await;
    assert_eq!(firsts(&rows[..3]), "C D B");
}

#[tokio::test]
async fn rows_are_sorted_by_the_second_dimension_if_only_it_has_an_order() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let year = NxDimension::field("Year").with_sort_by(downwards());
    let rows = read(&doc, HyperCubeDef::default().with_dimensions([NxDimension::field("Region"), year])).await;
    let years: Vec<_> = rows.iter().map(|row| row[1].as_deref().unwrap()).collect();
    assert_eq!(years, ["2", "2", "1", "1"]);
}

#[tokio::test]
async fn others_are_those_of_the_measure_that_ranks() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let cube = |limit| {
        let region = NxDimension::field("Region").with_other_total_spec(limit);
        let measures = [NxMeasure::expression("Sum(V)"), NxMeasure::expression("Sum(W)").with_label("Weight")];
        HyperCubeDef::default().with_dimensions([region]).with_measures(measures)
    };
    let shown = async |limit| {
        let mut regions: Vec<String> = firsts(&read(&doc, cube(limit)).await).split(' ').map(str::to_owned).collect();
        regions.sort();
        regions.retain(|region| region.len() == 1 && region != "-");
        regions.concat()
    };
    assert_eq!(shown(OtherTotalSpecProp::top(2)).await, "CD");
    assert_eq!(shown(OtherTotalSpecProp::top(2).with_referenced_expression("Weight")).await, "AD");
}

#[tokio::test]
async fn pivots_and_stacked_cubes_are_sorted_by_the_first_measure_if_it_has_an_order() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    for mode in [NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack] {
        let cube = |measures: Vec<NxMeasure>| {
            HyperCubeDef::default()
                .with_dimensions([NxDimension::field("Region")])
                .with_measures(measures)
                .with_mode(mode.clone())
                .with_no_of_left_dims(1)
        };
        let best = NxMeasure::expression("Sum(V)").with_sort_by(downwards());
        assert_eq!(firsts(&read(&doc, cube(vec![best.clone()])).await), "C D B A", "{mode}");
        let worst = NxMeasure::expression("Sum(V)").with_sort_by(SortCriteria::by_number());
        assert_eq!(firsts(&read(&doc, cube(vec![worst])).await), "A B D C", "{mode}");
        let unsorted = NxMeasure::expression("Sum(V)");
        assert_eq!(firsts(&read(&doc, cube(vec![unsorted])).await), "A B C D", "{mode}");
    }
}
