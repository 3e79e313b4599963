//! The table as a whole: every target is read, checked, filled in and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::builtin::{TARGETS, TEMPLATES};
use super::*;
use crate::keys::{KeyFile, PrivateKey, Secret};
use crate::x509::fixtures::{NOW, Node, Spec};
use crate::x509::{Extension, Oid, oid, pem};

/// A leaf or an authority under an issuing authority under a root.
struct Scene {
    root: Node,
    issuing: Node,
    subject: Node,
}

const SERVER: Oid = oid::EKU_SERVER_AUTH;
const CLIENT: Oid = oid::EKU_CLIENT_AUTH;

impl Scene {
    fn new(spec: &Spec) -> Self {
        let root = Node::root(&Spec::ca("Acme Root CA", None));
        let issuing = root.issue(&Spec::ca("Acme Issuing CA", Some(1)));
        let subject = issuing.issue(spec);
        Self { root, issuing, subject }
    }

    /// What a layout needs.
    fn fitting(layout: &Layout<'_>) -> Self {
        let needs = &layout.config.needs;
        let name = needs.common_name.as_deref().filter(|name| *name != "*").unwrap_or("www.corp.test");
        if needs.authority {
            return Self::new(&Spec::ca(name, Some(0)));
        }
        let names = ["www.corp.test", "server.dc1.consul", "client.dc1.consul", "localhost", "127.0.0.1"];
        Self::new(&Spec::leaf(name, &names).purposes(&needs.purposes))
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            name: "www.corp.test",
            certificate: &self.subject.certificate,
            intermediates: std::slice::from_ref(&self.issuing.certificate),
            root: &self.root.certificate,
            at: NOW,
        }
    }

    fn variables(&self, layout: &Layout<'_>) -> Variables {
        layout.variables(&BTreeMap::new(), &self.subject(), "/etc/tls dir").unwrap()
    }

    fn build(&self, layout: &Layout<'_>) -> Result<Built, TargetError> {
        let password = Secret::new("changeit");
        let credentials =
            Credentials { key: Some(&self.subject.key), store_password: Some(&password), ..Credentials::default() };
        layout.build(&self.subject(), &self.variables(layout), &credentials)
    }

    fn misfits(&self, layout: &Layout<'_>) -> Vec<Need> {
        let misfits = layout.misfits(&self.subject(), &self.variables(layout)).unwrap();
        misfits.into_iter().map(|misfit| misfit.need).collect()
    }
}

fn targets() -> Vec<Target> {
    Target::names().map(|name| Target::get(name).unwrap()).collect()
}

fn layout<'a>(target: &'a Target, role: &str, format: &str) -> Layout<'a> {
    target.layouts().find(|layout| layout.role() == role && layout.format() == format).unwrap()
}

