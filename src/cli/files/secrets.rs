//! Files with secrets in them.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Opens a file for reading, and says whether others than its owner can read it too.
///
/// # Errors
/// When it cannot be opened, or nothing can be said of it.
pub(in crate::cli) fn open(path: &Path) -> io::Result<(impl Read + use<>, bool)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata.is_file() && metadata.permissions().mode() & 0o044 != 0))
}
