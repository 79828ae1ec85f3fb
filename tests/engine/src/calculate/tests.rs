use std::sync::atomic::AtomicBool;

use super::*;
use crate::data::Data;
use crate::script;
use crate::selection::{Mode, Selections};

pub(super) const SALES: &str = "
    Sales: LOAD * INLINE [Customer,Product,Amount,Day
    1,a,10,1/1/2020
    1,b,20,1/2/2020
    2,a,30,2/1/2020
    9,c,40,2/2/2021
    ];
    Customers: LOAD * INLINE [Customer,Country
    1,SE
    2,DE
    3,DE
    ];
    Tags: LOAD * INLINE [Product,Tag
    a,new
    a,cheap
    b,new
    ];";

pub(super) fn load(text: &str) -> Data {
    let cancel = AtomicBool::new(false);
    let options = script::Options {
        folders: &Default::default(),
        databases: &Default::default(),
        limit: None,
        continues: false,
        variables: Variables::new(),
        cancel: &cancel,
        progress: &mut |_| {},
    };
    script::run(text, options).unwrap().data
}

/// An app to calculate in.
pub(super) struct App {
    pub(super) data: Data,
    pub(super) selections: Selections,
    pub(super) variables: Variables,
    cancel: AtomicBool,
}

impl App {
    pub(super) fn new(script: &str) -> Self {
        Self {
            data: load(script),
            selections: Selections::new(),
            variables: Variables::new(),
            cancel: AtomicBool::new(false),
        }
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context::new(&self.data, &self.selections, &self.variables, &NoLibrary, &self.cancel)
    }

    pub(super) fn select(&mut self, field: &str, text: &str) {
        let pick = search(field, text, &self.context()).unwrap();
        self.selections.select(&self.data, "$", &[pick], Mode::Replace, false).unwrap();
    }

    fn shows(&self, expression: &str) -> String {
        match evaluate(expression, &self.context()) {
            Ok(Dual::Null) => "null".into(),
            Ok(value) => value.as_text().into_owned(),
            Err(message) => message,
        }
    }
}

#[test]
fn aggregations_go_over_associated_tables() {
    let app = App::new(SALES);
    assert_eq!(app.shows("Sum(Amount)"), "100");
    assert_eq!(app.shows("=Sum(Amount)/Count(distinct Product)"), "33.333333333333");
    assert_eq!(app.shows("Count(Country)"), "3");
    assert_eq!(app.shows("Sum(If(Country='SE', Amount))"), "30");
    assert_eq!(app.shows("Country"), "null");
    assert_eq!(app.shows("Concat(distinct Tag, '+')"), "cheap+new");
    assert_eq!(app.shows("Max(Day)"), "44229");
    assert_eq!(app.shows("Sum(nosuch)"), "0");
    assert_eq!(app.shows("1+1"), "2");
}

#[test]
fn selections_limit_what_is_aggregated() {
    let mut app = App::new(SALES);
    app.select("Country", "SE");
    assert_eq!(app.shows("Sum(Amount)"), "30");
    assert_eq!(app.shows("Country & GetSelectedCount(Country) & GetPossibleCount(Product)"), "SE12");
    assert_eq!(app.shows("Sum({1} Amount)"), "100");
    assert_eq!(app.shows("Sum({1-$} Amount)"), "70");
    assert_eq!(app.shows("Sum({<Country=>} Amount)"), "100");
    assert_eq!(app.shows("Sum({<Country={DE}>} Amount)"), "30");
    assert_eq!(app.shows("Sum({<Country+={'DE'}>} Amount)"), "60");
    assert_eq!(app.shows("Sum({1<Product={\"a*\"}>} Amount)"), "40");
    assert_eq!(app.shows("Sum({1<Product-={a}>} Amount)"), "60");
    assert_eq!(app.shows("Sum({1<Product=-{'a'}>} Amount)"), "60");
    assert_eq!(app.shows("Sum({1<Amount={\">=20<40\"}>} Amount)"), "50");
    assert_eq!(app.shows("Sum({1<Customer={\"=Sum(Amount)>=30\"}>} Amount)"), "100");
    assert_eq!(app.shows("Sum({1<Customer={\"=Sum(Amount)>30\"}>} Amount)"), "40");
    assert_eq!(app.shows("Sum({1<Customer=P({1<Product={b}>})>} Amount)"), "30");
    assert_eq!(app.shows("{1} Sum(Amount)"), "100");
    assert_eq!(app.shows("GetFieldSelections(Country)"), "SE");
    assert!(app.shows("Sum({nosuch} Amount)").contains("nosuch"));
}

