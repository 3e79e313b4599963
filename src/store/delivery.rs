//! Where the files of certificates were put outside the store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Longest path that is recorded, in bytes.
const LONGEST_PATH: usize = 4096;

/// The names of a certificate's PEM files in a directory; the key is among them where it is not elsewhere.
pub fn bundle_files(with_key: bool) -> impl Iterator<Item = &'static str> {
    let names = ["cert.pem", "key.pem", "chain.pem", "fullchain.pem", "ca.pem"];
    names.into_iter().filter(move |name| with_key || *name != "key.pem")
}

/// Files of a lineage's certificate outside the store: a renewal writes its own to the same place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// The lineage.
    pub lineage: String,
    /// Serial of the certificate whose files are there, lower-case hex.
    pub serial: String,
    /// Absolute path of the directory, or of the file where there is only one.
    pub path: String,
    /// The file in the directory that tells it from other deliveries there; empty where `path` is a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// What the files are.
    #[serde(flatten)]
    pub form: DeliveryForm,
    /// SHA-256 of each file that was written, lower-case hex, by its name; empty where that was not noted. Of a pending one, a file
    /// that is still to be written has an empty text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Whether the files are still to be written, or whoever reads them is still to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// Of a pending one, whether a command was to run once the files are there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
}

/// What files a delivery has, and all it takes to write them again but passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DeliveryForm {
    /// `cert.pem`, `chain.pem`, `fullchain.pem` and `ca.pem` in a directory.
    Bundle {
        /// Whether `key.pem` is there too.
        key: bool,
        /// Whether it is encrypted.
        encrypted: bool,
    },
    /// One file with the certificate.
    Certificate {
        /// Whether the intermediates follow it.
        fullchain: bool,
    },
    /// What `export` wrote for a program.
    Export {
        /// The program.
        target: String,
        /// The part that the certificate plays.
        role: String,
        /// The form of the files.
        format: String,
        /// How PKCS#12 is encrypted, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<String>,
        /// The variables that were given.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        variables: BTreeMap<String, String>,
    },
    /// A keystore with this certificate alone.
    Keystore {
        /// Its format.
        format: String,
        /// How PKCS#12 is encrypted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<String>,
        /// The alias of the entry.
        alias: String,
        /// Whether the root stands at the end of the chain.
        include_root: bool,
        /// Whether it has a password.
        protected: bool,
        /// Whether the key has a password of its own.
        key_password: bool,
    },
    /// A file of anchors. Its lineage is that of an authority's own certificates.
    Truststore {
        /// Its format.
        format: String,
        /// How PKCS#12 is encrypted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<String>,
        /// SHA-256 of each anchor, lower-case hex, in order.
        anchors: Vec<String>,
    },
}

impl DeliveryRecord {
    /// What another delivery to the same place has in common with this one.
    pub(super) fn site(&self) -> String {
        if self.file.is_empty() { self.path.clone() } else { format!("{}/{}", self.path, self.file) }
    }

    /// The directory that its files are in.
    pub fn dir(&self) -> &Path {
        let path = Path::new(&self.path);
        if self.file.is_empty() { path.parent().unwrap_or(path) } else { path }
    }

    /// The files that it has: those that were noted, else those that its form has for certain.
    pub fn written(&self) -> Vec<PathBuf> {
        let names: Vec<&str> = match &self.form {
            _ if !self.files.is_empty() => self.files.keys().map(String::as_str).collect(),
            DeliveryForm::Bundle { key, .. } => bundle_files(*key).collect(),
            _ if self.file.is_empty() => return vec![PathBuf::from(&self.path)],
            _ => vec![&self.file],
        };
        names.into_iter().map(|name| self.dir().join(name)).collect()
    }

    /// Why it cannot be recorded.
    pub(super) fn unfit(&self) -> Option<String> {
        unfit_path(&self.path).or_else(|| {
            let is_plain = |name: &str| !name.contains(['/', '\0']) && !matches!(name, "." | "..");
            // They are removed and replaced in that directory, and nowhere else.
            let plain = is_plain(&self.file) && self.files.keys().all(|name| is_plain(name) && !name.is_empty());
            (!plain).then(|| "a delivery's file is no file name".to_owned())
        })
    }
}

/// Why a path is none that deliveries have.
pub(super) fn unfit_path(path: &str) -> Option<String> {
    let fits = path.starts_with('/') && path.len() <= LONGEST_PATH && !path.contains('\0');
    (!fits).then(|| "a delivery's path is not absolute".to_owned())
}

/// What lines say of deliveries, on top of what may have been said before.
#[derive(Debug, Clone, Default)]
pub(super) struct Deliveries {
    by_site: HashMap<String, DeliveryRecord>,
    sites: HashMap<String, Vec<String>>,
    /// Every place that was ever delivered to.
    touched: HashSet<String>,
    /// Lineage and path of what was forgotten.
    forgotten: HashSet<(String, String)>,
}

impl Deliveries {
    /// The deliveries of a lineage, in the order in which they were made; `before` is what stood before these lines.
    pub(super) fn of(&self, lineage: &str, before: Vec<DeliveryRecord>) -> Vec<DeliveryRecord> {
        let sites = self.sites.get(lineage).map(Vec::as_slice).unwrap_or_default();
        let mut found = Vec::with_capacity(before.len() + sites.len());
        let mut told = HashSet::new();
        for record in before {
            let site = record.site();
            match self.by_site.get(&site) {
                Some(newer) if newer.lineage == lineage => {
                    found.push(newer.clone());
                    told.insert(site);
                }
                _ if self.replaces(&record, &site) => {}
                _ => found.push(record),
            }
        }
        found.extend(
            sites.iter().filter(|site| !told.contains(*site)).filter_map(|site| self.by_site.get(site).cloned()),
        );
        found
    }

