//! What is in the files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::container::{OpenedContent, Passwords, open};
use crate::keys::KeyFile;
use crate::x509::pem;

#[test]
fn pem_files_hold_their_parts_in_order_and_the_key_fits() {
    for target in targets() {
        for layout in target.layouts() {
            let scene = Scene::fitting(&layout);
            let built = scene.build(&layout).unwrap();
            let configs = layout.config.files.iter().zip(&built.files).filter(|(config, _)| !config.holds.is_empty());
            for (config, file) in configs {
                let expected: Vec<_> = config
                    .holds
                    .iter()
                    .filter_map(|part| match part {
                        table::Part::Cert => Some(&scene.subject.certificate),
                        table::Part::Chain => Some(&scene.issuing.certificate),
                        table::Part::Root => Some(&scene.root.certificate),
                        table::Part::Key | table::Part::KeyTraditional => None,
                    })
                    .collect();
                let text = String::from_utf8(file.bytes.to_vec()).unwrap();
                if !expected.is_empty() {
                    let found = pem::read_certificates(text.as_bytes()).unwrap();
                    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{layout} {}", config.name);
                }
                if config.holds_key() {
                    let key = KeyFile::read(&file.bytes, &mut || None).unwrap().key;
                    assert_eq!(key.public_key(), scene.subject.key.public_key(), "{layout} {}", config.name);
                    let label =
                        if config.holds.contains(&table::Part::KeyTraditional) { "EC PRIVATE" } else { "PRIVATE" };
                    assert!(text.contains(&format!("BEGIN {label} KEY")), "{layout} {}", config.name);
                }
                let allowed = if config.holds_key() { 1 } else { 0 };
                assert_eq!(text.matches("PRIVATE KEY-----\n").count(), 2 * allowed, "{layout} {}", config.name);
            }
        }
    }
}

#[test]
fn secrets_of_kubernetes_hold_the_parts_in_base64() {
    let expect = |target: &str, role: &str, file: &str, entries: &[(&str, &[&str])]| {
        let target = Target::get(target).unwrap();
        let layout = layout(&target, role, "yaml");
        let scene = Scene::fitting(&layout);
        let built = scene.build(&layout).unwrap();
        let file = built.files.iter().find(|built| built.plan.name == file).unwrap();
        let text = String::from_utf8(file.bytes.to_vec()).unwrap();
        let key = String::from_utf8(scene.subject.key.to_pkcs8_pem(None).unwrap().to_vec()).unwrap();
        for (entry, parts) in entries {
            let line = text.lines().find(|line| line.starts_with(&format!("  {entry}: "))).unwrap();
            let found = STANDARD.decode(line.split_once(": ").unwrap().1).unwrap();
            let part = |part: &&str| match *part {
                "cert" => scene.subject.certificate.to_pem(),
                "chain" => scene.issuing.certificate.to_pem(),
                "root" => scene.root.certificate.to_pem(),
                _ => key.clone(),
            };
            assert_eq!(
                String::from_utf8(found).unwrap(),
                parts.iter().map(part).collect::<String>(),
                "{layout} {entry}"
            );
        }
        assert_eq!(text.matches(": LS0t").count(), entries.len(), "{text}");
    };
    expect(
        "kubernetes",
        "server",
        "secret.yaml",
        &[("tls.crt", &["cert", "chain"]), ("tls.key", &["key"]), ("ca.crt", &["root"])],
    );
    expect("kubernetes", "trust", "configmap.yaml", &[("ca.crt", &["root"])]);
    expect("cert-manager", "issuer", "secret.yaml", &[("tls.crt", &["cert", "chain", "root"]), ("tls.key", &["key"])]);
    expect(
        "istio",
        "authority",
        "cacerts.yaml",
        &[
            ("ca-cert.pem", &["cert"]),
            ("ca-key.pem", &["key"]),
            ("cert-chain.pem", &["cert", "chain", "root"]),
            ("root-cert.pem", &["root"]),
        ],
    );
}

#[test]
fn a_root_stands_in_a_file_once() {
    let root = Node::root(&Spec::ca("Acme Root CA", None));
    let subject = Subject {
        name: "root",
        certificate: &root.certificate,
        intermediates: &[],
        root: &root.certificate,
        other_anchors: &[],
        at: NOW,
    };
    let target = Target::get("istio").unwrap();
    let layout = layout(&target, "authority", "yaml");
    let variables = layout.variables(&BTreeMap::new(), &subject, "/x").unwrap();
    let credentials = Credentials { key: Some(&root.key), ..Credentials::default() };
    let built = layout.build(&subject, &variables, &credentials).unwrap();
    let chain = built.files.iter().find(|file| file.plan.name == "cert-chain.pem").unwrap();
    assert_eq!(chain.bytes.as_slice(), root.certificate.to_pem().as_bytes());
}

#[test]
fn files_for_intermediates_are_left_out_where_there_are_none() {
    let root = Node::root(&Spec::ca("Acme Root CA", None));
    let leaf = root.issue(&Spec::leaf("proxy", &[]).purposes(&[CLIENT]));
    let subject = Subject {
        name: "proxy",
        certificate: &leaf.certificate,
        intermediates: &[],
        root: &root.certificate,
        other_anchors: &[],
        at: NOW,
    };
    let target = Target::get("apache").unwrap();
    let layout = target.choose(&subject, None, None, &BTreeMap::new(), "/x").unwrap();
    assert_eq!(layout.role(), "client");
    let variables = layout.variables(&BTreeMap::new(), &subject, "/x").unwrap();
    let names: Vec<String> = layout.plan(&subject, &variables).unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["proxy.pem", "ca.pem"]);
    assert!(!layout.snippet(&variables).unwrap().contains("proxy-chain"));
}

#[test]
fn keystores_hold_the_chain_and_truststores_the_root() {
    let password = Secret::new("changeit");
    let passwords = Passwords { store: Some(&password), key: None };
    for format in ["p12", "jks"] {
        let target = Target::get("java").unwrap();
        let layout = layout(&target, "server", format);
        let scene = Scene::fitting(&layout);
        let built = scene.build(&layout).unwrap();
        let entries: Vec<_> =
            built.files.iter().map(|file| open(&file.bytes, &passwords).unwrap().entries.remove(0)).collect();
        assert_eq!([entries[0].alias.as_str(), entries[1].alias.as_str()], ["www.corp.test", "ca"]);
        match (&entries[0].content, &entries[1].content) {
            (OpenedContent::Key { key, chain }, OpenedContent::Certificate { certificate, trusted }) => {
                assert_eq!(key.as_ref().unwrap().public_key(), scene.subject.key.public_key());
                assert_eq!(chain, &[scene.subject.certificate.clone(), scene.issuing.certificate.clone()]);
                assert_eq!((certificate, *trusted), (&scene.root.certificate, true));
            }
            other => panic!("{other:?}"),
        }
        let credentials = Credentials { key: Some(&scene.subject.key), ..Credentials::default() };
        let without = layout.build(&scene.subject(), &scene.variables(&layout), &credentials);
        assert!(matches!(without, Err(TargetError::Missing(_))));
    }
}
