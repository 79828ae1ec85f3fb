use serde_json::json;

use super::tests::{definition, with};
use super::*;
use crate::calculate::tests::{App, SALES};

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_definition_panics_the_engine(
        mode in "[SPKTx]",
        left in -2i64..6,
        order in proptest::collection::vec(-2i64..6, 0..6),
        columns in proptest::collection::vec(-1i64..6, 0..6),
        fields in proptest::collection::vec("Country|Product|=Year\\(Day\\)|nosuch|=1\\+|Customer", 0..4),
        measures in proptest::collection::vec("Sum\\(Amount\\)|Above\\(Count\\(Tag\\)\\)|Sum\\(|Null\\(\\)|'x'", 0..3),
        flags in proptest::collection::vec(proptest::bool::ANY, 6),
        page in (-1i64..5, -1i64..5, -1i64..9, -1i64..9),
    ) {
        let app = App::new(SALES);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let measures: Vec<&str> = measures.iter().map(String::as_str).collect();
        let page = json!({ "qLeft": page.0, "qTop": page.1, "qWidth": page.2, "qHeight": page.3 });
        let mut asked = with(definition(&fields, &measures), json!({
            "qMode": mode, "qNoOfLeftDims": left, "qInterColumnSortOrder": order, "qColumnOrder": columns,
            "qAlwaysFullyExpanded": flags[0], "qSuppressMissing": flags[1], "qShowTotalsAbove": flags[2],
            "qInitialDataFetch": [page],
        }));
        if flags[3] && !fields.is_empty() {
            asked["qDimensions"][0]["qOtherTotalSpec"] = json!({
                "qTotalMode": "TOTAL_EXPR", "qOtherMode": "OTHER_COUNTED", "qOtherCounted": { "qv": "1" },
                "qOtherCollapseInnerDimensions": flags[4],
            });
            asked["qDimensions"][0]["qNullSuppression"] = flags[5].into();
        }
        let mut expansion = Expansion::default();
        if let Ok(cube) = Cube::new(&asked, &expansion, &app.context()) {
            cube.layout();
            let _ = cube.csv();
            let _ = cube.pick_cells(&[0, 1], &columns);
            let _ = cube.pick_pivot_cells(&[json!({ "qType": "L", "qRow": 0, "qCol": left }), json!({ "qType": "D" })]);
            for side in [Side::Left, Side::Top] {
                let _ = cube.expand(&mut expansion, side, 0, 0, flags[4], flags[5]);
            }
            Cube::new(&asked, &expansion, &app.context()).unwrap().layout();
        }
    }
}
