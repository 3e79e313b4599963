//! The table: a case is a row.
//!
//! A new one: a row in the file of its kind, with what is wrong, the rule, and the edit that makes it wrong. Then
//! `UPDATE_TEST_PKI=1 cargo test --test interop test_pki` says which programs do not notice, for `accepted_by`.

mod chain;
mod crypto;
mod encoding;
mod good;
mod names;
mod revocation;
mod usage;
mod validity;

use std::collections::BTreeMap;

use super::forge::{Forge, Made};
use super::{Program, Purpose, TestingError, Verdict};

/// A row.
pub(super) struct Plan {
    pub(super) id: &'static str,
    pub(super) good: bool,
    pub(super) what: &'static str,
    pub(super) rule: &'static str,
    pub(super) purpose: Purpose,
    pub(super) make: fn(&Forge<'_>) -> Result<Made, TestingError>,
    /// Programs that do not notice what is wrong.
    accepted_by: &'static [Program],
    /// Programs that cannot be asked.
    unable: &'static [Program],
}

/// Every row.
pub(super) fn plans() -> impl Iterator<Item = &'static Plan> {
    [
        good::PLANS,
        chain::PLANS,
        crypto::PLANS,
        encoding::PLANS,
        names::PLANS,
        revocation::PLANS,
        usage::PLANS,
        validity::PLANS,
    ]
    .into_iter()
    .flatten()
}

type Make = fn(&Forge<'_>) -> Result<Made, TestingError>;

/// A server that is wrong.
const fn server(id: &'static str, what: &'static str, rule: &'static str, make: Make) -> Plan {
    Plan { id, good: false, what, rule, purpose: Purpose::Server, make, accepted_by: &[], unable: &[] }
}

/// A client that is wrong.
const fn client(id: &'static str, what: &'static str, rule: &'static str, make: Make) -> Plan {
    Plan { purpose: Purpose::Client, ..server(id, what, rule, make) }
}

/// A certificate for mail that is wrong. Node and pyca/cryptography know no such purpose.
const fn email(id: &'static str, what: &'static str, rule: &'static str, make: Make) -> Plan {
    let unable = &[Program::Node, Program::Pyca];
    Plan { purpose: Purpose::Email, unable, ..server(id, what, rule, make) }
}

impl Plan {
    /// A control.
    const fn good(self) -> Self {
        Self { good: true, ..self }
    }

    const fn accepted_by(self, accepted_by: &'static [Program]) -> Self {
        Self { accepted_by, ..self }
    }

    const fn unable(self, unable: &'static [Program]) -> Self {
        Self { unable, ..self }
    }

    /// What each program says.
    pub(super) fn expected(&self) -> BTreeMap<Program, Verdict> {
        let verdict = |program: Program| {
            if self.unable.contains(&program) {
                Verdict::Unable
            } else if self.good || self.accepted_by.contains(&program) {
                Verdict::Accepts
            } else {
                Verdict::Refuses
            }
        };
        Program::ALL.into_iter().map(|program| (program, verdict(program))).collect()
    }
}
