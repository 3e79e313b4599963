//! No two things of a manifest are put into one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::model::{Delivery, Manifest, Place};
use crate::container::target::{Origin, Target};
use crate::notation::Fault;
use crate::store::bundle_files;
use crate::x509::escape;

/// Endings of the files of an authority's CRLs.
const CRL_ENDINGS: [&str; 4] = ["crl", "crl.pem", "delta.crl", "delta.crl.pem"];

/// Who writes a file.
#[derive(Clone)]
struct Owner {
    /// In words: `the certificate www`.
    who: String,
    /// What its bytes follow from, where others may have the same.
    bytes: Option<(Origin, String, String)>,
}

/// Refuses two things that would be written to one file: they would replace each other on every run. Files of several programs that have the
/// same bytes may be one.
pub(super) fn check(manifest: &Manifest) -> Result<(), Fault> {
    let mut taken: BTreeMap<PathBuf, Owner> = BTreeMap::new();
    for (name, certificate) in &manifest.certificates {
        let who = format!("the certificate {}", escape(name));
        for (index, delivery) in certificate.deliver.iter().enumerate() {
            let Some(place) = delivery.place() else { continue };
            let (field, paths) = files(place, delivery);
            for (path, bytes) in paths {
                let bytes = bytes.map(|(origin, what)| {
                    let authority = manifest.authority_of(certificate).unwrap_or_default();
                    let of = match origin {
                        Origin::Root => root(manifest, authority),
                        Origin::Authority => authority,
                        Origin::Certificate | Origin::Unique => name,
                    };
                    (origin, of.to_owned(), what)
                });
                take(&mut taken, path, Owner { who: who.clone(), bytes })
                    .map_err(|fault| fault.at(field).at_index(index).at("deliver").at(name).at("certificates"))?;
            }
        }
    }
    for (index, truststore) in manifest.truststores.iter().enumerate() {
        let owner = Owner { who: "a truststore".to_owned(), bytes: None };
        take(&mut taken, truststore.to.clone(), owner)
            .map_err(|fault| fault.at("to").at_index(index).at("truststores"))?;
    }
    for (index, output) in manifest.crls.iter().enumerate() {
        let fault = |fault: Fault| fault.at("to").at_index(index).at("crls");
        let all = || manifest.authorities.keys().collect();
        let names: Vec<&String> =
            Some(output.authorities.iter().collect()).filter(|_| !output.authorities.is_empty()).unwrap_or_else(all);
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            for ending in CRL_ENDINGS {
                let owner = Owner { who: format!("the CRL of {}", escape(name)), bytes: None };
                take(&mut taken, output.to.join(format!("{name}.{ending}")), owner).map_err(fault)?;
            }
        }
    }
    Ok(())
}

/// The authority at the top.
fn root<'a>(manifest: &'a Manifest, name: &'a str) -> &'a str {
    let mut root = name;
    // Nothing stands above itself: that was checked.
    while let Some(parent) = manifest.authorities.get(root).and_then(|authority| authority.parent.as_deref()) {
        root = parent;
    }
    root
}

fn take(taken: &mut BTreeMap<PathBuf, Owner>, path: PathBuf, owner: Owner) -> Result<(), Fault> {
    let path = normal(&path);
    match taken.get(&path) {
        Some(before) if before.bytes.is_none() || before.bytes != owner.bytes => {
            let shown = escape(&path.to_string_lossy());
            Err(Fault::new(format!("something else is put there too: {} has {shown}", before.who)))
        }
        _ => {
            taken.insert(path, owner);
            Ok(())
        }
    }
}

/// What the bytes of a file follow from, and which of it is there.
type Bytes = Option<(Origin, String)>;

/// The field that says where a delivery goes, and the files that it has there.
fn files(place: Place<'_>, delivery: &Delivery) -> (&'static str, Vec<(PathBuf, Bytes)>) {
    match place {
        Place::Certificate(path) => ("certificate", vec![(path.to_owned(), None)]),
        Place::Keystore(path) => ("keystore", vec![(path.to_owned(), None)]),
        Place::Pem(dir) => {
            let names = bundle_files(delivery.key.unwrap_or(true));
            ("pem", names.map(|name| (dir.join(name), None)).collect())
        }
        Place::Export(target, dir) => {
            let files = exported(target, delivery).into_iter();
            ("to", files.map(|(name, bytes)| (dir.join(name), bytes)).collect())
        }
    }
}

/// The files that a program has in whatever role the certificate turns out to fit.
fn exported(target: &str, delivery: &Delivery) -> Vec<(String, Bytes)> {
    let Ok(target) = Target::get(target) else { return Vec::new() };
    let mut common: Option<Vec<(String, Bytes)>> = None;
    for role in target.roles() {
        if delivery.role.as_deref().is_some_and(|wanted| wanted != role) {
            continue;
        }
        let fits = |format: &str| delivery.format.as_deref().is_none_or(|wanted| wanted == format);
        let Some(layout) = target.layouts().find(|layout| layout.role() == role && fits(layout.format())) else {
            continue;
        };
        let files = layout.outline().into_iter().zip(layout.origins());
        let files: Vec<(String, Bytes)> = files
            .filter_map(|(file, origin)| {
                let bytes = (origin != Origin::Unique).then_some((origin, file.what));
                Some((filled(&target, delivery, file.name)?, bytes))
            })
            .collect();
        common = Some(match common {
            Some(before) => before.into_iter().filter(|file| files.contains(file)).collect(),
            None => files,
        });
    }
    common.unwrap_or_default()
}

