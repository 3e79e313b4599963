//! Requests, RFC 6960 §4.1. They come from strangers.

use super::{CertId, NONCE};
use crate::x509::structure::{self, field};
use crate::x509::tlv::{self, Fault, Reader, Tlv};
use crate::x509::{Extension, X509Error};

/// The largest request that is read, in octets.
pub const MAX_REQUEST: usize = 64 << 10;
/// Certificates that one request may ask about.
const MOST_CERTIFICATES: usize = 100;
/// Octets that a nonce may have (RFC 9654 §2.1); others are no nonce.
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 1..=128;

/// A request as read: strict DER. Its signature, if it has one, is not looked at: anybody may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    /// What is asked about, at least one.
    pub certificates: Vec<CertId>,
    /// The nonce extension, to be repeated.
    pub nonce: Option<Extension>,
}

impl OcspRequest {
    /// Reads a request in DER.
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also for more than a hundred certificates, a nonce that RFC 9654 forbids, and a critical
    /// extension that is not known here.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        Self::read(der).map_err(tlv::malformed("OCSP request"))
    }

    /// The request for one certificate as RFC 5019 §2.1.1 wants it: without a nonce, the same octets from every client.
    pub fn for_one(certificate: &CertId) -> Vec<u8> {
        let mut der = certificate.der().to_vec();
        // Request, requestList, TBSRequest, OCSPRequest
        for _ in 0..4 {
            der = tlv::encode(tlv::SEQUENCE, &der);
        }
        der
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        if der.len() > MAX_REQUEST {
            return Err(format!("it has {} octets, at most {MAX_REQUEST} are read", der.len()));
        }
        let mut outer = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        let mut fields = Reader::new(field("tbsRequest", outer.expect(tlv::SEQUENCE))?);
        if let Some(signature) = outer.optional(tlv::context_constructed(0))? {
            field("optionalSignature", Tlv::only_contents(signature.contents, tlv::SEQUENCE))?;
        }
        outer.finish()?;
        if let Some(version) = fields.optional(tlv::context_constructed(0))?
            && Tlv::only_contents(version.contents, tlv::INTEGER)? != [0]
        {
            return Err("version: not 1".into());
        }
        fields.optional(tlv::context_constructed(1))?;
        let mut list = Reader::new(field("requestList", fields.expect(tlv::SEQUENCE))?);
        let mut request = Self { certificates: Vec::new(), nonce: None };
        while !list.is_empty() {
            if request.certificates.len() == MOST_CERTIFICATES {
                return Err(format!("it asks about more than {MOST_CERTIFICATES} certificates"));
            }
            request.certificates.push(field("request", read_one(&mut list))?);
        }
        if request.certificates.is_empty() {
            return Err("it asks about no certificate".into());
        }
        if let Some(extensions) = fields.optional(tlv::context_constructed(2))? {
            for extension in read_extensions(extensions)? {
                if extension.oid == NONCE {
                    check_nonce(&extension)?;
                    request.nonce = Some(extension);
                } else if extension.critical {
                    return Err(format!("a critical extension {} that is unknown here", extension.oid));
                }
            }
        }
        fields.finish()?;
        Ok(request)
    }
}

fn read_one(list: &mut Reader<'_>) -> Result<CertId, Fault> {
    let mut fields = Reader::new(list.expect(tlv::SEQUENCE)?);
    let certificate = CertId::read(&mut fields)?;
    if let Some(extensions) = fields.optional(tlv::context_constructed(0))?
        && let Some(critical) = read_extensions(extensions)?.iter().find(|extension| extension.critical)
    {
        return Err(format!("a critical extension {} that is unknown here", critical.oid));
    }
    fields.finish()?;
    Ok(certificate)
}

fn read_extensions(tagged: Tlv<'_>) -> Result<Vec<Extension>, Fault> {
    structure::read_extensions(Tlv::only(tagged.contents)?)
}