#[test]
fn every_file_of_the_table_is_in_the_program() {
    assert!(TARGETS.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/targets");
    let there: BTreeSet<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut known: BTreeSet<String> = TEMPLATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (name, ..) in TARGETS {
        known.extend([format!("{name}.json"), format!("{name}.txt")]);
    }
    assert_eq!(there, known);
    let used: BTreeSet<String> = targets()
        .iter()
        .flat_map(|target| target.table.layouts.iter().flat_map(|layout| layout.files.iter()))
        .filter_map(|file| file.template.clone())
        .collect();
    assert_eq!(used, TEMPLATES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn every_layout_is_complete_and_says_where_its_files_are() {
    for target in targets() {
        for layout in target.layouts() {
            let scene = Scene::fitting(&layout);
            let variables = scene.variables(&layout);
            assert_eq!(scene.misfits(&layout), [], "{layout}");
            let plan = layout.plan(&scene.subject(), &variables).unwrap();
            let built = scene.build(&layout).unwrap_or_else(|error| panic!("{layout}: {error}"));
            assert_eq!(plan, built.files.iter().map(|file| file.plan.clone()).collect::<Vec<_>>(), "{layout}");
            let names: BTreeSet<&str> = plan.iter().map(|file| file.name.as_str()).collect();
            assert_eq!(names.len(), plan.len(), "{layout}");
            let mut texts = vec![built.snippet.clone()];
            texts.extend(built.files.iter().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()));
            let mut named = BTreeSet::new();
            for piece in texts.iter().flat_map(|text| text.split("/etc/tls dir/").skip(1)) {
                let end = piece.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
                named.insert(&piece[..end.unwrap_or(piece.len())]);
            }
            assert!(named.is_subset(&names), "{layout}: {named:?} in {names:?}");
            assert!(!named.is_empty() || built.snippet.contains("/etc/tls dir\""), "{layout} names no file");
            for (config, file) in layout.config.files.iter().zip(&built.files) {
                let text = String::from_utf8_lossy(&file.bytes);
                assert!(config.template.is_none() || !text.contains(template::MARK), "{layout}: {}", file.plan.name);
                let has_key =
                    text.contains("PRIVATE KEY") || text.contains("key: LS0t") || text.contains("key.pem: LS0t");
                assert!(!has_key || file.plan.secret, "{layout}: {} has the key and is not secret", file.plan.name);
            }
        }
    }
}

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
fn chains_go_up_from_the_certificate_and_end_below_the_root() {
    use table::Part::{Cert, Chain, Key, KeyTraditional, Root};
    for target in targets() {
        for layout in target.layouts() {
            for file in &layout.config.files {
                let certificates: Vec<_> =
                    file.holds.iter().filter(|part| !matches!(part, Key | KeyTraditional)).copied().collect();
                let fine = match certificates.as_slice() {
                    [] | [Cert] | [Cert, Chain] | [Chain] | [Root] => true,
                    // What is trusted, for programs that send no intermediates.
                    [Root, Chain] => file.holds.len() == 2,
                    [Cert, Chain, Root] => layout.wants_authority(),
                    _ => false,
                };
                assert!(fine, "{layout} {}", file.name);
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
    let subject =
        Subject { name: "root", certificate: &root.certificate, intermediates: &[], root: &root.certificate, at: NOW };
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
    let subject =
        Subject { name: "proxy", certificate: &leaf.certificate, intermediates: &[], root: &root.certificate, at: NOW };
    let target = Target::get("apache").unwrap();
    let layout = target.choose(&subject, None, None, &BTreeMap::new(), "/x").unwrap();
    assert_eq!(layout.role(), "client");
    let variables = layout.variables(&BTreeMap::new(), &subject, "/x").unwrap();
    let names: Vec<String> = layout.plan(&subject, &variables).unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["proxy.pem", "ca.pem"]);
    assert!(!layout.snippet(&variables).unwrap().contains("proxy-chain"));
}

#[test]
fn what_a_target_cannot_use_is_refused() {
    let refused = |target: &str, role: &str, format: &str, scene: &Scene, needs: &[Need]| {
        let target = Target::get(target).unwrap();
        let layout = layout(&target, role, format);
        assert_eq!(scene.misfits(&layout), needs, "{layout}");
        assert!(matches!(scene.build(&layout), Err(TargetError::Misfit(_))), "{layout}");
    };
    let of = |algorithm: Algorithm, spec: &Spec| {
        let mut scene = Scene::new(spec);
        scene.subject.key = PrivateKey::generate(algorithm).unwrap();
        scene.subject.certificate = scene.issuing.certify(spec, scene.subject.key.public_key());
        scene
    };
    let both = Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER, CLIENT]);
    let ca = Spec::ca("identity.linkerd.cluster.local", Some(0));
    refused("kafka", "broker", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("envoy", "server", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("apache", "client", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("linkerd", "issuer", "yaml", &of(Algorithm::EcP384, &ca), &[Need::Key]);
    refused("istio", "authority", "yaml", &of(Algorithm::EcP521, &ca), &[Need::Key]);
    let server = Scene::new(&Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]));
    refused("etcd", "server", "pem", &server, &[Need::Purpose]);
    refused("postgres", "client", "pem", &server, &[Need::Purpose]);
    refused("cert-manager", "issuer", "yaml", &server, &[Need::Authority]);
    refused("consul", "server", "pem", &server, &[Need::Purpose, Need::Name]);
    refused("nginx", "server", "pem", &Scene::new(&ca), &[Need::Authority]);
    refused("linkerd", "issuer", "yaml", &Scene::new(&Spec::ca("Acme CA", Some(0))), &[Need::CommonName]);
    let mut signless = Spec::ca("Acme CA", Some(0));
    signless.key_usage = Some(crate::x509::KeyUsage::CRL_SIGN);
    refused("cert-manager", "issuer", "yaml", &Scene::new(&signless), &[Need::Authority]);
    let mut nameless = Spec::leaf("a", &["www.corp.test"]).purposes(&[CLIENT]);
    nameless.subject = crate::x509::Name::empty();
    refused("postgres", "client", "pem", &Scene::new(&nameless), &[Need::CommonName]);
    let mut old = Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]);
    old.not_after = NOW - time::Duration::days(1);
    refused("nginx", "server", "pem", &Scene::new(&old), &[Need::Validity]);
    // A purpose that OpenSSL does not take for the others.
    let any = Spec::leaf("a", &["www.corp.test"]).purposes(&[oid::EKU_ANY]);
    refused("nginx", "server", "pem", &Scene::new(&any), &[Need::Purpose]);
    let mut scene = Scene::new(&ca);
    scene.root.key = PrivateKey::generate(Algorithm::EcP384).unwrap();
    scene.root.certificate = {
        let key = scene.root.key.public_key().clone();
        scene.root.certify(&Spec::ca("Acme Root CA", None), &key)
    };
    refused("linkerd", "issuer", "yaml", &scene, &[Need::IssuerKey]);
    let critical = Extension { oid: oid::EXTENDED_KEY_USAGE, ..Extension::extended_key_usage(&[SERVER], true) };
    let mut spec = Spec::ca("Acme Issuing CA", Some(0));
    spec.extra.push(critical);
    let mut scene = Scene::new(&Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]));
    scene.issuing = scene.root.issue(&spec);
    refused("rabbitmq", "server", "pem", &scene, &[Need::IssuerPurpose]);
}

