//! Kafka's own reader of PEM files, keystores and passwords, and its engines.

use std::path::PathBuf;

use crate::authority::text;
use crate::exported::Scene;
use crate::java;
use crate::tool;

#[test]
fn brokers_know_their_clients() {
    let Some(class_path) = class_path() else { return };
    let scene = Scene::new();
    let write = |name: &str, snippet: &str| scene.file(&format!("{name}.properties"), snippet);
    for format in ["pem", "p12", "jks"] {
        let password = if format == "pem" { &[][..] } else { &["--storepass", "pass:changeit"] };
        let options = [&["--format", format, "--role", "broker"], password].concat();
        let broker = write("broker", &scene.export("localhost", "kafka", &options).snippet);
        let options = [&["--format", format], password].concat();
        let client = write("client", &scene.export("alice", "kafka", &options).snippet);
        let stranger = write("stranger", &scene.stranger("kafka", &options).snippet);
        let said = engines(&class_path, &[broker, client, stranger]);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 2, "{format}: {said}");
        assert_eq!(lines[0], "CN=alice", "{format}");
        assert!(lines[1].starts_with("refused: "), "{format}: {said}");
    }
}

#[test]
fn kafka_refuses_what_export_refuses() {
    let Some(class_path) = class_path() else { return };
    let scene = Scene::new();
    let issued = scene.directory.path().join("ed25519");
    scene.here.issue(&["ed.corp.test", "--profile", "peer", "--key", "ed25519"], &issued);
    let refused = scene.here.run(["export", "ed.corp.test", "--for", "kafka", "--out", "kafka"]);
    assert!(refused.err.contains("Kafka reads keys of RSA and EC only"), "{}", refused.all());
    let both = ["fullchain.pem", "key.pem"].map(|name| std::fs::read_to_string(issued.join(name)).expect("a file"));
    let broker = scene.export("localhost", "kafka", &["--role", "broker"]);
    std::fs::write(broker.directory.join("kafka.pem"), both.concat()).expect("a file can be replaced");
    let said = engines(&class_path, &[scene.file("broker.properties", &broker.snippet)]);
    assert!(said.contains("Failed to load PEM SSL keystore"), "{said}");
}

/// Kafka's client library, and the program that asks it.
fn class_path() -> Option<String> {
    let libraries = tool::tools().join("kafka");
    if !tool::installed("Kafka's client library", libraries.is_dir()) {
        return None;
    }
    let libraries = libraries.join("*");
    let classes = java::compiled(&["kafka/Engines.java"], &libraries)?;
    Some(format!("{}:{}", text(&classes), text(&libraries)))
}

fn engines(class_path: &str, files: &[PathBuf]) -> String {
    let Some(mut java) = java::launch(class_path, "Engines") else { return String::new() };
    let said = tool::finish(java.env("KEYSTORE_PASSWORD", "changeit").args(files));
    if said.success { said.out } else { said.all() }
}
