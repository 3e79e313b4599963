//! The README's mutual TLS, as a person would type it; then each server against each client, and who is refused.

use std::path::Path;
use std::process::Command;

use crate::authority::{Certwright, Issued, text};
use crate::readme;
use crate::tool::{self, Server};

#[test]
fn the_readme_leads_to_mutual_tls() {
    if ["node", "curl", "openssl"].map(tool::program).iter().any(Option::is_none) {
        return;
    }
    let directory = tool::scratch();
    let run = |name: &str| {
        // A port that is free here; and the servers, which a person stops by closing the terminal, end with the shell.
        let script = readme::script(name).replace("8443", &tool::free_port().to_string());
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
fn node_server() {
    let Some(node) = tool::program("node") else { return };
    let parties = Parties::new();
    let mut command = Command::new(node);
    command.arg(tool::source("node/server.mjs")).args(parties.server_files());
    let server = Server::announced(&mut command, "listening on");
    parties.meet(&server, "hello alice");
}

#[test]
fn openssl_server() {
    let Some(openssl) = tool::program("openssl") else { return };
    let parties = Parties::new();
    let [certificate, chain, key, anchor] = parties.server_files();
    let mut command = Command::new(openssl);
    command.args(["s_server", "-accept", "127.0.0.1:0", "-www", "-Verify", "3", "-verify_return_error"]);
    command.args(["-cert", &certificate, "-cert_chain", &chain, "-key", &key, "-CAfile", &anchor]);
    let server = Server::announced(&mut command, "ACCEPT");
    parties.meet(&server, "Verify return code: 0 (ok)");
}

#[test]
fn nginx_server() {
    let Some(nginx) = tool::program("nginx") else { return };
    let parties = Parties::new();
    let directory = parties.directory.path();
    let server = parties.server.file("");
    let (port, scratch, server) = (tool::free_port(), text(directory), text(&server).trim_end_matches('/').to_owned());
    let configuration = format!(
        "daemon off; master_process off; pid {scratch}/nginx.pid; error_log {scratch}/nginx.log; events {{ }}\n\
         http {{ access_log off;\n\
           client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;\n\
           uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;\n\
           server {{ listen 127.0.0.1:{port} ssl;\n\
             ssl_certificate {server}/fullchain.pem; ssl_certificate_key {server}/key.pem;\n\
             ssl_client_certificate {server}/ca.pem; ssl_verify_client on; ssl_verify_depth 2;\n\
             location / {{ return 200 \"hello $ssl_client_s_dn\"; }} }} }}\n"
    );
    let file = directory.join("nginx.conf");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    let mut command = Command::new(nginx);
    command.arg("-e").arg(directory.join("nginx.log")).arg("-p").arg(directory).arg("-c").arg(file);
    parties.meet(&Server::polled(&mut command, port), "hello CN=alice");
}

/// An authority's server and client, and a client of another authority with the very same names.
struct Parties {
    directory: tempfile::TempDir,
    server: Issued,
    client: Issued,
    foreign: Issued,
}

impl Parties {
    fn new() -> Self {
        let directory = tool::scratch();
        let (here, elsewhere) = (directory.path().join("here"), directory.path().join("elsewhere"));
        let client = |place: &Path| {
            std::fs::create_dir(place).expect("a directory");
            let certwright = Certwright::two_tiers(place, "ec-p256");
            let client = certwright.issue(&["alice", "--profile", "client"], &place.join("client"));
            (certwright, client)
        };
        let (certwright, alice) = client(&here);
        let server = certwright.issue(&["localhost", "127.0.0.1"], &here.join("server"));
        let foreign = client(&elsewhere).1;
        Self { directory, server, client: alice, foreign }
    }

    /// The server's certificate, its chain, its key, and the anchor for its clients.
    fn server_files(&self) -> [String; 4] {
        ["cert.pem", "chain.pem", "key.pem", "ca.pem"].map(|name| text(&self.server.file(name)).to_owned())
    }

    /// Sends every client to a server: the one it knows is greeted, everybody else is refused.
    fn meet(&self, server: &Server, greeting: &str) {
        let clients: [(&str, Option<Client>); 3] = [
            ("curl", tool::program("curl").map(|program| curl(&program))),
            ("openssl", tool::program("openssl").map(|program| s_client(&program))),
            ("node", tool::program("node").map(|program| node_client(&program))),
        ];
        for (name, client) in clients {
            let Some(client) = client else { continue };
            for (who, certificate, host, welcome) in [
                ("alice", Some(&self.client), "localhost", true),
                ("a client of another authority", Some(&self.foreign), "localhost", false),
                ("a server as a client", Some(&self.server), "localhost", false),
                ("a client without a certificate", None, "localhost", false),
                ("a client that wants another host", Some(&self.client), "other.test", false),
            ] {
                let said = client(&Visit { server, host, anchor: &self.server.file("ca.pem"), certificate });
                assert_eq!(said.contains(greeting), welcome, "{name}, {who}: {said}");
            }
            let stranger = self.foreign.file("ca.pem");
            let visit = Visit { server, host: "localhost", anchor: &stranger, certificate: Some(&self.client) };
            let said = client(&visit);
            assert!(!said.contains(greeting), "{name} trusts a server of another authority: {said}");
        }
    }
}

/// Visits a server and returns all that the program said.
type Client = Box<dyn Fn(&Visit<'_>) -> String>;

struct Visit<'a> {
    server: &'a Server,
    host: &'a str,
    anchor: &'a Path,
    certificate: Option<&'a Issued>,
}

fn curl(program: &Path) -> Client {
    let program = program.to_owned();
    Box::new(move |visit| {
        let port = visit.server.port;
        let mut command = Command::new(&program);
        command.args([
            "--silent",
            "--show-error",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--cacert",
            text(visit.anchor),
        ]);
        if let Some(issued) = visit.certificate {
            command.arg("--cert").arg(issued.file("fullchain.pem")).arg("--key").arg(issued.file("key.pem"));
        }
        command.args(["--resolve", &format!("{}:{port}:127.0.0.1", visit.host)]);
        tool::finish(command.arg(format!("https://{}:{port}/", visit.host))).all()
    })
}

fn s_client(program: &Path) -> Client {
    let program = program.to_owned();
    Box::new(move |visit| {
        let mut command = Command::new(&program);
        command.args(["s_client", "-quiet", "-verify_return_error", "-verify_quiet", "-CAfile", text(visit.anchor)]);
        command.args(["-connect", &format!("127.0.0.1:{}", visit.server.port), "-servername", visit.host]);
        command.args(["-verify_hostname", visit.host]);
        if let Some(issued) = visit.certificate {
            command.arg("-cert").arg(issued.file("cert.pem")).arg("-cert_chain").arg(issued.file("chain.pem"));
            command.arg("-key").arg(issued.file("key.pem"));
        }
        tool::converse(&mut command, &format!("GET / HTTP/1.0\r\nHost: {}\r\n\r\n", visit.host)).out
    })
}

fn node_client(program: &Path) -> Client {
    let program = program.to_owned();
    Box::new(move |visit| {
        let mut command = Command::new(&program);
        command.arg(tool::source("node/client.mjs")).args([&visit.server.port.to_string(), visit.host]);
        command.arg(visit.anchor);
        if let Some(issued) = visit.certificate {
            command.arg(issued.file("fullchain.pem")).arg(issued.file("key.pem"));
        }
        tool::finish(&mut command).all()
    })
}
