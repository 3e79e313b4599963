//! Debian's system store, in a throw-away copy of this machine.

use std::process::Command;

use super::Scene;
use crate::authority::text;
use crate::tool;

#[test]
fn debian_trusts_the_root_until_it_is_uninstalled() {
    let programs = ["update-ca-certificates", "openssl", "curl", "unshare"];
    if programs.iter().any(|name| !tool::installed(name, on_path_or_sbin(name))) {
        return;
    }
    let may_mount = Command::new("unshare").args(["-m", "true"]).output();
    if !tool::installed("the right to mount", may_mount.is_ok_and(|output| output.status.success())) {
        return;
    }
    let scene = Scene::new();
    let server = scene.serve("openssl".as_ref());
    let mut command = Command::new("unshare");
    command.args(["-m", "sh"]).arg(tool::source("trust/machine.sh")).args([
        env!("CARGO_BIN_EXE_certwright"),
        text(&scene.certwright.authority("root")),
        text(&scene.server.file("cert.pem")),
        text(&tool::source("trust/debian.sh")),
        text(&tool::source("trust/image.sh")),
        &server.port.to_string(),
        text(&scene.path().join("machine")),
    ]);
    let said = tool::finish(&mut command);
    assert!(said.success && said.out.ends_with("passed\n"), "{}", said.all());
}

/// Whether a program is installed, be it for administrators.
fn on_path_or_sbin(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(["/usr/sbin".into()]).any(|dir| dir.join(name).is_file())
}
