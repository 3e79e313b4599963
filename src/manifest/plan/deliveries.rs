//! Files of certificates: whether what was delivered is still there.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{Action, DeliveryWork, Facts, Kind, Plan, Seen, Step, Work};
use crate::container::target::Target;
use crate::manifest::model::{Certificate, Delivery, Place, StoreFormat, format_of};
use crate::store::{CertificateRecord, DeliveryForm, DeliveryRecord};

/// What is to be done for the files of a certificate that is as described.
pub(super) fn plan(facts: &Facts<'_>, name: &str, certificate: &Certificate, record: &CertificateRecord) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, delivery) in certificate.deliver.iter().enumerate() {
        let Some(place) = delivery.place() else { continue };
        let known = facts.delivered(&record.lineage).iter().find(|known| is_at(known, delivery));
        let (action, why) = match known {
            None => (Action::Create, vec![format!("not delivered yet to {}", place.path().display())]),
            Some(known) => (Action::Change, rewritten(facts, stale(facts, delivery, place, record, known), known)),
        };
        if !why.is_empty() {
            let work = Work::Delivery(DeliveryWork { certificate: name.to_owned(), index });
            steps.push(Step { action, kind: Kind::Delivery, name: name.to_owned(), why, follows: false, work });
        }
    }
    steps
}

/// Says whose files go where those of another certificate take their place: one that is not described any more, or not here.
pub(super) fn note_replaced(facts: &Facts<'_>, plan: &mut Plan) {
    let mut there: HashMap<&str, Vec<&DeliveryRecord>> = HashMap::new();
    for known in facts.deliveries.values().flatten() {
        there.entry(&known.path).or_default().push(known);
    }
    let described: HashSet<String> =
        facts.manifest.certificates.keys().map(|name| Certificate::lineage(name)).collect();
    for step in &plan.steps {
        let Some(certificate) = facts.manifest.certificates.get(&step.name) else { continue };
        let deliveries = match &step.work {
            Work::Certificate(_) => certificate.deliver.as_slice(),
            Work::Delivery(work) => certificate.deliver.get(work.index).map_or(&[][..], std::slice::from_ref),
            _ => continue,
        };
        for delivery in deliveries {
            let path = delivery.place().and_then(|place| place.path().to_str());
            let known = path.and_then(|path| there.get(path)).into_iter().flatten();
            for known in known.filter(|known| is_at(known, delivery) && !described.contains(&known.lineage)) {
                let (path, name) = (&known.path, &step.name);
                plan.notes.push(format!("{path}: the files of {} go, those of {name} take their place", known.lineage));
            }
        }
    }
}

/// Why files have to be written again.
fn stale(
    facts: &Facts<'_>,
    delivery: &Delivery,
    place: Place<'_>,
    record: &CertificateRecord,
    known: &DeliveryRecord,
) -> Vec<String> {
    let path = place.path().display();
    if !is_form(delivery, place, &record.lineage, &known.form) {
        return vec![format!("{path}: another form")];
    }
    if known.serial != record.serial {
        return vec![format!("{path} holds an older certificate")];
    }
    if known.pending {
        return vec![format!("{path} was not written to its end")];
    }
    altered(facts, known)
}

/// Why files are written again: because that is wished, if for no other reason.
pub(super) fn rewritten(facts: &Facts<'_>, mut why: Vec<String>, known: &DeliveryRecord) -> Vec<String> {
    if why.is_empty() && facts.situation.rewrite {
        why.push(format!("{} is written again", known.path));
    }
    why
}

