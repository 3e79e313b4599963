//! What journal lines are found by.

use ring::digest::{Context, SHA256};

use crate::store::Event;

/// Something that lines are found by: a hash. Two that meet by chance are told apart by the lines themselves.
pub(in crate::store) type Term = u64;

/// The kinds of terms.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Kind {
    /// A certificate by its serial.
    Serial = 1,
    /// Certificates by lineage.
    Lineage = 2,
    /// Certificates by the SHA-256 of their key.
    Key = 3,
    /// Certificates by subject.
    Subject = 4,
    /// What an authority revoked, released and published.
    Revocations = 5,
    /// Revocation and release of one certificate.
    Revoked = 6,
    /// Deliveries of a lineage.
    Deliveries = 7,
    /// Deliveries to a place.
    Site = 8,
}

/// The term of a text.
pub(in crate::store) fn term(kind: Kind, text: &str) -> Term {
    pair(kind, text, "")
}

/// The term of two texts.
pub(in crate::store) fn pair(kind: Kind, first: &str, second: &str) -> Term {
    let mut context = Context::new(&SHA256);
    context.update(&[kind as u8]);
    context.update(first.as_bytes());
    context.update(&[0]);
    context.update(second.as_bytes());
    let mut octets = [0; 8];
    for (to, from) in octets.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    u64::from_be_bytes(octets)
}

/// What a line is found by.
pub(super) fn terms(event: &Event) -> Vec<Term> {
    let revocation = |authority: &str, serial: &str| {
        vec![term(Kind::Revocations, authority), pair(Kind::Revoked, authority, serial)]
    };
    match event {
        Event::CertificateIssued(record) | Event::CertificateImported(record) => vec![
            term(Kind::Serial, &record.serial),
            term(Kind::Lineage, &record.lineage),
            term(Kind::Key, &record.key_sha256),
            term(Kind::Subject, &record.subject),
        ],
        Event::CertificateRevoked(record) => revocation(&record.authority, &record.serial),
        Event::CertificateReleased { authority, serial } => revocation(authority, serial),
        Event::CrlIssued(record) => vec![term(Kind::Revocations, &record.authority)],
        Event::Delivered { deliveries } => {
            let lineages = deliveries.iter().map(|one| term(Kind::Deliveries, &one.lineage));
            let sites = deliveries.iter().map(|one| term(Kind::Site, &one.site()));
            let mut found: Vec<Term> = lineages.chain(sites).collect();
            found.sort_unstable();
            found.dedup();
            found
        }
        Event::DeliveryForgotten { lineage, .. } => vec![term(Kind::Deliveries, lineage)],
        Event::AuthorityAdded(_)
        | Event::AuthorityRequested { .. }
        | Event::CheckpointSigned(_)
        | Event::ClockAccepted { .. }
        | Event::SettingsChanged { .. }
        | Event::StoreCreated { .. } => Vec::new(),
    }
}
