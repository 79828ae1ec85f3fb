//! The files that scripts read and store.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::load::Encoding;
use super::{CANNOT_OPEN, CONNECTION_NOT_FOUND, ONLY_LIBRARIES, OUTSIDE, Outcome, ScriptError};
use crate::error::code;
use crate::value::wild_match;

/// The folders that scripts read files from. Files stored by scripts are kept in memory, and hide files of the same
/// name.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    plain: Option<PathBuf>,
    connections: BTreeMap<String, PathBuf>,
    /// The data connections of an app, with their types.
    declared: BTreeMap<String, String>,
    stored: Arc<Mutex<BTreeMap<PathBuf, Arc<[u8]>>>>,
}

/// The data connection that every user of a tenant has.
const DATA_FILES: &str = "DataFiles";

/// Why a path leads to no folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoFolder {
    /// The engine was started without a folder.
    Unset,
    /// The app does not have a data connection with this name.
    UnknownConnection,
    /// The data connection is of a type that is not supported.
    OfType(String),
}

impl Folders {
    /// Sets the folder of the connection `DataFiles`, and of an app's data connections of type `folder` without a folder
    /// of their own.
    pub fn set_folder(&mut self, folder: impl Into<PathBuf>) {
        self.plain = Some(folder.into());
    }

    /// Sets the folder of a data connection, `lib://<name>/`.
    pub fn set_connection(&mut self, name: impl Into<String>, folder: impl Into<PathBuf>) {
        self.connections.insert(name.into(), folder.into());
    }

    /// The same folders for the scripts of an app with these data connections (`[Connection]`).
    pub(crate) fn with_connections(&self, connections: &[serde_json::Value]) -> Self {
        let text = |connection: &serde_json::Value, member: &str| connection[member].as_str().map(str::to_owned);
        let declared = connections
            .iter()
            .filter_map(|connection| Some((text(connection, "qName")?, text(connection, "qType").unwrap_or_default())));
        Self { declared: declared.collect(), ..self.clone() }
    }

    /// The folder of a data connection, or the folder for all of them.
    pub(crate) fn of(&self, connection: Option<&str>) -> Result<&PathBuf, NoFolder> {
        let plain = self.plain.as_ref().ok_or(NoFolder::Unset);
        let Some(name) = connection else { return plain };
        match (self.connections.get(name), self.declared.get(name)) {
            (_, Some(kind)) if !kind.eq_ignore_ascii_case("folder") => Err(NoFolder::OfType(kind.clone())),
            (Some(folder), _) => Ok(folder),
            (None, Some(_)) => plain,
            (None, None) if name == DATA_FILES && self.plain.is_some() => plain,
            (None, None) => Err(NoFolder::UnknownConnection),
        }
    }
}

/// The files from the view of one script.
#[derive(Debug)]
pub(super) struct Files {
    folders: Folders,
    /// The folder of a data connection that `DIRECTORY` set.
    directory: String,
}

fn cannot_open(path: &str, why: &str) -> Box<ScriptError> {
    ScriptError::new(CANNOT_OPEN, path, format!("Cannot open file: '{path}' ({why})"))
}

/// In standard mode, scripts do not see paths of the file system.
fn only_libraries(path: &str) -> Box<ScriptError> {
    let message = format!("The path '{path}' is not supported in standard mode: use a data connection, lib://…");
    ScriptError::new(ONLY_LIBRARIES, path, message)
}

const NOT_FOUND: &str = "The system cannot find the file specified.";

/// Connection and path of `lib://connection/path`.
pub(crate) fn library(path: &str) -> Option<(&str, &str)> {
    path.get(..6).filter(|head| head.eq_ignore_ascii_case("lib://"))?;
    Some(path[6..].split_once('/').unwrap_or((&path[6..], "")))
}

impl Files {
    pub(super) fn new(folders: &Folders) -> Self {
        Self { folders: folders.clone(), directory: String::new() }
    }

    /// Sets the folder of relative paths; without a path, the script has none.
    pub(super) fn set_directory(&mut self, path: String) -> Outcome<()> {
        if !path.is_empty() && library(&path).is_none() {
            return Err(only_libraries(&path));
        }
        self.directory = path;
        Ok(())
    }

