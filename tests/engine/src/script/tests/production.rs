//! Statements of production scripts.

use super::*;

#[test]
fn unsupported_statements_fail_the_reload_and_are_not_syntax_errors() {
    for (script, name) in [
        ("LIB CONNECT TO 'db (user)';\nt: LOAD a; SQL SELECT a FROM b;", "LIB CONNECT"),
        ("DIRECT QUERY DIMENSION a MEASURE b FROM c;", "DIRECT QUERY"),
        ("SECTION ACCESS;\nLOAD * INLINE [ACCESS, USERID\nADMIN, X];\nSECTION APPLICATION;", "SECTION ACCESS"),
        ("t: SAMPLE 0.5 LOAD * RESIDENT x;", "SAMPLE"),
        ("[autoCalendar]:\nDECLARE FIELD DEFINITION Tagged ('$date') FIELDS Year($1) AS [Y];", "DECLARE"),
        ("LET a = DocumentName();", "DocumentName()"),
        ("t: LOAD GeoMakePoint(1, 2) AS p AUTOGENERATE 1;", "GeoMakePoint()"),
    ] {
        assert!(check(script).is_empty(), "{script}: {:?}", check(script));
        let error = failed(&format!("SET before = 1;\n{script}"));
        assert_eq!((error.code, error.parameter.as_str()), (code::NOT_IMPLEMENTED, name), "{script}");
        assert_eq!(error.message, format!("{name}: not implemented by the test engine"));
        assert!(error.position.line >= 1 && !error.line.is_empty(), "{error}");
    }
}

#[test]
fn the_error_is_at_the_unsupported_statement() {
    let error = failed("SET a = 1;\nt:\nLOAD a;\n\nSQL SELECT a\nFROM b;");
    assert_eq!((error.position.line, error.line.as_str()), (4, "SQL SELECT a\nFROM b"));
}

#[test]
fn intervals_are_matched() {
    let base = "P: LOAD * INLINE [t,k\n1,a\n5,b\n9,a\n]; ";
    let loaded = loaded(&format!("{base} M: INTERVALMATCH (t) LOAD * INLINE [from,to\n0,5\n5,8\n];"));
    assert_eq!(table(&loaded, "M"), "1,0,5|5,0,5|5,5,8");
    let loaded = self::loaded(&format!("{base} M: INTERVALMATCH (t, k) LOAD * INLINE [from,to,k\n0,9,a\n];"));
    assert_eq!(table(&loaded, "M"), "1,0,9,a|9,0,9,a");
    let loaded = self::loaded(&format!("{base} INNER JOIN (P) INTERVALMATCH (t) LOAD * INLINE [from,to\n0,5\n];"));
    assert_eq!(table(&loaded, "P"), "1,a,0,5|5,b,0,5");
    let loaded =
        self::loaded(&format!("{base} M: INTERVALMATCH (t) LOAD If(x>0, x) AS from, Null() AS to INLINE [x\n6\n];"));
    assert_eq!(table(&loaded, "M"), "9,6,-", "a null does not limit");
}

#[test]
fn a_generic_load_creates_a_table_per_attribute() {
    let loaded = loaded("G: GENERIC LOAD * INLINE [id,what,v\n1,color,red\n1,size,9\n2,color,blue\n];");
    assert_eq!(loaded.data.table_names(), ["G.color", "G.size"]);
    assert_eq!((table(&loaded, "G.color"), table(&loaded, "G.size")), ("1,red|2,blue".into(), "1,9".into()));
}

#[test]
fn only_the_first_rows_are_loaded() {
    assert_eq!(table(&loaded("T: FIRST 2 LOAD RecNo() AS n AUTOGENERATE 9 WHERE RecNo() > 3;"), "T"), "4|5");
    assert_eq!(table(&loaded("LET m = 3; T: FIRST ($(m)) LOAD RecNo() AS n AUTOGENERATE 9;"), "T"), "1|2|3");
}

#[test]
fn statements_apply_to_later_loads() {
    let loaded = loaded(
        "M: MAPPING LOAD * INLINE [a,b\nx,1\n]; MAP v USING M; SET NullValue = 'none'; NULLASVALUE w;
         ALIAS k AS key; A: LOAD 7 AS k, 'x' AS v, Null() AS w AUTOGENERATE 1; UNMAP v; NULLASNULL *;
         B: LOAD 8 AS z, 'x' AS v, Null() AS w AUTOGENERATE 1;",
    );
    assert_eq!((table(&loaded, "A"), table(&loaded, "B")), ("7,1,none".into(), "8,x,-".into()));
    assert_eq!(loaded.data.field_names(), ["key", "v", "w", "z"]);
    let loaded = self::loaded(
        "M: MAPPING LOAD * INLINE [a,b\nx,X\nT,U\n]; T: LOAD 1 AS x, 2 AS y AUTOGENERATE 1; RENAME FIELDS USING M; RENAME TABLES USING M;",
    );
    assert_eq!((loaded.data.field_names(), table(&loaded, "U")), (vec!["X", "y"], "1,2".to_owned()));
}

#[test]
fn loads_for_partial_reloads_are_skipped() {
    let loaded =
        loaded("A: LOAD 1 AS x AUTOGENERATE 1; ADD ONLY LOAD 2 AS x AUTOGENERATE 1; ADD LOAD 3 AS x AUTOGENERATE 1;");
    assert_eq!(table(&loaded, "A"), "1|3");
    let loaded = self::loaded("ADD ONLY LOAD x + 1 AS y; LOAD 1 AS x AUTOGENERATE 1; B: LOAD 2 AS z AUTOGENERATE 1;");
    assert_eq!(loaded.data.table_names(), ["B"]);
}

