//! Apache httpd with `SSLVerifyClient require`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authority::text;
use crate::clients;
use crate::parties::{Tls, parties};
use crate::server::{self, Server};
use crate::tool;

#[test]
fn apache_serves() {
    let directory = tool::scratch();
    let parties = parties();
    let Some(server) = serve(directory.path(), &parties.here.tls(), "") else { return };
    clients::meet((&parties.here, &parties.elsewhere), &[server.port], "hello", "alice");
}

/// Starts Apache with its files in a directory, and further directives for its server; its page greets the client.
pub(crate) fn serve(directory: &Path, tls: &Tls<'_>, directives: &str) -> Option<Server> {
    let apache = tool::program("apache2")?;
    let pages = directory.join("pages");
    std::fs::create_dir(&pages).expect("a directory");
    let greeting = "hello <!--#echo var=\"SSL_CLIENT_S_DN_CN\" -->\n";
    std::fs::write(pages.join("index.html"), greeting).expect("the page can be written");
    let modules: Vec<String> = ["mpm_event", "authz_core", "dir", "include", "mime", "ssl"]
        .into_iter()
        .map(|name| format!("LoadModule {name}_module {}/mod_{name}.so", text(&modules())))
        .collect();
    let (port, scratch, pages) = (server::free_port(), text(directory), text(&pages));
    let (chain, key) = (tls.party.file("fullchain.pem"), tls.party.file("key.pem"));
    let clients = tls.clients.map_or_else(String::new, |trust| {
        let anchor = text(&trust.pem);
        format!("SSLVerifyClient require\nSSLVerifyDepth 2\nSSLCACertificateFile {anchor}")
    });
    let configuration = format!(
        "ServerRoot {scratch}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {scratch}/pid\n\
         {}\nDefaultRuntimeDir {scratch}\nTypesConfig /dev/null\nAddType text/html .html\nErrorLog /dev/stderr\n\
         DocumentRoot {pages}\nDirectoryIndex index.html\n\
         <Directory {pages}>\nOptions +Includes\nSetOutputFilter INCLUDES\nSSLOptions +StdEnvVars\n</Directory>\n\
         SSLEngine on\nSSLCertificateFile {chain}\nSSLCertificateKeyFile {key}\n{clients}\n{directives}\n",
        modules.join("\n")
    );
    let file = directory.join("apache.conf");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    let mut command = Command::new(apache);
    // One process, in the foreground.
    command.args(["-X", "-f"]).arg(file);
    Some(Server::polled(&mut command, port))
}

/// Where Debian puts the modules.
fn modules() -> PathBuf {
    PathBuf::from("/usr/lib/apache2/modules")
}
