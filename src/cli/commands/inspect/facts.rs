//! What certificates, requests, CRLs and keys have in common, as a report and as labelled lines.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::keys::{KeyError, KeyRules, PublicKey, SignatureAlgorithm};
use crate::x509::display::hex;
use crate::x509::time::format_instant;
use crate::x509::{Extension, GeneralName, Name, describe, escape, oid};

/// A public key in a report.
#[derive(Debug, Clone, Serialize)]
pub(in crate::cli::commands) struct KeyFacts {
    /// What the key is: `EC P-256`. Absent where it cannot be read.
    pub kind: Option<String>,
    /// SHA-256 of the `SubjectPublicKeyInfo`, hex.
    pub sha256: Option<String>,
    /// The key identifier that certwright gives to it, hex.
    pub key_id: Option<String>,
    /// Why nobody should use it.
    pub weakness: Option<String>,
    /// Why it cannot be read.
    pub error: Option<String>,
}

impl KeyFacts {
    /// Describes a key, and judges its strength.
    pub(in crate::cli::commands) fn new(key: &PublicKey) -> Self {
        Self {
            kind: Some(key.kind().to_string()),
            sha256: Some(hex(&key.fingerprint())),
            key_id: Some(hex(&key.key_id())),
            weakness: weakness(key),
            error: None,
        }
    }

    /// Describes a key that may be of an unknown algorithm.
    pub(super) fn of(key: &Result<PublicKey, KeyError>) -> Self {
        match key {
            Ok(key) => Self::new(key),
            Err(error) => Self::unreadable(&error.to_string()),
        }
    }

    /// Says why a key cannot be described.
    pub(super) fn unreadable(why: &str) -> Self {
        Self { kind: None, sha256: None, key_id: None, weakness: None, error: Some(escape(why)) }
    }

    /// One line: what the key is, or why that cannot be said.
    pub(in crate::cli::commands) fn summary(&self) -> String {
        match (&self.kind, &self.error) {
            (Some(kind), _) => kind.clone(),
            (None, Some(error)) => error.clone(),
            (None, None) => "unknown".to_owned(),
        }
    }

    /// The lines about the key alone.
    pub(in crate::cli::commands) fn lines(&self) -> Vec<String> {
        let mut lines = vec![line("key", &self.summary())];
        let more = [("key SHA-256", &self.sha256), ("key id", &self.key_id), ("weakness", &self.weakness)];
        lines.extend(more.into_iter().filter_map(|(label, value)| Some(line(label, value.as_deref()?))));
        lines
    }
}

/// Why a key should not be used. Any sane RSA exponent passes: what others made with 3 is unusual, not broken.
fn weakness(key: &PublicKey) -> Option<String> {
    let rules = KeyRules { any_rsa_exponent: true, max_rsa_bits: 16_384, ..KeyRules::default() };
    key.check(&rules).err().map(|weakness| weakness.to_string())
}

/// An extension in a report.
#[derive(Debug, Clone, Serialize)]
pub(in crate::cli::commands) struct ExtensionFacts {
    oid: String,
    /// Its usual name, where it has one.
    name: Option<&'static str>,
    critical: bool,
    /// What it says, a fact a line.
    says: Vec<String>,
}

impl ExtensionFacts {
    pub(in crate::cli::commands) fn all(extensions: &[Extension]) -> Vec<Self> {
        extensions.iter().map(Self::new).collect()
    }

    fn new(extension: &Extension) -> Self {
        Self {
            oid: extension.oid.to_string(),
            name: oid::label(&extension.oid),
            critical: extension.critical,
            says: describe(extension),
        }
    }

    /// `keyUsage (critical): digitalSignature, keyEncipherment`.
    pub(in crate::cli::commands) fn line(&self) -> String {
        format!("{}: {}", self.heading(), self.says.join(", "))
    }

    fn heading(&self) -> String {
        format!("{}{}", self.name.unwrap_or(&self.oid), if self.critical { " (critical)" } else { "" })
    }

