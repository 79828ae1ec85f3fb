//! Files that scripts could read: folders, types, and previews of separated text.
//!
//! A folder connection of the app refers to the folder that the engine was started with for its name, or else to the
//! common one.

use super::{Answer, Call, Methods, one, result};
use crate::error::{EngineError, Result, code};
use crate::protocol::failure::{CONNECTION_NOT_FOUND, failure};
use crate::script::{self, NoFolder};
use serde_json::{Value, json};
use std::path::{Component, Path, PathBuf};

pub(super) const METHODS: Methods = &[
    ("Global.GetFolderItemsForPath", |call| {
        let path = call.params.text("qPath").to_owned();
        one("qFolderItems", items(&inside(call, None, &path)?)?)
    }),
    ("Global.GetLogicalDriveStrings", |_| {
        one("qDrives", json!([{ "qDrive": "/", "qType": "Fixed", "qName": "/", "qTypeIdentifier": "FIXED" }]))
    }),
    // Without connectors, only folders can be connected to.
    ("Global.IsValidConnectionString", |call| {
        let connection = call.params.value("qConnection");
        let is_folder = connection["qType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("folder"));
        let given = connection["qConnectionString"].as_str().is_some_and(|text| !text.trim().is_empty());
        one("qReturn", is_folder && given)
    }),
    ("Doc.GetFolderItemsForConnection", |call| {
        let path = connected(call)?;
        one("qFolderItems", items(&path)?)
    }),
    ("Doc.GuessFileType", guess),
    ("Doc.GetFileTables", |call| {
        let (path, _) = separated(call)?;
        one("qTables", json!([{ "qName": table_name(&path), "qType": "TABLE" }]))
    }),
    ("Doc.GetFileTablesEx", |call| {
        let (path, format) = separated(call)?;
        let fields = fields(&records(&path, &format)?, &format);
        one(
            "qTables",
            json!([{ "qName": table_name(&path), "qFields": fields, "qFormatSpec": format.specification() }]),
        )
    }),
    ("Doc.GetFileTableFields", |call| {
        let (path, format) = separated(call)?;
        let mut results = result("qFields", fields(&records(&path, &format)?, &format));
        results.insert("qFormatSpec".into(), json!(format.specification()));
        Ok(Answer::Now(results))
    }),
    ("Doc.GetFileTablePreview", |call| {
        let (path, format) = separated(call)?;
        let records = records(&path, &format)?;
        let rows = records.iter().skip(usize::from(format.labels)).take(PREVIEW).map(|row| json!({ "qValues": row }));
        let mut results = result("qPreview", rows.collect::<Value>());
        results.insert("qFormatSpec".into(), json!(format.specification()));
        Ok(Answer::Now(results))
    }),
    ("Doc.GetIncludeFileContent", |call| {
        call.app_id()?;
        let path = call.params.text("qPath").to_owned();
        let (connection, path) = match script::library(&path) {
            Some((connection, path)) => (Some(connection), path),
            None => (None, path.as_str()),
        };
        let file = inside(call, connection, path)?;
        one("qContent", read(&file)?)
    }),
];

/// Rows in a preview.
const PREVIEW: usize = 10;

/// The format of a file of separated text.
struct Format {
    delimiter: u8,
    labels: bool,
}

impl Format {
    /// The client's format, or else one derived from the first line.
    fn of(definition: &Value, first_line: &str) -> Self {
        let given = definition["qDelimiter"]["qScriptCode"].as_str().unwrap_or_default();
        let given = match given.trim_matches('\'') {
            "\\t" => Some(b'\t'),
            code => code.bytes().next().filter(|_| code.len() == 1),
        };
        let labels = definition["qLabel"].as_str().is_none_or(|label| !label.contains("no labels"));
        Self { delimiter: given.unwrap_or_else(|| delimiter(first_line)), labels }
    }

    fn code(&self) -> String {
        match self.delimiter {
            b'\t' => "'\\t'".to_owned(),
            delimiter => format!("'{}'", char::from(delimiter)),
        }
    }

    fn specification(&self) -> String {
        let labels = if self.labels { "embedded labels" } else { "no labels" };
        format!("(txt, utf8, {labels}, delimiter is {}, msq)", self.code())
    }
}

/// The separator that occurs most often in a line.
fn delimiter(line: &str) -> u8 {
    let count = |wanted: u8| line.bytes().filter(|byte| *byte == wanted).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|wanted| count(*wanted)).unwrap_or(b',')
}

