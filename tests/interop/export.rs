//! What `export` writes and tells to paste, given to the programs as it stands.

use std::path::Path;
use std::process::Command;

use crate::authority::text;
use crate::clojure;
use crate::exported::Scene;
use crate::java;
use crate::postgres::Cluster;
use crate::server::{self, Server};
use crate::tool::{self, Said};

#[test]
fn nginx_serves_curl() {
    let (Some(nginx), Some(curl)) = (tool::program("nginx"), tool::program("curl")) else { return };
    let scene = Scene::new();
    let (server, proxy) = (scene.export("localhost", "nginx", &[]), scene.export("alice", "nginx", &[]));
    let (port, scratch) = (server::free_port(), text(scene.directory.path()));
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {scratch}/{kind};\n"))
        .concat();
    let configuration = format!(
        "daemon off; master_process off; pid {scratch}/nginx.pid; error_log {scratch}/nginx.log; events {{ }}\n\
         http {{ access_log off; {temporary}\n\
           server {{ listen 127.0.0.1:{port} ssl;\n{}\n\
             location / {{ return 200 hello; }}\n\
             location /back {{ proxy_pass https://localhost:{port}/;\n{}\n }} }} }}\n",
        server.snippet, proxy.snippet
    );
    let file = scene.file("nginx.conf", &configuration);
    let mut command = Command::new(nginx);
    command.arg("-e").arg(scene.directory.path().join("log")).arg("-p").arg(scratch).arg("-c").arg(file);
    let server = Server::polled(&mut command, port);
    scene.visited(&curl, server.port, "/");
    // Through nginx as a client of itself.
    scene.visited(&curl, server.port, "/back");
}

#[test]
fn haproxy_serves_curl() {
    let (Some(haproxy), Some(curl)) = (tool::program("haproxy"), tool::program("curl")) else { return };
    let scene = Scene::new();
    let (server, client) = (scene.export("localhost", "haproxy", &[]), scene.export("alice", "haproxy", &[]));
    let (port, front) = (server::free_port(), server::free_port());
    let configuration = format!(
        "defaults\n mode http\n timeout connect 20s\n timeout client 20s\n timeout server 20s\n\
         frontend tls\n{}\n http-request return status 200 content-type text/plain string hello\n\
         frontend plain\n bind 127.0.0.1:{front}\n default_backend back\nbackend back\n{}\n",
        server.snippet.replace("bind :443", &format!("bind 127.0.0.1:{port}")),
        client
            .snippet
            .replace("app.example.test:443", &format!("127.0.0.1:{port}"))
            .replace("app.example.test", "localhost"),
    );
    let file = scene.file("haproxy.cfg", &configuration);
    let mut command = Command::new(haproxy);
    let server = Server::polled(command.arg("-db").arg("-f").arg(file), port);
    scene.visited(&curl, server.port, "/");
    let said =
        tool::run(&curl, ["--silent", "--max-time", "20", "--noproxy", "*", &format!("http://127.0.0.1:{front}/")]);
    assert_eq!(said.out, "hello", "through HAProxy as a client of itself: {}", said.all());
}

#[test]
fn apache_serves_curl() {
    let (Some(apache), Some(curl)) = (tool::program("apache2"), tool::program("curl")) else { return };
    let scene = Scene::new();
    let (server, client) = (scene.export("localhost", "apache", &[]), scene.export("alice", "apache", &[]));
    let (port, scratch) = (server::free_port(), text(scene.directory.path()));
    std::fs::create_dir(scene.directory.path().join("pages")).expect("a directory");
    scene.file("pages/index.html", "hello");
    let modules: String = ["mpm_event", "authz_core", "dir", "mime", "proxy", "proxy_http", "ssl"]
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .concat();
    let configuration = format!(
        "ServerRoot {scratch}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {scratch}/pid\n{modules}\
         DefaultRuntimeDir {scratch}\nTypesConfig /dev/null\nErrorLog /dev/stderr\n\
         DocumentRoot {scratch}/pages\nDirectoryIndex index.html\n\
         <VirtualHost 127.0.0.1:{port}>\n{}\n{}\n\
         ProxyPass /back/ https://localhost:{port}/\n</VirtualHost>\n",
        server.snippet, client.snippet
    );
    let file = scene.file("apache.conf", &configuration);
    let mut command = Command::new(apache);
    // Not -X, whose one worker could not serve itself.
    let server = Server::polled(command.args(["-D", "FOREGROUND", "-f"]).arg(file), port);
    scene.visited(&curl, server.port, "/");
    scene.visited(&curl, server.port, "/back/");
}

