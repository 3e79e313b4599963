//! CRLs as they are written (RFC 5280 §5): one buffer, one pass, whatever the number of entries.
//!
//! rcgen's CRLs have no delta indicator, no distribution point and no reason to remove, and take four times the memory.

use time::{OffsetDateTime, UtcOffset};

use super::super::tlv;
use super::super::{Extension, IssuingDistributionPoint, Name, RevocationReason, RevokedEntry, X509Error, structure};
use super::{CRL_NUMBER, DELTA_CRL_INDICATOR, FRESHEST_CRL, ISSUING_DISTRIBUTION_POINT};
use crate::keys::Signer;

/// Room for identifier and length of a structure in front of its contents: 1 + 1 + 8 octets.
const HEADER: usize = 10;

/// Gives the signature of a `TBSCertList`.
type Sign<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, X509Error> + 'a;

/// Everything of a CRL but its entries, before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TbsCertList {
    /// `issuer`, byte for byte the issuer certificate's subject.
    pub issuer: Name,
    /// `thisUpdate`, whole seconds UTC.
    pub this_update: OffsetDateTime,
    /// `nextUpdate`, whole seconds UTC. RFC 5280 wants it; only a CRL that is wrong on purpose has none.
    pub next_update: Option<OffsetDateTime>,
    /// `crlExtensions` in the order they shall have.
    pub extensions: Vec<Extension>,
}

impl TbsCertList {
    /// Encodes and signs; gives the CRL in DER. Takes the memory of the CRL and no more. Times before 2050 are UTCTime, others
    /// GeneralizedTime; a reason `unspecified` is left out, as RFC 5280 §5.3.1 wants.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails, [`X509Error::Invalid`] for an instant that has no encoding.
    pub fn sign<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a RevokedEntry>,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>, X509Error> {
        self.sign_with(entries, &signer.signature_algorithm().to_der(), &mut |tbs| Ok(signer.sign(tbs)?))
    }

    /// Puts a CRL together again whose signature is known.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for an instant that has no encoding.
    pub fn with_signature<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a RevokedEntry>,
        algorithm: &[u8],
        signature: &[u8],
    ) -> Result<Vec<u8>, X509Error> {
        self.sign_with(entries, algorithm, &mut |_| Ok(signature.to_vec()))
    }

    fn sign_with<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a RevokedEntry>,
        algorithm: &[u8],
        sign: &mut Sign<'_>,
    ) -> Result<Vec<u8>, X509Error> {
        let mut fields = tlv::encode(tlv::INTEGER, &[1]);
        fields.extend_from_slice(algorithm);
        fields.extend_from_slice(self.issuer.der());
        push_time(&mut fields, self.this_update)?;
        if let Some(next) = self.next_update {
            push_time(&mut fields, next)?;
        }
        let entries = entries.into_iter();
        // Serial, date and reason take 50 octets as a rule.
        let expected = entries.size_hint().0.saturating_mul(56);
        let headroom = fields.len() + 3 * HEADER;
        let mut out = Vec::with_capacity(headroom + expected + 1024);
        out.resize(headroom, 0);
        for entry in entries {
            push_entry(&mut out, entry)?;
        }
        // The headers are written backwards into the room in front of the entries, once their length is known.
        let mut start = headroom;
        if out.len() > headroom {
            start = put_header(&mut out, start, tlv::SEQUENCE);
        }
        start -= fields.len();
        out[start..start + fields.len()].copy_from_slice(&fields);
        self.push_extensions(&mut out);
        start = put_header(&mut out, start, tlv::SEQUENCE);
        let signature = sign(&out[start..])?;
        out.extend_from_slice(algorithm);
        tlv::push(&mut out, tlv::BIT_STRING, &[&[0], signature.as_slice()].concat());
        start = put_header(&mut out, start, tlv::SEQUENCE);
        out.drain(..start);
        Ok(out)
    }

    fn push_extensions(&self, out: &mut Vec<u8>) {
        if self.extensions.is_empty() {
            return;
        }
        tlv::push(out, tlv::context_constructed(0), &Extension::encode_list(&self.extensions));
    }
}

impl Extension {
    /// `cRLNumber`, RFC 5280 §5.2.3.
    pub fn crl_number(number: u64) -> Self {
        Self { oid: CRL_NUMBER, critical: false, value: integer(number) }
    }

