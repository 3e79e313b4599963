//! Servers that look at their clients' certificates in CRLs.

use std::path::{Path, PathBuf};

use super::{Moment, Story};
use crate::authority::text;
use crate::parties::{Party, Trust};
use crate::server::Server;
use crate::{apache, haproxy, nginx, postgres, tool};

#[test]
fn nginx_refuses_revoked_clients() {
    greets("nginx", |directory, story, crls| nginx::serve(directory, &story.realm.tls(), &format!("ssl_crl {crls};")));
}

#[test]
fn haproxy_refuses_revoked_clients() {
    greets("HAProxy", |directory, story, crls| {
        haproxy::serve(directory, &story.realm.tls(), &format!("crl-file {crls}"))
    });
}

#[test]
fn apache_refuses_revoked_clients() {
    greets("Apache", |directory, story, crls| {
        let directives = format!("SSLCARevocationFile {crls}\nSSLCARevocationCheck chain");
        apache::serve(directory, &story.realm.tls(), &directives)
    });
}

#[test]
fn postgres_refuses_revoked_clients() {
    let (Some(cluster), Some(psql)) = (postgres::Cluster::new(), tool::program("psql")) else { return };
    let story = Story::told();
    let files = ["fullchain.pem", "key.pem"].map(|name| story.realm.client.pem.file(name));
    for Moment { what, good, crls } in &story.moments {
        cluster.install(crls, "root.crl");
        let server =
            cluster.start(&story.realm.tls(), "ssl_crl_file = 'root.crl'").unwrap_or_else(|why| panic!("{why}"));
        let said = postgres::log_in(&psql, &server, "alice", "localhost", &story.realm.trust.pem, Some(&files));
        assert_eq!(said.success && said.out.contains("CN=alice"), *good, "{what}: {}{}", said.all(), server.log());
    }
}

/// Starts a server with the CRLs of each moment, and has the client visit it.
fn greets(server: &str, serve: impl Fn(&Path, &Story, &str) -> Option<Server>) {
    let Some(curl) = tool::program("curl") else { return };
    let story = Story::told();
    for Moment { what, good, crls } in &story.moments {
        let directory = tool::scratch();
        let Some(running) = serve(directory.path(), story, text(crls)) else { return };
        let said = visit(&curl, &running, &story.realm.client, &story.realm.trust);
        let greeted = said.contains("hello") && said.contains("alice");
        assert_eq!(greeted, *good, "{server} {what}: {said}{}", running.log());
    }
}

fn visit(curl: &PathBuf, server: &Server, client: &Party, trust: &Trust) -> String {
    let options = ["--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--cacert", text(&trust.pem)];
    let (cert, key) = (client.file("fullchain.pem"), client.file("key.pem"));
    let url = format!("https://localhost:{}/", server.port);
    tool::run(curl, options.into_iter().chain(["--cert", &cert, "--key", &key, &url])).all()
}