#[test]
fn no_target_takes_ml_dsa() {
    for target in targets() {
        for layout in target.layouts() {
            let mut scene = Scene::fitting(&layout);
            let key = PrivateKey::generate(Algorithm::MlDsa44).unwrap();
            let certificate = scene.subject.certificate.clone();
            let spec = Spec {
                subject: certificate.subject.clone(),
                names: certificate.subject_alt_names.clone(),
                purposes: layout.config.needs.purposes.clone(),
                ..if certificate.is_ca() { Spec::ca("x", Some(0)) } else { Spec::leaf("x", &[]) }
            };
            scene.subject.certificate = scene.issuing.certify(&spec, key.public_key());
            assert_eq!(scene.misfits(&layout), [Need::Key], "{layout}");
        }
    }
}

#[test]
fn the_role_is_what_the_certificate_says() {
    let chosen = |target: &str, purposes: &[Oid]| {
        let scene = Scene::new(&Spec::leaf("a", &["www.corp.test"]).purposes(purposes));
        let target = Target::get(target).unwrap();
        let chosen = target.choose(&scene.subject(), None, None, &BTreeMap::new(), "/x");
        chosen.map(|layout| layout.role().to_owned()).map_err(|error| error.to_string())
    };
    assert_eq!(chosen("postgres", &[SERVER]).unwrap(), "server");
    assert_eq!(chosen("postgres", &[CLIENT]).unwrap(), "client");
    assert_eq!(
        chosen("postgres", &[SERVER, CLIENT]).unwrap_err(),
        "this certificate can be used for postgres as server or client: say which with --role"
    );
    assert_eq!(chosen("kafka", &[SERVER, CLIENT]).unwrap(), "broker");
    assert_eq!(chosen("kafka", &[CLIENT]).unwrap(), "client");
    assert_eq!(chosen("nginx", &[SERVER, CLIENT]).unwrap(), "server", "the files are the same");
    assert_eq!(chosen("etcd", &[SERVER]).unwrap(), "server", "the nearest");
    assert!(chosen("etcd", &[SERVER, CLIENT]).unwrap_err().contains("server or peer or client"));
    let scene = Scene::new(&Spec::ca("Acme CA", Some(0)));
    let java = Target::get("java").unwrap();
    let trust = java.choose(&scene.subject(), None, Some("jks"), &BTreeMap::new(), "/x").unwrap();
    assert_eq!((trust.role(), trust.format()), ("trust", "jks"));
    for (role, format, why) in [
        (Some("sever"), None, "java has no role sever; it has server, client, trust"),
        (None, Some("pem"), "java server has no format pem; it has p12, jks"),
    ] {
        let error = java.choose(&scene.subject(), role, format, &BTreeMap::new(), "/x").unwrap_err();
        assert_eq!(error.to_string(), why);
    }
}

