//! What the files of a record contain: everything but keys follows from the journal.
//!
//! - `cert.pem`: the certificate.
//! - `chain.pem`: what a server sends after it: the authority that signed it and those above, nearest first, without the
//!   root. Empty where the root itself signed, and for a self-signed certificate.
//! - `fullchain.pem`: both, in this order.
//!   During the rollover of a root, its cross-certificate by the other root stands at the end.
//! - `authorities/<name>/ca.pem`: the authority's certificate; `chain.pem` beside it: the chain of what it signs.

use std::collections::HashMap;

use ring::digest::{SHA256, digest};

use super::{AuthorityRecord, CertificateRecord, CrlRecord, CrlScope, State, StoreError, event};
use crate::container::pem::PemFiles;
use crate::x509::time::parse_instant;
use crate::x509::{Certificate, Extension, TbsCertList, X509Error, pem};

/// A file's name in its directory, and its content.
pub(super) type Content = (&'static str, Vec<u8>);

/// Builds the files of certificates; remembers the chains, which many of them share.
pub(super) struct Contents<'a> {
    state: &'a State,
    /// By the issuing authority's certificate, where nothing but what is above it belongs to the chain.
    chains: HashMap<&'a str, String>,
}

impl<'a> Contents<'a> {
    /// With the chains of these certificates.
    pub(super) fn new(
        state: &'a State,
        records: impl Iterator<Item = &'a CertificateRecord>,
    ) -> Result<Self, StoreError> {
        let mut chains = HashMap::new();
        for record in records {
            if let Some(issuer) = state.issuer_of(&record.serial)?
                && issuer.rollover.cross.is_empty()
                && !chains.contains_key(issuer.certificate.as_str())
            {
                chains.insert(issuer.certificate.as_str(), chain_below(issuer)?);
            }
        }
        Ok(Self { state, chains })
    }

    /// With the chains of whatever was signed.
    pub(super) fn of_all(state: &'a State) -> Result<Self, StoreError> {
        let chain = |issuer: &'a AuthorityRecord| Ok((issuer.certificate.as_str(), chain_below(issuer)?));
        Ok(Self { state, chains: state.history.iter().map(chain).collect::<Result<_, StoreError>>()? })
    }

    /// The files of `issued/<lineage>/<serial>/`, without the key.
    pub(super) fn certificate(&self, record: &CertificateRecord) -> Result<[Content; 3], StoreError> {
        let certificate = pem_of("CERTIFICATE", &record.certificate)?;
        let brought = chain_pem(record.chain.iter())?;
        let crossed;
        let chain = match self.state.issuer_of(&record.serial)? {
            None => brought.as_str(),
            Some(issuer) if issuer.certificate == record.certificate => "",
            Some(issuer) if !issuer.rollover.cross.is_empty() => {
                crossed = chain_below(issuer)? + &cross_above(issuer, record)?;
                &crossed
            }
            Some(issuer) => self.chains.get(issuer.certificate.as_str()).map_or("", String::as_str),
        };
        Ok(PemFiles::new(certificate, chain).into_files().map(|(name, text)| (name, text.into_bytes())))
    }
}

/// The files of `authorities/<name>/`, without the key, in the order in which they may appear.
pub(super) fn authority(record: &AuthorityRecord) -> Result<[Content; 2], StoreError> {
    let certificate = pem_of("CERTIFICATE", &record.certificate)?;
    let chain = chain_below(record)? + &chain_pem(record.rollover.cross.iter())?;
    Ok([("chain.pem", chain.into_bytes()), ("ca.pem", certificate.into_bytes())])
}

/// `authorities/<name>/csr.pem`.
pub(super) fn request(request: &str) -> Result<Content, StoreError> {
    Ok(("csr.pem", pem_of("CERTIFICATE REQUEST", request)?.into_bytes()))
}

/// The endings of an authority's files in `public/`, and their content.
pub(super) fn public(record: &AuthorityRecord) -> Result<Vec<Content>, StoreError> {
    let mut files = Vec::with_capacity(PUBLIC_ENDINGS.len());
    if let Some(cross) = own_cross(record)? {
        files.extend([("cross.pem", pem::encode("CERTIFICATE", &cross).into_bytes()), ("cross.crt", cross)]);
    }
    let der = decode(&record.certificate)?;
    files.extend([("pem", pem::encode("CERTIFICATE", &der).into_bytes()), ("crt", der)]);
    Ok(files)
}

/// The endings of every file that [`public`] may give.
pub(super) const PUBLIC_ENDINGS: [&str; 4] = ["cross.pem", "cross.crt", "pem", "crt"];

/// The cross-certificate of the authority itself, in DER: its key, certified by the other root.
fn own_cross(record: &AuthorityRecord) -> Result<Option<Vec<u8>>, StoreError> {
    if record.rollover.cross.is_empty() {
        return Ok(None);
    }
    let invalid = |error: X509Error| StoreError::Invalid(error.to_string());
    let (own, cross) = (record.certificate().map_err(invalid)?, record.rollover.cross().map_err(invalid)?);
    Ok(cross.iter().find(|cross| cross.subject == own.subject).map(|cross| cross.der().to_vec()))
}

