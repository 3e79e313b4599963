//! What files look like, without keeping what is in them.

use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ring::digest::{Context, SHA256};
use zeroize::Zeroizing;

use crate::manifest::Seen;
use crate::store::open_file;
use crate::x509::display::hex;

/// What nobody may do with a secret file but its owner; a group that reads one is a service's.
const LOOSE: u32 = 0o037;

/// Whether a secret file is open to more than its owner and a group that reads it. A link is followed.
pub(in crate::cli) fn is_loose(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & LOOSE != 0)
}

/// SHA-256 of a file that may be missing. A link is followed; what is larger than `limit` is something else.
pub(in crate::cli) fn seen(path: &Path, limit: u64) -> Seen {
    let file = match open_file(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Seen::Missing;
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory) => {
            return Seen::Other;
        }
        Err(_) => return Seen::Unreadable,
    };
    let loose = match file.metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() <= limit => metadata.mode() & LOOSE != 0,
        _ => return Seen::Other,
    };
    let mut context = Context::new(&SHA256);
    let mut chunk = Zeroizing::new([0; 16 * 1024]);
    let mut rest = file.take(limit + 1);
    loop {
        match rest.read(chunk.as_mut_slice()) {
            Ok(0) => return Seen::File { sha256: hex(context.finish().as_ref()), loose },
            Ok(count) => context.update(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Seen::Unreadable,
        }
    }
}
