//! Transcripts of the command line, in `tests/cmd`.
//!
//! Each `*.trycmd` file is one session in an empty directory of its own (a directory of the same name ending in `.out`,
//! with nothing but `.keep` in it, makes it so). What changes from run to run, such as serials, times and hashes, is written `[..]`; `[CWD]` is the session's
//! directory. Accept new output with `TRYCMD=overwrite cargo test --test cli`, and read the difference.

use std::fs;

#[test]
fn transcripts() {
    for session in fs::read_dir("tests/cmd").expect("there are sessions").map(|entry| entry.expect("readable").path()) {
        let isolated = session.extension() != Some("trycmd".as_ref()) || session.with_extension("out").is_dir();
        assert!(
            isolated,
            "{0} would run in the source tree: make an empty directory {1}",
            session.display(),
            session.with_extension("out").display()
        );
    }
    let cases = trycmd::TestCases::new();
    // Nothing of the machine or of the person who runs the tests gets in; an empty variable counts as one that is not set.
    for (name, value) in [
        ("CERTWRIGHT_PASSPHRASE_SOURCE", ""),
        ("CERTWRIGHT_STORE", ""),
        ("HOME", "/nonexistent/home"),
        ("LANG", "C.UTF-8"),
        ("LOGNAME", ""),
        ("NO_COLOR", "1"),
        ("RUST_BACKTRACE", "1"),
        ("TZ", "Pacific/Auckland"),
        ("JAVA_HOME", ""),
        ("SUDO_USER", ""),
        ("USER", "tester"),
        ("XDG_CONFIG_HOME", ""),
        ("XDG_DATA_HOME", ""),
    ] {
        cases.env(name, value);
    }
    cases.case("tests/cmd/*.trycmd");
}