    /// `keyUsage (critical): digitalSignature`; what says more than one thing has a line for each.
    pub(super) fn lines(&self) -> Vec<String> {
        let heading = self.heading();
        match self.says.as_slice() {
            [one] => vec![line("extension", &format!("{heading}: {one}"))],
            [] => vec![line("extension", &heading)],
            several => {
                let mut lines = vec![line("extension", &format!("{heading}:"))];
                lines.extend(several.iter().map(|fact| line("", &format!("  {fact}"))));
                lines
            }
        }
    }
}

/// A labelled line: the value begins in column 17.
pub(in crate::cli::commands) fn line(label: &str, value: &str) -> String {
    format!("{label:<16}{value}").trim_end().to_owned()
}

/// Values under one label, which stands on the first line only.
pub(super) fn list(label: &str, values: &[String]) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    values.iter().zip(labels).map(|(value, label)| line(label, value)).collect()
}

/// The alternative names, one a line; the label tells whether they are critical, which their extension's line would.
pub(super) fn names(names: &[String], extensions: &[Extension]) -> Vec<String> {
    let critical = extensions.iter().any(|extension| extension.oid == oid::SUBJECT_ALT_NAME && extension.critical);
    list(if critical { "names, critical" } else { "names" }, names)
}

/// What a certificate or a request is for, for people: its subject, else its first name.
pub(in crate::cli::commands) fn title(subject: &Name, names: &[GeneralName]) -> String {
    match names.first() {
        Some(name) if subject.is_empty() => name.to_string(),
        _ => shown(subject),
    }
}

/// A name for people; an empty one is said to be empty.
pub(in crate::cli::commands) fn shown(name: &Name) -> String {
    if name.is_empty() { "(empty)".to_owned() } else { name.to_string() }
}

/// The name of a signature algorithm, or why it is not known.
pub(super) fn signature(der: &[u8]) -> String {
    match SignatureAlgorithm::from_der(der) {
        Ok(algorithm) => algorithm.name(),
        Err(KeyError::Unsupported(name)) => escape(&name),
        Err(error) => escape(&error.to_string()),
    }
}

/// `2027-01-31T00:00:00Z (89 days left)`, or how long it is past.
pub(in crate::cli::commands) fn until(end: OffsetDateTime, now: OffsetDateTime) -> String {
    let left = end - now;
    let told =
        if left.is_negative() { format!("expired {} ago", length(-left)) } else { format!("{} left", length(left)) };
    format!("{} ({told})", format_instant(end))
}

/// `2027-01-31T00:00:00Z`, and how far ahead it is if it is.
pub(super) fn from(start: OffsetDateTime, now: OffsetDateTime) -> String {
    let ahead = start - now;
    let shown = format_instant(start);
    if ahead.is_positive() { format!("{shown} (in {})", length(ahead)) } else { shown }
}

/// A length of time in the largest unit of which there are at least two: `89 days`, `36 hours`, `1 second`.
pub(super) fn length(time: Duration) -> String {
    let seconds = time.whole_seconds();
    for (unit, size) in [("days", 86_400), ("hours", 3_600), ("minutes", 60)] {
        if seconds >= 2 * size {
            return format!("{} {unit}", seconds / size);
        }
    }
    if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::time::parse_instant;

    #[test]
    fn lengths_of_time_are_told_in_a_fitting_unit() {
        for (seconds, told) in [
            (90 * 86_400, "90 days"),
            (2 * 86_400 - 1, "47 hours"),
            (3 * 3_600, "3 hours"),
            (119 * 60, "119 minutes"),
            (119, "119 seconds"),
            (1, "1 second"),
            (0, "0 seconds"),
        ] {
            assert_eq!(length(Duration::seconds(seconds)), told);
        }
    }

    #[test]
    fn ends_say_how_far_they_are() {
        let now = parse_instant("2026-01-01").unwrap();
        let at = |text| parse_instant(text).unwrap();
        assert_eq!(until(at("2026-01-11"), now), "2026-01-11T00:00:00Z (10 days left)");
        assert_eq!(until(at("2025-12-22"), now), "2025-12-22T00:00:00Z (expired 10 days ago)");
        assert_eq!(from(at("2026-01-11"), now), "2026-01-11T00:00:00Z (in 10 days)");
        assert_eq!(from(at("2025-12-22"), now), "2025-12-22T00:00:00Z");
    }
}
