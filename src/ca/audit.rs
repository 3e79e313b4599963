//! Proving that the journal is what was written: the signatures in it, and what was kept of it elsewhere.

use std::collections::{BTreeMap, HashMap};

use ring::digest::{SHA256, digest};

use super::{CaError, LoadedAuthority};
use crate::keys::SignatureAlgorithm;
use crate::store::{
    AuthorityRecord, CheckpointRecord, CrlRecord, Event, State, Store, StoreError, decode_der, encode_der,
};
use crate::x509::display::hex;
use crate::x509::{Certificate, Crl};

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// How many checkpoints there are, all with a valid signature.
    pub checkpoints: u64,
    /// The last line that a checkpoint covers; 0 without one. Lines after it are held by their hashes alone.
    pub signed_through: u64,
    /// How many CRLs there are: each was put together again, and its signature verified.
    pub crls: u64,
}

/// Something that was kept outside of the store.
pub enum Kept {
    /// The number of a line and its SHA-256, as `log verify` told them.
    Head {
        /// The number.
        line: u64,
        /// The hash, lower-case hex.
        sha256: String,
    },
    /// A CRL that was published.
    Crl(Box<Crl>),
}

/// Signs what the journal is now.
pub(super) fn checkpoint(state: &State, authority: &LoadedAuthority) -> Result<CheckpointRecord, CaError> {
    let message = CheckpointRecord::message(state.store_id(), state.seq, &state.head);
    let failed = |error| CaError::key(format!("the key of authority {}", authority.name), error);
    let signature = authority.signer.sign(&message).map_err(failed)?;
    let algorithm = authority.signer.signature_algorithm();
    authority.signer.public_key().verify(algorithm, &message, &signature).map_err(failed)?;
    Ok(CheckpointRecord {
        authority: authority.name.clone(),
        issuer_sha256: fingerprint(&authority.certificate),
        through: state.seq,
        head: state.head.clone(),
        algorithm: encode_der(&algorithm.to_der()),
        signature: encode_der(&signature),
    })
}

/// Proves the hash chain, every checkpoint's and CRL's signature, that each CRL lists what the lines before it say, and that
/// what was kept elsewhere is in the journal. Files are not looked at: [`Store::check`] does that.
///
/// # Errors
/// [`StoreError::Damaged`] names the first line that is not as it was written.
pub fn audit(store: &Store, kept: &[Kept]) -> Result<Audit, CaError> {
    let Lines { checkpoints, crls, hashes } = Lines::read(store, kept)?;
    let state = store.read()?;
    let authorities = certificates(&state)?;
    let damaged = |line: u64, why: String| {
        CaError::Store(StoreError::Damaged { path: store.layout().journal(), line: Some(line), why })
    };
    let signer = |line: u64, sha256: &str| {
        authorities.get(sha256).ok_or_else(|| damaged(line, "no authority in the journal signed it".to_owned()))
    };
    let mut found = Audit { checkpoints: 0, signed_through: 0, crls: 0 };
    for (line, tx, record) in &checkpoints {
        let key = signer(*line, &record.issuer_sha256)?.public_key();
        let proved = key.and_then(|key| {
            let read = |text: &str| decode_der(text).unwrap_or_default();
            let algorithm = SignatureAlgorithm::from_der(&read(&record.algorithm))?;
            let message = CheckpointRecord::message(state.store_id(), record.through, &record.head);
            key.verify(algorithm, &message, &read(&record.signature))
        });
        proved.map_err(|error| damaged(*line, format!("the checkpoint's signature is not valid: {error}")))?;
        if record.through + 1 != *tx {
            return Err(damaged(
                *line,
                format!("the checkpoint covers line {}, not the one before it", record.through),
            ));
        }
        found.checkpoints += 1;
        found.signed_through = record.through;
    }
    for (line, tx, record) in &crls {
        if !checkpoints.iter().any(|(_, at, checkpoint)| at == tx && checkpoint.authority == record.authority) {
            return Err(damaged(*line, format!("the checkpoint that belongs to CRL {} is missing", record.number)));
        }
        let crl = Crl::from_der(&store.rebuild_crl(&state, *line, record)?)?;
        let proved = signer(*line, &record.issuer_sha256)?.public_key().and_then(|key| crl.verify_signature(&key));
        proved
            .map_err(|error| damaged(*line, format!("the signature of CRL {} is not valid: {error}", record.number)))?;
        found.crls += 1;
    }
    for item in kept {
        match item {
            Kept::Head { line, .. } if *line > state.seq => {
                let why =
                    format!("the journal ends before it, but what was kept knows {line} lines: its end was cut off");
                return Err(damaged(state.seq + 1, why));
            }
            Kept::Head { line, sha256 } if hashes.get(line) != Some(sha256) => {
                return Err(damaged(
                    *line,
                    "is not the line that was kept: it, or one before it, was rewritten".to_owned(),
                ));
            }
            Kept::Head { .. } => {}
            Kept::Crl(crl) => check_crl(crl, &crls, &authorities, &state, &damaged)?,
        }
    }
    Ok(found)
}