#[test]
fn node_serves_node() {
    let Some(node) = tool::program("node") else { return };
    let scene = Scene::new();
    for options in [&[][..], &["--format", "p12", "--storepass", "pass:changeit"]] {
        let (server, client) = (scene.export("localhost", "node", options), scene.export("alice", "node", options));
        let stranger = scene.stranger("node", options);
        let head = "import https from 'node:https'; import fs from 'node:fs';\n";
        let serve = server
            .snippet
            .replace("app).listen(8443)", "(request, response) => response.end('hello'))")
            .trim_end_matches(';')
            .to_owned()
            + ".listen(0, '127.0.0.1', function () { console.log('listening on ' + this.address().port); });";
        let mut command = Command::new(&node);
        command.env("KEYSTORE_PASSWORD", "changeit").arg(scene.file("server.mjs", &format!("{head}{serve}")));
        let running = Server::announced(&mut command, "listening on");
        for (client, welcome) in [(&client, true), (&stranger, false)] {
            let visit = client.snippet.replace("app.example.test:8443", &format!("localhost:{}", running.port));
            let file = scene.file("client.mjs", &format!("{head}{visit}"));
            let mut command = Command::new(&node);
            let said = tool::finish(command.env("KEYSTORE_PASSWORD", "changeit").arg(file));
            assert_eq!(said.out == "hello", welcome, "{options:?}: {}", said.all());
        }
    }
}

#[test]
fn redis_serves_redis_cli() {
    let (Some(redis), Some(_)) = (tool::program("redis-server"), tool::program("redis-cli")) else { return };
    let scene = Scene::new();
    let server = scene.export("localhost", "redis", &[]);
    let port = server::free_port();
    let configuration = format!(
        "{}\nbind 127.0.0.1\ndir {}\nsave \"\"\n",
        server.snippet.replace("6379", &port.to_string()),
        text(scene.directory.path())
    );
    let file = scene.file("redis.conf", &configuration);
    let running = Server::polled(Command::new(redis).arg(file), port);
    for (client, welcome) in [(scene.export("alice", "redis", &[]), true), (scene.stranger("redis", &[]), false)] {
        let line = client.snippet.replace("redis.example.test", &format!("localhost -p {}", running.port));
        let said = shell(&line);
        assert_eq!(said.out.trim() == "PONG", welcome, "{}", said.all());
    }
}

#[test]
fn etcd_serves_etcdctl() {
    let (Some(etcd), Some(_)) = (tool::program("etcd"), tool::program("etcdctl")) else { return };
    let scene = Scene::new();
    let server = scene.export("localhost", "etcd", &["--role", "server"]);
    let peer = scene.export("localhost", "etcd", &["--role", "peer"]);
    let (port, peers) = (server::free_port(), server::free_port());
    let configuration = format!(
        "data-dir: {}\ninitial-cluster: default=https://localhost:{peers}\n{}\n{}\n",
        text(&scene.directory.path().join("data")),
        server.snippet.replace("0.0.0.0", "127.0.0.1").replace("2379", &port.to_string()),
        peer.snippet.replace("0.0.0.0", "127.0.0.1").replace("2380", &peers.to_string()),
    );
    let file = scene.file("etcd.yml", &configuration);
    let running = Server::polled(Command::new(etcd).arg("--config-file").arg(file), port);
    for (client, welcome) in [(scene.export("alice", "etcd", &[]), true), (scene.stranger("etcd", &[]), false)] {
        let line = client.snippet.replace("etcd.example.test:2379", &format!("localhost:{}", running.port));
        let said = shell(&format!("export ETCDCTL_API=3; {line}"));
        assert_eq!(said.all().contains("is healthy"), welcome, "{}", said.all());
    }
}

