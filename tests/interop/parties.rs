//! Who meets in mutual TLS, with every file that a program may want of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::authority::{Certwright, Issued, text};
use crate::keystores;
use crate::tool;

/// An authority's server and client, and a client of another authority with the very same names.
pub(crate) struct Parties {
    pub(crate) here: Trust,
    pub(crate) elsewhere: Trust,
    /// `localhost` and 127.0.0.1.
    pub(crate) server: Party,
    /// The client `alice`.
    pub(crate) client: Party,
    /// The client `alice` of the authority elsewhere.
    pub(crate) foreign: Party,
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

/// The parties of all tests that revoke nobody.
pub(crate) fn parties() -> &'static Parties {
    static PARTIES: OnceLock<Parties> = OnceLock::new();
    PARTIES.get_or_init(|| Parties::new(&tool::lasting_directory()))
}

impl Parties {
    /// Makes both authorities and their parties below a directory.
    pub(crate) fn new(directory: &Path) -> Self {
        let (here, elsewhere) = (directory.join("here"), directory.join("elsewhere"));
        let authority = |place: &Path| {
            std::fs::create_dir(place).expect("a directory");
            let certwright = Certwright::two_tiers(place, "ec-p256");
            let trust = Trust::new(&certwright, place);
            (certwright, trust)
        };
        let ((ours, here_trust), (theirs, elsewhere_trust)) = (authority(&here), authority(&elsewhere));
        let client = |certwright: &Certwright, place: &Path| {
            Party::new(certwright, &["alice", "--profile", "client"], &place.join("client"))
        };
        Self {
            server: Party::new(&ours, &["localhost", "127.0.0.1"], &here.join("server")),
            client: client(&ours, &here),
            foreign: client(&theirs, &elsewhere),
            here: here_trust,
            elsewhere: elsewhere_trust,
        }
    }

    /// How a server that knows the client greets nobody else.
    pub(crate) fn tls(&self) -> Tls<'_> {
        Tls { party: &self.server, clients: Some(&self.here) }
    }
}

impl Party {
    fn new(certwright: &Certwright, arguments: &[&str], out: &Path) -> Self {
        let pem = certwright.issue(arguments, out);
        let (p12, jks) = (out.join("keystore.p12"), out.join("keystore.jks"));
        for file in [&p12, &jks] {
            keystores::keystore(certwright, &pem, file);
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
            keystores::truststore(certwright, file);
        }
        Self { pem: certwright.authority("root"), p12, jks }
    }
}
