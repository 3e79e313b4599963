//! What must hold of a described authority.

use super::{Checks, one_of};
use crate::ca::Schedule;
use crate::manifest::model::{Authority, CrlTerms};
use crate::notation::Fault;
use crate::store::authority_name;

impl Checks<'_> {
    pub(super) fn authority(&self, name: &str, authority: &Authority) -> Result<(), Fault> {
        authority_name(name).map_err(|error| Fault::new(error.to_string()))?;
        if let Some(parent) = &authority.parent {
            self.known(parent).map_err(|fault| fault.at("parent"))?;
            if !self.ordered.contains(name) {
                return Err(Fault::new("it stands above itself").at("parent"));
            }
        }
        let made = [
            ("cn", authority.cn.is_some()),
            ("subject", authority.subject.is_some()),
            ("profile", authority.profile.is_some()),
            ("key", authority.key.is_some()),
            ("validity", authority.validity.is_some()),
            ("not_after", authority.not_after.is_some()),
            ("permit", !authority.permit.is_empty()),
            ("exclude", !authority.exclude.is_empty()),
            ("path_len", authority.path_len.is_some()),
            ("set", !authority.set.is_empty()),
            ("parent", authority.parent.is_some()),
        ];
        let brought = [
            ("certificate", authority.certificate.is_some()),
            ("private_key", authority.private_key.is_some()),
            ("private_key_passphrase", authority.private_key_passphrase.is_some()),
            ("chain", !authority.chain.is_empty()),
        ];
        let first = |fields: &[(&'static str, bool)]| fields.iter().find(|(_, given)| *given).map(|(name, _)| *name);
        if authority.keep {
            if let Some(field) = first(&made).or(first(&brought)) {
                return Err(Fault::new("it is kept as it is, so that this says nothing").at(field));
            }
        } else if authority.certificate.is_some() {
            if let Some(field) = first(&made) {
                return Err(Fault::new("it is brought in from files, which say this").at(field));
            }
        } else if let Some(field) = first(&brought[1..]) {
            return Err(Fault::new("this belongs to a \"certificate\" that is brought in").at(field));
        }
        one_of(authority.cn.is_some(), authority.subject.is_some(), "cn", "subject")?;
        one_of(authority.validity.is_some(), authority.not_after.is_some(), "validity", "not_after")?;
        self.source(authority.passphrase.as_ref(), "passphrase", true)?;
        self.source(authority.private_key_passphrase.as_ref(), "private_key_passphrase", false)?;
        authority.crl.as_ref().map_or(Ok(()), |terms| crl(terms).map_err(|fault| fault.at("crl")))
    }
}

fn crl(terms: &CrlTerms) -> Result<(), Fault> {
    let schedule = Schedule::read(&terms.schedule()).map_err(|error| Fault::new(error.to_string()))?;
    schedule.check_lasting().map_err(|(setting, why)| Fault::new(why).at(setting))
}
