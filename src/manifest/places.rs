//! No two things of a manifest are put into one file.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::model::{Delivery, Manifest, Place};
use crate::container::target::Target;
use crate::notation::Fault;
use crate::x509::escape;

/// The files that a `pem` delivery writes into its directory.
const PEM_FILES: [&str; 5] = ["cert.pem", "key.pem", "chain.pem", "fullchain.pem", "ca.pem"];

/// Who writes a file.
#[derive(Clone, Copy)]
struct Owner<'a> {
    what: &'static str,
    name: &'a str,
    /// Whether it is a program's file, which other programs of the same certificate may share.
    shares: bool,
}

/// Refuses two things that would be written to one file: they would replace each other on every run.
pub(super) fn check(manifest: &Manifest) -> Result<(), Fault> {
    let mut taken: BTreeMap<PathBuf, Owner<'_>> = BTreeMap::new();
    for (name, certificate) in &manifest.certificates {
        for (index, delivery) in certificate.deliver.iter().enumerate() {
            let Some(place) = delivery.place() else { continue };
            let (field, paths) = files(place, delivery);
            let owner = Owner { what: "certificate", name, shares: matches!(place, Place::Export(..)) };
            for path in paths {
                take(&mut taken, path, owner)
                    .map_err(|fault| fault.at(field).at_index(index).at("deliver").at(name).at("certificates"))?;
            }
        }
    }
    for (index, truststore) in manifest.truststores.iter().enumerate() {
        let owner = Owner { what: "truststore", name: "", shares: false };
        take(&mut taken, truststore.to.clone(), owner)
            .map_err(|fault| fault.at("to").at_index(index).at("truststores"))?;
    }
    Ok(())
}

fn take<'a>(taken: &mut BTreeMap<PathBuf, Owner<'a>>, path: PathBuf, owner: Owner<'a>) -> Result<(), Fault> {
    let path = normal(&path);
    match taken.get(&path) {
        Some(before) if !(before.shares && owner.shares && before.name == owner.name) => {
            let who = match before.name {
                "" => format!("a {}", before.what),
                name => format!("the {} {}", before.what, escape(name)),
            };
            let shown = escape(&path.to_string_lossy());
            Err(Fault::new(format!("something else is put there too: {who} has {shown}")))
        }
        _ => {
            taken.insert(path, owner);
            Ok(())
        }
    }
}

/// The field that says where a delivery goes, and the files that it certainly has there.
fn files(place: Place<'_>, delivery: &Delivery) -> (&'static str, Vec<PathBuf>) {
    match place {
        Place::Certificate(path) => ("certificate", vec![path.to_owned()]),
        Place::Keystore(path) => ("keystore", vec![path.to_owned()]),
        Place::Pem(dir) => {
            let with_key = delivery.key.unwrap_or(true);
            let names = PEM_FILES.iter().filter(|name| with_key || **name != "key.pem");
            ("pem", names.map(|name| dir.join(name)).collect())
        }
        Place::Export(target, dir) => ("to", exported(target, delivery).iter().map(|name| dir.join(name)).collect()),
    }
}

/// The files with the key that a program has in whatever role the certificate turns out to fit; those that are named by
/// variables differ, and others are not always there.
fn exported(target: &str, delivery: &Delivery) -> Vec<String> {
    let Ok(target) = Target::get(target) else { return Vec::new() };
    let mut common: Option<Vec<String>> = None;
    for role in target.roles() {
        if delivery.role.as_deref().is_some_and(|wanted| wanted != role) {
            continue;
        }
        let fits = |format: &str| delivery.format.as_deref().is_none_or(|wanted| wanted == format);
        let Some(layout) = target.layouts().find(|layout| layout.role() == role && fits(layout.format())) else {
            continue;
        };
        let files = layout.outline().into_iter().filter(|file| file.secret && !file.name.contains("{{"));
        let names: Vec<String> = files.map(|file| file.name).collect();
        common = Some(match common {
            Some(before) => before.into_iter().filter(|name| names.contains(name)).collect(),
            None => names,
        });
    }
    common.unwrap_or_default()
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
            "certificates": {"a": {"deliver": deliver_a}, "b": {"deliver": deliver_b}}, "truststores": truststores,
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
        ] {
            let said = fault(&a, &b, &none).unwrap_or_default();
            assert!(said.contains(&format!("the certificate a has {path}")), "{a} {b}: {said}");
            assert!(said.contains("certificates.b.deliver[0]"), "{said}");
        }
        let anchors = json!([{"to": "out/a.jks"}, {"to": "out//a.jks"}]);
        let said = fault(&none, &none, &anchors).unwrap_or_default();
        assert!(said.contains("a truststore has out/a.jks"), "{said}");
    }

    #[test]
    fn what_lies_side_by_side_is_not() {
        let a = json!([
            {"pem": "out"}, {"keystore": "out/a.p12"}, {"export": "nginx", "to": "e"}, {"export": "nginx", "to": "e"},
        ]);
        let b = json!([{"pem": "out/b"}, {"certificate": "out/b.crt"}, {"pem": "../out"}]);
        assert_eq!(fault(&a, &b, &json!([{"to": "out/trust.jks"}])), None);
        // Without its key one leaves room for another's.
        let (a, b) = (json!([{"pem": "out", "key": false}]), json!([{"certificate": "out/key.pem"}]));
        assert_eq!(fault(&a, &b, &json!([])), None);
    }
}
