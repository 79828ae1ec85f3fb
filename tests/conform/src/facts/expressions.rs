//! Facts about expressions and names.

use qix_client::prelude::*;
use qix_client::quote_name;

use super::source::{DOC, MCP};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact};
use crate::lab::{Lab, cube_of, texts};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "evaluate",
        "`Evaluate` returns the text of a value, and `EvaluateEx` its number too.",
        "`DocExt::value`",
        DOC,
        evaluate
    ),
    fact!(
        "invalid-expression",
        "`Evaluate` of an expression that does not parse returns a text that is not a value, and `CheckExpression` returns a message.",
        "`DocExt::value`, `DocExt::check`",
        MCP,
        invalid_expression
    ),
    fact!(
        "unknown-field",
        "`Evaluate` does not fail for unknown fields; `CheckExpression` returns their positions, counted in characters.",
        "`DocExt::check`",
        MCP,
        unknown_field
    ),
    fact!("set-modifier", "A set modifier with an unknown field has no effect.", "`DocExt::check`", MCP, set_modifier),
    fact!(
        "fields-of-expression",
        "`GetFieldsFromExpression` returns the names of the fields in an expression.",
        "`DocExt::check`",
        MCP,
        fields_of_expression
    ),
    fact!(
        "quoted-names",
        "In brackets, a field name can contain any characters; `]` is doubled.",
        "`quote_name`, `field_values`",
        MCP,
        quoted_names
    ),
    fact!("bare-names", "`GetField` takes a name without brackets.", "`DocExt::select`", DOC, bare_names),
    fact!(
        "calculated-dimension",
        "A field definition that starts with `=` is an expression.",
        "`NxDimension::expression`",
        MCP,
        calculated_dimension
    ),
    fact!(
        "aggregation-error",
        "A measure that does not parse has an error in its info or in the cube.",
        "`RowsError::NotCalculated`",
        DOC,
        aggregation_error
    ),
];

async fn evaluate(lab: &Lab) -> Outcome {
    let text = lab.doc.evaluate("Sum(Sales)").await?;
    let value = lab.doc.evaluate_ex("Sum(Sales)").await?;
    expect((text, value.is_numeric, value.number), ("210".to_owned(), true, 210.0))
}

async fn invalid_expression(lab: &Lab) -> Outcome {
    let text = lab.doc.evaluate("Sum(").await?;
    let value = lab.doc.evaluate_ex("Sum(").await?;
    let check = lab.doc.check_expression("Sum(").await?;
    expect_that(!value.is_numeric && !check.error_msg.is_empty(), format!("`{text}`; `{}`", check.error_msg))
}

async fn unknown_field(lab: &Lab) -> Outcome {
    let sum = lab.doc.evaluate("Sum(NothingLikeThis)").await?;
    let check = lab.doc.check_expression("'ж' & Sum(Sales) + Sum(NothingLikeThis)").await?;
    let places: Vec<_> = check.bad_field_names.iter().map(|place| (place.from, place.count)).collect();
    expect((sum, check.error_msg, places), ("0".to_owned(), String::new(), vec![(23, 15)]))
}

async fn set_modifier(lab: &Lab) -> Outcome {
    expect(lab.doc.evaluate("Sum({<NothingLikeThis={1}>} Sales)").await?, "210".to_owned())
}

async fn fields_of_expression(lab: &Lab) -> Outcome {
    let mut fields =
        lab.doc.get_fields_from_expression("Sum({<Region={'North'}>} Sales) / Count([Unit price])").await?;
    fields.sort();
    expect(fields, ["Region", "Sales", "Unit price"].map(str::to_owned).to_vec())
}

async fn quoted_names(lab: &Lab) -> Outcome {
    let mut seen = Vec::new();
    for name in ["Net [EUR]", "Unit price", "Größe", "Имя"] {
        seen.push(lab.doc.evaluate(&format!("Sum({})", quote_name(name))).await?);
    }
    expect(seen.join(" "), "3 3 3 3".to_owned())
}

async fn bare_names(lab: &Lab) -> Outcome {
    let mut seen = Vec::new();
    for name in ["Net [EUR]", "Unit price", "Größe", "Имя"] {
        seen.push(lab.doc.get_field(name).await?.get_cardinal().await?);
    }
    expect(seen, vec![2; 4])
}

async fn calculated_dimension(lab: &Lab) -> Outcome {
    let dimension = NxDimension::expression("=Upper(Letter)&'!'").with_sort_by(SortCriteria::by_text());
    let rows = texts(&lab.cube(HyperCubeDef::default().with_dimensions([dimension])).await?, 1, 4).await?;
    expect(rows.concat().concat(), "A!B!C!D!".to_owned())
}

async fn aggregation_error(lab: &Lab) -> Outcome {
    let cube = HyperCubeDef::default().with_measures([NxMeasure::expression("Sum(")]);
    let cube = cube_of(&lab.cube(cube).await?).await?;
    let of_measure = cube.measure_info.first().and_then(|info| info.error.as_ref());
    match of_measure.or(cube.error.as_ref()) {
        Some(error) => Ok(format!("error {}", error.error_code)),
        None => Err(Trouble::Differs("there is no error".to_owned())),
    }
}
