//! A passphrase or other secret text, wiped when dropped and never shown.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use zeroize::Zeroizing;

use super::kdf::Kdf;
use super::{KeyError, random_bytes};

/// Derivations that a secret remembers: keys that were encrypted together share one.
const MOST_DERIVED: usize = 8;

/// Secret bytes: wiped when the last clone is dropped, hidden in debug output. What was derived from them, which is slow on purpose,
/// is remembered as long: a thousand keys that were encrypted under one salt are opened in the time of one.
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    bytes: Zeroizing<Vec<u8>>,
    /// What keys are encrypted with it under.
    salt: OnceLock<[u8; 16]>,
    derived: Mutex<Vec<Arc<Derived>>>,
}

struct Derived {
    kdf: Kdf,
    length: usize,
    /// Held while it is being derived, so that nobody else does the same meanwhile.
    key: Mutex<Option<Zeroizing<Vec<u8>>>>,
}

impl Secret {
    /// Takes ownership of secret bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(Inner { bytes: Zeroizing::new(bytes.into()), salt: OnceLock::new(), derived: Mutex::default() }))
    }

    /// The bytes; do not copy them.
    pub fn expose(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.bytes.is_empty()
    }

    /// The salt of what is encrypted with it, the same for all: it tells no more than that they have one passphrase.
    pub(super) fn salt(&self) -> Result<[u8; 16], KeyError> {
        if let Some(salt) = self.0.salt.get() {
            return Ok(*salt);
        }
        let mut salt = [0; 16];
        random_bytes(&mut salt)?;
        // Another thread may have been first.
        Ok(*self.0.salt.get_or_init(|| salt))
    }

    /// A key of `length` octets that is derived from it.
    pub(super) fn derive(&self, kdf: &Kdf, length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let derived = self.slot(kdf, length);
        let mut key = derived.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let new = kdf.derive(self.expose(), length)?;
        *key = Some(new.clone());
        Ok(new)
    }

    fn slot(&self, kdf: &Kdf, length: usize) -> Arc<Derived> {
        let mut all = self.0.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|known| known.kdf == *kdf && known.length == length) {
            return Arc::clone(known);
        }
        if all.len() == MOST_DERIVED {
            all.remove(0);
        }
        let new = Arc::new(Derived { kdf: kdf.clone(), length, key: Mutex::default() });
        all.push(Arc::clone(&new));
        new
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::kdf::Prf;
    use super::*;

    #[test]
    fn what_is_derived_is_remembered_and_the_same() {
        let secret = Secret::new("word");
        let kdf = |salt: u8| Kdf::Pbkdf2 { prf: Prf::Sha256, salt: vec![salt], iterations: std::num::NonZeroU32::MIN };
        let same = secret.clone();
        for salt in 0..20 {
            for length in [16, 32] {
                let derived = secret.derive(&kdf(salt), length).unwrap();
                assert_eq!(derived, kdf(salt).derive(b"word", length).unwrap());
                assert_eq!(same.derive(&kdf(salt), length).unwrap(), derived);
            }
        }
        let kept = secret.0.derived.lock().unwrap();
        assert_eq!(kept.len(), MOST_DERIVED);
        assert!(kept.iter().all(|one| one.key.lock().unwrap().is_some()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