/// A path in the folder of a connection; paths outside are errors.
fn inside(call: &mut Call<'_>, connection: Option<&str>, path: &str) -> Result<PathBuf> {
    let not_found = || EngineError::not_found(path);
    let folders = match connection {
        Some(_) => {
            let connections = call.doc()?.connections.clone();
            call.world.folders.with_connections(&connections)
        }
        None => call.world.folders.clone(),
    };
    let folder = folders.of(connection).map_err(|why| match (connection, why) {
        (Some(name), NoFolder::UnknownConnection) => failure(CONNECTION_NOT_FOUND, name),
        (_, NoFolder::OfType(kind)) => EngineError::not_implemented(format!("connections of type {kind}")),
        _ => not_found(),
    })?;
    let relative = path.replace('\\', "/");
    let relative = Path::new(relative.trim_start_matches('/'));
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(failure(code::ACCESS_DENIED, path));
    }
    let full = folder.join(relative);
    if full.exists() { Ok(full) } else { Err(not_found()) }
}

/// The path in a request that names a connection by its ID.
fn connected(call: &mut Call<'_>) -> Result<PathBuf> {
    let id = call.params.text("qConnectionId").to_owned();
    let known = call.doc()?.connections.iter().find(|connection| connection["qId"] == id.as_str()).cloned();
    let connection = known.ok_or_else(|| EngineError::not_found(&*id))?;
    let path = call.params.text("qRelativePath").to_owned();
    inside(call, connection["qName"].as_str(), &path)
}

/// `[FolderItem]`, by name.
fn items(folder: &Path) -> Result<Value> {
    let cannot = |error: std::io::Error| failure(code::NOT_FOUND, format!("{}: {error}", folder.display()));
    let mut items = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let kind = match entry.file_type().map_err(cannot)? {
            kind if kind.is_dir() => "FOLDER",
            kind if kind.is_file() => "FILE",
            _ => "OTHER",
        };
        items.push((entry.file_name().to_string_lossy().into_owned(), kind));
    }
    items.sort();
    Ok(items.iter().map(|(name, kind)| json!({ "qName": name, "qType": kind })).collect())
}

fn read(file: &Path) -> Result<String> {
    let cannot = |error: std::io::Error| failure(code::NOT_FOUND, format!("{}: {error}", file.display()));
    let text = String::from_utf8_lossy(&std::fs::read(file).map_err(cannot)?).into_owned();
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

fn extension(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn table_name(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn guess(call: &mut Call<'_>) -> Result<Answer> {
    let path = connected(call)?;
    let kind = match extension(&path).as_str() {
        "csv" | "txt" | "tab" | "tsv" => "CSV",
        "qvd" => "QVD",
        "xls" => "EXCEL_BIFF",
        "xlsx" => "EXCEL_OOXML",
        "htm" | "html" => "HTML",
        "xml" => "XML",
        "qvx" => "QVX",
        "json" => "JSON",
        "kml" => "KML",
        "parquet" => "PARQUET",
        "dif" => "DIF",
        _ => "CSV",
    };
    let mut format = json!({ "qType": kind });
    if kind == "CSV" {
        let found = Format::of(&Value::Null, read(&path)?.lines().next().unwrap_or_default());
        format["qLabel"] = json!("embedded labels");
        format["qQuote"] = json!("msq");
        format["qDelimiter"] = json!({
            "qName": "", "qScriptCode": found.code(), "qNumber": found.delimiter,
        });
        format["qCodePage"] = json!(65001);
    }
    one("qDataFormat", format)
}

/// A file of separated text, and its format. Other file types are not supported.
fn separated(call: &mut Call<'_>) -> Result<(PathBuf, Format)> {
    let path = connected(call)?;
    let definition = call.params.value("qDataFormat");
    let kind = &definition["qType"];
    if !(kind.is_null() || kind == "CSV" || kind == "FILE_TYPE_CSV" || kind == 0) {
        return Err(EngineError::not_implemented(format!("a look into files of type {kind}")));
    }
    let format = Format::of(definition, read(&path)?.lines().next().unwrap_or_default());
    Ok((path, format))
}

fn records(path: &Path, format: &Format) -> Result<Vec<Vec<String>>> {
    let text = read(path)?;
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(format.delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let records = reader.into_records().map(|record| {
        let record = record.map_err(|error| failure(code::INVALID_PARAMETERS, error.to_string()))?;
        Ok(record.iter().map(str::to_owned).collect())
    });
    records.collect()
}

/// `[DataField]` from the first record: its texts, or numbers if it is not a header.
fn fields(records: &[Vec<String>], format: &Format) -> Value {
    let first = records.first().map_or(&[][..], Vec::as_slice);
    let name = |(index, text): (usize, &String)| if format.labels { text.clone() } else { format!("@{}", index + 1) };
    first.iter().enumerate().map(name).map(|name| json!({ "qName": name, "qOriginalFieldName": name })).collect()
}
