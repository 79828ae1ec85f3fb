//! Facts about cubes with levels.

use qix_client::prelude::*;

use super::source::{OBJECT, SCHEMAS};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact};
use crate::lab::{Lab, cube_of};

const COLLAPSED: &str = "Tabbed-Container-Extension, pull request 48; a fixture of sn-pivot-table";

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "pivot-sides",
        "A page of a pivot table has trees of headings on the left and on top, and a row of values per leaf on the left.",
        "`rows` of pivot tables",
        SCHEMAS,
        pivot_sides
    ),
    fact!(
        "pivot-collapsed",
        "If all nodes of a level are closed, the levels below are missing.",
        "`rows` of pivot tables",
        COLLAPSED,
        pivot_collapsed
    ),
    fact!(
        "pivot-fillers",
        "Beside an open node, a closed one has a node below it with type E or T and the element number -4.",
        "`rows` of pivot tables",
        COLLAPSED,
        pivot_fillers
    ),
    fact!(
        "pivot-measures",
        "Several measures are a level of headings with type P, whose element numbers are those of the measures or whose texts are their labels.",
        "`rows` of pivot tables",
        SCHEMAS,
        pivot_measures
    ),
    fact!(
        "pivot-order",
        "`qEffectiveInterColumnSortOrder` is the order of the levels, with -1 for the level of the measures.",
        "`rows` of pivot tables",
        COLLAPSED,
        pivot_order
    ),
    fact!(
        "pivot-totals",
        "Totals of a pivot table are headings with type T.",
        "`RowStream::with_totals`",
        SCHEMAS,
        pivot_totals
    ),
    fact!(
        "pivot-sort",
        "`qSortbyYValue` sorts the first dimension of a pivot table by its first measure.",
        "sort orders of measures in pivot tables",
        SCHEMAS,
        pivot_sort
    ),
    fact!(
        "stack",
        "A page of a stacked cube is a tree below a root with type R, whose leaves are values with type V.",
        "`rows` of stacked cubes",
        SCHEMAS,
        stack
    ),
    fact!(
        "stack-pages",
        "A page of a stacked cube has a number of values of its first dimension, with everything below them.",
        "`rows` of stacked cubes",
        "SmartExport, issue 12",
        stack_pages
    ),
    fact!(
        "tree",
        "A tree has nodes per dimension; those of the last dimension have the values of the measures.",
        "`rows` of trees",
        OBJECT,
        tree
    ),
    fact!("tree-size", "The layout of a tree counts its nodes per dimension.", "`rows` of trees", SCHEMAS, tree_size),
];

fn pivot(dimensions: &[&str], left: i32) -> HyperCubeDef {
    let dimension = |field: &&str| NxDimension::field(*field).with_sort_by(SortCriteria::by_text());
    HyperCubeDef::default()
        .with_mode(NxHypercubeMode::Pivot)
        .with_dimensions(dimensions.iter().map(dimension))
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_inter_column_sort_order(0..i32::try_from(dimensions.len()).unwrap_or(0))
        .with_no_of_left_dims(left)
}

async fn page(object: &GenericObject) -> Result<NxPivotPage, Trouble> {
    object.get_layout().await?;
    let pages = object.get_hyper_cube_pivot_data("/qHyperCubeDef", vec![NxPage::of_size(100, 100)]).await?;
    pages.into_iter().next().ok_or_else(|| Trouble::Differs("there is no page".to_owned()))
}

/// Texts and types of headings, with those below them in brackets.
fn shape(nodes: &[NxPivotDimensionCell]) -> String {
    let node = |node: &NxPivotDimensionCell| {
        let text = if node.elem_no == -4 { "-4" } else { node.text.as_str() };
        let kind = if node.type_ == NxDimCellType::Normal { String::new() } else { format!(":{}", node.type_) };
        match node.sub_nodes.as_slice() {
            [] => format!("{text}{kind}"),
            below => format!("{text}{kind}[{}]", shape(below)),
        }
    };
    nodes.iter().map(node).collect::<Vec<_>>().join(" ")
}

fn values(page: &NxPivotPage) -> String {
    let row = |row: &ArrayOfNxValuePoint| row.iter().map(|value| value.text.clone()).collect::<Vec<_>>().join(",");
    page.data.iter().map(row).collect::<Vec<_>>().join("|")
}

async fn pivot_sides(lab: &Lab) -> Outcome {
    let cube = lab.cube(pivot(&["Region", "Year"], 1).with_always_fully_expanded(true)).await?;
    let page = page(&cube).await?;
    let seen = (shape(&page.left), shape(&page.top), values(&page));
    expect(seen, ("North South West".to_owned(), "2021 2022 2023".to_owned(), "30,30,-|40,50,-|-,-,60".to_owned()))
}

async fn pivot_collapsed(lab: &Lab) -> Outcome {
    let page = page(&lab.cube(pivot(&["Region", "Year"], 2)).await?).await?;
    expect((shape(&page.left), values(&page)), ("North South West".to_owned(), "60|90|60".to_owned()))
}

async fn pivot_fillers(lab: &Lab) -> Outcome {
    let cube = lab.cube(pivot(&["Region", "Year"], 2)).await?;
    page(&cube).await?;
    cube.expand_left("/qHyperCubeDef", 0, 0, false).await?;
    let page = page(&cube).await?;
    let left = shape(&page.left);
    expect_that(
        ["E", "T"].iter().any(|kind| left == format!("North[2021 2022] South[-4:{kind}] West[-4:{kind}]")),
        left,
    )
}

