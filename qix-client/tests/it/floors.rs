//! Checks the floors of `src`: which files import which, read from the sources.
//!
//! Imports are resolved to the file that defines the item, through re-exports. Unit tests are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The floors from top to bottom, each with the floors that it may import.
const FLOORS: [(&str, &[&str]); 8] = [
    ("pool", &["ext", "session", "config", "protocol", "platform"]),
    ("ext", &["session", "config", "protocol", "platform"]),
    ("session", &["config", "record", "protocol", "connect", "platform"]),
    ("config", &["record", "protocol", "platform"]),
    ("record", &["connect", "protocol", "platform"]),
    ("connect", &["protocol", "platform"]),
    ("protocol", &[]),
    ("platform", &[]),
];

/// Files outside of the floors: they may import everything, and no floor may import them.
const OUTSIDE: [&str; 4] = ["lib", "prelude", "guide", "fuzz"];

/// How many files of one folder may import one another in a cycle.
const CIRCLE: usize = 4;

/// How many entries `src` may have.
const ENTRIES: usize = 12;

#[test]
fn no_floor_imports_a_higher_one() {
    let sources = Sources::read(&source_folder());
    let mut wrong = Vec::new();
    for (from, to) in sources.imports() {
        let (above, below) = (floor(from), floor(to));
        let allowed = FLOORS.iter().find(|(name, _)| *name == above).map(|(_, allowed)| *allowed);
        let fine = match allowed {
            Some(allowed) => above == below || allowed.contains(&below),
            None => OUTSIDE.contains(&above),
        };
        if !fine {
            wrong.push(format!("{from} imports {to}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn import_cycles_stay_within_a_folder_and_are_small() {
    let sources = Sources::read(&source_folder());
    let wrong: Vec<_> = sources.circles().into_iter().filter(|circle| is_tangle(circle)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What panics in a browser, or does not compile for one.
const NATIVE: [&str; 8] = [
    "tokio::net",
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::time",
    "std::process",
    "std::thread",
    "RandomState",
    "std::time::{Duration, Instant}",
];

#[test]
fn only_the_platform_differs_between_programs_and_browsers() {
    let mut files = Vec::new();
    collect(&source_folder(), "", &mut files);
    let shared = files.iter().filter(|(name, _)| {
        let native = ["platform/", "connect/native/", "session/native.rs", "ext/download.rs", "fuzz/"];
        !native.iter().any(|place| name.starts_with(place))
    });
    let mut wrong = Vec::new();
    for (name, text) in shared {
        let text = text.split("#[cfg(test)]").next().unwrap_or(text);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        wrong.extend(
            code.filter(|line| NATIVE.iter().any(|item| line.contains(item))).map(|line| format!("{name}: {line}")),
        );
    }
    assert!(wrong.is_empty(), "use `crate::platform`:\n{}", wrong.join("\n"));
}

/// Items that link a parser for any type, which would be a large part of a program for a page.
const PARSERS: [&str; 4] = ["serde_json::from_", "serde_json::Value", "serde_json::{", "Deserialize"];

#[test]
fn the_code_of_every_program_takes_json_apart_as_text() {
    let mut files = Vec::new();
    collect(&source_folder(), "", &mut files);
    let mut wrong = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| !name.contains("native") && !name.ends_with("tests.rs")) {
        if !["session", "protocol", "config", "platform", "connect"].contains(&floor(name)) {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap_or(text);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        wrong.extend(
            code.filter(|line| PARSERS.iter().any(|item| line.contains(item))).map(|line| format!("{name}: {line}")),
        );
    }
    assert!(wrong.is_empty(), "use `protocol::parts`:\n{}", wrong.join("\n"));
}

#[test]
fn the_source_folder_has_few_entries() {
    let entries = fs::read_dir(source_folder()).expect("the sources are there").count();
    assert!(entries <= ENTRIES, "{entries} entries");
}

#[test]
fn the_map_names_every_folder() {
    // The map is not in the packaged crate.
    let Ok(map) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md")) else { return };
    let sources = Sources::read(&source_folder());
    let folders: BTreeSet<&str> = sources.modules.values().map(|module| folder(&module.file)).collect();
    let named = |folder: &&&str| map.contains(&format!("`{folder}`")) || map.contains(&format!("src/{folder}`"));
    let missing: Vec<_> = folders.iter().filter(|folder| !folder.is_empty() && !named(folder)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_cycle_and_an_upward_import_are_found() {
    let text =
        |files: &[(&str, &str)]| Sources::of(files.iter().map(|(path, text)| (path.to_string(), text.to_string())));
    let sources = text(&[
        ("lib.rs", "mod ext;\nmod session;\npub use session::core::Shared;"),
        ("ext/mod.rs", "pub(crate) mod rows;"),
        ("ext/rows.rs", "// use crate::session::one;\nuse crate::Shared;\npub struct Rows;"),
        ("session/mod.rs", "pub(crate) mod core;\nmod one;\nmod two;"),
        ("session/core/mod.rs", "mod shared;\npub(crate) use shared::{Shared, Other as Else};"),
        ("session/core/shared.rs", "use crate::session::one;\npub struct Shared;"),
        ("session/one.rs", "use super::{core::{self, Else}, two::Two};\nfn f() { core::g() }"),
        ("session/two.rs", "fn f() -> crate::ext::rows::Rows {}\n#[cfg(test)]\nmod tests { use crate::ext; }"),
    ]);
    let imports: Vec<_> = sources.imports().collect();
    assert!(imports.contains(&("ext/rows.rs", "session/core/shared.rs")), "{imports:?}");
    assert!(imports.contains(&("session/one.rs", "session/core/shared.rs")), "{imports:?}");
    assert!(imports.contains(&("session/two.rs", "ext/rows.rs")), "{imports:?}");
    let circles = sources.circles();
    assert_eq!(circles.len(), 1, "{circles:?}");
    assert!(is_tangle(&circles[0]), "it crosses folders: {circles:?}");
    assert_eq!(floor("session/core/shared.rs"), "session");
}

fn source_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The first folder of a path, or the name of a file without a folder.
fn floor(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_tangle(circle: &[String]) -> bool {
    circle.len() > CIRCLE || circle.iter().any(|file| folder(file) != folder(&circle[0]))
}

/// Source files by module path.
struct Sources {
    modules: BTreeMap<Vec<String>, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// The paths in the file, as written.
    paths: Vec<Vec<String>>,
    /// Its re-exports: the name and the path that it refers to.
    exports: BTreeMap<String, Vec<String>>,
}

impl Sources {
    fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        collect(folder, "", &mut files);
        Self::of(files)
    }

    fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let modules = files.into_iter().map(|(file, text)| {
            let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            if matches!(path.last().map(String::as_str), Some("mod" | "lib")) {
                path.pop();
            }
            (path, Module::read(file, &text))
        });
        Self { modules: modules.collect() }
    }

    /// Pairs of files: the first imports the second.
    fn imports(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.modules.iter().flat_map(|(at, module)| {
            let found = module.paths.iter().filter_map(|path| self.file_of(at, path));
            found.map(|file| (module.file.as_str(), file))
        });
        all.filter(|(from, to)| from != to)
    }

    /// The file that defines the item of a path, if it is in this crate.
    fn file_of(&self, at: &[String], path: &[String]) -> Option<&str> {
        let mut here = at.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => here.clear(),
            "self" | "super" => {}
            // A path can start with a child module; other paths are in other crates.
            child => {
                self.modules.get(&[at, &[child.to_owned()]].concat())?;
            }
        }
        while let Some((first, more)) = rest.split_first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => {
                    here.pop();
                }
                name => {
                    let child = [&here[..], &[name.to_owned()]].concat();
                    if self.modules.contains_key(&child) {
                        here = child;
                    } else {
                        let module = self.modules.get(&here)?;
                        return match module.exports.get(name) {
                            Some(target) if target.last() != path.last() || here != at => self.file_of(&here, target),
                            _ => Some(&module.file),
                        };
                    }
                }
            }
            rest = more;
        }
        self.modules.get(&here).map(|module| module.file.as_str())
    }

    /// Groups of files that import one another, directly or indirectly.
    fn circles(&self) -> Vec<Vec<String>> {
        let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, to) in self.imports() {
            reached.entry(from).or_default().insert(to);
        }
        loop {
            let mut grown = false;
            for from in reached.keys().copied().collect::<Vec<_>>() {
                let further: BTreeSet<&str> =
                    reached[from].iter().filter_map(|to| reached.get(to)).flatten().copied().collect();
                let known = reached.entry(from).or_default();
                let before = known.len();
                known.extend(further);
                grown |= known.len() > before;
            }
            if !grown {
                break;
            }
        }
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|known| known.contains(to));
        let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
        for from in reached.keys().filter(|from| reaches(from, from)) {
            let circle = reached[from].iter().filter(|to| reaches(to, from)).map(|to| to.to_string());
            circles.insert(circle.collect());
        }
        circles.into_iter().collect()
    }
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("an entry can be read").path();
        let own = path.file_name().and_then(|name| name.to_str()).expect("names are plain").to_owned();
        let name = if name.is_empty() { own } else { format!("{name}/{own}") };
        if path.is_dir() {
            collect(&path, &name, files);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            files.push((name, fs::read_to_string(&path).expect("a source is text")));
        }
    }
}

impl Module {
    fn read(file: String, text: &str) -> Self {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
        let text = text.split("#[cfg(all(test, debug_assertions))]\nmod tests {").next().unwrap_or(text);
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
        let code = code.join("\n");
        let mut module = Self { file, ..Self::default() };
        let mut rest = code.as_str();
        // Imports first, with their trees; the remaining paths are in the code.
        let mut others = String::new();
        while let Some(at) = rest.find("use ") {
            let (before, from) = rest.split_at(at);
            let line = before.rsplit('\n').next().unwrap_or_default().trim();
            let (starts, exported) = (line.is_empty() || line.starts_with("pub"), line.starts_with("pub"));
            others.push_str(before);
            let Some(end) = from.find(';').filter(|_| starts) else {
                others.push_str("use ");
                rest = &from[4..];
                continue;
            };
            let mut found = Vec::new();
            tree(&from[4..end], &[], &mut found);
            for (path, name) in found {
                if exported {
                    module.exports.insert(name, path.clone());
                }
                module.paths.push(path);
            }
            rest = &from[end + 1..];
        }
        others.push_str(rest);
        let inline = regex::Regex::new(r"\b(crate|super|self)(::\w+)+").expect("it is a pattern");
        let inline = inline.find_iter(&others).map(|path| path.as_str().split("::").map(str::to_owned).collect());
        module.paths.extend(inline);
        module
    }
}

/// The paths of an import, each with the name that it gets.
fn tree(text: &str, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let brace = text.find('{');
    let head = text[..brace.unwrap_or(text.len())].trim_end_matches("::");
    let (head, alias) = head.split_once(" as ").map_or((head, None), |(head, alias)| (head, Some(alias.trim())));
    let mut path = before.to_vec();
    path.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
    let Some(brace) = brace else {
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let name = alias.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
        found.push((path, name));
        return;
    };
    let inner = &text[brace + 1..text.rfind('}').unwrap_or(text.len())];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                tree(&inner[start..at], &path, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    tree(&inner[start..], &path, found);
}
