//! Signing many certificates, and recording them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::clock::check_clock;
use super::guard::Guard;
use super::issue::{prepare_guarded, verify_chain};
use super::parallel::in_parallel;
use super::revoke::check_not_revoked;
use super::rollover::check_not_retired;
use super::serial::draw;
use super::{Assignment, CaError, Order, Outcome, Session, check_lineage};
use crate::issuance::Prepared;
use crate::store::{CertificateRecord, DeliveryRecord, Draft, Event, State, Writer};
use crate::x509::Serial;

/// Signing on what a store holds, a transaction's worth at a time, while those before may still be on their way to the journal.
pub struct Signing<'a> {
    state: &'a State,
    guard: Guard<'a>,
    session: &'a Session<'a>,
    drawn: HashSet<Serial>,
}

impl<'a> Signing<'a> {
    /// Signs on this state, which nobody but the caller changes: the lock is held.
    ///
    /// # Errors
    /// [`CaError::ClockSetBack`].
    pub fn new(state: &'a State, session: &'a Session<'a>) -> Result<Self, CaError> {
        check_clock(state, session.now)?;
        Ok(Self { state, guard: Guard::new(state), session, drawn: HashSet::new() })
    }

    /// Prepares and signs every order; none is signed if one is refused. Work is spread over the cores.
    ///
    /// # Errors
    /// As [`super::issue()`].
    pub fn sign(&mut self, assignments: Vec<Assignment<'_>>) -> Result<Signed, CaError> {
        let Self { state, guard, session, drawn } = self;
        let (state, session) = (*state, *session);
        assignments.iter().try_for_each(|assignment| check_lineage(&assignment.order.lineage))?;
        let (firsts, signers) = signers_of(&assignments);
        let authorities: Vec<_> = firsts.iter().map(|&first| assignments[first].authority).collect();
        for authority in &authorities {
            check_not_revoked(state, &authority.name, &authority.full_chain())?;
        }
        let served: Vec<_> = authorities.iter().map(|authority| authority.served()).collect();
        for Assignment { authority, profile, .. } in &assignments {
            check_not_retired(state, &authority.name, profile, session.now)?;
        }
        let serials: Vec<_> =
            assignments.iter().map(|_| draw(session.serials, state, drawn)).collect::<Result<_, CaError>>()?;
        let several = assignments.len() > 1;
        let prepared = in_parallel(assignments.iter().zip(serials).collect(), |(assignment, serial)| {
            let Assignment { authority, profile, order, .. } = assignment;
            let (facts, settings) = (authority.facts(), &state.settings);
            // Boxed: what goes from hand to hand is a kilobyte, and there may be thousands.
            prepare_guarded(guard, Some(&facts), profile, &order.request, settings, serial, session.now)
                .map(Box::new)
                .map_err(|error| if several { item(&order.label, error) } else { error })
        })?;
        let work = assignments.iter().zip(prepared).zip(&signers).collect();
        let issued = in_parallel(work, |((assignment, prepared), &signer): ((_, Box<Prepared>), _)| {
            let Assignment { authority, profile, order, .. } = assignment;
            let issued = prepared.sign(authority.signer.as_ref())?;
            let (name, has_key) = (authority.name.as_str(), order.key_pem.is_some());
            let record = CertificateRecord::new(&issued.certificate, name, &order.lineage, profile.name(), has_key);
            let served = Arc::clone(&served[signer]);
            let outcome = Outcome::new((&order.label, &order.lineage), served, issued);
            (session.progress)();
            Ok::<_, CaError>(Box::new((record, outcome)))
        })?;
        // What the chain above says is the same for all of an authority; each one's own signature and constraints are checked.
        for (first, authority) in firsts.into_iter().zip(authorities) {
            verify_chain(&issued[first].1.certificate, authority, session.now)?;
        }
        let mut signed = Signed::default();
        for (Assignment { order, delivery, .. }, issued) in assignments.into_iter().zip(issued) {
            let (record, outcome) = *issued;
            signed.add(order, record, outcome, delivery);
        }
        Ok(signed)
    }
}

/// Where every authority comes first, and for every assignment the place of its own among those.
fn signers_of(assignments: &[Assignment<'_>]) -> (Vec<usize>, Vec<usize>) {
    let (mut firsts, mut places) = (Vec::new(), HashMap::new());
    let place = |(index, assignment): (usize, &Assignment<'_>)| {
        *places.entry(std::ptr::from_ref(assignment.authority)).or_insert_with(|| {
            firsts.push(index);
            firsts.len() - 1
        })
    };
    let signers = assignments.iter().enumerate().map(place).collect();
    (firsts, signers)
}

/// Certificates that were signed and are not recorded yet. They leave this only by way of the journal.
#[derive(Default)]
pub struct Signed {
    drafts: Vec<Draft>,
    outcomes: Vec<Outcome>,
    delivered: Vec<DeliveryRecord>,
}

impl Signed {
    /// Adds a certificate and where its files are going to be put.
    pub(super) fn add(
        &mut self,
        order: Order,
        mut record: CertificateRecord,
        outcome: Outcome,
        to: impl IntoIterator<Item = DeliveryRecord>,
    ) {
        let (lineage, serial) = (&record.lineage, &record.serial);
        let filled = |to| DeliveryRecord { lineage: lineage.clone(), serial: serial.clone(), ..to };
        self.delivered.extend(to.into_iter().map(filled));
        record.variables = order.request.variables;
        self.drafts.push(Draft { event: Event::CertificateIssued(record), key_pem: order.key_pem });
        self.outcomes.push(outcome);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.outcomes.len()
    }

    /// Makes them durable in one transaction.
    ///
    /// # Errors
    /// [`CaError::Store`].
    pub fn record(mut self, writer: &mut Writer<'_>, session: &Session<'_>) -> Result<Vec<Outcome>, CaError> {
        self.drafts.extend(Draft::delivered(self.delivered));
        writer.commit_filed(session.now, session.actor, self.drafts, session.filing)?;
        Ok(self.outcomes)
    }
}

fn item(label: &str, error: CaError) -> CaError {
    CaError::Item { item: label.to_owned(), source: Box::new(error) }
}