    /// A path in the file system, always inside of the folders.
    fn resolve(&self, path: &str) -> Outcome<PathBuf> {
        if path.contains("://") && library(path).is_none() {
            return Err(ScriptError::not_implemented(&format!("Reading from '{path}'")));
        }
        let full = match library(path) {
            None if !self.directory.is_empty() => format!("{}/{path}", self.directory),
            _ => path.to_owned(),
        };
        let (name, inside) = library(&full).ok_or_else(|| only_libraries(path))?;
        let folder = self.folders.of(Some(name)).map_err(|why| match why {
            NoFolder::UnknownConnection => ScriptError::new(
                CONNECTION_NOT_FOUND,
                name,
                format!("Connection '{name}' not found (neither the app nor the test engine declares it)"),
            ),
            NoFolder::OfType(kind) => {
                ScriptError::not_implemented(&format!("Files of the connection '{name}' of type '{kind}'"))
            }
            NoFolder::Unset => cannot_open(path, "the test engine has no folder for files"),
        })?;
        let inside = inside.replace('\\', "/");
        let relative = Path::new(&inside);
        if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(ScriptError::new(OUTSIDE, path, format!("The path '{path}' leads out of the data folder")));
        }
        Ok(folder.join(relative))
    }

    /// The files of a path; with wildcards there can be several or none.
    pub(super) fn find(&self, path: &str) -> Outcome<Vec<PathBuf>> {
        let full = self.resolve(path)?;
        let stored = self.folders.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let name = full.file_name().and_then(|name| name.to_str()).ok_or_else(|| cannot_open(path, NOT_FOUND))?;
        if !name.contains(['*', '?']) {
            let there = stored.contains_key(&full) || full.is_file();
            return if there { Ok(vec![full]) } else { Err(cannot_open(path, NOT_FOUND)) };
        }
        let folder = full.parent().unwrap_or(&full);
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut found: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|file| file.is_file()).collect();
        found.extend(stored.keys().filter(|file| file.parent() == Some(folder)).cloned());
        found.retain(|file| {
            file.file_name().and_then(|other| other.to_str()).is_some_and(|other| wild_match(other, name))
        });
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The names of the folders that match a path with wildcards.
    pub(super) fn folders(&self, path: &str) -> Outcome<Vec<PathBuf>> {
        let full = self.resolve(path)?;
        let Some((folder, name)) = full.parent().zip(full.file_name().and_then(|name| name.to_str())) else {
            return Ok(Vec::new());
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut found: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let other = path.file_name().and_then(|other| other.to_str());
                path.is_dir() && other.is_some_and(|other| wild_match(other, name))
            })
            .collect();
        found.sort();
        Ok(found)
    }

    /// The path of a found file in the form of the script's path.
    pub(super) fn shown(path: &str, found: &Path) -> String {
        let name = found.file_name().unwrap_or_default().to_string_lossy();
        match path.rfind(['/', '\\']) {
            Some(end) => format!("{}{name}", &path[..=end]),
            None => name.into_owned(),
        }
    }

    /// The bytes of a found file.
    pub(super) fn read(&self, file: &Path) -> Outcome<Arc<[u8]>> {
        if let Some(bytes) = self.folders.stored.lock().unwrap_or_else(PoisonError::into_inner).get(file) {
            return Ok(Arc::clone(bytes));
        }
        let bytes = std::fs::read(file);
        bytes.map(Arc::from).map_err(|error| cannot_open(&file.display().to_string(), &error.to_string()))
    }

    /// The bytes of a file, if it exists.
    pub(super) fn bytes(&self, path: &str) -> Option<Arc<[u8]>> {
        self.read(self.find(path).ok()?.first()?).ok()
    }

    /// The size of a file, if it exists.
    pub(super) fn size(&self, path: &str) -> Option<u64> {
        let found = self.find(path).ok()?;
        let file = found.first()?;
        let stored =
            self.folders.stored.lock().unwrap_or_else(PoisonError::into_inner).get(file).map(|file| file.len());
        stored.map(|length| length as u64).or_else(|| Some(std::fs::metadata(file).ok()?.len()))
    }

    /// When a file was modified, as a serial date; for stored files, now.
    pub(super) fn changed(&self, path: &str) -> Option<f64> {
        let found = self.find(path).ok()?;
        let file = found.first()?;
        let stored = self.folders.stored.lock().unwrap_or_else(PoisonError::into_inner).contains_key(file);
        let time = if stored { SystemTime::now() } else { std::fs::metadata(file).ok()?.modified().ok()? };
        Some(days(time))
    }

    /// Stores a file in memory.
    pub(super) fn store(&self, path: &str, bytes: Vec<u8>) -> Outcome<()> {
        let full = self.resolve(path)?;
        self.folders.stored.lock().unwrap_or_else(PoisonError::into_inner).insert(full, bytes.into());
        Ok(())
    }
}

