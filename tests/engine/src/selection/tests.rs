use super::*;
use crate::calculate::Variables;
use crate::script;

fn data() -> Data {
    let script = "
        Sales: LOAD * INLINE [Customer,Product,Amount
        1,a,10
        1,b,20
        2,a,30
        9,c,40
        ];
        Customers: LOAD * INLINE [Customer,Country
        1,SE
        2,DE
        3,DE
        ];
        Products: LOAD * INLINE [Product,Group
        a,G
        b,H
        c,H
        ];
        Alone: LOAD * INLINE [Island
        x
        y
        ];";
    load(script)
}

fn load(script: &str) -> Data {
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let options = script::Options {
        folders: &Default::default(),
        databases: &Default::default(),
        limit: None,
        continues: false,
        variables: Variables::new(),
        cancel: &cancel,
        progress: &mut |_| {},
    };
    script::run(script, options).unwrap().data
}

fn pick(data: &Data, field: &str, texts: &[&str]) -> Pick {
    let symbols = &data.field(field).unwrap().symbols;
    let elements = texts.iter().map(|text| symbols.find_text(text).unwrap() as usize).collect();
    Pick { field: field.into(), elements }
}

fn states(data: &Data, selections: &Selections, field: &str) -> String {
    let live = Live::new(data, selections.picked(data, "$"));
    let number = data.field_number(field).unwrap();
    let states = selections.value_states(data, &live, "$", number);
    let texts = states
        .iter()
        .enumerate()
        .map(|(at, state)| format!("{}{}", data.fields[number].symbols.value(at as u32).as_text(), state.wire()));
    texts.collect::<Vec<_>>().join(" ")
}

fn select(data: &Data, selections: &mut Selections, field: &str, texts: &[&str], mode: Mode) -> bool {
    selections.select(data, "$", &[pick(data, field, texts)], mode, false).unwrap()
}

#[test]
fn selections_spread_over_associated_tables() {
    let data = data();
    let mut selections = Selections::new();
    assert_eq!(states(&data, &selections, "Country"), "SEO DEO");
    select(&data, &mut selections, "Country", &["SE"], Mode::Replace);
    assert_eq!(states(&data, &selections, "Country"), "SES DEA");
    assert_eq!(states(&data, &selections, "Group"), "GO HO");
    assert_eq!(states(&data, &selections, "Product"), "aO bO cX");
    assert_eq!(states(&data, &selections, "Customer"), "1O 2X 9X 3X");
    assert_eq!(states(&data, &selections, "Island"), "xO yO");
    select(&data, &mut selections, "Product", &["a"], Mode::Replace);
    assert_eq!(states(&data, &selections, "Amount"), "10O 20X 30X 40X");
    assert_eq!(states(&data, &selections, "Country"), "SES DEA");
}

#[test]
fn a_value_without_a_match_is_possible_until_a_match_is_required() {
    let data = data();
    let mut selections = Selections::new();
    select(&data, &mut selections, "Customer", &["3"], Mode::Replace);
    assert_eq!(states(&data, &selections, "Product"), "aX bX cX");
    assert_eq!(states(&data, &selections, "Country"), "SEX DEO");
    select(&data, &mut selections, "Customer", &["1", "3"], Mode::Replace);
    select(&data, &mut selections, "Product", &["a"], Mode::Replace);
    assert_eq!(states(&data, &selections, "Customer"), "1S 2A 9X 3XS");
    assert_eq!(states(&data, &selections, "Product"), "aS bA cX");
}

#[test]
fn selecting_excluded_values_replaces_the_selections_that_exclude_them() {
    let data = data();
    let mut selections = Selections::new();
    select(&data, &mut selections, "Island", &["x"], Mode::Replace);
    select(&data, &mut selections, "Country", &["SE"], Mode::Replace);
    assert_eq!(states(&data, &selections, "Product"), "aO bO cX");
    assert!(select(&data, &mut selections, "Product", &["c"], Mode::Replace));
    assert_eq!(states(&data, &selections, "Product"), "aA bA cS");
    assert_eq!(states(&data, &selections, "Country"), "SEX DEX");
    assert_eq!(states(&data, &selections, "Island"), "xS yA", "it excludes nothing");
    selections.back();
    assert_eq!(states(&data, &selections, "Country"), "SES DEA");
    selections.lock(&data, "$", "Country").unwrap();
    assert!(!select(&data, &mut selections, "Product", &["c"], Mode::Replace), "a lock prevents it");
    assert!(!selections.select_part(&data, "$", "Product", Part::Excluded, true).unwrap());
    assert!(select(&data, &mut selections, "Product", &["b", "c"], Mode::Replace), "one of them is possible");
    assert_eq!(states(&data, &selections, "Product"), "aA bS cXS");
    assert_eq!(states(&data, &selections, "Country"), "SEL DEX");
}