    /// `deltaCRLIndicator`, critical, with the number of the CRL that the delta starts from (RFC 5280 §5.2.4).
    pub fn delta_crl_indicator(base: u64) -> Self {
        Self { oid: DELTA_CRL_INDICATOR, critical: true, value: integer(base) }
    }

    /// `freshestCRL`: where the delta CRLs are, in the form of `cRLDistributionPoints` (RFC 5280 §5.2.6).
    ///
    /// # Errors
    /// As [`Extension::crl_distribution_points`].
    pub fn freshest_crl(urls: &[String]) -> Result<Self, X509Error> {
        Ok(Self { oid: FRESHEST_CRL, ..Self::crl_distribution_points(urls)? })
    }

    /// `issuingDistributionPoint`, critical (RFC 5280 §5.2.5).
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a name that has no encoding.
    pub fn issuing_distribution_point(point: &IssuingDistributionPoint) -> Result<Self, X509Error> {
        Ok(Self { oid: ISSUING_DISTRIBUTION_POINT, critical: true, value: point.to_der()? })
    }
}

/// Writes identifier and length in front of everything from `start` on; gives where they begin.
fn put_header(out: &mut [u8], start: usize, tag: u8) -> usize {
    let header = tlv::header(tag, out.len() - start);
    let begin = start - header.len();
    out[begin..start].copy_from_slice(&header);
    begin
}

fn push_entry(out: &mut Vec<u8>, entry: &RevokedEntry) -> Result<(), X509Error> {
    let mut extensions = [0_u8; 64];
    let mut length = 0;
    let mut add = |bytes: &[u8]| {
        extensions[length..length + bytes.len()].copy_from_slice(bytes);
        length += bytes.len();
    };
    if let Some(reason) = entry.reason.filter(|reason| *reason != RevocationReason::Unspecified) {
        // reasonCode, 2.5.29.21
        add(&[0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, reason as u8]);
    }
    if let Some(date) = entry.invalidity_date {
        // invalidityDate, 2.5.29.24
        add(&[0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11, 0x18, 0x0f]);
        add(&generalized_time(date)?);
    }
    let date = Time::new(entry.revoked_at)?;
    let serial = entry.serial.content();
    let extensions = &extensions[..length];
    let serial_header = tlv::header(tlv::INTEGER, serial.len());
    let date_length = date.bytes().len();
    let listed = if extensions.is_empty() { 0 } else { 2 + extensions.len() };
    let contents = serial_header.len() + serial.len() + 2 + date_length + listed;
    out.extend_from_slice(&tlv::header(tlv::SEQUENCE, contents));
    out.extend_from_slice(&serial_header);
    out.extend_from_slice(serial);
    tlv::push(out, date.tag, date.bytes());
    if !extensions.is_empty() {
        tlv::push(out, tlv::SEQUENCE, extensions);
    }
    Ok(())
}

fn push_time(out: &mut Vec<u8>, instant: OffsetDateTime) -> Result<(), X509Error> {
    let time = Time::new(instant)?;
    tlv::push(out, time.tag, time.bytes());
    Ok(())
}

/// A `Time`, RFC 5280 §4.1.2.5.
struct Time {
    tag: u8,
    /// `YYYYMMDDHHMMSSZ`
    digits: [u8; 15],
}

impl Time {
    fn new(instant: OffsetDateTime) -> Result<Self, X509Error> {
        let digits = generalized_time(instant)?;
        let short = (1950..2050).contains(&instant.to_offset(UtcOffset::UTC).year());
        Ok(Self { tag: if short { structure::UTC_TIME } else { structure::GENERALIZED_TIME }, digits })
    }

    fn bytes(&self) -> &[u8] {
        if self.tag == structure::UTC_TIME { &self.digits[2..] } else { &self.digits }
    }
}

/// `YYYYMMDDHHMMSSZ`
pub(in crate::x509) fn generalized_time(instant: OffsetDateTime) -> Result<[u8; 15], X509Error> {
    let instant = instant.to_offset(UtcOffset::UTC);
    let (year, month, day) = instant.to_calendar_date();
    let year = u16::try_from(year).ok().filter(|year| *year <= 9999);
    let year = year.ok_or_else(|| {
        X509Error::Invalid(format!("the year {} has no encoding in a CRL or an OCSP response", instant.year()))
    })?;
    let [century, in_century] = [year / 100, year % 100].map(|pair| u8::try_from(pair).unwrap_or_default());
    let (hour, minute, second) = instant.to_hms();
    let mut out = [b'Z'; 15];
    let pairs = [century, in_century, u8::from(month), day, hour, minute, second];
    for (place, pair) in out.chunks_exact_mut(2).zip(pairs) {
        place.copy_from_slice(&[b'0' + pair / 10, b'0' + pair % 10]);
    }
    Ok(out)
}

