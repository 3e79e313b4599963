//! The state of a store as metrics, in the Prometheus text exposition format 0.0.4.

use std::collections::HashMap;
use std::fmt::Write;

use time::OffsetDateTime;

use crate::ca::Status;
use crate::store::State;
use crate::x509::time::parse_instant;

/// All metrics. Every valid certificate has one, with its end; alerts can have limits of their own.
pub(super) fn metrics(state: &State, status: &Status, now: OffsetDateTime) -> String {
    let mut text = String::new();
    let head = |text: &mut String, name: &str, help: &str| {
        // Writing to a string does not fail.
        let _ = write!(text, "# HELP certwright_{name} {help}\n# TYPE certwright_{name} gauge\n");
    };
    let counts = &status.counts;
    head(&mut text, "certificates", "Certificates in the store by state.");
    for (label, count) in [
        ("valid", counts.valid),
        ("superseded", counts.superseded),
        ("expired", counts.expired),
        ("revoked", counts.revoked),
        ("on_hold", counts.on_hold),
    ] {
        sample(&mut text, "certificates", &[("state", label)], count as i64);
    }
    head(&mut text, "due", "Things that need attention by kind.");
    for (kind, count) in status.due() {
        sample(&mut text, "due", &[("kind", kind)], i64::try_from(count).unwrap_or(i64::MAX));
    }
    let name = "certificate_not_after_timestamp_seconds";
    head(&mut text, name, "End of the newest certificate of a name, unless it is revoked.");
    for record in newest(state) {
        let labels =
            [("lineage", record.lineage.as_str()), ("profile", &record.profile), ("authority", &record.authority)];
        instant(&mut text, name, &labels, &record.not_after);
    }
    head(&mut text, "authority_not_after_timestamp_seconds", "End of an authority's certificate.");
    for one in &status.authorities {
        let labels = [("authority", one.authority.as_str())];
        instant(&mut text, "authority_not_after_timestamp_seconds", &labels, &one.not_after);
    }
    head(&mut text, "authority_revoked", "Whether an authority, or one above it, is revoked.");
    for one in &status.authorities {
        sample(&mut text, "authority_revoked", &[("authority", &one.authority)], i64::from(one.revoked));
    }
    head(&mut text, "crl_next_update_timestamp_seconds", "When the newest CRL of an authority lapses.");
    for one in &status.crls {
        let labels = [("authority", one.authority.as_str()), ("kind", one.kind)];
        if let Some(next) = &one.next_update {
            instant(&mut text, "crl_next_update_timestamp_seconds", &labels, next);
        }
    }
    head(&mut text, "crl_due", "Whether the next CRL of an authority is due.");
    for one in &status.crls {
        let labels = [("authority", one.authority.as_str()), ("kind", one.kind)];
        sample(&mut text, "crl_due", &labels, i64::from(one.attention.is_some()));
    }
    head(&mut text, "status_timestamp_seconds", "When this was found out.");
    sample(&mut text, "status_timestamp_seconds", &[], now.unix_timestamp());
    text
}

/// The newest certificate of every name that is not revoked, sorted by name. Those that are expired are told, too.
fn newest(state: &State) -> Vec<&crate::store::CertificateRecord> {
    let mut newest = HashMap::new();
    for record in state.certificates.iter().filter(|record| !record.lineage.starts_with("authority-")) {
        newest.insert(record.lineage.as_str(), record);
    }
    let revoked = |record: &&crate::store::CertificateRecord| {
        record.serial().and_then(|serial| state.revocation(&record.authority, &serial)).is_some()
    };
    let mut all: Vec<_> = newest.into_values().filter(|record| !revoked(record)).collect();
    all.sort_by(|a, b| a.lineage.cmp(&b.lineage));
    all
}

fn instant(text: &mut String, name: &str, labels: &[(&str, &str)], instant: &str) {
    if let Ok(instant) = parse_instant(instant) {
        sample(text, name, labels, instant.unix_timestamp());
    }
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: i64) {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    // Writing to a string does not fail.
    let _ = writeln!(text, "certwright_{name}{labels} {value}");
}

/// A label's value: backslash, quote and newline are escaped.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
