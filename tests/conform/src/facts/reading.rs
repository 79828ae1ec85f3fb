//! Facts about straight cubes and lists.

use qix_client::prelude::*;

use super::source::{MCP, OBJECT, RECORDED, SCHEMAS};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact};
use crate::lab::{Lab, code_of, cube_of, list_of, texts};

pub(super) const FACTS: &[Fact] = &[
    fact!("size", "A cube's layout has the number of rows and columns of its data.", "`rows`", SCHEMAS, size),
    fact!("page-limit", "A page of 10,000 cells is returned, and a larger one fails.", "`rows`", OBJECT, page_limit),
    fact!("partial-page", "A page that reaches beyond the data has fewer rows.", "`rows`", SCHEMAS, partial_page),
    fact!("columns", "The columns of rows are the dimensions, then the measures.", "`rows`", SCHEMAS, columns),
    fact!(
        "column-order",
        "`qColumnOrder` determines the order of the columns in the data.",
        "`rows`",
        "ClimberCustomReport, issue 48",
        column_order
    ),
    fact!(
        "hidden-column",
        "A column whose condition is not met has error 7005 in its info, and is neither in the data nor in the size.",
        "`rows`",
        "ClimberCustomReport, issue 48",
        hidden_column
    ),
    fact!(
        "sort-order",
        "The sort order of a measure has an effect if it is first in `qInterColumnSortOrder`, and none if a dimension that identifies the rows is first.",
        "`HyperCubeDef::with_measures`",
        "qlik-sense-mcp, pull request 21",
        sort_order
    ),
    fact!(
        "null",
        "A null dimension is a cell with `qIsNull` or the element number -2, without a number.",
        "`Option` in rows",
        RECORDED,
        null
    ),
    fact!(
        "null-suppression",
        "`qNullSuppression` omits rows with a null dimension.",
        "`NxDimension::with_null_suppression`",
        SCHEMAS,
        null_suppression
    ),
    fact!("no-number", "The number of a text is the string `\"NaN\"`.", "decoding", RECORDED, no_number),
    fact!(
        "dates",
        "A date is its days since December 30, 1899, with the text of its format.",
        "`FieldValue::date`, `DocExt::load_rows`",
        RECORDED,
        dates
    ),
    fact!(
        "digits",
        "Numbers without a format have 14 significant digits; halves are rounded away from zero in decimal.",
        "texts in rows",
        RECORDED,
        digits
    ),
    fact!(
        "number-format",
        "The text of a measure has the number format of its definition.",
        "`FieldAttributes::number`",
        SCHEMAS,
        number_format
    ),
    fact!(
        "condition",
        "A cube whose calculation condition is not met has error 7005 and the message of the condition.",
        "`RowsError::NotCalculated`",
        SCHEMAS,
        condition
    ),
    fact!(
        "unknown-dimension",
        "A dimension that names no field is one row of null with the total, without an error.",
        "`field_values`",
        MCP,
        unknown_dimension
    ),
    fact!(
        "list-values",
        "A list has a row per value, with its state and its element number.",
        "`field_values`",
        SCHEMAS,
        list_values
    ),
    fact!(
        "list-expressions",
        "The expressions of a list are further columns.",
        "`rows` of lists",
        SCHEMAS,
        list_expressions
    ),
    fact!(
        "attribute-expressions",
        "The results of attribute expressions are in the cells of their column.",
        "`NxCell::attr_exps`",
        SCHEMAS,
        attribute_expressions
    ),
    fact!("others", "The group of other values has the element number -3.", "`rows`", SCHEMAS, others),
    fact!(
        "nested-cube",
        "A cube can be at any path of the properties; its data is at the corresponding path of the layout.",
        "`RowStream::with_path`",
        "box plot and map objects of the vendor",
        nested_cube
    ),
];

fn sales() -> HyperCubeDef {
    HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
}

async fn size(lab: &Lab) -> Outcome {
    let size = cube_of(&lab.cube(sales()).await?).await?.size;
    expect((size.cx, size.cy), (2, 3))
}

async fn page_limit(lab: &Lab) -> Outcome {
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Id"), NxDimension::field("Quarter")]);
    let cube = lab.cube(cube).await?;
    let page = async |height| cube.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::of_size(2, height)]).await;
    let rows = page(5000).await?.first().map_or(0, |page| page.matrix.len());
    let larger = page(5001).await;
    let code = code_of(&larger);
    expect_that(rows == 5000 && larger.is_err(), format!("a larger page fails with {}", code.unwrap_or_default()))
}

async fn partial_page(lab: &Lab) -> Outcome {
    let cube = lab.cube(sales()).await?;
    let page = |top| vec![NxPage::of_size(2, 10).with_top(top)];
    let inside = cube.get_hyper_cube_data("/qHyperCubeDef", page(1)).await?;
    let outside = cube.get_hyper_cube_data("/qHyperCubeDef", page(3)).await?;
    let rows = |pages: &[NxDataPage]| pages.iter().map(|page| page.matrix.len()).sum::<usize>();
    expect((rows(&inside), rows(&outside)), (2, 0))
}

