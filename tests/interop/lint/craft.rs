//! Certificates written by hand, so that they can be wrong in any way, and signed all the same.

use std::path::Path;

use certwright::keys::{Algorithm, PrivateKey, Signer};

use super::der::{bit_string, sequence, tlv, typed};
use crate::authority::text;
use crate::tool;

/// Object identifiers, as the contents of their encoding.
pub(super) mod id {
    pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    pub(crate) const ORGANIZATION: &[u8] = &[0x55, 4, 10];
    pub(crate) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
    pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
    pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
    pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
    pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
    pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
    pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
    pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
    pub(crate) const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
    pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
    pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
    pub(crate) const OCSP_NOCHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
    pub(crate) const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
    pub(crate) const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
    pub(crate) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];
    /// Nobody's.
    pub(crate) const UNKNOWN: &[u8] = &[0x2a, 3, 4];
}

/// How a certificate is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha3,
    Sha512Cut,
    /// RSASSA-PSS with SHA-256 and a salt of so many octets.
    PssSalt(u8),
    /// RSASSA-PSS with SHA-256, and SHA-1 for MGF1.
    PssMask,
}

/// RSASSA-PSS with SHA-256, which MGF1 may share, and a salt of so many octets.
fn pss(shared: bool, salt: u8) -> Vec<u8> {
    let identifier = |oid: &[u8], parameters: &[u8]| sequence(&[&tlv(6, oid), parameters]);
    let sha256 = identifier(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], &[5, 0]);
    // What is the default, SHA-1 and 20, is left out.
    let mask = tlv(0xa1, &identifier(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8], &sha256));
    let mask = if shared { mask } else { Vec::new() };
    let salt = match salt {
        20 => Vec::new(),
        0..128 => tlv(0xa2, &tlv(2, &[salt])),
        _ => tlv(0xa2, &tlv(2, &[0, salt])),
    };
    let parameters = sequence(&[&tlv(0xa0, &sha256), &mask, &salt]);
    identifier(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], &parameters)
}

/// A key pair: what goes into a certificate, and what signs.
pub(super) struct Key {
    pub(super) spki: Vec<u8>,
    /// PKCS#8 in PEM.
    pub(super) pem: String,
    signer: Option<PrivateKey>,
}

