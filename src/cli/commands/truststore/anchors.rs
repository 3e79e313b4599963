//! The certificates that go into a truststore: roots of the store, files, the system's own.

use std::path::{Path, PathBuf};

use crate::ca;
use crate::cli::{CliError, Context, files};
use crate::container::{Content, Entry};
use crate::store::{State, lineage_name};
use crate::x509::{Certificate, GeneralName, pem};

/// Where systems keep all their anchors in one file, in the order in which Go looks for them.
const SYSTEM_BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// Largest bundle that is read, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// Anchors in their order, each certificate once.
#[derive(Default)]
pub(in crate::cli::commands) struct Anchors {
    found: Vec<(String, Certificate)>,
    seen: std::collections::HashSet<[u8; 32]>,
}

impl Anchors {
    /// The roots of every authority in the store, older ones that are still valid included, but none that another one has replaced
    /// for good.
    pub(super) fn add_store(&mut self, cx: &mut Context, state: &State) -> Result<(), CliError> {
        let mut all = Self::default();
        for name in state.authorities.keys() {
            all.add_authority(cx, state, name)?;
        }
        for (alias, anchor) in all.found {
            if !ca::is_superseded(state, &anchor) {
                self.add(alias, anchor);
            }
        }
        Ok(())
    }

    /// The root above an authority: of its newest certificate, and of older ones that are still valid; during a rollover the other
    /// root as well.
    pub(super) fn add_authority(&mut self, cx: &mut Context, state: &State, name: &str) -> Result<(), CliError> {
        let newest = ca::resolve(state, Some(name))?;
        let now = cx.now();
        for top in ca::tops_above(state, name, now) {
            let (record, anchor) = top?;
            // What is above it was not all known then.
            if record != newest && record.certificate == newest.certificate {
                continue;
            }
            if !anchor.is_root() {
                cx.ui.warn(&format!(
                    "the root above authority {name} is not known here: {} is taken, which OpenSSL trusts only with \
                     -partial_chain",
                    anchor.subject
                ));
            }
            self.add(alias(state, &anchor), anchor);
        }
        for anchor in newest.rollover.anchors()? {
            self.add(alias(state, &anchor), anchor);
        }
        Ok(())
    }

    /// Every certificate of a file in PEM or DER.
    pub(in crate::cli::commands) fn add_file(&mut self, cx: &mut Context, path: &Path) -> Result<(), CliError> {
        let bytes = files::read(cx, path, MAX_SIZE)?;
        let certificates =
            pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(path.display()))?;
        for certificate in certificates {
            if !certificate.is_ca() && !certificate.is_self_issued() {
                cx.ui.warn(&format!("{}: {} is no authority's certificate", path.display(), certificate.subject));
            }
            let alias = name_of(&certificate);
            self.add(alias, certificate);
        }
        Ok(())
    }

    /// The system's bundle.
    pub(in crate::cli::commands) fn add_system(&mut self, cx: &mut Context) -> Result<(), CliError> {
        let bundle = SYSTEM_BUNDLES.iter().map(PathBuf::from).find(|path| files::is_regular(path));
        let bundle = bundle.ok_or_else(|| {
            CliError::failed("this system has no bundle of anchors where one is usually found")
                .hint(format!("name it as FILE instead of --system; looked for were {}", SYSTEM_BUNDLES.join(", ")))
        })?;
        self.add_file(cx, &bundle)
    }

    /// A root that is at hand.
    pub(in crate::cli::commands) fn add_own(&mut self, certificate: Certificate) {
        let alias = name_of(&certificate);
        self.add(alias, certificate);
    }

    pub(in crate::cli::commands) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.found.iter().map(|(_, certificate)| certificate)
    }

    /// The anchors as entries; where names are equal, a number is added.
    pub(in crate::cli::commands) fn into_entries(self) -> Vec<Entry> {
        let mut taken = std::collections::HashSet::new();
        let mut unique = |alias: String, certificate| {
            let numbered = (2..).map(|number| format!("{alias}-{number}"));
            let free = std::iter::once(alias.clone()).chain(numbered).find(|alias| taken.insert(alias.to_lowercase()));
            Entry { alias: free.unwrap_or(alias), content: Content::Trusted(certificate) }
        };
        self.found.into_iter().map(|(alias, certificate)| unique(alias, certificate)).collect()
    }

    fn add(&mut self, alias: String, certificate: Certificate) {
        if self.seen.insert(certificate.fingerprint()) {
            self.found.push((alias, certificate));
        }
    }
}

/// The name of the authority that it is, where it is one of the store's.
fn alias(state: &State, anchor: &Certificate) -> String {
    let own = state.authorities.values().find(|other| other.certificate().is_ok_and(|own| own == *anchor));
    own.map_or_else(|| name_of(anchor), |own| own.authority.clone())
}

/// A word for a certificate that has no name of its own: from its common name, else its subject.
fn name_of(certificate: &Certificate) -> String {
    let subject = &certificate.subject;
    let alternative = || certificate.subject_alt_names.first().map(GeneralName::value).filter(|_| subject.is_empty());
    let text = subject.common_name().or_else(alternative).unwrap_or_else(|| subject.to_string());
    let mut word = String::with_capacity(text.len());
    for character in text.to_lowercase().chars() {
        let keep = character.is_alphanumeric() || matches!(character, '.' | '_');
        if keep {
            word.push(character);
        } else if !word.ends_with('-') {
            word.push('-');
        }
    }
    let word: String = word.trim_matches(['-', '.']).chars().take(100).collect();
    // What PKCS#12 has no place for gets a word in ASCII.
    let fits = !word.is_empty() && word.chars().all(|character| u32::from(character) <= 0xffff);
    match (fits, text.is_empty()) {
        (true, _) => word,
        (false, true) => "anchor".to_owned(),
        (false, false) => lineage_name(&text),
    }
}
