//! The to-be-signed certificate and its encoding.
//!
//! rcgen encodes; serial, issuer, subject, key and algorithm are then replaced by their exact bytes, because rcgen would
//! rebuild them: it loses repeated RDNs, guesses curves and knows fewer algorithms (see `Splice`).

use std::cell::RefCell;

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, IsCa, Issuer, KeyIdMethod, PublicKeyData, SerialNumber,
    SigningKey,
};
use time::{OffsetDateTime, UtcOffset};

use super::tlv::{self, Fault, Reader, Tlv};
use super::{Certificate, Extension, Name, Serial, X509Error};
use crate::keys::{PublicKey, Signer};

/// Everything that goes into a certificate, before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TbsCertificate {
    /// `serialNumber`.
    pub serial: Serial,
    /// `issuer`, byte for byte the issuer certificate's subject.
    pub issuer: Name,
    /// `notBefore`, whole seconds UTC.
    pub not_before: OffsetDateTime,
    /// `notAfter`, whole seconds UTC.
    pub not_after: OffsetDateTime,
    /// `subject`.
    pub subject: Name,
    /// The subject's key.
    pub public_key: PublicKey,
    /// Extensions in the order they shall have.
    pub extensions: Vec<Extension>,
}

impl TbsCertificate {
    /// Encodes, signs and reads the certificate back. UTCTime before 2050, GeneralizedTime from then on.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails, [`X509Error::Malformed`] if the result does not read back as it was asked
    /// for, [`X509Error::Invalid`] for an instant that has no encoding.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Certificate, X509Error> {
        let certificate = Certificate::from_der(&self.sign_der(signer)?)?;
        match self.difference(&certificate) {
            None => Ok(certificate),
            Some(field) => {
                Err(tlv::malformed("certificate")(format!("{field} reads back differently than it was asked for")))
            }
        }
    }

    /// Encodes and signs, and gives the DER without reading it back: for certificates that are wrong on purpose, such
    /// as one with an extension twice or an empty serial. [`TbsCertificate::sign`] is the one to use otherwise.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails, [`X509Error::Invalid`] for an instant that has no encoding.
    pub fn sign_der(&self, signer: &dyn Signer) -> Result<Vec<u8>, X509Error> {
        let splice = Splice {
            signer,
            tbs: self,
            algorithm: signer.signature_algorithm().to_der(),
            result: RefCell::new(Err(X509Error::Invalid("the certificate was not signed".into()))),
        };
        let issuer = Issuer::new(CertificateParams::default(), &splice);
        let outcome = self.parameters()?.signed_by(&splice, &issuer);
        let result = splice.result.into_inner();
        match (outcome, result) {
            (Ok(_), result) | (Err(_), result @ Err(X509Error::Key(_))) => result,
            (Err(error), _) => Err(X509Error::Invalid(format!("the certificate cannot be encoded: {error}"))),
        }
    }

    /// What rcgen shall encode: everything is an extension of ours, so that it adds none.
    fn parameters(&self) -> Result<CertificateParams, X509Error> {
        let mut parameters = CertificateParams::default();
        parameters.not_before = utc(self.not_before)?;
        parameters.not_after = utc(self.not_after)?;
        parameters.serial_number = Some(SerialNumber::from_slice(&[1]));
        parameters.distinguished_name = DistinguishedName::new();
        parameters.key_identifier_method = KeyIdMethod::PreSpecified(Vec::new());
        parameters.is_ca = IsCa::NoCa;
        parameters.custom_extensions = self.extensions.iter().map(custom).collect();
        Ok(parameters)
    }

    /// The first field that a certificate does not have as it is asked for here.
    fn difference(&self, certificate: &Certificate) -> Option<&'static str> {
        let fields = [
            ("serialNumber", certificate.serial == self.serial),
            ("issuer", certificate.issuer == self.issuer),
            ("notBefore", certificate.not_before == self.not_before),
            ("notAfter", certificate.not_after == self.not_after),
            ("subject", certificate.subject == self.subject),
            ("subjectPublicKeyInfo", certificate.spki_der == self.public_key.spki_der()),
            ("extensions", certificate.extensions == self.extensions),
        ];
        fields.into_iter().find(|(_, equal)| !equal).map(|(name, _)| name)
    }
}

/// An instant that rcgen can encode: in UTC, or it panics at the end of 2049; not before the year 0, which has no form.
fn utc(instant: OffsetDateTime) -> Result<OffsetDateTime, X509Error> {
    let instant = instant.to_offset(UtcOffset::UTC);
    if (0..=9999).contains(&instant.year()) {
        Ok(instant)
    } else {
        Err(X509Error::Invalid(format!("the year {} has no encoding in a certificate", instant.year())))
    }
}