#[test]
fn subroutines_pass_changed_parameters_back() {
    let loaded = loaded(
        "SUB double(in, out)\nLET out = in * 2;\nLET in = 0;\nEND SUB\nLET a = 21; CALL double(a, b); CALL double('1,5', c)\nLET d = 3; CALL double((d), e);",
    );
    let variables = &loaded.variables;
    assert_eq!((variables["a"].as_str(), variables["b"].as_str()), ("0", "42"));
    assert_eq!(variables["d"], "3", "an expression is not a name");
    assert_eq!(variables["e"], "6");
    assert!(!variables.contains_key("in") && !variables.contains_key("out"));
}

#[test]
fn a_script_can_continue_after_errors() {
    let script =
        "SET ErrorMode = 0; LOAD x RESIDENT nowhere; LET e = ScriptError; LOAD y FROM [lib://d/nowhere.csv] (txt);
        LET f = ScriptError; LET c = ScriptErrorCount; T: LOAD 1 AS z AUTOGENERATE 1;";
    let loaded = run_with(script, Some(std::path::Path::new("/nowhere"))).0.unwrap();
    let of = |name: &str| loaded.variables[name].as_str();
    assert_eq!((of("e"), of("f"), of("c")), ("10", "8", "2"));
    assert_eq!(table(&loaded, "T"), "1");
    let error = failed("SET ErrorMode = 0; SECTION ACCESS;");
    assert_eq!(error.code, code::NOT_IMPLEMENTED, "what is not supported is not skipped");
}

#[test]
fn conditions_come_before_statements() {
    let loaded =
        loaded("LET a = 1; WHEN a = 1 LET b = 2; UNLESS a = 1 LET c = 3; WHEN Len('') LOAD 1 AS x RESIDENT no;");
    assert_eq!((loaded.variables["b"].as_str(), loaded.variables.contains_key("c")), ("2", false));
}

#[test]
fn the_section_generated_by_the_data_manager_runs() {
    let loaded = loaded(
        "Set dataManagerTables = '','Sales';\nFor each name in $(dataManagerTables)\n    Let index = 0;\n    Let currentName = name;\n    Let tableNumber = TableNumber(name);\n    Let matches = 0;\n    Do while not IsNull(tableNumber) or (index > 0 and matches > 0)\n        index = index + 1;\n        currentName = name & '-' & index;\n        tableNumber = TableNumber(currentName)\n        matches = Match('$(currentName)', $(dataManagerTables));\n    Loop\n    If index > 0 then\n        Rename Table '$(name)' to '$(currentName)';\n    EndIf;\nNext;\nSet dataManagerTables = ;\n[Sales]: LOAD 1 AS x AUTOGENERATE 1;",
    );
    assert_eq!(table(&loaded, "Sales"), "1");
}

#[test]
fn texts_are_mapped_and_rows_looked_up() {
    let loaded = loaded(
        "M: MAPPING LOAD * INLINE [a,b\nkg,kilo\nk,thousand\n]; T: LOAD * INLINE [id,n\n1,x\n2,y\n];
         LET a = MapSubString('M', '5kg 3k'); LET b = Lookup('n', 'id', 2, 'T'); LET c = FieldNumber('n', 'T');
         LET d = TableNumber('T'); LET e = FieldNumber('zz', 'T');",
    );
    let of = |name: &str| loaded.variables[name].as_str();
    assert_eq!((of("a"), of("b"), of("c"), of("d"), of("e")), ("5kilo 3thousand", "y", "2", "0", "0"));
}

#[test]
fn a_variable_can_contain_statements() {
    let loaded = loaded(
        "LET s = 'T: LOAD 1 AS x AUTOGENERATE 1;' & Chr(10) & 'LET a = 2;';\nFOR i = 1 TO 1\n$(s)\n\nNEXT i;\nSET t = \"LET b = 'x;y'\";\n$(t);\n$(nothing)\nEXIT SCRIPT;",
    );
    assert_eq!(table(&loaded, "T"), "1");
    assert_eq!((loaded.variables["a"].as_str(), loaded.variables["b"].as_str()), ("2", "x;y"));
    let error = failed("SET s = LET a = 1;\nLET u = 'LET a = 1; LOAD x RESIDENT nowhere; LET c = 1;';\n$(u);");
    assert_eq!((error.position.line, error.message.as_str()), (2, "Table 'nowhere' not found"));
}

#[test]
fn a_map_must_exist() {
    for script in [
        "T: LOAD ApplyMap('nosuch', 1) AS a AUTOGENERATE 1;",
        "T: LOAD Sum(ApplyMap('nosuch', 1, 2)) AS a AUTOGENERATE 1;",
        "T: LOAD 1 AS a AUTOGENERATE 1 WHERE MapSubString('nosuch', 'x') = 'x';",
        "LET a = ApplyMap('nosuch', 1);",
        "T: LOAD 1 AS a AUTOGENERATE 1; RENAME FIELDS USING nosuch;",
    ] {
        let error = failed(script);
        assert_eq!((error.code, error.parameter.as_str()), (MAP_NOT_FOUND, "nosuch"), "{script}");
    }
}
