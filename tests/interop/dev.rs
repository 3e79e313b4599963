//! The environment of `dev --env`: Node, curl, Python, OpenSSL and Java trust a server with the development certificate and
//! nothing but that environment, and do not without it.

use std::process::Command;

use crate::server::Server;
use crate::tool;

const NODE: &str = "require('https').get(process.argv[1], () => { console.log('trusted'); process.exit(); })
  .on('error', () => console.log('refused'))";

const PYTHON: &str = "import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1])
    print('trusted')
except urllib.error.URLError:
    print('refused')";

#[test]
fn programs_trust_the_development_server_by_the_environment_alone() {
    let directory = tool::scratch();
    let path = |name: &str| directory.path().join(name);
    let certwright = env!("CARGO_BIN_EXE_certwright");
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(directory.path());
        command.env("CERTWRIGHT_STORE", path("store")).env("CERTWRIGHT", certwright).env("HOME", directory.path());
        for name in [
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "CURL_CA_BUNDLE",
            "REQUESTS_CA_BUNDLE",
            "JAVA_TOOL_OPTIONS",
        ] {
            command.env_remove(name);
        }
        command.env("NODE", NODE).env("PYTHON", PYTHON);
        tool::finish(&mut command)
    };
    assert!(shell("\"$CERTWRIGHT\" dev --quiet --out 'my certs'").success);
    let Some(openssl) = tool::program("openssl") else { return };
    let mut serve = Command::new(openssl);
    serve.args([
        "s_server",
        "-accept",
        "127.0.0.1:0",
        "-www",
        "-cert",
        "my certs/cert.pem",
        "-key",
        "my certs/key.pem",
    ]);
    let server = Server::announced(serve.current_dir(directory.path()), "ACCEPT");
    let url = format!("https://localhost:{}/", server.port);
    let java = tool::source("trust/Connect.java");
    for (program, script) in [
        ("curl", format!("curl -s -o /dev/null {url} && echo trusted || echo refused")),
        ("node", format!("node -e \"$NODE\" {url}")),
        ("python3", format!("python3 -c \"$PYTHON\" {url}")),
        ("java", format!("java '{}' {}", java.display(), server.port)),
    ] {
        let Some(found) = tool::program(program) else { continue };
        let bin = found.parent().expect("a program lies in a directory").display().to_string();
        let before = format!("PATH='{bin}':$PATH\n");
        let with = "eval \"$(\"$CERTWRIGHT\" dev --env --quiet --out 'my certs')\"\n";
        let plain = shell(&format!("{before}{script}"));
        assert!(plain.out.contains("refused"), "{program} without the environment: {}", plain.all());
        let said = shell(&format!("{before}{with}{script}"));
        assert!(said.out.contains("trusted"), "{program}: {}", said.all());
    }
}
