//! Version, serial, signature algorithm, validity, issuer and subject.

use time::Duration;

use super::{Broken, Rule, Severity, View};
use crate::keys::{Digest, SignatureAlgorithm};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Name, escape};

pub(super) const RULES: &[Rule] = &[
    Rule { name: "version", severity: Severity::Error, source: "RFC 5280 §4.1.2.1", check: version },
    Rule {
        name: "serial-not-positive",
        severity: Severity::Error,
        source: "RFC 5280 §4.1.2.2",
        check: serial_positive,
    },
    Rule { name: "serial-too-long", severity: Severity::Error, source: "RFC 5280 §4.1.2.2", check: serial_length },
    Rule { name: "serial-guessable", severity: Severity::Warning, source: "CA/B BR §7.1.2.7", check: serial_entropy },
    Rule { name: "signature-weak", severity: Severity::Error, source: "RFC 6194, RFC 9155", check: signature_weak },
    Rule {
        name: "signature-unknown",
        severity: Severity::Notice,
        source: "RFC 5280 §4.1.1.2",
        check: signature_unknown,
    },
    Rule { name: "validity-order", severity: Severity::Error, source: "RFC 5280 §4.1.2.5", check: validity_order },
    Rule {
        name: "validity-encoding",
        severity: Severity::Error,
        source: "RFC 5280 §4.1.2.5",
        check: validity_encoding,
    },
    Rule { name: "validity-too-long", severity: Severity::Warning, source: "Apple HT210176", check: validity_length },
    Rule { name: "issuer-empty", severity: Severity::Error, source: "RFC 5280 §4.1.2.4", check: issuer_empty },
    Rule { name: "subject-empty-in-ca", severity: Severity::Error, source: "RFC 5280 §4.1.2.6", check: ca_subject },
    Rule { name: "subject-and-san-empty", severity: Severity::Error, source: "RFC 5280 §4.1.2.6", check: no_identity },
    Rule { name: "attribute-invalid", severity: Severity::Error, source: "RFC 5280 appendix A.1", check: attributes },
    Rule { name: "attribute-repeated", severity: Severity::Warning, source: "X.520 §6.2.2", check: common_names },
    Rule {
        name: "attribute-old-string", severity: Severity::Warning, source: "RFC 5280 §4.1.2.4", check: old_strings
    },
];

fn version(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.certificate.version != 3, "the certificate is not of version 3");
}

fn serial_positive(view: &View<'_>, broken: &mut Broken) {
    let octets = view.certificate.serial.content();
    let zero = octets.iter().all(|octet| *octet == 0);
    broken.say_if(zero, "the serial number is zero");
    broken.say_if(octets.first().is_some_and(|first| first & 0x80 != 0), "the serial number is negative");
}

fn serial_length(view: &View<'_>, broken: &mut Broken) {
    let length = view.certificate.serial.content().len();
    if length > 20 {
        broken.say(format!("the serial number has {length} octets, more than 20"));
    }
}

fn serial_entropy(view: &View<'_>, broken: &mut Broken) {
    let short = view.certificate.serial.content().len() < 8;
    broken.say_if(short, "the serial number is too short to hold 64 random bits");
}

fn signature_weak(view: &View<'_>, broken: &mut Broken) {
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
    if let Ok(Ecdsa(Digest::Sha1) | RsaPkcs1(Digest::Sha1) | RsaPss(Digest::Sha1, _)) =
        view.certificate.signature_algorithm()
    {
        broken.say("the certificate is signed with SHA-1");
    }
    // md2, md4 and md5WithRSAEncryption: no reader of keys here knows them.
    let contents = Tlv::only_contents(&view.certificate.signature_algorithm_der, tlv::SEQUENCE).unwrap_or_default();
    if let Ok([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 2..=4]) =
        Reader::new(contents).expect(tlv::OBJECT_IDENTIFIER)
    {
        broken.say("the certificate is signed with MD5 or older");
    }
}