async fn columns(lab: &Lab) -> Outcome {
    let rows = texts(&lab.cube(sales()).await?, 2, 3).await?;
    let mut rows: Vec<String> = rows.into_iter().map(|row| row.join(" ")).collect();
    rows.sort();
    expect(rows.join(", "), "North 60, South 90, West 60".to_owned())
}

/// Two dimensions and a measure, of which the second dimension can be hidden.
fn three(is_shown: bool) -> HyperCubeDef {
    let condition = NxCalcCond::default().with_cond(ValueExpr::default().with_v(if is_shown { "1" } else { "0" }));
    let dimensions = [NxDimension::field("Letter"), NxDimension::field("Points").with_calc_condition(condition)];
    HyperCubeDef::default()
        .with_dimensions(dimensions)
        .with_measures([NxMeasure::expression("'m' & Sum(Points)")])
        .with_column_order([2, 0, 1])
        .with_inter_column_sort_order([0, 1, 2])
}

async fn column_order(lab: &Lab) -> Outcome {
    let rows = texts(&lab.cube(three(true)).await?, 3, 1).await?;
    expect(rows, vec![vec!["m1".to_owned(), "A".to_owned(), "1".to_owned()]])
}

async fn hidden_column(lab: &Lab) -> Outcome {
    let cube = lab.cube(three(false)).await?;
    let layout = cube_of(&cube).await?;
    let code = layout.dimension_info.get(1).and_then(|info| info.error.as_ref()).map(|error| error.error_code);
    let rows = texts(&cube, 2, 1).await?;
    expect((code, layout.size.cx, rows), (Some(7005), 2, vec![vec!["m1".to_owned(), "A".to_owned()]]))
}

async fn sort_order(lab: &Lab) -> Outcome {
    let order = SortCriteria::by_number().reverse();
    let mut seen = Vec::new();
    for columns in [[1, 0], [0, 1]] {
        let cube = HyperCubeDef::default()
            .with_dimensions([NxDimension::field("Letter").with_sort_by(SortCriteria::by_text())])
            .with_measures([NxMeasure::expression("Sum(Points)").with_sort_by(order.clone())])
            .with_inter_column_sort_order(columns);
        let rows = texts(&lab.cube(cube).await?, 1, 4).await?;
        seen.push(rows.concat().concat());
    }
    expect(seen, vec!["CDBA".to_owned(), "ABCD".to_owned()])
}

async fn null(lab: &Lab) -> Outcome {
    let holes = HyperCubeDef::default().with_dimensions([NxDimension::field("HoleId"), NxDimension::field("Hole")]);
    let cube = lab.cube(holes.with_initial_data_fetch([NxPage::of_size(2, 3)])).await?;
    let rows = cube_of(&cube).await?.data_pages.into_iter().flat_map(|page| page.matrix);
    let cell = rows.filter_map(|row| row.into_iter().nth(1)).find(|cell| cell.is_null || cell.elem_number == -2);
    let Some(cell) = cell else { return Err(Trouble::Differs("no cell is null".to_owned())) };
    let seen = format!("text `{}`, element {}, `qIsNull` {}", cell.text, cell.elem_number, cell.is_null);
    expect_that(cell.num.is_nan(), seen)
}

async fn null_suppression(lab: &Lab) -> Outcome {
    let hole = NxDimension::field("Hole").with_null_suppression(true);
    let cube = lab.cube(HyperCubeDef::default().with_dimensions([NxDimension::field("HoleId"), hole])).await?;
    expect(cube_of(&cube).await?.size.cy, 2)
}

async fn no_number(lab: &Lab) -> Outcome {
    let cube = lab.cube(sales()).await?;
    cube.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::of_size(1, 1)]).await?;
    let response = lab.exchange("GetHyperCubeData").await?.response;
    let cell = &response["result"]["qDataPages"][0]["qMatrix"][0][0];
    expect_that(cell["qNum"] == "NaN", cell.to_string())
}

async fn dates(lab: &Lab) -> Outcome {
    let list = list_of(&lab.values("Day").await?).await?;
    let cell = list.data_pages.into_iter().flat_map(|page| page.matrix).flatten().next().unwrap_or_default();
    expect((cell.text.as_str(), cell.num), ("01.01.2024", 45_292.0))
}

async fn digits(lab: &Lab) -> Outcome {
    let cube = HyperCubeDef::default().with_measures([NxMeasure::expression("Sum(Precise)")]);
    expect(texts(&lab.cube(cube).await?, 1, 1).await?.concat().concat(), "0.87117289891467".to_owned())
}

