//! nginx with `ssl_verify_client`.

use std::path::Path;
use std::process::Command;

use crate::authority::text;
use crate::clients;
use crate::parties::{Tls, parties};
use crate::server::{self, Server};
use crate::tool;

#[test]
fn nginx_serves() {
    let directory = tool::scratch();
    let parties = parties();
    let Some(server) = serve(directory.path(), &parties.here.tls(), "") else { return };
    clients::meet((&parties.here, &parties.elsewhere), &[server.port], "hello", "CN=alice");
}

/// Starts nginx with its files in a directory, and further directives for its server; its page greets the client.
pub(crate) fn serve(directory: &Path, tls: &Tls<'_>, directives: &str) -> Option<Server> {
    let nginx = tool::program("nginx")?;
    let (port, scratch) = (server::free_port(), text(directory));
    let (chain, key) = (tls.party.file("fullchain.pem"), tls.party.file("key.pem"));
    let clients = tls.clients.map_or_else(String::new, |trust| {
        let anchor = text(&trust.pem);
        format!("ssl_client_certificate {anchor}; ssl_verify_client on; ssl_verify_depth 2;")
    });
    let configuration = format!(
        "daemon off; master_process off; pid {scratch}/nginx.pid; error_log stderr; events {{ }}\n\
         http {{ access_log off; default_type text/html;\n\
           client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;\n\
           uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;\n\
           server {{ listen 127.0.0.1:{port} ssl;\n\
             ssl_certificate {chain}; ssl_certificate_key {key};\n\
             {clients} {directives}\n\
             location / {{ return 200 \"hello $ssl_client_s_dn\\n\"; }} }} }}\n"
    );
    let file = directory.join("nginx.conf");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    let mut command = Command::new(nginx);
    command.args(["-e", "stderr", "-p"]).arg(directory).arg("-c").arg(file);
    Some(Server::polled(&mut command, port))
}
