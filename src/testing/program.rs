//! The programs whose verdicts are known.

use serde::{Deserialize, Serialize};

/// A program or library that verifies certificates, asked in the way that its users ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// `certwright verify`.
    Certwright,
    /// GnuTLS: `certtool --verify`.
    GnuTls,
    /// Go: `crypto/x509`.
    Go,
    /// The JDK: the PKIX trust manager, and its check of host names for HTTPS.
    Java,
    /// Node.js: `tls`.
    Node,
    /// OpenSSL: `openssl verify -x509_strict`.
    OpenSsl,
    /// pyca/cryptography: `x509.verification`.
    Pyca,
    /// rustls: the webpki crate.
    Rustls,
}

impl Program {
    /// Every program.
    pub const ALL: [Self; 8] =
        [Self::Certwright, Self::GnuTls, Self::Go, Self::Java, Self::Node, Self::OpenSsl, Self::Pyca, Self::Rustls];

    /// Its name in JSON: `openssl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certwright => "certwright",
            Self::GnuTls => "gnutls",
            Self::Go => "go",
            Self::Java => "java",
            Self::Node => "node",
            Self::OpenSsl => "openssl",
            Self::Pyca => "pyca",
            Self::Rustls => "rustls",
        }
    }

    /// What it is, and how it is asked.
    pub fn description(self) -> &'static str {
        match self {
            Self::Certwright => "certwright verify --purpose --host --crl",
            Self::GnuTls => "certtool --verify --verify-purpose --verify-hostname --load-crl",
            Self::Go => "crypto/x509, Certificate.Verify with DNSName and KeyUsages; it has no check of revocation",
            Self::Java => "X509TrustManager of PKIX with CRLs, and the host name check of HTTPS",
            Self::Node => "tls.connect and tls.createServer with ca and crl",
            Self::OpenSsl => "openssl verify -x509_strict -purpose -verify_hostname -crl_check_all",
            Self::Pyca => "cryptography.x509.verification, server and client; it has no check of revocation",
            Self::Rustls => "rustls-webpki, verify_for_usage with CRLs and verify_is_valid_for_subject_name",
        }
    }
}

/// What a program says about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It takes the certificate for good.
    Accepts,
    /// It refuses the certificate.
    Refuses,
    /// It cannot be asked: it knows no such purpose, or no such key.
    Unable,
}

impl Verdict {
    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Refuses => "refuses",
            Self::Unable => "unable",
        }
    }
}
