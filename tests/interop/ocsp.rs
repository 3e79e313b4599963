//! OCSP: `openssl ocsp` on single and pre-signed responses, and Java asking a static web server.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authority::{Certwright, text};
use crate::nginx;
use crate::parties::{Realm, Tls};
use crate::server::{self, Server};
use crate::tool::{self, Said};

/// A realm, and requests about its client.
struct Scene {
    realm: Realm,
    place: PathBuf,
    openssl: PathBuf,
}

impl Scene {
    fn new() -> Option<Self> {
        let openssl = tool::program("openssl")?;
        let place = tool::lasting_directory();
        let certwright = Certwright::two_tiers(&place, "ec-p256");
        let realm = Realm::new(certwright, &place, "ec-p256");
        Some(Self { realm, place, openssl })
    }

    fn issuer(&self) -> PathBuf {
        self.realm.certwright.authority("issuing")
    }

    fn request(&self, options: &[&str]) -> PathBuf {
        let file = self.place.join("request.der");
        let (issuer, cert) = (self.issuer(), self.realm.client.file("cert.pem"));
        let arguments = ["ocsp", "-issuer", text(&issuer), "-cert", &cert, "-reqout", text(&file)];
        let said = tool::run(&self.openssl, arguments.iter().chain(options));
        assert!(said.success, "{}", said.all());
        file
    }

    /// What OpenSSL says of a response, from the root up.
    fn judge(&self, response: &Path, options: &[&str]) -> Said {
        let (issuer, cert) = (self.issuer(), self.realm.client.file("cert.pem"));
        let anchor = text(&self.realm.trust.pem);
        let mut command = Command::new(&self.openssl);
        command.args(["ocsp", "-issuer", text(&issuer), "-cert", &cert, "-respin", text(response), "-CAfile", anchor]);
        tool::finish(command.args(["-no-CApath", "-no-CAstore", "-verify_other", text(&issuer)]).args(options))
    }

    fn expect(&self, response: &Path, options: &[&str], status: &str) {
        let said = self.judge(response, options);
        let all = said.all();
        assert!(said.success && all.contains("Response verify OK"), "{all}");
        assert!(all.contains(&format!("cert.pem: {status}")), "{status}: {all}");
        assert!(!all.contains("WARNING"), "{all}");
    }
}

#[test]
fn openssl_believes_what_is_answered() {
    let Some(scene) = Scene::new() else { return };
    let certwright = &scene.realm.certwright;
    let response = scene.place.join("response.der");
    let answer = |request: &Path, options: &[&str]| {
        let arguments = ["ocsp", "respond", text(request), "--out", text(&response), "--force"];
        certwright.ok(arguments.iter().chain(options));
    };
    for options in [&[][..], &["--direct"]] {
        // With a nonce, which OpenSSL compares with that of its request.
        let request = scene.request(&[]);
        answer(&request, options);
        let judge = |request: &Path| {
            let files = ["-reqin", text(request), "-respin", text(&response), "-CAfile", text(&scene.realm.trust.pem)];
            let mut command = Command::new(&scene.openssl);
            let issuer = scene.issuer();
            tool::finish(command.arg("ocsp").args(files).args(["-verify_other", text(&issuer)]))
        };
        let said = judge(&request);
        assert!(said.success && said.all().contains("Response verify OK"), "{}", said.all());
        assert!(!said.all().contains("WARNING"), "{}", said.all());
        let said = judge(&scene.request(&[]));
        assert!(said.all().contains("Nonce Verify error"), "{}", said.all());
        let other = scene.request(&["-no_nonce"]);
        answer(&other, options);
        scene.expect(&response, &["-no_nonce"], "good");
        let sha256 = scene.place.join("sha256.der");
        let (issuer, cert) = (scene.issuer(), scene.realm.client.file("cert.pem"));
        let ask = ["ocsp", "-sha256", "-issuer", text(&issuer), "-cert", &cert, "-no_nonce", "-reqout", text(&sha256)];
        assert!(tool::run(&scene.openssl, ask).success);
        answer(&sha256, options);
        let said = tool::run(&scene.openssl, ["ocsp", "-respin", text(&response), "-resp_text", "-noverify"]);
        assert!(
            said.out.contains("Hash Algorithm: sha256") && said.out.contains("Cert Status: good"),
            "{}",
            said.all()
        );
    }
    for (change, status, reason) in
        [("hold", "revoked", "certificateHold"), ("release", "good", ""), ("revoke", "revoked", "keyCompromise")]
    {
        let options = if change == "revoke" { &["--reason", "key-compromise"][..] } else { &[] };
        certwright.ok([change, "alice"].iter().chain(options));
        let request = scene.request(&["-no_nonce"]);
        answer(&request, &[]);
        scene.expect(&response, &["-no_nonce"], status);
        assert!(scene.judge(&response, &["-no_nonce"]).all().contains(reason));
    }
    // Nobody issued this one.
    let unknown = scene.place.join("unknown.der");
    let issuer = scene.issuer();
    let ask = ["ocsp", "-issuer", text(&issuer), "-serial", "0x1234", "-no_nonce", "-reqout", text(&unknown)];
    assert!(tool::run(&scene.openssl, ask).success);
    answer(&unknown, &[]);
    let said = tool::run(&scene.openssl, ["ocsp", "-respin", text(&response), "-resp_text", "-noverify"]);
    assert!(said.out.contains("Cert Status: unknown"), "{}", said.all());
    // The responder is one that the authority certified for this, and needs no check of its own.
    assert!(said.out.contains("OCSP Signing") && said.out.contains("OCSP No Check"), "{}", said.all());
}

