//! Everything of the process that the command line touches, so that tests can hand in their own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};

use crate::clock::Clock;

/// The process as seen from the command line.
pub struct Environment {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// The environment variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Standard output.
    pub stdout: Box<dyn Write>,
    /// Standard error.
    pub stderr: Box<dyn Write>,
    /// Whether standard input, output and error are terminals.
    pub terminals: (bool, bool, bool),
    /// Columns of the terminal behind standard output, if it is one.
    pub width: Option<u16>,
    /// The clock.
    pub clock: Box<dyn Clock>,
}

impl Environment {
    /// The real process.
    pub fn from_process() -> Self {
        todo!()
    }
}
