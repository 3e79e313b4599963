//! What belongs to authorities and is certified for nobody else: their keys and their names.

use super::CaError;
use super::authority::authority_lineage;
use super::renew::check_uncompromised;
use crate::issuance::{IssuanceError, Profile, Request};
use crate::keys::{KeyKind, PublicKey};
use crate::store::{State, decode_der};
use crate::x509::display::hex;
use crate::x509::{Certificate, Csr, Name};

/// The keys and names of every authority that a store knows: its own, those above them, and those that wait for their
/// certificate.
pub(super) struct Guard<'a> {
    state: &'a State,
    known: Vec<Known>,
    /// An authority that is made anew: its own key and name are no others'.
    anew: Option<&'a str>,
}

struct Known {
    authority: String,
    /// Whether it waits for its certificate, which an authority here may well sign.
    waits: bool,
    subject: Name,
    key: Option<PublicKey>,
}

/// Whether an authority that a store knows has the name: its own, one above them, or one that waits for its certificate.
pub fn is_authority_name(state: &State, subject: &Name) -> bool {
    Guard::new(state).is_taken(subject)
}

impl<'a> Guard<'a> {
    pub(super) fn new(state: &'a State) -> Self {
        let mut known = Vec::new();
        let mut add = |authority: &str, certificate: Certificate| {
            let (key, subject) = (certificate.public_key().ok(), certificate.subject);
            known.push(Known { authority: authority.to_owned(), waits: false, subject, key });
        };
        // Whose certificate it is comes first, before those that it stands above.
        for record in state.authorities.values() {
            record.certificate().into_iter().for_each(|own| add(&record.authority, own));
        }
        for record in state.authorities.values() {
            record.chain().into_iter().flatten().for_each(|above| add(&record.authority, above));
        }
        for (authority, request) in &state.requested {
            let csr = decode_der(request).and_then(|der| Csr::from_der(&der));
            known.extend(csr.ok().map(|csr| Known {
                authority: authority.clone(),
                waits: true,
                key: csr.public_key().ok(),
                subject: csr.subject,
            }));
        }
        Self { state, known, anew: None }
    }

    /// As [`Guard::new`], for an authority that is made anew: it may have the key and the name that it has.
    pub(super) fn but(state: &'a State, authority: &'a str) -> Self {
        let mut guard = Self::new(state);
        // They stand above others of the store as well.
        let history = state.authority_history(authority).filter_map(|record| record.certificate().ok());
        let own: Vec<_> = history.map(|own| (own.public_key().ok(), own.subject)).collect();
        let is_same = |one: Option<&PublicKey>, other: Option<&PublicKey>| match (one, other) {
            (Some(one), Some(other)) => same(one, other),
            _ => false,
        };
        guard.known.retain(|known| {
            !own.iter().any(|(key, subject)| *subject == known.subject && is_same(key.as_ref(), known.key.as_ref()))
        });
        guard.anew = Some(authority);
        guard
    }

    /// Whether an authority has the name.
    fn is_taken(&self, subject: &Name) -> bool {
        self.known.iter().any(|known| known.subject.matches(subject))
    }

    /// Refuses an authority's key: its new owner could sign as the authority.
    pub(super) fn check_key(&self, profile: &Profile, request: &Request) -> Result<(), CaError> {
        let mut taken = self.known.iter().filter(|known| !(known.waits && profile.is_authority()));
        let holder = taken.find(|known| known.key.as_ref().is_some_and(|key| same(key, &request.public_key)));
        match holder {
            Some(Known { authority, .. }) => Err(refused(format!(
                "the key is the key of authority {authority}: a certificate needs a key of its own"
            ))),
            None => Ok(()),
        }
    }

