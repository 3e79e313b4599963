//! A new authority is put beside an old one.

use super::cross;
use super::prepare::prepare_rollover;
use super::standing::rollover_above;
use super::{Begun, PreparedRollover, RolloverPlan, Side, Signers, Terms};
use crate::ca::authority::authority_lineage;
use crate::ca::issue::verify_chain;
use crate::ca::{CaError, LoadedAuthority, Made, Session, resolve};
use crate::issuance::Prepared;
use crate::store::{
    AuthorityRecord, CertificateRecord, CrlSchedule, Draft, Event, Rollover, State, Writer, encode_der, lineage_name,
};
use crate::x509::Certificate;
use crate::x509::time::format_instant;

/// Puts a new authority beside an old one: its certificate, the cross-certificates, the default authority and the CRL schedule
/// in one transaction.
///
/// # Errors
/// As [`prepare_rollover`]; [`CaError::KeyNotHere`] where a key that has to sign is not among the signers; [`CaError::Store`].
pub fn begin_rollover(
    writer: &mut Writer<'_>,
    plan: RolloverPlan<'_>,
    signers: &Signers<'_>,
    session: &Session<'_>,
) -> Result<Begun, CaError> {
    let PreparedRollover { new, new_by_old, old_by_new, given, old, side } =
        prepare_rollover(writer.state(), &plan, session)?;
    let state = writer.state();
    let mut drafts = Vec::new();
    let mut made = None;
    let fresh;
    let mut successor = signers.new;
    let mut record = match (new, plan.new) {
        (Some(prepared), Some(plan_of_new)) => {
            let issued = match (plan.parent, signers.parent) {
                (Some(_), Some(parent)) => prepared.sign(parent.signer.as_ref())?,
                (Some(parent), None) => return Err(CaError::KeyNotHere(parent.to_owned())),
                (None, _) => prepared.sign(plan_of_new.key.as_ref())?,
            };
            if let Some(parent) = signers.parent.filter(|_| plan.parent.is_some()) {
                verify_chain(&issued.certificate, parent, session.now)?;
            }
            let signed_by = plan.parent.unwrap_or(plan.successor);
            let lineage = authority_lineage(plan.successor);
            let issued_record =
                CertificateRecord::new(&issued.certificate, signed_by, &lineage, plan_of_new.profile.name(), false);
            let record = AuthorityRecord {
                authority: plan.successor.to_owned(),
                certificate: issued_record.certificate.clone(),
                chain: side.chain.iter().map(|above| encode_der(above.der())).collect(),
                origin: "created".to_owned(),
                key: true,
                rollover: rollover_above(state, &side.chain),
            };
            drafts.push(Draft { event: Event::CertificateIssued(issued_record), key_pem: None });
            fresh = LoadedAuthority {
                name: plan.successor.to_owned(),
                certificate: issued.certificate.clone(),
                chain: side.chain.clone(),
                cross: Vec::new(),
                other_anchors: Vec::new(),
                signer: plan_of_new.key,
                passphrase: None,
            };
            successor = Some(&fresh);
            made = Some(Made {
                name: plan.successor.to_owned(),
                certificate: issued.certificate,
                chain: side.chain.clone(),
                report: issued.report,
            });
            (record, Some(plan_of_new.key_pem))
        }
        _ => (resolve(state, Some(plan.successor))?.clone(), None),
    };
    let mut sign = |prepared: Prepared, signer: Option<&LoadedAuthority>, of: &str, by: &str| {
        let signer = signer.ok_or_else(|| CaError::KeyNotHere(by.to_owned()))?;
        let certificate = prepared.sign(signer.signer.as_ref())?.certificate;
        verify_chain(&certificate, signer, session.now)?;
        let lineage = lineage_name(&format!("{}.by-{by}", authority_lineage(of)));
        let record = CertificateRecord::new(&certificate, by, &lineage, cross::PROFILE, false);
        drafts.push(Draft { event: Event::CertificateIssued(record), key_pem: None });
        Ok::<_, CaError>(certificate)
    };
    let (old_name, new_name) = (old.name.as_str(), plan.successor);
    let mut new_by_old = new_by_old.map(|prepared| sign(prepared, signers.old, new_name, old_name)).transpose()?;
    let mut old_by_new = old_by_new.map(|prepared| sign(prepared, successor, old_name, new_name)).transpose()?;
    for cross in given {
        let of_new = cross.subject == side.certificate.subject;
        *(if of_new { &mut new_by_old } else { &mut old_by_new }) = Some(cross);
    }
    let new_der = record.0.certificate.clone();
    if old.certificate.is_root() {
        record.0.rollover = beside(new_by_old.as_ref(), &encode_der(old.certificate.der()));
    }
    let given_up = state.authorities.get(&old.name).and_then(|record| record.rollover.successor.clone());
    let crosses = Crosses { new_by_old, old_by_new };
    let concerned = concerned(state, (&plan.terms, plan.successor), &old, &new_der, &crosses, given_up.as_deref());
    drafts.insert(0, Draft { event: Event::AuthorityAdded(record.0), key_pem: record.1 });
    drafts.extend(concerned.into_iter().map(|record| Draft { event: Event::AuthorityAdded(record), key_pem: None }));
    drafts.extend(settings_of_successor(state, &old.name, given_up.as_deref(), plan.successor));
    writer.commit(session.now, session.actor, drafts)?;
    Ok(Begun { made, cross: crosses.new_by_old.into_iter().chain(crosses.old_by_new).collect() })
}

