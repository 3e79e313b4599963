//! What is asked for.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::lint::Target;
use crate::keys::{KeyError, PublicKey};
use crate::x509::time::Span;
use crate::x509::{Csr, Extension, GeneralName, Name, oid};

/// What is asked for, on the command line or by a CSR.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key to be certified.
    pub public_key: PublicKey,
    /// Whether the key was made for this: then a store knows nothing of it.
    pub key_is_new: bool,
    /// What the certificate is for, as typed: the variable `name` of the profile's templates. From a CSR: its common name,
    /// else its first alternative name.
    pub name: Option<String>,
    /// The subject asked for explicitly; a profile may ignore it.
    pub subject: Option<Name>,
    /// Alternative names the operator typed (trusted to be meant, still checked against the profile).
    pub names: Vec<GeneralName>,
    /// The names and extensions of a CSR, if one is behind this.
    pub csr: Option<CsrRequest>,
    /// The validity asked for.
    pub validity: Validity,
    /// Profile variables (`--set key=value`).
    pub variables: BTreeMap<String, String>,
    /// Name constraints for an authority certificate (`--permit`, `--exclude`), on top of the profile's.
    pub name_constraints: Option<crate::x509::extension::NameConstraints>,
    /// A path length for an authority certificate instead of the profile's.
    pub path_len: Option<u8>,
    /// Refuse rather than drop anything that was asked for (`--strict`).
    pub strict: bool,
    /// Programs that must take the certificate: what one of them refuses is not signed (`--for`).
    pub targets: Vec<Target>,
}

/// What a CSR asks for.
#[derive(Debug, Clone)]
pub struct CsrRequest {
    /// Its subject.
    pub subject: Name,
    /// Its alternative names, perhaps malformed ones.
    pub names: Vec<GeneralName>,
    /// Its other extensions, which are reported as dropped unless the profile gives the same.
    pub extensions: Vec<Extension>,
}

/// A validity as asked: any part may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Validity {
    /// `--not-before`.
    pub not_before: Option<OffsetDateTime>,
    /// `--not-after`.
    pub not_after: Option<OffsetDateTime>,
    /// `--validity`.
    pub span: Option<Span>,
}

impl Request {
    /// A request for a key and nothing else.
    pub fn new(public_key: PublicKey) -> Self {
        Self {
            public_key,
            key_is_new: false,
            name: None,
            subject: None,
            names: Vec::new(),
            csr: None,
            validity: Validity::default(),
            variables: BTreeMap::new(),
            name_constraints: None,
            path_len: None,
            strict: false,
            targets: Vec::new(),
        }
    }

    /// More names than this are an attack on whoever reads the certificate, not a wish.
    pub const MAX_NAMES: usize = 1000;

    /// Why so many names are not signed, where they are more than [`Self::MAX_NAMES`].
    pub(super) fn too_many(count: usize) -> Option<String> {
        let most = Self::MAX_NAMES;
        (count > most).then(|| format!("{count} alternative names are asked for, at most {most} are signed"))
    }

    /// The request that a CSR makes, after proof of possession.
    ///
    /// # Errors
    /// [`super::IssuanceError::Possession`], [`super::IssuanceError::Key`].
    pub fn from_csr(csr: &Csr) -> Result<Self, super::IssuanceError> {
        let public_key = csr.public_key()?;
        csr.verify_signature().map_err(|error| match error {
            KeyError::Unsupported(_) | KeyError::Weak(_) => super::IssuanceError::Key(error),
            error => super::IssuanceError::Possession(error),
        })?;
        if let Some(why) = Self::too_many(csr.subject_alt_names.len()) {
            return Err(super::IssuanceError::Refused(vec![why]));
        }
        let extensions = csr.extensions.iter().filter(|extension| extension.oid != oid::SUBJECT_ALT_NAME);
        let csr = CsrRequest {
            subject: csr.subject.clone(),
            names: csr.subject_alt_names.clone(),
            extensions: extensions.cloned().collect(),
        };
        Ok(Self { name: csr.name(), csr: Some(csr), ..Self::new(public_key) })
    }
}

impl CsrRequest {
    /// What the CSR calls its owner: its common name, else its first alternative name.
    pub fn name(&self) -> Option<String> {
        let common_name = self.subject.common_name().filter(|name| !name.is_empty());
        common_name.or_else(|| self.names.first().map(GeneralName::value))
    }
}