#[test]
fn selections_that_exclude_values_only_together_are_not_given_up() {
    let data = load("T: LOAD * INLINE [a,b,c\n1,1,1\n1,2,2\n2,1,2\n];");
    let mut selections = Selections::new();
    select(&data, &mut selections, "a", &["1"], Mode::Replace);
    select(&data, &mut selections, "b", &["1"], Mode::Replace);
    let refused = selections.select(&data, "$", &[pick(&data, "c", &["2"])], Mode::Replace, false).unwrap_err();
    assert_eq!(refused.code, crate::error::code::NOT_IMPLEMENTED);
    assert_eq!(states(&data, &selections, "c"), "1O 2X");
}

#[test]
fn toggling_adding_and_parts() {
    let data = data();
    let mut selections = Selections::new();
    select(&data, &mut selections, "Product", &["a", "b"], Mode::Replace);
    select(&data, &mut selections, "Product", &["b", "c"], Mode::Toggle);
    assert_eq!(states(&data, &selections, "Product"), "aS bA cS");
    select(&data, &mut selections, "Product", &["b"], Mode::Add);
    assert_eq!(states(&data, &selections, "Product"), "aS bS cS");
    assert!(!selections.select_part(&data, "$", "Product", Part::Excluded, false).unwrap());
    assert!(!select(&data, &mut selections, "Product", &[], Mode::Replace));
    assert_eq!(states(&data, &selections, "Product"), "aS bS cS");
    selections.clear(&data, "$", "Product").unwrap();
    select(&data, &mut selections, "Country", &["SE"], Mode::Replace);
    selections.select_part(&data, "$", "Product", Part::Possible, false).unwrap();
    assert_eq!(states(&data, &selections, "Product"), "aS bS cX");
    selections.select_part(&data, "$", "Country", Part::Alternative, false).unwrap();
    assert_eq!(states(&data, &selections, "Country"), "SEA DES");
}

#[test]
fn locks_block_selections() {
    let data = data();
    let mut selections = Selections::new();
    assert!(!selections.lock(&data, "$", "Country").unwrap());
    select(&data, &mut selections, "Country", &["SE"], Mode::Replace);
    assert!(selections.lock(&data, "$", "Country").unwrap());
    assert_eq!(states(&data, &selections, "Country"), "SEL DEA");
    assert!(!select(&data, &mut selections, "Country", &["DE"], Mode::Replace));
    assert!(!selections.clear(&data, "$", "Country").unwrap());
    selections.clear_all("$", false).unwrap();
    assert!(selections.any("$"));
    assert!(selections.select(&data, "$", &[pick(&data, "Country", &["DE"])], Mode::Replace, true).unwrap());
    assert_eq!(states(&data, &selections, "Country"), "SEA DES");
}

#[test]
fn back_and_forward() {
    let data = data();
    let mut selections = Selections::new();
    select(&data, &mut selections, "Country", &["SE"], Mode::Replace);
    select(&data, &mut selections, "Country", &["DE"], Mode::Replace);
    select(&data, &mut selections, "Country", &["DE"], Mode::Replace);
    assert_eq!(selections.steps(), (2, 0));
    assert!(selections.back());
    assert_eq!(states(&data, &selections, "Country"), "SES DEA");
    assert!(selections.forward() && !selections.forward());
    assert!(selections.back() && selections.back() && !selections.back());
    assert!(!selections.any("$"));
    select(&data, &mut selections, "Group", &["G"], Mode::Replace);
    assert_eq!(selections.steps(), (1, 0));
}

