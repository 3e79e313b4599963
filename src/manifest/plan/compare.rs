//! What a certificate would say differently if it were issued now.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use crate::issuance::{Profile, Validity};
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, Extension, Oid, describe, oid};

/// What differs, one phrase each. Serial, dates, key and signature are not looked at; nor are the key identifiers, which follow
/// from the keys.
pub(super) fn differences(old: &Certificate, new: &Certificate) -> Vec<String> {
    let mut why = Vec::new();
    if old.subject != new.subject {
        why.push(format!("subject {} → {}", shown(old), shown(new)));
    }
    why.extend(names(old, new));
    let compared = |extension: &&Extension| {
        ![oid::SUBJECT_ALT_NAME, oid::SUBJECT_KEY_IDENTIFIER, oid::AUTHORITY_KEY_IDENTIFIER].contains(&extension.oid)
    };
    let oids: BTreeSet<&Oid> =
        old.extensions.iter().chain(&new.extensions).filter(compared).map(|extension| &extension.oid).collect();
    for one in oids {
        let (before, after) = (old.extension(one), new.extension(one));
        if before != after {
            let name = oid::label(one).map_or_else(|| one.to_string(), str::to_owned);
            let says = |extension: Option<&Extension>| {
                extension.map_or_else(|| "none".to_owned(), |extension| describe(extension).join(", "))
            };
            why.push(format!("{name} {} → {}", says(before), says(after)));
        }
    }
    why
}

fn shown(certificate: &Certificate) -> String {
    match certificate.subject.is_empty() {
        true => "(empty)".to_owned(),
        false => certificate.subject.to_string(),
    }
}

fn names(old: &Certificate, new: &Certificate) -> Option<String> {
    let all = |certificate: &Certificate| -> BTreeSet<String> {
        certificate.subject_alt_names.iter().map(ToString::to_string).collect()
    };
    let (before, after) = (all(old), all(new));
    let added = after.difference(&before).map(|name| format!("+{name}"));
    let gone = before.difference(&after).map(|name| format!("-{name}"));
    let changes: Vec<String> = added.chain(gone).collect();
    match changes.is_empty() {
        false => Some(format!("names {}", changes.join(" "))),
        true => {
            let is_critical = |certificate: &Certificate| {
                certificate.extension(&oid::SUBJECT_ALT_NAME).is_some_and(|extension| extension.critical)
            };
            (is_critical(old) != is_critical(new)).then(|| "the names are critical, or no longer".to_owned())
        }
    }
}

/// Whether a certificate lives shorter or longer than it was asked to. A length counts from a moment within the backdating, and one
/// in months may have a few days more or less; what ends with its issuer had no choice.
pub(super) fn validity_differs(
    old: &Certificate,
    validity: &Validity,
    profile: &Profile,
    above: &[Certificate],
    now: OffsetDateTime,
    preview: &Certificate,
) -> Option<String> {
    if let Some(begin) = validity.not_before.filter(|begin| *begin != old.not_before) {
        return Some(format!("begins {} → {}", format_instant(old.not_before), format_instant(begin)));
    }
    if let Some(end) = validity.not_after {
        return (end != old.not_after)
            .then(|| format!("ends {} → {}", format_instant(old.not_after), format_instant(end)));
    }
    let span: Span = validity.span.unwrap_or_else(|| profile.default_validity());
    let last = above.iter().map(|certificate| certificate.not_after).min();
    let backdate = (now - preview.not_before).max(Duration::minutes(5));
    let slack = if span.months > 0 { Duration::days(3) } else { Duration::seconds(1) };
    let (Ok(earliest), Ok(latest)) = (span.after(old.not_before), span.after(old.not_before.saturating_add(backdate)))
    else {
        return None;
    };
    let fits = (earliest.saturating_sub(slack)..=latest.saturating_add(slack)).contains(&old.not_after);
    let was_cut = last == Some(old.not_after) && old.not_after < latest;
    // A whole number of days is what people think in.
    let days = |length: Duration| format!("{} days", (length.whole_hours() + 12) / 24);
    (!fits && !was_cut).then(|| format!("validity {} → {span}", days(old.not_after - old.not_before)))
}