fn custom(extension: &Extension) -> CustomExtension {
    let arcs: Vec<u64> = extension.oid.arcs().map(u64::from).collect();
    let mut custom = CustomExtension::from_oid_content(&arcs, extension.value.clone());
    custom.set_criticality(extension.critical);
    custom
}

/// The key that rcgen believes to sign with. It gets the `TBSCertificate` that rcgen built with stand-ins, puts the exact
/// bytes in their place, signs those and keeps the certificate; rcgen's own result is thrown away.
struct Splice<'a> {
    signer: &'a dyn Signer,
    tbs: &'a TbsCertificate,
    algorithm: Vec<u8>,
    result: RefCell<Result<Vec<u8>, X509Error>>,
}

impl Splice<'_> {
    fn certificate(&self, draft: &[u8]) -> Result<Vec<u8>, X509Error> {
        let tbs = self.replace(draft).map_err(tlv::malformed("certificate"))?;
        let signature = self.signer.sign(&tbs)?;
        let mut certificate = Vec::with_capacity(tbs.len() + self.algorithm.len() + signature.len() + 5);
        certificate.extend_from_slice(&tbs);
        certificate.extend_from_slice(&self.algorithm);
        tlv::push(&mut certificate, tlv::BIT_STRING, &[&[0], signature.as_slice()].concat());
        Ok(tlv::encode(tlv::SEQUENCE, &certificate))
    }

    /// The draft with serial, algorithm, issuer, subject and key as they shall be.
    fn replace(&self, draft: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut fields = Reader::new(Tlv::only_contents(draft, tlv::SEQUENCE)?);
        let version = fields.read()?;
        for _serial_algorithm_issuer in 0..3 {
            fields.read()?;
        }
        let validity = fields.read()?;
        for _subject_key in 0..2 {
            fields.read()?;
        }
        let extensions = fields.optional(tlv::context_constructed(3))?;
        fields.finish()?;

        let mut tbs = Vec::with_capacity(draft.len() + 512);
        tbs.extend_from_slice(version.whole);
        tlv::push(&mut tbs, tlv::INTEGER, self.tbs.serial.content());
        tbs.extend_from_slice(&self.algorithm);
        tbs.extend_from_slice(self.tbs.issuer.der());
        tbs.extend_from_slice(validity.whole);
        tbs.extend_from_slice(self.tbs.subject.der());
        tbs.extend_from_slice(self.tbs.public_key.spki_der());
        tbs.extend_from_slice(extensions.map_or(&[], |extensions| extensions.whole));
        Ok(tlv::encode(tlv::SEQUENCE, &tbs))
    }
}

