//! Node's `tls`: handshakes with every key algorithm, both sides with a certificate.

use std::process::Command;

use crate::authority::text;
use crate::matrix::{self, CLASSIC, Case};
use crate::tool;

#[test]
fn node_shakes_hands_with_every_algorithm() {
    let Some(node) = tool::program("node") else { return };
    let find = |profile: &str, algorithm: &str| {
        let mut cases = matrix::cases().iter();
        cases.find(|case| case.profile == profile && case.algorithm == algorithm).expect("the matrix has it")
    };
    let mut expected = Vec::new();
    let mut handshakes = Vec::new();
    for algorithm in CLASSIC {
        let (server, client) = (find("server", algorithm), find("client", algorithm));
        let foreign = find("client", CLASSIC.into_iter().find(|other| *other != algorithm).expect("another"));
        let host = server.host.expect("a server has a name");
        for (what, client, host, root, works) in [
            ("its client", Some(client), host, &server.root, true),
            ("its client at an address", Some(client), "127.0.0.1", &server.root, true),
            ("a foreign client", Some(foreign), host, &server.root, false),
            ("a server as client", Some(server), host, &server.root, false),
            ("no client certificate", None, host, &server.root, false),
            ("another name", Some(client), "other.test", &server.root, false),
            ("another root", Some(client), host, &foreign.root, false),
        ] {
            let id = format!("{algorithm} with {what}");
            let client = client.map(party);
            let root = text(root);
            handshakes.push(serde_json::json!({
                "id": id, "server": party(server), "serverRoot": server.root, "client": client, "host": host, "root": root,
            }));
            expected.push((id, works));
        }
    }
    let input = serde_json::to_string(&handshakes).expect("handshakes are JSON");
    let said = tool::converse(Command::new(node).arg(tool::source("node/handshakes.cjs")), &input);
    assert!(said.success, "{}", said.all());
    let expected: Vec<_> = expected.iter().map(|(id, works)| (id.as_str(), *works)).collect();
    matrix::judge_answers(&expected, &said.out);
}

/// The files of one side of a handshake.
fn party(case: &Case) -> serde_json::Value {
    let directory = case.certificate.parent().expect("a file lies in a directory");
    serde_json::json!({"cert": directory.join("fullchain.pem"), "key": directory.join("key.pem")})
}
