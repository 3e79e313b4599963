//! `log verify`: a journal that was rewritten is found, even where every hash was made anew.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
mod sandbox;

use ring::digest::{SHA256, digest};
use sandbox::{Outcome, Sandbox};
use serde_json::Value;

/// Two CRLs, something between them and something after: lines 4 to 10.
fn busy() -> Sandbox {
    let sandbox = Sandbox::with_root();
    for line in [
        "issue one.test",
        "issue two.test",
        "revoke one.test --reason key-compromise",
        "crl publish",
        "revoke two.test",
        "crl publish",
        "issue three.test",
    ] {
        sandbox.run(line.split(' ')).succeeded();
    }
    sandbox
}

fn lines(sandbox: &Sandbox) -> Vec<String> {
    let text = std::fs::read_to_string(sandbox.path("store/journal.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn line_of(lines: &[String], event: &str) -> usize {
    lines.iter().position(|line| line.contains(&format!("\"event\":\"{event}\""))).expect("such a line")
}

/// Writes a journal with every number and hash made anew, as somebody would who knows the format.
fn forge(sandbox: &Sandbox, lines: &[String]) {
    let (mut prev, mut text) = ("0".repeat(64), String::new());
    let mut moved = std::collections::HashMap::new();
    for (seq, line) in (1_u64..).zip(lines) {
        let before: Value = serde_json::from_str(line).unwrap();
        let tx = *moved.entry(before["tx"].as_u64().unwrap()).or_insert(seq);
        let rest = &line[line.find("\"lines\":").unwrap()..];
        let line = format!("{{\"seq\":{seq},\"prev\":\"{prev}\",\"tx\":{tx},{rest}");
        prev = digest(&SHA256, line.as_bytes()).as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        text.push_str(&line);
        text.push('\n');
    }
    std::fs::write(sandbox.path("store/journal.jsonl"), text).unwrap();
    std::fs::remove_file(sandbox.path("store/journal.head")).unwrap();
}

fn verify(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(["log", "verify"].iter().chain(more))
}

#[test]
fn a_sound_journal_is_proved_and_says_how_far_it_is_signed() {
    let sandbox = busy();
    let said = verify(&sandbox, &["--json"]).succeeded();
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&report["checkpoints"], &report["crls"]), (&2.into(), &2.into()));
    let last = report["lines"].as_u64().unwrap();
    assert_eq!(report["signed_through"].as_u64(), Some(last - 3), "{report}");
    std::fs::write(sandbox.path("head.json"), said.stdout).unwrap();
    std::fs::copy(sandbox.path("store/public/root.crl"), sandbox.path("kept.crl")).unwrap();
    sandbox.run(["issue", "four.test"]).succeeded();
    sandbox.run(["crl", "publish"]).succeeded();
    verify(&sandbox, &["--kept", "head.json", "--crl", "kept.crl"]).succeeded();
    verify(&sandbox, &["--kept", "kept.crl"]).exited(1);
    verify(&sandbox, &["--crl", "head.json"]).exited(1);
}

#[test]
fn a_line_that_was_touched_is_named() {
    let sandbox = busy();
    let whole = lines(&sandbox);
    let write = |lines: &[String]| {
        std::fs::write(sandbox.path("store/journal.jsonl"), format!("{}\n", lines.join("\n"))).unwrap();
    };
    let at = line_of(&whole, "certificate-revoked");
    let mut edited = whole.clone();
    edited[at] = edited[at].replace("keyCompromise", "superseded");
    write(&edited);
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains(&format!("line {}: ", at + 1)), "{}", said.stderr);
    let mut removed = whole.clone();
    removed.remove(at);
    write(&removed);
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains(&format!("line {}: ", at + 1)), "{}", said.stderr);
    let mut swapped = whole.clone();
    swapped.swap(at - 1, at);
    write(&swapped);
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains(&format!("line {}: ", at)), "{}", said.stderr);
    write(&whole[..whole.len() - 1]);
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains(&format!("line {}: the journal ends here", whole.len())), "{}", said.stderr);
    write(&whole);
    verify(&sandbox, &[]).succeeded();
}

/// What is done to the lines.
type Edit<'a> = &'a dyn Fn(&mut Vec<String>);

