//! The table as a whole: every target is read, checked, filled in and compared.

mod files;
mod refusals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::builtin::{TARGETS, TEMPLATES};
use super::*;
use crate::keys::{PrivateKey, Secret};
use crate::x509::fixtures::{NOW, Node, Spec};
use crate::x509::{Oid, oid};

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
            other_anchors: &[],
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
                assert!(config.keystore.is_none() || file.plan.secret, "{layout}: {}", file.plan.name);
                assert!(!has_key || file.plan.secret, "{layout}: {} has the key and is not secret", file.plan.name);
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
