//! Certificates and CRLs made for tests.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::constraints::{NameConstraints, Subtree};
use super::{
    Certificate, Crl, Extension, GeneralName, KeyUsage, Name, Oid, RevocationReason, RevokedEntry, Serial, TbsCertList,
    TbsCertificate,
};
use crate::keys::{Algorithm, KeyError, PrivateKey, PublicKey, SignatureAlgorithm, Signer};

/// The time of every test.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 0:00 UTC);

/// What a certificate shall say.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) subject: Name,
    pub(crate) serial: Vec<u8>,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
    pub(crate) basic_constraints: Option<(bool, Option<u8>)>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) purposes: Vec<Oid>,
    pub(crate) names: Vec<GeneralName>,
    pub(crate) constraints: NameConstraints,
    pub(crate) extra: Vec<Extension>,
}

impl Spec {
    /// A CA with a common name.
    pub(crate) fn ca(name: &str, path_len: Option<u8>) -> Self {
        Self {
            basic_constraints: Some((true, path_len)),
            key_usage: Some(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)),
            ..Self::leaf(name, &[])
        }
    }

    /// An end certificate with a common name and alternative names.
    pub(crate) fn leaf(name: &str, names: &[&str]) -> Self {
        Self {
            subject: Name::common_name_only(name).unwrap(),
            serial: vec![0x2a],
            not_before: NOW - Duration::days(10),
            not_after: NOW + Duration::days(10),
            basic_constraints: None,
            key_usage: Some(KeyUsage::DIGITAL_SIGNATURE),
            purposes: Vec::new(),
            names: names.iter().map(|name| name.parse().unwrap()).collect(),
            constraints: NameConstraints::default(),
            extra: Vec::new(),
        }
    }

    /// With the permitted subtrees of a name constraint.
    pub(crate) fn permit(mut self, subtrees: &[&str]) -> Self {
        self.constraints.permitted = subtrees.iter().map(|text| Subtree::parse(text).unwrap()).collect();
        self
    }

    /// With an extended key usage.
    pub(crate) fn purposes(mut self, purposes: &[Oid]) -> Self {
        self.purposes = purposes.to_vec();
        self
    }

    /// With another extension.
    pub(crate) fn extra(mut self, oid: &str, critical: bool) -> Self {
        self.extra.push(Extension { oid: Oid::new_unwrap(oid), critical, value: vec![5, 0] });
        self
    }

    /// What is signed for a key, by an issuer of this name and key.
    pub(crate) fn tbs(&self, key: &PublicKey, issuer: &Name, issuer_key: &PublicKey) -> TbsCertificate {
        let mut extensions = vec![Extension::subject_key_identifier(&key.key_id())];
        extensions.push(Extension::authority_key_identifier(&issuer_key.key_id()));
        extensions.extend(self.basic_constraints.map(|(ca, path_len)| Extension::basic_constraints(ca, path_len)));
        extensions.extend(self.key_usage.map(Extension::key_usage));
        if !self.purposes.is_empty() {
            extensions.push(Extension::extended_key_usage(&self.purposes, false));
        }
        if !self.names.is_empty() {
            extensions.push(Extension::subject_alt_name(&self.names, self.subject.is_empty()).unwrap());
        }
        if self.constraints != NameConstraints::default() {
            extensions.push(Extension::name_constraints(&self.constraints).unwrap());
        }
        extensions.extend(self.extra.iter().cloned());
        TbsCertificate {
            serial: Serial::from_content(&self.serial),
            issuer: issuer.clone(),
            not_before: self.not_before,
            not_after: self.not_after,
            subject: self.subject.clone(),
            public_key: key.clone(),
            extensions,
        }
    }
}

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: Certificate,
}

impl Node {
    /// A self-signed certificate.
    pub(crate) fn root(spec: &Spec) -> Self {
        let key = key();
        let certificate = spec.tbs(key.public_key(), &spec.subject, key.public_key()).sign(&key).unwrap();
        Self { key, certificate }
    }

    /// A certificate under this one, with a new key.
    pub(crate) fn issue(&self, spec: &Spec) -> Self {
        let key = key();
        Self { certificate: self.certify(spec, key.public_key()), key }
    }

    /// A certificate under this one, for a key.
    pub(crate) fn certify(&self, spec: &Spec, key: &PublicKey) -> Certificate {
        spec.tbs(key, &self.certificate.subject, self.key.public_key()).sign(&self.key).unwrap()
    }

    /// A CRL of this authority.
    pub(crate) fn crl(&self, spec: &CrlSpec) -> Crl {
        spec.sign(&self.certificate.subject, &self.key)
    }
}

/// A new P-256 key.
pub(crate) fn key() -> PrivateKey {
    PrivateKey::generate(Algorithm::EcP256).unwrap()
}

/// A signer that names any algorithm and signs nothing.
pub(crate) struct Pretender(pub(crate) PublicKey, pub(crate) SignatureAlgorithm);

impl Signer for Pretender {
    fn public_key(&self) -> &PublicKey {
        &self.0
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.1
    }

    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(vec![0; 64])
    }
}

/// What a CRL shall say.
#[derive(Debug, Clone)]
pub(crate) struct CrlSpec {
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    /// Serials with the code of their reason.
    pub(crate) entries: Vec<(Vec<u8>, Option<u8>)>,
    pub(crate) extensions: Vec<Extension>,
}

impl CrlSpec {
    /// A fresh CRL with a number.
    pub(crate) fn new(number: u8) -> Self {
        Self {
            this_update: NOW - Duration::days(1),
            next_update: Some(NOW + Duration::days(1)),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
        .with("2.5.29.20", false, &[2, 1, number])
    }

    /// With an entry for a serial, with the code of its reason.
    pub(crate) fn revoke(mut self, serial: &Serial, reason: Option<u8>) -> Self {
        self.entries.push((serial.content().to_vec(), reason));
        self
    }

    /// With an extension.
    pub(crate) fn with(mut self, oid: &str, critical: bool, value: &[u8]) -> Self {
        self.extensions.push(Extension { oid: Oid::new_unwrap(oid), critical, value: value.to_vec() });
        self
    }

    /// As a delta on a CRL with a number.
    pub(crate) fn delta_on(self, base: u8) -> Self {
        self.with("2.5.29.27", true, &[2, 1, base])
    }

    pub(crate) fn sign(&self, issuer: &Name, signer: &dyn Signer) -> Crl {
        let entry = |(serial, code): &(Vec<u8>, Option<u8>)| RevokedEntry {
            serial: Serial::from_content(serial),
            revoked_at: self.this_update - Duration::days(1),
            reason: code.and_then(RevocationReason::from_code),
            invalidity_date: None,
        };
        let entries: Vec<_> = self.entries.iter().map(entry).collect();
        let list = TbsCertList {
            issuer: issuer.clone(),
            this_update: self.this_update,
            next_update: self.next_update,
            extensions: self.extensions.clone(),
        };
        Crl::from_der(&list.sign(&entries, signer).unwrap()).unwrap()
    }
}
