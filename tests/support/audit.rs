//! An audit of a store from the outside: nothing here uses certwright's own code, only the documented layout.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value;
use x509_parser::prelude::{FromDer, X509Certificate};

/// When the audit happens, and so what it may find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Right after a kill: what a reader may see at that instant. Hidden names, `staging/` and an unfinished last line of the
    /// journal are nobody's business yet.
    Interrupted,
    /// After the next command: everything is complete and nothing is left over.
    AtRest,
}

/// What the audit found.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// Every broken promise, one sentence each.
    pub(crate) violations: Vec<String>,
    /// Every `certificate-issued` line, in order.
    pub(crate) issued: Vec<Issued>,
    /// Every `certificate-revoked` line: authority and serial.
    pub(crate) revoked: Vec<(String, String)>,
    /// Every `crl-issued` line, in order.
    pub(crate) crls: Vec<RecordedCrl>,
}

/// A `crl-issued` line.
#[derive(Debug, Clone)]
pub(crate) struct RecordedCrl {
    /// The authority.
    pub(crate) authority: String,
    /// Its number.
    pub(crate) number: u64,
    delta: bool,
    sha256: String,
}

/// A `certificate-issued` line.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    /// The serial, in hex.
    pub(crate) serial: String,
    /// The lineage.
    pub(crate) lineage: String,
    /// Whether the store says it holds the key.
    pub(crate) key: bool,
    /// Where its key is in which pack, where it has no directory: first byte and length.
    packed: Option<(u64, usize, usize)>,
    /// The certificate.
    pub(crate) der: Vec<u8>,
}

/// Audits a store and the directories it delivered to.
pub(crate) fn audit(store: &Path, outputs: &[&Path], moment: Moment) -> Audit {
    let mut audit = Audit::default();
    let mut recorded = BTreeSet::new();
    audit.journal(store, moment, &mut recorded);
    audit.directory(store, store, moment, &recorded);
    for output in outputs {
        audit.directory(output, output, moment, &recorded);
    }
    if moment == Moment::AtRest {
        audit.everything_recorded_is_there(store);
    }
    audit
}

impl Audit {
    fn broken(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// Proves the hash chain and collects every certificate the journal knows.
    fn journal(&mut self, store: &Path, moment: Moment, recorded: &mut BTreeSet<Vec<u8>>) {
        let Ok(text) = fs::read_to_string(store.join("journal.jsonl")) else {
            if moment == Moment::AtRest {
                self.broken("there is no journal");
            }
            return;
        };
        let mut previous = "0".repeat(64);
        let mut serials = BTreeSet::new();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let number = index + 1;
            let Some(line) = line.strip_suffix('\n') else {
                if moment == Moment::AtRest {
                    self.broken(format!("line {number} of the journal has no end"));
                }
                break;
            };
            let Ok(entry) = serde_json::from_str::<Value>(line) else {
                self.broken(format!("line {number} of the journal is not JSON"));
                break;
            };
            if entry["seq"].as_u64() != Some(number as u64) {
                self.broken(format!("line {number} of the journal has seq {}", entry["seq"]));
            }
            if entry["prev"].as_str() != Some(&previous) {
                self.broken(format!("line {number} of the journal does not carry the hash of the line before"));
            }
            previous = sha256_hex(line.as_bytes());
            for value in std::iter::once(&entry["certificate"]).chain(entry["chain"].as_array().into_iter().flatten()) {
                if let Some(der) = value.as_str().and_then(|text| base64::prelude::BASE64_STANDARD.decode(text).ok()) {
                    recorded.insert(der);
                }
            }
            if entry["event"] == "certificate-issued" {
                let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
                if !serials.insert(text("serial")) {
                    self.broken(format!("serial {} was issued twice", text("serial")));
                }
                let der = base64::prelude::BASE64_STANDARD.decode(text("certificate")).unwrap_or_default();
                let (serial, lineage) = (text("serial"), text("lineage"));
                let number = |field: &str| entry["packed"][field].as_u64().unwrap_or_default();
                let place = (number("pack"), number("at") as usize, number("length") as usize);
                let packed = entry["packed"].is_object().then_some(place);
                self.issued.push(Issued { serial, lineage, key: entry["key"] == true, packed, der });
            }
            self.revocation(&entry);
        }
    }

