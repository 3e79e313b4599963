//! What the strict reader refuses, told apart: programs differ in which of it they let pass.

use super::encoding::of_kind;
use super::rule::{EVERYBODY, Rule, seen};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::certificate::{DefectKind, length_defect};

const AGAIN: &str = "have it issued again by software that writes DER; certwright sign and issue do";

/// What cannot be read for its lengths breaks one of these; there is nothing that a check could look at.
const LENGTH_INDEFINITE: Rule = Rule::new("length-indefinite", Severity::Error, "X.690 §10.1", |_, _| {})
    .demands("lengths are definite", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Java),
        seen(Target::Nss),
        seen(Target::Pyca),
        seen(Target::Rustls),
    ]);
const LENGTH_NOT_MINIMAL: Rule = Rule::new("length-not-minimal", Severity::Error, "X.690 §10.1", |_, _| {})
    .demands("lengths take no more octets than they need", AGAIN)
    .refused_by(&[seen(Target::Go), seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]);

/// The rule of lengths that keeps a certificate from being read, if one does.
pub(super) fn of_lengths(ber: &[u8]) -> Option<&'static Rule> {
    match length_defect(ber)? {
        DefectKind::LengthIndefinite => Some(&LENGTH_INDEFINITE),
        DefectKind::LengthNotMinimal => Some(&LENGTH_NOT_MINIMAL),
        _ => None,
    }
}

pub(super) const RULES: &[Rule] = &[
    Rule::new("eku-empty", Severity::Error, "RFC 5280 §4.2.1.12", |view, broken| {
        of_kind(view, DefectKind::EkuEmpty, broken)
    })
    .demands("extendedKeyUsage lists a purpose", AGAIN)
    .refused_by(&[
        seen(Target::Java),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    LENGTH_INDEFINITE,
    LENGTH_NOT_MINIMAL,
    Rule::new("san-not-ascii", Severity::Error, "RFC 5280 §4.2.1.6", |view, broken| {
        of_kind(view, DefectKind::SanNotAscii, broken)
    })
    .demands("alternative names are ASCII", AGAIN)
    .refused_by(&[seen(Target::Go)]),
    Rule::new("serial-not-minimal", Severity::Error, "X.690 §8.3.2", |view, broken| {
        of_kind(view, DefectKind::SerialNotMinimal, broken)
    })
    .demands("the serial number takes no more octets than it needs", AGAIN)
    .refused_by(&[seen(Target::Go), seen(Target::Openssl), seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("time-fraction", Severity::Error, "RFC 5280 §4.1.2.5.2", |view, broken| {
        of_kind(view, DefectKind::TimeFraction, broken)
    })
    .demands("times are of whole seconds", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("time-impossible", Severity::Error, "RFC 5280 §4.1.2.5", |view, broken| {
        of_kind(view, DefectKind::TimeImpossible, broken)
    })
    .demands("times are such that there are", AGAIN)
    .refused_by(&[
        seen(Target::Go),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("time-no-seconds", Severity::Error, "RFC 5280 §4.1.2.5.1", |view, broken| {
        of_kind(view, DefectKind::TimeNoSeconds, broken)
    })
    .demands("times have seconds", AGAIN)
    .refused_by(&[seen(Target::Openssl), seen(Target::Pyca), seen(Target::Python313), seen(Target::Rustls)]),
    Rule::new("time-no-zone", Severity::Error, "RFC 5280 §4.1.2.5", |view, broken| {
        of_kind(view, DefectKind::TimeNoZone, broken)
    })
    .demands("times end with a Z", AGAIN)
    .refused_by(EVERYBODY),
    Rule::new("time-offset", Severity::Error, "RFC 5280 §4.1.2.5", |view, broken| {
        of_kind(view, DefectKind::TimeOffset, broken)
    })
    .demands("times are in UTC", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("trailing-bytes", Severity::Error, "RFC 5280 §4.1", |view, broken| {
        of_kind(view, DefectKind::TrailingBytes, broken)
    })
    .demands("nothing follows the certificate", AGAIN)
    .refused_by(EVERYBODY),
    Rule::new("trailing-field", Severity::Error, "RFC 5280 §4.1", |view, broken| {
        of_kind(view, DefectKind::TrailingField, broken)
    })
    .demands("no field follows the extensions", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("trailing-signature-field", Severity::Error, "RFC 5280 §4.1", |view, broken| {
        of_kind(view, DefectKind::TrailingSignatureField, broken)
    })
    .demands("no field follows the signature", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Java),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("version", Severity::Error, "RFC 5280 §4.1.2.1", |view, broken| {
        of_kind(view, DefectKind::Version, broken)
    })
    .demands("the certificate has no field of a later version", AGAIN)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Java),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("version-unknown", Severity::Error, "RFC 5280 §4.1.2.1", |view, broken| {
        of_kind(view, DefectKind::VersionUnknown, broken)
    })
    .demands("the version is one that there is", AGAIN)
    .refused_by(&[seen(Target::Go), seen(Target::Java), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("version-old", Severity::Error, "RFC 5280 §4.1.2.1", version_old)
        .demands("the certificate is of version 3", AGAIN)
        .refused_by(&[seen(Target::Pyca), seen(Target::Rustls)]),
];

fn version_old(view: &View<'_>, broken: &mut Broken) {
    let told = view.subject.defects.iter().any(|defect| defect.kind == DefectKind::Version);
    let version = view.certificate.version;
    if version != 3 && !told {
        broken.say(format!("the certificate is of version {version}, not of version 3"));
    }
}
