//! A directory of public files for a web server, with an index of what was put there, so that it can be taken away again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::removal::Removal;
use super::{CliError, OutputFile, exists, public_directory, read_if_there, write_sets_holding};
use crate::store::{self, Held};

/// The index's name. A leading dot keeps it out of most listings; there is nothing secret in it.
const INDEX: &str = ".certwright-site.json";
const SCHEMA: &str = "certwright/site/1";
/// Largest index that is read, in bytes.
const MAX_INDEX: usize = 256 << 20;

/// What a site is to hold.
pub(in crate::cli) struct Site {
    dir: PathBuf,
    /// The id of the store.
    store: String,
    /// What was put there before: relative paths.
    known: BTreeSet<String>,
    /// What is to be there.
    files: BTreeMap<String, Vec<u8>>,
    /// What is there and stays.
    kept: BTreeSet<String>,
    /// No other process writes there meanwhile.
    held: Held,
}

/// What became of a site.
#[derive(Debug)]
pub(in crate::cli) struct Changes {
    /// New and changed files.
    pub(in crate::cli) written: Vec<String>,
    /// How many were right already.
    pub(in crate::cli) unchanged: usize,
    /// What was taken away.
    pub(in crate::cli) removed: Vec<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    schema: String,
    /// The id of the store that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    files: BTreeSet<String>,
}

impl Site {
    /// Makes the directory if need be, waits at most `timeout` for another process that brings it up to date, and reads its index.
    ///
    /// # Errors
    /// For an index that is none, or names what is not below the directory; exit 4 for the site of another store, unless `force`; exit 5
    /// when another process takes longer.
    pub(in crate::cli) fn open(dir: &Path, store: &str, force: bool, timeout: Duration) -> Result<Self, CliError> {
        public_directory(dir)?;
        let held = store::hold(dir, timeout)?;
        let path = dir.join(INDEX);
        let known = match read_if_there(&path, MAX_INDEX)? {
            Some(bytes) => read_index(&bytes).map_err(|why| {
                CliError::failed(format!("{} is no index of published files: {why}", path.display()))
                    .hint("remove it and publish with --force; files that are not published any more will stay then")
            })?,
            None => Index::default(),
        };
        if let Some(other) = known.store.filter(|other| *other != store && !force) {
            return Err(CliError::refused(format!("{} is the site of another store ({other})", dir.display())).hint(
                "name another directory with --to, or say --force: what the other store put there is replaced and taken away",
            ));
        }
        let known = known.files;
        let (dir, store) = (dir.to_owned(), store.to_owned());
        Ok(Self { dir, store, known, files: BTreeMap::new(), kept: BTreeSet::new(), held })
    }

    /// Where the index is that has the files of a directory: there, or above it where a site has it as a part. Gives that directory,
    /// and what its paths begin with.
    ///
    /// # Errors
    /// For an index above it that cannot be read.
    pub(in crate::cli) fn with(dir: &Path) -> Result<(PathBuf, String), CliError> {
        let alone = (dir.to_owned(), String::new());
        let (Some(above), Some(name)) = (dir.parent(), dir.file_name()) else { return Ok(alone) };
        if Self::is_at(dir) {
            return Ok(alone);
        }
        let Some(bytes) = read_if_there(&above.join(INDEX), MAX_INDEX)? else { return Ok(alone) };
        let prefix = format!("{}/", name.to_string_lossy());
        let has = read_index(&bytes).is_ok_and(|index| index.files.iter().any(|path| path.starts_with(&prefix)));
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        Ok(if has { (above.to_owned(), prefix) } else { alone })
    }

    /// Whether a directory has an index.
    pub(in crate::cli) fn is_at(dir: &Path) -> bool {
        dir.join(INDEX).exists()
    }

    /// Reads a file that was put there before; nothing where it is gone, larger than `limit` bytes, or cannot be read: then it
    /// is to be written again.
    pub(in crate::cli) fn read(&self, path: &str, limit: usize) -> Option<Zeroizing<Vec<u8>>> {
        if self.known.contains(path) { read_if_there(&self.dir.join(path), limit).ok().flatten() } else { None }
    }

    /// Puts a file there; `path` is relative, with `/` between its parts, none of them empty.
    pub(in crate::cli) fn put(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(path.into(), bytes);
    }

    /// Leaves a file as it is.
    pub(in crate::cli) fn keep(&mut self, path: impl Into<String>) {
        self.kept.insert(path.into());
    }

