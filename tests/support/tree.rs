//! Directory trees, to tell what changed in them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What a file is, as far as a change to it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A directory with its mode.
    Directory(u32),
    /// A file with its mode and contents.
    File(u32, Vec<u8>),
    /// A symbolic link with its target.
    Link(PathBuf),
}

/// Everything below a directory, by relative path; empty if it does not exist.
pub(crate) fn snapshot(root: &Path) -> BTreeMap<PathBuf, Node> {
    let mut nodes = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            let mode = metadata.mode() & 0o7777;
            let node = if metadata.is_symlink() {
                Node::Link(fs::read_link(&path).unwrap_or_default())
            } else if metadata.is_dir() {
                pending.push(path.clone());
                Node::Directory(mode)
            } else {
                Node::File(mode, fs::read(&path).unwrap_or_default())
            };
            nodes.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), node);
        }
    }
    nodes
}
