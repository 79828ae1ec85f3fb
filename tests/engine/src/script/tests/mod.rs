mod database;
mod files;
mod hierarchy;
mod merge;
mod production;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::value::Dual;

fn run_with(script: &str, folder: Option<&Path>) -> (Result<Loaded, Box<ScriptError>>, Vec<Progress>) {
    run_on(script, folder, Databases::default())
}

fn run_on(
    script: &str,
    folder: Option<&Path>,
    databases: Databases,
) -> (Result<Loaded, Box<ScriptError>>, Vec<Progress>) {
    let mut folders = Folders::default();
    if let Some(folder) = folder {
        folders.set_folder(folder);
        let connection = |name| serde_json::json!({ "qName": name, "qType": "folder" });
        folders = folders.with_connections(&["data", "d"].map(connection));
    }
    let mut messages = Vec::new();
    let cancel = AtomicBool::new(false);
    let result = run(
        script,
        Options {
            folders: &folders,
            databases: &databases,
            limit: None,
            continues: false,
            variables: Variables::new(),
            cancel: &cancel,
            progress: &mut |message| messages.push(message),
        },
    );
    (result, messages)
}

fn loaded(script: &str) -> Loaded {
    run_with(script, None).0.unwrap_or_else(|error| panic!("{error}"))
}

fn failed(script: &str) -> Box<ScriptError> {
    run_with(script, None).0.expect_err("the script fails")
}

/// Rows of a table, cells by `,` and rows by `|`.
fn table(loaded: &Loaded, name: &str) -> String {
    let data = &loaded.data;
    let table =
        data.source.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("{:?}", data.table_names()));
    let row = |row: usize| {
        let cells =
            table.columns.iter().map(|column| match data.fields[column.field].symbols.value(column.codes[row]) {
                Dual::Null => "-".to_owned(),
                value => value.as_text().into_owned(),
            });
        cells.collect::<Vec<_>>().join(",")
    };
    (0..table.rows).map(row).collect::<Vec<_>>().join("|")
}

#[test]
fn inline_tables_have_typed_fields() {
    let loaded = loaded("T:\nLOAD *, b*2 as c INLINE [\na,b\nx,1\ny,2\n];");
    assert_eq!(table(&loaded, "T"), "x,1,2|y,2,4");
    assert_eq!(loaded.data.field("b").unwrap().tags, ["$numeric", "$integer"]);
}

#[test]
fn generated_rows_are_numbered() {
    let loaded =
        loaded("T: LOAD RecNo() as n, Chr(64+RecNo()) as c, RangeSum(Peek('s'), RecNo()) as s AUTOGENERATE 3;");
    assert_eq!(table(&loaded, "T"), "1,A,1|2,B,3|3,C,6");
    assert!(loaded.data.field("n").unwrap().tags.contains(&"$integer".to_owned()));
}

#[test]
fn while_repeats_rows() {
    let loaded = loaded("T: LOAD a, IterNo() as i INLINE [a\n1\n2\n] ;");
    assert_eq!(table(&loaded, "T"), "1,1|2,1");
    let loaded = self::loaded("T: LOAD RecNo() as a, IterNo() as i AUTOGENERATE 2 WHILE IterNo() <= 2;");
    assert_eq!(table(&loaded, "T"), "1,1|1,2|2,1|2,2");
}

#[test]
fn preceding_loads_feed_each_other() {
    let loaded = loaded("T: LOAD x+1 as y WHERE x > 1; LOAD RecNo() as x AUTOGENERATE 3;");
    assert_eq!(table(&loaded, "T"), "3|4");
    assert_eq!(loaded.data.field_names(), ["y"]);
    // https://help.qlik.com/en-US/cloud-services/Subsystems/Hub/Content/Sense_Hub/Scripting/ScriptRegularStatements/Load.htm
    let source = "INLINE [a\n1\n1\n2\n]";
    let loaded =
        self::loaded(&format!("T: LOAD a; LOAD DISTINCT a {source}; U: LOAD DISTINCT a AS b; LOAD a {source};"));
    assert_eq!((table(&loaded, "T"), table(&loaded, "U")), ("1|1|2".to_owned(), "1|2".to_owned()));
}