    /// Writes what is new or changed, each file in one step, and takes away what was put there before, is not wanted any more
    /// and for which `owns` holds. The index names a file before it appears, and until it is gone.
    ///
    /// # Errors
    /// Exit 1 for a file that somebody else put there, unless `force`, with nothing written.
    pub(in crate::cli) fn finish(self, owns: impl Fn(&str) -> bool, force: bool) -> Result<Changes, CliError> {
        let Self { dir, store, known, files, kept, held } = self;
        let names = known.iter().chain(files.keys()).map(String::as_str).chain([INDEX]);
        // An hour old, so that it is nobody's who publishes just now.
        super::leftovers::sweep(&dir, names, super::leftovers::an_hour_ago());
        let mut changes = Changes { written: Vec::new(), unchanged: kept.len(), removed: Vec::new() };
        let mut sets: BTreeMap<PathBuf, Vec<OutputFile>> = BTreeMap::new();
        let mut wanted = kept;
        for (path, bytes) in files {
            let target = dir.join(&path);
            wanted.insert(path.clone());
            let there = read_if_there(&target, bytes.len() + 1).ok().flatten();
            if there.as_deref().is_some_and(|there| *there == bytes) {
                changes.unchanged += 1;
                continue;
            }
            if !force && !known.contains(&path) && fs::symlink_metadata(&target).is_ok() {
                return Err(exists(&target));
            }
            let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else { continue };
            let name = name.to_string_lossy().into_owned();
            let bytes = Zeroizing::new(bytes);
            sets.entry(parent.to_owned()).or_default().push(OutputFile { name, bytes, secret: false });
            changes.written.push(path);
        }
        let both: BTreeSet<String> = known.union(&wanted).cloned().collect();
        if both != known {
            write_index(&dir, &store, &both, &held)?;
        }
        sets.keys().try_for_each(|parent| public_directory(parent))?;
        let sets: Vec<(&Path, &[OutputFile])> =
            sets.iter().map(|(dir, files)| (dir.as_path(), files.as_slice())).collect();
        write_sets_holding(&sets, true, &held)?;
        changes.removed = both.iter().filter(|path| !wanted.contains(*path) && owns(path)).cloned().collect();
        remove(&dir, &changes.removed)?;
        if !changes.removed.is_empty() {
            let left = both.into_iter().filter(|path| changes.removed.binary_search(path).is_err()).collect();
            write_index(&dir, &store, &left, &held)?;
        }
        Ok(changes)
    }
}

/// Takes files away, and the directories that they leave empty.
fn remove(dir: &Path, paths: &[String]) -> Result<(), CliError> {
    let mut removal = Removal::default();
    for path in paths {
        removal.file(&dir.join(path))?;
        for parent in Path::new(path).ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
            if !removal.empty_directory(&dir.join(parent)) {
                break;
            }
        }
    }
    removal.finish()
}

fn read_index(bytes: &[u8]) -> Result<Index, String> {
    let index: Index = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if index.schema != SCHEMA {
        return Err(format!("its schema is not {SCHEMA}"));
    }
    let below = |path: &String| {
        !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
    };
    match index.files.iter().find(|path| !below(path)) {
        Some(path) => Err(format!("{:?} is not below it", path.chars().take(100).collect::<String>())),
        None => Ok(index),
    }
}