    /// Refuses a key of which the store knows something that speaks against it: that it is compromised, or that it is the key of an
    /// authority that was signed here or stood here before it was made anew; of an authority, that it is the key of somebody else.
    pub(super) fn check_known_key(&self, profile: &Profile, subject: &Name, key: &PublicKey) -> Result<(), CaError> {
        let records = self.state.by_key(&hex(&key.fingerprint()))?;
        check_uncompromised(self.state, &records, "a new certificate needs a new key")?;
        let is_own = |lineage: &str| self.anew.is_some_and(|name| lineage == authority_lineage(name));
        for record in records {
            let certificate = record.certificate()?;
            let what = match (certificate.is_ca(), profile.is_authority()) {
                (true, true) if certificate.subject == *subject => continue,
                (false, false) => continue,
                (true, _) => ", an authority",
                (false, true) => ", which is none",
            };
            if !is_own(&record.lineage) {
                return Err(refused(format!(
                    "the key is that of {}{what}: an authority needs a key of its own, and so does everybody else",
                    certificate.subject
                )));
            }
        }
        Ok(())
    }

    /// The authority whose key it is.
    pub(super) fn holder(&self, key: &PublicKey) -> Option<&str> {
        let holder = self.known.iter().find(|known| known.key.as_ref().is_some_and(|own| same(own, key)));
        holder.map(|known| known.authority.as_str())
    }

    /// Refuses a new authority that bears another one's name: relying parties find issuers and CRLs by name.
    pub(super) fn check_name(&self, profile: &Profile, subject: &Name, key: &PublicKey) -> Result<(), CaError> {
        if !profile.is_authority() {
            return Ok(());
        }
        self.check_namesakes(subject, key)
    }

    /// Allows what is refused to everybody else: an authority's own key, certified once more under its own name. `own` is the
    /// certificate that it has.
    pub(super) fn check_cross(&self, own: &Certificate, subject: &Name, key: &PublicKey) -> Result<(), CaError> {
        if own.subject != *subject || !own.public_key().is_ok_and(|own| same(&own, key)) {
            return Err(refused(format!(
                "a cross-certificate repeats name and key of {}, and this one would not",
                own.subject
            )));
        }
        let mut holders = self.known.iter().filter(|known| known.key.as_ref().is_some_and(|known| same(known, key)));
        if let Some(other) = holders.find(|known| known.waits || known.subject != *subject) {
            return Err(refused(format!(
                "the key is the key of authority {} too, under another name",
                other.authority
            )));
        }
        self.check_namesakes(subject, key)
    }

    fn check_namesakes(&self, subject: &Name, key: &PublicKey) -> Result<(), CaError> {
        let other = |theirs: Option<&PublicKey>| !theirs.is_some_and(|theirs| same(theirs, key));
        if let Some(known) = self.known.iter().find(|known| known.subject.matches(subject) && other(known.key.as_ref()))
        {
            return Err(refused(format!(
                "{subject} is the name of authority {} already, which has another key",
                known.authority
            )));
        }
        let shown = subject.to_string();
        let mut namesakes = self.state.by_subject(&shown)?.into_iter();
        let is_own = |lineage: &str| self.anew.is_some_and(|name| lineage == authority_lineage(name));
        let taken = |certificate: &Certificate| certificate.is_ca() && other(certificate.public_key().ok().as_ref());
        if namesakes
            .any(|record| !is_own(&record.lineage) && record.certificate().is_ok_and(|certificate| taken(&certificate)))
        {
            return Err(refused(format!(
                "{subject} is the name of an authority that was signed here, with another key"
            )));
        }
        Ok(())
    }
}

/// Whether two keys are one, however they are encoded: a point on a curve has a compressed form too, and shares its first
/// coordinate with none but its inverse.
fn same(one: &PublicKey, other: &PublicKey) -> bool {
    let (a, b) = (one.subject_public_key(), other.subject_public_key());
    match (one.kind(), other.kind()) {
        (KeyKind::Ec(curve), KeyKind::Ec(other)) if curve == other => first_coordinate(a) == first_coordinate(b),
        _ => a == b,
    }
}

/// The x coordinate of a SEC 1 point, after its leading octet 2, 3 (compressed) or 4.
fn first_coordinate(point: &[u8]) -> Option<&[u8]> {
    match point.split_first()? {
        (4, both) => both.get(..both.len() / 2),
        (_, x) => Some(x),
    }
}

fn refused(why: String) -> CaError {
    IssuanceError::Refused(vec![why]).into()
}
