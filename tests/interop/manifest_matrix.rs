//! Mutual TLS of Node, Java, Go, Python and curl with each other, from one manifest (`manifest_matrix/pki.yaml`) applied in one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authority::{Certwright, Issued, text};
use crate::clients::{self, Client, Format, Visit};
use crate::parties::{Party, Trust};
use crate::server::Server;
use crate::stores::PASSWORD;
use crate::{go, java, tool};

const CLIENTS: [(&str, Format, Client); 5] = [
    ("curl", Format::Pem, clients::curl),
    ("go", Format::Pem, clients::go),
    ("java", Format::Jks, clients::java),
    ("node", Format::Pem, clients::node),
    ("python", Format::Pem, clients::python),
];

/// Starts the server of a party that lets in who is below an anchor; none where its program is not installed.
type Start = fn(&Party, &Trust) -> Option<Server>;

const SERVERS: [(&str, Start); 4] =
    [("go", go_server), ("java", java_server), ("node", node_server), ("python", python_server)];

#[test]
fn services_of_one_manifest_let_each_other_in_and_nobody_else() {
    let scene = Scene::applied();
    let [trust, other_trust] = ["trust", "other-trust"].map(|name| scene.trust(name));
    let stranger = scene.party("stranger");
    let start = |(name, start): &(&'static str, Start)| Some((host(name), start(&scene.party(name), &trust)?));
    let servers: Vec<(String, Server)> = SERVERS.iter().filter_map(start).collect();
    // Whom the others refuse has nothing wrong with its files: here the stranger is at home.
    let elsewhere = node_server(&scene.party("node"), &other_trust);
    for (client, format, run) in CLIENTS {
        let own = scene.party(client);
        let own = Some(&own);
        let mut visits = Vec::new();
        for (index, (host, server)) in servers.iter().enumerate() {
            let visit = |who, party, host, trust, welcome| Visit {
                who,
                party,
                host,
                trust,
                welcome,
                format,
                port: server.port,
            };
            visits.push(visit("nobody", None, host, &trust, false));
            visits.push(visit(STRANGER, Some(&stranger), host, &trust, false));
            visits.push(visit("itself, trusting others", own, host, &other_trust, false));
            if servers.len() > 1 {
                let other = &servers[(index + 1) % servers.len()].0;
                visits.push(visit("itself, looking for another", own, other, &trust, false));
            }
            // Last, so that the others are seen to have done no harm.
            visits.push(visit("itself", own, host, &trust, true));
        }
        if let Some(Server { port, .. }) = elsewhere {
            let visit = |who, party, welcome| Visit {
                who,
                party,
                host: "node.corp.test",
                trust: &trust,
                welcome,
                format,
                port,
            };
            visits.push(visit("itself among strangers", own, false));
            visits.push(visit(STRANGER, Some(&stranger), true));
        }
        let Some(answers) = run(&visits) else { continue };
        assert_eq!(answers.len(), visits.len(), "{client}: {answers:?}");
        for (visit, said) in visits.iter().zip(&answers) {
            judge(client, visit, said);
        }
    }
}

/// Who bears the name of Node's service, from another authority.
const STRANGER: &str = "the stranger";

/// Fails unless a client was let in under its name, or refused by somebody who was there to do so.
fn judge(client: &str, Visit { who, host: at, welcome, .. }: &Visit<'_>, said: &str) {
    let name = host(if *who == STRANGER { "node" } else { client });
    let seen = said.split_once("hello").map(|(_, rest)| rest.contains(&name));
    assert_eq!(seen, welcome.then_some(true), "{client} as {who} at {at}: {said}");
    for unheard in ["ECONNREFUSED", "Failed to connect", "No such file", "onnection refused", "timed out"] {
        assert!(!said.contains(unheard), "{client} as {who} at {at}: {said}");
    }
}

/// What the certificate of a service is for.
fn host(name: &str) -> String {
    format!("{name}.corp.test")
}

/// The directory of a manifest, with all that it describes.
struct Scene {
    directory: tempfile::TempDir,
}

impl Scene {
    fn applied() -> Self {
        let directory = tool::scratch();
        let manifest = directory.path().join("pki.yaml");
        std::fs::copy(tool::source("manifest_matrix/pki.yaml"), &manifest).expect("the manifest is copied");
        let certwright = Certwright::empty(directory.path());
        certwright.ok(["apply", text(&manifest)]);
        // Nothing is left to do, which would be exit status 3.
        certwright.ok(["apply", text(&manifest), "--plan"]);
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn party(&self, name: &str) -> Party {
        let directory = self.path(name);
        let (p12, jks) = (directory.join("keystore.p12"), directory.join("keystore.jks"));
        Party { pem: Issued { directory }, p12, jks }
    }

    fn trust(&self, name: &str) -> Trust {
        let file = |file: &str| self.path(name).join(file);
        Trust { pem: file("ca.pem"), p12: file("truststore.p12"), jks: file("truststore.jks") }
    }
}

fn go_server(own: &Party, clients: &Trust) -> Option<Server> {
    let mut command = Command::new(go::program()?);
    command.arg("serve");
    Some(pem_server(&mut command, own, &clients.pem))
}

fn java_server(own: &Party, clients: &Trust) -> Option<Server> {
    let mut command = java::program("Serve")?;
    command.args([PASSWORD, "PKCS12", text(&own.p12), text(&clients.p12)]);
    Some(Server::announced(&mut command, ANNOUNCEMENT))
}

fn node_server(own: &Party, clients: &Trust) -> Option<Server> {
    let mut command = Command::new(tool::program("node")?);
    command.arg(tool::source("node/server.mjs")).arg("pem");
    Some(pem_server(&mut command, own, &clients.pem))
}

fn python_server(own: &Party, clients: &Trust) -> Option<Server> {
    let mut command = Command::new(tool::python("ssl")?);
    command.arg(tool::source("python/serve.py"));
    Some(pem_server(&mut command, own, &clients.pem))
}

const ANNOUNCEMENT: &str = "listening on";

/// Starts a server that takes an anchor, a certificate and its key as its last arguments.
fn pem_server(command: &mut Command, own: &Party, anchor: &Path) -> Server {
    command.args([text(anchor), &own.file("fullchain.pem"), &own.file("key.pem")]);
    Server::announced(command, ANNOUNCEMENT)
}
