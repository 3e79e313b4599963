//! Node against `certwright test-pki serve`, which presents every case as it is; and curl against its other ways to serve.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use certwright::testing::Program;
use serde_json::Value;

use super::{Fixture, answers, judge};
use crate::authority::Certwright;
use crate::tool::{self, Said};
use crate::{readme, server};

/// A server that is stopped when it goes out of scope.
struct Serving {
    child: Child,
    report: Value,
}

impl Serving {
    fn start(fixture: &Fixture, options: &[&str]) -> Self {
        let mut command = Certwright::empty(&fixture.dir).command();
        command.args(["test-pki", "serve", &fixture.file(""), "--json", "--quiet"]).args(options);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("certwright starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let report = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, report }
    }

    /// The member of a case.
    fn of(&self, id: &str, member: &str) -> String {
        let cases = self.report["cases"].as_array().expect("a list");
        let case = cases.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("{id} is not served"));
        case[member].as_str().map_or_else(|| case[member].to_string(), str::to_owned)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn node_says_what_is_expected() {
    let Some(node) = tool::program("node") else { return };
    let fixture = Fixture::made();
    let serving = Serving::start(fixture, &[]);
    let mut node = Command::new(node);
    node.arg(tool::source("node/test-pki.cjs")).arg(fixture.file("expectations.json"));
    let said = tool::converse(&mut node, &serving.report.to_string());
    assert!(said.success, "{}", said.all());
    judge(Program::Node, &answers(&said.out));
}

#[test]
fn one_port_presents_the_case_that_is_asked_for() {
    let Some(curl) = tool::program("curl") else { return };
    let fixture = Fixture::made();
    let serving = Serving::start(fixture, &["--port", "0"]);
    let port = serving.of("good", "port");
    let get = |host: &str, options: &[&str]| {
        let (resolve, url) = (format!("{host}:{port}:127.0.0.1"), format!("https://{host}:{port}/"));
        curl_at(&curl, &url, fixture, &[&["--resolve", &resolve], options].concat())
    };
    let said = get("good.localhost", &[]);
    assert!(said.success && said.out.starts_with("good: good\n"), "{}", said.all());
    let said = get("www.good-wildcard.localhost", &[]);
    assert!(said.success && said.out.starts_with("good-wildcard: good\n"), "{}", said.all());
    let said = get("expired.localhost", &[]);
    assert!(!said.success && said.all().contains("expired"), "{}", said.all());
    let said = get("expired.localhost", &["--insecure"]);
    assert!(said.success && said.out.starts_with("expired: BAD, and you accepted it\n"), "{}", said.all());
    // Signed with 1024 bits, which rustls's own libraries would not do.
    for version in ["--tls-max=1.2", "--tlsv1.3"] {
        let version: Vec<&str> = version.split('=').collect();
        let said =
            get("rsa-1024.localhost", &[&["--insecure", "--ciphers", "DEFAULT@SECLEVEL=0"], &version[..]].concat());
        assert!(said.success && said.out.starts_with("rsa-1024: BAD"), "{}", said.all());
    }
    let said = get("unheard-of.localhost", &["--insecure"]);
    assert!(!said.success, "{}", said.all());
}

#[test]
fn the_readme_shows_what_happens() {
    if tool::program("curl").is_none() {
        return;
    }
    let directory = tool::scratch();
    let script = readme::script("test-pki").replace("8443", &server::free_port().to_string());
    let said = readme::run(&format!("trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{script}"), directory.path());
    assert!(said.success && said.out.contains("good: good\n"), "{}", said.all());
    assert!(said.err.contains("certificate has expired"), "{}", said.all());
}

#[test]
fn clients_that_are_wrong_stay_outside() {
    let Some(curl) = tool::program("curl") else { return };
    let fixture = Fixture::made();
    let serving = Serving::start(fixture, &["--mtls", "--only", "good"]);
    let url = serving.of("good", "url");
    let client = |id: &str| {
        let dir = if id.starts_with("good") { "good" } else { "bad" };
        let [cert, key] = ["fullchain", "key"].map(|name| fixture.file(&format!("{dir}/{id}/{name}.pem")));
        curl_at(&curl, &url, fixture, &["--cert", &cert, "--key", &key])
    };
    for id in ["good-client", "good-peer"] {
        let said = client(id);
        assert!(said.success && said.out.starts_with("good: good\n"), "{id}: {}", said.all());
    }
    for id in ["client-expired", "client-foreign-root", "client-revoked", "client-wrong-eku"] {
        let said = client(id);
        assert!(!said.success, "{id}: {}", said.all());
    }
    let said = curl_at(&curl, &url, fixture, &[]);
    assert!(!said.success, "{}", said.all());
}

fn curl_at(curl: &std::path::Path, url: &str, fixture: &Fixture, options: &[&str]) -> Said {
    let anchor = fixture.file("ca/root.pem");
    let mut command = Command::new(curl);
    command.args(["--silent", "--show-error", "--noproxy", "*", "--cacert", &anchor, "--max-time", "20"]);
    if !options.contains(&"--insecure") {
        command.arg("--fail");
    }
    // RSA has a root of its own, which --insecure does not need.
    tool::finish(command.args(options).arg(url))
}