#[test]
fn openssl_understands_refusals() {
    let Some(scene) = Scene::new() else { return };
    let certwright = &scene.realm.certwright;
    let (broken, response) = (scene.place.join("broken.der"), scene.place.join("response.der"));
    std::fs::write(&broken, b"GET / HTTP/1.0").expect("a file can be written");
    let (root, cert) = (&scene.realm.trust.pem, scene.realm.client.file("cert.pem"));
    let foreign = scene.place.join("foreign.der");
    // The client was not issued by its own issuer's issuer, and this one is of nobody here.
    let ask = ["ocsp", "-issuer", &cert, "-serial", "1", "-no_nonce", "-reqout", text(&foreign)];
    assert!(tool::run(&scene.openssl, ask).success, "{}", root.display());
    for (request, status) in [(&broken, "malformedrequest"), (&foreign, "unauthorized")] {
        let said = certwright.run(["ocsp", "respond", text(request), "--out", text(&response), "--force"]);
        assert!(!said.success, "{}", said.all());
        let said = tool::run(&scene.openssl, ["ocsp", "-respin", text(&response)]);
        assert!(said.all().contains(status), "{}", said.all());
    }
}

#[test]
fn openssl_believes_what_is_published_and_java_fetches_it() {
    let Some(scene) = Scene::new() else { return };
    let Some(java) = tool::program("java") else { return };
    let certwright = &scene.realm.certwright;
    let site = scene.place.join("site");
    let Some(server) = serve(&site) else { return };
    let serial = tool::must(
        &scene.place,
        &scene.openssl,
        ["x509", "-in", &scene.realm.client.file("cert.pem"), "-noout", "-serial"],
    );
    let serial = serial.trim().trim_start_matches("serial=").to_lowercase();
    let stapled = site.join("ocsp/issuing").join(format!("{serial}.ocsp"));
    let publish = |options: &[&str]| {
        let arguments = ["ocsp", "publish", "--to", text(&site.join("ocsp")), "--if-due", "--json"].map(str::to_owned);
        certwright.ok(arguments.into_iter().chain(options.iter().map(|option| (*option).to_owned())))
    };
    for (change, status, trusted) in [
        (None, "good", true),
        (Some("hold"), "revoked", false),
        (Some("release"), "good", true),
        (Some("revoke"), "revoked", false),
    ] {
        if let Some(change) = change {
            certwright.ok([change, "alice"]);
        }
        publish(&[]);
        scene.expect(&stapled, &["-no_nonce"], status);
        let url = format!("http://127.0.0.1:{}/ocsp/issuing", server.port);
        let mut command = Command::new(&java);
        command.arg(tool::source("java/Ocsp.java")).arg(scene.realm.client.file("fullchain.pem"));
        let said = tool::finish(command.arg(&scene.realm.trust.pem).arg(url));
        assert!(said.success, "{}", said.all());
        assert_eq!(said.out.trim() == "accepted", trusted, "{status}: {}{}", said.all(), server.log());
    }
    // Nothing is signed again that still holds.
    let before = std::fs::read(&stapled).expect("a response");
    let report: serde_json::Value = serde_json::from_str(&publish(&[])).expect("a report");
    assert!(report["authorities"].as_array().expect("a list").iter().all(|item| item["signed"] == 0), "{report}");
    assert_eq!(std::fs::read(&stapled).expect("a response"), before);
}

/// A web server for a directory of responses, as docs/publish.md has it.
fn serve(site: &Path) -> Option<Server> {
    let nginx = tool::program("nginx")?;
    std::fs::create_dir_all(site).expect("a directory");
    let (port, scratch) = (server::free_port(), site.with_extension("nginx"));
    std::fs::create_dir(&scratch).expect("a directory");
    let (scratch, site) = (text(&scratch), text(site));
    let configuration = format!(
        "daemon off; master_process off; pid {scratch}/nginx.pid; error_log stderr; events {{ }}\n\
         http {{ access_log off; types {{ }} default_type application/octet-stream;\n\
           client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;\n\
           uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;\n\
           server {{ listen 127.0.0.1:{port}; root {site};\n\
             location /ocsp/ {{ rewrite ^(.*[^/])/+$ $1 break; default_type application/ocsp-response; }} }} }}\n"
    );
    let file = format!("{scratch}/nginx.conf");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    let mut command = Command::new(nginx);
    // Its workers would go to another user, who may not be able to read the build's directory.
    command.args(["-e", "stderr", "-p", scratch, "-c", &file]);
    Some(Server::polled(&mut command, port))
}

#[test]
fn nginx_staples_what_is_published() {
    let Some(scene) = Scene::new() else { return };
    let site = scene.place.join("stapled");
    scene.realm.certwright.ok(["ocsp", "publish", "--to", text(&site), "--authority", "issuing"]);
    let serial = tool::must(
        &scene.place,
        &scene.openssl,
        ["x509", "-in", &scene.realm.server.file("cert.pem"), "-noout", "-serial"],
    );
    let serial = serial.trim().trim_start_matches("serial=").to_lowercase();
    let file = site.join("issuing").join(format!("{serial}.ocsp"));
    let directory = tool::scratch();
    let tls = Tls { party: &scene.realm.server, clients: None };
    let Some(server) =
        nginx::serve(directory.path(), &tls, &format!("ssl_stapling on; ssl_stapling_file {};", text(&file)))
    else {
        return;
    };
    let mut command = Command::new(&scene.openssl);
    command.args([
        "s_client",
        "-connect",
        &format!("127.0.0.1:{}", server.port),
        "-status",
        "-servername",
        "localhost",
    ]);
    let said = tool::converse(command.args(["-CAfile", text(&scene.realm.trust.pem)]), "");
    assert!(said.out.contains("OCSP Response Status: successful"), "{}", said.all());
    assert!(said.out.contains("Cert Status: good"), "{}", said.all());
}
