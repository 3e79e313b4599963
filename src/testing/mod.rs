//! A throwaway PKI for tests: good certificates, and one for each way in which a certificate can be wrong.
//!
//! Everything is made in memory from a seed and an instant: the same two give the same bytes. What a case is, why it is wrong, by
//! which rule, and which programs are known not to notice, stands in one table ([`entries`]); `certwright test-pki` writes it
//! to a directory.
//!
//! **For tests only.** The keys follow from the seed, those of RSA are published with this source: whoever trusts one of the
//! roots trusts everybody.
//!
//! ```
//! use certwright::testing::{Options, TestPki, Verdict};
//! use certwright::x509::Certificate;
//! use certwright::x509::path::{PathRequest, validate};
//!
//! // A seed, and the instant that is "now".
//! let options = Options::new("my tests", time::macros::datetime!(2026-11-22 12:00 UTC));
//! let pki = TestPki::select(&options, |id| ["good", "expired"].contains(&id))?;
//! for case in &pki.cases {
//!     let read = |der: &Vec<u8>| Certificate::from_der(der);
//!     let (target, anchor) = (read(&case.certificate)?, read(&case.anchor)?);
//!     let intermediates = case.chain.iter().map(read).collect::<Result<Vec<_>, _>>()?;
//!     let (anchors, crls, host) = ([anchor], [], None);
//!     let (purpose, at) = (None, options.at);
//!     let request = PathRequest { target: &target, intermediates: &intermediates, anchors: &anchors, crls: &crls, at, purpose, host };
//!     assert_eq!(validate(&request).is_ok(), case.good);
//! }
//! // The key of a case is PKCS#8; `case.certified_key()` is what a rustls server wants.
//! assert!(!pki.case("good").unwrap().key.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catalogue;
mod crl;
mod der;
mod expectations;
mod forge;
mod key;
mod layout;
mod pkcs12;
mod program;
mod rsa;
mod template;
#[cfg(test)]
mod tests;
mod tls;

use std::collections::BTreeMap;

use time::OffsetDateTime;

use self::catalogue::Plan;
use self::forge::{Forge, Lines};
use self::key::TestKey;
use crate::ca::in_parallel;

pub use expectations::{Entry, Expectations, Record, entries};
pub use layout::{KEYSTORE_PASSWORD, TestFile};
pub use program::{Program, Verdict};

/// Why a test PKI cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the test PKI cannot be made: {0}")]
pub struct TestingError(String);

impl TestingError {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<crate::x509::X509Error> for TestingError {
    fn from(error: crate::x509::X509Error) -> Self {
        Self(error.to_string())
    }
}

impl From<crate::keys::KeyError> for TestingError {
    fn from(error: crate::keys::KeyError) -> Self {
        Self(error.to_string())
    }
}

/// What a test PKI is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Any text. Keys, serial numbers and signatures follow from it.
    pub seed: String,
    /// The instant at which the good certificates are good, whole seconds. They stay so for a year.
    pub at: OffsetDateTime,
    /// The DNS name that servers are checked under, in lower case; `localhost` unless changed. Every case has a name below it as well.
    pub host: String,
}

impl Options {
    /// A PKI for `localhost`.
    pub fn new(seed: impl Into<String>, at: OffsetDateTime) -> Self {
        Self { seed: seed.into(), at: forge::whole_seconds(at), host: "localhost".to_owned() }
    }
}

/// Who presents a certificate, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A TLS client to a server.
    Client,
    /// The sender of a mail to its receiver.
    Email,
    /// A TLS server to a client.
    Server,
}

impl Purpose {
    /// Its name: `client`, `email`, `server`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Email => "email",
            Self::Server => "server",
        }
    }
}

/// A certificate with everything that is needed to present it and to judge it. Certificates and CRLs are DER, or what
/// pretends to be.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name: `expired`, `wrong-host`.
    pub id: &'static str,
    /// Whether it is a control that everyone accepts.
    pub good: bool,
    /// What is wrong with it; what is special about it, if it is good.
    pub what: &'static str,
    /// The rule that it breaks, or shows: an RFC with its section.
    pub rule: &'static str,
    /// Who presents it.
    pub purpose: Purpose,
    /// What its subject is checked under: a DNS name or an IP address for servers, a mailbox for mail; nothing for clients.
    pub name: Option<String>,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Its private key: PKCS#8, not encrypted. No secret.
    pub key: Vec<u8>,
    /// What is presented after the certificate, in that order.
    pub chain: Vec<Vec<u8>>,
    /// The trust anchor to verify with.
    pub anchor: Vec<u8>,
    /// What the anchor is called: `root`, `rsa-root`.
    pub anchor_name: String,
    /// The CRLs to check with; none where revocation is not to be checked.
    pub crls: Vec<Vec<u8>>,
    /// Another certificate that makes this one wrong: the one with the same serial number.
    pub twin: Option<Vec<u8>>,
    /// What each program is known to say.
    pub expected: BTreeMap<Program, Verdict>,
    private: TestKey,
}

/// A PKI in memory.
#[derive(Debug, Clone)]
pub struct TestPki {
    /// What it was made from.
    pub options: Options,
    /// Its cases, sorted by name.
    pub cases: Vec<Case>,
}

impl TestPki {
    /// Makes every case.
    ///
    /// # Errors
    /// [`TestingError`] for a host that is no DNS name, and for instants too far from today.
    pub fn generate(options: &Options) -> Result<Self, TestingError> {
        Self::select(options, |_| true)
    }

    /// Makes the cases whose name the filter takes. They are the same as among all the others.
    ///
    /// # Errors
    /// As [`TestPki::generate`].
    pub fn select(options: &Options, wanted: impl Fn(&str) -> bool) -> Result<Self, TestingError> {
        check(options)?;
        let lines = Lines::default();
        let plans = catalogue::plans().filter(|plan| wanted(plan.id)).collect();
        let mut cases = in_parallel(plans, |plan| case(plan, options, &lines))?;
        cases.sort_by_key(|case| case.id);
        Ok(Self { options: options.clone(), cases })
    }

    /// A case by its name.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }
}

fn check(options: &Options) -> Result<(), TestingError> {
    use crate::x509::GeneralName;
    let name = GeneralName::Dns(options.host.clone());
    let is_address = options.host.parse::<std::net::IpAddr>().is_ok();
    if is_address || options.host.contains('*') || options.host.len() > 200 || name.check().is_err() {
        return Err(TestingError::new("the host has to be a DNS name in lower case, such as localhost or app.test"));
    }
    if !(1990..=2035).contains(&options.at.year()) {
        return Err(TestingError::new(
            "the instant has to lie between 1990 and 2035: what is wrong with some cases is how years before 2050 are written",
        ));
    }
    Ok(())
}

fn case(plan: &Plan, options: &Options, lines: &Lines) -> Result<Case, TestingError> {
    let forge = Forge { id: plan.id, options, lines };
    let made = (plan.make)(&forge)?;
    let name = match plan.purpose {
        Purpose::Client => None,
        Purpose::Email => Some(made.name.unwrap_or_else(|| forge.mailbox())),
        Purpose::Server => Some(made.name.unwrap_or_else(|| options.host.clone())),
    };
    Ok(Case {
        id: plan.id,
        good: plan.good,
        what: plan.what,
        rule: plan.rule,
        purpose: plan.purpose,
        name,
        certificate: made.certificate,
        key: made.key.pkcs8().to_vec(),
        chain: made.chain,
        anchor: made.anchor.1,
        anchor_name: made.anchor.0,
        crls: made.crls,
        twin: made.twin,
        expected: plan.expected(),
        private: made.key,
    })
}