/// The cross-certificates that a server sends after the chain of a certificate.
fn cross_above(issuer: &AuthorityRecord, record: &CertificateRecord) -> Result<String, StoreError> {
    let invalid = |error: X509Error| StoreError::Invalid(error.to_string());
    let certificate = record.certificate().map_err(invalid)?;
    let cross = issuer.rollover.cross_above(&certificate).map_err(invalid)?;
    Ok(cross.iter().map(Certificate::to_pem).collect())
}

/// The CRL of a record: DER. Its entries follow from the journal up to its line, the rest is in the record.
pub(super) fn crl(state: &State, seq: u64, record: &CrlRecord) -> Result<Vec<u8>, StoreError> {
    let invalid = |error: X509Error| StoreError::Invalid(error.to_string());
    let mut issuers = state.authority_history(&record.authority).map(AuthorityRecord::certificate);
    let issuer = issuers.find_map(|found| {
        found.ok().filter(|certificate| event::hex(digest(&SHA256, certificate.der()).as_ref()) == record.issuer_sha256)
    });
    let issuer = issuer.ok_or_else(|| StoreError::Invalid("the CRL's issuer is not in the journal".to_owned()))?;
    let list = TbsCertList {
        issuer: issuer.subject,
        this_update: parse_instant(&record.this_update).map_err(invalid)?,
        next_update: Some(parse_instant(&record.next_update).map_err(invalid)?),
        extensions: Extension::parse_list(&decode(&record.extensions)?).map_err(invalid)?,
    };
    let made_at = record.made_at().map_err(StoreError::Invalid)?;
    let scope = CrlScope { as_of: seq, base: record.base, keep_expired: record.keep_expired, made_at };
    let entries = state.revocations(&record.authority)?.entries(scope);
    let der =
        list.with_signature(&entries, &decode(&record.algorithm)?, &decode(&record.signature)?).map_err(invalid)?;
    if event::hex(digest(&SHA256, &der).as_ref()) != record.sha256 {
        let why = format!(
            "the CRL {} of {} cannot be put together again; publish a new one",
            record.number, record.authority
        );
        return Err(StoreError::Invalid(why));
    }
    Ok(der)
}

/// Checks that a record's certificates can be written at all, before it is recorded.
pub(super) fn check(event: &super::Event) -> Result<(), StoreError> {
    match event {
        super::Event::AuthorityRequested { request, .. } => decode(request).map(drop),
        super::Event::AuthorityAdded(record) => {
            let rollover = record.rollover.cross.iter().chain(&record.rollover.anchors);
            let mut all = std::iter::once(&record.certificate).chain(&record.chain).chain(rollover);
            all.try_for_each(|text| decode(text).map(drop))?;
            own_cross(record).map(drop)
        }
        super::Event::CertificateIssued(record) | super::Event::CertificateImported(record) => {
            std::iter::once(&record.certificate).chain(&record.chain).try_for_each(|text| decode(text).map(drop))
        }
        super::Event::CrlIssued(record) => [&record.extensions, &record.algorithm, &record.signature]
            .into_iter()
            .try_for_each(|text| decode(text).map(drop)),
        super::Event::CheckpointSigned(record) => {
            [&record.algorithm, &record.signature].into_iter().try_for_each(|text| decode(text).map(drop))
        }
        super::Event::CertificateReleased { .. }
        | super::Event::CertificateRevoked(_)
        | super::Event::ClockAccepted { .. }
        | super::Event::Delivered { .. }
        | super::Event::DeliveryForgotten { .. }
        | super::Event::SettingsChanged { .. }
        | super::Event::StoreCreated { .. } => Ok(()),
    }
}

/// What a server sends after a certificate that this authority signed.
fn chain_below(issuer: &AuthorityRecord) -> Result<String, StoreError> {
    chain_pem(std::iter::once(&issuer.certificate).chain(&issuer.chain))
}

/// Certificates in PEM, without the root.
fn chain_pem<'a>(certificates: impl Iterator<Item = &'a String>) -> Result<String, StoreError> {
    let mut chain = String::new();
    for text in certificates {
        let der = decode(text)?;
        if !Certificate::from_der(&der).is_ok_and(|certificate| certificate.is_root()) {
            chain.push_str(&pem::encode("CERTIFICATE", &der));
        }
    }
    Ok(chain)
}

fn pem_of(label: &str, base64: &str) -> Result<String, StoreError> {
    Ok(pem::encode(label, &decode(base64)?))
}

fn decode(text: &str) -> Result<Vec<u8>, StoreError> {
    event::decode_der(text).map_err(|error| StoreError::Invalid(error.to_string()))
}
