//! `docs/test-pki-programs.md` is the table that the other tests here prove.

use std::fmt::Write as _;
use std::path::Path;

use certwright::testing::{Entry, Program, entries};

/// What the verdicts were seen with: coarse, since nothing of this changes with a patch.
const VERSIONS: [(Program, &str, &str); 8] = [
    (Program::Certwright, "certwright", "this version"),
    (Program::GnuTls, "GnuTLS", "3.7"),
    (Program::Go, "Go", "1.26"),
    (Program::Java, "Java", "17"),
    (Program::Node, "Node", "20"),
    (Program::OpenSsl, "OpenSSL", "3.0"),
    (Program::Pyca, "pyca", "cryptography 50"),
    (Program::Rustls, "rustls", "webpki 0.103"),
];

/// Regenerate with `UPDATE_TEST_PKI=1 cargo test --test interop test_pki`.
#[test]
fn the_checked_in_table_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/test-pki-programs.md");
    let text = render();
    if std::env::var_os("UPDATE_TEST_PKI").is_some() {
        std::fs::write(&path, text).expect("the table is written");
    } else {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, text, "stale; run: UPDATE_TEST_PKI=1 cargo test --test interop test_pki");
    }
}

#[test]
fn the_readme_counts_right() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README");
    let (good, bad): (Vec<Entry>, Vec<Entry>) = entries().into_iter().partition(|entry| entry.good);
    let counts = format!("{} broken certificates and {} good ones", bad.len(), good.len());
    assert!(readme.contains(&counts), "the README does not say: {counts}");
}

fn render() -> String {
    let mut out = String::from(
        "# Who notices what\n\n\
         <!-- Made by a test: UPDATE_TEST_PKI=1 cargo test --test interop test_pki -->\n\n\
         Every case of `certwright test-pki` ([test-pki.md](test-pki.md)) against eight programs, each asked as its users ask it. The tests\n\
         under `tests/interop/test_pki` ask them all again, and fail when one answers differently. **✗** refuses it, **accepts** takes it\n\
         for good, – cannot be asked. Where RFC 5280 does not demand that a verifier looks, accepting is no bug; it is what a\n\
         certificate must not rely on.\n\n",
    );
    for (program, name, version) in VERSIONS {
        writeln!(out, "- {name} ({version}): {}", program.description()).expect("text");
    }
    let (good, bad): (Vec<Entry>, Vec<Entry>) = entries().into_iter().partition(|entry| entry.good);
    out.push_str("\n## Bad\n\n");
    table(&mut out, &bad);
    out.push_str("\n## Good\n\nControls: accepted by everyone who can be asked.\n\n");
    table(&mut out, &good);
    let all = bad.iter().filter(|entry| entry.accepted_by.is_empty()).count();
    writeln!(out, "\n{all} of the {} bad ones are refused by every program that can be asked. Not noticed:", bad.len())
        .expect("text");
    for (program, name, _) in VERSIONS {
        let missed = bad.iter().filter(|entry| entry.accepted_by.contains(&program)).count();
        write!(out, "{}{name} {missed}", if program == Program::Certwright { "" } else { ", " }).expect("text");
    }
    out.push_str(".\n");
    out
}

fn table(out: &mut String, entries: &[Entry]) {
    let names: Vec<&str> = VERSIONS.iter().map(|(_, name, _)| *name).collect();
    writeln!(out, "| case | for | what is wrong | rule | {} |", names.join(" | ")).expect("text");
    writeln!(out, "| --- | --- | --- | --- |{}", " --- |".repeat(names.len())).expect("text");
    for entry in entries {
        let Entry { id, purpose, what, rule, .. } = entry;
        write!(out, "| `{id}` | {} | {what} | {rule} |", purpose.as_str()).expect("text");
        for (program, ..) in VERSIONS {
            let mark = if entry.unable.contains(&program) {
                "–"
            } else if entry.accepted_by.contains(&program) {
                if entry.good { "✓" } else { "**accepts**" }
            } else {
                "✗"
            };
            write!(out, " {mark} |").expect("text");
        }
        out.push('\n');
    }
}
