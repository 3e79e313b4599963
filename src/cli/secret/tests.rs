//! Where passphrases come from, through the context that commands use.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;

use super::super::testing::Process;
use super::super::{CliError, Context, Exit};
use super::SecretSource;

/// Some command; it is not run.
const COMMAND: [&str; 2] = ["completions", "bash"];

fn process(arguments: &[&str]) -> Process {
    Process::new(&[&COMMAND, arguments].concat())
}

fn text(secret: Result<crate::keys::Secret, CliError>) -> String {
    String::from_utf8(secret.unwrap().expose().to_vec()).unwrap()
}

fn given(cx: &mut Context, source: &str) -> Result<crate::keys::Secret, CliError> {
    cx.passphrase(Some(&source.parse::<SecretSource>().unwrap()), "passphrase")
}

#[test]
fn every_kind_of_source_is_read() {
    for (text, source) in [
        ("cmd:pass show ca:root", SecretSource::Command("pass show ca:root".into())),
        ("env:CA_PASS", SecretSource::Env("CA_PASS".into())),
        ("fd:3", SecretSource::Fd(3)),
        ("fd:0", SecretSource::Stdin),
        ("file:/run/a b", SecretSource::File("/run/a b".into())),
        ("file:-", SecretSource::Stdin),
        ("pass:", SecretSource::Pass(String::new())),
        ("pass:change:it", SecretSource::Pass("change:it".into())),
        ("prompt", SecretSource::Prompt),
        ("stdin", SecretSource::Stdin),
    ] {
        assert!(text.parse() == Ok(source), "{text}");
    }
}

#[test]
fn a_passphrase_typed_as_a_source_is_not_repeated() {
    for text in
        ["hunter2", "hunter2:x", "env:", "env:hunter2=", "fd:hunter2", "fd:1", "fd:-1", "file:", "cmd:", "PASS:hunter2"]
    {
        let why = text.parse::<SecretSource>().err().unwrap();
        assert!(!why.contains("hunter2"), "{why}");
    }
    let error = super::super::command().try_get_matches_from(["certwright", "--passphrase", "hunter2"]).err().unwrap();
    assert_eq!(error.kind(), clap::error::ErrorKind::ValueValidation);
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(!format!("{:?}", SecretSource::Pass("hunter2".into())).contains("hunter2"));
}

#[test]
fn a_variable_is_taken_as_it_is() {
    let (mut cx, ..) = process(&["--passphrase", "env:P"]).variable("P", " a b \n").context();
    assert_eq!(text(cx.passphrase(None, "passphrase")), " a b \n");
    let error = given(&mut cx, "env:Q").err().unwrap();
    assert_eq!(error.message, "environment variable Q is not set");
}

#[test]
fn the_flag_goes_before_the_variable() {
    let passphrase_source = |process: Process| process.variable("CERTWRIGHT_PASSPHRASE_SOURCE", "env:B");
    let both = |process: Process| passphrase_source(process).variable("A", "flag").variable("B", "variable");
    assert_eq!(text(both(process(&["--passphrase", "env:A"])).context().0.passphrase(None, "p")), "flag");
    assert_eq!(text(both(process(&[])).context().0.passphrase(None, "p")), "variable");
}

#[test]
fn a_bad_source_in_the_environment_is_a_usage_error_that_does_not_repeat_it() {
    let (exit, _, stderr) = process(&[]).variable("CERTWRIGHT_PASSPHRASE_SOURCE", "hunter2").run();
    assert_eq!(exit, Exit::Usage);
    assert!(stderr.contains("CERTWRIGHT_PASSPHRASE_SOURCE") && !stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn two_secrets_from_standard_input_are_two_lines() {
    let (mut cx, ..) = process(&["--passphrase", "stdin"]).stdin("first\r\nsecond\nrest").context();
    assert_eq!(text(cx.passphrase(None, "passphrase of authority root")), "first");
    assert_eq!(text(cx.passphrase(None, "passphrase of authority issuing")), "first");
    assert_eq!(text(cx.passphrase(Some(&SecretSource::Stdin), "store password")), "second");
    assert_eq!(text(cx.passphrase(Some(&SecretSource::Stdin), "store password")), "second");
    assert_eq!(cx.input.rest(10).unwrap().as_slice(), b"rest");
    let error = cx.passphrase(Some(&SecretSource::Stdin), "another").err().unwrap();
    assert!(error.message.contains("standard input gave no passphrase"), "{error}");
}

#[test]
fn a_file_gives_its_first_line_and_is_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pass");
    fs::write(&path, "first line\r\nsecond\n").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let source = format!("file:{}", path.display());
    let (mut cx, _, stderr) = process(&[]).context();
    assert_eq!(text(given(&mut cx, &source)), "first line");
    fs::remove_file(&path).unwrap();
    assert_eq!(text(given(&mut cx, &source)), "first line");
    assert_eq!(stderr.text(), "");
}

#[test]
fn a_file_that_others_can_read_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pass");
    fs::write(&path, "x").unwrap();
    for (mode, warned) in [(0o640, true), (0o604, true), (0o600, false), (0o400, false)] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let (mut cx, _, stderr) = process(&[]).context();
        assert_eq!(text(given(&mut cx, &format!("file:{}", path.display()))), "x");
        assert_eq!(stderr.text().contains("can be read by others"), warned, "{mode:o}");
    }
}

