//! Looking at packs: whether they are there, and have the keys that the journal says.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Fix, Inspection, metadata, names};
use crate::store::pack::MAX_PACK;
use crate::store::{CertificateRow, Severity, StoreError, keyfile, pack};

/// The packs that the journal tells of.
#[derive(Default)]
pub(super) struct Packs {
    known: BTreeMap<u64, Pack>,
    /// The one that was looked at last; those of a transaction come one after the other.
    open: Option<(u64, Zeroizing<Vec<u8>>)>,
}

/// Why nothing of a pack can be used, and how that is put right.
type Fault = (String, Option<Fix>);

/// What was found of a pack.
struct Pack {
    fault: Option<Fault>,
    /// How many keys should be in it.
    keys: usize,
    /// Whose are not.
    wrong: Vec<String>,
    /// Whether a newest certificate of its name is among those that are concerned: the key of one that was replaced is no loss.
    hurts: bool,
}

/// How many names are told of those whose key is not there.
const TOLD: usize = 5;

impl Packs {
    /// Looks at the key of one certificate; `newest` of its lineage or not.
    pub(super) fn look(
        &mut self,
        inspection: &mut Inspection<'_>,
        row: &CertificateRow<'_>,
        newest: bool,
    ) -> Result<(), StoreError> {
        let Some(record) = inspection.state.copy_by_serial(row.serial)? else { return Ok(()) };
        let Some(packed) = record.packed.filter(|_| record.key) else { return Ok(()) };
        if !self.known.contains_key(&packed.pack) {
            let (bytes, fault) = match open(inspection, packed.pack)? {
                Ok(bytes) => (Some((packed.pack, bytes)), None),
                Err(fault) => (None, Some(fault)),
            };
            self.open = bytes;
            self.known.insert(packed.pack, Pack { fault, keys: 0, wrong: Vec::new(), hurts: false });
        }
        let Some(pack) = self.known.get_mut(&packed.pack) else { return Ok(()) };
        pack.keys += 1;
        if pack.fault.is_some() {
            pack.hurts |= newest;
        }
        let Some((_, bytes)) = self.open.as_ref().filter(|(open, _)| *open == packed.pack) else { return Ok(()) };
        let is_right = pack::find(bytes, &record, packed).is_some_and(|key| {
            record.certificate().ok().and_then(|own| keyfile::wrong_key(key, &own.spki_der)).is_none()
        });
        if !is_right {
            pack.wrong.push(record.lineage);
            pack.hurts |= newest;
        }
        Ok(())
    }

    /// Tells what was found.
    pub(super) fn finish(self, inspection: &mut Inspection<'_>) -> Result<(), StoreError> {
        let layout = inspection.layout;
        for name in names(&layout.packed())? {
            let path = layout.packed().join(&name);
            if !self.known.keys().any(|pack| layout.pack(*pack) == path) {
                inspection.unknown(path, &name, "has no keys that the journal knows");
            }
        }
        for (number, Pack { fault, keys, wrong, hurts }) in self.known {
            let severity = if hurts { Severity::Damage } else { Severity::Warning };
            if let Some((what, fix)) = fault {
                inspection.report(severity, layout.pack(number), what, fix);
            } else if !wrong.is_empty() {
                let more = if wrong.len() > TOLD { ", …" } else { "" };
                let names = wrong.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
                let what = format!(
                    "does not have {} of the {keys} keys that the journal says, those of {names}{more}: put it back from a backup, or \
                     renew these with --rekey",
                    wrong.len()
                );
                inspection.report(severity, layout.pack(number), what, None);
            }
        }
        Ok(())
    }
}

/// Reads a pack, or says why it cannot be used and how that is put right.
fn open(inspection: &Inspection<'_>, pack: u64) -> Result<Result<Zeroizing<Vec<u8>>, Fault>, StoreError> {
    let path = inspection.layout.pack(pack);
    let Some(metadata) = metadata(&path)? else {
        let what = "is missing, and the keys of its certificates with it: put it back from a backup, or renew these with --rekey";
        return Ok(Err((what.to_owned(), None)));
    };
    if let Some(why) = keyfile::unsafe_key(&metadata, MAX_PACK) {
        // It is refused wherever it is needed.
        return Ok(Err((why, keyfile::may_close(&metadata).then_some(Fix::KeyMode))));
    }
    Ok(keyfile::read_pack(&path).map_err(|error| (format!("cannot be used: {error}"), None)))
}
