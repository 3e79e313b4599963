//! Object identifiers: the ones used here and their names.

use num_bigint::BigUint;

/// An object identifier.
pub type Oid = der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal, $label:literal;)*) => {
        $($(#[$doc])* pub const $name: Oid = Oid::new_unwrap($dotted);)*
        const LABELS: &[(Oid, &str)] = &[$(($name, $label)),*];
    };
}

oids! {
    /// `id-ce-subjectKeyIdentifier`, RFC 5280 §4.2.1.2.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14", "subjectKeyIdentifier";
    /// `id-ce-keyUsage`, RFC 5280 §4.2.1.3.
    KEY_USAGE = "2.5.29.15", "keyUsage";
    /// `id-ce-subjectAltName`, RFC 5280 §4.2.1.6.
    SUBJECT_ALT_NAME = "2.5.29.17", "subjectAltName";
    /// `id-ce-basicConstraints`, RFC 5280 §4.2.1.9.
    BASIC_CONSTRAINTS = "2.5.29.19", "basicConstraints";
    /// `id-ce-nameConstraints`, RFC 5280 §4.2.1.10.
    NAME_CONSTRAINTS = "2.5.29.30", "nameConstraints";
    /// `id-ce-cRLDistributionPoints`, RFC 5280 §4.2.1.13.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31", "cRLDistributionPoints";
    /// `id-ce-certificatePolicies`, RFC 5280 §4.2.1.4.
    CERTIFICATE_POLICIES = "2.5.29.32", "certificatePolicies";
    /// `id-ce-authorityKeyIdentifier`, RFC 5280 §4.2.1.1.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35", "authorityKeyIdentifier";
    /// `id-ce-extKeyUsage`, RFC 5280 §4.2.1.12.
    EXTENDED_KEY_USAGE = "2.5.29.37", "extendedKeyUsage";
    /// `id-pe-authorityInfoAccess`, RFC 5280 §4.2.2.1.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1", "authorityInfoAccess";
    /// `id-ce-cRLNumber`, RFC 5280 §5.2.3.
    CRL_NUMBER = "2.5.29.20", "cRLNumber";
    /// `id-ce-cRLReasons`, RFC 5280 §5.3.1.
    REASON_CODE = "2.5.29.21", "reasonCode";
    /// `id-ce-invalidityDate`, RFC 5280 §5.3.2.
    INVALIDITY_DATE = "2.5.29.24", "invalidityDate";
    /// `id-ce-deltaCRLIndicator`, RFC 5280 §5.2.4.
    DELTA_CRL_INDICATOR = "2.5.29.27", "deltaCRLIndicator";
    /// `id-ce-issuingDistributionPoint`, RFC 5280 §5.2.5.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28", "issuingDistributionPoint";
    /// `id-ce-certificateIssuer`, RFC 5280 §5.3.3.
    CERTIFICATE_ISSUER = "2.5.29.29", "certificateIssuer";
    /// `id-ce-issuerAltName`, RFC 5280 §4.2.1.7.
    ISSUER_ALT_NAME = "2.5.29.18", "issuerAltName";
    /// `id-ce-policyMappings`, RFC 5280 §4.2.1.5.
    POLICY_MAPPINGS = "2.5.29.33", "policyMappings";
    /// `id-ce-policyConstraints`, RFC 5280 §4.2.1.11.
    POLICY_CONSTRAINTS = "2.5.29.36", "policyConstraints";
    /// `id-ce-freshestCRL`, RFC 5280 §4.2.1.15.
    FRESHEST_CRL = "2.5.29.46", "freshestCRL";
    /// `id-ce-inhibitAnyPolicy`, RFC 5280 §4.2.1.14.
    INHIBIT_ANY_POLICY = "2.5.29.54", "inhibitAnyPolicy";
    /// `anyPolicy`, RFC 5280 §4.2.1.4.
    ANY_POLICY = "2.5.29.32.0", "anyPolicy";
    /// `id-pe-subjectInfoAccess`, RFC 5280 §4.2.2.2.
    SUBJECT_INFO_ACCESS = "1.3.6.1.5.5.7.1.11", "subjectInfoAccess";
    /// `id-pe-tlsfeature`, RFC 7633.
    TLS_FEATURE = "1.3.6.1.5.5.7.1.24", "tlsFeature";
    /// Signed certificate timestamps, RFC 6962 §3.3.
    SIGNED_CERTIFICATE_TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.2", "signedCertificateTimestamps";
    /// `extensionRequest` of PKCS#9, RFC 2985 §5.4.2.
    EXTENSION_REQUEST = "1.2.840.113549.1.9.14", "extensionRequest";
    /// `challengePassword` of PKCS#9, RFC 2985 §5.4.1.
    CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7", "challengePassword";
    /// `id-ad-ocsp`.
    AD_OCSP = "1.3.6.1.5.5.7.48.1", "OCSP";
    /// `id-ad-caIssuers`.
    AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2", "caIssuers";
    /// `id-pkix-ocsp-nocheck`, RFC 6960 §4.2.2.2.1.
    OCSP_NOCHECK = "1.3.6.1.5.5.7.48.1.5", "ocspNoCheck";
    /// `anyExtendedKeyUsage`.
    EKU_ANY = "2.5.29.37.0", "anyExtendedKeyUsage";
    /// `id-kp-serverAuth`.
    EKU_SERVER_AUTH = "1.3.6.1.5.5.7.3.1", "serverAuth";
    /// `id-kp-clientAuth`.
    EKU_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2", "clientAuth";
    /// `id-kp-codeSigning`.
    EKU_CODE_SIGNING = "1.3.6.1.5.5.7.3.3", "codeSigning";
    /// `id-kp-emailProtection`.
    EKU_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4", "emailProtection";
    /// `id-kp-timeStamping`.
    EKU_TIME_STAMPING = "1.3.6.1.5.5.7.3.8", "timeStamping";
    /// `id-kp-OCSPSigning`.
    EKU_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9", "OCSPSigning";
    /// Smart card logon (Microsoft).
    EKU_SMARTCARD_LOGON = "1.3.6.1.4.1.311.20.2.2", "smartcardLogon";
    /// `id-kp-documentSigning`, RFC 9336.
    EKU_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36", "documentSigning";
    /// `id-kp-ipsecIKE`, RFC 4945 §5.1.3.12.
    EKU_IPSEC_IKE = "1.3.6.1.5.5.7.3.17", "ipsecIKE";
    /// `id-pkinit-KPClientAuth`, RFC 4556.
    EKU_PKINIT_CLIENT = "1.3.6.1.5.2.3.4", "pkinitClientAuth";
    /// `id-pkinit-KPKdc`, RFC 4556.
    EKU_PKINIT_KDC = "1.3.6.1.5.2.3.5", "pkinitKDC";
    /// User principal name in an `otherName` (Microsoft).
    UPN = "1.3.6.1.4.1.311.20.2.3", "userPrincipalName";
}

/// The usual name of an object identifier, if it is one of those known here.
pub fn label(oid: &Oid) -> Option<&'static str> {
    LABELS.iter().find(|(known, _)| known == oid).map(|(_, label)| *label)
}