/// A published CRL of an authority here must be in the journal.
fn check_crl(
    crl: &Crl,
    crls: &[(u64, u64, CrlRecord)],
    authorities: &BTreeMap<String, Certificate>,
    state: &State,
    damaged: &dyn Fn(u64, String) -> CaError,
) -> Result<(), CaError> {
    let signed = |authority: &&Certificate| {
        authority.subject == crl.issuer && authority.public_key().is_ok_and(|key| crl.verify_signature(&key).is_ok())
    };
    if !authorities.values().any(|authority| signed(&authority)) {
        return Err(CaError::Refused {
            why: format!("no authority of this store signed the CRL of {}", crl.issuer),
            next: "give only CRLs that were published from this store".to_owned(),
        });
    }
    let sha256 = hex(digest(&SHA256, crl.der()).as_ref());
    if crls.iter().any(|(_, _, record)| record.sha256 == sha256) {
        return Ok(());
    }
    let number =
        crl.number.as_deref().map_or("without a number".to_owned(), |number| format!("number 0x{}", hex(number)));
    Err(damaged(state.seq + 1, format!("the CRL of {} {number} was published, and no line tells of it", crl.issuer)))
}

/// What of the journal is looked at again.
struct Lines {
    /// Line, first line of its transaction, record.
    checkpoints: Vec<(u64, u64, CheckpointRecord)>,
    crls: Vec<(u64, u64, CrlRecord)>,
    /// SHA-256 of the lines that were kept elsewhere.
    hashes: HashMap<u64, String>,
}

impl Lines {
    fn read(store: &Store, kept: &[Kept]) -> Result<Self, CaError> {
        let mut lines = Self { checkpoints: Vec::new(), crls: Vec::new(), hashes: HashMap::new() };
        let wanted = |line: u64| kept.iter().any(|item| matches!(item, Kept::Head { line: kept, .. } if *kept == line));
        store.for_each_entry(&mut |entry| {
            if wanted(entry.seq.saturating_sub(1)) {
                lines.hashes.insert(entry.seq - 1, entry.prev.clone());
            }
            match &entry.event {
                Event::CheckpointSigned(record) => lines.checkpoints.push((entry.seq, entry.tx, record.clone())),
                Event::CrlIssued(record) => lines.crls.push((entry.seq, entry.tx, record.clone())),
                _ => {}
            }
        })?;
        let end = store.verify()?;
        lines.hashes.insert(end.seq, end.head);
        Ok(lines)
    }
}

/// Every certificate that an authority of the store has, or had, by its SHA-256.
fn certificates(state: &State) -> Result<BTreeMap<String, Certificate>, CaError> {
    let records = state.authorities.keys().flat_map(|name| state.authority_history(name));
    let read = |record: &AuthorityRecord| record.certificate().map(|found| (fingerprint(&found), found));
    Ok(records.map(read).collect::<Result<_, _>>()?)
}

fn fingerprint(certificate: &Certificate) -> String {
    hex(&certificate.fingerprint())
}
