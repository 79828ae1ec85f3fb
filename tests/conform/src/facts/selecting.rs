//! Facts about selections, locks, and searches.

use qix_client::prelude::*;

use super::source::{FIELD, MCP, OBJECT, SCHEMAS};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact, not_checked};
use crate::lab::{Lab, code_of, list_of};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "select-values",
        "`SelectValues` selects numbers by number and strings by text; the values replace the selection.",
        "`DocExt::select`",
        FIELD,
        select_values
    ),
    fact!(
        "select-unknown",
        "Whether `SelectValues` has selected a value shows in a list of the field; its result can be `true` for a value that the field does not have.",
        "`DocExt::select`",
        "sense-navigation, issues 62 and 86",
        select_unknown
    ),
    fact!(
        "toggle",
        "In toggle mode, `SelectValues` deselects selected values and keeps others.",
        "`Pending::toggle_mode`",
        FIELD,
        toggle
    ),
    fact!(
        "element-numbers",
        "`LowLevelSelect` and `SelectListObjectValues` select by the element numbers of a list.",
        "`GenericObjectExt::select`, `DocExt::select_next`",
        FIELD,
        element_numbers
    ),
    fact!(
        "states",
        "Values are selected, alternative in the same field, possible or excluded in other fields.",
        "`field_values`, `DocExt::select_next`",
        SCHEMAS,
        states
    ),
    fact!("state-counts", "A list's layout counts its values by state.", "`DocExt::select`", SCHEMAS, state_counts),
    fact!(
        "sort-by-state",
        "A list sorted by state shows selected values first.",
        "`DocExt::select`",
        SCHEMAS,
        sort_by_state
    ),
    fact!(
        "locked",
        "A selection in a locked field returns `false`, unless it is soft; a list of the field says that it is locked.",
        "`SelectError::Locked`",
        FIELD,
        locked
    ),
    fact!(
        "one-and-only-one",
        "A field with always one selected value rejects several values and none; a list of the field says so.",
        "`SelectError::AlwaysOneSelected`",
        "catwalk, issue 203; qdt-components, issue 233",
        one_and_only_one
    ),
    fact!(
        "and-mode",
        "`GetAndMode` returns whether a field is in AND mode.",
        "`SelectError::AndMode`",
        FIELD,
        and_mode
    ),
    fact!(
        "section-access",
        "Section access can reduce the data so that values cannot be selected.",
        "`SelectError::Refused`",
        "<https://help.qlik.com/en-US/sense/Subsystems/Hub/Content/Sense_Hub/Scripting/Security/manage-security-with-section-access.htm>",
        section_access
    ),
    fact!(
        "field-search",
        "`Select` selects the values that match a search: wildcards, ranges of numbers, and expressions.",
        "`DocExt::select_matching`",
        FIELD,
        field_search
    ),
    fact!(
        "search-words",
        "A text without wildcards matches values in which a word starts with it.",
        "`GenericObjectExt::select_matching`",
        "vendor's help about searching",
        search_words
    ),
    fact!(
        "search-wildcards",
        "`*` in a search matches any characters.",
        "`GenericObjectExt::select_matching`",
        "vendor's help about searching",
        search_wildcards
    ),
    fact!(
        "search-result",
        "The matches of a search are the values of the list; whether there are any does not show in the response to the search.",
        "`GenericObjectExt::select_matching`",
        OBJECT,
        search_result
    ),
    fact!(
        "search-displayed",
        "Ranges in searches and set modifiers compare numbers in the format of the field.",
        "`DocExt::select_matching`",
        MCP,
        search_displayed
    ),
    fact!("clear", "`Clear` leaves nothing selected in the field.", "`Field::clear`", FIELD, clear),
];

/// The texts of the selected values of a field.
async fn selected(lab: &Lab, field: &str) -> Result<Vec<String>, Trouble> {
    let states = lab.states(&lab.values(field).await?).await?;
    let is_selected = |state: &StateEnumType| matches!(state, StateEnumType::Selected | StateEnumType::Locked);
    Ok(states.into_iter().filter(|(_, state)| is_selected(state)).map(|(text, _)| text).collect())
}