/// A time as a serial date, in UTC.
pub(super) fn days(time: SystemTime) -> f64 {
    let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    25_569.0 + (elapsed.as_secs() as f64) / 86_400.0
}

/// The text of a file.
pub(super) fn text(bytes: &[u8], encoding: Encoding) -> Outcome<String> {
    if let Some((marked, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return Ok(marked.decode_without_bom_handling(&bytes[length..]).0.into_owned());
    }
    let page = match encoding {
        Encoding::Unsaid => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            Err(_) => 1252,
        },
        Encoding::CodePage(page) => page,
    };
    let encoding = code_page(page).ok_or_else(|| {
        ScriptError::new(
            code::NOT_IMPLEMENTED,
            page.to_string(),
            format!("Files of code page {page}: not implemented by the test engine"),
        )
    })?;
    Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// The encoding of a Windows code page.
fn code_page(page: u16) -> Option<&'static encoding_rs::Encoding> {
    let label = match page {
        1250..=1258 => format!("windows-{page}"),
        874 => "windows-874".to_owned(),
        28592..=28606 => format!("iso-8859-{}", page - 28590),
        65001 => "utf-8".to_owned(),
        1200 => "utf-16le".to_owned(),
        1201 => "utf-16be".to_owned(),
        932 => "shift_jis".to_owned(),
        936 | 54936 => "gb18030".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        866 => "ibm866".to_owned(),
        20866 => "koi8-r".to_owned(),
        10000 => "macintosh".to_owned(),
        20127 | 28591 => "windows-1252".to_owned(),
        _ => return None,
    };
    encoding_rs::Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_their_folders() {
        let mut folders = Folders::default();
        folders.set_connection("a", "/nowhere/a");
        let error = Files::new(&folders).find("lib://b/x.csv").unwrap_err();
        assert_eq!((error.code, error.parameter.as_str()), (CONNECTION_NOT_FOUND, "b"));
        folders.set_folder("/nowhere");
        let connection = |name: &str, kind: &str| serde_json::json!({ "qName": name, "qType": kind });
        let folders = folders.with_connections(&[connection("b", "folder"), connection("c", "Folder")]);
        let mut files = Files::new(&folders);
        for path in ["lib://a/../x.csv", "lib://b/../x.csv", "lib://b//etc/passwd", "lib://b/..\\x.csv"] {
            assert_eq!(files.find(path).unwrap_err().code, OUTSIDE, "{path}");
        }
        assert_eq!(files.find("lib://b/x.csv").unwrap_err().code, CANNOT_OPEN);
        assert_eq!(files.find("https://example.com/x.csv").unwrap_err().code, code::NOT_IMPLEMENTED);
        assert_eq!(files.resolve("lib://a/b/x.csv").unwrap(), Path::new("/nowhere/a/b/x.csv"));
        assert_eq!(files.resolve("lib://c/x.csv").unwrap(), Path::new("/nowhere/x.csv"));
        files.set_directory("lib://a/d".to_owned()).unwrap();
        assert_eq!(files.resolve("x.csv").unwrap(), Path::new("/nowhere/a/d/x.csv"));
    }

    #[test]
    fn paths_of_the_file_system_are_refused() {
        let mut folders = Folders::default();
        folders.set_folder("/nowhere");
        folders.set_connection("a", "/nowhere");
        let mut files = Files::new(&folders);
        for path in ["x.csv", "a/x.csv", "../x.csv", "/nowhere/x.csv", "C:\\x.csv", "\\\\server\\x.csv", "*.csv"] {
            let error = files.find(path).unwrap_err();
            assert_eq!((error.code, error.parameter.as_str()), (ONLY_LIBRARIES, path));
            assert_eq!(files.folders(path).unwrap_err().code, ONLY_LIBRARIES, "{path}");
            assert_eq!(files.store(path, Vec::new()).unwrap_err().code, ONLY_LIBRARIES, "{path}");
            assert_eq!(files.set_directory(path.to_owned()).unwrap_err().code, ONLY_LIBRARIES, "{path}");
            assert_eq!((files.size(path), files.changed(path)), (None, None), "functions return null");
        }
        files.set_directory("lib://a".to_owned()).unwrap();
        assert_eq!(files.resolve("x.csv").unwrap(), Path::new("/nowhere/x.csv"));
        files.set_directory(String::new()).unwrap();
        assert_eq!(files.resolve("x.csv").unwrap_err().code, ONLY_LIBRARIES);
    }

    #[test]
    fn files_need_a_declared_connection_of_a_folder() {
        let mut folders = Folders::default();
        folders.set_folder("/nowhere");
        let connections = [
            serde_json::json!({ "qName": "web", "qType": "internet", "qConnectionString": "https://example.com/a" }),
            serde_json::json!({ "qName": "shop", "qType": "QvOdbcConnectorPackage.exe" }),
        ];
        let files = Files::new(&folders.with_connections(&connections));
        for path in ["lib://x/a.csv", "lib://datafiles/a.csv", "lib://Space:DataFiles/a.csv", "lib://x"] {
            let error = files.find(path).unwrap_err();
            assert_eq!(error.code, CONNECTION_NOT_FOUND, "{path}");
            assert_eq!(files.store(path, Vec::new()).unwrap_err().code, CONNECTION_NOT_FOUND, "{path}");
        }
        for path in ["lib://web", "lib://web/a.csv", "lib://shop/a.csv"] {
            let error = files.find(path).unwrap_err();
            assert_eq!(error.code, code::NOT_IMPLEMENTED, "{path}");
            assert!(error.message.contains("of type"), "{}", error.message);
        }
        assert_eq!(files.resolve("lib://DataFiles/a.csv").unwrap(), Path::new("/nowhere/a.csv"));
        assert_eq!(Folders::default().of(Some("DataFiles")), Err(NoFolder::UnknownConnection));
    }

    #[test]
    fn stored_files_are_read_back_from_memory() {
        let mut folders = Folders::default();
        folders.set_connection("a", "/nowhere/a");
        let files = Files::new(&folders);
        files.store("lib://a/x.txt", b"1".to_vec()).unwrap();
        files.store("lib://a/y.txt", b"2".to_vec()).unwrap();
        let later = Files::new(&folders);
        let found = later.find("lib://a/*.txt").unwrap();
        assert_eq!(found, [Path::new("/nowhere/a/x.txt"), Path::new("/nowhere/a/y.txt")]);
        assert_eq!(&*later.read(&found[1]).unwrap(), b"2");
        assert_eq!(Files::shown("lib://a/*.txt", &found[0]), "lib://a/x.txt");
        assert!(!Path::new("/nowhere").exists());
    }

    #[test]
    fn bytes_are_decoded_in_their_code_page() {
        let one = |bytes: &[u8], encoding| text(bytes, encoding).unwrap();
        assert_eq!(one(b"\xe9", Encoding::CodePage(1252)), "é");
        assert_eq!(one(b"\xe9", Encoding::CodePage(1251)), "й");
        assert_eq!(one(b"\x83\x65", Encoding::CodePage(932)), "テ");
        assert_eq!(one(b"a\0", Encoding::CodePage(1200)), "a");
        assert_eq!(one("é".as_bytes(), Encoding::Unsaid), "é");
        assert_eq!(one(b"\xe9", Encoding::Unsaid), "é");
        assert_eq!(one(b"\xef\xbb\xbf\xc3\xa9", Encoding::CodePage(1252)), "é");
        assert_eq!(one(b"\xff\xfea\0", Encoding::CodePage(1252)), "a");
        assert_eq!(text(b"a", Encoding::CodePage(437)).unwrap_err().code, code::NOT_IMPLEMENTED);
    }
}
