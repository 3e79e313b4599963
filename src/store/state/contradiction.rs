//! What cannot follow what the journal says already.

use std::collections::HashSet;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::State;
use crate::store::delivery;
use crate::store::naming::{authority_name, is_serial, is_word};
use crate::store::revocation;
use crate::store::{CertificateRecord, DeliveryRecord, Event};
use crate::x509::RevokedEntry;

impl State {
    /// Why an event cannot follow what is here and the authorities that its transaction adds; also keeps whatever becomes a
    /// path a safe word.
    pub(in crate::store) fn contradiction(&self, event: &Event, added: &HashSet<&str>) -> Option<String> {
        let begun = !self.store_id.is_empty();
        match event {
            Event::StoreCreated { .. } if begun => Some("the store began before".to_owned()),
            Event::StoreCreated { store_id } if store_id.is_empty() => Some("the store has no id".to_owned()),
            Event::StoreCreated { .. } => None,
            _ if !begun => Some("the journal does not begin with store-created".to_owned()),
            Event::AuthorityRequested { authority, .. } => unfit_authority(authority),
            Event::AuthorityAdded(record) => unfit_authority(&record.authority),
            Event::CertificateIssued(record) | Event::CertificateImported(record) => self.unfit_certificate(record),
            Event::CertificateRevoked(record) => self
                .unknown_authority(&record.authority, added)
                .or_else(|| record.entry().err())
                .or_else(|| match self.said_of(&record.authority, &record.serial) {
                    Ok(found) => revocation::revoke_contradiction(record, found.as_ref()),
                    Err(why) => Some(why),
                }),
            Event::CertificateReleased { authority, serial } => {
                self.unknown_authority(authority, added).or_else(|| match self.said_of(authority, serial) {
                    Ok(found) => revocation::release_contradiction(serial, found.as_ref()),
                    Err(why) => Some(why),
                })
            }
            // The head is that before the transaction. A line may have been rewritten, and all hashes after it.
            Event::CheckpointSigned(record) if !self.head.is_empty() && record.head != self.head => Some(format!(
                "the checkpoint of authority {} tells of another line {}: that line, or one before it, was rewritten",
                record.authority, record.through
            )),
            Event::CheckpointSigned(record) => self.unknown_authority(&record.authority, added),
            Event::CrlIssued(record) => self
                .unknown_authority(&record.authority, added)
                .or_else(|| self.standing(&record.authority).contradiction(record)),
            Event::Delivered { deliveries } => deliveries.iter().find_map(unfit_delivery),
            Event::DeliveryForgotten { lineage, path } => unfit_lineage(lineage).or_else(|| delivery::unfit_path(path)),
            Event::ClockAccepted { latest } => {
                OffsetDateTime::parse(latest, &Rfc3339).err().map(|_| "its time is no RFC 3339 instant".to_owned())
            }
            Event::SettingsChanged { .. } => None,
        }
    }

    fn unknown_authority(&self, name: &str, added: &HashSet<&str>) -> Option<String> {
        let known = self.authorities.contains_key(name) || added.contains(name);
        (!known).then(|| "the authority is not in the store".to_owned())
    }

    /// What is said of a serial as a line has it.
    fn said_of(&self, authority: &str, serial: &str) -> Result<Option<RevokedEntry>, String> {
        let serial = revocation::read_serial(serial)?;
        self.revocation(authority, &serial).map_err(|error| error.to_string())
    }
}

impl State {
    fn taken(&self, serial: &str) -> Option<String> {
        match self.has_serial(serial) {
            Ok(taken) => taken.then(|| format!("the serial {serial} was issued before")),
            Err(error) => Some(error.to_string()),
        }
    }

    fn unfit_certificate(&self, record: &CertificateRecord) -> Option<String> {
        if !is_serial(&record.serial) {
            Some("the serial is not lower-case hex".to_owned())
        } else if let Some(why) = self.taken(&record.serial) {
            Some(why)
        } else if let Some(why) = unfit_lineage(&record.lineage) {
            Some(why)
        } else if record.authority.is_empty() {
            None
        } else {
            unfit_authority(&record.authority)
        }
    }
}

fn unfit_delivery(record: &DeliveryRecord) -> Option<String> {
    let serial = (!is_serial(&record.serial)).then(|| "the serial is not lower-case hex".to_owned());
    serial.or_else(|| unfit_lineage(&record.lineage)).or_else(|| record.unfit())
}

fn unfit_lineage(name: &str) -> Option<String> {
    (!is_word(name)).then(|| "the lineage is no path-safe word".to_owned())
}

fn unfit_authority(name: &str) -> Option<String> {
    authority_name(name).err().map(|error| error.to_string())
}
