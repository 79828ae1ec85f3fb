//! Files that scripts read and store.

use super::*;

/// A folder with files that is deleted when the test ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = std::env::temp_dir().join(format!("qix-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        for (file, bytes) in files {
            std::fs::write(folder.join(file), bytes).unwrap();
        }
        Self(folder)
    }

    fn run(&self, script: &str) -> Result<Loaded, Box<ScriptError>> {
        run_with(script, Some(&self.0)).0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn a_table_is_stored_and_read_back_as_qvd_and_as_text() {
    let folder = Folder::new("store", &[]);
    for (file, format) in [("a.qvd", "(qvd)"), ("a.csv", "(txt, msq)")] {
        let loaded = folder.run(&format!(
            "A: LOAD * INLINE [k,v\n1,x\n2,\n3,z\n];\nSTORE k AS key, v FROM A INTO [lib://data/{file}] {format};
             DROP TABLE A; B: LOAD key, v & '!' AS w FROM [lib://data/{file}] {format} WHERE key <> 3;"
        ));
        let loaded = loaded.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(table(&loaded, "B"), "1,x!|2,!", "{file}");
        assert!(!folder.0.join(file).exists(), "nothing is written");
    }
    let error =
        folder.run("A: LOAD 1 AS x AUTOGENERATE 1; STORE A INTO [lib://data/a.parquet] (parquet);").unwrap_err();
    assert_eq!((error.code, error.parameter.as_str()), (code::NOT_IMPLEMENTED, "STORE as parquet"));
    assert_eq!(folder.run("STORE nosuch INTO x.qvd;").unwrap_err().message, "Table 'nosuch' not found");
}

#[test]
fn stored_files_are_visible_to_other_scripts() {
    let mut folders = Folders::default();
    folders.set_connection("out", "/nowhere");
    let run = |script: &str| {
        let cancel = AtomicBool::new(false);
        let variables = Variables::new();
        run(
            script,
            Options {
                folders: &folders,
                databases: &Default::default(),
                limit: None,
                continues: false,
                variables,
                cancel: &cancel,
                progress: &mut |_| {},
            },
        )
    };
    run("A: LOAD RecNo() AS n AUTOGENERATE 3; STORE A INTO [lib://out/a.qvd] (qvd);").unwrap();
    let script = "LET rows = QvdNoOfRecords('lib://out/a.qvd'); LET field = QvdFieldName('lib://out/a.qvd', 1);
        LET there = FileSize('lib://out/a.qvd') > 0; LET other = IsNull(FileSize('lib://out/b.qvd'));";
    let variables = run(script).unwrap().variables;
    let of = |name: &str| variables[name].as_str();
    assert_eq!((of("rows"), of("field"), of("there"), of("other")), ("3", "n", "-1", "-1"));
}

#[test]
fn exists_finds_values_of_an_earlier_qvd() {
    let folder = Folder::new("exists", &[]);
    let loaded = folder.run(
        "A: LOAD * INLINE [k\n1\n2\n]; STORE A INTO [lib://d/a.qvd] (qvd); DROP TABLE A;
         Keep: LOAD 2 AS k AUTOGENERATE 1; B: NOCONCATENATE LOAD k FROM [lib://d/a.qvd] (qvd) WHERE EXISTS(k);",
    );
    assert_eq!(table(&loaded.unwrap(), "B"), "2");
}

#[test]
fn text_is_decoded_in_its_code_page() {
    let folder = Folder::new("pages", &[("a.csv", b"n;v\n1;\xe9\n"), ("b.txt", b"# note\nx\ty\n1\tNA\n")]);
    let script = "LOAD v FROM [lib://d/a.csv] (txt, codepage is 1252, embedded labels, delimiter is ';', msq);";
    assert_eq!(table(&folder.run(script).unwrap(), "a"), "é");
    let script =
        "SET NullInterpret = 'NA'; LOAD * FROM [lib://d/b.txt] (txt, utf8, delimiter is '\\t', comment is '#');";
    assert_eq!(table(&folder.run(script).unwrap(), "b"), "1,-");
    let error = folder.run("LOAD * FROM [lib://d/a.csv] (txt, codepage is 437);").unwrap_err();
    assert_eq!(error.code, code::NOT_IMPLEMENTED);
}

#[test]
fn rows_know_their_source_file() {
    let folder = Folder::new("names", &[("a1.csv", b"n\n1\n2\n"), ("a2.csv", b"n\n3\n"), ("sub/b.csv", b"n\n9\n")]);
    let loaded = folder.run("T: LOAD n, FileBaseName() AS f, FilePath() AS p FROM [lib://d/a*.csv] (txt);").unwrap();
    assert_eq!(table(&loaded, "T"), "1,a1,lib://d/a1.csv|2,a1,lib://d/a1.csv|3,a2,lib://d/a2.csv");
    let loaded = folder
        .run(
            "FOR EACH f IN FileList('lib://d/a*.csv')\nT: LOAD n FROM [$(f)] (txt);\nNEXT\n
             FOR EACH d IN DirList('lib://d/s*')\nU: LOAD n AS m FROM [$(d)/b.csv] (txt);\nNEXT\n
             FOR EACH f IN FileList('lib://d/nosuch*')\nLET seen = 1;\nNEXT\n
             FOR EACH v IN FieldValueList('n')\nLET all = all & v;\nNEXT\n
             DIRECTORY [lib://d/sub]; V: LOAD n AS o FROM b.csv;",
        )
        .unwrap();
    assert_eq!(
        (table(&loaded, "T"), table(&loaded, "U"), table(&loaded, "V")),
        ("1|2|3".into(), "9".into(), "9".into())
    );
    assert_eq!((loaded.variables["all"].as_str(), loaded.variables.contains_key("seen")), ("123", false));
}

#[test]
fn a_json_file_is_a_list_of_objects() {
    let folder = Folder::new(
        "json",
        &[
            ("a.json", br#"[{ "b": "1", "a": 2.5 }, { "c": "x", "a": null, "b": "01" }]"#),
            ("nested.json", br#"[{ "a": [1] }]"#),
            ("true.json", br#"[{ "a": true }]"#),
            ("object.json", br#"{ "a": 1 }"#),
            ("mixed.json", br#"[{ "a": 1 }, 2]"#),
            ("broken.json", b"[{"),
        ],
    );
    let loaded = folder.run("T: LOAD *, a * 2 AS d FROM [lib://d/a.json] (json);").unwrap();
    assert_eq!(table(&loaded, "T"), "1,2.5,-,5|1,-,x,-", "values of one number have its first text");
    assert_eq!(loaded.data.field_names()[..4], ["b", "a", "c", "d"]);
    for (file, options, message) in [
        ("nested", "", "FROM a JSON file with nested or Boolean values"),
        ("true", "", "FROM a JSON file with nested or Boolean values"),
        ("object", "", "FROM a JSON file that is not a list of objects"),
        ("mixed", "", "FROM a JSON file that is not a list of objects"),
        ("a", ", table is [/b]", "FROM a table of a JSON file"),
    ] {
        let error = folder.run(&format!("T: LOAD * FROM [lib://d/{file}.json] (json{options});")).unwrap_err();
        assert_eq!((error.code, error.parameter.as_str()), (code::NOT_IMPLEMENTED, message), "{file}");
    }
    let error = folder.run("T: LOAD * FROM [lib://d/broken.json] (json);").unwrap_err();
    assert_eq!((error.code, error.parameter.as_str()), (CANNOT_OPEN, "lib://d/broken.json"));
}

#[test]
fn other_file_types_are_not_implemented() {
    let folder = Folder::new("kinds", &[("a.x", b"a\n1\n")]);
    for kind in ["ooxml", "html", "parquet", "biff", "fix", "xml", "qvx", "kml"] {
        let script = format!("SET a = 1;\n\nLOAD * FROM [lib://d/a.x] ({kind}, embedded labels, table is [Sheet 1]);");
        let error = folder.run(&script).unwrap_err();
        assert_eq!((error.code, error.position.line), (code::NOT_IMPLEMENTED, 2), "{kind}");
        assert_eq!(error.parameter, format!("FROM a file of type {kind}"));
    }
}

#[test]
fn values_of_a_field_are_parsed_like_a_file() {
    let loaded = loaded(
        "A: LOAD 'x;1' & Chr(10) & 'y;2' AS raw AUTOGENERATE 1;
         B: LOAD @1 AS n, @2 AS v FROM_FIELD (A, raw) (txt, no labels, delimiter is ';');",
    );
    assert_eq!(table(&loaded, "B"), "x,1|y,2");
}
