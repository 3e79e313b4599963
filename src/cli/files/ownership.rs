//! Who could exchange what is at a path.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Links that are followed, as many as Linux does.
const MOST_LINKS: usize = 40;
/// Write permission for the group and for others.
const SHARED: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// The first place on the way to an absolute path, its links followed, that somebody other than root and the user with the ID
/// `owner` may change; `None` where they alone may.
///
/// On the way it may lead through a directory for everybody where all keep what is theirs (`/tmp`), but not end there. What
/// is not there yet belongs to those who may make it. Access control lists are not read: those that let others write show
/// in the group's permissions.
pub(in crate::cli) fn foreign(path: &Path, owner: u32) -> Option<PathBuf> {
    if !path.is_absolute() {
        return Some(path.to_owned());
    }
    let is_theirs = |metadata: &Metadata| ![0, owner].contains(&metadata.uid());
    let mut at = PathBuf::from("/");
    let (mut pending, mut links) = (words(path), 0);
    while let Some(word) = pending.pop() {
        if word == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&word);
        let metadata = match fs::symlink_metadata(&next) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => return Some(next),
        };
        let is_kept = metadata.is_dir() && metadata.mode() & STICKY != 0;
        if is_theirs(&metadata) {
            return Some(next);
        }
        if metadata.is_symlink() {
            links += 1;
            let Some(target) = fs::read_link(&next).ok().filter(|_| links <= MOST_LINKS) else { return Some(next) };
            if target.is_absolute() {
                at = PathBuf::from("/");
            }
            pending.extend(words(&target));
        } else if metadata.mode() & SHARED != 0 && !is_kept {
            return Some(next);
        } else {
            at = next;
        }
    }
    let is_shared = fs::symlink_metadata(&at).map_or(true, |metadata| metadata.mode() & SHARED != 0);
    is_shared.then_some(at)
}

/// The names in a path, the last first.
fn words(path: &Path) -> Vec<OsString> {
    let word = |component: Component<'_>| match component {
        Component::Normal(word) => Some(word.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::CurDir | Component::Prefix(_) | Component::RootDir => None,
    };
    path.components().rev().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn me() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// A directory with `a/b/file`, closed to others whatever the umask.
    fn tree() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/file"), "").unwrap();
        for (path, mode) in [("a", 0o755), ("a/b", 0o755), ("a/b/file", 0o644)] {
            set_mode(&root.join(path), mode);
        }
        (dir, root)
    }

    #[test]
    fn every_place_on_the_way_counts() {
        let (_dir, root) = tree();
        let file = root.join("a/b/file");
        assert_eq!(foreign(&file, me()), None);
        assert_eq!(foreign(&root.join("a/b/not/there"), me()), None);
        for (place, mode) in [("a", 0o775), ("a/b", 0o757), ("a/b/file", 0o666)] {
            let place = root.join(place);
            let before = fs::metadata(&place).unwrap().mode();
            set_mode(&place, mode);
            assert_eq!(foreign(&file, me()), Some(place.clone()), "{mode:o}");
            set_mode(&place, before);
        }
        assert_eq!(foreign(Path::new("a"), me()), Some("a".into()));
        assert_eq!(foreign(&file.join("below"), me()), Some(file.join("below")));
    }

    #[test]
    fn a_shared_directory_may_be_passed_and_is_no_end() {
        let (_dir, root) = tree();
        set_mode(&root.join("a"), 0o1777);
        assert_eq!(foreign(&root.join("a/b/file"), me()), None);
        for end in ["a", "a/b/..", "a/."] {
            assert_eq!(foreign(&root.join(end), me()), Some(root.join("a")), "{end}");
        }
    }

    #[test]
    fn links_are_followed_one_by_one() {
        let (_dir, root) = tree();
        // link -> open/over -> a/b: the end is ours, and what is between is not.
        fs::create_dir(root.join("open")).unwrap();
        symlink(root.join("a/b"), root.join("open/over")).unwrap();
        symlink("open/over", root.join("link")).unwrap();
        set_mode(&root.join("open"), 0o755);
        assert_eq!(foreign(&root.join("link/file"), me()), None);
        set_mode(&root.join("open"), 0o777);
        assert_eq!(foreign(&root.join("link/file"), me()), Some(root.join("open")));
        symlink("loop", root.join("loop")).unwrap();
        assert_eq!(foreign(&root.join("loop"), me()), Some(root.join("loop")));
    }

    #[test]
    fn what_somebody_else_owns_is_foreign() {
        let (_dir, root) = tree();
        if me() == 0 {
            chown(root.join("a/b"), Some(65534), None).unwrap();
            assert_eq!(foreign(&root.join("a/b/file"), 0), Some(root.join("a/b")));
            chown(root.join("a/b"), Some(0), None).unwrap();
            std::os::unix::fs::lchown(root.join("a/b/file"), Some(65534), None).unwrap();
            assert_eq!(foreign(&root.join("a/b/file"), 0), Some(root.join("a/b/file")));
        } else {
            // For root, all of it is somebody else's.
            assert!(foreign(&root.join("a/b/file"), 0).is_some());
        }
        assert_eq!(foreign(Path::new("/"), 0), None);
    }
}