#[test]
fn hashes_made_anew_do_not_hide_a_rewritten_line() {
    let at = |lines: &[String]| line_of(lines, "certificate-revoked");
    let edits: [(&str, Edit<'_>); 4] = [
        ("edited", &|lines| {
            let at = at(lines);
            lines[at] = lines[at].replace("keyCompromise", "superseded");
        }),
        ("removed", &|lines| drop(lines.remove(at(lines)))),
        ("reordered", &|lines| {
            let at = at(lines);
            lines.swap(at - 2, at - 1);
        }),
        ("actor", &|lines| {
            let at = at(lines);
            lines[at] = lines[at].replace("\"actor\":\"", "\"actor\":\"mallory-");
        }),
    ];
    let sandbox = busy();
    forge(&sandbox, &lines(&sandbox));
    verify(&sandbox, &[]).succeeded();
    for (name, edit) in edits {
        let sandbox = busy();
        let mut changed = lines(&sandbox);
        edit(&mut changed);
        forge(&sandbox, &changed);
        let checkpoint = line_of(&changed, "checkpoint-signed") + 1;
        for command in [&["log", "verify"][..], &["list"]] {
            let said = sandbox.run(command).exited(6);
            let told = format!("line {checkpoint}: the checkpoint of authority root tells of another line");
            assert!(said.stderr.contains(&told), "{name}: {}", said.stderr);
        }
    }
}

#[test]
fn a_checkpoint_cannot_be_made_without_the_key_or_left_out() {
    let sandbox = busy();
    let whole = lines(&sandbox);
    // A checkpoint that fits the rewritten lines, with the old signature.
    let mut changed = whole.clone();
    let (at, signed) = (line_of(&whole, "certificate-revoked"), line_of(&whole, "checkpoint-signed"));
    changed[at] = changed[at].replace("keyCompromise", "superseded");
    changed.truncate(signed + 1);
    forge(&sandbox, &changed);
    let forged = lines(&sandbox);
    let prev = |line: &str| serde_json::from_str::<Value>(line).unwrap()["prev"].as_str().unwrap().to_owned();
    changed[signed] = changed[signed].replace(&prev(&whole[signed - 1]), &prev(&forged[signed - 1]));
    std::fs::write(sandbox.path("store/journal.head"), "").unwrap();
    forge(&sandbox, &changed);
    let said = verify(&sandbox, &[]).exited(6);
    let told = format!("line {}: the checkpoint's signature is not valid", signed + 1);
    assert!(said.stderr.contains(&told), "{}", said.stderr);
    // No checkpoint at all.
    changed.truncate(signed);
    changed[signed - 1] = changed[signed - 1].replace("\"lines\":2", "\"lines\":1");
    std::fs::write(sandbox.path("store/journal.head"), "").unwrap();
    forge(&sandbox, &changed);
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains("the checkpoint that belongs to CRL 1 is missing"), "{}", said.stderr);
}

#[test]
fn what_was_kept_elsewhere_shows_a_tail_that_was_cut_off() {
    let sandbox = busy();
    let report = verify(&sandbox, &["--json"]).succeeded().stdout;
    std::fs::write(sandbox.path("head.json"), report).unwrap();
    let public = sandbox.path("store/public");
    std::fs::copy(public.join("root.crl"), sandbox.path("kept.crl")).unwrap();
    let whole = lines(&sandbox);
    let second = whole.iter().rposition(|line| line.contains("\"event\":\"crl-issued\"")).unwrap();
    forge(&sandbox, &whole[..second]);
    // The files in the store know better, until somebody removes them as well.
    let said = verify(&sandbox, &[]).exited(6);
    assert!(said.stderr.contains("journal.jsonl") || said.stderr.contains("store/"), "{}", said.stderr);
    let said = verify(&sandbox, &["--kept", "head.json"]).exited(6);
    let told = format!("line {}: the journal ends before it", second + 1);
    assert!(said.stderr.contains(&told), "{}", said.stderr);
    let said = verify(&sandbox, &["--crl", "kept.crl"]).exited(6);
    assert!(said.stderr.contains("was published, and no line tells of it"), "{}", said.stderr);
}