#[test]
fn nats_reads_its_configuration() {
    let (Some(nats), Some(openssl)) = (tool::program("nats-server"), tool::program("openssl")) else { return };
    let scene = Scene::new();
    let server = scene.export("localhost", "nats", &[]);
    let port = server::free_port();
    let file = scene.file("nats.conf", &format!("listen: \"127.0.0.1:{port}\"\n{}\n", server.snippet));
    let running = Server::polled(Command::new(nats).arg("-c").arg(file), port);
    // NATS begins in clear text, so nobody but its own clients can shake hands; openssl is told to skip the greeting.
    for (client, welcome) in [(scene.export("alice", "nats", &[]), true), (scene.stranger("nats", &[]), false)] {
        let said = nats_handshake(&openssl, &client.directory, running.port);
        assert_eq!(said.contains("\"tls_required\":true") && said.contains("PONG"), welcome, "{said}");
    }
}

#[test]
fn clojure_reads_its_snippets() {
    let Some(class_path) = clojure::class_path() else { return };
    let (Some(curl), Some(mut java)) = (tool::program("curl"), java::launch(&class_path, "clojure.main")) else {
        return;
    };
    let scene = Scene::new();
    // http-kit itself is in no Debian package: what stands for it looks at the engine that it is given.
    let mut program = "(ns org.httpkit.client (:refer-clojure :exclude [get]))\n\
        (defn get [url {:keys [^javax.net.ssl.SSLEngine sslengine]}]\n\
          (assert (.getUseClientMode sslengine))\n\
          (assert (= \"HTTPS\" (.getEndpointIdentificationAlgorithm (.getSSLParameters sslengine))))\n\
          (delay url))\n\
        (ns user (:require ring.adapter.jetty))\n\
        (defn handler [request] {:status 200 :body \"hello\"})\n"
        .to_owned();
    let mut ports = Vec::new();
    for format in ["p12", "jks"] {
        let options = ["--format", format, "--storepass", "pass:changeit"];
        let (server, client) =
            (scene.export("localhost", "http-kit", &options), scene.export("alice", "http-kit", &options));
        let port = server::free_port();
        let mine = format!(":host \"127.0.0.1\" :join? false :ssl-port {port}");
        program.push_str(&format!("{}\n{}\n", client.snippet, server.snippet.replace(":ssl-port 8443", &mine)));
        ports.push(port);
    }
    java.env("KEYSTORE_PASSWORD", "changeit").arg(scene.file("program.clj", &program));
    let last = *ports.last().expect("two servers");
    let _running = Server::polled(&mut java, last);
    for port in ports {
        scene.visited(&curl, port, "/");
    }
}

#[test]
fn keytool_lists_keystores_and_truststores() {
    let Some(keytool) = tool::program("keytool") else { return };
    let scene = Scene::new();
    for format in ["p12", "jks"] {
        for preset in if format == "p12" { &["modern", "3des"][..] } else { &["modern"] } {
            let mut options = vec!["--format", format, "--storepass", "pass:changeit"];
            if format == "p12" {
                options.extend(["--preset", preset]);
            }
            let exported = scene.export("localhost", "java", &options);
            let list = |name: &str| {
                let file = exported.directory.join(format!("{name}.{format}"));
                let said = tool::run(&keytool, ["-list", "-v", "-storepass", "changeit", "-keystore", text(&file)]);
                assert!(said.success, "{}", said.all());
                said.out
            };
            let (keys, anchors) = (list("keystore"), list("truststore"));
            assert!(keys.contains("PrivateKeyEntry") && keys.contains("chain length: 2"), "{keys}");
            assert!(anchors.contains("trustedCertEntry") && anchors.contains("Alias name: ca"), "{anchors}");
        }
    }
}

