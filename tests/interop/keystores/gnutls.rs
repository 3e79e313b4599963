//! GnuTLS's `certtool --p12-info`.

use super::{FILES, PASSWORD, PRESETS};
use crate::authority::text;
use crate::tool;

#[test]
fn gnutls_reads_every_preset() {
    let Some(certtool) = tool::program("certtool") else { return };
    for preset in PRESETS {
        let file = FILES.path(&format!("{preset}.p12"));
        let arguments = ["--p12-info", "--inder", "--infile", text(&file), "--password", PASSWORD];
        let said = tool::run(&certtool, arguments);
        assert!(said.success, "{preset}: {}", said.all());
        assert_eq!(said.out.matches("BEGIN CERTIFICATE").count(), 4, "{preset}: {}", said.all());
        assert_eq!(said.out.matches("PRIVATE KEY-----").count(), 4, "{preset}: {}", said.all());
        assert!(said.out.contains("Friendly name: größe"), "{preset}: {}", said.all());
    }
}

#[test]
fn what_gnutls_writes_is_read() {
    let Some(certtool) = tool::program("certtool") else { return };
    let (chain, key) = (FILES.path("web/fullchain.pem"), FILES.path("web/key.pem"));
    for cipher in ["aes-256", "3des-pkcs12", "rc2-40"] {
        let (file, template) = (format!("gnutls-{cipher}.p12"), FILES.path("p12.cfg"));
        std::fs::write(&template, format!("pkcs12_key_name = \"gnutls\"\npassword = \"{PASSWORD}\"\n"))
            .expect("written");
        let files = ["--to-p12", "--outder", "--load-certificate", text(&chain), "--load-privkey", text(&key)];
        let out = FILES.path(&file);
        let how = ["--template", text(&template), "--pkcs-cipher", cipher, "--outfile", text(&out)];
        let said = tool::run(&certtool, [&files[..], &how].concat());
        assert!(said.success, "{cipher}: {}", said.all());
        assert_eq!(FILES.listed(&file), ["gnutls:key:2"], "{cipher}");
    }
}