impl Key {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        let key = PrivateKey::generate(algorithm).expect("a key");
        Self {
            spki: key.public_key().spki_der().to_vec(),
            pem: pem::encode(&pem::Pem::new("PRIVATE KEY", key.to_pkcs8_der().to_vec())),
            signer: Some(key),
        }
    }

    /// A key by OpenSSL, for those that certwright does not make.
    pub(super) fn by_openssl(directory: &Path, options: &[&str]) -> Self {
        let openssl = tool::program("openssl").expect("OpenSSL is installed");
        let file = directory.join("new.key");
        tool::must(directory, &openssl, [&["genpkey", "-out", text(&file)], options].concat());
        let public = directory.join("new.pub");
        let out = ["-pubout", "-outform", "DER", "-out", text(&public)];
        tool::must(directory, &openssl, [&["pkey", "-in", text(&file)], &out[..]].concat());
        Self {
            spki: std::fs::read(public).expect("the public key"),
            pem: std::fs::read_to_string(file).expect("the key"),
            signer: None,
        }
    }

    fn has(&self, oid: &[u8]) -> bool {
        self.spki.windows(oid.len()).any(|window| window == oid)
    }

    pub(super) fn is_rsa(&self) -> bool {
        self.has(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1])
    }

    fn is_ed448(&self) -> bool {
        self.has(&[0x06, 3, 0x2b, 0x65, 0x71])
    }

    /// Whether it is bound to RSASSA-PSS.
    fn is_pss(&self) -> bool {
        self.has(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10])
    }

    /// The AlgorithmIdentifier of its signatures.
    pub(super) fn algorithm(&self, hash: Hash) -> Vec<u8> {
        if let (Some(signer), Hash::Sha256) = (&self.signer, hash) {
            return signer.signature_algorithm().to_der();
        }
        let of = |start: &[u8], last: u8| tlv(6, &[start, &[last]].concat());
        let pkcs1 = |last| sequence(&[&of(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1], last), &[5, 0]]);
        let nist = |last| of(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3], last);
        let ecdsa = |last| sequence(&[&of(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3], last)]);
        match hash {
            _ if self.is_ed448() => sequence(&[&tlv(6, &[0x2b, 0x65, 0x71])]),
            Hash::Sha256 if self.is_pss() => pss(true, 32),
            Hash::PssSalt(salt) => pss(true, salt),
            Hash::PssMask => pss(false, 32),
            Hash::Md5 => pkcs1(4),
            Hash::Sha1 if self.is_rsa() => pkcs1(5),
            Hash::Sha224 if self.is_rsa() => pkcs1(14),
            Hash::Sha256 if self.is_rsa() => pkcs1(11),
            Hash::Sha512Cut => pkcs1(16),
            Hash::Sha3 if self.is_rsa() => sequence(&[&nist(14), &[5, 0]]),
            Hash::Sha1 => sequence(&[&tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1])]),
            Hash::Sha224 => ecdsa(1),
            Hash::Sha256 => ecdsa(2),
            Hash::Sha3 => sequence(&[&nist(10)]),
        }
    }

    fn sign(&self, message: &[u8], hash: Hash, directory: &Path) -> Vec<u8> {
        if let (Some(signer), Hash::Sha256) = (&self.signer, hash) {
            return signer.sign(message).expect("a signature");
        }
        let openssl = tool::program("openssl").expect("OpenSSL is installed");
        let at = |name: &str| directory.join(name);
        std::fs::write(at("signer.key"), &self.pem).expect("the key can be written");
        std::fs::write(at("message"), message).expect("the message can be written");
        let digest = match hash {
            Hash::Md5 => "-md5",
            Hash::Sha1 => "-sha1",
            Hash::Sha224 => "-sha224",
            Hash::Sha256 | Hash::PssSalt(_) | Hash::PssMask => "-sha256",
            Hash::Sha3 => "-sha3-256",
            Hash::Sha512Cut => "-sha512-256",
        };
        let salt = match hash {
            Hash::PssSalt(salt) => format!("rsa_pss_saltlen:{salt}"),
            _ => "rsa_pss_saltlen:32".to_owned(),
        };
        let mut padding = vec!["-sigopt", "rsa_padding_mode:pss", "-sigopt", &salt];
        if hash == Hash::PssMask {
            padding.extend(["-sigopt", "rsa_mgf1_md:sha1"]);
        }
        if !self.is_pss() && !matches!(hash, Hash::PssSalt(_) | Hash::PssMask) {
            padding.clear();
        }
        let arguments = if self.is_ed448() {
            vec!["pkeyutl", "-sign", "-rawin", "-inkey", "signer.key", "-in", "message", "-out", "signature"]
        } else {
            [&["dgst", digest], &padding[..], &["-sign", "signer.key", "-out", "signature", "message"]].concat()
        };
        tool::must(directory, &openssl, arguments);
        std::fs::read(at("signature")).expect("the signature")
    }
}

/// A certificate in parts, each of them encoded.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The version with its tag, or nothing.
    pub(super) version: Vec<u8>,
    /// The contents of the serial, and its tag.
    pub(super) serial: Vec<u8>,
    pub(super) serial_tag: u8,
    /// The algorithm that it names inside and outside, where it is another than that of the signature.
    pub(super) algorithm: Option<Vec<u8>>,
    /// The algorithm in the signed part, where it is another than the one outside.
    pub(super) inner_algorithm: Option<Vec<u8>>,
    pub(super) issuer: Vec<u8>,
    pub(super) validity: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) spki: Vec<u8>,
    /// What stands between the key and the extensions.
    pub(super) unique_ids: Vec<u8>,
    /// `None` leaves out even the list.
    pub(super) extensions: Option<Vec<Vec<u8>>>,
    /// What stands behind the extensions.
    pub(super) tail: Vec<u8>,
    /// What stands behind the signature, and behind the certificate.
    pub(super) behind: [Vec<u8>; 2],
    pub(super) hash: Hash,
}

impl Draft {
    /// What every certificate has, and no extension.
    pub(super) fn bare(subject: &str, key: &Key, issuer: &str, serial: u8) -> Self {
        Self {
            version: vec![0xa0, 3, 2, 1, 2],
            // NSS keeps no two certificates of one issuer under one serial.
            serial: [&[0x5a; 15], &[serial, subject.len() as u8][..]].concat(),
            serial_tag: 2,
            algorithm: None,
            inner_algorithm: None,
            issuer: name(issuer),
            validity: times(&utc_time(0), &utc_time(2)),
            subject: name(subject),
            spki: key.spki.clone(),
            unique_ids: Vec::new(),
            extensions: Some(Vec::new()),
            tail: Vec::new(),
            behind: [Vec::new(), Vec::new()],
            hash: Hash::Sha256,
        }
    }

