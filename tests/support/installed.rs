//! What a test needs of the machine: without it a newcomer is told, and the gate fails.

use std::io::Write;

/// Whether a tool is installed; says so when it is not, and fails where the gate runs the tests.
pub(crate) fn installed(tool: &str, present: bool) -> bool {
    if !present {
        assert!(std::env::var_os("CERTWRIGHT_CI").is_none(), "{tool} is not installed, and the gate skips nothing");
        // Not by a macro, whose output the test runner keeps to itself when a test passes.
        writeln!(std::io::stderr(), "skipped: {tool} is not installed").expect("standard error is open");
    }
    present
}