fn signature_unknown(view: &View<'_>, broken: &mut Broken) {
    if let Err(error) = view.certificate.signature_algorithm() {
        broken.say(format!("the signature algorithm is not known here: {}", escape(&error.to_string())));
    }
}

fn validity_order(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    broken.say_if(certificate.not_after < certificate.not_before, "the validity ends before it begins");
}

fn validity_encoding(view: &View<'_>, broken: &mut Broken) {
    let Some(validity) = validity_der(view.certificate.tbs_der()) else { return };
    let mut times = Reader::new(validity);
    for (name, instant) in [("notBefore", view.certificate.not_before), ("notAfter", view.certificate.not_after)] {
        let Ok(time) = times.read() else { return };
        let expected = if (1950..2050).contains(&instant.year()) { 0x17 } else { 0x18 };
        if time.tag != expected {
            let form = if expected == 0x17 { "UTCTime" } else { "GeneralizedTime" };
            broken.say(format!("{name} must be a {form} in the year {}", instant.year()));
        }
        let length = if time.tag == 0x17 { 13 } else { 15 };
        if time.contents.len() != length || time.contents.last() != Some(&b'Z') {
            broken.say(format!("{name} is not in whole seconds with a Z"));
        }
    }
}

/// The contents of `validity`.
fn validity_der(tbs: &[u8]) -> Option<&[u8]> {
    let mut fields = Reader::new(Tlv::only_contents(tbs, tlv::SEQUENCE).ok()?);
    fields.optional(tlv::context_constructed(0)).ok()?;
    for _serial_algorithm_issuer in 0..3 {
        fields.read().ok()?;
    }
    fields.expect(tlv::SEQUENCE).ok()
}

fn validity_length(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let too_long = certificate.not_after - certificate.not_before > Duration::days(825);
    broken.say_if(view.is_server() && too_long, "a server's certificate lives longer than 825 days: Apple refuses it");
}

fn issuer_empty(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.certificate.issuer.is_empty(), "the issuer is empty");
}

fn ca_subject(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.is_ca && view.certificate.subject.is_empty(), "an authority has an empty subject");
}

fn no_identity(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let nobody = certificate.subject.is_empty() && certificate.subject_alt_names.is_empty();
    broken.say_if(!view.is_ca && nobody, "there is neither a subject nor an alternative name");
}

fn attributes(view: &View<'_>, broken: &mut Broken) {
    for (kind, value) in view.certificate.subject.attributes() {
        // Hex stands for a value that is no text: nothing is known about it.
        if value.starts_with('#') {
            continue;
        }
        if let Err(error) = Name::from_attributes(&[(&kind, &value)]) {
            broken.say(format!("subject: {}", escape(&error.to_string())));
        }
    }
}

fn common_names(view: &View<'_>, broken: &mut Broken) {
    let attributes = view.certificate.subject.attributes();
    for kind in ["CN", "C", "SERIALNUMBER"] {
        let count = attributes.iter().filter(|(own, _)| own == kind).count();
        if count > 1 {
            broken.say(format!("the subject has {count} attributes {kind}: consumers differ in which they take"));
        }
    }
}

fn old_strings(view: &View<'_>, broken: &mut Broken) {
    let Ok(contents) = Tlv::only_contents(view.certificate.subject.der(), tlv::SEQUENCE) else { return };
    let mut rdns = Reader::new(contents);
    while let Ok(rdn) = rdns.expect(tlv::SET) {
        let mut attributes = Reader::new(rdn);
        while let Ok(attribute) = attributes.expect(tlv::SEQUENCE) {
            let mut fields = Reader::new(attribute);
            let value = fields.read().and_then(|_| fields.read());
            let old = value
                .is_ok_and(|value| matches!(value.tag, tlv::TELETEX_STRING | tlv::BMP_STRING | tlv::UNIVERSAL_STRING));
            broken.say_if(old, "a subject attribute is a TeletexString, BMPString or UniversalString");
        }
    }
}