    /// Replaces an extension, or adds it.
    pub(super) fn set(&mut self, oid: &[u8], critical: bool, value: &[u8]) {
        let new = extension(oid, critical, value);
        let list = self.extensions.get_or_insert_default();
        match list.iter_mut().find(|own| is(own, oid)) {
            Some(own) => *own = new,
            None => list.push(new),
        }
    }

    /// Leaves an extension out.
    pub(super) fn remove(&mut self, oid: &[u8]) {
        self.extensions.get_or_insert_default().retain(|own| !is(own, oid));
    }

    /// Keeps the value of an extension.
    pub(super) fn set_critical(&mut self, oid: &[u8], critical: bool) {
        let list = self.extensions.get_or_insert_default();
        let own = list.iter_mut().find(|own| is(own, oid)).expect("the extension is there");
        // The value is the last element, and the header of an extension's parts is two octets each here.
        let start = 2 + 2 + oid.len() + if own[4 + oid.len()] == 1 { 3 } else { 0 };
        let value = own[start + 2..].to_vec();
        *own = extension(oid, critical, &value);
    }

    /// The certificate, signed.
    pub(super) fn sign(&self, key: &Key, directory: &Path) -> Vec<u8> {
        let algorithm = self.algorithm.clone().unwrap_or_else(|| key.algorithm(self.hash));
        let inner = self.inner_algorithm.as_ref().unwrap_or(&algorithm);
        let extensions = self.extensions.as_ref().map(|list| tlv(0xa3, &tlv(0x30, &list.concat())));
        let tbs = sequence(&[
            &self.version,
            &tlv(self.serial_tag, &self.serial),
            inner,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.spki,
            &self.unique_ids,
            &extensions.unwrap_or_default(),
            &self.tail,
        ]);
        let signature = key.sign(&tbs, self.hash, directory);
        let [field, octets] = &self.behind;
        [sequence(&[&tbs, &algorithm, &bit_string(&signature), field]), octets.clone()].concat()
    }
}

/// The year in which this runs, or one that many years later: whoever is asked about a certificate goes by the real clock.
pub(super) fn year(later: i32) -> i32 {
    time::OffsetDateTime::now_utc().year() + later
}

/// The beginning of a year, that many years later, as a UTCTime.
pub(super) fn utc_time(later: i32) -> Vec<u8> {
    tlv(0x17, format!("{:02}0101000000Z", year(later) % 100).as_bytes())
}

/// A validity of two times with their tags.
pub(super) fn times(start: &[u8], end: &[u8]) -> Vec<u8> {
    sequence(&[start, end])
}

/// An extension with its value in an OCTET STRING.
pub(super) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    sequence(&[&tlv(6, oid), flag, &tlv(4, value)])
}

fn is(extension: &[u8], oid: &[u8]) -> bool {
    let header = tlv(6, oid);
    extension.get(2..2 + header.len()) == Some(&header)
}

/// A distinguished name of one common name.
pub(super) fn name(common_name: &str) -> Vec<u8> {
    sequence(&[&attribute(id::COMMON_NAME, 0x0c, common_name.as_bytes())])
}

/// An attribute, as a set of one.
pub(super) fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    tlv(0x31, &typed(oid, &tlv(tag, value)))
}

/// The value of `keyUsage`: the octets of the bit string, the unused bits first.
pub(super) fn usage(octets: &[u8]) -> Vec<u8> {
    tlv(3, octets)
}

/// The value of `extendedKeyUsage`.
pub(super) fn purposes(list: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &list.iter().flat_map(|oid| tlv(6, oid)).collect::<Vec<_>>())
}

/// The value of `subjectAltName` for DNS names.
pub(super) fn dns(names: &[&str]) -> Vec<u8> {
    tlv(0x30, &names.iter().flat_map(|name| tlv(0x82, name.as_bytes())).collect::<Vec<_>>())
}

/// A key identifier of a key: its SHA-256, cut.
pub(super) fn key_id(key: &Key) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, &key.spki).as_ref()[..20].to_vec()
}
