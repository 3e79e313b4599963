//! Paste-ready lines for what developers run.

use std::path::Path;

use crate::cli::shell::quoted;
use crate::x509::GeneralName;

/// The guide after a certificate was made: what to trust, and configuration for Node, curl, nginx and Spring Boot.
pub(super) fn lines(dir: &Path, names: &[GeneralName]) -> Vec<String> {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let at = |name: &str| dir.join(name).display().to_string();
    let host = names.first().map_or_else(|| "localhost".to_owned(), host_for_url);
    let (ca, key, full) = (at("ca.pem"), at("key.pem"), at("fullchain.pem"));
    // For shells, for JavaScript and for nginx, which have quotes of their own; a path without spaces needs none.
    let [shell_ca, shell_key, shell_full] = [&ca, &key, &full].map(|path| quoted(path));
    let [js_ca, js_key, js_full] = [&ca, &key, &full].map(|path| path.replace('\\', "\\\\").replace('\'', "\\'"));
    let plain = |path: &String| quoted(path) == *path;
    let nginx = |path: &String| match plain(path) {
        true => path.clone(),
        false => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    let [nginx_ca, nginx_key, nginx_full] = [&ca, &key, &full].map(nginx);
    format!(
        "
Trust this file where clients run: {ca}
  This machine    certwright trust install {shell_ca}  # browsers, curl, Java; --dry-run shows how
  Node clients    export NODE_EXTRA_CA_CERTS={shell_ca}
  Debian, Ubuntu  sudo cp {shell_ca} /usr/local/share/ca-certificates/certwright-dev.crt && sudo update-ca-certificates
  Java            keytool -importcert -noprompt -alias certwright-dev -file {shell_ca} -keystore truststore.p12 -storepass changeit

Node server (mutual TLS: drop the last two options for plain TLS)
  https.createServer({{ key: fs.readFileSync('{js_key}'), cert: fs.readFileSync('{js_full}'),
    ca: fs.readFileSync('{js_ca}'), requestCert: true, rejectUnauthorized: true }}, app).listen(8443)

curl
  curl --cacert {shell_ca} --cert {shell_full} --key {shell_key} https://{host}:8443/

nginx
  ssl_certificate {nginx_full};
  ssl_certificate_key {nginx_key};
  ssl_client_certificate {nginx_ca};
  ssl_verify_client on;

Spring Boot 3.1 or later (application.properties)
  server.port=8443
  server.ssl.bundle=dev
  spring.ssl.bundle.pem.dev.keystore.certificate=file:{full}
  spring.ssl.bundle.pem.dev.keystore.private-key=file:{key}
  spring.ssl.bundle.pem.dev.truststore.certificate=file:{ca}
  server.ssl.client-auth=need
"
    )
    .lines()
    .map(str::to_owned)
    .collect()
}

fn host_for_url(name: &GeneralName) -> String {
    match name {
        GeneralName::Ip(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        other => other.value().replacen("*.", "www.", 1),
    }
}