/// The object identifier for a usual name or a dotted number.
pub fn parse(text: &str) -> Option<Oid> {
    LABELS.iter().find(|(_, label)| *label == text).map(|(oid, _)| *oid).or_else(|| Oid::new(text).ok())
}

/// Checks the contents of an OBJECT IDENTIFIER: at least one arc, each in its shortest form, the last one complete. Arcs
/// may be of any size, which [`Oid`] cannot hold.
pub(crate) fn check_contents(contents: &[u8]) -> Result<(), String> {
    let complete = contents.last().is_some_and(|last| last & 0x80 == 0);
    let minimal = contents.split_inclusive(|octet| octet & 0x80 == 0).all(|arc| arc[0] != 0x80);
    if complete && minimal { Ok(()) } else { Err("a broken object identifier".into()) }
}

/// The dotted form of the contents of an OBJECT IDENTIFIER that [`check_contents`] accepts. An arc of more than 19
/// octets (no standard goes beyond the 128 bits of a UUID) is written as `?`, since its decimal form costs quadratic time.
pub(crate) fn dotted(contents: &[u8]) -> String {
    let mut out = String::new();
    for (index, octets) in contents.split_inclusive(|octet| octet & 0x80 == 0).enumerate() {
        if octets.len() > 19 {
            out.push_str(if index == 0 { "2.?" } else { ".?" });
            continue;
        }
        let arc = octets.iter().fold(BigUint::ZERO, |arc, octet| (arc << 7_u8) + (octet & 0x7f));
        if index > 0 {
            out.push_str(&format!(".{arc}"));
        } else if arc < BigUint::from(80_u8) {
            let first = u8::from(arc >= BigUint::from(40_u8));
            out.push_str(&format!("{first}.{}", arc - BigUint::from(40 * first)));
        } else {
            out.push_str(&format!("2.{}", arc - BigUint::from(80_u8)));
        }
    }
    out
}

