//! Rollover: a new authority takes the place of an old one, and nobody is locked out meanwhile.
//!
//! The new one stands beside the old one until the operator finishes the rollover. For a root both certify each other's keys (RFC
//! 4210 §4.4), both are anchors, and servers send the cross-certificate of the root that their certificate is from: whoever trusts
//! only one of them finds a way. An issuing authority needs none of that: those who trust the root above trust both.
//!
//! The new authority has a name of its own. With one name and two keys a relying party has to tell CRLs and issuers apart by
//! key identifiers, which not all of them do, and some cache by name.

mod begin;
mod cross;
mod finish;
mod prepare;
mod remaining;
mod standing;

use time::OffsetDateTime;

use super::{AuthorityPlan, CaError, LoadedAuthority, Made};
use crate::issuance::{IssuerFacts, Prepared};
use crate::store::AuthorityRecord;
use crate::x509::Certificate;

pub use begin::begin_rollover;
pub use finish::{change_rollover, check_may_finish, finish_rollover};
pub use prepare::prepare_rollover;
pub use remaining::{Remaining, remaining};
pub use standing::{
    check_may_remake, is_superseded, is_to_be_moved, renewing_authority, succession, tops_above, unfit_successor,
};
pub(super) use standing::{check_not_retired, rollover_above};

/// What shall take an authority's place, and how.
pub struct RolloverPlan<'a> {
    /// The authority that is replaced.
    pub authority: &'a str,
    /// The name of the one that takes its place.
    pub successor: &'a str,
    /// How that one is made; `None` for one that the store has already.
    pub new: Option<AuthorityPlan<'a>>,
    /// The authority that signs the new one; `None` for a root.
    pub parent: Option<&'a str>,
    /// Where the cross-certificates of a root come from.
    pub cross: Cross,
    /// What is agreed on.
    pub terms: Terms,
}

/// Where cross-certificates come from.
#[derive(Debug, Clone)]
pub enum Cross {
    /// Both roots sign here. Nothing for an authority that is no root.
    Signed,
    /// They were signed elsewhere, where the keys are.
    Given(Vec<Certificate>),
    /// There are none.
    None,
}

/// What is agreed on between the old authority and the new one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// From when on the old authority signs no certificates any more.
    pub retire: Option<OffsetDateTime>,
    /// Whether renewals stay with the old authority until then.
    pub renewals_stay: bool,
}

/// The keys that sign, as far as the plan needs them.
#[derive(Default)]
pub struct Signers<'a> {
    /// The authority that is replaced: for cross-certificates.
    pub old: Option<&'a LoadedAuthority>,
    /// The one that takes its place, where it exists: for cross-certificates.
    pub new: Option<&'a LoadedAuthority>,
    /// The one above the new one.
    pub parent: Option<&'a LoadedAuthority>,
}

/// A rollover that was checked, and what is going to be signed for it.
pub struct PreparedRollover {
    /// The new authority's certificate, where it is made now.
    pub new: Option<Prepared>,
    /// The new key, certified by the old root.
    pub new_by_old: Option<Prepared>,
    /// The old key, certified by the new root.
    pub old_by_new: Option<Prepared>,
    given: Vec<Certificate>,
    old: Side,
    side: Side,
}

/// A rollover that has begun.
#[derive(Debug)]
pub struct Begun {
    /// The new authority, where it was made now.
    pub made: Option<Made>,
    /// The cross-certificates: the new key certified by the old root, then the old key by the new root.
    pub cross: Vec<Certificate>,
}

/// A rollover that is finished.
#[derive(Debug)]
pub struct Finished {
    /// What the old authority signed and is still in use: nothing unless it was forced.
    pub left: Vec<Remaining>,
}

/// An authority as an issuer.
struct Side {
    name: String,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl Side {
    fn of(record: &AuthorityRecord) -> Result<Self, CaError> {
        Ok(Self { name: record.authority.clone(), certificate: record.certificate()?, chain: record.chain()? })
    }

    fn facts(&self) -> IssuerFacts<'_> {
        IssuerFacts { name: &self.name, certificate: &self.certificate, chain: &self.chain }
    }

    fn full_chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate).chain(&self.chain).cloned().collect()
    }
}
