//! Looking at packs: whether they are there, and have the keys that the journal says.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Fix, Inspection, metadata, names};
use crate::store::pack::MAX_PACK;
use crate::store::{CertificateRow, Packed, Severity, StoreError, keyfile};

/// The packs that the journal tells of.
#[derive(Default)]
pub(super) struct Packs {
    known: BTreeMap<u64, Pack>,
    /// The one that was looked at last; those of a transaction come one after the other.
    open: Option<(u64, Zeroizing<Vec<u8>>)>,
}

/// What was found of a pack.
#[derive(Default)]
struct Pack {
    /// How many keys should be in it.
    keys: usize,
    /// How many are not, and the first of them.
    wrong: usize,
    first: Option<String>,
}

impl Packs {
    /// Looks at the key of one certificate.
    pub(super) fn look(&mut self, inspection: &mut Inspection<'_>, row: &CertificateRow<'_>) -> Result<(), StoreError> {
        let Some(record) = inspection.state.copy_by_serial(row.serial)? else { return Ok(()) };
        let Some(packed) = record.packed.filter(|_| record.key) else { return Ok(()) };
        if !self.known.contains_key(&packed.pack) {
            self.open = open(inspection, packed.pack)?.map(|bytes| (packed.pack, bytes));
        }
        let pack = self.known.entry(packed.pack).or_default();
        pack.keys += 1;
        let Some((_, bytes)) = self.open.as_ref().filter(|(open, _)| *open == packed.pack) else { return Ok(()) };
        let why = match key_in(bytes, packed) {
            Some(key) => record.certificate().ok().and_then(|own| keyfile::wrong_key(key, &own.spki_der)),
            None => Some("is not in it: it is shorter than it was; put it back from a backup".to_owned()),
        };
        if let Some(why) = why {
            pack.wrong += 1;
            pack.first.get_or_insert_with(|| format!("what is at byte {} for {} {why}", packed.at, record.serial));
        }
        Ok(())
    }

    /// Tells what was found.
    pub(super) fn finish(self, inspection: &mut Inspection<'_>) -> Result<(), StoreError> {
        let layout = inspection.layout;
        for (number, Pack { keys, wrong, first }) in &self.known {
            if let Some(first) = first {
                let what = format!("does not have {wrong} of the {keys} keys that the journal says: {first}");
                inspection.report(Severity::Damage, layout.pack(*number), what, None);
            }
        }
        for name in names(&layout.packed())? {
            let path = layout.packed().join(&name);
            if !self.known.keys().any(|pack| layout.pack(*pack) == path) {
                inspection.unknown(path, &name, "has no keys that the journal knows");
            }
        }
        Ok(())
    }
}

fn key_in(pack: &[u8], packed: Packed) -> Option<&[u8]> {
    let at = usize::try_from(packed.at).ok()?;
    pack.get(at..at.checked_add(usize::try_from(packed.length).ok()?)?)
}

/// Reads a pack; tells why it cannot be read.
fn open(inspection: &mut Inspection<'_>, pack: u64) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let path = inspection.layout.pack(pack);
    let Some(metadata) = metadata(&path)? else {
        let what = "is missing, and the keys of many certificates with it: put it back from a backup";
        inspection.report(Severity::Damage, path, what, None);
        return Ok(None);
    };
    if let Some(why) = keyfile::unsafe_key(&metadata, MAX_PACK) {
        // It is refused wherever it is needed.
        inspection.report(Severity::Damage, path, why, keyfile::may_close(&metadata).then_some(Fix::KeyMode));
        return Ok(None);
    }
    Ok(keyfile::read_pack(&path).ok())
}
