//! Making an authority of the store anew, under its name: what it signs from then on has the new certificate above it.

use std::collections::HashSet;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::authority::authority_lineage;
use super::clock::check_clock;
use super::guard::Guard;
use super::issue::{prepare_guarded, verify_chain};
use super::revoke::check_not_revoked;
use super::rollover::{check_may_remake, rollover_above};
use super::serial::draw;
use super::{CaError, LoadedAuthority, Made, Session};
use crate::issuance::{Issued, Profile, Request};
use crate::keys::Signer;
use crate::store::{AuthorityRecord, CertificateRecord, Draft, Event, Writer, encode_der};

/// An authority that is to be made anew.
pub struct RemakePlan<'a> {
    /// Its name in the store, where it is.
    pub name: &'a str,
    /// Its profile.
    pub profile: &'a Profile,
    /// Its subject, validity, constraints; the public key is that of `key`.
    pub request: Request,
    /// Its key: the one that it has, or a new one.
    pub key: Arc<dyn Signer>,
    /// A new key in PEM, as it shall lie in the store; the old one is kept beside it.
    pub key_pem: Option<Zeroizing<Vec<u8>>>,
}

/// Makes an authority's certificate anew, with the key that it has or a new one; self-signed without a parent. The certificate that
/// it had stays in the journal, and valid until it expires or is revoked.
///
/// # Errors
/// [`CaError::UnknownAuthority`], [`CaError::Issuance`], [`CaError::Refused`] under a parent that is revoked and for an
/// authority that takes part in a rollover, [`CaError::Store`].
pub fn remake(
    writer: &mut Writer<'_>,
    parent: Option<&LoadedAuthority>,
    plan: RemakePlan<'_>,
    session: &Session<'_>,
) -> Result<Made, CaError> {
    let RemakePlan { name, profile, request, key, key_pem } = plan;
    let state = writer.state();
    check_clock(state, session.now)?;
    super::resolve(state, Some(name))?;
    check_may_remake(state, name)?;
    let serial = draw(session.serials, state, &mut HashSet::new())?;
    let facts = parent.map(LoadedAuthority::facts);
    let guard = Guard::but(state, name);
    let prepared = prepare_guarded(&guard, facts.as_ref(), profile, &request, &state.settings, serial, session.now)?;
    let Issued { certificate, report } = prepared.sign(parent.map_or(key.as_ref(), |parent| parent.signer.as_ref()))?;
    let chain = match parent {
        Some(parent) => {
            check_not_revoked(state, &parent.name, &parent.full_chain())?;
            verify_chain(&certificate, parent, session.now)?;
            parent.full_chain()
        }
        None => Vec::new(),
    };
    let signed_by = parent.map_or(name, |parent| &parent.name);
    let issued = CertificateRecord::new(&certificate, signed_by, &authority_lineage(name), profile.name(), false);
    let added = AuthorityRecord {
        authority: name.to_owned(),
        certificate: issued.certificate.clone(),
        chain: chain.iter().map(|above| encode_der(above.der())).collect(),
        origin: "created".to_owned(),
        key: true,
        rollover: rollover_above(state, &chain),
    };
    let drafts = vec![
        Draft { event: Event::AuthorityAdded(added), key_pem },
        Draft { event: Event::CertificateIssued(issued), key_pem: None },
    ];
    writer.commit(session.now, session.actor, drafts)?;
    Ok(Made { name: name.to_owned(), certificate, chain, report })
}
