//! A Clojure server: Ring's Jetty adapter with `:client-auth :need`.

use std::path::Path;

use crate::authority::text;
use crate::clients;
use crate::java;
use crate::parties::parties;
use crate::server::Server;
use crate::stores::PASSWORD;
use crate::tool;

#[test]
fn ring_serves_from_jks_and_pkcs12() {
    let Some(class_path) = class_path() else { return };
    let Some(mut java) = java::launch(&class_path, "clojure.main") else { return };
    let parties = parties();
    let (server, trust) = (&parties.here.server, &parties.here.trust);
    java.arg(tool::source("clojure/server.clj")).arg(PASSWORD);
    java.args(["jks", text(&server.jks), text(&trust.jks), "pkcs12", text(&server.p12), text(&trust.p12)]);
    let (_running, ports) = Server::announced_all(&mut java, "listening on");
    assert_eq!(ports.len(), 2);
    clients::meet((&parties.here, &parties.elsewhere), &ports, "hello", "CN=alice");
}

/// Debian's Clojure, Ring and Jetty.
pub(crate) fn class_path() -> Option<String> {
    let jars = LIBRARIES.map(|name| format!("/usr/share/java/{name}.jar"));
    let present = jars.iter().all(|jar| Path::new(jar).is_file());
    tool::installed("Clojure with Ring's Jetty adapter", present).then(|| jars.join(":"))
}

const LIBRARIES: [&str; 18] = [
    "clj-time",
    "clojure",
    "commons-fileupload",
    "commons-io",
    "core.specs.alpha",
    "crypto-equality",
    "crypto-random",
    "jetty9-http",
    "jetty9-io",
    "jetty9-server",
    "jetty9-util",
    "joda-time",
    "ring-codec",
    "ring-core",
    "ring-jetty-adapter",
    "ring-servlet",
    "servlet-api",
    "spec.alpha",
];