/// The value is an OCTET STRING; old clients leave its header out, and get their octets back all the same.
fn check_nonce(extension: &Extension) -> Result<(), Fault> {
    let value = extension.value.as_slice();
    let length = Tlv::only_contents(value, tlv::OCTET_STRING).unwrap_or(value).len();
    if NONCE_LENGTHS.contains(&length) { Ok(()) } else { Err(format!("a nonce of {length} octets")) }
}

#[cfg(test)]
mod tests {
    use super::super::{CertIdHash, IssuerId};
    use super::*;
    use crate::x509::Serial;
    use crate::x509::fixtures::{Node, Spec};

    fn id() -> (Node, CertId) {
        let authority = Node::root(&Spec::ca("Acme", None));
        let id = IssuerId::new(&authority.certificate, CertIdHash::Sha1).unwrap();
        (authority, id.certificate(&Serial::from_content(&[0x12, 0x34])))
    }

    /// A request with extensions, for several certificates.
    fn request(certificates: &[&CertId], extensions: &[Extension]) -> Vec<u8> {
        let list: Vec<u8> = certificates.iter().flat_map(|id| tlv::encode(tlv::SEQUENCE, id.der())).collect();
        let mut tbs = tlv::encode(tlv::SEQUENCE, &list);
        if !extensions.is_empty() {
            tlv::push(&mut tbs, tlv::context_constructed(2), &Extension::encode_list(extensions));
        }
        tlv::encode(tlv::SEQUENCE, &tlv::encode(tlv::SEQUENCE, &tbs))
    }

    fn nonce(octets: &[u8]) -> Extension {
        Extension { oid: NONCE, critical: false, value: tlv::encode(tlv::OCTET_STRING, octets) }
    }

    #[test]
    fn what_is_written_is_read() {
        let (authority, id) = id();
        let der = OcspRequest::for_one(&id);
        assert_eq!(der, request(&[&id], &[]));
        let read = OcspRequest::from_der(&der).unwrap();
        assert_eq!(read, OcspRequest { certificates: vec![id.clone()], nonce: None });
        assert!(read.certificates[0].is_of(&authority.certificate));
        let other = Node::root(&Spec::ca("Acme", None));
        assert!(!read.certificates[0].is_of(&other.certificate), "the same name with another key");
    }

    #[test]
    fn nonces_are_bounded() {
        let (_, id) = id();
        for (length, good) in [(0, false), (1, true), (128, true), (129, false)] {
            let read = OcspRequest::from_der(&request(&[&id], &[nonce(&vec![7; length])]));
            assert_eq!(read.is_ok_and(|read| read.nonce.is_some()), good, "{length}");
        }
        assert!(OcspRequest::from_der(&request(&[&id], &[nonce(&[1]), nonce(&[2])])).is_err());
    }

    #[test]
    fn what_asks_for_too_much_is_refused() {
        let (_, id) = id();
        assert!(OcspRequest::from_der(&request(&[], &[])).is_err());
        assert!(OcspRequest::from_der(&request(&[&id; 100], &[])).is_ok());
        assert!(OcspRequest::from_der(&request(&[&id; 101], &[])).is_err());
        let odd = Extension { oid: crate::x509::Oid::new_unwrap("1.2.3.4"), critical: true, value: vec![5, 0] };
        assert!(OcspRequest::from_der(&request(&[&id], std::slice::from_ref(&odd))).is_err());
        assert!(OcspRequest::from_der(&request(&[&id], &[Extension { critical: false, ..odd }])).is_ok());
    }

    #[test]
    fn anything_cut_or_flipped_is_refused_or_read() {
        let (_, id) = id();
        let der = request(&[&id, &id], &[nonce(&[7; 16])]);
        for length in 0..der.len() {
            assert!(OcspRequest::from_der(&der[..length]).is_err(), "{length}");
        }
        for position in 0..der.len() {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[position] ^= 1 << bit;
                let _ = OcspRequest::from_der(&changed);
            }
        }
        assert!(OcspRequest::from_der(&[&der[..], &[0]].concat()).is_err());
    }
}
