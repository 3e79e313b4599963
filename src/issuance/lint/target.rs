//! The programs that rules are about.

use std::fmt;
use std::str::FromStr;

/// A program, or a family of programs that judge alike, for which a certificate can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`title` says what each is")]
pub enum Target {
    Apple,
    Erlang,
    Gnutls,
    Go,
    Java,
    Nss,
    Openssl,
    Pyca,
    Python313,
    Rfc5280,
    Rustls,
    Windows,
}

impl Target {
    /// Every target, in the order shown to people.
    pub const ALL: [Self; 12] = [
        Self::Apple,
        Self::Erlang,
        Self::Gnutls,
        Self::Go,
        Self::Java,
        Self::Nss,
        Self::Openssl,
        Self::Pyca,
        Self::Python313,
        Self::Rfc5280,
        Self::Rustls,
        Self::Windows,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Erlang => "erlang",
            Self::Gnutls => "gnutls",
            Self::Go => "go",
            Self::Java => "java",
            Self::Nss => "nss",
            Self::Openssl => "openssl",
            Self::Pyca => "pyca",
            Self::Python313 => "python3.13",
            Self::Rfc5280 => "rfc5280",
            Self::Rustls => "rustls",
            Self::Windows => "windows",
        }
    }

    /// Other names by which people know it.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Apple => &["ios", "macos"],
            Self::Erlang => &["elixir", "otp", "rabbitmq"],
            Self::Gnutls => &[],
            Self::Go => &["golang"],
            Self::Java => &["jdk"],
            Self::Nss => &["firefox"],
            Self::Openssl => &["curl", "node"],
            Self::Pyca => &["cryptography"],
            Self::Python313 => &["openssl-strict", "python", "python3"],
            Self::Rfc5280 => &["pkix"],
            Self::Rustls => &["rustls-webpki", "webpki"],
            Self::Windows => &["cryptoapi", "dotnet", "schannel"],
        }
    }

    /// What it is.
    pub fn title(self) -> &'static str {
        match self {
            Self::Apple => "iOS 13, macOS 10.15 and later: TLS",
            Self::Erlang => "Erlang/OTP's public_key and ssl (RabbitMQ, Elixir)",
            Self::Gnutls => "GnuTLS (certtool --verify; wget, Exim, OpenLDAP on Debian)",
            Self::Go => "Go's crypto/x509 (Kubernetes, etcd, Consul, Caddy)",
            Self::Java => "the JDK's TrustManager (Tomcat, Spring, Kafka)",
            Self::Nss => "NSS (certutil -V; Firefox, Thunderbird)",
            Self::Openssl => "OpenSSL without -x509_strict (curl, nginx, Node.js, Ruby, PHP)",
            Self::Pyca => "pyca/cryptography's x509.verification",
            Self::Python313 => "Python's ssl from 3.13 on, which asks OpenSSL for -x509_strict",
            Self::Rfc5280 => "the standard itself, whoever enforces it",
            Self::Rustls => "rustls, that is rustls-webpki",
            Self::Windows => "Windows: CryptoAPI and Schannel (.NET, curl.exe, Edge)",
        }
    }

    /// Whether it minds that a trust anchor breaks a rule. Most programs take little more than a name and a key from it.
    pub fn judges_anchor(self, rule: &str) -> bool {
        if OF_USE.contains(&rule) {
            return true;
        }
        // Constraints bind below an anchor too, as RFC 5280 does not ask for; all but Java see to that.
        if matches!(rule, "name-constraints-dns" | "name-constraints-uncommon") {
            return self != Self::Java;
        }
        match self {
            Self::Openssl | Self::Go | Self::Gnutls => {
                matches!(rule, "ca-without-cert-sign" | "extension-unknown-critical")
            }
            Self::Java => rule == "ca-without-cert-sign",
            Self::Nss | Self::Rustls => false,
            Self::Pyca | Self::Python313 => true,
            // Nobody asked them.
            Self::Apple | Self::Erlang | Self::Rfc5280 | Self::Windows => true,
        }
    }
}

/// Rules of which everybody whom they are known to matter to minds in an anchor too: its key is one that cannot be used, or it
/// is a certificate that cannot be read.
const OF_USE: [&str; 18] = [
    "attribute-characters",
    "encoding",
    "issuer-characters",
    "key-brainpool",
    "key-ed25519",
    "key-ed448",
    "key-explicit-curve-in-ca",
    "key-ml-dsa",
    "key-p224",
    "key-p521",
    "key-secp256k1",
    "key-unknown",
    "name-constraints-email",
    "name-constraints-mask",
    "name-constraints-uri",
    "name-not-utf8",
    "rsa-pss-key",
    "rsa-under-2048-in-ca",
];

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromStr for Target {
    type Err = String;

    /// Reads a name, also some by which people know these programs better: `python`, `webpki`, `schannel`, `firefox`, …
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is = |target: &Self| target.as_str() == text || target.aliases().contains(&text);
        Self::ALL.into_iter().find(is).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("unknown target {text:?} (one of {})", names.join(" "))
        })
    }
}
