//! Object identifiers: the ones used here and their names.

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