async fn number_format(lab: &Lab) -> Outcome {
    let measure = NxMeasure::expression("Sum(Sales) * 1000").with_num_format(FieldAttributes::number("#,##0.00"));
    let cube = lab.cube(HyperCubeDef::default().with_measures([measure])).await?;
    expect(texts(&cube, 1, 1).await?.concat().concat(), "210,000.00".to_owned())
}

async fn condition(lab: &Lab) -> Outcome {
    let condition = NxCalcCond::default()
        .with_cond(ValueExpr::default().with_v("0"))
        .with_msg(StringExpr::default().with_v("='too ' & 'much'"));
    let cube = cube_of(&lab.cube(sales().with_calc_condition(condition)).await?).await?;
    let code = cube.error.map(|error| error.error_code);
    expect((code, cube.calc_cond_msg), (Some(7005), "too much".to_owned()))
}

async fn unknown_dimension(lab: &Lab) -> Outcome {
    let cube = sales().with_dimensions([NxDimension::field("NothingLikeThis")]);
    let cube = lab.cube(cube.with_initial_data_fetch([NxPage::of_size(2, 5)])).await?;
    let layout = cube_of(&cube).await?;
    let rows: Vec<_> = layout.data_pages.iter().flat_map(|page| &page.matrix).collect();
    let total = rows.first().and_then(|row| row.get(1)).map(|cell| cell.num);
    expect((layout.error.is_none(), rows.len(), total), (true, 1, Some(210.0)))
}

async fn list_values(lab: &Lab) -> Outcome {
    let list = list_of(&lab.values("Region").await?).await?;
    let cells: Vec<_> = list.data_pages.into_iter().flat_map(|page| page.matrix).flatten().collect();
    let are_numbered = cells.iter().all(|cell| cell.elem_number >= 0);
    let texts: Vec<_> = cells.iter().map(|cell| cell.text.as_str()).collect();
    expect((are_numbered, list.size.cy, texts), (true, 3, vec!["North", "South", "West"]))
}

async fn list_expressions(lab: &Lab) -> Outcome {
    let list = ListObjectDef::field("Region")
        .with_sort_by(SortCriteria::by_load_order())
        .with_expressions([NxListObjectExpressionDef::default().with_expr("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(2, 3)]);
    let list = list_of(&lab.list(list).await?).await?;
    let rows = list.data_pages.into_iter().flat_map(|page| page.matrix);
    let texts: Vec<String> =
        rows.map(|row| row.into_iter().map(|cell| cell.text).collect::<Vec<_>>().join(" ")).collect();
    expect(texts.join(", "), "North 60, South 90, West 60".to_owned())
}

async fn attribute_expressions(lab: &Lab) -> Outcome {
    let attribute = NxAttrExprDef::default().with_expression("Count(Product)");
    let measure = NxMeasure::expression("Sum(Sales)").with_attribute_expressions([attribute]);
    let cube = HyperCubeDef::default().with_measures([measure]).with_initial_data_fetch([NxPage::of_size(1, 1)]);
    let cube = cube_of(&lab.cube(cube).await?).await?;
    let cell = cube.data_pages.into_iter().flat_map(|page| page.matrix).flatten().next().unwrap_or_default();
    let value = cell.attr_exps().and_then(|values| values.values.first().map(|value| value.num));
    expect(value, Some(6.0))
}

async fn others(lab: &Lab) -> Outcome {
    let dimension = NxDimension::field("Letter").with_other_total_spec(OtherTotalSpecProp::top(1));
    let cube = HyperCubeDef::default()
        .with_dimensions([dimension])
        .with_measures([NxMeasure::expression("Sum(Points)")])
        .with_initial_data_fetch([NxPage::of_size(2, 5)]);
    let rows = cube_of(&lab.cube(cube).await?).await?.data_pages.into_iter().flat_map(|page| page.matrix);
    let rows: Vec<_> = rows.map(|row| (row[0].elem_number, row[1].num)).collect();
    expect_that(rows.len() == 2 && rows.contains(&(-3, 13.0)), format!("{rows:?}"))
}

async fn nested_cube(lab: &Lab) -> Outcome {
    let properties = serde_json::json!({
        "qInfo": { "qType": "facts" },
        "layers": [{ "qHyperCubeDef": { "qMeasures": [{ "qDef": { "qDef": "Sum(Sales)" } }] } }]
    });
    let object = lab.doc.create_session_object(serde_json::from_value(properties)?).await?;
    let layout = serde_json::to_value(object.get_layout().await?)?;
    let height = layout["layers"][0]["qHyperCube"]["qSize"]["qcy"].as_i64();
    let pages = object.get_hyper_cube_data("/layers/0/qHyperCubeDef", vec![NxPage::of_size(1, 1)]).await?;
    let text = pages.into_iter().flat_map(|page| page.matrix).flatten().next().unwrap_or_default().text;
    expect((height, text), (Some(1), "210".to_owned()))
}
