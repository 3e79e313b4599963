//! The command line as a whole, without a process.

use std::io;

use super::testing::{Broken, Process};
use super::{CliError, Exit};

#[test]
fn help_and_version_are_data() {
    for arguments in
        [["--help"].as_slice(), &["-h"], &["--version"], &["log", "show", "--help"], &["--version", "--json"]]
    {
        let (exit, stdout, stderr) = Process::new(arguments).run();
        assert_eq!((exit, stderr.as_str()), (Exit::Done, ""), "{arguments:?}");
        assert!(stdout.contains("certwright") && !stdout.contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn a_wrong_command_line_is_exit_2_on_stderr() {
    for arguments in [
        [].as_slice(),
        &["lisst"],
        &["log", "show", "--nope"],
        &["log", "show", "--since", "soon"],
        &["--lock-timeout", "1y", "log", "verify"],
    ] {
        let (exit, stdout, stderr) = Process::new(arguments).run();
        assert_eq!((exit, stdout.as_str()), (Exit::Usage, ""), "{arguments:?}");
        assert!(!stderr.is_empty());
    }
}

#[test]
fn with_json_an_error_is_one_document_and_a_sentence() {
    for (arguments, exit) in [(["log", "shw", "--json"], Exit::Usage), (["--json", "log", "verify"], Exit::Failed)] {
        let (status, stdout, stderr) = Process::new(&arguments).variable("CERTWRIGHT_STORE", "/nowhere/store").run();
        assert_eq!(status, exit);
        let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(document["schema"], "certwright/error/1");
        assert_eq!(document["error"]["exit"], exit as u8);
        assert_eq!(document["error"]["kind"], exit.name());
        assert!(stderr.starts_with("error: "), "{stderr}");
        assert!(stdout.starts_with("{\n  \"schema\""), "{stdout}");
    }
    let (_, stdout, _) = Process::new(&["log", "shw", "--", "--json"]).run();
    assert_eq!(stdout, "");
}

#[test]
fn an_error_after_the_report_leaves_one_document() {
    let (mut cx, stdout, _) = Process::new(&["--json", "man", "x"]).context();
    cx.ui.json("x", &serde_json::json!({})).unwrap();
    cx.ui.error(&CliError::failed("late"));
    assert_eq!(stdout.text(), "{\n  \"schema\": \"certwright/x/1\"\n}\n");
}

#[test]
fn foreign_text_does_not_drive_the_terminal() {
    let (mut cx, stdout, stderr) = Process::new(&["man", "x"]).context();
    cx.ui.line("a\u{1b}[2Jb").unwrap();
    cx.ui.say("c\u{9b}31m");
    cx.ui.warn("d\nerror: e");
    cx.ui.error(&CliError::failed("f\rg").hint("h\u{202e}"));
    let (_, _, usage) = Process::new(&["log", "sh\u{1b}[2J\u{9b}1m\u{7}w"]).run();
    let printed = stdout.text() + &stderr.text() + &usage;
    assert!(printed.chars().all(|character| character == '\n' || !character.is_control()), "{printed}");
    assert!(printed.contains("warning: d\n  error: e\n") && printed.contains("  hint: h\\u{202e}\n"), "{printed}");
}

#[test]
fn colour_is_for_terminals_without_no_color() {
    let coloured = |process: Process| process.run().2.contains('\u{1b}');
    let wrong = || Process::new(&["log", "verify", "--store", "/nowhere/store"]);
    assert!(!coloured(wrong()));
    assert!(coloured(wrong().terminal(&[])));
    assert!(coloured(wrong().terminal(&[]).variable("NO_COLOR", "")));
    assert!(!coloured(wrong().terminal(&[]).variable("NO_COLOR", "1")));
    assert!(!coloured(wrong().terminal(&[]).variable("TERM", "dumb")));
}

#[test]
fn a_closed_pipe_changes_nothing() {
    let mut process = Process::new(&["completions", "bash"]);
    process.environment.stdout = Box::new(Broken(io::ErrorKind::BrokenPipe));
    let (exit, _, stderr) = process.run();
    assert_eq!((exit, stderr.as_str()), (Exit::Done, ""));
}

#[test]
fn output_that_is_lost_is_a_failure() {
    for arguments in [["completions", "bash"].as_slice(), &["--help"]] {
        let mut process = Process::new(arguments);
        process.environment.stdout = Box::new(io::BufWriter::new(Broken(io::ErrorKind::StorageFull)));
        let (exit, _, stderr) = process.run();
        assert_eq!(exit, Exit::Failed);
        assert!(stderr.contains("cannot write standard output"), "{stderr}");
    }
}

#[test]
fn the_store_is_found_in_order() {
    let store = |process: Process| process.context().0.settings.store.display().to_string();
    let bare = || Process::new(&["man", "x"]);
    assert_eq!(store(bare()), "");
    assert!(bare().context().0.open_store().is_err());
    let home = || bare().variable("HOME", "/home/x");
    let default = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    assert_eq!(store(home()), format!("/home/x/{default}/certwright"));
    assert_eq!(store(home().variable("XDG_DATA_HOME", "relative")), format!("/home/x/{default}/certwright"));
    assert_eq!(store(home().variable("XDG_DATA_HOME", "/data")), "/data/certwright");
    assert_eq!(store(home().variable("CERTWRIGHT_STORE", "ca")), "ca");
    assert_eq!(store(home().variable("CERTWRIGHT_STORE", "")), format!("/home/x/{default}/certwright"));
    let flag = Process::new(&["man", "x", "--store", "flag"]).variable("CERTWRIGHT_STORE", "ca");
    assert_eq!(store(flag), "flag");
}

#[test]
fn the_actor_is_one_harmless_word() {
    let actor = |process: Process| process.context().0.settings.actor;
    let named = actor(Process::new(&["man", "x"]));
    assert!(named.starts_with("tester@"), "{named}");
    let hostile = actor(Process::new(&["man", "x"]).variable("USER", "a\u{1b} \nb"));
    assert!(hostile.starts_with("ab@"), "{hostile}");
    let logname = actor(Process::new(&["man", "x"]).variable("USER", "").variable("LOGNAME", "other"));
    assert!(logname.starts_with("other@"), "{logname}");
}
