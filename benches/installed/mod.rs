//! certwright as its users have it: copied to where it runs from.
//!
//! What a linker has just written lies in memory page by page; what was copied lies there in large pieces, which the system maps three
//! times as fast. `CERTWRIGHT_BENCH_BINARY=FILE` measures another build than the one that Cargo makes, such as that of `cargo static`.

use std::fs;
use std::path::{Path, PathBuf};

/// A copy of certwright in a directory.
pub(crate) fn certwright(directory: &Path) -> PathBuf {
    let built = std::env::var_os("CERTWRIGHT_BENCH_BINARY").unwrap_or(env!("CARGO_BIN_EXE_certwright").into());
    copy(built.as_ref(), directory.join("certwright"))
}

/// Copies a program.
pub(crate) fn copy(program: &Path, to: PathBuf) -> PathBuf {
    fs::copy(program, &to).expect("a copy of the program");
    to
}