    /// All deliveries, in no order; `before` is what stood before these lines.
    pub(super) fn all(&self, before: Vec<DeliveryRecord>) -> Vec<DeliveryRecord> {
        let old = before.into_iter().filter(|record| !self.replaces(record, &record.site()));
        old.chain(self.by_site.values().cloned()).collect()
    }

    /// The deliveries that are pending, in no order; `before` were so before these lines.
    pub(super) fn pending<'a>(&'a self, before: &'a [DeliveryRecord]) -> impl Iterator<Item = &'a DeliveryRecord> {
        let old = before.iter().filter(|record| !self.replaces(record, &record.site()));
        old.chain(self.by_site.values()).filter(|record| record.pending)
    }

    /// Whether these lines say something else of a place, or forget it.
    fn replaces(&self, record: &DeliveryRecord, site: &str) -> bool {
        self.touched.contains(site) || self.forgotten.contains(&(record.lineage.clone(), record.path.clone()))
    }

    /// Adds one; what was at the same place is gone.
    pub(super) fn add(&mut self, record: DeliveryRecord) {
        let site = record.site();
        let before = self.by_site.get(&site).map(|before| before.lineage.clone());
        if before.as_deref() != Some(record.lineage.as_str()) {
            if let Some(sites) = before.and_then(|lineage| self.sites.get_mut(&lineage)) {
                sites.retain(|other| *other != site);
            }
            self.sites.entry(record.lineage.clone()).or_default().push(site.clone());
        }
        self.touched.insert(site.clone());
        self.by_site.insert(site, record);
    }

    /// Forgets those of a lineage at a path.
    pub(super) fn forget(&mut self, lineage: &str, path: &str) {
        self.forgotten.insert((lineage.to_owned(), path.to_owned()));
        let Some(sites) = self.sites.get_mut(lineage) else { return };
        let by_site = &mut self.by_site;
        sites.retain(|site| {
            let gone = by_site.get(site).is_some_and(|record| record.path == path);
            if gone {
                by_site.remove(site);
            }
            !gone
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(lineage: &str, path: &str, file: &str) -> DeliveryRecord {
        let form = DeliveryForm::Bundle { key: true, encrypted: false };
        let (lineage, path, file) = (lineage.to_owned(), path.to_owned(), file.to_owned());
        DeliveryRecord {
            lineage,
            serial: "01".to_owned(),
            path,
            file,
            form,
            files: BTreeMap::new(),
            pending: false,
            command: false,
        }
    }

    #[test]
    fn the_last_one_at_a_place_counts() {
        let mut all = Deliveries::default();
        all.add(record("a", "/tls", "a.crt"));
        all.add(record("b", "/tls", "b.crt"));
        all.add(record("b", "/tls", "a.crt"));
        let files = |all: &Deliveries, lineage: &str, before: &[DeliveryRecord]| -> Vec<String> {
            all.of(lineage, before.to_vec()).into_iter().map(|record| record.file).collect()
        };
        assert_eq!(files(&all, "a", &[]), [""; 0]);
        assert_eq!(files(&all, "b", &[]), ["b.crt", "a.crt"]);
        all.add(record("b", "/tls", "a.crt"));
        assert_eq!(files(&all, "b", &[]), ["b.crt", "a.crt"]);
        all.forget("a", "/tls");
        assert_eq!(files(&all, "b", &[]), ["b.crt", "a.crt"]);
        all.forget("b", "/tls");
        assert_eq!(files(&all, "b", &[]), [""; 0]);
    }

    #[test]
    fn what_stood_before_counts_until_something_else_is_said_of_its_place() {
        let before = [record("a", "/tls", "1"), record("a", "/tls", "2"), record("a", "/other", "3")];
        let mut all = Deliveries::default();
        let files = |all: &Deliveries| -> Vec<(String, bool)> {
            all.of("a", before.to_vec()).into_iter().map(|record| (record.file, record.pending)).collect()
        };
        let told = |file: &str, pending| (file.to_owned(), pending);
        assert_eq!(files(&all), [told("1", false), told("2", false), told("3", false)]);
        // The place stays where it was in the order; another lineage takes one away, and a forgotten one does not come back.
        all.add(DeliveryRecord { pending: true, ..record("a", "/tls", "2") });
        all.add(record("b", "/tls", "1"));
        assert_eq!(files(&all), [told("2", true), told("3", false)]);
        assert_eq!(all.pending(&before).count(), 1);
        all.forget("b", "/tls");
        assert_eq!(files(&all), [told("2", true), told("3", false)]);
        all.forget("a", "/other");
        all.add(record("a", "/other", "4"));
        assert_eq!(files(&all), [told("2", true), told("4", false)]);
    }

    #[test]
    fn places_are_absolute_paths_and_plain_names() {
        assert_eq!(record("a", "/tls", "").unfit(), None);
        for (path, file) in [("tls", ""), ("", ""), ("/t\0", ""), ("/tls", "../x"), ("/tls", "..")] {
            assert!(record("a", path, file).unfit().is_some(), "{path:?} {file:?}");
        }
    }

    #[test]
    fn the_line_is_flat_and_without_defaults() {
        let json = serde_json::to_string(&record("a", "/tls", "cert.pem")).unwrap();
        let expected = r#"{"lineage":"a","serial":"01","path":"/tls","file":"cert.pem","kind":"bundle","key":true,"encrypted":false}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<DeliveryRecord>(&json).unwrap(), record("a", "/tls", "cert.pem"));
    }
}
