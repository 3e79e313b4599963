//! Moving in: an authority that another program ran, with what it signed, what it revoked and the number of its last CRL.

mod config;
mod index;

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::authority::plan_import;
use super::clock::check_clock;
use super::guard::Guard;
use super::import::oddities;
use super::issue::AUTHORITY_LINEAGE;
use super::{CaError, ImportPlan, Made, Session};
use crate::keys::PrivateKey;
use crate::store::{
    CertificateRecord, Draft, Event, RevocationRecord, Settings, State, Writer, encode_der, lineage_name,
};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, RevocationReason, RevokedEntry, Serial};

pub use config::OpensslConfig;
pub use index::{IndexLine, IndexRevocation, parse_index};

/// The profile's name in records of certificates that moved in: no profile made them.
const PROFILE: &str = "imported";

/// An authority and everything that moves in with it.
pub struct Migration<'a> {
    /// The authority itself.
    pub authority: ImportPlan<'a>,
    /// Certificates that it signed, in any order. What it did not sign is left out, with a word.
    pub certificates: Vec<MovedCertificate>,
    /// What it revoked.
    pub revocations: Vec<MovedRevocation>,
    /// The number of its last CRL: those signed here have higher ones.
    pub last_crl_number: Option<u64>,
}

/// A certificate that moves in.
pub struct MovedCertificate {
    /// What it is called; its common name or first alternative name where nothing says so.
    pub name: Option<String>,
    /// The certificate.
    pub certificate: Certificate,
    /// Its key, and the PEM that shall lie in the store.
    pub key: Option<(PrivateKey, Zeroizing<Vec<u8>>)>,
}

/// A revocation that moves in.
pub struct MovedRevocation {
    /// Serial, date, reason and invalidity date.
    pub entry: RevokedEntry,
    /// When the certificate expires, if that is known.
    pub not_after: Option<OffsetDateTime>,
}

/// Something that could not be carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What.
    pub what: String,
    /// Why, and what to do about it.
    pub why: String,
}

/// What became of a [`Migration`].
#[derive(Debug)]
pub struct Moved {
    /// The authority.
    pub made: Made,
    /// Remarks on it.
    pub notes: Vec<String>,
    /// How many certificates are in the store now.
    pub certificates: usize,
    /// How many keys of certificates.
    pub keys: usize,
    /// How many revocations, those on hold included.
    pub revocations: usize,
    /// How many of them are on hold.
    pub on_hold: usize,
    /// The number that the next CRL exceeds.
    pub last_crl_number: Option<u64>,
    /// What could not be carried over.
    pub left: Vec<Left>,
}

/// Moves authorities in, in one transaction: a kill leaves everything in the store, or nothing. Authorities that stand above
/// others come first.
///
/// # Errors
/// [`CaError::Import`] when certificate, key or chain do not fit together, and when the authority is in the store already;
/// [`CaError::AuthorityExists`], [`CaError::ClockSetBack`], [`CaError::Store`].
pub fn migrate(
    writer: &mut Writer<'_>,
    migrations: Vec<Migration<'_>>,
    session: &Session<'_>,
) -> Result<Vec<Moved>, CaError> {
    check_clock(writer.state(), session.now)?;
    let mut plan = Plan::new(writer.state());
    let moved = migrations.into_iter().map(|migration| plan.add(migration, session)).collect::<Result<Vec<_>, _>>()?;
    let drafts = plan.into_drafts();
    writer.commit(session.now, session.actor, drafts)?;
    Ok(moved)
}

/// What the journal shall record of all of them.
struct Plan<'a> {
    state: &'a State,
    settings: Settings,
    drafts: Vec<Draft>,
    /// Serials that are taken by what is in the plan.
    serials: HashSet<String>,
}

impl<'a> Plan<'a> {
    fn new(state: &'a State) -> Self {
        Self { state, settings: state.settings.clone(), drafts: Vec::new(), serials: HashSet::new() }
    }

    fn into_drafts(self) -> Vec<Draft> {
        let Self { state, settings, mut drafts, .. } = self;
        if settings != state.settings {
            drafts.push(Draft { event: Event::SettingsChanged { settings }, key_pem: None });
        }
        drafts
    }

    fn add(&mut self, migration: Migration<'_>, session: &Session<'_>) -> Result<Moved, CaError> {
        let Migration { authority, certificates, revocations, last_crl_number } = migration;
        let name = authority.name.to_owned();
        let can_sign = authority.key.is_some();
        let (made, notes, draft) = plan_import(self.state, authority, session.now)?;
        self.drafts.push(draft);
        if can_sign && (self.settings.default_authority.is_none() || !made.certificate.is_self_issued()) {
            // Of a root and the authority under it that come together, the lower one signs.
            let before = self.state.settings.default_authority.clone();
            self.settings.default_authority = before.or_else(|| Some(name.clone()));
        }
        let mut moved = Moved {
            made,
            notes,
            certificates: 0,
            keys: 0,
            revocations: 0,
            on_hold: 0,
            last_crl_number,
            left: Vec::new(),
        };
        let ends = self.add_certificates(&name, certificates, &mut moved, session.now)?;
        self.add_revocations(&name, revocations, &ends, &mut moved)?;
        if let Some(number) = last_crl_number {
            let schedule = self.settings.crl.entry(name).or_default();
            schedule.number_after = schedule.number_after.max(number);
        }
        Ok(moved)
    }

