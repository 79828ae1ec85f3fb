//! Writes generated files atomically: readers see either all old files or all new files.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// What was written, or would be written.
#[derive(Default)]
pub(crate) struct Report {
    check: bool,
    written: Vec<PathBuf>,
    removed: Vec<PathBuf>,
    unchanged: usize,
}

impl Report {
    pub(crate) fn is_fresh(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }

    pub(crate) fn stale(&self) -> impl Iterator<Item = &PathBuf> {
        self.written.iter().chain(&self.removed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, removed) = if self.check { ("stale", "to remove") } else { ("written", "removed") };
        let files = self.written.len() + self.unchanged;
        write!(
            f,
            "{files} files: {} {written}, {} unchanged, {} {removed},",
            self.written.len(),
            self.unchanged,
            self.removed.len()
        )
    }
}

/// Writes a file if its content changed.
pub(crate) fn file(path: &Path, text: &str, check: bool, report: &mut Report) -> Result<()> {
    report.check = check;
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        report.unchanged += 1;
        return Ok(());
    }
    report.written.push(path.to_path_buf());
    if check {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut staged = tempfile::Builder::new().prefix(".gen-").tempfile_in(folder)?;
    staged.write_all(text.as_bytes())?;
    allow_reading(staged.path())?;
    staged.persist(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Makes a folder contain exactly the given files.
///
/// Writes all files to a staging folder first, then exchanges the folders atomically.
pub(crate) fn folder(path: &Path, files: &BTreeMap<String, String>, check: bool, report: &mut Report) -> Result<()> {
    report.check = check;
    let present = present(path)?;
    for (name, old) in &present {
        if !files.contains_key(name) {
            if !old.starts_with("// @generated") {
                bail!(
                    "{} was not generated and would be removed; nothing was written. Move it somewhere else first.",
                    path.join(name).display()
                );
            }
            report.removed.push(path.join(name));
        }
    }
    let same = |name: &String, text: &String| present.get(name) == Some(text);
    report.unchanged += files.iter().filter(|(name, text)| same(name, text)).count();
    report.written.extend(files.iter().filter(|(name, text)| !same(name, text)).map(|(name, _)| path.join(name)));
    let fresh = files.len() == present.len() && files.iter().all(|(name, text)| same(name, text));
    if check || fresh {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    let staged = tempfile::Builder::new().prefix(".gen-").tempdir_in(parent)?;
    for (name, text) in files {
        let target = staged.path().join(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        // Keeps the modification time of unchanged files, so that they are not recompiled.
        let linked = same(name, text) && fs::hard_link(path.join(name), &target).is_ok();
        if linked && fs::read_to_string(&target).is_ok_and(|now| now == *text) {
            continue;
        }
        // Another run may have created the file in the meantime; do not overwrite it.
        if linked {
            fs::remove_file(&target)?;
        }
        fs::write(&target, text).with_context(|| format!("cannot write {}", target.display()))?;
    }
    allow_reading(staged.path())?;
    exchange(staged.path(), path).with_context(|| format!("cannot replace {}", path.display()))
}

/// The files of a folder and its subfolders; empty if it does not exist.
fn present(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && next == folder => break,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", next.display())),
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                let text = fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())?;
                files.insert(name.to_string_lossy().replace('\\', "/"), text);
            }
        }
    }
    Ok(files)
}

/// Exchanges two folders. The second does not have to exist.
fn exchange(staged: &Path, path: &Path) -> std::io::Result<()> {
    if !path.exists() {
        return fs::rename(staged, path);
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, staged, CWD, path, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            // Not supported by all file systems; falls back to two steps.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOTSUP | rustix::io::Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let old = staged.with_extension("old");
    fs::rename(path, &old)?;
    fs::rename(staged, path).inspect_err(|_| {
        // Restore the old folder; report the first error.
        let _ = fs::rename(&old, path);
    })?;
    fs::remove_dir_all(&old)
}

/// Temporary files are private; generated files are not.
fn allow_reading(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    let _ = path;
    Ok(())
}