#[test]
fn states_and_steps_are_sets() {
    let mut app = App::new(SALES);
    app.selections.add_state("S").unwrap();
    let pick = search("Product", "a", &app.context()).unwrap();
    app.selections.select(&app.data, "S", &[pick], Mode::Replace, false).unwrap();
    assert_eq!(app.shows("Sum({S} Amount)"), "40");
    app.select("Product", "b");
    assert_eq!(app.shows("Sum(Amount)"), "20");
    assert_eq!(app.shows("Sum({$1} Amount)"), "100");
}

#[test]
fn functions_of_selections_use_all_their_arguments() {
    let mut app = App::new(SALES);
    app.selections.add_state("S").unwrap();
    let pick = search("Product", "(a|b)", &app.context()).unwrap();
    app.selections.select(&app.data, "S", &[pick], Mode::Replace, false).unwrap();
    app.select("Product", "c");
    assert_eq!(app.shows("GetSelectedCount(Product) & GetSelectedCount(Product, 0, 'S')"), "12");
    assert_eq!(app.shows("GetPossibleCount(Product) & GetPossibleCount(Product, 'S')"), "12");
    assert_eq!(app.shows("GetSelectedCount(Product, 0, 'nosuch')"), "null");
    assert_eq!(app.shows("GetFieldSelections(Product, '+', 6, 'S') & GetFieldSelections(Product)"), "a+bc");
    assert_eq!(app.shows("GetFieldSelections(Product, '+', 1, 'S')"), "2 of 3");
    assert_eq!(app.shows("GetCurrentSelections('|', '=', '+', 6, 'S')"), "Product=a+b");
    // One of the selected values is excluded by another field.
    app.select("Product", "(b|c)");
    app.select("Country", "SE");
    assert_eq!(app.shows("GetSelectedCount(Product) & GetSelectedCount(Product, True())"), "12");
}

#[test]
fn an_unimplemented_function_is_not_called_invalid() {
    let app = App::new(SALES);
    for (expression, what) in [
        ("Correl(Amount, Amount)", "Correl()"),
        ("Sum(Aggr(nodistinct Sum(Amount), Customer))", "NODISTINCT"),
        ("LocalTime('Paris')", "LocalTime() of a place"),
    ] {
        assert_eq!(app.shows(expression), format!("Error in expression: {what}: not implemented by the test engine"));
    }
    for expression in ["Quarter(Day)", "Abs(Amount)"] {
        assert!(app.shows(expression).contains("is not a valid function"), "{expression}");
    }
}

#[test]
fn variables_are_names_and_texts() {
    let mut app = App::new(SALES);
    app.variables.insert("v".into(), "=Sum(Amount)".into());
    app.variables.insert("w".into(), "Sum(Amount)".into());
    app.variables.insert("n".into(), "5".into());
    app.variables.insert("self".into(), "=self+1".into());
    app.variables.insert("again".into(), "=$(again)+1".into());
    assert_eq!(app.shows("v + n"), "105");
    assert_eq!(app.shows("$(w) + $(v) + $(=n*2)"), "210");
    assert_eq!(app.shows("self"), "null");
    assert!(app.shows("$(again)").contains("Error") || !app.shows("$(again)").is_empty());
}

#[test]
fn aggr_makes_a_table() {
    let app = App::new(SALES);
    assert_eq!(app.shows("Max(Aggr(Sum(Amount), Customer))"), "40");
    assert_eq!(app.shows("Sum(Aggr(Max(Amount), Country))"), "50");
    assert_eq!(app.shows("Count(Aggr(Sum(Amount), Customer, Product))"), "4");
    assert_eq!(app.shows("Sum(Aggr(Sum(Amount), Customer) / Sum(total Amount))"), "1");
}

#[test]
fn nested_aggregations_are_errors() {
    let app = App::new(SALES);
    assert_eq!(app.shows("Sum(Sum(Amount))"), "Error in expression: Nested aggregation not allowed");
    assert_eq!(app.shows("Sum(Amount"), "Error in expression: ')' expected");
}

#[test]
fn searches_find_values() {
    let app = App::new(SALES);
    let find = |field: &str, text: &str| search(field, text, &app.context()).unwrap().elements;
    assert_eq!(find("Country", "*e*"), [0, 1]);
    assert_eq!(find("Country", "d?"), [1]);
    assert_eq!(find("Amount", ">10<=30"), [1, 2]);
    assert_eq!(find("Day", "<2/1/2020"), [0, 1]);
    assert_eq!(find("Product", "(a|c)"), [0, 2]);
    assert_eq!(find("Product", "=Count(Tag)>1"), [0]);
    assert!(search("nosuch", "*", &app.context()).is_err());
    let values = [serde_json::json!({"qText": "b"}), serde_json::json!({"qText": "nosuch"})];
    assert_eq!(find_values("Product", &values, &app.context()).unwrap().elements, [1]);
}