fn number(number: f64) -> FieldValue {
    FieldValue::default().with_is_numeric(true).with_number(number)
}

fn text(text: &str) -> FieldValue {
    FieldValue::default().with_text(text)
}

async fn select_values(lab: &Lab) -> Outcome {
    let years = lab.doc.get_field("Year").await?;
    years.select_values(vec![number(2023.0)]).await?;
    years.select_values(vec![number(2021.0), number(2022.0)]).await?;
    let regions = lab.doc.get_field("Region").await?;
    regions.select_values(vec![text("North")]).await?;
    let seen = (selected(lab, "Year").await?.join(" "), selected(lab, "Region").await?.join(" "));
    expect(seen, ("2021 2022".to_owned(), "North".to_owned()))
}

async fn select_unknown(lab: &Lab) -> Outcome {
    let returned = lab.doc.get_field("Year").await?.select_values(vec![number(1066.0)]).await?;
    let found = selected(lab, "Year").await?;
    let text_of_number = lab.doc.get_field("Year").await?.select_values(vec![text("1066")]).await?;
    let also_found = selected(lab, "Year").await?;
    expect_that(
        found.is_empty() && also_found.is_empty(),
        format!("it returns `{returned}` for an unknown number and `{text_of_number}` for an unknown text"),
    )
}

async fn toggle(lab: &Lab) -> Outcome {
    let years = lab.doc.get_field("Year").await?;
    years.select_values(vec![number(2021.0), number(2022.0)]).await?;
    years.select_values(vec![number(2022.0), number(2023.0)]).toggle_mode(true).await?;
    expect(selected(lab, "Year").await?.join(" "), "2021 2023".to_owned())
}

async fn element_numbers(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let matrix = list_of(&list).await?.data_pages.into_iter().flat_map(|page| page.matrix);
    let cells: Vec<NxCell> = matrix.flatten().collect();
    let [_, second, third] = cells.as_slice() else {
        return Err(Trouble::Differs(format!("the list has {} values", cells.len())));
    };
    lab.doc.get_field("Region").await?.low_level_select(vec![second.elem_number], false).await?;
    let by_field = selected(lab, "Region").await?;
    list.select_list_object_values("/qListObjectDef", vec![third.elem_number], false).await?;
    let by_list = selected(lab, "Region").await?;
    expect((by_field, by_list), (vec![second.text.clone()], vec![third.text.clone()]))
}

async fn states(lab: &Lab) -> Outcome {
    lab.doc.get_field("Region").await?.select_values(vec![text("West")]).await?;
    let regions = lab.states(&lab.values("Region").await?).await?;
    let products = lab.states(&lab.values("Product").await?).await?;
    let state = |values: &[(String, StateEnumType)], text: &str| {
        values.iter().find(|(value, _)| value == text).map(|(_, state)| state.clone())
    };
    let seen = [state(&regions, "West"), state(&regions, "North"), state(&products, "Pad"), state(&products, "Ink")];
    use StateEnumType::{Alternative, Excluded, Option, Selected};
    let (own, other) = (Some(Selected), Some(Alternative));
    expect(seen, [own, other, Some(Option), Some(Excluded)])
}

async fn state_counts(lab: &Lab) -> Outcome {
    lab.doc.get_field("Region").await?.select_values(vec![text("West")]).await?;
    let regions = list_of(&lab.values("Region").await?).await?.dimension_info.state_counts;
    let products = list_of(&lab.values("Product").await?).await?.dimension_info.state_counts;
    let seen = (regions.selected, regions.alternative, products.option, products.excluded);
    expect(seen, (1, 2, 1, 2))
}

async fn sort_by_state(lab: &Lab) -> Outcome {
    lab.doc.get_field("Region").await?.select_values(vec![text("West")]).await?;
    let pages = [NxPage::of_size(1, 10)];
    let list = ListObjectDef::field("Region").with_sort_by(SortCriteria::by_state()).with_initial_data_fetch(pages);
    let states = lab.states(&lab.list(list).await?).await?;
    expect(states.first().map(|(text, _)| text.clone()), Some("West".to_owned()))
}