    /// Collects what a line says of revocations and CRLs.
    fn revocation(&mut self, entry: &Value) {
        let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        if entry["event"] == "certificate-revoked" {
            self.revoked.push((text("authority"), text("serial")));
        }
        if entry["event"] == "crl-issued" {
            let (authority, number) = (text("authority"), entry["number"].as_u64().unwrap_or_default());
            if self.crls.iter().any(|crl| crl.authority == authority && crl.number >= number) {
                self.broken(format!("CRL number {number} of {authority} is not above the ones before"));
            }
            self.crls.push(RecordedCrl { authority, number, delta: entry["base"].is_u64(), sha256: text("sha256") });
        }
    }

    /// A CRL that anybody can see is whole, and recorded.
    fn crl(&mut self, shown: &str, path: &Path, name: &str) {
        let bytes = fs::read(path).unwrap_or_default();
        let der = if name.ends_with(".pem") {
            pem::parse(&bytes).map(pem::Pem::into_contents).unwrap_or_default()
        } else {
            bytes
        };
        if !self.crls.iter().any(|crl| crl.sha256 == sha256_hex(&der)) {
            self.broken(format!("{shown} is no CRL of the journal"));
        }
    }

    /// Looks at every file below a directory.
    fn directory(&mut self, root: &Path, directory: &Path, moment: Moment, recorded: &BTreeSet<Vec<u8>>) {
        let Ok(entries) = fs::read_dir(directory) else { return };
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let mut certificates: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        let mut key = None;
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            let hidden = name.starts_with('.') || directory == root && name == "staging";
            if hidden && moment == Moment::Interrupted {
                continue;
            }
            if name.starts_with('.') && name != ".gitignore" {
                self.broken(format!("{} is left over", shown(&path)));
            } else if metadata.is_symlink() {
                if !path.exists() {
                    self.broken(format!("the link {} leads nowhere", shown(&path)));
                }
            } else if metadata.is_dir() {
                if hidden && fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some()) {
                    self.broken("staging/ is not empty");
                }
                self.directory(root, &path, moment, recorded);
            } else if name.ends_with(".crl") || name.ends_with(".crl.pem") {
                self.crl(&shown(&path), &path, &name);
            } else if name.ends_with(".pem") {
                let has_keys = name == "key.pem" || directory == root.join("packed");
                if has_keys && metadata.mode() & 0o777 != 0o600 {
                    self.broken(format!("{} has mode {:o}", shown(&path), metadata.mode() & 0o777));
                }
                match read_pem(&path) {
                    Ok(Contents::Certificates(found)) => {
                        if found.iter().any(|der| !recorded.contains(der)) {
                            self.broken(format!("{} holds a certificate that is not in the journal", shown(&path)));
                        }
                        certificates.insert(name, found);
                    }
                    Ok(Contents::Key(public)) => key = Some(public),
                    Ok(Contents::Other) => {}
                    Err(why) => self.broken(format!("{}: {why}", shown(&path))),
                }
            }
        }
        let own =
            certificates.get("cert.pem").or_else(|| certificates.get("ca.pem").filter(|_| is_authority(directory)));
        if let (Some(own), Some(key)) = (own.and_then(|found| found.first()), &key)
            && public_key(own).as_ref() != Some(key)
        {
            self.broken(format!("{}: the certificate is not for the key beside it", shown(directory)));
        }
        if let (Some(leaf), Some(full)) = (certificates.get("cert.pem"), certificates.get("fullchain.pem")) {
            if full.first() != leaf.first() {
                self.broken(format!("{}: fullchain.pem does not begin with cert.pem", shown(directory)));
            }
            if certificates.get("chain.pem").is_some_and(|chain| full[1..] != chain[..]) {
                self.broken(format!("{}: fullchain.pem does not go on with chain.pem", shown(directory)));
            }
        }
    }

    /// Every certificate whose key the store holds has its whole directory, or its key in a pack.
    fn everything_recorded_is_there(&mut self, store: &Path) {
        let mut packs = BTreeMap::new();
        for issued in self.issued.clone().iter().filter(|issued| issued.key) {
            let directory = store.join("issued").join(&issued.lineage).join(&issued.serial);
            let is_there = match issued.packed {
                None => is_complete(&directory, &issued.der),
                Some((pack, at, length)) => {
                    let path = store.join(format!("packed/{pack}.pem"));
                    let pack: &mut Vec<u8> = packs.entry(pack).or_insert_with(|| fs::read(path).unwrap_or_default());
                    let key = pack.get(at..at + length).and_then(|key| pem::parse(key).ok());
                    !directory.exists() && key.is_some_and(|key| public_half(key.contents()) == public_key(&issued.der))
                }
            };
            if !is_there {
                self.broken(format!("{} {} is recorded but not complete", issued.lineage, issued.serial));
            }
        }
        for crl in self.crls.clone() {
            let newer = |other: &RecordedCrl| {
                other.authority == crl.authority && other.number > crl.number && (!other.delta || crl.delta)
            };
            if self.crls.iter().any(newer) {
                continue;
            }
            let name =
                if crl.delta { format!("{}.delta.crl", crl.authority) } else { format!("{}.crl", crl.authority) };
            let found = fs::read(store.join("public").join(&name)).unwrap_or_default();
            if sha256_hex(&found) != crl.sha256 {
                self.broken(format!("public/{name} is not the newest CRL, number {}", crl.number));
            }
        }
    }
}

