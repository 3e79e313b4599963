//! Where serial numbers come from.

use super::CaError;
use crate::keys::{KeyError, random_bytes};
use crate::store::State;
use crate::x509::Serial;

/// A source of candidate serials.
pub trait SerialSource: Send + Sync {
    /// Gives 20 fresh octets.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when there is no randomness.
    fn octets(&self) -> Result<[u8; 20], KeyError>;
}

/// Serials of 159 random bits from the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomSerials;

impl SerialSource for RandomSerials {
    fn octets(&self) -> Result<[u8; 20], KeyError> {
        let mut octets = [0; 20];
        random_bytes(&mut octets)?;
        Ok(octets)
    }
}

/// Draws until a serial is found that neither the store nor this batch has. A source that keeps repeating itself is broken,
/// so it gives up after a few draws.
pub(super) fn draw(
    source: &dyn SerialSource,
    state: &State,
    batch: &mut std::collections::HashSet<Serial>,
) -> Result<Serial, CaError> {
    const DRAWS: usize = 8;
    for _ in 0..DRAWS {
        let octets = source.octets().map_err(|error| CaError::key("serial", error))?;
        let serial = Serial::from_random(octets);
        if !state.has_serial(&serial.hex())? && batch.insert(serial.clone()) {
            return Ok(serial);
        }
    }
    Err(CaError::key("serial", KeyError::Failed("the random number generator keeps repeating itself".to_owned())))
}
