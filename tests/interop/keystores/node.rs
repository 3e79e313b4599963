//! Node's `pfx`: OpenSSL 3 without its legacy provider.

use super::{FILES, PASSWORD};
use crate::authority::text;
use crate::tool;

#[test]
fn node_takes_the_modern_preset_as_pfx() {
    let Some(node) = tool::program("node") else { return };
    let script = "const [file, passphrase] = process.argv.slice(1); \
                  require('tls').createSecureContext({ pfx: require('fs').readFileSync(file), passphrase });";
    let take = |file: &str, password: &str| tool::run(&node, ["-e", script, "--", text(&FILES.path(file)), password]);
    let said = take("one-modern.p12", PASSWORD);
    assert!(said.success, "{}", said.all());
    let wrong = take("one-modern.p12", "wrong");
    assert!(!wrong.success && wrong.err.contains("mac verify failure"), "{}", wrong.all());
    let old = take("one-rc2.p12", PASSWORD);
    assert!(!old.success, "{}", old.all());
}