#[test]
fn postgres_serves_psql() {
    let (Some(cluster), Some(_)) = (Cluster::new(), tool::program("psql")) else { return };
    let scene = Scene::new();
    let data = format!("dir={}", text(&cluster.data()));
    let server = scene.export("localhost", "postgres", &["--set", &data]);
    for name in ["server.crt", "server.key", "root.crt"] {
        cluster.install(&server.directory.join(name), name);
    }
    let (rules, settings): (Vec<&str>, Vec<&str>) =
        server.snippet.lines().partition(|line| line.starts_with("hostssl"));
    let running = cluster.start_from(&settings.join("\n"), &rules.join("\n")).unwrap_or_else(|why| panic!("{why}"));
    let there = format!("host=localhost hostaddr=127.0.0.1 port={} user=alice dbname=postgres", running.port);
    for (client, welcome) in [(scene.export("alice", "postgres", &[]), true), (scene.stranger("postgres", &[]), false)]
    {
        let line = client.snippet.lines().last().expect("a command");
        let line = line.replace("host=db.example.test dbname=app", &there);
        let said = shell(&format!("{line} --no-psqlrc --tuples-only --no-align -c 'SELECT current_user'"));
        assert_eq!(said.out == "alice\n", welcome, "{}", said.all());
    }
}

#[test]
fn spring_boot_serves_curl() {
    let libraries = tool::tools().join("spring");
    if !tool::installed("Spring Boot", libraries.is_dir()) {
        return;
    }
    let libraries = libraries.join("*");
    let (Some(curl), Some(classes)) = (tool::program("curl"), java::compiled(&["spring/Application.java"], &libraries))
    else {
        return;
    };
    let class_path = format!("{}:{}", text(&classes), text(&libraries));
    let Some(mut java) = java::launch(&class_path, "Application") else { return };
    let scene = Scene::new();
    let mut files = Vec::new();
    for format in ["p12", "jks", "pem"] {
        let password = ["--storepass", "pass:changeit"];
        let password = if format == "pem" { &[][..] } else { &password };
        let options = [&["--format", format], password].concat();
        let exported = scene.export("localhost", "spring-boot", &options);
        let here =
            format!("server.address=127.0.0.1\n{}", exported.snippet.replace("server.port=8443", "server.port=0"));
        files.push(scene.file(&format!("bundle-{format}.properties"), &here));
        // The lines for releases before bundles, which are commented out.
        let old: Vec<&str> = here.lines().filter(|line| !line.contains("bundle")).collect();
        let old = old.join("\n").replace("# server.ssl.", "server.ssl.");
        files.push(scene.file(&format!("plain-{format}.properties"), &old));
    }
    java.env("KEYSTORE_PASSWORD", "changeit");
    let (_running, ports) = Server::announced_all(java.args(&files), "listening on");
    assert_eq!(ports.len(), files.len());
    for port in ports {
        scene.visited(&curl, port, "/");
    }
}

/// Runs a line as a person would paste it.
fn shell(line: &str) -> Said {
    tool::run("sh", ["-c", line])
}

/// Speaks NATS: INFO in clear text, then TLS, then PING.
fn nats_handshake(openssl: &Path, files: &Path, port: u16) -> String {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};

    // A relay that takes the greeting away, behind which openssl finds plain TLS.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let relay = listener.local_addr().expect("its address").port();
    let thread = std::thread::spawn(move || {
        let upstream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        let mut reader = BufReader::new(upstream.try_clone().expect("a second handle"));
        let mut info = String::new();
        reader.read_line(&mut info).expect("a greeting");
        let (mut client, _) = listener.accept().expect("openssl connects");
        let (mut back, mut up) = (client.try_clone().expect("a second handle"), upstream);
        let forward = std::thread::spawn(move || {
            let _ = std::io::copy(&mut client, &mut up);
            let _ = up.shutdown(std::net::Shutdown::Write);
        });
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if back.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = back.shutdown(std::net::Shutdown::Both);
        let _ = forward.join();
        info
    });
    let mut command = Command::new(openssl);
    let file = |name: &str| text(&files.join(name)).to_owned();
    command.args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost"]);
    command.args(["-connect", &format!("127.0.0.1:{relay}"), "-CAfile", &file("ca.pem")]);
    command.args([
        "-cert",
        &file("client-cert.pem"),
        "-cert_chain",
        &file("client-cert.pem"),
        "-key",
        &file("client-key.pem"),
    ]);
    let said = tool::converse(&mut command, "CONNECT {\"verbose\":false}\r\nPING\r\nBYE\r\n");
    let info = thread.join().expect("the relay ends");
    format!("{info}{}", said.all())
}
