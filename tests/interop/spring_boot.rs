//! Spring Boot with its embedded Tomcat: `server.ssl.*`, and SSL bundles.

use std::path::{Path, PathBuf};

use crate::authority::text;
use crate::clients;
use crate::java;
use crate::parties::{Party, Trust, parties};
use crate::server::Server;
use crate::stores::{self, PASSWORD};
use crate::tool;

#[test]
fn spring_boot_serves_from_properties_and_bundles() {
    let libraries = tool::tools().join("spring");
    if !tool::installed("Spring Boot", libraries.is_dir()) {
        return;
    }
    let libraries = libraries.join("*");
    let Some(classes) = java::compiled(&["spring/Application.java"], &libraries) else { return };
    let class_path = format!("{}:{}", text(&classes), text(&libraries));
    let Some(mut java) = java::launch(&class_path, "Application") else { return };

    let parties = parties();
    let directory = tool::scratch();
    let (server, trust) = (&parties.here.server, &parties.here.trust);
    // A key with a password of its own, which Java's own format allows.
    let jks = directory.path().join("key-password.jks");
    stores::keystore(&parties.here.certwright, "localhost", &jks, &["--keypass", "pass:of the key"]);
    let mut key_password = properties("JKS", &jks, &trust.jks);
    key_password.push("server.ssl.key-password=of the key".to_owned());
    let configurations = [
        ("pkcs12", properties("PKCS12", &server.p12, &trust.p12)),
        ("jks", properties("JKS", &server.jks, &trust.jks)),
        ("key-password", key_password),
        ("bundle-jks", store_bundle("JKS", &server.jks, &trust.jks)),
        ("bundle-pkcs12", store_bundle("PKCS12", &server.p12, &trust.p12)),
        ("bundle-pem", pem_bundle(server, trust)),
    ];
    let files = configurations.map(|(name, lines)| write(directory.path(), name, &lines));
    let (_running, ports) = Server::announced_all(java.args(&files), "listening on");
    assert_eq!(ports.len(), files.len());
    clients::meet((&parties.here, &parties.elsewhere), &ports, "hello", "CN=alice");
}

fn properties(kind: &str, keystore: &Path, truststore: &Path) -> Vec<String> {
    vec![
        format!("server.ssl.key-store={}", text(keystore)),
        format!("server.ssl.key-store-type={kind}"),
        format!("server.ssl.key-store-password={PASSWORD}"),
        format!("server.ssl.trust-store={}", text(truststore)),
        format!("server.ssl.trust-store-type={kind}"),
        format!("server.ssl.trust-store-password={PASSWORD}"),
    ]
}

fn store_bundle(kind: &str, keystore: &Path, truststore: &Path) -> Vec<String> {
    let setting = |name: &str, value: &str| format!("spring.ssl.bundle.jks.mtls.{name}={value}");
    vec![
        "server.ssl.bundle=mtls".to_owned(),
        setting("keystore.location", text(keystore)),
        setting("keystore.type", kind),
        setting("keystore.password", PASSWORD),
        setting("truststore.location", text(truststore)),
        setting("truststore.type", kind),
        setting("truststore.password", PASSWORD),
    ]
}

fn pem_bundle(server: &Party, trust: &Trust) -> Vec<String> {
    let setting = |name: &str, value: &str| format!("spring.ssl.bundle.pem.mtls.{name}={value}");
    vec![
        "server.ssl.bundle=mtls".to_owned(),
        setting("keystore.certificate", &server.file("fullchain.pem")),
        setting("keystore.private-key", &server.file("key.pem")),
        setting("truststore.certificate", text(&trust.pem)),
    ]
}

/// Writes an `application.properties` of a server that asks its clients for certificates.
fn write(directory: &Path, name: &str, lines: &[String]) -> PathBuf {
    let all = ["server.address=127.0.0.1", "server.port=0", "server.ssl.client-auth=need"];
    let lines: Vec<&str> = all.into_iter().chain(lines.iter().map(String::as_str)).collect();
    let file = directory.join(format!("{name}.properties"));
    std::fs::write(&file, lines.join("\n")).expect("the properties can be written");
    file
}