/// The name of a file with the values of its variables, as far as these are plain.
fn filled(target: &Target, delivery: &Delivery, mut name: String) -> Option<String> {
    for (variable, _, default) in target.variables() {
        let value = delivery.set.get(variable).map_or(default, String::as_str);
        name = name.replace(&format!("{{{{ {variable} }}}}"), value);
    }
    (!name.contains("{{")).then_some(name)
}

/// A path without `.` and, as far as names come before it, `..`; links are not looked at.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            Component::ParentDir if normal.has_root() => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn fault(deliver_a: &Value, deliver_b: &Value, truststores: &Value) -> Option<String> {
        let manifest: Manifest = serde_json::from_value(json!({
            "authorities": {"root": {}, "other": {}, "issuing": {"parent": "root"}},
            "defaults": {"authority": "root"},
            "certificates": {
                "a": {"deliver": deliver_a, "authority": "issuing"},
                "b": {"deliver": deliver_b},
                "c": {"deliver": [{"export": "etcd", "role": "peer", "to": "other"}], "authority": "other"},
            },
            "truststores": truststores, "crls": [{"to": "public"}],
        }))
        .unwrap();
        check(&manifest).err().map(|fault| fault.describe_at(None))
    }

    #[test]
    fn what_goes_to_one_file_is_refused_however_it_is_spelt() {
        let none = json!([]);
        for (a, b, path) in [
            (json!([{"pem": "out"}]), json!([{"pem": "./x/../out/"}]), "out/cert.pem"),
            (json!([{"pem": "out"}]), json!([{"certificate": "out/ca.pem"}]), "out/ca.pem"),
            (json!([{"keystore": "/srv/../a.p12"}]), json!([{"keystore": "/a.p12"}]), "/a.p12"),
            (json!([{"export": "nginx", "to": "out"}]), json!([{"export": "nginx", "to": "out/."}]), "out/"),
            (json!([{"export": "nginx", "to": "out"}]), json!([{"certificate": "out/ca.pem"}]), "out/ca.pem"),
            (
                json!([{"export": "consul", "to": "out", "role": "server"}]),
                json!([{"certificate": "out/dc1-server-consul-0.pem"}]),
                "out/dc1-server-consul-0.pem",
            ),
            (
                json!([{"export": "java", "to": "out", "role": "server"}]),
                json!([{"keystore": "out/truststore.p12"}]),
                "out/truststore.p12",
            ),
            // What two authorities are known by is not the same.
            (
                json!([{"export": "mysql", "to": "out", "role": "server"}]),
                json!([{"export": "mysql", "to": "out", "role": "client"}]),
                "out/ca.pem",
            ),
        ] {
            let said = fault(&a, &b, &none).unwrap_or_default();
            assert!(said.contains(&format!("the certificate a has {path}")), "{a} {b}: {said}");
            assert!(said.contains("certificates.b.deliver[0]"), "{said}");
        }
        let anchors = json!([{"to": "out/a.jks"}, {"to": "out//a.jks"}]);
        let said = fault(&none, &none, &anchors).unwrap_or_default();
        assert!(said.contains("a truststore has out/a.jks"), "{said}");
        let said = fault(&json!([{"certificate": "public/root.crl.pem"}]), &none, &none).unwrap_or_default();
        assert!(said.contains("the certificate a has public/root.crl.pem"), "{said}");
        assert!(said.contains("crls[0].to"), "{said}");
        let peer = json!([{"export": "etcd", "role": "server", "to": "other"}]);
        let said = fault(&none, &peer, &none).unwrap_or_default();
        assert!(said.contains("the certificate b has other/ca.crt"), "{said}");
        // A keystore is another one each time.
        let twice =
            json!([{"export": "java", "to": "j", "role": "client"}, {"export": "tomcat", "to": "j", "role": "server"}]);
        let said = fault(&twice, &none, &none).unwrap_or_default();
        assert!(said.contains("a has j/"), "{said}");
    }

    #[test]
    fn what_lies_side_by_side_is_not() {
        let a = json!([
            {"pem": "out"}, {"keystore": "out/a.p12"}, {"export": "nginx", "to": "e"}, {"export": "nginx", "to": "e"},
        ]);
        let b = json!([{"pem": "out/b"}, {"certificate": "out/b.crt"}, {"pem": "../out"}]);
        assert_eq!(fault(&a, &b, &json!([{"to": "out/trust.jks"}])), None);
        // Programs that share what their root is known by.
        let a = json!([{"export": "etcd", "role": "server", "to": "etcd"}, {"export": "node", "role": "server", "to": "n"}]);
        let b = json!([{"export": "etcd", "role": "peer", "to": "etcd"}, {"export": "etcd", "role": "client", "to": "etcd"}]);
        assert_eq!(fault(&a, &b, &json!([])), None);
        // Without its key one leaves room for another's.
        let (a, b) = (json!([{"pem": "out", "key": false}]), json!([{"certificate": "out/key.pem"}]));
        assert_eq!(fault(&a, &b, &json!([])), None);
    }
}
