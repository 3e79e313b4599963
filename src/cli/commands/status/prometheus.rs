//! The state of a store as metrics, in the Prometheus text exposition format 0.0.4.

use std::fmt::Write;

use time::OffsetDateTime;

use crate::ca::Status;
use crate::store::{State, StoreError};
use crate::x509::time::parse_instant;

/// All metrics. Every valid certificate has one, with its end; alerts can have limits of their own.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn metrics(state: &State, status: &Status, now: OffsetDateTime) -> Result<String, StoreError> {
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
    ends(&mut text, name, state)?;
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
    Ok(text)
}

/// The newest certificate of every name that is not revoked. Those that are expired are told, too.
fn ends(text: &mut String, name: &str, state: &State) -> Result<(), StoreError> {
    state.for_each_in_lineage::<StoreError>(&mut |row, newest| {
        if !newest || row.lineage.starts_with("authority-") {
            return Ok(());
        }
        if state.revocation_of(row.authority, row.serial)?.is_none() {
            let labels = [("lineage", row.lineage), ("profile", row.profile), ("authority", row.authority)];
            instant(text, name, &labels, row.not_after);
        }
        Ok(())
    })
}

fn instant(text: &mut String, name: &str, labels: &[(&str, &str)], instant: &str) {
    if let Ok(instant) = parse_instant(instant) {
        sample(text, name, labels, instant.unix_timestamp());
    }
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: i64) {
    text.extend(["certwright_", name]);
    for (index, (name, value)) in labels.iter().enumerate() {
        text.extend([if index == 0 { "{" } else { "," }, name, "=\""]);
        // What is not printed, then as a label's value is: backslash, quote and newline are escaped.
        let value = crate::cli::text::visible(value);
        let mut rest = value.as_str();
        while let Some((plain, from)) = rest.find(['\\', '"', '\n']).and_then(|at| rest.split_at_checked(at)) {
            let escape = if from.starts_with('\n') {
                "\\n"
            } else if from.starts_with('"') {
                "\\\""
            } else {
                "\\\\"
            };
            text.extend([plain, escape]);
            rest = from.get(1..).unwrap_or_default();
        }
        text.extend([rest, "\""]);
    }
    // Writing to a string does not fail.
    let _ = writeln!(text, "{} {value}", if labels.is_empty() { "" } else { "}" });
}