async fn locked(lab: &Lab) -> Outcome {
    let regions = lab.doc.get_field("Region").await?;
    regions.select_values(vec![text("West")]).await?;
    regions.lock().await?;
    let hard = regions.select_values(vec![text("North")]).await?;
    let info = list_of(&lab.values("Region").await?).await?.dimension_info.locked;
    let soft = regions.select_values(vec![text("North")]).soft_lock(true).await?;
    regions.unlock().await?;
    expect((hard, info, soft), (false, true, true))
}

async fn one_and_only_one(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let letters = lab.doc.get_field("Letter").await?;
    letters.select_values(vec![text("B")]).await?;
    letters.set_nx_properties(NxFieldProperties::default().with_one_and_only_one(true)).await?;
    let several = letters.select_values(vec![text("A"), text("C")]).await?;
    let none = letters.select_values(vec![text("B")]).toggle_mode(true).await?;
    let info = list_of(&lab.values("Letter").await?).await?.dimension_info.is_one_and_only_one;
    expect((several, none, info, selected(&lab, "Letter").await?), (false, false, true, vec!["B".to_owned()]))
}

async fn and_mode(lab: &Lab) -> Outcome {
    expect(lab.doc.get_field("Region").await?.get_and_mode().await?, false)
}

async fn section_access(_: &Lab) -> Outcome {
    not_checked("a session app has no section access")
}

async fn field_search(lab: &Lab) -> Outcome {
    let mut seen = Vec::new();
    for (field, search) in [("Region", "*th"), ("Year", ">=2022<2023"), ("Region", "=Sum(Sales)>60")] {
        lab.doc.clear_all().await?;
        lab.doc.get_field(field).await?.select(search).await?;
        seen.push(selected(lab, field).await?.join(" "));
    }
    expect(seen, ["North South", "2022", "South"].map(str::to_owned).to_vec())
}

/// The values that a search in a list of phrases finds.
async fn search(lab: &Lab, text: &str) -> Result<(bool, Vec<String>), Trouble> {
    let list = lab.values("Phrase").await?;
    list.get_layout().await?;
    let success = list.search_list_object_for("/qListObjectDef", text).await?;
    let found = lab.states(&list).await?;
    list.abort_list_object_search("/qListObjectDef").await?;
    let mut found: Vec<_> = found.into_iter().map(|(text, _)| text).collect();
    found.sort();
    Ok((success, found))
}

async fn search_words(lab: &Lab) -> Outcome {
    expect(search(lab, "app").await?.1.join(", "), "Apple pie, red apple".to_owned())
}

async fn search_wildcards(lab: &Lab) -> Outcome {
    expect(search(lab, "*apple").await?.1.join(", "), "pineapple, red apple".to_owned())
}

async fn search_result(lab: &Lab) -> Outcome {
    let (success, found) = search(lab, "banana").await?;
    expect_that(found.is_empty(), format!("`qSuccess` is {success} for a search without matches"))
}

async fn search_displayed(lab: &Lab) -> Outcome {
    let expressions = [
        "Count({<Day={\">=45293\"}>} Day)",
        "Count({<Day={\">=02.01.2024\"}>} Day)",
        "Count({<PlainDay={\">=45293\"}>} PlainDay)",
    ];
    let mut seen = Vec::new();
    for expression in expressions {
        seen.push(lab.doc.evaluate(expression).await?);
    }
    expect(seen.join(" "), "0 2 2".to_owned())
}

async fn clear(lab: &Lab) -> Outcome {
    let regions = lab.doc.get_field("Region").await?;
    regions.select_values(vec![text("West")]).await?;
    let cleared = regions.clear().await;
    let code = code_of(&cleared);
    expect_that(
        selected(lab, "Region").await?.is_empty(),
        format!("`Clear` returned {:?}, error {code:?}", cleared.ok()),
    )
}
