//! A test PKI that is there: whether it may be replaced.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{EXPECTATIONS, MAX_EXPECTATIONS};
use crate::cli::files::{self, places};
use crate::testing::{Expectations, entries};

/// What is not in a case's directory or below `ca`.
const AT_THE_TOP: [&str; 2] = [EXPECTATIONS, "README.txt"];
/// The files that a case may have.
const OF_A_CASE: [&str; 7] =
    ["cert.pem", "chain.pem", "crl.pem", "fullchain.pem", "key.pem", "keystore.p12", "twin.pem"];

/// The first thing in a directory that `test-pki` did not put there; anything in it, if it is no test PKI. What cannot be
/// looked into counts as foreign.
pub(super) fn foreign(dir: &Path) -> Option<PathBuf> {
    let json = files::read_if_there(&dir.join(EXPECTATIONS), MAX_EXPECTATIONS).ok().flatten();
    let Some(written) = json.and_then(|json| Expectations::read(&json).ok()) else {
        return each(dir, &|path, _, _| Some(path.to_owned())).or_else(|| Some(dir.to_owned()));
    };
    // Another version may have had other cases: its document names them.
    let mut ids: BTreeSet<String> = entries().into_iter().map(|entry| entry.id).collect();
    ids.extend(written.cases.iter().map(|case| case.entry.id.clone()));
    let anchors: BTreeSet<&str> =
        written.cases.iter().filter_map(|case| case.files.anchor.strip_prefix("ca/")).collect();
    each(dir, &|path, name, is_dir| match name {
        "ca" if is_dir => {
            each(path, &|path, name, is_dir| (is_dir || !anchors.contains(name)).then(|| path.to_owned()))
        }
        "good" | "bad" if is_dir => each(path, &|path, name, is_dir| match is_dir && ids.contains(name) {
            true => each(path, &|path, name, is_dir| (is_dir || !OF_A_CASE.contains(&name)).then(|| path.to_owned())),
            false => Some(path.to_owned()),
        }),
        _ => (is_dir || !AT_THE_TOP.contains(&name)).then(|| path.to_owned()),
    })
}

/// The first that `look` finds foreign among what a directory holds, by name. Links are foreign.
fn each(dir: &Path, look: &dyn Fn(&Path, &str, bool) -> Option<PathBuf>) -> Option<PathBuf> {
    let Some(found) = places::kinds(dir) else { return Some(dir.to_owned()) };
    found.iter().find_map(|(path, kind)| match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if kind.is_dir() || kind.is_file() => look(path, name, kind.is_dir()),
        _ => Some(path.clone()),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::{Options, TestPki};

    #[test]
    fn whatever_else_is_there_is_found() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        let options = Options::new("seed", time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000));
        let pki = TestPki::select(&options, |id| id == "good" || id == "serial-duplicate" || id == "expired").unwrap();
        assert_eq!(foreign(dir).as_deref(), Some(dir));
        for file in pki.files().unwrap() {
            let path = dir.join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &file.bytes).unwrap();
        }
        assert_eq!(foreign(dir), None);
        for stray in ["mine", "ca/mine.pem", "bad/expired/notes.txt", "good/cert.pem", "bad/mine/cert.pem", "ca/sub/x"]
        {
            let path = dir.join(stray);
            let parent = path.parent().unwrap();
            let is_new = !parent.exists();
            fs::create_dir_all(parent).unwrap();
            fs::write(&path, "").unwrap();
            assert_eq!(foreign(dir).as_deref(), Some(if is_new { parent } else { &path }), "{stray}");
            fs::remove_file(&path).unwrap();
            if is_new {
                fs::remove_dir(parent).unwrap();
            }
        }
        std::os::unix::fs::symlink("/", dir.join("good/link")).unwrap();
        assert_eq!(foreign(dir), Some(dir.join("good/link")));
    }
}
