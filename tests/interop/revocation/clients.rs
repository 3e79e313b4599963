//! Clients that look at their server's certificate in CRLs.

use std::process::Command;

use super::{Moment, Story};
use crate::authority::text;
use crate::nginx;
use crate::parties::Tls;
use crate::server::Server;
use crate::tool;

#[test]
fn curl_refuses_revoked_servers() {
    let Some(curl) = tool::program("curl") else { return };
    with_server(|story, server| {
        let url = format!("https://localhost:{}/", server.port);
        for Moment { what, good, crls } in &story.moments {
            let options = ["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"];
            let trust = ["--cacert", text(&story.realm.trust.pem), "--crlfile", text(crls), &url];
            let said = tool::run(&curl, options.into_iter().chain(trust));
            assert_eq!(said.success && said.out.contains("hello"), *good, "{what}: {}", said.all());
        }
    });
}

#[test]
fn node_refuses_revoked_servers() {
    let Some(node) = tool::program("node") else { return };
    with_server(|story, server| {
        for Moment { what, good, crls } in &story.moments {
            let mut command = Command::new(&node);
            command.arg(tool::source("node/revocation.mjs")).arg(server.port.to_string());
            let said = tool::finish(command.arg(&story.realm.trust.pem).arg(crls));
            assert_eq!(said.success && said.out.contains("hello"), *good, "{what}: {}", said.all());
        }
    });
}

/// Runs a server that anybody may visit.
fn with_server(check: impl Fn(&Story, &Server)) {
    let story = Story::told();
    let directory = tool::scratch();
    let tls = Tls { party: &story.realm.server, clients: None };
    let Some(server) = nginx::serve(directory.path(), &tls, "") else { return };
    check(story, &server);
}