impl PublicKeyData for Splice<'_> {
    fn der_bytes(&self) -> &[u8] {
        &[]
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl SigningKey for Splice<'_> {
    fn sign(&self, draft: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let result = self.certificate(draft);
        let outcome = if result.is_ok() { Ok(Vec::new()) } else { Err(rcgen::Error::RemoteKeyError) };
        *self.result.borrow_mut() = result;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::keys::{Algorithm, Digest, PrivateKey};
    use crate::x509::fixtures::{NOW, Node, Spec, key};
    use crate::x509::{GeneralName, Oid, oid};

    fn tbs(key: &PublicKey, issuer: &Name) -> TbsCertificate {
        Spec::leaf("api.corp.test", &["api.corp.test"]).tbs(key, issuer, key)
    }

    #[test]
    fn every_signer_and_every_subject_key() {
        let issuer = Name::common_name_only("Acme").unwrap();
        for algorithm in Algorithm::ALL {
            if matches!(algorithm, Algorithm::Rsa3072 | Algorithm::Rsa4096) {
                continue;
            }
            let signer = PrivateKey::generate(algorithm).unwrap();
            let certificate = tbs(signer.public_key(), &issuer).sign(&signer).unwrap();
            certificate.verify_signature(signer.public_key()).unwrap();
            assert_eq!(certificate.spki_der, signer.public_key().spki_der(), "{algorithm}");
            assert_eq!(certificate.signature_algorithm().unwrap(), signer.signature_algorithm());
        }
        let rsa = || PrivateKey::generate(Algorithm::Rsa2048).unwrap();
        for signer in [rsa().with_rsa_pss(), rsa().with_rsa_digest(Digest::Sha384).unwrap()] {
            let certificate = tbs(key().public_key(), &issuer).sign(&signer).unwrap();
            certificate.verify_signature(signer.public_key()).unwrap();
        }
    }

    #[test]
    fn names_that_rcgen_would_rebuild_stay_as_they_are() {
        let name = Name::parse("DC=com,DC=corp,DC=acme,O=Acme+OU=Ops,CN=Acme Root CA").unwrap();
        let key = key();
        let certificate = TbsCertificate { subject: name.clone(), ..tbs(key.public_key(), &name) }.sign(&key).unwrap();
        assert_eq!((&certificate.issuer, &certificate.subject), (&name, &name));
        assert!(certificate.is_self_issued());
    }

    #[test]
    fn extensions_keep_their_order_and_criticality_and_none_is_added() {
        let key = key();
        let issuer = Name::common_name_only("Acme").unwrap();
        let mut tbs = tbs(key.public_key(), &issuer);
        tbs.extensions = vec![
            Extension { oid: Oid::new_unwrap("1.3.6.1.4.1.99999.4294967295"), critical: true, value: vec![4, 0] },
            Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], true),
            Extension::basic_constraints(false, None),
        ];
        assert_eq!(tbs.sign(&key).unwrap().extensions, tbs.extensions);
        tbs.extensions.clear();
        let bare = tbs.sign(&key).unwrap();
        assert_eq!((bare.version, bare.extensions.len()), (3, 0));
    }

    #[test]
    fn serials_are_written_as_they_are() {
        let key = key();
        let issuer = Name::common_name_only("Acme").unwrap();
        let long = [&[0x7f][..], &[0xff; 19]].concat();
        let padded = [&[0x00][..], &[0xff; 20]].concat();
        for content in [&long[..], &padded, &[0x01], &[0x00], &[0x80], &[0x00, 0x80]] {
            let serial = Serial::from_content(content);
            let certificate = TbsCertificate { serial, ..tbs(key.public_key(), &issuer) }.sign(&key).unwrap();
            assert_eq!(certificate.serial.content(), content);
        }
        let empty = TbsCertificate { serial: Serial::from_content(&[]), ..tbs(key.public_key(), &issuer) };
        assert!(matches!(empty.sign(&key), Err(X509Error::Malformed { .. })));
        assert!(empty.sign_der(&key).is_ok());
    }

    #[test]
    fn times_switch_their_form_in_2050() {
        let key = key();
        let issuer = Name::common_name_only("Acme").unwrap();
        let certificate = TbsCertificate {
            not_before: datetime!(2049-12-31 23:59:59 -1),
            not_after: datetime!(2049-12-31 23:59:59 UTC),
            ..tbs(key.public_key(), &issuer)
        };
        let der = certificate.sign(&key).unwrap().der().to_vec();
        assert!(der.windows(17).any(|window| window == b"\x18\x0f20500101005959Z"));
        assert!(der.windows(15).any(|window| window == b"\x17\x0d491231235959Z"));
        let early = TbsCertificate { not_before: datetime!(1949-12-31 0:00 UTC), ..certificate.clone() };
        assert_eq!(early.sign(&key).unwrap().not_before, early.not_before);
        let never = TbsCertificate { not_before: datetime!(-0001-01-01 0:00 UTC), ..certificate };
        assert!(matches!(never.sign(&key), Err(X509Error::Invalid(_))));
    }

    #[test]
    fn what_cannot_be_read_back_is_not_given() {
        let key = key();
        let issuer = Name::common_name_only("Acme").unwrap();
        let mut tbs = tbs(key.public_key(), &issuer);
        tbs.extensions.push(tbs.extensions[0].clone());
        assert!(tbs.sign(&key).unwrap_err().to_string().contains("twice"));
        let fraction =
            TbsCertificate { not_after: NOW.replace_nanosecond(1).unwrap(), ..self::tbs(key.public_key(), &issuer) };
        assert!(fraction.sign(&key).unwrap_err().to_string().contains("notAfter"));
    }

    #[test]
    fn a_certificate_of_a_hundred_thousand_names_is_read_and_written() {
        let names: Vec<GeneralName> =
            (0..100_000).map(|number| GeneralName::Dns(format!("h{number}.corp.test"))).collect();
        let started = std::time::Instant::now();
        let node = Node::root(&Spec { names, ..Spec::leaf("api.corp.test", &[]) });
        assert_eq!(node.certificate.subject_alt_names.len(), 100_000);
        assert!(started.elapsed().as_secs() < 10);
    }
}
