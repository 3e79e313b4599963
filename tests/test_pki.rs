//! `test-pki`: what it replaces, and what it serves.

#![expect(clippy::expect_used, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod sandbox;

use std::fs;

use sandbox::Sandbox;
use serde_json::Value;

#[test]
fn nothing_of_others_goes_with_a_test_pki_that_is_replaced() {
    let sandbox = Sandbox::new();
    let make = ["test-pki", "pki", "--only", "good", "expired"];
    sandbox.run(make).succeeded();
    let again = [&make[..], &["--force"]].concat();
    sandbox.run(&again).succeeded();
    for stray in ["notes.txt", "ca/mine.pem", "bad/expired/mine.key"] {
        fs::write(sandbox.path("pki").join(stray), "mine").expect("a file");
        let run = sandbox.run(&again).exited(1);
        assert!(run.stderr.contains(&format!("pki holds something else: pki/{stray}")), "{}", run.stderr);
        assert_eq!(fs::read(sandbox.path("pki").join(stray)).expect("a file"), b"mine");
        fs::remove_file(sandbox.path("pki").join(stray)).expect("it goes");
    }
    sandbox.run(&again).succeeded();
}

#[test]
fn a_directory_is_served_with_the_cases_that_it_has_and_names_that_they_cover() {
    let sandbox = Sandbox::new();
    sandbox.run(["test-pki", "pki", "--only", "good", "good-wildcard", "client-expired"]).succeeded();
    let serve = |options: &[&str]| -> Vec<(String, String)> {
        let always = ["test-pki", "serve", "pki", "--port", "0", "--exit-after", "0s", "--json", "--quiet"];
        let run = sandbox.run([&always[..], options].concat()).succeeded();
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        report["cases"].as_array().expect("cases").iter().map(|case| (text(&case["id"]), text(&case["url"]))).collect()
    };
    let served = serve(&[]);
    assert_eq!(served.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["good", "good-wildcard"]);
    assert!(served[0].1.starts_with("https://good.localhost:"), "{served:?}");
    // The name itself is not one that its wildcard covers.
    assert!(served[1].1.contains(".good-wildcard.localhost:"), "{served:?}");
    assert_eq!(serve(&["--only", "expired"]).first().map(|(id, _)| id.as_str()), Some("expired"));
}