async fn pivot_measures(lab: &Lab) -> Outcome {
    let measures = ["Sum(Sales)", "Count(Sales)"].map(NxMeasure::expression);
    let cube = pivot(&["Region"], 1).with_measures(measures).with_inter_column_sort_order([0, -1]);
    let page = page(&lab.cube(cube).await?).await?;
    let elements: Vec<_> = page.top.iter().map(|node| node.elem_no).collect();
    let seen = format!("{}, elements {elements:?}, {}", shape(&page.top), values(&page));
    expect_that(
        page.top.iter().all(|node| node.type_ == NxDimCellType::Pseudo) && values(&page) == "60,3|90,2|60,1",
        seen,
    )
}

async fn pivot_order(lab: &Lab) -> Outcome {
    let measures = ["Sum(Sales)", "Count(Sales)"].map(NxMeasure::expression);
    let cube = pivot(&["Region", "Year"], 1).with_measures(measures).with_inter_column_sort_order([1, 0, -1]);
    let cube = lab.cube(cube.with_always_fully_expanded(true)).await?;
    let order = cube_of(&cube).await?.effective_inter_column_sort_order;
    let left = shape(&page(&cube).await?.left);
    expect((order, left), (vec![1, 0, -1], "2021 2022 2023".to_owned()))
}

async fn pivot_totals(lab: &Lab) -> Outcome {
    let total = OtherTotalSpecProp::default().with_total_mode(TotalMode::Expr);
    let dimension = NxDimension::field("Region").with_sort_by(SortCriteria::by_text()).with_other_total_spec(total);
    let page = page(&lab.cube(pivot(&[], 1).with_dimensions([dimension])).await?).await?;
    let types: Vec<_> = page.left.iter().map(|node| node.type_.to_string()).collect();
    let seen = format!("{types:?}, {}", values(&page));
    expect_that(types.iter().filter(|kind| *kind == "T").count() == 1 && values(&page).contains("210"), seen)
}

async fn pivot_sort(lab: &Lab) -> Outcome {
    let mut seen = Vec::new();
    for direction in [1, -1] {
        let definition = NxInlineDimensionDef::default().with_field_defs(["Letter"]);
        let dimension = NxDimension::default().with_def(definition);
        let cube = HyperCubeDef::default()
            .with_mode(NxHypercubeMode::Pivot)
            .with_dimensions([dimension])
            .with_measures([NxMeasure::expression("Sum(Points)")])
            .with_sortby_y_value(direction)
            .with_no_of_left_dims(1);
        seen.push(shape(&page(&lab.cube(cube).await?).await?.left));
    }
    expect(seen, vec!["A B D C".to_owned(), "C D B A".to_owned()])
}

fn stacked(dimensions: &[&str]) -> HyperCubeDef {
    pivot(dimensions, -1).with_mode(NxHypercubeMode::PivotStack).with_always_fully_expanded(true)
}

async fn stack_page(object: &GenericObject, height: i32) -> Result<NxStackedPivotCell, Trouble> {
    object.get_layout().await?;
    let pages = object.get_hyper_cube_stack_data("/qHyperCubeDef", vec![NxPage::of_size(100, height)]).await?;
    let root = pages.into_iter().flat_map(|page| page.data).next();
    root.ok_or_else(|| Trouble::Differs("there is no root".to_owned()))
}

fn stack_shape(nodes: &[NxStackedPivotCell]) -> String {
    let node = |node: &NxStackedPivotCell| match node.sub_nodes.as_slice() {
        [] => format!("{}:{}", node.text, node.type_),
        below => format!("{}[{}]", node.text, stack_shape(below)),
    };
    nodes.iter().map(node).collect::<Vec<_>>().join(" ")
}

async fn stack(lab: &Lab) -> Outcome {
    let root = stack_page(&lab.cube(stacked(&["Region", "Year"])).await?, 100).await?;
    let seen = (root.type_.to_string(), stack_shape(&root.sub_nodes));
    let expected = "North[2021[30:V] 2022[30:V]] South[2021[40:V] 2022[50:V]] West[2023[60:V]]";
    expect(seen, ("R".to_owned(), expected.to_owned()))
}

async fn stack_pages(lab: &Lab) -> Outcome {
    let root = stack_page(&lab.cube(stacked(&["Region", "Year"])).await?, 1).await?;
    expect(stack_shape(&root.sub_nodes), "North[2021[30:V] 2022[30:V]]".to_owned())
}

fn tree_cube() -> HyperCubeDef {
    pivot(&["Region", "Year"], -1).with_mode(NxHypercubeMode::Tree).with_always_fully_expanded(true)
}

fn tree_shape(nodes: &[NxTreeNode]) -> String {
    let texts = |node: &NxTreeNode| node.values.iter().map(|value| value.text.clone()).collect::<Vec<_>>().join(",");
    let node = |node: &NxTreeNode| match node.nodes.as_slice() {
        [] => format!("{}={}", node.text, texts(node)),
        below => format!("{}[{}]", node.text, tree_shape(below)),
    };
    nodes.iter().map(node).collect::<Vec<_>>().join(" ")
}

async fn tree(lab: &Lab) -> Outcome {
    let cube = lab.cube(tree_cube()).await?;
    cube.get_layout().await?;
    let nodes = cube.get_hyper_cube_tree_data("/qHyperCubeDef").await?;
    let top: Vec<NxTreeNode> = match nodes.as_slice() {
        [root] if root.type_ == NxDimCellType::Root => root.nodes.clone(),
        _ => nodes,
    };
    let expected = "North[2021=30 2022=30] South[2021=40 2022=50] West[2023=60]";
    expect(tree_shape(&top), expected.to_owned())
}

async fn tree_size(lab: &Lab) -> Outcome {
    expect(cube_of(&lab.cube(tree_cube()).await?).await?.tree_nodes_on_dim, vec![3, 5])
}
