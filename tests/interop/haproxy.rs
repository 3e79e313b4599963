//! HAProxy with `verify required`.

use std::path::Path;
use std::process::Command;

use crate::authority::text;
use crate::clients;
use crate::parties::{Tls, parties};
use crate::server::{self, Server};
use crate::tool;

#[test]
fn haproxy_serves() {
    let directory = tool::scratch();
    let parties = parties();
    let Some(server) = serve(directory.path(), &parties.here.tls(), "") else { return };
    clients::meet((&parties.here, &parties.elsewhere), &[server.port], "hello", "alice");
}

/// Starts HAProxy with its files in a directory, and further options of its `bind`; its page greets the client.
pub(crate) fn serve(directory: &Path, tls: &Tls<'_>, options: &str) -> Option<Server> {
    let haproxy = tool::program("haproxy")?;
    // It looks for the key beside the certificate, under the certificate's name.
    let (crt, key) = (directory.join("server.pem"), directory.join("server.pem.key"));
    for (from, to) in [("fullchain.pem", &crt), ("key.pem", &key)] {
        std::fs::copy(tls.party.pem.file(from), to).expect("the file can be copied");
    }
    let (port, crt) = (server::free_port(), text(&crt));
    let clients = tls.clients.map_or_else(String::new, |trust| format!("verify required ca-file {}", text(&trust.pem)));
    let configuration = format!(
        "defaults\n  mode http\n  timeout connect 20s\n  timeout client 20s\n  timeout server 20s\n\
         frontend tls\n  bind 127.0.0.1:{port} ssl crt {crt} {clients} {options}\n\
         \x20 http-request return status 200 content-type text/html lf-string \"hello %[ssl_c_s_dn(CN)]\\n\"\n"
    );
    let file = directory.join("haproxy.cfg");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    let mut command = Command::new(haproxy);
    command.arg("-db").arg("-f").arg(file);
    Some(Server::polled(&mut command, port))
}
