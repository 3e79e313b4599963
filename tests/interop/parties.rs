//! Who meets in mutual TLS, with every file that a program may want of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::authority::{Certwright, Issued, text};
use crate::stores;
use crate::tool;

/// Two authorities that know nothing of each other, and use the very same names.
pub(crate) struct Parties {
    pub(crate) here: Realm,
    pub(crate) elsewhere: Realm,
}

/// An authority with its parties.
pub(crate) struct Realm {
    pub(crate) certwright: Certwright,
    pub(crate) trust: Trust,
    /// `localhost` and 127.0.0.1.
    pub(crate) server: Party,
    /// The client `alice`.
    pub(crate) client: Party,
}

/// A certificate with its key and its issuers.
pub(crate) struct Party {
    pub(crate) pem: Issued,
    pub(crate) p12: PathBuf,
    pub(crate) jks: PathBuf,
}

/// The anchor of an authority.
pub(crate) struct Trust {
    pub(crate) pem: PathBuf,
    pub(crate) p12: PathBuf,
    pub(crate) jks: PathBuf,
}

/// What a server is set up with.
pub(crate) struct Tls<'a> {
    pub(crate) party: &'a Party,
    /// Whose clients it lets in; anybody, even without a certificate, where there is none.
    pub(crate) clients: Option<&'a Trust>,
}

/// The parties of all tests that revoke nobody; those elsewhere have RSA keys.
pub(crate) fn parties() -> &'static Parties {
    static PARTIES: OnceLock<Parties> = OnceLock::new();
    PARTIES.get_or_init(|| {
        let directory = tool::lasting_directory();
        let realm = |name: &str, algorithm: &str| {
            let place = directory.join(name);
            std::fs::create_dir(&place).expect("a directory");
            Realm::new(Certwright::two_tiers(&place, algorithm), &place, algorithm)
        };
        Parties { here: realm("here", "ec-p256"), elsewhere: realm("elsewhere", "rsa-2048") }
    })
}

impl Realm {
    /// Issues to the parties, with their files below a directory.
    pub(crate) fn new(certwright: Certwright, place: &Path, algorithm: &str) -> Self {
        Self {
            trust: Trust::new(&certwright, place),
            server: Party::new(&certwright, "localhost", &["127.0.0.1", "--key", algorithm], &place.join("server")),
            client: Party::new(
                &certwright,
                "alice",
                &["--profile", "client", "--key", algorithm],
                &place.join("client"),
            ),
            certwright,
        }
    }

    /// How its server greets its client, and nobody else.
    pub(crate) fn tls(&self) -> Tls<'_> {
        Tls { party: &self.server, clients: Some(&self.trust) }
    }
}

impl Party {
    fn new(certwright: &Certwright, name: &str, options: &[&str], out: &Path) -> Self {
        let pem = certwright.issue(&[&[name], options].concat(), out);
        let (p12, jks) = (out.join("keystore.p12"), out.join("keystore.jks"));
        for file in [&p12, &jks] {
            stores::keystore(certwright, name, file, &[]);
        }
        Self { pem, p12, jks }
    }

    /// The path of one of its PEM files, as text.
    pub(crate) fn file(&self, name: &str) -> String {
        text(&self.pem.file(name)).to_owned()
    }
}

impl Trust {
    fn new(certwright: &Certwright, place: &Path) -> Self {
        let (p12, jks) = (place.join("truststore.p12"), place.join("truststore.jks"));
        for file in [&p12, &jks] {
            stores::truststore(certwright, file);
        }
        Self { pem: certwright.authority("root"), p12, jks }
    }
}