/// What became of the files of a delivery.
pub(super) fn altered(facts: &Facts<'_>, known: &DeliveryRecord) -> Vec<String> {
    let dir = known.dir();
    if known.files.is_empty() {
        // Nothing says what was in it: it has to be there, no more.
        let main = if known.file.is_empty() { PathBuf::from(&known.path) } else { dir.join(&known.file) };
        return match facts.look(&main) {
            Seen::Missing => vec![format!("{} is missing", main.display())],
            Seen::File { loose: true, .. } if is_secret(&known.form, "") => vec![open(&main)],
            Seen::File { .. } | Seen::Other | Seen::Unreadable | Seen::NotLooked => Vec::new(),
        };
    }
    let check = |(name, digest): (&String, &String)| {
        let file = dir.join(name);
        match facts.look(&file) {
            Seen::Missing => Some(format!("{} is missing", file.display())),
            Seen::NotLooked => None,
            Seen::File { sha256, loose } if sha256 == *digest => {
                (loose && is_secret(&known.form, name)).then(|| open(&file))
            }
            Seen::Unreadable => Some(format!("{} cannot be read", file.display())),
            Seen::File { .. } | Seen::Other => Some(format!("{} was changed", file.display())),
        }
    };
    known.files.iter().filter_map(check).collect()
}

fn open(file: &Path) -> String {
    format!("{} is open to others", file.display())
}

/// Whether the private key is in a file of a delivery.
fn is_secret(form: &DeliveryForm, name: &str) -> bool {
    match form {
        DeliveryForm::Bundle { .. } => name == "key.pem",
        DeliveryForm::Keystore { .. } => true,
        DeliveryForm::Certificate { .. } | DeliveryForm::Truststore { .. } => false,
        DeliveryForm::Export { target, role, format, .. } => Target::get(target).is_ok_and(|target| {
            let mut layouts = target.layouts().filter(|layout| layout.role() == role && layout.format() == format);
            layouts.any(|layout| layout.outline().iter().any(|file| file.secret && fits(&file.name, name)))
        }),
    }
}

/// Whether a name may be one that a template gives, whatever its variables are.
fn fits(template: &str, name: &str) -> bool {
    match (template.split_once("{{"), template.rsplit_once("}}")) {
        (Some((first, _)), Some((_, last))) => name.starts_with(first) && name.ends_with(last),
        _ => template == name,
    }
}

/// Whether a delivery that was recorded is one that is described.
pub(super) fn is_at(known: &DeliveryRecord, delivery: &Delivery) -> bool {
    let Some(place) = delivery.place() else { return false };
    let same_path = Path::new(&known.path) == place.path();
    same_path
        && match (place, &known.form) {
            (Place::Pem(_), form) => matches!(form, DeliveryForm::Bundle { .. }),
            (Place::Certificate(_) | Place::Keystore(_), _) => known.file.is_empty(),
            // One directory may have the files of several roles.
            (Place::Export(target, _), DeliveryForm::Export { target: known, role, .. }) => {
                known == target && delivery.role.as_ref().is_none_or(|asked| asked == role)
            }
            (Place::Export(..), _) => false,
        }
}

fn is_form(delivery: &Delivery, place: Place<'_>, lineage: &str, form: &DeliveryForm) -> bool {
    let preset = |known: &Option<String>| {
        let asked = delivery.preset.unwrap_or_default();
        known.as_deref().unwrap_or(crate::container::Preset::default().name()) == asked.name()
    };
    match (place, form) {
        (Place::Pem(_), DeliveryForm::Bundle { key, encrypted }) => {
            *key == delivery.key.unwrap_or(true) && *encrypted == delivery.passphrase.is_some()
        }
        (Place::Certificate(_), DeliveryForm::Certificate { fullchain }) => {
            *fullchain == delivery.fullchain.unwrap_or(false)
        }
        (Place::Export(..), DeliveryForm::Export { role, format, preset: known, variables, .. }) => {
            delivery.role.as_ref().is_none_or(|asked| asked == role)
                && delivery.format.as_ref().is_none_or(|asked| asked == format)
                && *variables == delivery.set
                && preset(known)
        }
        (Place::Keystore(path), DeliveryForm::Keystore { format, preset: known, alias, include_root, .. }) => {
            let asked = format_of(path, delivery.format.as_deref().and_then(StoreFormat::from_word));
            asked.is_some_and(|asked| asked.name() == format)
                && preset(known)
                && alias == delivery.alias.as_deref().unwrap_or(lineage)
                && *include_root == delivery.include_root.unwrap_or(false)
        }
        _ => false,
    }
}
