//! What a rule sees of a certificate, and where it puts what it finds.

use crate::keys::PublicKey;
use crate::x509::certificate::Defect;
use crate::x509::path::Purpose;
use crate::x509::{Certificate, GeneralName, Oid, oid};

/// A certificate to be checked, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// What was wrong with its encoding, if it had to be salvaged.
    pub defects: &'a [Defect],
    /// The certificate of its issuer.
    pub issuer: Option<&'a Certificate>,
    /// What it shall be used for.
    pub purpose: Option<Purpose>,
    /// The host that it shall be for.
    pub host: Option<&'a GeneralName>,
}

impl<'a> Subject<'a> {
    /// A certificate of which nothing else is known.
    pub fn new(certificate: &'a Certificate) -> Self {
        Self { certificate, defects: &[], issuer: None, purpose: None, host: None }
    }

    /// With the certificate of its issuer.
    #[must_use]
    pub fn issued_by(self, issuer: Option<&'a Certificate>) -> Self {
        Self { issuer, ..self }
    }
}

/// A certificate and what several rules want to know about it.
pub(super) struct View<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) subject: Subject<'a>,
    /// Its key, if the algorithm is known.
    pub(super) key: Option<PublicKey>,
    pub(super) is_ca: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(subject: Subject<'a>) -> Self {
        let certificate = subject.certificate;
        Self { certificate, subject, key: certificate.public_key().ok(), is_ca: certificate.is_ca() }
    }

    pub(super) fn has_purpose(&self, purpose: &Oid) -> bool {
        self.certificate.extended_key_usage.as_ref().is_some_and(|purposes| purposes.contains(purpose))
    }

    /// Whether there is an extension, and if so, whether it is critical.
    pub(super) fn critical(&self, oid: &Oid) -> Option<bool> {
        self.certificate.extension(oid).map(|extension| extension.critical)
    }

    /// A certificate for servers: what TLS clients compare names with.
    pub(super) fn is_server(&self) -> bool {
        let asked = self.subject.purpose == Some(Purpose::Server) || self.subject.host.is_some();
        !self.is_ca && (asked || self.has_purpose(&oid::EKU_SERVER_AUTH))
    }
}

/// The sentences that say how a rule is broken; no more than a few for one rule.
pub(super) struct Broken(pub(super) Vec<String>);

impl Broken {
    const MOST: usize = 20;

    pub(super) fn say(&mut self, message: impl Into<String>) {
        if self.0.len() < Self::MOST {
            self.0.push(message.into());
        }
    }

    pub(super) fn say_if(&mut self, broken: bool, message: &str) {
        if broken {
            self.say(message);
        }
    }
}
