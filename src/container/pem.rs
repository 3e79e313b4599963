//! A certificate with its chain as the PEM files that servers and clients read.

/// The PEM files of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemFiles {
    /// `cert.pem`: the certificate alone.
    pub cert: String,
    /// `chain.pem`: the intermediates, nearest first, without the root; empty where a root signed.
    pub chain: String,
    /// `fullchain.pem`: what a TLS server sends: the certificate, then the intermediates (RFC 8446 §4.4.2).
    pub fullchain: String,
}

impl PemFiles {
    /// Puts the files together from PEM texts.
    pub fn new(cert: String, chain: &str) -> Self {
        let fullchain = format!("{cert}{chain}");
        Self { cert, chain: chain.to_owned(), fullchain }
    }

    /// File names and contents.
    pub fn into_files(self) -> [(&'static str, String); 3] {
        [("cert.pem", self.cert), ("chain.pem", self.chain), ("fullchain.pem", self.fullchain)]
    }
}
