//! What would be signed, to be compared with what was.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::guard::Guard;
use super::issue::prepare_guarded;
use super::revoke::check_not_revoked;
use super::rollover::check_not_retired;
use super::serial::draw;
use super::{AuthorityPlan, CaError, RandomSerials};
use crate::issuance::{IssuerFacts, Profile, Request};
use crate::store::{Settings, State};
use crate::x509::Certificate;

/// Prepares certificates as issuing them would, and signs none. `Sync`: many can be prepared at once.
pub struct Preview<'a> {
    state: &'a State,
    guard: Guard<'a>,
    settings: &'a Settings,
    now: OffsetDateTime,
}

impl<'a> Preview<'a> {
    /// With a store's authorities, and settings that need not be those that it has.
    pub fn new(state: &'a State, settings: &'a Settings, now: OffsetDateTime) -> Self {
        Self { state, guard: Guard::new(state), settings, now }
    }

    /// The certificate that a request would get, with a signature that is none.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn certificate(
        &self,
        issuer: &IssuerFacts<'_>,
        profile: &Profile,
        request: &Request,
    ) -> Result<Certificate, CaError> {
        self.prepare(&self.guard, Some(issuer), profile, request)
    }

    /// The certificate that an authority of the store would get if it were made anew; without an issuer, a self-signed one.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn authority(
        &self,
        name: &str,
        issuer: Option<&IssuerFacts<'_>>,
        profile: &Profile,
        request: &Request,
    ) -> Result<Certificate, CaError> {
        self.prepare(&Guard::but(self.state, name), issuer, profile, request)
    }

    /// Looks whether a root, and perhaps an authority under it, can be made.
    ///
    /// # Errors
    /// Why one would be refused.
    pub fn root(&self, root: &AuthorityPlan<'_>, issuing: Option<&AuthorityPlan<'_>>) -> Result<(), CaError> {
        let certificate = self.authority(root.name, None, root.profile, &root.request)?;
        if let Some(plan) = issuing {
            let issuer = IssuerFacts { name: root.name, certificate: &certificate, chain: &[] };
            self.authority(plan.name, Some(&issuer), plan.profile, &plan.request)?;
        }
        Ok(())
    }

    /// Whether an authority may sign with a profile at all: it and those above it are not revoked, and it has not retired.
    ///
    /// # Errors
    /// [`CaError::Refused`].
    pub fn may_sign(&self, issuer: &IssuerFacts<'_>, profile: &Profile) -> Result<(), CaError> {
        let path: Vec<Certificate> = std::iter::once(issuer.certificate).chain(issuer.chain).cloned().collect();
        check_not_revoked(self.state, issuer.name, &path)?;
        check_not_retired(self.state, issuer.name, profile, self.now)
    }

    fn prepare(
        &self,
        guard: &Guard<'_>,
        issuer: Option<&IssuerFacts<'_>>,
        profile: &Profile,
        request: &Request,
    ) -> Result<Certificate, CaError> {
        let serial = draw(&RandomSerials, self.state, &mut HashSet::new())?;
        let prepared = prepare_guarded(guard, issuer, profile, request, self.settings, serial, self.now)?;
        Ok(prepared.preview().clone())
    }
}