/// Whether a directory has the certificate with its key and chain.
pub(crate) fn is_complete(directory: &Path, der: &[u8]) -> bool {
    let has = |name: &str| directory.join(name).is_file();
    let same = read_pem(&directory.join("cert.pem"))
        .is_ok_and(|contents| matches!(contents, Contents::Certificates(found) if found == [der]));
    same && has("key.pem") && has("fullchain.pem")
}

enum Contents {
    Certificates(Vec<Vec<u8>>),
    Key(Vec<u8>),
    Other,
}

/// Reads a PEM file to its last block; a truncated or empty file is an error.
fn read_pem(path: &Path) -> Result<Contents, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let name = path.file_name().unwrap_or_default();
    // The chain of a certificate signed by a root is rightly empty.
    if bytes.is_empty() && name == "chain.pem" {
        return Ok(Contents::Certificates(Vec::new()));
    }
    if !bytes.ends_with(b"-----\n") {
        return Err("does not end with a PEM boundary".into());
    }
    let text = String::from_utf8_lossy(&bytes);
    let blocks = pem::parse_many(&bytes).map_err(|error| error.to_string())?;
    if blocks.is_empty() || blocks.len() != text.matches("-----BEGIN ").count() {
        return Err("has a broken PEM block".into());
    }
    if blocks.iter().all(|block| block.tag() == "CERTIFICATE") {
        let found: Vec<_> = blocks.iter().map(|block| block.contents().to_vec()).collect();
        return match found.iter().all(|der| public_key(der).is_some()) {
            true => Ok(Contents::Certificates(found)),
            false => Err("holds a certificate that cannot be read".into()),
        };
    }
    match blocks.iter().find(|block| block.tag() == "PRIVATE KEY") {
        Some(block) => public_half(block.contents()).map(Contents::Key).ok_or_else(|| "is no EC key".into()),
        None => Ok(Contents::Other),
    }
}

fn is_authority(directory: &Path) -> bool {
    directory.parent().is_some_and(|parent| parent.ends_with(PathBuf::from("authorities")))
}

/// The subjectPublicKey bits of a certificate.
fn public_key(der: &[u8]) -> Option<Vec<u8>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    rest.is_empty().then(|| certificate.public_key().subject_public_key.data.to_vec())
}

/// The public key that belongs to an EC key in PKCS#8.
fn public_half(pkcs8: &[u8]) -> Option<Vec<u8>> {
    [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING]
        .into_iter()
        .find_map(|algorithm| EcdsaKeyPair::from_pkcs8(algorithm, pkcs8, &SystemRandom::new()).ok())
        .map(|pair| pair.public_key().as_ref().to_vec())
}

fn sha256_hex(bytes: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