/// The cross-certificates between two roots, as far as there are any.
struct Crosses {
    new_by_old: Option<Certificate>,
    old_by_new: Option<Certificate>,
}

/// The records of the other authorities that change: the old one, the one that was to take its place before, and those below
/// either root, with what is sent and trusted beside it.
fn concerned(
    state: &State,
    (terms, successor): (&Terms, &str),
    old: &Side,
    new_der: &str,
    crosses: &Crosses,
    given_up: Option<&str>,
) -> Vec<AuthorityRecord> {
    let old_der = encode_der(old.certificate.der());
    let mut concerned = Vec::new();
    for other in state.authorities.values() {
        let mut other = other.clone();
        let is_old = other.authority == old.name;
        if is_old {
            let Terms { retire, renewals_stay } = *terms;
            let rollover = if old.certificate.is_root() {
                beside(crosses.old_by_new.as_ref(), new_der)
            } else {
                other.rollover.clone()
            };
            let successor = Some(successor.to_owned());
            other.rollover = Rollover { successor, retire: retire.map(format_instant), renewals_stay, ..rollover };
        } else if other.authority != successor && Some(other.authority.as_str()) == given_up {
            // What it has signed is renewed by the one that comes instead.
            other.rollover.successor = Some(successor.to_owned());
            other.rollover.finished = true;
        } else if other.authority != successor && old.certificate.is_root() {
            let (cross, anchor) = match () {
                () if other.chain.contains(&old_der) => (&crosses.old_by_new, new_der),
                () if other.chain.iter().any(|above| above == new_der) => (&crosses.new_by_old, old_der.as_str()),
                () => continue,
            };
            let Rollover { cross, anchors, .. } = beside(cross.as_ref(), anchor);
            other.rollover = Rollover { cross, anchors, ..other.rollover };
        } else {
            continue;
        }
        concerned.push(other);
    }
    concerned
}

/// What is sent and trusted beside a root.
fn beside(cross: Option<&Certificate>, anchor: &str) -> Rollover {
    Rollover {
        cross: cross.iter().map(|cross| encode_der(cross.der())).collect(),
        anchors: vec![anchor.to_owned()],
        ..Rollover::default()
    }
}

/// The successor signs where nothing else is said, and its CRLs are made as those of the old authority.
pub(super) fn settings_of_successor(state: &State, old: &str, given_up: Option<&str>, new: &str) -> Option<Draft> {
    let mut settings = state.settings.clone();
    let default = settings.default_authority.as_deref();
    if default == Some(old)
        || (default.is_some() && default == given_up)
        || (default.is_none() && state.authorities.len() == 1)
    {
        settings.default_authority = Some(new.to_owned());
    }
    if let Some(schedule) = state.settings.crl.get(old) {
        let schedule = CrlSchedule { number_after: 0, ..schedule.clone() };
        settings.crl.entry(new.to_owned()).or_insert(schedule);
    }
    (settings != state.settings).then(|| Draft { event: Event::SettingsChanged { settings }, key_pem: None })
}