#[test]
fn resident_tables_are_filtered_grouped_and_sorted() {
    let base = "S: LOAD * INLINE [k,v\nb,1\na,2\nb,3\n];\n";
    let loaded = self::loaded(&format!("{base} T: LOAD k as g, Sum(v) as s, Count(v) as c RESIDENT S GROUP BY k;"));
    assert_eq!(table(&loaded, "T"), "b,4,2|a,2,1");
    let loaded = self::loaded(&format!(
        "{base} T: NOCONCATENATE LOAD k, v RESIDENT S WHERE v>1 ORDER BY k, v DESC; DROP TABLE S;"
    ));
    assert_eq!(table(&loaded, "T"), "a,2|b,3");
    let loaded = self::loaded(&format!("{base} T: LOAD DISTINCT k as d RESIDENT S;"));
    assert_eq!(table(&loaded, "T"), "b|a");
    let loaded = self::loaded(&format!("{base} T: LOAD Max(v) as m RESIDENT S WHERE v > 9;"));
    assert_eq!(table(&loaded, "T"), "-");
    let loaded = self::loaded(&format!("{base} T: LOAD v as w, v - Previous(v) as d RESIDENT S;"));
    assert_eq!(table(&loaded, "T"), "1,-|2,1|3,1");
}

#[test]
fn tables_with_equal_fields_are_concatenated() {
    let loaded = loaded("A: LOAD 1 as x, 2 as y AUTOGENERATE 1; B: LOAD 3 as y, 4 as x AUTOGENERATE 1;");
    assert_eq!(table(&loaded, "A"), "1,2|4,3");
    assert_eq!(loaded.data.table_names(), ["A"]);
    let loaded = self::loaded("A: LOAD 1 as x AUTOGENERATE 1; B: NOCONCATENATE LOAD 3 as x AUTOGENERATE 1;");
    assert_eq!(loaded.data.table_names(), ["A", "B"]);
    let loaded = self::loaded("A: LOAD 1 as x AUTOGENERATE 1; CONCATENATE (A) LOAD 3 as y AUTOGENERATE 1;");
    assert_eq!(table(&loaded, "A"), "1,-|-,3");
}

#[test]
fn joins_and_keeps() {
    let base = "A: LOAD * INLINE [k,a\n1,x\n2,y\n]; ";
    let right = "LOAD * INLINE [k,b\n2,p\n2,q\n3,r\n];";
    assert_eq!(table(&loaded(&format!("{base} LEFT JOIN (A) {right}")), "A"), "1,x,-|2,y,p|2,y,q");
    assert_eq!(table(&loaded(&format!("{base} INNER JOIN {right}")), "A"), "2,y,p|2,y,q");
    assert_eq!(table(&loaded(&format!("{base} JOIN (A) {right}")), "A"), "1,x,-|2,y,p|2,y,q|3,-,r");
    let kept = loaded(&format!("{base} B: INNER KEEP (A) {right}"));
    assert_eq!((table(&kept, "A"), table(&kept, "B")), ("2,y".into(), "2,p|2,q".into()));
}

#[test]
fn split_texts_make_rows() {
    let loaded = loaded("T: LOAD k, SubField(v, ';') as p, SubField(v, ';', 1) as f INLINE [k,v\n1,a;b\n2,c\n];");
    assert_eq!(table(&loaded, "T"), "1,a,a|1,b,a|2,c,c");
    let loaded = self::loaded("T: LOAD SubField('a;b', ';') as x, SubField('1;2', ';') as y AUTOGENERATE 1;");
    assert_eq!(table(&loaded, "T"), "a,1|a,2|b,1|b,2");
}

