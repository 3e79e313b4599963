//! Responses, RFC 6960 §4.2.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use time::OffsetDateTime;

use super::{BASIC, CertId, CertStatus, NONCE, key_bits, push_instant};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm, Signer};
use crate::x509::structure::{self, field};
use crate::x509::tlv::{self, Fault, Reader, Tlv};
use crate::x509::{Certificate, Extension, RevocationReason, X509Error};

/// `malformedRequest` of `OCSPResponseStatus`.
const MALFORMED_REQUEST: u8 = 1;
/// `unauthorized`: the responder does not speak for the issuer that was asked about.
const UNAUTHORIZED: u8 = 6;

/// A response without a statement, in DER: `malformedRequest` for a request that could not be read, else `unauthorized`.
/// Nobody signs it.
pub fn refusal(malformed: bool) -> Vec<u8> {
    let status = if malformed { MALFORMED_REQUEST } else { UNAUTHORIZED };
    tlv::encode(tlv::SEQUENCE, &tlv::encode(structure::ENUMERATED, &[status]))
}

/// What is said of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleResponse {
    /// Which one.
    pub certificate: CertId,
    /// What of it.
    pub status: CertStatus,
    /// `thisUpdate`, whole seconds UTC: when this was known to be so.
    pub this_update: OffsetDateTime,
    /// `nextUpdate`, whole seconds UTC: until when it may be relied on.
    pub next_update: Option<OffsetDateTime>,
}

/// A response before it is signed.
#[derive(Debug, Clone)]
pub struct TbsResponse<'a> {
    /// Who signs: its key is the responder's id, and the certificate goes along unless it is the issuer's own.
    pub responder: &'a Certificate,
    /// Whether the responder's certificate goes along.
    pub delegated: bool,
    /// `producedAt`, whole seconds UTC.
    pub produced_at: OffsetDateTime,
    /// The statements.
    pub responses: Vec<SingleResponse>,
    /// The nonce of the request.
    pub nonce: Option<Extension>,
}

/// A signed response, in DER, read back as a stranger would.
#[derive(Debug, Clone)]
pub struct Signed {
    /// `OCSPResponse`.
    pub der: Vec<u8>,
}

impl TbsResponse<'_> {
    /// Encodes and signs, reads what came out, and verifies it with the responder's key.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails or its key is not the certificate's, [`X509Error::Invalid`] for an instant that
    /// has no encoding.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Signed, X509Error> {
        let tbs = self.encode()?;
        let algorithm = signer.signature_algorithm().to_der();
        let signature = signer.sign(&tbs)?;
        let mut basic = tbs;
        basic.extend_from_slice(&algorithm);
        tlv::push(&mut basic, tlv::BIT_STRING, &[&[0], signature.as_slice()].concat());
        if self.delegated {
            let certificates = tlv::encode(tlv::SEQUENCE, self.responder.der());
            tlv::push(&mut basic, tlv::context_constructed(0), &certificates);
        }
        let basic = tlv::encode(tlv::SEQUENCE, &basic);
        let mut bytes = tlv::encode(tlv::OBJECT_IDENTIFIER, BASIC.as_bytes());
        tlv::push(&mut bytes, tlv::OCTET_STRING, &basic);
        let mut response = tlv::encode(structure::ENUMERATED, &[0]);
        tlv::push(&mut response, tlv::context_constructed(0), &tlv::encode(tlv::SEQUENCE, &bytes));
        let der = tlv::encode(tlv::SEQUENCE, &response);
        self.check(&der)?;
        Ok(Signed { der })
    }

    fn encode(&self) -> Result<Vec<u8>, X509Error> {
        let key = key_bits(&self.responder.spki_der).map_err(tlv::malformed("public key"))?;
        let key_hash = tlv::encode(tlv::OCTET_STRING, digest(&SHA1_FOR_LEGACY_USE_ONLY, key).as_ref());
        let mut fields = tlv::encode(tlv::context_constructed(2), &key_hash);
        push_instant(&mut fields, self.produced_at)?;
        let mut list = Vec::new();
        for response in &self.responses {
            tlv::push(&mut list, tlv::SEQUENCE, &response.encode()?);
        }
        tlv::push(&mut fields, tlv::SEQUENCE, &list);
        if let Some(nonce) = &self.nonce {
            let extensions = Extension::encode_list(std::slice::from_ref(nonce));
            tlv::push(&mut fields, tlv::context_constructed(1), &extensions);
        }
        Ok(tlv::encode(tlv::SEQUENCE, &fields))
    }

    fn check(&self, der: &[u8]) -> Result<(), X509Error> {
        let read = BasicResponse::from_der(der)?;
        read.verify_signature(&self.responder.public_key()?)?;
        if read.responses != self.responses || read.nonce != self.nonce || read.produced_at != self.produced_at {
            return Err(X509Error::Invalid("the OCSP response reads back differently than it was meant".to_owned()));
        }
        Ok(())
    }
}

