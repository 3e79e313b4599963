//! Chromium, headless, which trusts a root that lies in the user's NSS database.

use std::path::Path;
use std::process::Command;

use crate::authority::text;
use crate::nginx;
use crate::parties::{Tls, parties};
use crate::tool;

#[test]
fn chromium_trusts_a_root_in_the_nss_database() {
    let parties = parties();
    let directory = tool::scratch();
    let tls = Tls { party: &parties.here.server, clients: None };
    let Some(server) = nginx::serve(directory.path(), &tls, "") else { return };
    let (Some(certutil), Some(browser)) = (tool::program("certutil"), tool::program("chromium-headless-shell")) else {
        return;
    };
    let here = Some(&parties.here.trust);
    for (who, anchor, host, sight) in [
        ("its root", here, "localhost", "hello"),
        ("its root at the address", here, "127.0.0.1", "hello"),
        ("no root", None, "localhost", "ERR_CERT_AUTHORITY_INVALID"),
        ("another authority's root", Some(&parties.elsewhere.trust), "localhost", "ERR_CERT_AUTHORITY_INVALID"),
        ("its root and another host", here, "other.test", "ERR_CERT_COMMON_NAME_INVALID"),
    ] {
        let home = tool::scratch();
        let database = home.path().join(".pki/nssdb");
        std::fs::create_dir_all(&database).expect("a directory");
        let database = format!("sql:{}", text(&database));
        tool::must(home.path(), &certutil, ["-N", "-d", &database, "--empty-password"]);
        if let Some(trust) = anchor {
            tool::must(
                home.path(),
                &certutil,
                ["-A", "-d", &database, "-n", "root", "-t", "C,,", "-i", text(&trust.pem)],
            );
        }
        let page = visit(&browser, home.path(), &format!("https://{host}:{}/", server.port));
        assert!(page.contains(sight), "{who}: {page}");
    }
}

/// Loads a page in a browser of its own, and returns what it shows or complains about.
fn visit(browser: &Path, home: &Path, address: &str) -> String {
    let mut command = Command::new(browser);
    command.env("HOME", home).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command.arg(format!("--user-data-dir={}", text(&home.join("profile"))));
    // Its sandbox refuses to run as root, and needs more than a container grants; every name is this machine.
    command.args(["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--host-resolver-rules=MAP * 127.0.0.1"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"]);
    tool::finish(command.arg(address)).all()
}
