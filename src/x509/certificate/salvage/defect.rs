//! What can be wrong with how a certificate is written.

use crate::x509::structure::{GENERALIZED_TIME, UTC_TIME};
use crate::x509::tlv::Tlv;

/// What is wrong with the encoding of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// What kind of defect it is.
    pub kind: DefectKind,
    /// The field or extension, and what is wrong with it; safe to print.
    pub why: String,
}

/// Kinds of [`Defect`] that are worth telling apart: programs disagree about which of them matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefectKind {
    /// The signature algorithms inside and outside the signed part differ.
    AlgorithmsDiffer,
    /// A critical flag that is neither 00 nor ff, which is BER.
    BooleanNotDer,
    /// An `extendedKeyUsage` that lists nothing.
    EkuEmpty,
    /// Something else is not as X.690 or RFC 5280 want it written.
    Encoding,
    /// The value of an extension is not as its standard wants it written, in some other way than those here.
    ExtensionValue,
    /// A length that is indefinite, which is BER.
    LengthIndefinite,
    /// A length that takes more octets than it needs, which is BER.
    LengthNotMinimal,
    /// An attribute of issuer or subject that says that it is UTF-8 and is not.
    NameNotUtf8,
    /// An extension that is there twice.
    Repeated,
    /// An alternative name with octets above 127.
    SanNotAscii,
    /// A serial number that takes more octets than it needs, which is BER.
    SerialNotMinimal,
    /// A time with a fraction of a second.
    TimeFraction,
    /// A time that there is not: February 30.
    TimeImpossible,
    /// A time without seconds.
    TimeNoSeconds,
    /// A time without a time zone.
    TimeNoZone,
    /// A time with an offset to UTC.
    TimeOffset,
    /// Octets after the end of the certificate.
    TrailingBytes,
    /// A field after the last one of the signed part.
    TrailingField,
    /// A field after the signature.
    TrailingSignatureField,
    /// A field that this version of certificates does not have.
    Version,
    /// A version that there is not.
    VersionUnknown,
}

/// What is wrong with the first wrong length in what cannot be read, if that is what is wrong with it.
pub fn length_defect(ber: &[u8]) -> Option<DefectKind> {
    let mut rest = ber;
    while let [tag, first, after @ ..] = rest {
        let count = usize::from(first & 0x7f);
        let (length, contents) = match first {
            0x80 => return Some(DefectKind::LengthIndefinite),
            0x81..=0x84 => {
                let (octets, contents) = after.split_at_checked(count)?;
                let length = octets.iter().fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return Some(DefectKind::LengthNotMinimal);
                }
                (usize::try_from(length).ok()?, contents)
            }
            0x85.. => return None,
            short => (usize::from(*short), after),
        };
        // What is constructed is looked into: its contents come next.
        let skipped = if tag & 0x20 == 0 { length } else { 0 };
        rest = contents.get(skipped..)?;
    }
    None
}

/// What is wrong with a time that RFC 5280 does not want written so.
pub(super) fn time_defect(time: Tlv<'_>) -> DefectKind {
    let digits = time.contents.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let full = match time.tag {
        UTC_TIME => 12,
        GENERALIZED_TIME => 14,
        _ => return DefectKind::Encoding,
    };
    match &time.contents[digits..] {
        b"" if digits == full => DefectKind::TimeNoZone,
        b"Z" if digits == full => DefectKind::TimeImpossible,
        b"Z" if digits == full - 2 => DefectKind::TimeNoSeconds,
        [b'.' | b',', ..] => DefectKind::TimeFraction,
        [b'+' | b'-', ..] => DefectKind::TimeOffset,
        _ => DefectKind::Encoding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{Node, Spec};

    #[test]
    fn lengths_of_ber_are_told_apart() {
        let der = Node::root(&Spec::leaf("api.corp.test", &["api.corp.test"])).certificate.der().to_vec();
        assert_eq!(length_defect(&der), None);
        assert_eq!(length_defect(&[0x30, 0x80, 5, 0, 0, 0]), Some(DefectKind::LengthIndefinite));
        assert_eq!(length_defect(&[0x30, 3, 0x30, 0x81, 0]), Some(DefectKind::LengthNotMinimal));
        assert_eq!(length_defect(&[0x30, 4, 4, 2, 0x30, 0x80]), None);
        for cut in 0..der.len() {
            assert_eq!(length_defect(&der[..cut]), None);
        }
    }
}
