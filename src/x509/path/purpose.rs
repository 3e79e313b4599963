//! What certificates are used for.

use std::fmt;
use std::str::FromStr;

use super::PathError;
use crate::x509::{Certificate, KeyUsage, Oid, X509Error, oid};

/// A use that a certificate must be allowed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Purpose {
    Authority,
    Client,
    CodeSigning,
    Email,
    OcspSigning,
    Server,
    TimeStamping,
}

const DIGITAL_SIGNATURE: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const NON_REPUDIATION: KeyUsage = KeyUsage(1 << 1);
const KEY_ENCIPHERMENT: KeyUsage = KeyUsage::KEY_ENCIPHERMENT;
const KEY_AGREEMENT: KeyUsage = KeyUsage(1 << 4);

impl Purpose {
    /// Every purpose, in the order shown to people.
    pub const ALL: [Self; 7] = [
        Self::Server,
        Self::Client,
        Self::CodeSigning,
        Self::Email,
        Self::OcspSigning,
        Self::TimeStamping,
        Self::Authority,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Client => "client",
            Self::CodeSigning => "code-signing",
            Self::Email => "email",
            Self::OcspSigning => "ocsp",
            Self::Server => "server",
            Self::TimeStamping => "timestamping",
        }
    }

    /// The extended key usage that stands for it; an authority has none.
    pub fn extended_key_usage(self) -> Option<Oid> {
        Some(match self {
            Self::Authority => return None,
            Self::Client => oid::EKU_CLIENT_AUTH,
            Self::CodeSigning => oid::EKU_CODE_SIGNING,
            Self::Email => oid::EKU_EMAIL_PROTECTION,
            Self::OcspSigning => oid::EKU_OCSP_SIGNING,
            Self::Server => oid::EKU_SERVER_AUTH,
            Self::TimeStamping => oid::EKU_TIME_STAMPING,
        })
    }

    /// Whether the end certificate must name the purpose itself: RFC 6960 §4.2.2.2 and RFC 3161 §2.3 want that, and code is not
    /// trusted on a certificate for anything. For the others no list, or any purpose in it, will do (RFC 5280 §4.2.1.12).
    fn must_be_named(self) -> bool {
        matches!(self, Self::CodeSigning | Self::OcspSigning | Self::TimeStamping)
    }

    /// The key usages of which the end certificate must have one, if it lists any.
    fn key_usages(self) -> &'static [KeyUsage] {
        match self {
            Self::Authority => &[KeyUsage::KEY_CERT_SIGN],
            Self::Client => &[DIGITAL_SIGNATURE, KEY_AGREEMENT],
            Self::CodeSigning => &[DIGITAL_SIGNATURE],
            Self::Email => &[DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_ENCIPHERMENT, KEY_AGREEMENT],
            Self::OcspSigning | Self::TimeStamping => &[DIGITAL_SIGNATURE, NON_REPUDIATION],
            Self::Server => &[DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT],
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            X509Error::Invalid(format!("unknown purpose {text:?} (one of {})", known.join(" ")))
        })
    }
}

/// Checks the extended key usage of an authority in the path: what it leaves out, nothing below it may be used for.
pub(super) fn check_issuer(depth: usize, issuer: &Certificate, purpose: Purpose) -> Result<(), PathError> {
    let (Some(wanted), Some(listed)) = (purpose.extended_key_usage(), &issuer.extended_key_usage) else {
        return Ok(());
    };
    if listed.contains(&wanted) || listed.contains(&oid::EKU_ANY) {
        return Ok(());
    }
    let name = super::title(issuer);
    let reason =
        format!("{name} may not issue certificates for {purpose}: its extendedKeyUsage has {}", labels(listed));
    Err(PathError::at(depth, issuer, "purpose", reason))
}

/// Checks that the end certificate may be used for a purpose.
pub(super) fn check_target(target: &Certificate, purpose: Purpose) -> Result<(), PathError> {
    let name = super::title(target);
    let fail = |rule, why: String| Err(PathError::at(0, target, rule, why));
    if purpose == Purpose::Authority {
        if !target.is_ca() {
            return fail("not-a-ca", format!("{name} is no CA: its basicConstraints do not say so"));
        }
        if target.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
            return fail(
                "no-key-cert-sign",
                format!("{name} may not sign certificates: its keyUsage lacks keyCertSign"),
            );
        }
        return Ok(());
    }
    match (purpose.extended_key_usage(), &target.extended_key_usage) {
        (Some(wanted), Some(listed)) if listed.contains(&wanted) => {}
        (_, Some(listed)) if !purpose.must_be_named() && listed.contains(&oid::EKU_ANY) => {}
        (_, None) if !purpose.must_be_named() => {}
        (_, None) => return fail("purpose", format!("{name} is not for {purpose}: it has no extendedKeyUsage")),
        (_, Some(listed)) => {
            let listed = labels(listed);
            return fail("purpose", format!("{name} is not for {purpose}: its extendedKeyUsage has {listed}"));
        }
    }
    let wanted = purpose.key_usages();
    match target.key_usage {
        Some(usage) if !wanted.iter().any(|bit| usage.contains(*bit)) => {
            let wanted: Vec<&str> = wanted.iter().flat_map(|bit| bit.names()).collect();
            let wanted = wanted.join(" nor ");
            fail("key-usage", format!("the key of {name} may not be used for {purpose}: its keyUsage has no {wanted}"))
        }
        _ => Ok(()),
    }
}

/// The purposes of a list by name.
pub(super) fn labels(listed: &[Oid]) -> String {
    let mut labels: Vec<String> = listed
        .iter()
        .take(8)
        .map(|purpose| oid::label(purpose).map_or_else(|| purpose.to_string(), str::to_owned))
        .collect();
    if listed.len() > labels.len() {
        labels.push(format!("{} more", listed.len() - labels.len()));
    }
    labels.join(", ")
}