/// The contents of an OBJECT IDENTIFIER from its dotted form; arcs of up to 39 digits.
pub(crate) fn contents_from_dotted(text: &str) -> Option<Vec<u8>> {
    let arc = |text: &str| -> Option<BigUint> {
        let plain = text.bytes().all(|octet| octet.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        if plain && text.len() <= 39 { text.parse().ok() } else { None }
    };
    let arcs = text.split('.').map(arc).collect::<Option<Vec<_>>>()?;
    let [first, second, rest @ ..] = arcs.as_slice() else { return None };
    let limit = BigUint::from(40_u8);
    if arcs.len() > 128 || *first > BigUint::from(2_u8) || (*first < BigUint::from(2_u8) && *second >= limit) {
        return None;
    }
    let mut contents = Vec::new();
    for arc in std::iter::once(&(first * limit + second)).chain(rest) {
        let digits = arc.to_radix_be(128);
        let last = digits.len() - 1;
        contents
            .extend(digits.iter().enumerate().map(|(index, digit)| if index < last { digit | 0x80 } else { *digit }));
    }
    Some(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_numbers_find_each_other() {
        assert_eq!(parse("serverAuth"), Some(EKU_SERVER_AUTH));
        assert_eq!(parse("1.3.6.1.5.5.7.3.1"), Some(EKU_SERVER_AUTH));
        assert_eq!(label(&EKU_SERVER_AUTH), Some("serverAuth"));
        assert_eq!(parse("nonsense"), None);
        for (index, (oid, label)) in LABELS.iter().enumerate() {
            let clash = LABELS[..index].iter().any(|(other, name)| other == oid || name == label);
            assert!(!clash, "{label} is there twice");
        }
    }

    #[test]
    fn dotted_forms_round_trip() {
        for text in ["1.2.840.113549", "0.9.2342", "2.5.4.3", "2.999.1", "2.25.340282366920938463463374607431768211455"]
        {
            let contents = contents_from_dotted(text).unwrap();
            check_contents(&contents).unwrap();
            assert_eq!(dotted(&contents), text);
        }
        for text in ["", "1", "3.1", "1.40", "1.2.", "1..2", "1.02", "1.2.x", "1.-2", "+1.2"] {
            assert_eq!(contents_from_dotted(text), None, "{text}");
        }
    }

    #[test]
    fn broken_contents_are_refused() {
        for contents in [&b""[..], b"\x80\x01", b"\x2a\x80\x01", b"\x2a\x86"] {
            assert!(check_contents(contents).is_err(), "{contents:02x?}");
        }
        assert_eq!(dotted(&[[0xff; 40].as_slice(), &[1]].concat()), "2.?");
    }
}