impl SingleResponse {
    fn encode(&self) -> Result<Vec<u8>, X509Error> {
        let mut out = self.certificate.der().to_vec();
        match self.status {
            CertStatus::Good => tlv::push(&mut out, tlv::context(0), &[]),
            CertStatus::Revoked { at, reason } => {
                let mut info = Vec::new();
                push_instant(&mut info, at)?;
                if let Some(reason) = reason {
                    let code = tlv::encode(structure::ENUMERATED, &[reason as u8]);
                    tlv::push(&mut info, tlv::context_constructed(0), &code);
                }
                tlv::push(&mut out, tlv::context_constructed(1), &info);
            }
            CertStatus::Unknown => tlv::push(&mut out, tlv::context(2), &[]),
        }
        push_instant(&mut out, self.this_update)?;
        if let Some(next) = self.next_update {
            let mut time = Vec::new();
            push_instant(&mut time, next)?;
            tlv::push(&mut out, tlv::context_constructed(0), &time);
        }
        Ok(out)
    }

    fn read(contents: &[u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(contents);
        let certificate = CertId::read(&mut fields)?;
        let status = field("certStatus", read_status(fields.read()?))?;
        let this_update = field("thisUpdate", read_instant(&mut fields))?;
        let next_update = match fields.optional(tlv::context_constructed(0))? {
            Some(tagged) => Some(field("nextUpdate", only_instant(tagged.contents))?),
            None => None,
        };
        if let Some(tagged) = fields.optional(tlv::context_constructed(1))? {
            structure::read_extensions(Tlv::only(tagged.contents)?)?;
        }
        fields.finish()?;
        Ok(Self { certificate, status, this_update, next_update })
    }
}

/// A successful response as read: strict DER. Extensions other than the nonce are not looked at.
#[derive(Debug, Clone)]
pub struct BasicResponse {
    tbs: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// The certificates that go along, as DER.
    pub certificates: Vec<Vec<u8>>,
    /// `producedAt`.
    pub produced_at: OffsetDateTime,
    /// The statements.
    pub responses: Vec<SingleResponse>,
    /// The nonce extension.
    pub nonce: Option<Extension>,
}

impl BasicResponse {
    /// Reads an `OCSPResponse` in DER.
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also for one that is not successful.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        Self::read(der).map_err(tlv::malformed("OCSP response"))
    }

    /// Verifies the signature with the responder's key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self, responder: &PublicKey) -> Result<(), KeyError> {
        responder.verify(SignatureAlgorithm::from_der(&self.algorithm)?, &self.tbs, &self.signature)
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut outer = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        if outer.expect(structure::ENUMERATED)? != [0] {
            return Err("it is not successful".into());
        }
        let tagged = outer.expect(tlv::context_constructed(0))?;
        outer.finish()?;
        let mut bytes = Reader::new(Tlv::only_contents(tagged, tlv::SEQUENCE)?);
        if tlv::oid(bytes.expect(tlv::OBJECT_IDENTIFIER)?)? != BASIC {
            return Err("it is not a basic one".into());
        }
        let basic = bytes.expect(tlv::OCTET_STRING)?;
        bytes.finish()?;
        let mut fields = Reader::new(Tlv::only_contents(basic, tlv::SEQUENCE)?);
        let tbs = fields.read()?;
        let algorithm = structure::read_algorithm(&mut fields)?.to_vec();
        let [0, signature @ ..] = fields.expect(tlv::BIT_STRING)? else {
            return Err("signature: no whole octets".into());
        };
        let mut certificates = Vec::new();
        if let Some(tagged) = fields.optional(tlv::context_constructed(0))? {
            let mut list = Reader::new(Tlv::only_contents(tagged.contents, tlv::SEQUENCE)?);
            while !list.is_empty() {
                certificates.push(list.read()?.whole.to_vec());
            }
        }
        fields.finish()?;
        let mut response = Self {
            tbs: tbs.whole.to_vec(),
            algorithm,
            signature: signature.to_vec(),
            certificates,
            produced_at: OffsetDateTime::UNIX_EPOCH,
            responses: Vec::new(),
            nonce: None,
        };
        response.read_data(tbs.expect_tag(tlv::SEQUENCE)?)?;
        Ok(response)
    }

    fn read_data(&mut self, contents: &[u8]) -> Result<(), Fault> {
        let mut fields = Reader::new(contents);
        if let Some(version) = fields.optional(tlv::context_constructed(0))?
            && Tlv::only_contents(version.contents, tlv::INTEGER)? != [0]
        {
            return Err("version: not 1".into());
        }
        let responder = fields.read()?;
        if ![tlv::context_constructed(1), tlv::context_constructed(2)].contains(&responder.tag) {
            return Err("responderID: neither a name nor a key".into());
        }
        self.produced_at = field("producedAt", read_instant(&mut fields))?;
        let mut list = Reader::new(field("responses", fields.expect(tlv::SEQUENCE))?);
        while !list.is_empty() {
            self.responses.push(SingleResponse::read(list.expect(tlv::SEQUENCE)?)?);
        }
        if let Some(tagged) = fields.optional(tlv::context_constructed(1))? {
            let extensions = structure::read_extensions(Tlv::only(tagged.contents)?)?;
            self.nonce = extensions.into_iter().find(|extension| extension.oid == NONCE);
        }
        fields.finish()
    }
}

