//! Clients, and the visits that every server of mutual TLS has to answer.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::authority::text;
use crate::parties::{Party, Realm, Trust};
use crate::stores::PASSWORD;
use crate::{go, java, tool};

/// Sends every client to servers of a realm: the client that they know is let in, everybody else is refused, and nobody
/// speaks to a server of another name or realm. Every page of theirs has a text, and behind it `alice` finds her name.
pub(crate) fn meet((here, elsewhere): (&Realm, &Realm), ports: &[u16], page: &str, name: &str) {
    for (client, formats, run) in CLIENTS {
        // No server knows from which file a client took its key: one of them sees every format, the others one each.
        let rest = ports.iter().skip(1).map(|port| (formats[0], *port));
        let pairs = formats.iter().map(|format| (*format, ports[0])).chain(rest);
        let visits: Vec<Visit<'_>> = pairs.flat_map(|(format, port)| visits(here, elsewhere, format, port)).collect();
        let Some(answers) = run(&visits) else { continue };
        assert_eq!(answers.len(), visits.len(), "{client}: {answers:?}");
        for (visit, said) in visits.iter().zip(&answers) {
            let Visit { who, format, port, welcome, .. } = visit;
            let seen = said.split_once(page).map(|(_, rest)| rest.contains(name));
            let server = ports.iter().position(|other| other == port).unwrap_or_default();
            assert_eq!(seen, welcome.then_some(true), "{client} with {format:?}, server {server}, {who}: {said}");
        }
    }
}

/// What a client sets out with, and whether it is let in.
pub(crate) struct Visit<'a> {
    pub(crate) who: &'static str,
    pub(crate) party: Option<&'a Party>,
    pub(crate) host: &'a str,
    pub(crate) trust: &'a Trust,
    pub(crate) welcome: bool,
    pub(crate) format: Format,
    pub(crate) port: u16,
}

/// The form of a client's key, and for Java of its truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jks,
    Pem,
    Pkcs12,
}

/// Makes visits, and returns what the program said of each; none where it is not installed.
pub(crate) type Client = fn(&[Visit<'_>]) -> Option<Vec<String>>;

const CLIENTS: [(&str, &[Format], Client); 4] = [
    ("curl", &[Format::Pem, Format::Pkcs12], curl),
    ("Java", &[Format::Jks, Format::Pkcs12], java),
    ("Node", &[Format::Pem, Format::Pkcs12], node),
    ("openssl", &[Format::Pem], |visits| each("openssl", visits, s_client)),
];

fn visits<'a>(here: &'a Realm, elsewhere: &'a Realm, format: Format, port: u16) -> [Visit<'a>; 6] {
    let visit = |who, party, host, trust, welcome| Visit { who, party, host, trust, welcome, format, port };
    let (known, trust) = (Some(&here.client), &here.trust);
    [
        visit("alice", known, "localhost", trust, true),
        visit("a client of another authority", Some(&elsewhere.client), "localhost", trust, false),
        visit("a server as a client", Some(&here.server), "localhost", trust, false),
        visit("a client without a certificate", None, "localhost", trust, false),
        visit("a client that wants another host", known, "other.test", trust, false),
        visit("a client that trusts another authority", known, "localhost", &elsewhere.trust, false),
    ]
}

/// Runs a program for each visit.
fn each(name: &str, visits: &[Visit<'_>], client: fn(&Path, &Visit<'_>) -> String) -> Option<Vec<String>> {
    let program = tool::program(name)?;
    Some(visits.iter().map(|visit| client(&program, visit)).collect())
}

pub(crate) fn curl(visits: &[Visit<'_>]) -> Option<Vec<String>> {
    each("curl", visits, curl_once)
}

fn curl_once(program: &Path, visit: &Visit<'_>) -> String {
    let mut command = Command::new(program);
    command.args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"]);
    command.arg("--cacert").arg(&visit.trust.pem);
    if let Some(party) = visit.party {
        if visit.format == Format::Pkcs12 {
            command.args(["--cert-type", "P12", "--cert", &format!("{}:{PASSWORD}", text(&party.p12))]);
        } else {
            command.args(["--cert", &party.file("fullchain.pem"), "--key", &party.file("key.pem")]);
        }
    }
    let port = visit.port;
    command.args(["--resolve", &format!("{}:{port}:127.0.0.1", visit.host)]);
    tool::finish(command.arg(format!("https://{}:{port}/", visit.host))).all()
}

fn s_client(program: &Path, visit: &Visit<'_>) -> String {
    let mut command = Command::new(program);
    command.args(["s_client", "-quiet", "-verify_return_error", "-verify_quiet", "-CAfile", text(&visit.trust.pem)]);
    command.args(["-connect", &format!("127.0.0.1:{}", visit.port), "-servername", visit.host]);
    command.args(["-verify_hostname", visit.host]);
    if let Some(party) = visit.party {
        command.args(["-cert", &party.file("cert.pem"), "-cert_chain", &party.file("chain.pem")]);
        command.args(["-key", &party.file("key.pem")]);
    }
    tool::converse(&mut command, &format!("GET / HTTP/1.0\r\nHost: {}\r\n\r\n", visit.host)).out
}

pub(crate) fn go(visits: &[Visit<'_>]) -> Option<Vec<String>> {
    Some(by_list(Command::new(go::program()?).arg("visit"), visits))
}

pub(crate) fn node(visits: &[Visit<'_>]) -> Option<Vec<String>> {
    Some(by_list(Command::new(tool::program("node")?).arg(tool::source("node/client.mjs")), visits))
}

pub(crate) fn python(visits: &[Visit<'_>]) -> Option<Vec<String>> {
    Some(by_list(Command::new(tool::python("ssl")?).arg(tool::source("python/visit.py")), visits))
}

/// Hands all visits to a program, as JSON.
fn by_list(program: &mut Command, visits: &[Visit<'_>]) -> Vec<String> {
    let visit = |visit: &Visit<'_>| {
        let party = visit.party.map(|party| match visit.format {
            Format::Pkcs12 => json!({"pfx": party.p12, "passphrase": PASSWORD}),
            _ => json!({"cert": party.file("fullchain.pem"), "key": party.file("key.pem")}),
        });
        json!({"port": visit.port, "host": visit.host, "ca": visit.trust.pem, "party": party})
    };
    let input = json!(visits.iter().map(visit).collect::<Vec<_>>()).to_string();
    let said = tool::converse(program, &input);
    assert!(said.success, "{}", said.all());
    said.out.lines().map(str::to_owned).collect()
}

pub(crate) fn java(visits: &[Visit<'_>]) -> Option<Vec<String>> {
    let mut java = java::program("Visit")?;
    let line = |visit: &Visit<'_>| {
        let (kind, keystore, truststore) = match visit.format {
            Format::Jks => ("JKS", visit.party.map(|party| &party.jks), &visit.trust.jks),
            _ => ("PKCS12", visit.party.map(|party| &party.p12), &visit.trust.p12),
        };
        let keystore = keystore.map_or("-", |file| text(file));
        [&visit.port.to_string(), visit.host, kind, keystore, text(truststore), PASSWORD].join("\t")
    };
    let lines: Vec<String> = visits.iter().map(line).collect();
    let said = tool::converse(&mut java, &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    Some(said.out.lines().map(str::to_owned).collect())
}