#[test]
fn fields_can_be_named_after_their_table() {
    let loaded = loaded(
        "QUALIFY *; UNQUALIFY k; A: LOAD 1 as k, 2 as v AUTOGENERATE 1; UNQUALIFY *; B: LOAD 1 as k, 3 as v AUTOGENERATE 1;",
    );
    assert_eq!(loaded.data.field_names(), ["k", "A.v", "v"]);
}

#[test]
fn cases_are_switched() {
    let script = |value: &str| {
        let text = format!(
            "SWITCH {value}\nCASE 1, 2\nLET r = 'low';\nCASE 'x'\nLET r = 'text';\nDEFAULT\nLET r = 'other';\nEND SWITCH"
        );
        loaded(&text).variables["r"].clone()
    };
    assert_eq!((script("1+1"), script("'x'"), script("9")), ("low".into(), "text".into(), "other".into()));
}

#[test]
fn maps_apply() {
    let loaded = loaded(
        "M: MAPPING LOAD * INLINE [k,v\n1,one\n2,two\n];\nT: LOAD ApplyMap('M', RecNo(), 'many') as w, ApplyMap('M', RecNo()) as u AUTOGENERATE 3;",
    );
    assert_eq!(table(&loaded, "T"), "one,one|two,two|many,3");
    assert_eq!(loaded.data.field_names(), ["w", "u"]);
}

#[test]
fn variables_loops_and_conditions() {
    let loaded = loaded(
        "SET a = 2; LET b = $(a)*2+a;\nFOR i = 1 TO 3\n IF $(i) = 2 THEN\n TRACE skipped;\n ELSE\n T: LOAD $(i) as x AUTOGENERATE 1;\n END IF\nNEXT i\nSUB add(n)\n T: LOAD $(n) as x AUTOGENERATE 1;\nEND SUB\nCALL add(a*5)\nFOR EACH w IN 'p', 'q'\n LET seen = seen & '$(w)';\nNEXT\nDO WHILE a < 4\n LET a = a + 1;\nLOOP\nEXIT SCRIPT WHEN a = 4;\nT: LOAD 99 as x AUTOGENERATE 1;",
    );
    assert_eq!(table(&loaded, "T"), "1|3|10");
    assert_eq!(loaded.variables["b"], "6");
    assert_eq!(loaded.variables["seen"], "pq");
    assert_eq!(loaded.variables["a"], "4");
}

#[test]
fn formats_determine_how_dates_are_displayed() {
    let loaded = loaded("SET DateFormat='DD.MM.YYYY'; T: LOAD *, Date(d+1) as e INLINE [d\n01.02.2020\n];");
    assert_eq!(table(&loaded, "T"), "01.02.2020,02.02.2020");
    assert!(loaded.data.field("d").unwrap().tags.contains(&"$date".to_owned()));
}

#[test]
fn dropping_and_renaming() {
    let loaded = loaded(
        "A: LOAD 1 as x, 2 as y AUTOGENERATE 1; B: LOAD 5 as x AUTOGENERATE 1; DROP FIELD y; RENAME FIELD x TO z; RENAME TABLE A TO C; DROP TABLE B;",
    );
    assert_eq!(loaded.data.field_names(), ["z"]);
    assert_eq!(table(&loaded, "C"), "1");
    assert_eq!(loaded.data.cardinal("z"), Some(1));
}

#[test]
fn cross_tables_turn() {
    let loaded = loaded("T: CROSSTABLE (Month, Sales) LOAD * INLINE [Year,Jan,Feb\n2020,1,2\n2021,3,4\n];");
    assert_eq!(table(&loaded, "T"), "2020,Jan,1|2020,Feb,2|2021,Jan,3|2021,Feb,4");
}

