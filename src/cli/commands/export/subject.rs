//! What is exported: a certificate of the store or an authority, with its chain and where its key is.

use std::path::Path;

use time::OffsetDateTime;

use crate::ca::{self, Reference};
use crate::cli::commands::issued_key;
use crate::cli::commands::options::{open_key, read_key, reference};
use crate::cli::{CliError, Context, SecretSource};
use crate::container::target::Subject;
use crate::keys::PrivateKey;
use crate::store::{AuthorityRecord, CertificateRecord, State, Store};
use crate::x509::Certificate;

/// What is exported.
pub(in crate::cli::commands) struct Exported {
    /// The lineage or the authority's name.
    pub(super) name: String,
    pub(super) certificate: Certificate,
    intermediates: Vec<Certificate>,
    root: Certificate,
    other_anchors: Vec<Certificate>,
    /// The authority that signed it, where that is not the one that signs by default.
    pub(super) signer: Option<String>,
    key: KeyPlace,
    pub(super) state: State,
    pub(super) store: Store,
}

enum KeyPlace {
    Authority,
    Issued { serial: String },
    Elsewhere,
}

impl Exported {
    /// Finds what a reference means.
    ///
    /// # Errors
    /// When nothing fits, or a certificate and an authority have the name.
    pub(super) fn find(cx: &mut Context, text: &str) -> Result<Self, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let reference = reference(cx, text)?;
        let found = ca::find(&state, &reference).map(|found| found.last().copied().cloned());
        let named = match &reference {
            Reference::Text(text) => state.authorities.get(text),
            Reference::Certificate(certificate) => authority_with(&state, certificate),
        };
        match (named.cloned(), found) {
            (Some(authority), Ok(Some(record))) if !is_of(&record, &authority) => Err(CliError::from(
                ca::CaError::Ambiguous {
                    reference: text.to_owned(),
                    matches: vec![
                        format!("the authority {}", authority.authority),
                        format!("the certificate with serial {}", record.serial),
                    ],
                },
            )
            .hint(
                "name the certificate by its serial, the authority by its file: authorities/NAME/ca.pem in the store",
            )),
            (Some(authority), _) => Self::of_authority(store, state, &authority),
            (None, Ok(Some(record))) => {
                // The serial of an authority's certificate means the authority.
                let authority = state.authorities.values().find(|authority| is_of(&record, authority)).cloned();
                match authority {
                    Some(authority) => Self::of_authority(store, state, &authority),
                    None => Self::of_record(store, state, &record),
                }
            }
            (None, Ok(None)) => Err(ca::CaError::not_found(text).into()),
            (None, Err(error)) => Err(CliError::from(error)
                .hint("\"certwright list\" shows what was issued, \"certwright authority list\" the authorities")),
        }
    }

    /// A certificate that the store issued.
    ///
    /// # Errors
    /// When it did not.
    pub(in crate::cli::commands) fn of_certificate(
        cx: &mut Context,
        certificate: &Certificate,
    ) -> Result<Self, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let serial = certificate.serial.hex();
        let record = state.by_serial(&serial)?.cloned();
        Self::of_record(store, state, &record.ok_or(ca::CaError::not_found(&serial))?)
    }

    fn of_authority(store: Store, state: State, record: &AuthorityRecord) -> Result<Self, CliError> {
        let certificate = record.certificate()?;
        let ca::Served { chain, root, other_anchors } = ca::served_authority(record)?;
        let root = root.unwrap_or_else(|| chain.last().unwrap_or(&certificate).clone());
        let name = record.authority.clone();
        let key = if record.key { KeyPlace::Authority } else { KeyPlace::Elsewhere };
        let (intermediates, signer) = (chain, None);
        Ok(Self { name, certificate, intermediates, root, other_anchors, signer, key, state, store })
    }

    fn of_record(store: Store, state: State, record: &CertificateRecord) -> Result<Self, CliError> {
        let certificate = record.certificate()?;
        let ca::Served { chain, root, other_anchors } = ca::served(&state, record)?;
        let root = root.unwrap_or_else(|| chain.last().unwrap_or(&certificate).clone());
        let default = ca::resolve(&state, None).ok().map(|authority| authority.authority.as_str());
        let signer = Some(record.authority.clone()).filter(|name| Some(name.as_str()) != default && !name.is_empty());
        let key = if record.key { KeyPlace::Issued { serial: record.serial.clone() } } else { KeyPlace::Elsewhere };
        let (name, intermediates) = (record.lineage.clone(), chain);
        Ok(Self { name, certificate, intermediates, root, other_anchors, signer, key, state, store })
    }

    /// Whether it is a certificate that was issued, not an authority's.
    pub(super) fn is_issued(&self) -> bool {
        !matches!(self.key, KeyPlace::Authority)
            && self.state.by_serial(&self.certificate.serial.hex()).is_ok_and(|found| found.is_some())
            && !self.state.authorities.contains_key(&self.name)
    }

    /// For the container layer.
    pub(in crate::cli::commands) fn subject(&self, at: OffsetDateTime) -> Subject<'_> {
        Subject {
            name: &self.name,
            certificate: &self.certificate,
            intermediates: &self.intermediates,
            root: &self.root,
            other_anchors: &self.other_anchors,
            at,
        }
    }

    /// What to mind whoever the files are for.
    pub(super) fn cautions(&self) -> Vec<String> {
        if self.root.is_root() {
            return Vec::new();
        }
        vec![format!(
            "the store does not know the root above {}; {} stands in its place, which OpenSSL does not accept as an anchor",
            self.name, self.root.subject
        )]
    }

    /// Opens the private key: from `file`, else the store's.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub(in crate::cli::commands) fn key(
        &self,
        cx: &mut Context,
        file: Option<&Path>,
        passphrase: Option<&SecretSource>,
    ) -> Result<PrivateKey, CliError> {
        if let Some(file) = file {
            return match passphrase {
                None => read_key(cx, file),
                Some(_) => {
                    let pem = crate::cli::files::read(cx, file, 1 << 20)?;
                    open_key(cx, &pem, passphrase, &file.display().to_string())
                }
            };
        }
        match &self.key {
            KeyPlace::Authority => {
                if !self.store.has_authority_key(&self.name) {
                    // A command that was killed may have recorded it before its key was in place: the lock puts it there.
                    drop(cx.lock(&self.store)?);
                }
                if !self.store.has_authority_key(&self.name) {
                    return Err(ca::CaError::KeyNotHere(self.name.clone()).into());
                }
                let pem = self.store.read_authority_key(&self.name)?;
                open_key(cx, &pem, passphrase, &format!("authority {}", self.name))
            }
            KeyPlace::Issued { serial } => {
                let Some(record) = self.state.by_serial(serial)? else {
                    return Err(ca::CaError::not_found(serial).into());
                };
                issued_key::open(cx, &self.store, record, passphrase)
            }
            KeyPlace::Elsewhere => {
                Err(CliError::failed(format!("the private key of {} is not in the store", self.name))
                    .hint("name its file with --key FILE"))
            }
        }
    }
}

fn authority_with<'a>(state: &'a State, certificate: &Certificate) -> Option<&'a AuthorityRecord> {
    let same = |record: &&AuthorityRecord| record.certificate().is_ok_and(|known| known.der() == certificate.der());
    state.authorities.values().find(same)
}

fn is_of(record: &CertificateRecord, authority: &AuthorityRecord) -> bool {
    record.certificate == authority.certificate
}