    /// Adds the certificates, oldest first, so that the newest of a name becomes the current one; gives when they expire.
    fn add_certificates(
        &mut self,
        authority: &str,
        mut certificates: Vec<MovedCertificate>,
        moved: &mut Moved,
        now: OffsetDateTime,
    ) -> Result<HashMap<Serial, OffsetDateTime>, CaError> {
        let issuer = moved.made.certificate.clone();
        let key = issuer.public_key().map_err(|error| CaError::key(issuer.subject.to_string(), error))?;
        let above: Vec<String> =
            std::iter::once(&issuer).chain(&moved.made.chain).map(|above| encode_der(above.der())).collect();
        certificates.sort_by(|one, other| {
            let order = |moved: &MovedCertificate| (moved.certificate.not_before, moved.certificate.serial.clone());
            // Of two finds of one certificate the one with a name and a key comes first.
            let best = |moved: &MovedCertificate| (moved.key.is_none(), moved.name.is_none());
            (order(one), best(one)).cmp(&(order(other), best(other)))
        });
        let mut ends = HashMap::new();
        for MovedCertificate { name, certificate, key: own } in certificates {
            if certificate == issuer || ends.contains_key(&certificate.serial) {
                continue;
            }
            let what = || format!("the certificate {}, serial {}", certificate.subject, certificate.serial);
            let mut leave = |why: String| moved.left.push(Left { what: what(), why });
            if certificate.issuer != issuer.subject {
                leave(format!("{} signed it, not this authority", certificate.issuer));
                continue;
            }
            if let Err(error) = certificate.verify_signature(&key) {
                leave(format!("its signature cannot be verified: {error}"));
                continue;
            }
            let odd = oddities(&certificate, now).into_iter().map(|odd| format!("{}: {odd}", what()));
            moved.notes.extend(odd);
            ends.insert(certificate.serial.clone(), certificate.not_after);
            let serial = certificate.serial.hex();
            if self.state.has_serial(&serial)? || !self.serials.insert(serial) {
                leave(
                    "another certificate in the store has its serial; it can be revoked by naming its file".to_owned(),
                );
                continue;
            }
            let own = own.filter(|(own, _)| match unfit_key(&certificate, own, self.state) {
                Some(why) => {
                    moved.left.push(Left { what: format!("the key of {}", certificate.subject), why });
                    false
                }
                None => true,
            });
            let lineage = self.lineage(authority, name.as_deref(), &certificate)?;
            let mut record = CertificateRecord::new(&certificate, authority, &lineage, PROFILE, own.is_some());
            record.chain.clone_from(&above);
            moved.certificates += 1;
            moved.keys += usize::from(own.is_some());
            let key_pem = own.map(|(_, pem)| pem);
            self.drafts.push(Draft { event: Event::CertificateImported(record), key_pem });
        }
        Ok(ends)
    }

    fn add_revocations(
        &mut self,
        authority: &str,
        revocations: Vec<MovedRevocation>,
        ends: &HashMap<Serial, OffsetDateTime>,
        moved: &mut Moved,
    ) -> Result<(), CaError> {
        let mut seen = HashSet::new();
        for MovedRevocation { entry, not_after } in revocations {
            let RevokedEntry { serial, revoked_at, reason, invalidity_date } = entry;
            if moved.made.certificate.serial == serial && moved.made.certificate.is_self_issued() {
                let what = format!("the revocation of its own certificate, serial {serial}");
                let why = "no CRL can revoke what signed itself; take it out of every truststore that has it";
                moved.left.push(Left { what, why: why.to_owned() });
                continue;
            }
            if !seen.insert(serial.clone()) {
                continue;
            }
            let reason = reason.unwrap_or(RevocationReason::Unspecified);
            moved.revocations += 1;
            moved.on_hold += usize::from(reason == RevocationReason::CertificateHold);
            let not_after = ends.get(&serial).copied().or(not_after);
            let record = RevocationRecord {
                authority: authority.to_owned(),
                serial: serial.hex(),
                reason: reason.to_string(),
                revoked_at: format_instant(revoked_at),
                invalidity_date: invalidity_date.map(format_instant),
                not_after: not_after.map(format_instant),
                certificate: None,
            };
            self.drafts.push(Draft { event: Event::CertificateRevoked(record), key_pem: None });
        }
        Ok(())
    }

    /// The lineage of a certificate: never one that is in the store already, whose current certificate would change.
    fn lineage(&self, authority: &str, name: Option<&str>, certificate: &Certificate) -> Result<String, CaError> {
        let own = || {
            let first = || certificate.subject_alt_names.first().map(|name| name.to_string());
            let first = first().map(|name| name.split_once(':').map_or(name.clone(), |(_, bare)| bare.to_owned()));
            certificate.subject.common_name().or(first).unwrap_or_else(|| certificate.serial.hex())
        };
        let name = name.map_or_else(own, str::to_owned);
        let word = lineage_name(&name);
        if word.starts_with(AUTHORITY_LINEAGE) || !self.state.lineage(&word)?.is_empty() {
            return Ok(lineage_name(&format!("{name}@{authority}")));
        }
        Ok(word)
    }
}

/// Why a key cannot lie beside a certificate.
fn unfit_key(certificate: &Certificate, key: &PrivateKey, state: &State) -> Option<String> {
    let public = certificate.public_key().ok();
    if public.is_none_or(|public| public.subject_public_key() != key.public_key().subject_public_key()) {
        return Some("it does not belong to the certificate".to_owned());
    }
    if certificate.is_ca() {
        return Some("it is an authority's: bring that in with \"certwright authority import\"".to_owned());
    }
    Guard::new(state).holder(key.public_key()).map(|holder| format!("it is the key of authority {holder}"))
}
