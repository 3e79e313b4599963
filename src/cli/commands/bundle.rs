//! The files that belong to one certificate, as servers want them.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::ca::{Outcome, Served};
use crate::cli::CliError;
use crate::cli::files::{self, OutputFile};
use crate::container::pem::PemFiles;
use crate::store::bundle_files;
use crate::x509::Certificate;

/// cert.pem, key.pem, chain.pem (the intermediates), fullchain.pem (certificate, then intermediates) and ca.pem (what relying
/// parties trust: during a rollover both roots).
pub(crate) struct Bundle {
    files: Vec<OutputFile>,
}

impl Bundle {
    /// The files of an issued certificate, without key.pem when the key is elsewhere.
    pub(crate) fn new(outcome: &Outcome, key_pem: Option<Zeroizing<Vec<u8>>>) -> Self {
        let Served { chain, root, other_anchors } = &*outcome.served;
        let anchors: Vec<_> = root.iter().chain(other_anchors).collect();
        Self::build(&outcome.certificate, chain, &anchors, key_pem)
    }

    /// The files of a certificate that is its own anchor.
    pub(crate) fn self_signed(certificate: &Certificate, key_pem: Zeroizing<Vec<u8>>) -> Self {
        Self::build(certificate, &[], &[certificate], Some(key_pem))
    }

    /// Where the files go, to refuse existing ones early.
    pub(crate) fn paths(dir: &Path, with_key: bool) -> Vec<PathBuf> {
        bundle_files(with_key).map(|name| dir.join(name)).collect()
    }

    /// Writes them.
    ///
    /// # Errors
    /// Names the file; nothing half-written stays.
    pub(crate) fn write(&self, dir: &Path, force: bool) -> Result<(), CliError> {
        files::write_set(dir, &self.files, force)
    }

    /// The files themselves.
    pub(crate) fn into_files(self) -> Vec<OutputFile> {
        self.files
    }

    /// Writes several, each to its directory, in one go.
    ///
    /// # Errors
    /// Names the file; nothing half-written stays.
    pub(crate) fn write_all(bundles: &[(PathBuf, Self)], force: bool) -> Result<(), CliError> {
        let sets: Vec<(&Path, &[OutputFile])> =
            bundles.iter().map(|(dir, bundle)| (dir.as_path(), bundle.files.as_slice())).collect();
        files::write_sets(&sets, force)
    }

    /// The files of any certificate; the topmost known certificate stands in for a root that is not known.
    pub(crate) fn build(
        certificate: &Certificate,
        chain: &[Certificate],
        anchors: &[&Certificate],
        key_pem: Option<Zeroizing<Vec<u8>>>,
    ) -> Self {
        let chain_pem: String = chain.iter().map(Certificate::to_pem).collect();
        let topmost = [chain.last().unwrap_or(certificate)];
        let anchors = if anchors.is_empty() { &topmost } else { anchors };
        let ca_pem = anchors.iter().map(|anchor| anchor.to_pem()).collect();
        let pem = PemFiles::new(certificate.to_pem(), &chain_pem).into_files();
        let mut files: Vec<_> = pem.into_iter().map(|(name, text)| public(name, text)).collect();
        files.push(public("ca.pem", ca_pem));
        if let Some(bytes) = key_pem {
            files.push(OutputFile { name: "key.pem".to_owned(), bytes, secret: true });
        }
        Self { files }
    }
}

fn public(name: &str, text: String) -> OutputFile {
    OutputFile { name: name.to_owned(), bytes: Zeroizing::new(text.into_bytes()), secret: false }
}
