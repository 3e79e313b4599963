//! Tomcat, started from a `server.xml` with the connectors that `export` tells to paste.

use crate::authority::text;
use crate::exported::Scene;
use crate::java;
use crate::server::{self, Server};
use crate::tool;

/// Serves the files of a directory.
const WEB_XML: &str = "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\"><servlet>\
    <servlet-name>files</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>\
    <servlet-mapping><servlet-name>files</servlet-name><url-pattern>/</url-pattern></servlet-mapping></web-app>";

#[test]
fn tomcat_serves_curl() {
    // It comes with Spring Boot.
    let libraries = tool::tools().join("spring");
    if !tool::installed("Tomcat", libraries.is_dir()) {
        return;
    }
    let class_path = text(&libraries.join("*")).to_owned();
    let (Some(curl), Some(mut java)) =
        (tool::program("curl"), java::launch(&class_path, "org.apache.catalina.startup.Bootstrap"))
    else {
        return;
    };
    let scene = Scene::new();
    let home = scene.directory.path();
    for directory in ["conf", "temp", "apps", "files/WEB-INF"] {
        std::fs::create_dir_all(home.join(directory)).expect("a directory");
    }
    scene.file("files/WEB-INF/web.xml", WEB_XML);
    scene.file("files/hello.txt", "hello");
    let mut connectors = String::new();
    let mut ports = Vec::new();
    for format in ["p12", "jks", "pem"] {
        let options = ["--format", format, "--storepass", "pass:changeit"];
        let exported = scene.export("localhost", "tomcat", &options);
        let port = server::free_port();
        connectors += &exported.snippet.replace("port=\"8443\"", &format!("port=\"{port}\" address=\"127.0.0.1\""));
        ports.push(port);
    }
    let files = text(&home.join("files")).to_owned();
    let configuration = format!(
        "<Server port=\"-1\"><Service name=\"Catalina\">{connectors}\
         <Engine name=\"Catalina\" defaultHost=\"localhost\"><Host name=\"localhost\" appBase=\"apps\" autoDeploy=\"false\">\
         <Context path=\"\" docBase=\"{files}\"/></Host></Engine></Service></Server>"
    );
    scene.file("conf/server.xml", &configuration);
    java.arg("start").env(
        "JDK_JAVA_OPTIONS",
        format!(
            "-DKEYSTORE_PASSWORD=changeit -Dcatalina.home={0} -Dcatalina.base={0} -Djava.io.tmpdir={0}/temp",
            text(home)
        ),
    );
    // They start in order.
    let _running = Server::polled(&mut java, *ports.last().expect("three connectors"));
    for port in ports {
        scene.visited(&curl, port, "/hello.txt");
    }
}