/// DER of an INTEGER that is not negative.
fn integer(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let skip = octets.iter().take(7).take_while(|octet| **octet == 0).count();
    let sign: &[u8] = if octets[skip] & 0x80 == 0 { &[] } else { &[0] };
    tlv::encode(tlv::INTEGER, &[sign, &octets[skip..]].concat())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::x509::fixtures::{Node, Spec};
    use crate::x509::{Crl, GeneralName, Serial};

    fn entry(serial: &[u8], reason: Option<RevocationReason>) -> RevokedEntry {
        let revoked_at = datetime!(2026-03-04 05:06:07 UTC);
        RevokedEntry { serial: Serial::from_content(serial), revoked_at, reason, invalidity_date: None }
    }

    fn list(authority: &Node, extensions: Vec<Extension>) -> TbsCertList {
        TbsCertList {
            issuer: authority.certificate.subject.clone(),
            this_update: datetime!(2026-11-22 10:00 UTC),
            next_update: Some(datetime!(2050-01-01 00:00 UTC)),
            extensions,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let point = IssuingDistributionPoint {
            names: Some(vec![GeneralName::Uri("http://pki.corp.test/root.crl".to_owned())]),
            only_user_certs: true,
            ..IssuingDistributionPoint::default()
        };
        let tbs = list(
            &authority,
            vec![
                Extension::authority_key_identifier(&[1, 2, 3]),
                Extension::crl_number(0x80),
                Extension::delta_crl_indicator(0x7f),
                Extension::issuing_distribution_point(&point).unwrap(),
                Extension::freshest_crl(&["http://pki.corp.test/delta.crl".to_owned()]).unwrap(),
            ],
        );
        let mut dated = entry(&[0x00, 0xff], Some(RevocationReason::KeyCompromise));
        dated.invalidity_date = Some(datetime!(2055-12-31 23:59:59 UTC));
        let entries = [entry(&[1], None), dated, entry(&[0x45; 20], Some(RevocationReason::RemoveFromCrl))];
        let der = tbs.sign(&entries, &authority.key).unwrap();
        let crl = Crl::from_der(&der).unwrap();
        crl.verify_signature(authority.key.public_key()).unwrap();
        assert_eq!((crl.this_update, crl.next_update), (tbs.this_update, tbs.next_update));
        assert_eq!(crl.entries, entries);
        assert_eq!(crl.extensions, tbs.extensions);
        assert_eq!((crl.number, crl.delta_base), (Some(vec![0, 0x80]), Some(vec![0x7f])));
        assert_eq!(crl.authority_key_id, Some(vec![1, 2, 3]));
        assert_eq!(crl.issuer, tbs.issuer);
    }

    #[test]
    fn nothing_revoked_leaves_the_list_out_and_unspecified_leaves_no_reason() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let tbs = list(&authority, vec![Extension::crl_number(0)]);
        let none = tbs.sign(&[], &authority.key).unwrap();
        assert!(Crl::from_der(&none).unwrap().entries.is_empty());
        let plain = tbs.sign(&[entry(&[1], None)], &authority.key).unwrap();
        let unspecified = tbs.sign(&[entry(&[1], Some(RevocationReason::Unspecified))], &authority.key).unwrap();
        assert_eq!(Crl::from_der(&unspecified).unwrap().entries, Crl::from_der(&plain).unwrap().entries);
    }

    #[test]
    fn a_crl_is_put_together_again_from_its_signature() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let tbs = list(&authority, vec![Extension::crl_number(7)]);
        let entries: Vec<_> =
            (0..1000_u32).map(|number| entry(&[&[1], &number.to_be_bytes()[..]].concat(), None)).collect();
        let der = tbs.sign(&entries, &authority.key).unwrap();
        let crl = Crl::from_der(&der).unwrap();
        let again = tbs.with_signature(&entries, &crl.signature_algorithm_der, crl.signature()).unwrap();
        assert_eq!(again, der);
    }

    #[test]
    fn years_without_an_encoding_are_refused() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let mut tbs = list(&authority, Vec::new());
        tbs.this_update = datetime!(-0001-01-01 00:00 UTC);
        assert!(matches!(tbs.sign(&[], &authority.key), Err(X509Error::Invalid(_))));
    }
}
