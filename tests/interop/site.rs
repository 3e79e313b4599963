//! The public site in a headless Chromium: what it shows, and how it looks.

use std::path::Path;
use std::process::Command;

use crate::authority::{Certwright, text};
use crate::tool;

#[test]
fn chromium_shows_the_public_site() {
    let Some(browser) = tool::program("chromium-headless-shell") else { return };
    let place = tool::lasting_directory();
    let certwright = Certwright::empty(&place);
    let hostile = r#"A <script>document.title="x"</script> & "B""#;
    let permit = ["--permit", "corp.test", "10.0.0.0/8"];
    certwright.ok([&["init", "--no-passphrase", "--with-issuing", "--cn", hostile], &permit[..]].concat());
    certwright.ok(["issue", "www.corp.test"]);
    certwright.ok(["crl", "publish"]);
    let site = place.join("site");
    certwright.ok(["publish", "--to", text(&site), "--ocsp", "--base-url", "http://pki.corp.test/"]);
    let address = format!("file://{}", text(&site.join("index.html")));

    let shown = tool::finish(command(&browser, &place).arg("--dump-dom").arg(&address));
    assert!(shown.success, "{}", shown.all());
    assert!(!shown.out.contains("<script"), "a name became markup: {}", shown.out);
    for sight in [
        "&lt;script&gt;",
        "How to trust it",
        "update-ca-certificates",
        "dns:corp.test",
        "http://pki.corp.test/root.pem",
        "current",
    ] {
        assert!(shown.out.contains(sight), "{sight}: {}", shown.out);
    }
    // Its fingerprint is what people compare with what OpenSSL says.
    if let Some(openssl) = tool::program("openssl") {
        let root = site.join("root.pem");
        let arguments = ["x509", "-in", text(&root), "-noout", "-fingerprint", "-sha256"];
        let said = tool::must(&place, openssl, arguments);
        let fingerprint = said.trim().split_once('=').expect("a fingerprint").1;
        let plain = shown.out.replace("<span>", "").replace("</span>", "");
        assert!(plain.contains(fingerprint), "{fingerprint}: {}", shown.out);
    }

    // The screenshots stay in the scratch directory for people to look at.
    let picture = |name: &str, size: &str, scheme: u8| {
        let file = place.join(name);
        let mut command = command(&browser, &place);
        command.args(["--hide-scrollbars", &format!("--blink-settings=preferredColorScheme={scheme}")]);
        command.arg(format!("--window-size={size}")).arg(format!("--screenshot={}", text(&file)));
        let said = tool::finish(command.arg(&address));
        assert!(said.success, "{}", said.all());
        std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}: {}", file.display(), said.all()))
    };
    let sizes = [("desktop", "1280,2400"), ("phone", "500,3200")];
    for (device, size) in sizes {
        let [dark, light] = [0, 1].map(|scheme| picture(&format!("{device}-{scheme}.png"), size, scheme));
        for image in [&dark, &light] {
            assert!(image.starts_with(b"\x89PNG") && image.len() > 20_000, "{device}: {} octets", image.len());
        }
        assert_ne!(dark, light, "{device}: it looks the same by day and by night");
    }
}

/// A browser of its own, which may not reach anything.
fn command(browser: &Path, place: &Path) -> Command {
    let mut command = Command::new(browser);
    command.env("HOME", place).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command.arg(format!("--user-data-dir={}", text(&place.join("profile"))));
    command.args(["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command
}
