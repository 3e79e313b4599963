//! Clients that trust only the old root, or only the new one, before servers with certificates of both: all of them meet.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authority::{Certwright, text};
use crate::matrix::{Case, Purpose};
use crate::server::{self, Server};
use crate::{go, matrix, tool};

/// A certificate's directory, as a server has it, and the authority that is behind it.
const SERVED: [(&str, &str); 4] =
    [("old-issuing", "issuing"), ("old-root", "root"), ("new-issuing", "issuing-2"), ("new-root", "root-2")];

struct Rollover {
    place: PathBuf,
    roots: [(&'static str, PathBuf); 2],
    foreign: PathBuf,
}

fn rollover() -> Rollover {
    let place = tool::lasting_directory();
    let certwright = Certwright::two_tiers(&place, "ec-p256");
    let issue = |out: &str, authority: &str| {
        let directory = place.join(out);
        certwright.issue(&["localhost", "127.0.0.1", "--lineage", out, "--authority", authority], &directory);
    };
    SERVED[..2].iter().for_each(|(out, authority)| issue(out, authority));
    certwright.ok(["authority", "rollover", "root", "--no-passphrase", "--retire", "90d"]);
    certwright.ok(["authority", "rollover", "issuing", "--no-passphrase"]);
    SERVED[2..].iter().for_each(|(out, authority)| issue(out, authority));
    // What was served before gets the cross-certificate of its root with the next export.
    for (out, _) in &SERVED[..2] {
        certwright.ok(["export", out, "--for", "nginx", "--force", "--out", text(&place.join(out))]);
    }
    let elsewhere = place.join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a directory");
    let other = Certwright::two_tiers(&elsewhere, "ec-p256");
    other.issue(&["localhost", "127.0.0.1"], &elsewhere.join("server"));
    let roots = ["root", "root-2"].map(|name| (name, certwright.authority(name)));
    Rollover { roots, foreign: other.authority("root"), place }
}

#[test]
fn path_validators_accept_all_combinations() {
    let rollover = rollover();
    let case = |profile: &'static str, algorithm: &'static str, directory: &Path, root: &Path| Case {
        profile,
        algorithm,
        certificate: directory.join("fullchain.pem"),
        key: Some(directory.join("key.pem")),
        intermediates: Some(directory.join("fullchain.pem")),
        issuer: root.to_owned(),
        root: root.to_owned(),
        host: Some("localhost"),
        purposes: &[Purpose::Server],
    };
    let foreign = case("foreign", "foreign", &rollover.place.join("elsewhere/server"), &rollover.foreign);
    for (name, root) in &rollover.roots {
        let mut cases: Vec<Case> =
            SERVED.iter().map(|(out, _)| case(out, name, &rollover.place.join(out), root)).collect();
        cases.push(foreign.clone());
        let cases: Vec<&Case> = cases.iter().collect();
        go::accepts(&cases);
    }
    // What the JDK's TLS clients ask, which find a way through what the server sent.
    let Some(java) = tool::program("java") else { return };
    let foreign = ("foreign", rollover.foreign.clone());
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for (out, _) in SERVED {
        let chain = rollover.place.join(out).join("fullchain.pem");
        for (name, anchor) in rollover.roots.iter().chain([&foreign]) {
            let id = format!("{out} {name}");
            lines.push([&id, text(&chain), text(anchor)].join("\t"));
            expected.push((id, *name != "foreign"));
        }
    }
    let said = tool::converse(Command::new(java).arg(tool::source("java/Trust.java")), &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    let expected: Vec<_> = expected.iter().map(|(id, trusted)| (id.as_str(), *trusted)).collect();
    matrix::judge_answers(&expected, &said.out);
}

#[test]
fn clients_meet_servers_of_both_roots() {
    let (Some(openssl), Some(curl), Some(node)) =
        (tool::program("openssl"), tool::program("curl"), tool::program("node"))
    else {
        return;
    };
    let rollover = rollover();
    let anchors = rollover.roots.iter().map(|(_, root)| (root, true)).chain([(&rollover.foreign, false)]);
    let anchors: Vec<_> = anchors.collect();
    for (out, _) in SERVED {
        let (directory, port) = (rollover.place.join(out), server::free_port());
        let chain = directory.join("fullchain.pem");
        let mut command = Command::new(&openssl);
        command.args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-cert").arg(&chain).arg("-cert_chain").arg(&chain).arg("-key").arg(directory.join("key.pem"));
        let _server = Server::polled(&mut command, port);
        for (anchor, welcome) in &anchors {
            let url = format!("https://localhost:{port}/");
            let mut visit = Command::new(&curl);
            visit.args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--cacert", text(anchor)]);
            let said = tool::finish(visit.args(["--resolve", &format!("localhost:{port}:127.0.0.1"), &url]));
            assert_eq!(said.success, *welcome, "curl, {out}, {}: {}", anchor.display(), said.all());

            let script = "const [, port, ca] = process.argv; \
                const socket = require('tls').connect({ host: '127.0.0.1', servername: 'localhost', port: Number(port), \
                ca: require('fs').readFileSync(ca) }, () => { socket.destroy(); }); \
                socket.on('error', (error) => { console.error(error.code); process.exitCode = 1; });";
            let said = tool::run(&node, ["-e", script, &port.to_string(), text(anchor)]);
            assert_eq!(said.success, *welcome, "Node, {out}, {}: {}", anchor.display(), said.all());

            let mut visit = Command::new(&openssl);
            visit.args([
                "s_client",
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-servername",
                "localhost",
            ]);
            visit.args([
                "-connect",
                &format!("127.0.0.1:{port}"),
                "-CAfile",
                text(anchor),
                "-no-CApath",
                "-no-CAstore",
            ]);
            let said = tool::finish(visit.stdin(std::process::Stdio::null()));
            assert_eq!(said.success, *welcome, "s_client, {out}, {}: {}", anchor.display(), said.all());
        }
    }
}
