//! The JDK: its PKIX validation, the one behind every `TrustManager`; its `SSLContext` from keystores and truststores.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::authority::text;
use crate::clients;
use crate::matrix::{self, CLASSIC, Case};
use crate::parties::{Realm, parties};
use crate::server::Server;
use crate::stores::{self, PASSWORD};
use crate::tool;

#[test]
fn java_verifies_every_profile() {
    accepts(&matrix::cases_of(&CLASSIC));
}

#[test]
fn java_serves_from_keystores_and_truststores() {
    let Some(mut java) = program("Serve") else { return };
    let parties = parties();
    let stores = |realm: &'static Realm| {
        let (server, trust) = (&realm.server, &realm.trust);
        [
            ["PKCS12", text(&server.p12), text(&trust.p12)],
            ["JKS", text(&server.jks), text(&trust.jks)],
            // Since Java 9 the two read each other's files.
            ["JKS", text(&server.p12), text(&trust.p12)],
            ["PKCS12", text(&server.jks), text(&trust.jks)],
        ]
    };
    let directory = tool::scratch();
    let old = ["3des", "rc2"].map(|preset| {
        let file = directory.path().join(format!("{preset}.p12"));
        stores::keystore(&parties.here.certwright, "localhost", &file, &["--preset", preset]);
        file
    });
    java.arg(PASSWORD).args([stores(&parties.elsewhere), stores(&parties.here)].concat().concat());
    for file in &old {
        java.args(["PKCS12", text(file), text(&parties.here.trust.p12)]);
    }
    let (_running, ports) = Server::announced_all(&mut java, "listening on");
    let (elsewhere, here) = ports.split_at(4);
    clients::meet((&parties.here, &parties.elsewhere), here, "hello", "CN=alice");
    clients::meet((&parties.elsewhere, &parties.here), elsewhere, "hello", "CN=alice");
}

/// A program of `java/`, compiled, for its arguments.
pub(crate) fn program(class: &str) -> Option<Command> {
    static CLASSES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let sources = ["java/Serve.java", "java/Stores.java", "java/Visit.java"];
    let classes = CLASSES.get_or_init(|| compiled(&sources, Path::new("")));
    launch(text(classes.as_deref()?), class)
}

/// Runs a class, for its arguments.
pub(crate) fn launch(class_path: &str, class: &str) -> Option<Command> {
    let mut java = Command::new(tool::program("java")?);
    java.args(["-XX:+UseSerialGC", "-cp", class_path, class]);
    Some(java)
}

/// The directory of classes that sources compile to, against some libraries.
pub(crate) fn compiled(sources: &[&str], libraries: &Path) -> Option<PathBuf> {
    compiled_with(sources, &["-cp", text(libraries)])
}

/// As [`compiled`], with other options of the compiler.
pub(crate) fn compiled_with(sources: &[&str], options: &[&str]) -> Option<PathBuf> {
    let javac = tool::program("javac")?;
    let classes = tool::lasting_directory();
    let sources: Vec<PathBuf> = sources.iter().map(|name| tool::source(name)).collect();
    let mut command = Command::new(javac);
    command.args(["-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-d"]).arg(&classes);
    let said = tool::finish(command.args(options).args(sources));
    assert!(said.success, "{}", said.all());
    Some(classes)
}

/// Has the JDK validate paths, and use the private keys that belong to them.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(java) = tool::program("java") else { return };
    let mut questions = matrix::questions(cases);
    // Its certificate path says nothing about host names or purposes; `mutual_tls` asks about those by a handshake.
    questions.retain(|question| question.trusted || question.id.ends_with("another root"));
    let lines: Vec<String> = questions
        .iter()
        .map(|question| {
            let [key, intermediates] =
                [&question.key, &question.intermediates].map(|file| file.as_deref().unwrap_or("-"));
            [&question.id, &question.certificate, key, intermediates, &question.root].join("\t")
        })
        .collect();
    let said = tool::converse(Command::new(java).arg(tool::source("java/Verify.java")), &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    matrix::judge(&questions, &said.out);
}
