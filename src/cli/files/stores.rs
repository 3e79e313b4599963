//! What belongs to a store, and is no place for what a command writes elsewhere: whatever is written to `authorities/NAME` takes
//! the place of an authority's key, and whatever replaces the journal takes everything away.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{is_standard_stream, places};
use crate::cli::CliError;
use crate::store::Layout;

/// What may be written into a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Except {
    /// Nothing.
    Nothing,
    /// A key where one is kept: its passphrase is changed so.
    Keys,
}

/// Refuses files that are a store's own, there or not, and several together in the store's directory itself.
///
/// # Errors
/// Names the file, or the directory where several go.
pub(super) fn refuse(paths: &[PathBuf], except: Except) -> Result<(), CliError> {
    let mut dirs: BTreeMap<&Path, Vec<&OsStr>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !is_standard_stream(path)) {
        if let (Some(dir), Some(name)) = (path.parent(), path.file_name()) {
            dirs.entry(dir).or_default().push(name);
        }
    }
    for (dir, names) in dirs {
        let Some(place) = place(dir)? else { continue };
        let is_own = |name: &&OsStr| match &place.part {
            None => Layout::FILES.iter().any(|own| name == own) || is_own_directory(name),
            Some(part) => except == Except::Nothing || !keeps_keys(part) || !is_key(name),
        };
        if names.len() > 1 {
            return Err(place.belongs(dir));
        }
        if let Some(name) = names.into_iter().find(is_own) {
            return Err(place.belongs(&dir.join(name)).hint("name a file outside of it; nothing was written"));
        }
    }
    Ok(())
}

/// Refuses directories that are a store's own, there or not, and the store itself.
///
/// # Errors
/// Names the directory.
pub(super) fn refuse_directories<'a>(dirs: impl Iterator<Item = &'a Path>) -> Result<(), CliError> {
    for dir in dirs.collect::<BTreeSet<_>>() {
        if let Some(place) = place(dir)? {
            return Err(place.belongs(dir));
        }
    }
    Ok(())
}

/// A directory in a store.
struct Place {
    store: PathBuf,
    /// The store's own directory that it is, or is below; none for the store itself.
    part: Option<OsString>,
}

impl Place {
    fn belongs(&self, path: &Path) -> CliError {
        CliError::failed(format!("{} belongs to the store {}", path.display(), self.store.display()))
            .hint("name a directory outside of it; nothing was written")
    }
}

/// Where a directory is in a store, with every link on the way followed.
fn place(dir: &Path) -> Result<Option<Place>, CliError> {
    let path = places::located(if dir.as_os_str().is_empty() { Path::new(".") } else { dir })?;
    for store in path.ancestors() {
        let part = path.strip_prefix(store).ok().and_then(|rest| rest.components().next());
        let part = part.map(|part| part.as_os_str());
        if part.is_none_or(is_own_directory)
            && places::is_file(&store.join("journal.jsonl"))
            && places::is_file(&store.join("store.json"))
        {
            return Ok(Some(Place { store: store.to_owned(), part: part.map(OsStr::to_owned) }));
        }
    }
    Ok(None)
}

fn keeps_keys(part: &OsStr) -> bool {
    part == "authorities" || part == "issued"
}

fn is_key(name: &OsStr) -> bool {
    name == "key.pem" || name.to_string_lossy().ends_with(".key.pem")
}

/// Whether nobody but certwright writes to a directory of a store.
fn is_own_directory(name: &OsStr) -> bool {
    name != "profiles" && Layout::DIRECTORIES.iter().any(|own| name == *own)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_store_keeps_what_is_its_own() {
        let scratch = tempfile::tempdir().unwrap();
        let store = scratch.path().join("st");
        fs::create_dir_all(store.join("authorities/root")).unwrap();
        fs::create_dir(store.join("profiles")).unwrap();
        for file in ["journal.jsonl", "store.json"] {
            fs::write(store.join(file), "").unwrap();
        }
        std::os::unix::fs::symlink("st/authorities", scratch.path().join("link")).unwrap();
        let refuses = |path: &str, except| refuse(&[scratch.path().join(path)], except).is_err();
        let own = ["journal.jsonl", "journal.head", "store.json", "lock", "public/root.crl", "cache", "issued/a/01/x"];
        for path in own {
            assert!(refuses(&format!("st/{path}"), Except::Nothing), "{path}");
            assert!(refuses(&format!("st/{path}"), Except::Keys), "{path}");
        }
        for key in ["st/authorities/root/key.pem", "link/root/key.pem", "st/authorities/../authorities/x.key.pem"] {
            assert!(refuses(key, Except::Nothing) && !refuses(key, Except::Keys), "{key}");
        }
        for free in ["st/profiles/mine.json", "st/metrics.prom", "st.tar", "key.pem", "other/authorities/key.pem"] {
            assert!(!refuses(free, Except::Nothing), "{free}");
        }
        let several = |dir: &str| {
            refuse(&["cert.pem", "key.pem"].map(|name| scratch.path().join(dir).join(name)), Except::Nothing)
        };
        assert!(several("st").is_err() && several("link/root").is_err());
        assert!(several("st/profiles").is_ok() && several("out").is_ok());
    }
}