fn read_status(status: Tlv<'_>) -> Result<CertStatus, Fault> {
    const GOOD: u8 = tlv::context(0);
    const REVOKED: u8 = tlv::context_constructed(1);
    const UNKNOWN: u8 = tlv::context(2);
    match (status.tag, status.contents) {
        (GOOD, []) => Ok(CertStatus::Good),
        (UNKNOWN, []) => Ok(CertStatus::Unknown),
        (REVOKED, info) => {
            let mut fields = Reader::new(info);
            let at = read_instant(&mut fields)?;
            let reason = match fields.optional(tlv::context_constructed(0))? {
                Some(tagged) => Some(read_reason(tagged.contents)?),
                None => None,
            };
            fields.finish()?;
            Ok(CertStatus::Revoked { at, reason })
        }
        (tag, _) => Err(format!("tag {tag:02x} is no status")),
    }
}

fn read_reason(contents: &[u8]) -> Result<RevocationReason, Fault> {
    match Tlv::only_contents(contents, structure::ENUMERATED)? {
        [code] => RevocationReason::from_code(*code).ok_or_else(|| format!("reason {code} does not exist")),
        _ => Err("a reason that is not of one octet".into()),
    }
}

fn read_instant(fields: &mut Reader<'_>) -> Result<OffsetDateTime, Fault> {
    let contents = fields.expect(structure::GENERALIZED_TIME)?;
    structure::generalized_time(contents).ok_or_else(|| "a time not written as YYYYMMDDHHMMSSZ".into())
}

fn only_instant(der: &[u8]) -> Result<OffsetDateTime, Fault> {
    let mut fields = Reader::new(der);
    let instant = read_instant(&mut fields)?;
    fields.finish()?;
    Ok(instant)
}

#[cfg(test)]
mod tests {
    use super::super::{CertIdHash, IssuerId};
    use super::*;
    use crate::x509::Serial;
    use crate::x509::fixtures::{NOW, Node, Spec};

    fn sample(authority: &Node, nonce: bool) -> TbsResponse<'_> {
        let id = |octets: &[u8], hash| {
            IssuerId::new(&authority.certificate, hash).unwrap().certificate(&Serial::from_content(octets))
        };
        let single =
            |certificate, status, next_update| SingleResponse { certificate, status, this_update: NOW, next_update };
        let later = Some(NOW + time::Duration::days(7));
        let held = CertStatus::Revoked { at: NOW, reason: Some(RevocationReason::CertificateHold) };
        let revoked = CertStatus::Revoked { at: NOW, reason: None };
        TbsResponse {
            responder: &authority.certificate,
            delegated: true,
            produced_at: NOW,
            responses: vec![
                single(id(&[1], CertIdHash::Sha1), CertStatus::Good, later),
                single(id(&[2], CertIdHash::Sha256), held, later),
                single(id(&[3], CertIdHash::Sha384), revoked, None),
                single(id(&[4], CertIdHash::Sha512), CertStatus::Unknown, later),
            ],
            nonce: nonce.then(|| Extension { oid: NONCE, critical: false, value: vec![4, 2, 7, 7] }),
        }
    }

    #[test]
    fn what_is_signed_is_read() {
        let authority = Node::root(&Spec::ca("Acme", None));
        for nonce in [false, true] {
            let tbs = sample(&authority, nonce);
            let signed = tbs.sign(&authority.key).unwrap();
            let read = BasicResponse::from_der(&signed.der).unwrap();
            assert_eq!((&read.responses, &read.nonce), (&tbs.responses, &tbs.nonce));
            assert_eq!(read.certificates, [authority.certificate.der()]);
            let other = Node::root(&Spec::ca("Acme", None));
            assert!(read.verify_signature(other.key.public_key()).is_err());
        }
    }

    #[test]
    fn a_key_of_another_certificate_signs_nothing() {
        let (authority, other) = (Node::root(&Spec::ca("Acme", None)), Node::root(&Spec::ca("Acme", None)));
        assert!(sample(&authority, false).sign(&other.key).is_err());
    }

    #[test]
    fn refusals_say_why_and_nothing_else() {
        assert_eq!(refusal(true), [0x30, 3, 0x0a, 1, 1]);
        assert_eq!(refusal(false), [0x30, 3, 0x0a, 1, 6]);
        assert!(BasicResponse::from_der(&refusal(false)).is_err());
    }

    #[test]
    fn anything_cut_or_flipped_is_refused_or_does_not_verify() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let tbs = TbsResponse { delegated: false, ..sample(&authority, true) };
        let der = tbs.sign(&authority.key).unwrap().der;
        for length in 0..der.len() {
            assert!(BasicResponse::from_der(&der[..length]).is_err(), "{length}");
        }
        for position in 0..der.len() {
            let mut changed = der.clone();
            changed[position] ^= 1;
            if let Ok(read) = BasicResponse::from_der(&changed) {
                assert!(read.verify_signature(authority.key.public_key()).is_err(), "{position}");
            }
        }
    }
}
