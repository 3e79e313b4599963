//! Decoders for the values of the standard extensions.
//!
//! DER is read strictly, with three allowances that certificates in use need: an explicit `cA FALSE` (older
//! Windows CAs), untrimmed zero bits in `keyUsage`, and unknown forms of names in distribution points, which are skipped.

use crate::x509::tlv::{self, Fault, Reader, Tlv, malformed};
use crate::x509::{BasicConstraints, KeyUsage, Oid, X509Error, oid};

/// Reads the value of `basicConstraints` (RFC 5280 §4.2.1.9).
///
/// # Errors
/// [`X509Error::Malformed`], also for a path length that is negative or over `u32::MAX`.
pub fn decode_basic_constraints(der: &[u8]) -> Result<BasicConstraints, X509Error> {
    read_basic_constraints(der).map_err(malformed("basicConstraints"))
}

fn read_basic_constraints(der: &[u8]) -> Result<BasicConstraints, Fault> {
    let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    let ca = match fields.optional(tlv::BOOLEAN)?.map(|tlv| tlv.contents) {
        None | Some([0x00]) => false,
        Some([0xff]) => true,
        Some(_) => return Err("cA is no DER boolean".into()),
    };
    let path_len = fields.optional(tlv::INTEGER)?.map(|tlv| path_length(tlv.contents)).transpose()?;
    fields.finish()?;
    Ok(BasicConstraints { ca, path_len })
}

fn path_length(octets: &[u8]) -> Result<u32, Fault> {
    match octets {
        [] => return Err("pathLenConstraint has no octets".into()),
        [first, ..] if first & 0x80 != 0 => return Err("pathLenConstraint is negative".into()),
        [0, second, ..] if second & 0x80 == 0 => return Err("pathLenConstraint is not minimal".into()),
        _ => {}
    }
    let value = octets.iter().try_fold(0_u32, |sum, octet| Some(sum.checked_mul(256)? + u32::from(*octet)));
    value.ok_or_else(|| "pathLenConstraint is too large".into())
}

/// Reads the value of `keyUsage` (RFC 5280 §4.2.1.3).
///
/// # Errors
/// [`X509Error::Malformed`], also for bits beyond the nine that are defined.
pub fn decode_key_usage(der: &[u8]) -> Result<KeyUsage, X509Error> {
    read_key_usage(der).map_err(malformed("keyUsage"))
}

fn read_key_usage(der: &[u8]) -> Result<KeyUsage, Fault> {
    let contents = Tlv::only_contents(der, tlv::BIT_STRING)?;
    let (&unused, octets) = contents.split_first().ok_or("a bit string without its first octet")?;
    if unused > 7 || (octets.is_empty() && unused != 0) {
        return Err("a bit string with too many unused bits".into());
    }
    if octets.last().is_some_and(|last| last & !(0xff << unused) != 0) {
        return Err("unused bits that are not zero".into());
    }
    let (head, tail) = octets.split_at(octets.len().min(2));
    let bits =
        head.iter().enumerate().fold(0, |bits, (index, octet)| bits | u16::from(octet.reverse_bits()) << (8 * index));
    if bits >> 9 != 0 || tail.iter().any(|octet| *octet != 0) {
        return Err("bits beyond decipherOnly".into());
    }
    Ok(KeyUsage(bits))
}

/// Reads the value of `extendedKeyUsage` (RFC 5280 §4.2.1.12).
///
/// # Errors
/// [`X509Error::Malformed`], also when it is empty.
pub fn decode_extended_key_usage(der: &[u8]) -> Result<Vec<Oid>, X509Error> {
    read_purposes(der).map_err(malformed("extendedKeyUsage"))
}

fn read_purposes(der: &[u8]) -> Result<Vec<Oid>, Fault> {
    let mut purposes = Vec::new();
    let mut items = Reader::new(nonempty(der)?);
    while !items.is_empty() {
        purposes.push(tlv::oid(items.expect(tlv::OBJECT_IDENTIFIER)?)?);
    }
    Ok(purposes)
}

/// Reads the value of `certificatePolicies` (RFC 5280 §4.2.1.4): the policies, without their qualifiers.
///
/// # Errors
/// [`X509Error::Malformed`], also when it is empty.
pub fn decode_certificate_policies(der: &[u8]) -> Result<Vec<Oid>, X509Error> {
    read_policies(der).map_err(malformed("certificatePolicies"))
}