#[test]
fn alternate_states_are_independent() {
    let data = data();
    let mut selections = Selections::new();
    selections.add_state("S1").unwrap();
    assert!(selections.add_state("S1").is_err());
    selections.select(&data, "S1", &[pick(&data, "Country", &["SE"])], Mode::Replace, false).unwrap();
    assert!(!selections.any("$") && selections.any("S1"));
    assert_eq!(selections.states(), ["S1"]);
    assert!(selections.select(&data, "nosuch", &[], Mode::Replace, false).is_err());
    selections.remove_state("S1").unwrap();
    assert!(selections.remove_state("$").is_err());
}

#[test]
fn snapshots_are_by_value() {
    let before = data();
    let mut selections = Selections::new();
    select(&before, &mut selections, "Country", &["DE"], Mode::Replace);
    let snapshot = selections.snapshot(&before);
    assert_eq!(snapshot.set_text("$").as_deref(), Some("<Country={'DE'}>"));
    let after = load("C: LOAD * INLINE [Country\nFR\nDE\n];");
    selections.carry_over(&before, &after);
    assert_eq!(states(&after, &selections, "Country"), "FRA DES");
    selections.clear_all("$", false).unwrap();
    selections.restore(&after, &snapshot);
    assert_eq!(states(&after, &selections, "Country"), "FRA DES");
    assert!(selections.back());
    assert!(!selections.any("$"));
}

#[test]
fn a_loose_table_stops_selections() {
    let data = load(
        "A: LOAD 1 as x, 1 as y AUTOGENERATE 1; B: LOAD 1 as y, 1 as z AUTOGENERATE 1; C: LOAD 2 as z, 1 as x, 5 as c AUTOGENERATE 1;",
    );
    let mut selections = Selections::new();
    select(&data, &mut selections, "c", &["5"], Mode::Replace);
    assert_eq!(states(&data, &selections, "y"), "1O");
}

#[test]
fn current_selections_describe_the_selected_values() {
    let data = data();
    let mut selections = Selections::new();
    select(&data, &mut selections, "Customer", &["1", "2"], Mode::Replace);
    let live = Live::new(&data, selections.picked(&data, "$"));
    let object = selections.current(&data, &live, "$");
    assert_eq!(object["qBackCount"], 1);
    assert_eq!(object["qSelections"][0]["qSelected"], "1, 2");
    assert_eq!(object["qSelections"][0]["qStateCounts"]["qSelected"], 2);
    assert_eq!(object["qSelections"][0]["qIsNum"], true);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// The possible rows are those of a full outer join of all tables.
    #[test]
    fn spreading_agrees_with_the_join(
        sales in proptest::collection::vec((0u32..5, 0u32..4), 1..12),
        customers in proptest::collection::vec((0u32..5, 0u32..3), 1..6),
        chosen in proptest::collection::btree_set(0u32..3, 1..3),
    ) {
        let sales: std::collections::BTreeSet<_> = sales.into_iter().collect();
        let customers: std::collections::BTreeMap<_, _> = customers.into_iter().collect();
        let rows = |pairs: Vec<(u32, u32)>| pairs.iter().map(|(a, b)| format!("{a},{b}\n")).collect::<String>();
        let data = load(&format!(
            "S: LOAD * INLINE [c,p\n{}]; C: LOAD * INLINE [c,g\n{}];",
            rows(sales.iter().copied().collect()), rows(customers.iter().map(|(a, b)| (*a, *b)).collect()),
        ));
        let present: Vec<String> = chosen.iter().filter(|group| customers.values().any(|other| other == *group)).map(u32::to_string).collect();
        let texts: Vec<&str> = present.iter().map(String::as_str).collect();
        let mut selections = Selections::new();
        select(&data, &mut selections, "g", &texts, Mode::Replace);
        let live = Live::new(&data, selections.picked(&data, "$"));
        let field = data.field_number("p").unwrap();
        for (at, value) in data.fields[field].symbols.values().iter().enumerate() {
            let expected = texts.is_empty() || sales.iter().any(|(customer, product)| {
                value.as_text() == product.to_string()
                    && customers.get(customer).is_some_and(|group| chosen.contains(group))
            });
            proptest::prop_assert_eq!(live.possible(&data, field)[at], expected);
        }
    }
}