#[test]
fn variables_hold_nothing_that_a_file_would_take_apart() {
    let scene = Scene::new(&Spec::ca("Acme CA", Some(0)));
    let target = Target::get("cert-manager").unwrap();
    let layout = target.layouts().next().unwrap();
    let set = |name: &str, value: &str| {
        let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        layout.variables(&given, &scene.subject(), "/x").map(drop).map_err(|error| error.to_string())
    };
    for (name, value) in
        [("namespace", "pki"), ("object", "a.b-c"), ("kind", "Issuer"), ("dir", "/Users/a b/Käse"), ("dir", "x")]
    {
        assert_eq!(set(name, value), Ok(()), "{name}={value}");
    }
    for (name, value) in [
        ("namespace", "a.b"),
        ("namespace", ""),
        ("namespace", "-a"),
        ("object", "a\"\ntype: x"),
        ("object", "{{ name }}"),
        ("object", "A"),
        ("kind", "Certificate"),
        ("dir", "/a\"b"),
        ("dir", "/a\nb"),
        ("dir", "/$HOME"),
        ("dir", "/a{b}"),
        ("dir", "/a\u{202e}b"),
        ("dir", ""),
        ("colour", "red"),
    ] {
        let why = set(name, value).unwrap_err();
        assert!(!why.chars().any(char::is_control), "{why:?}");
    }
}

#[test]
fn a_key_that_is_another_ones_and_a_missing_one_are_refused() {
    let target = Target::get("nginx").unwrap();
    let layout = layout(&target, "server", "pem");
    let scene = Scene::fitting(&layout);
    let build = |key: Option<&PrivateKey>| {
        let credentials = Credentials { key, ..Credentials::default() };
        layout.build(&scene.subject(), &scene.variables(&layout), &credentials)
    };
    assert!(matches!(build(None), Err(TargetError::Missing(_))));
    assert!(matches!(build(Some(&scene.root.key)), Err(TargetError::KeyMismatch)));
    assert!(build(Some(&scene.subject.key)).is_ok());
}

#[test]
fn a_misspelt_target_is_told_the_right_one() {
    let error = Target::get("postgress").unwrap_err().to_string();
    assert_eq!(error, "no target \"postgress\" (did you mean \"postgres\"?)");
    assert!(Target::get("\u{1b}[2J").unwrap_err().to_string().contains("\\u{1b}"));
}

#[test]
fn a_table_is_strict() {
    let read = |json: &str| table::TargetConfig::from_json(json).map(drop);
    let layout = r#"{"role": "r", "format": "f", "make": {"profile": "p"}, "files": [FILE]}"#;
    let table = |file: &str| format!(r#"{{"description": "d", "layouts": [{}]}}"#, layout.replace("FILE", file));
    assert_eq!(read(&table(r#"{"name": "a", "holds": ["cert"]}"#)), Ok(()));
    for file in [
        r#"{"name": "a"}"#,
        r#"{"name": "a", "holds": ["cert"], "keystore": "jks"}"#,
        r#"{"name": "a", "holds": ["certificate"]}"#,
        r#"{"name": "a", "holds": ["cert"], "mode": 384}"#,
        "",
    ] {
        assert!(read(&table(file)).is_err(), "{file}");
    }
    assert!(read(r#"{"description": "d", "layouts": []}"#).is_err());
}

#[test]
fn keystores_hold_the_chain_and_truststores_the_root() {
    use crate::container::{OpenedContent, Passwords, open};
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