fn read_policies(der: &[u8]) -> Result<Vec<Oid>, Fault> {
    let mut policies = Vec::new();
    let mut items = Reader::new(nonempty(der)?);
    while !items.is_empty() {
        let mut policy = Reader::new(items.expect(tlv::SEQUENCE)?);
        policies.push(tlv::oid(policy.expect(tlv::OBJECT_IDENTIFIER)?)?);
        policy.optional(tlv::SEQUENCE)?;
        policy.finish()?;
    }
    Ok(policies)
}

/// Reads the value of `subjectKeyIdentifier` (RFC 5280 §4.2.1.2).
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_key_id(der: &[u8]) -> Result<Vec<u8>, X509Error> {
    let contents = Tlv::only_contents(der, tlv::OCTET_STRING).map_err(malformed("subjectKeyIdentifier"))?;
    Ok(contents.to_vec())
}

/// Reads the `keyIdentifier` of an `authorityKeyIdentifier` (RFC 5280 §4.2.1.1), if there is one.
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_authority_key_id(der: &[u8]) -> Result<Option<Vec<u8>>, X509Error> {
    read_authority_key_id(der).map_err(malformed("authorityKeyIdentifier"))
}

fn read_authority_key_id(der: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    let key_id = fields.optional(tlv::context(0))?;
    fields.optional(tlv::context_constructed(1))?;
    fields.optional(tlv::context(2))?;
    fields.finish()?;
    Ok(key_id.map(|tlv| tlv.contents.to_vec()))
}

/// Reads the URLs of `cRLDistributionPoints` (RFC 5280 §4.2.1.13), those in full names, in order.
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_crl_urls(der: &[u8]) -> Result<Vec<String>, X509Error> {
    read_crl_urls(der).map_err(malformed("cRLDistributionPoints"))
}

fn read_crl_urls(der: &[u8]) -> Result<Vec<String>, Fault> {
    let mut urls = Vec::new();
    let mut points = Reader::new(nonempty(der)?);
    while !points.is_empty() {
        let mut fields = Reader::new(points.expect(tlv::SEQUENCE)?);
        if let Some(point) = fields.optional(tlv::context_constructed(0))? {
            let choice = Tlv::only(point.contents)?;
            if choice.tag == tlv::context_constructed(0) {
                let mut names = Reader::new(choice.contents);
                while !names.is_empty() {
                    urls.extend(url(names.read()?)?);
                }
            }
        }
        fields.optional(tlv::context(1))?;
        fields.optional(tlv::context_constructed(2))?;
        fields.finish()?;
    }
    Ok(urls)
}

/// Reads the URLs of `authorityInfoAccess` (RFC 5280 §4.2.2.1): OCSP responders, then issuer certificates.
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_authority_info_access(der: &[u8]) -> Result<(Vec<String>, Vec<String>), X509Error> {
    read_authority_info_access(der).map_err(malformed("authorityInfoAccess"))
}

fn read_authority_info_access(der: &[u8]) -> Result<(Vec<String>, Vec<String>), Fault> {
    let (mut ocsp, mut ca_issuers) = (Vec::new(), Vec::new());
    let mut items = Reader::new(nonempty(der)?);
    while !items.is_empty() {
        let mut fields = Reader::new(items.expect(tlv::SEQUENCE)?);
        let method = fields.expect(tlv::OBJECT_IDENTIFIER)?;
        let location = fields.read()?;
        fields.finish()?;
        if method == oid::AD_OCSP.as_bytes() {
            ocsp.extend(url(location)?);
        } else if method == oid::AD_CA_ISSUERS.as_bytes() {
            ca_issuers.extend(url(location)?);
        }
    }
    Ok((ocsp, ca_issuers))
}

/// The URL in a `GeneralName`, if it is one.
fn url(name: Tlv<'_>) -> Result<Option<String>, Fault> {
    if name.tag != tlv::context(6) {
        return Ok(None);
    }
    tlv::ia5(name.contents).map(|url| Some(url.to_owned()))
}

/// The contents of a SEQUENCE OF that must not be empty.
fn nonempty(der: &[u8]) -> Result<&[u8], Fault> {
    match Tlv::only_contents(der, tlv::SEQUENCE)? {
        [] => Err("an empty list".into()),
        contents => Ok(contents),
    }
}