#[test]
fn errors_name_the_field_the_table_and_the_position() {
    let error = failed("A: LOAD 1 as x AUTOGENERATE 1;\n\nB: LOAD nosuch RESIDENT A;");
    assert_eq!(error.message, "Field 'nosuch' not found");
    assert_eq!((error.code, error.parameter.as_str(), error.position.line), (11013, "nosuch", 2));
    assert_eq!(failed("LOAD x RESIDENT nosuch;").message, "Table 'nosuch' not found");
    let error = failed("LOAD x\nFRUM y;");
    assert!(error.message.contains("'FRUM'"), "{error}");
    assert_eq!((error.position.line, error.position.column), (1, 0));
    assert_eq!(failed("LOAD x;").code, 11003);
    assert_eq!(failed("LOAD x RESIDENT").code, 11003);
    assert_eq!(failed("A: LOAD 1 as x, 2 as x AUTOGENERATE 1;").code, 11016);
    assert_eq!(failed("A: LOAD 1 as x, 2 as y AUTOGENERATE 1; B: LOAD x, Sum(y) as s RESIDENT A;").code, 11031);
    assert_eq!(failed("LOAD * FROM [x.csv] (txt);").code, 11028);
}

#[test]
fn syntax_is_checked_without_running() {
    assert!(check("LOAD a, b RESIDENT nosuch; SET x=1;").is_empty());
    let errors = check("SET x=1;\nLOAD a b RESIDENT t;\nDROP TALBE y;");
    assert_eq!(errors.iter().map(|error| error.position.line).collect::<Vec<_>>(), [1, 2]);
    assert!(check("LOAD $(what) RESIDENT t;").is_empty());
    assert_eq!(check("FOR i=1 to 2\nx").len(), 1);
}

#[test]
fn files_are_read_from_the_folder() {
    let folder = std::env::temp_dir().join(format!("qix-script-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "\u{feff}k;v\n1;\"x;y\"\n2;\n").unwrap();
    let script = "LOAD * FROM [lib://data/a.csv] (txt, utf8, embedded labels, delimiter is ';', msq);";
    std::fs::write(folder.join("more.qvs"), "LET seen = 1;\nM: LOAD 1 as m AUTOGENERATE 1;").unwrap();
    let included = run_with("$(Must_Include=lib://data/more.qvs);", Some(&folder)).0.unwrap();
    assert_eq!((table(&included, "M").as_str(), included.variables["seen"].as_str()), ("1", "1"));
    let missing = |word: &str| run_with(&format!("$({word}=lib://data/nosuch.qvs);"), Some(&folder)).0;
    assert!(missing("Include").is_ok(), "a missing file is not an error");
    assert_eq!(missing("Must_Include").unwrap_err().code, CANNOT_OPEN);
    let (result, messages) = run_with(script, Some(&folder));
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(table(&result.unwrap(), "a"), "1,x;y|2,");
    assert_eq!(messages, [Progress::Table("a << a".into()), Progress::Fetched(2)]);
}

#[test]
fn a_script_can_be_stopped() {
    let cancel = AtomicBool::new(true);
    let options = Options {
        folders: &Default::default(),
        databases: &Default::default(),
        limit: None,
        continues: false,
        variables: Variables::new(),
        cancel: &cancel,
        progress: &mut |_| {},
    };
    let error = run("LOAD RecNo() as x AUTOGENERATE 100000000;", options).unwrap_err();
    assert_eq!(error.code, code::ABORTED);
}

#[test]
fn random_numbers_are_the_same_in_every_run() {
    let script = "T: LOAD Floor(Rand()*1000) as r AUTOGENERATE 5;";
    assert_eq!(table(&loaded(script), "T"), table(&loaded(script), "T"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_script_panics_the_engine(text in "(LOAD|SET|LET|x|1|a,b| |;|\n|INLINE|\\[|\\]|'|=|\\$\\(|\\)|RESIDENT|FOR|NEXT|IF|THEN|\\*|AUTOGENERATE|:|//|é){0,30}") {
        let _ = check(&text);
        let _ = run_with(&text, None);
    }
}
