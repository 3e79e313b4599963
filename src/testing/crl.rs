//! CRLs of the authorities: sound in form, whatever they say.

use super::TestingError;
use super::forge::{Authority, Forge};
use super::key::TestKey;
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm, Signer};
use crate::x509::{Extension, Name, RevocationReason, RevokedEntry, Serial, TbsCertList};

/// The days of a CRL that nothing is wrong with.
pub(super) const FRESH: (i64, i64) = (-1, 365);

impl Forge<'_> {
    /// A CRL of an authority with some serials, valid from and until so many days after now.
    pub(super) fn crl(
        &self,
        issuer: &Authority,
        days: (i64, i64),
        entries: &[(Vec<u8>, RevocationReason)],
    ) -> Result<Vec<u8>, TestingError> {
        let day = |days| self.options.at.checked_add(time::Duration::days(days)).unwrap_or(self.options.at);
        let entries: Vec<RevokedEntry> = entries
            .iter()
            .map(|(serial, reason)| RevokedEntry {
                serial: Serial::from_content(serial),
                revoked_at: day(days.0),
                reason: Some(*reason),
                invalidity_date: None,
            })
            .collect();
        let list = TbsCertList {
            issuer: Name::from_der(&issuer.name)?,
            this_update: day(days.0),
            next_update: Some(day(days.1)),
            extensions: vec![Extension::authority_key_identifier(&issuer.key.key_id()), Extension::crl_number(1)],
        };
        let signer = CrlSigner::new(&issuer.key)?;
        Ok(list.sign(&entries, &signer)?)
    }

    /// The CRLs of a line, with some serials in the first authority's.
    pub(super) fn crls(
        &self,
        line: &[Authority],
        entries: &[(Vec<u8>, RevocationReason)],
    ) -> Result<Vec<Vec<u8>>, TestingError> {
        let listed = |index: usize| if index == 0 { entries } else { &[] };
        line.iter().enumerate().map(|(index, issuer)| self.crl(issuer, FRESH, listed(index))).collect()
    }
}

/// Signs CRLs, which are good in everything but what they say.
struct CrlSigner<'a> {
    key: &'a TestKey,
    public: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl<'a> CrlSigner<'a> {
    fn new(key: &'a TestKey) -> Result<Self, TestingError> {
        let public = PublicKey::from_spki_der(key.spki())?;
        let algorithm = SignatureAlgorithm::from_der(&key.algorithm(key.hash()))?;
        Ok(Self { key, public, algorithm })
    }
}

impl Signer for CrlSigner<'_> {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.key.sign(self.key.hash(), message).map_err(|error| KeyError::Failed(error.to_string()))
    }
}