#[test]
fn expressions_are_checked() {
    let app = App::new(SALES);
    let check = |text: &str| check_expression(text, &["Label".into()], false, &app.context());
    assert_eq!(check("Sum(Amount)"), ExpressionCheck::default());
    assert_eq!(check("Sum(Foo)+Label").bad_fields, [(4, 3)]);
    assert_eq!(check("Sum(Amount)) x").error, "Error in expression: Garbage after expression: \") x\"");
}

#[test]
fn a_strict_check_covers_references_in_sets() {
    let app = App::new(SALES);
    let check = |strict, text: &str| -> Vec<String> {
        let check = check_expression(text, &["Label".into()], strict, &app.context());
        assert_eq!(check.error, "", "{text}");
        let characters: Vec<char> = text.chars().collect();
        check.bad_fields.iter().map(|(from, count)| characters[*from..from + count].iter().collect()).collect()
    };
    for (text, bad) in [
        ("Sum({<Country={'DE'}, Product={a}>} Amount)", &[][..]),
        ("Sum({<Foo={'é'}, [No Bar]-={1}, Country=>} Amount)", &["Foo", "[No Bar]"]),
        ("Sum({<Country={Foo}>} Amount) + Sum({1<Foo=>} Amount)", &["Foo"]),
        ("Sum({<Country={\"=Sum(Foo)>1\", \"=Sum(Amount)>1\"}>} Amount)", &["\"=Sum(Foo)>1\""]),
        ("Sum({<Country=P({<Foo={1}>} Bar)>} Amount)", &["Foo", "Bar"]),
        ("Sum({<Country=({'DE'} + {Foo})*Foo>} Amount)", &["Foo"]),
        ("Sum({$*1-<Foo={1}>} Amount) < Sum(TOTAL <Country, Baz> Amount)", &["Foo", "Baz"]),
        ("Sum({<Label={1}>} Amount)", &["Label"]),
        ("Sum(Aggr(Sum({<Foo={1}>} Amount), Country))", &["Foo"]),
    ] {
        assert_eq!(check(true, text), bad, "{text}");
        assert_eq!(check(false, text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(check(true, "Sum({<Foo={1}>} Bar) + Label"), ["Foo", "Bar"]);
    assert_eq!(check(false, "Sum({<Foo={1}>} Bar) + Label"), ["Bar"]);
}

#[test]
fn ranges_compare_displayed_values() {
    let app = App::new(
        "SET DateFormat='DD.MM.YYYY';
        T: LOAD Date(45291 + RecNo(), 'DD.MM.YYYY') as Day, 45291 + RecNo() as Number,
            Date(45291 + RecNo(), 'YYYY-MM-DD') as Iso, Month(Date(45261 + 31 * RecNo())) as Month,
            Money(RecNo(), '$0.00') as Price, RecNo() as n AUTOGENERATE 3;",
    );
    for (field, range, found) in [
        ("Day", ">=45292", 0),
        ("Day", ">=02.01.2024", 2),
        ("Day", ">01.01.2024<03.01.2024", 1),
        ("Number", ">=45293", 2),
        ("Number", ">=02.01.2024", 0),
        ("Iso", ">=2024-01-02", 2),
        ("Iso", ">=02.01.2024", 0),
        ("Month", ">=2", 0),
        ("Month", ">=Feb", 2),
        ("Price", ">1", 0),
        ("Price", ">$1.00", 2),
    ] {
        assert_eq!(search(field, range, &app.context()).unwrap().elements.len(), found, "{field}{range}");
        let sum = format!("Count({{<{field}={{\"{range}\"}}>}} n)");
        assert_eq!(app.shows(&sum), found.to_string(), "{sum}");
    }
}

#[test]
fn unknown_field_names_are_not_errors() {
    let app = App::new(SALES);
    assert_eq!(app.shows("Sum(nofield)"), "0");
    assert_eq!(app.shows("Sum({<nofield={'x'}>} Amount)"), "100");
    assert_eq!(app.shows("Sum({<nofield={\">1\"}>} Amount)"), "100");
    assert_eq!(app.shows("Sum({<Product={'nosuch'}>} Amount)"), "0");
    let check = |text: &str| check_expression(text, &[], false, &app.context());
    assert_eq!(check("Sum({<nofield={'x'}>} Amount)"), ExpressionCheck::default());
    assert_eq!(check("Sum({<Product={1}>} nofield)").bad_fields, [(20, 7)]);
    assert!(check("Sum(Net Amount)").error.contains("Garbage after expression"));
    assert!(check("Sum(Сумма)").error.contains("Garbage after expression"));
    assert_eq!(check("Sum([Сумма])").bad_fields, [(4, 7)]);
}

#[test]
fn strings_with_an_equals_sign_are_expressions() {
    let app = App::new(SALES);
    let show = |definition: Value| evaluate_string(&definition, &app.context());
    assert_eq!(show("='Total: ' & Sum(Amount)".into()), "Total: 100");
    assert_eq!(show("Sum(Amount)".into()), "Sum(Amount)");
    assert_eq!(show(serde_json::json!({"qStringExpression": {"qExpr": "Sum(Amount)"}})), "100");
    assert_eq!(show(serde_json::json!({"qv": "=1+1"})), "2");
    assert_eq!(show(Value::Null), "");
    assert_eq!(evaluate_value(&serde_json::json!({"qExpr": "Sum(Amount)"}), &app.context()), Some(Dual::Number(100.0)));
}

#[test]
fn a_canceled_request_ends() {
    let app = App::new("T: LOAD RecNo() as n AUTOGENERATE 10000;");
    app.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(app.shows("Sum(n)"), "Request aborted");
}

#[test]
fn a_row_counts_once_however_many_rows_it_is_associated_with() {
    let app = App::new(SALES);
    assert_eq!(app.shows("Sum({1<Tag={'new','cheap'}>} Amount)"), "60");
    assert_eq!(app.shows("Sum(Aggr(Sum(Amount), Tag))"), "100");
}

#[test]
fn synthetic_keys_associate_tables() {
    let mut app = App::new(
        "Plan: LOAD * INLINE [Year,Region,Plan
        2020,N,100
        2020,S,200
        2021,N,300
        ];
        Sales: LOAD * INLINE [Year,Region,Sale
        2020,N,10
        2020,N,20
        2020,S,30
        2022,S,40
        ];
        Regions: LOAD * INLINE [Region,Head
        N,Ann
        S,Bob
        ];",
    );
    assert_eq!(app.shows("Sum(Sale) & '/' & Sum(Plan)"), "100/600");
    assert_eq!(app.shows("Sum(Aggr(Sum(Sale), Year, Region))"), "100");
    app.select("Head", "Ann");
    assert_eq!(app.shows("Sum(Sale) & '/' & Sum(Plan) & '/' & Concat(distinct Year, ' ')"), "30/400/2020 2021");
    // Ann has nothing in 2022, so that this selection replaces hers.
    app.select("Year", "2022");
    assert_eq!(app.shows("Sum(Sale) & '/' & Count(Plan)"), "40/0");
}

#[test]
fn data_islands_are_combined_with_everything() {
    let app = App::new("A: LOAD * INLINE [a\n1\n2\n]; B: LOAD * INLINE [b\n10\n20\n30\n];");
    assert_eq!(app.shows("Sum(a)"), "3");
    assert_eq!(app.shows("Sum(a*b)"), "180");
    assert_eq!(app.shows("Sum(If(b>10, a))"), "6");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// However rows are grouped, nothing is lost and nothing counts twice.
    #[test]
    fn groups_add_up_to_the_total(
        facts in proptest::collection::vec((0u32..4, 0u32..5, 1u32..100), 1..40),
        countries in proptest::collection::btree_map(0u32..4, 0u32..3, 0..4),
    ) {
        let rows: String = facts.iter().map(|(customer, product, amount)| format!("{customer},{product},{amount}\n")).collect();
        let of: String = countries.iter().map(|(customer, country)| format!("{customer},{country}\n")).collect();
        let app = App::new(&format!("F: LOAD * INLINE [Customer,Product,Amount\n{rows}]; C: LOAD * INLINE [Customer,Country\n{of}];"));
        let total: u32 = facts.iter().map(|(_, _, amount)| amount).sum();
        for dimensions in [vec!["Country"], vec!["Product"], vec!["Country", "Product"], vec!["Customer", "Country", "Product"]] {
            let definition = serde_json::json!({
                "qDimensions": dimensions.iter().map(|field| serde_json::json!({ "qDef": { "qFieldDefs": [field] } })).collect::<Vec<_>>(),
                "qMeasures": [{ "qDef": { "qDef": "Sum(Amount)" } }],
                "qInitialDataFetch": [{ "qWidth": 4, "qHeight": 1000 }],
            });
            let layout = Cube::new(&definition, &Expansion::default(), &app.context()).unwrap().layout();
            let rows = layout["qDataPages"][0]["qMatrix"].as_array().unwrap();
            let sum: f64 = rows.iter().map(|row| row[dimensions.len()]["qNum"].as_f64().unwrap_or(0.0)).sum();
            proptest::prop_assert_eq!(sum, f64::from(total));
            proptest::prop_assert_eq!(layout["qGrandTotalRow"][0]["qNum"].as_f64(), Some(f64::from(total)));
        }
    }
}
