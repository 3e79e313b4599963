//! `expectations.json`: what is wrong with each certificate, and who says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::layout::KEYSTORE_PASSWORD;
use super::{Case, Options, Program, Purpose, Verdict, catalogue};
use crate::x509::time::format_instant;

/// The name of the format.
const SCHEMA: &str = "certwright/test-pki-expectations/1";

/// The whole document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expectations {
    /// `certwright/test-pki-expectations/1`: members may be added to it, none is removed.
    pub schema: String,
    /// That nobody may trust this.
    pub warning: String,
    /// What makes the same PKI again.
    pub seed: String,
    /// The instant that "now" is, RFC 3339.
    pub at: String,
    /// The DNS name of the servers.
    pub host: String,
    /// The password of the keystores.
    pub keystore_password: String,
    /// The programs whose verdicts are known, with how they are asked.
    pub programs: BTreeMap<Program, String>,
    /// The cases, sorted by name.
    pub cases: Vec<Record>,
}

impl Expectations {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let read: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if read.schema == SCHEMA { Ok(read) } else { Err(format!("its schema is not {SCHEMA}")) }
    }
}

/// A case with its files; paths are relative to the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// What the case is.
    #[serde(flatten)]
    pub entry: Entry,
    /// What its subject is checked under: a DNS name or an IP address for servers, a mailbox for mail, nothing for clients.
    pub name: Option<String>,
    /// The instant to verify at, RFC 3339.
    pub at: String,
    /// The files.
    #[serde(flatten)]
    pub files: Paths,
}

/// The files of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paths {
    /// The trust anchor.
    pub anchor: String,
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// What is presented after it.
    pub chain: Option<String>,
    /// The certificate and what is presented after it.
    pub fullchain: String,
    /// All of it as PKCS#12; none for certificates that no keystore would take.
    pub keystore: Option<String>,
    /// The CRLs to check with; revocation is not to be checked where there are none.
    pub crls: Option<String>,
    /// Another certificate that makes this one wrong.
    pub twin: Option<String>,
}

/// What a case is, without its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// Whether everyone has to accept it.
    pub good: bool,
    /// What is wrong with it.
    pub what: String,
    /// The rule that it breaks.
    pub rule: String,
    /// Who presents it.
    pub purpose: Purpose,
    /// Programs that refuse it.
    pub refused_by: Vec<Program>,
    /// Programs that accept it: all of them where it is good; else those that do not notice.
    pub accepted_by: Vec<Program>,
    /// Programs that cannot be asked.
    pub unable: Vec<Program>,
}

impl Entry {
    fn new(
        (id, good): (&str, bool),
        (what, rule): (&str, &str),
        purpose: Purpose,
        expected: &BTreeMap<Program, Verdict>,
    ) -> Self {
        let with =
            |wanted| expected.iter().filter(move |(_, verdict)| **verdict == wanted).map(|(program, _)| *program);
        Self {
            id: id.to_owned(),
            good,
            what: what.to_owned(),
            rule: rule.to_owned(),
            purpose,
            refused_by: with(Verdict::Refuses).collect(),
            accepted_by: with(Verdict::Accepts).collect(),
            unable: with(Verdict::Unable).collect(),
        }
    }
}

impl Record {
    pub(super) fn new(case: &Case, at: OffsetDateTime, files: Paths) -> Self {
        let entry = Entry::new((case.id, case.good), (case.what, case.rule), case.purpose, &case.expected);
        Self { entry, name: case.name.clone(), at: format_instant(at), files }
    }
}

/// Every case there is, sorted by name; nothing is made for it.
pub fn entries() -> Vec<Entry> {
    let plans = catalogue::plans();
    let mut entries: Vec<Entry> = plans
        .map(|plan| Entry::new((plan.id, plan.good), (plan.what, plan.rule), plan.purpose, &plan.expected()))
        .collect();
    entries.sort_by(|one, other| one.id.cmp(&other.id));
    entries
}

pub(super) fn document(options: &Options, cases: Vec<Record>) -> Expectations {
    Expectations {
        schema: SCHEMA.to_owned(),
        warning: "TEST ONLY: the private keys of everything here are known. Never trust these roots outside of a test."
            .to_owned(),
        seed: options.seed.clone(),
        at: format_instant(options.at),
        host: options.host.clone(),
        keystore_password: KEYSTORE_PASSWORD.to_owned(),
        programs: Program::ALL.into_iter().map(|program| (program, program.description().to_owned())).collect(),
        cases,
    }
}
