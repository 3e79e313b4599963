//! A keystore, as a report and as labelled lines.

use serde::Serialize;
use time::OffsetDateTime;

use super::certificate::CertificateFacts;
use super::facts::{self, KeyFacts, line};
use crate::container::{Content, Entry, Integrity, Opened, OpenedContent, OpenedEntry};
use crate::keys::{KeyError, PrivateKey};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, escape};

/// What a keystore or truststore holds.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct KeystoreFacts {
    /// `PKCS#12`, `JKS`, `JCEKS`, `PEM`.
    format: &'static str,
    /// `verified`, `unchecked` (no password to do it with), `none`.
    integrity: &'static str,
    protection: Vec<String>,
    entries: Vec<EntryFacts>,
    /// What is in it and not shown, with the reason.
    skipped: Vec<String>,
}

/// One entry.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct EntryFacts {
    alias: String,
    /// `key`, `trusted`, or `certificate` where PKCS#12 does not say that it is trusted: Java does not list it.
    kind: &'static str,
    created: Option<String>,
    /// The private key, absent for certificates.
    key: Option<KeyFacts>,
    certificates: Vec<CertificateFacts>,
    /// What people read: one line for each certificate.
    #[serde(skip)]
    titles: Vec<String>,
}

impl KeystoreFacts {
    pub(in crate::cli::commands) fn new(opened: &Opened, now: OffsetDateTime) -> Self {
        Self {
            format: opened.format,
            integrity: match opened.integrity {
                Integrity::None => "none",
                Integrity::Unchecked => "unchecked",
                Integrity::Verified => "verified",
            },
            protection: opened.protection.clone(),
            entries: opened.entries.iter().map(|entry| EntryFacts::opened(entry, now)).collect(),
            skipped: opened.skipped.clone(),
        }
    }

    /// Labelled lines about the file.
    pub(in crate::cli::commands) fn head(&self) -> Vec<String> {
        let mut lines = vec![line("format", self.format), line("integrity", self.integrity)];
        lines.extend(facts::list("protection", &self.protection));
        lines.extend(facts::list("not shown", &self.skipped));
        lines.push(line("entries", &self.entries.len().to_string()));
        lines
    }

    /// Labelled lines about the file, then about each entry.
    pub(in crate::cli::commands) fn lines(&self) -> Vec<String> {
        let mut lines = self.head();
        for entry in &self.entries {
            lines.push(String::new());
            lines.extend(entry.lines());
        }
        lines
    }

    /// A row for each certificate: alias, kind, subject, end, fingerprint.
    pub(in crate::cli::commands) fn rows(&self) -> Vec<Vec<String>> {
        let row = |entry: &EntryFacts| {
            let title = entry.titles.first().cloned().unwrap_or_default();
            let (end, fingerprint) =
                entry.certificates.first().map(CertificateFacts::end_and_fingerprint).unwrap_or_default();
            vec![entry.alias.clone(), entry.kind.to_owned(), title, end, fingerprint]
        };
        self.entries.iter().map(row).collect()
    }
}

impl EntryFacts {
    /// An entry that was written.
    pub(in crate::cli::commands) fn new(entry: &Entry, now: OffsetDateTime) -> Self {
        match &entry.content {
            Content::Key { key, chain } => {
                Self::build(&entry.alias, "key", Some(KeyFacts::new(key.public_key())), chain, now)
            }
            Content::Trusted(certificate) => {
                Self::build(&entry.alias, "trusted", None, std::slice::from_ref(certificate), now)
            }
        }
    }

    fn opened(entry: &OpenedEntry, now: OffsetDateTime) -> Self {
        let mut facts = match &entry.content {
            OpenedContent::Certificate { certificate, trusted } => {
                let kind = if *trusted { "trusted" } else { "certificate" };
                Self::build(&entry.alias, kind, None, std::slice::from_ref(certificate), now)
            }
            OpenedContent::Key { key, chain } => Self::build(&entry.alias, "key", Some(key_facts(key)), chain, now),
        };
        facts.created = entry.created.map(format_instant);
        facts
    }

    fn build(
        alias: &str,
        kind: &'static str,
        key: Option<KeyFacts>,
        certificates: &[Certificate],
        now: OffsetDateTime,
    ) -> Self {
        let titles =
            certificates.iter().map(|certificate| facts::title(&certificate.subject, &certificate.subject_alt_names));
        Self {
            alias: alias.to_owned(),
            kind,
            created: None,
            key,
            titles: titles.collect(),
            certificates: certificates.iter().map(|certificate| CertificateFacts::new(certificate, now)).collect(),
        }
    }

    /// One line: alias, kind and certificates.
    pub(in crate::cli::commands) fn summary(&self) -> String {
        let kind = match &self.key {
            Some(key) => format!("private key ({})", key.summary()),
            None => "certificate".to_owned(),
        };
        format!("  {}: {kind}, {}", escape(&self.alias), self.titles.join(" < "))
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![line("alias", &escape(&self.alias))];
        lines.push(line(
            "kind",
            match self.kind {
                "key" => "private key",
                "trusted" => "trusted certificate",
                _ => "certificate (not marked as trusted: Java does not list it)",
            },
        ));
        lines.extend(self.created.iter().map(|created| line("created", created)));
        if let Some(key) = &self.key {
            lines.extend(key.lines());
            if self.certificates.is_empty() {
                lines.push(line("certificate", "none"));
            }
        }
        for (facts, title) in self.certificates.iter().zip(&self.titles) {
            lines.push(line("certificate", title));
            lines.extend(facts.short_lines());
        }
        lines
    }
}

fn key_facts(key: &Result<PrivateKey, KeyError>) -> KeyFacts {
    match key {
        Ok(key) => KeyFacts::new(key.public_key()),
        Err(error) => KeyFacts::unreadable(&match error {
            KeyError::WrongPassphrase => "its password is another one than the file's (--keypass SRC)".to_owned(),
            KeyError::PassphraseNeeded => "not opened: no password was given".to_owned(),
            other => other.to_string(),
        }),
    }
}
