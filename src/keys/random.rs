//! Randomness from the operating system.

use ring::rand::{SecureRandom as _, SystemRandom};

use super::KeyError;

/// Fills the bytes from the operating system's generator, for serials, salts and seeds.
///
/// # Errors
/// [`KeyError::Failed`] when the system gives no randomness.
pub fn random_bytes(bytes: &mut [u8]) -> Result<(), KeyError> {
    let failed = |_| KeyError::Failed("the system gives no randomness".to_owned());
    SystemRandom::new().fill(bytes).map_err(failed)
}
