//! Whether the subject's key may be certified.

use super::Draft;
use crate::keys::{PublicKey, Weakness};

impl Draft<'_> {
    /// The algorithm, the strength, and that it is nobody's key above.
    pub(super) fn check_key(&mut self, issuer_key: &PublicKey) {
        let (key, policy) = (&self.request.public_key, &self.rules().key);
        match key.check(&policy.rules) {
            Err(weakness @ Weakness::RsaSize { .. }) => self.refuse(format!("weak key: {weakness}")),
            result => {
                if !policy.allows(key.kind()) {
                    let why = format!("{} allows no {} keys, only {}", self.the_profile(), key.kind(), policy.words());
                    self.refuse(why);
                }
                if let Err(weakness) = result {
                    self.refuse(format!("weak key: {weakness}"));
                }
            }
        }
        let Some(issuer) = self.issuer else { return };
        let of_chain = || issuer.chain.iter().any(|above| above.spki_der == key.spki_der());
        if key.spki_der() == issuer_key.spki_der() || of_chain() {
            self.refuse("the key is an authority's own key: a certificate needs a key of its own");
        }
    }
}
