//! Issuing many certificates, by several authorities and profiles, each as far as it can be.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::clock::check_clock;
use super::guard::Guard;
use super::issue::{check_lineage, prepare_guarded, verify_chain};
use super::parallel::in_parallel;
use super::revoke::check_not_revoked;
use super::rollover::check_not_retired;
use super::serial::draw;
use super::signing::Signed;
use super::{CaError, LoadedAuthority, Order, Outcome, Served, Session};
use crate::issuance::Profile;
use crate::store::{CertificateRecord, DeliveryRecord, Writer};
use crate::x509::Serial;

/// An order, who signs it and what may be issued.
pub struct Commission<'a> {
    /// The order.
    pub order: Order,
    /// Who signs.
    pub authority: &'a LoadedAuthority,
    /// What may be issued.
    pub profile: &'a Profile,
}

/// Issues certificates in one transaction; what is refused does not keep the others from being issued. The result of each is in
/// its place. `deliveries` says for each, once it is signed, where its files are to be put: that is recorded as pending in the same
/// transaction.
///
/// # Errors
/// [`CaError::ClockSetBack`]; [`CaError::Store`] when the transaction cannot be recorded, with nothing issued.
pub fn issue_possible(
    writer: &mut Writer<'_>,
    session: &Session<'_>,
    commissions: Vec<Commission<'_>>,
    deliveries: &(dyn Fn(usize, &Outcome) -> Vec<DeliveryRecord> + Sync),
) -> Result<Vec<Result<Outcome, CaError>>, CaError> {
    check_clock(writer.state(), session.now)?;
    let mut batch = HashSet::new();
    let mut work = Vec::with_capacity(commissions.len());
    for (index, commission) in commissions.iter().enumerate() {
        work.push((index, commission, draw(session.serials, writer.state(), &mut batch)?));
    }
    let (state, guard) = (writer.state(), Guard::new(writer.state()));
    let mut served: BTreeMap<&str, Arc<Served>> = BTreeMap::new();
    for Commission { authority, .. } in &commissions {
        served.entry(&authority.name).or_insert_with(|| authority.served());
    }
    let sign = |commission: &Commission<'_>, serial: Serial| {
        let Commission { order, authority, profile } = commission;
        check_lineage(&order.lineage)?;
        check_not_revoked(state, &authority.name, &authority.full_chain())?;
        check_not_retired(state, &authority.name, profile, session.now)?;
        let facts = authority.facts();
        let prepared =
            prepare_guarded(&guard, Some(&facts), profile, &order.request, &state.settings, serial, session.now)?;
        Ok(prepared.sign(authority.signer.as_ref())?)
    };
    let signed = in_parallel(work, |(index, commission, serial): (usize, &Commission<'_>, Serial)| {
        let outcome = sign(commission, serial).map(|issued| {
            let Commission { order, authority, .. } = commission;
            let served = served.get(authority.name.as_str()).cloned().unwrap_or_default();
            let outcome = Outcome::new((&order.label, &order.lineage), served, issued);
            let to = deliveries(index, &outcome);
            (outcome, to)
        });
        (session.progress)();
        Ok::<_, CaError>(outcome)
    })?;
    // What the chain above says is the same for all that one authority signed.
    let mut proved = HashSet::new();
    for (commission, signed) in commissions.iter().zip(&signed) {
        if let Ok((outcome, _)) = signed
            && proved.insert(commission.authority.name.as_str())
        {
            verify_chain(&outcome.certificate, commission.authority, session.now)?;
        }
    }
    let mut done = Signed::default();
    let mut refused = Vec::with_capacity(commissions.len());
    for (Commission { order, authority, profile }, signed) in commissions.into_iter().zip(signed) {
        refused.push(signed.map(|(outcome, to)| {
            let (certificate, has_key) = (&outcome.certificate, order.key_pem.is_some());
            let record = CertificateRecord::new(certificate, &authority.name, &order.lineage, profile.name(), has_key);
            done.add(order, record, outcome, to.into_iter().map(|to| DeliveryRecord { pending: true, ..to }));
        }));
    }
    let mut outcomes = done.record(writer, session)?.into_iter();
    Ok(refused.into_iter().filter_map(|one| one.map(|()| outcomes.next()).transpose()).collect())
}
