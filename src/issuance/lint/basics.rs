//! Version, serial, signature algorithm, validity, issuer and subject.

use time::Duration;

use super::rule::{Rule, seen, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::keys::{Digest, SignatureAlgorithm};
use crate::x509::time::format_instant;
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Name, escape};

const AGAIN: &str = "have it issued again; certwright sign and issue take care of it";
const SERIAL: &str = "have it issued again: certwright gives every certificate a random serial of 20 octets";
/// Requirements for trusted certificates in iOS 13 and macOS 10.15.
const APPLE: &str = "support.apple.com/103769";

pub(super) const RULES: &[Rule] = &[
    Rule::new("serial-negative", Severity::Error, "RFC 5280 §4.1.2.2", serial_negative)
        .demands("the serial number is positive", SERIAL)
        .refused_by(&[seen(Target::Go), seen(Target::Pyca)]),
    Rule::new("serial-zero", Severity::Error, "RFC 5280 §4.1.2.2", serial_zero)
        .demands("the serial number is not zero", SERIAL),
    Rule::new("serial-too-long", Severity::Error, "RFC 5280 §4.1.2.2", serial_length)
        .demands("the serial number has at most 20 octets", SERIAL),
    Rule::new("serial-guessable", Severity::Warning, "CA/B BR §7.1.2.7", serial_entropy)
        .demands("the serial number has room for 64 random bits", SERIAL),
    Rule::new("signature-sha1", Severity::Error, "RFC 6194, RFC 9155", signature_sha1)
        .demands("the signature does not rest on SHA-1", "have it signed again: certwright uses SHA-256 and better")
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
            told(Target::Apple, APPLE),
        ]),
    Rule::new("signature-md5", Severity::Error, "RFC 6151", signature_md5)
        .demands(
            "the signature does not rest on MD5 or older",
            "have it signed again: certwright uses SHA-256 and better",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
            told(Target::Apple, APPLE),
        ]),
    Rule::new("signature-unknown", Severity::Notice, "RFC 5280 §4.1.1.2", signature_unknown)
        .demands("the signature algorithm is one that is known here", "find out whether its readers know it"),
    Rule::new("validity-order", Severity::Error, "RFC 5280 §4.1.2.5", validity_order)
        .demands("the validity ends after it begins", AGAIN),
    Rule::new("validity-encoding", Severity::Error, "RFC 5280 §4.1.2.5", validity_encoding)
        .demands("times are UTCTime before 2050, GeneralizedTime from then on, in whole seconds with a Z", AGAIN)
        .refused_by(&[seen(Target::Pyca)]),
    Rule::new("validity-too-long", Severity::Warning, "support.apple.com/103769", validity_length)
        .demands(
            "a server's certificate lives for at most 825 days",
            "issue it with --validity 825d or less, and renew it from cron: certwright renew --due",
        )
        .refused_by(&[told(Target::Apple, APPLE)]),
    Rule::new("issuer-empty", Severity::Error, "RFC 5280 §4.1.2.4", issuer_empty)
        .demands("the issuer has a name", AGAIN),
    Rule::new("subject-empty-in-ca", Severity::Error, "RFC 5280 §4.1.2.6", ca_subject)
        .demands("an authority has a name", "make the authority anew, with a common name")
        .refused_by(&[seen(Target::Gnutls), seen(Target::Java), seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("subject-and-san-empty", Severity::Error, "RFC 5280 §4.1.2.6", no_identity)
        .demands("there is a subject or an alternative name", "issue it again for a name"),
    Rule::new("attribute-invalid", Severity::Error, "RFC 5280 appendix A.1", attributes).demands(
        "the attributes of the subject are as long and of the characters that they may be",
        "issue it again with a subject that fits; most certificates need none but a common name",
    ),
    Rule::new("attribute-repeated", Severity::Warning, "X.520 §6.2.2", common_names).demands(
        "common name, country and serial number are there once",
        "issue it again with one of them; further names are alternative names",
    ),
    Rule::new("attribute-old-string", Severity::Warning, "RFC 5280 §4.1.2.4", old_strings)
        .demands("text in the subject is UTF8String or PrintableString", AGAIN),
];

fn serial_negative(view: &View<'_>, broken: &mut Broken) {
    let serial = &view.certificate.serial;
    if serial.content().first().is_some_and(|first| first & 0x80 != 0) {
        broken.say(format!("the serial number is negative: its first octet is {:02x}", serial.content()[0]));
    }
}

fn serial_zero(view: &View<'_>, broken: &mut Broken) {
    let zero = view.certificate.serial.content().iter().all(|octet| *octet == 0);
    broken.say_if(zero, "the serial number is zero");
}

fn serial_length(view: &View<'_>, broken: &mut Broken) {
    let length = view.certificate.serial.content().len();
    if length > 20 {
        broken.say(format!("the serial number has {length} octets, more than 20"));
    }
}

fn serial_entropy(view: &View<'_>, broken: &mut Broken) {
    let octets = view.certificate.serial.content();
    // What is zero has a rule of its own.
    if octets.len() < 8 && octets.iter().any(|octet| *octet != 0) {
        broken.say(format!("the serial number {} is too short to hold 64 random bits", view.certificate.serial));
    }
}

fn signature_sha1(view: &View<'_>, broken: &mut Broken) {
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
    // A root is trusted for what it is, not for its signature on itself.
    if let Ok(Ecdsa(Digest::Sha1) | RsaPkcs1(Digest::Sha1) | RsaPss(Digest::Sha1, _)) =
        view.certificate.signature_algorithm()
        && !view.certificate.is_root()
    {
        broken.say("the certificate is signed with SHA-1");
    }
}

fn signature_md5(view: &View<'_>, broken: &mut Broken) {
    // md2, md4 and md5WithRSAEncryption: no reader of keys here knows them.
    let contents = Tlv::only_contents(&view.certificate.signature_algorithm_der, tlv::SEQUENCE).unwrap_or_default();
    if let Ok([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, digest @ 2..=4]) =
        Reader::new(contents).expect(tlv::OBJECT_IDENTIFIER)
        && !view.certificate.is_root()
    {
        let name = ["MD2", "MD4", "MD5"][usize::from(*digest) - 2];
        broken.say(format!("the certificate is signed with {name}"));
    }
}

fn signature_unknown(view: &View<'_>, broken: &mut Broken) {
    if let Err(error) = view.certificate.signature_algorithm() {
        broken.say(format!("the signature algorithm is not known here: {}", escape(&error.to_string())));
    }
}

fn validity_order(view: &View<'_>, broken: &mut Broken) {
    let (start, end) = (view.certificate.not_before, view.certificate.not_after);
    if end < start {
        let (start, end) = (format_instant(start), format_instant(end));
        broken.say(format!("the validity ends on {end}, before it begins on {start}"));
    }
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
    let length = view.certificate.not_after - view.certificate.not_before;
    if view.is_server() && length > Duration::days(825) {
        broken.say(format!("a server's certificate that lives for {} days, more than 825", length.whole_days()));
    }
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
            broken.say(format!("subject: {error}"));
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