fn write_index(dir: &Path, store: &str, files: &BTreeSet<String>, held: &Held) -> Result<(), CliError> {
    let index = Index { schema: SCHEMA.to_owned(), store: Some(store.to_owned()), files: files.clone() };
    let mut bytes = serde_json::to_vec_pretty(&index)
        .map_err(|error| CliError::failed(format!("the index of published files cannot be written: {error}")))?;
    bytes.push(b'\n');
    let file = OutputFile { name: INDEX.to_owned(), bytes: Zeroizing::new(bytes), secret: false };
    write_sets_holding(&[(dir, &[file])], true, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(60);

    #[test]
    fn one_at_a_time_brings_a_directory_up_to_date() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut site = Site::open(&dir, "store", false, SOON).unwrap();
                    ["a", "deep/b"].iter().for_each(|path| site.put(*path, path.as_bytes().to_vec()));
                    site.finish(|_| true, false).unwrap();
                });
            }
        });
        let held = Site::open(&dir, "store", false, SOON).unwrap();
        let busy = Site::open(&dir, "store", false, Duration::ZERO).err().unwrap();
        assert_eq!(busy.exit, crate::cli::Exit::LockTimeout, "{busy}");
        drop(held);
    }

    #[test]
    fn a_pipe_in_place_of_a_file_is_not_waited_for() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        let pipe = |name: &str| {
            let made = std::process::Command::new("mkfifo").arg(dir.join(name)).status().unwrap();
            assert!(made.success());
        };
        publish(dir, &[("a", "1")], false).unwrap();
        fs::remove_file(dir.join("a")).unwrap();
        pipe("a");
        // It was put there by this program; what takes its place is replaced.
        assert_eq!(publish(dir, &[("a", "1")], false).unwrap().written, ["a"]);
        fs::remove_file(dir.join(INDEX)).unwrap();
        pipe(INDEX);
        let error = publish(dir, &[("a", "1")], false).unwrap_err();
        assert!(error.to_string().contains("it is no regular file"), "{error}");
        for target in ["missing", "a"] {
            let link = dir.join(format!("{target}-link"));
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert_eq!(read_if_there(&link, 10).unwrap().is_some(), target == "a");
        }
    }

    fn publish(dir: &Path, files: &[(&str, &str)], force: bool) -> Result<Changes, CliError> {
        let mut site = Site::open(dir, "store", force, SOON)?;
        files.iter().for_each(|(path, text)| site.put(*path, text.as_bytes().to_vec()));
        site.finish(|path| !path.starts_with("others/"), force)
    }

    #[test]
    fn what_is_not_wanted_any_more_goes_and_nothing_else() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        let first = publish(&dir, &[("a", "1"), ("deep/er/b", "2"), ("others/c", "3")], false).unwrap();
        assert_eq!((first.written.len(), first.unchanged), (3, 0));
        fs::write(dir.join("deep/mine"), "4").unwrap();
        let second = publish(&dir, &[("a", "1"), ("d", "5")], false).unwrap();
        assert_eq!((second.written, second.unchanged), (vec!["d".to_owned()], 1));
        assert_eq!(second.removed, ["deep/er/b"]);
        assert!(!dir.join("deep/er").exists() && dir.join("deep/mine").exists() && dir.join("others/c").exists());
        // What another call left alone is known all the same.
        assert!(publish(&dir, &[("others/c", "6")], false).is_ok());
    }

    #[test]
    fn a_file_of_somebody_else_is_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        fs::write(dir.join("index.html"), "mine").unwrap();
        let error = publish(dir, &[("a", "1"), ("index.html", "2")], false).unwrap_err();
        assert!(error.message.contains("index.html exists already"), "{}", error.message);
        assert!(!dir.join("a").exists());
        publish(dir, &[("index.html", "2")], true).unwrap();
        assert_eq!(fs::read(dir.join("index.html")).unwrap(), b"2");
        publish(dir, &[("index.html", "3")], false).unwrap();
    }

    #[test]
    fn the_site_of_another_store_and_leftovers() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        publish(dir, &[("a", "1")], false).unwrap();
        let error = Site::open(dir, "other", false, SOON).err().unwrap();
        assert!(error.message.contains("another store (store)"), "{}", error.message);
        Site::open(dir, "other", true, SOON).unwrap();
        let old = std::time::SystemTime::now() - Duration::from_secs(2 * 60 * 60);
        for (name, age) in
            [(".a.0123456789abcdef.tmp", Some(old)), (".a.0123456789abcdee.tmp", None), (".b.tmp", Some(old))]
        {
            let file = fs::File::create(dir.join(name)).unwrap();
            age.map_or(Ok(()), |age| file.set_modified(age)).unwrap();
        }
        publish(dir, &[("a", "2")], false).unwrap();
        let left = |name: &str| dir.join(name).exists();
        assert!(!left(".a.0123456789abcdef.tmp") && left(".a.0123456789abcdee.tmp") && left(".b.tmp"));
    }

    #[test]
    fn an_index_that_leads_elsewhere_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        publish(&dir, &[("a", "1")], false).unwrap();
        for path in ["../x", "/etc/passwd", "", "a/../../x"] {
            let files = [path.to_owned()].into();
            let index = serde_json::to_vec(&Index { schema: SCHEMA.to_owned(), store: None, files }).unwrap();
            fs::write(dir.join(INDEX), index).unwrap();
            assert!(publish(&dir, &[], false).is_err(), "{path}");
        }
        fs::write(dir.join(INDEX), "{}").unwrap();
        assert!(publish(&dir, &[], false).is_err());
    }
}
