//! The README's mutual TLS, as a person would type it; then Node's and OpenSSL's servers against each client. The other
//! servers have modules of their own.

use std::process::Command;

use crate::authority::text;
use crate::clients;
use crate::parties::parties;
use crate::readme;
use crate::server::{self, Server};
use crate::stores::PASSWORD;
use crate::tool;

#[test]
fn the_readme_leads_to_mutual_tls() {
    if ["node", "curl", "openssl"].map(tool::program).iter().any(Option::is_none) {
        return;
    }
    let directory = tool::scratch();
    let run = |name: &str| {
        // A port that is free here; and no server outlives a shell that failed.
        let script = readme::script(name).replace("8443", &server::free_port().to_string());
        let said = readme::run(&format!("trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{script}"), directory.path());
        assert!(said.success, "{name}: {}", said.all());
        said.out
    };
    run("mutual-tls");
    let openssl = run("mutual-tls-openssl");
    assert_eq!(openssl.matches("Verify return code: 0 (ok)").count(), 2, "one page for each client: {openssl}");
    assert_eq!(run("mutual-tls-node"), "hello orders\nhello orders\n");
}

#[test]
fn node_serves_from_pem_and_pkcs12() {
    let Some(node) = tool::program("node") else { return };
    let parties = parties();
    // In both realms, which shows that whom the other one refuses has nothing wrong with its files.
    for (here, elsewhere) in [(&parties.here, &parties.elsewhere), (&parties.elsewhere, &parties.here)] {
        let (anchor, server) = (text(&here.trust.pem), &here.server);
        let start = |arguments: [&str; 4]| {
            let mut command = Command::new(&node);
            command.arg(tool::source("node/server.mjs")).args(arguments);
            Server::announced(&mut command, "listening on")
        };
        let servers = [
            start(["pem", anchor, &server.file("fullchain.pem"), &server.file("key.pem")]),
            start(["pfx", anchor, text(&server.p12), PASSWORD]),
        ];
        clients::meet((here, elsewhere), &servers.each_ref().map(|server| server.port), "hello", "alice");
    }
}

#[test]
fn openssl_serves() {
    let Some(openssl) = tool::program("openssl") else { return };
    let parties = parties();
    let (server, anchor) = (&parties.here.server, text(&parties.here.trust.pem));
    let mut command = Command::new(openssl);
    command.args(["s_server", "-accept", "127.0.0.1:0", "-www", "-Verify", "3", "-verify_return_error"]);
    command.args(["-cert", &server.file("cert.pem"), "-cert_chain", &server.file("chain.pem")]);
    command.args(["-key", &server.file("key.pem"), "-CAfile", anchor]);
    let running = Server::announced(&mut command, "ACCEPT");
    let sign = "Verify return code:";
    clients::meet((&parties.here, &parties.elsewhere), &[running.port], sign, "0 (ok)");
}