#[test]
fn a_descriptor_that_is_open_is_read() {
    let (read, mut write) = std::io::pipe().unwrap();
    write.write_all(b"from a pipe\nmore\n").unwrap();
    let (mut cx, ..) = process(&[]).context();
    assert_eq!(text(given(&mut cx, &format!("fd:{}", read.as_raw_fd()))), "from a pipe");
    let error = given(&mut cx, "fd:987").err().unwrap();
    assert!(error.message.contains("file descriptor 987"), "{error}");
}

#[test]
fn secrets_have_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pass");
    let source = format!("file:{}", path.display());
    fs::write(&path, "x".repeat(4096)).unwrap();
    assert_eq!(text(given(&mut process(&[]).context().0, &source)).len(), 4096);
    fs::write(&path, "x".repeat(4097)).unwrap();
    assert!(given(&mut process(&[]).context().0, &source).is_err());
    assert!(given(&mut process(&[]).context().0, "file:/dev/zero").is_err());
    let long = "x".repeat(4097);
    assert!(given(&mut process(&[]).variable("P", &long).context().0, "env:P").is_err());
}

#[test]
fn a_command_gives_its_first_line_and_learns_no_secret() {
    let (mut cx, ..) = process(&["--passphrase=env:HIDDEN"])
        .variable("HIDDEN", "1")
        .variable("SEEN", "2")
        .variable("CERTWRIGHT_STORE", "/3")
        .context();
    let script = "cmd:printf '%s.%s.%s.' \"$HIDDEN\" \"$SEEN\" \"$CERTWRIGHT_STORE\"; cat; echo; echo more";
    assert_eq!(text(given(&mut cx, script)), ".2..");
}

#[test]
fn a_command_that_fails_gives_no_secret() {
    let (mut cx, ..) = process(&[]).context();
    assert!(given(&mut cx, "cmd:echo secret; exit 3").err().unwrap().message.contains("exit status: 3"));
    assert!(given(&mut cx, "cmd:true").err().unwrap().message.contains("gave no passphrase"));
}

#[test]
fn a_command_that_prints_much_is_no_failure() {
    let (mut cx, ..) = process(&[]).context();
    assert_eq!(text(given(&mut cx, "cmd:echo first; head -c 1000000 /dev/zero")), "first");
}

#[test]
fn only_changeit_may_be_passed_in_the_open_without_a_warning() {
    let (mut cx, _, stderr) = process(&[]).context();
    assert_eq!(text(given(&mut cx, "pass:changeit")), "changeit");
    assert_eq!(stderr.text(), "");
    assert_eq!(text(given(&mut cx, "pass:hunter2")), "hunter2");
    assert!(stderr.text().starts_with("warning: "), "{}", stderr.text());
    assert!(!stderr.text().contains("hunter2"));
}

#[test]
fn a_prompt_asks_once_for_each_thing() {
    let answers = [("passphrase of root", "one"), ("passphrase of issuing", "two")];
    let (mut cx, ..) = process(&[]).terminal(&answers).context();
    for _ in 0..2 {
        assert_eq!(text(cx.passphrase(None, "passphrase of root")), "one");
        assert_eq!(text(cx.passphrase(None, "passphrase of issuing")), "two");
    }
}

#[test]
fn a_new_passphrase_is_asked_for_twice_and_known_from_then_on() {
    let answers = [("New passphrase", "long enough"), ("Repeat passphrase", "long enough")];
    let (mut cx, _, stderr) = process(&[]).terminal(&answers).context();
    assert_eq!(text(cx.new_passphrase(None, "passphrase")), "long enough");
    assert_eq!(text(cx.passphrase(None, "passphrase")), "long enough");
    assert_eq!(stderr.text(), "");
    // What is called new already is not called so twice.
    let (mut cx, ..) = process(&[]).terminal(&answers).context();
    assert_eq!(text(cx.new_passphrase(None, "new passphrase")), "long enough");
}

#[test]
fn new_passphrases_that_differ_or_are_empty_are_refused() {
    let answers = [("New passphrase", "one"), ("Repeat passphrase", "two")];
    assert!(process(&[]).terminal(&answers).context().0.new_passphrase(None, "passphrase").is_err());
    let answers = [("New passphrase", ""), ("Repeat passphrase", "")];
    let error = process(&[]).terminal(&answers).context().0.new_passphrase(None, "passphrase").err().unwrap();
    assert!(error.hint.unwrap().contains("--no-passphrase"));
    let (mut cx, ..) = process(&["--passphrase", "stdin"]).stdin("\n").context();
    assert!(cx.new_passphrase(None, "passphrase").is_err());
}

#[test]
fn a_short_new_passphrase_is_warned_about() {
    let (mut cx, _, stderr) = process(&["--passphrase", "stdin"]).stdin("short\n").context();
    assert_eq!(text(cx.new_passphrase(None, "passphrase")), "short");
    assert!(stderr.text().contains("shorter than 8"), "{}", stderr.text());
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    for process in [process(&[]), process(&["--non-interactive"]).terminal(&[]), process(&["--passphrase", "prompt"])] {
        let (mut cx, ..) = process.context();
        for error in
            [cx.passphrase(None, "passphrase"), cx.new_passphrase(None, "passphrase")].map(|r| r.err().unwrap())
        {
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.hint.unwrap().contains("--passphrase"));
        }
    }
}
