//! What must hold of a described certificate and of where its files go.

use std::collections::BTreeMap;

use super::{Checks, ends, keystore_format, named, one_of, preset_fits};
use crate::container::target::Target;
use crate::manifest::model::{Certificate, Delivery, Place, StoreFormat};
use crate::notation::{Fault, hint};
use crate::x509::escape;

impl Checks<'_> {
    pub(super) fn certificate<'a>(
        &self,
        name: &'a str,
        certificate: &Certificate,
        lineages: &mut BTreeMap<String, &'a str>,
    ) -> Result<(), Fault> {
        let lineage = Certificate::lineage(name);
        if lineage.starts_with("authority-") {
            return Err(Fault::new("names that begin with authority- are those of authorities"));
        }
        if let Some(other) = lineages.insert(lineage.clone(), name) {
            return Err(Fault::new(format!("{} has the same name in the store, {lineage}", escape(other))));
        }
        if let Some(given) = &certificate.authority {
            self.known(given).map_err(|fault| fault.at("authority"))?;
        } else if !certificate.keep && self.manifest.authority_of(certificate).is_none() {
            let why = if self.manifest.authorities.is_empty() {
                "no authority is described that could sign it"
            } else {
                "nothing says which authority signs it: name one here, or for all of them in \"defaults\""
            };
            return Err(Fault::new(why));
        }
        let says = [
            ("name", certificate.name.is_some()),
            ("csr", certificate.csr.is_some()),
            ("subject", certificate.subject.is_some()),
            ("names", !certificate.names.is_empty()),
            ("profile", certificate.profile.is_some()),
            ("authority", certificate.authority.is_some()),
            ("key", certificate.key.is_some()),
            ("validity", certificate.validity.is_some()),
            ("not_before", certificate.not_before.is_some()),
            ("not_after", certificate.not_after.is_some()),
            ("renew", certificate.renew.is_some()),
            ("set", !certificate.set.is_empty()),
            ("key_passphrase", certificate.key_passphrase.is_some()),
            ("deliver", !certificate.deliver.is_empty()),
        ];
        if let Some((field, _)) = says.iter().find(|(_, given)| certificate.keep && *given) {
            return Err(Fault::new("it is kept as it is, so that this says nothing").at(field));
        }
        if certificate.renew.is_some() && certificate.not_after.is_some() {
            return Err(
                Fault::new("one with a fixed end is not renewed: leave this out, or say \"validity\"").at("renew")
            );
        }
        if let Some(csr) = &certificate.csr {
            named(csr, "csr")?;
            let own = [("key", certificate.key.is_some()), ("key_passphrase", certificate.key_passphrase.is_some())];
            if let Some((field, _)) = own.iter().find(|(_, given)| *given) {
                return Err(Fault::new("the key is that of the request, and whoever made that has it").at(field));
            }
            for (index, delivery) in certificate.deliver.iter().enumerate() {
                keyless(delivery).map_err(|fault| fault.at_index(index).at("deliver"))?;
            }
        }
        one_of(certificate.validity.is_some(), certificate.not_after.is_some(), "validity", "not_after")?;
        if certificate.not_after.is_none() {
            let field = if certificate.renew.is_some() { "renew" } else { "validity" };
            let (renew, validity) = (self.manifest.renew_of(certificate), self.manifest.validity_of(certificate));
            ends(renew, validity.span).map_err(|fault| fault.at(field))?;
        }
        self.source(certificate.key_passphrase.as_ref(), "key_passphrase", true)?;
        for (index, delivery) in certificate.deliver.iter().enumerate() {
            self.delivery(delivery).map_err(|fault| fault.at_index(index).at("deliver"))?;
        }
        Ok(())
    }

    fn delivery(&self, delivery: &Delivery) -> Result<(), Fault> {
        let Some(place) = delivery.place() else {
            match (&delivery.export, &delivery.to) {
                (Some(_), None) => return Err(Fault::new("say the directory with \"to\"").at("export")),
                (None, Some(_)) => return Err(Fault::new("this belongs to \"export\": name the program").at("to")),
                _ => {}
            }
            let why = "say one of: \"pem\": a directory, \"certificate\": a file, \"keystore\": a file, or \"export\": a program \
                       with \"to\": a directory";
            return Err(Fault::new(why));
        };
        let fields = [
            ("key", delivery.key.is_some(), matches!(place, Place::Pem(_))),
            ("passphrase", delivery.passphrase.is_some(), matches!(place, Place::Pem(_))),
            ("fullchain", delivery.fullchain.is_some(), matches!(place, Place::Certificate(_))),
            ("alias", delivery.alias.is_some(), matches!(place, Place::Keystore(_))),
            ("include_root", delivery.include_root.is_some(), matches!(place, Place::Keystore(_))),
            ("role", delivery.role.is_some(), matches!(place, Place::Export(..))),
            ("set", !delivery.set.is_empty(), matches!(place, Place::Export(..))),
            ("format", delivery.format.is_some(), matches!(place, Place::Keystore(_) | Place::Export(..))),
            ("preset", delivery.preset.is_some(), matches!(place, Place::Keystore(_) | Place::Export(..))),
            ("storepass", delivery.storepass.is_some(), matches!(place, Place::Keystore(_) | Place::Export(..))),
        ];
        if let Some((field, ..)) = fields.iter().find(|(_, given, fits)| *given && !fits) {
            return Err(Fault::new("this does not belong to such files").at(field));
        }
        self.source(delivery.storepass.as_ref(), "storepass", false)?;
        self.source(delivery.passphrase.as_ref(), "passphrase", false)?;
        match place {
            Place::Pem(path) => {
                if delivery.passphrase.is_some() && delivery.key == Some(false) {
                    return Err(Fault::new("there is no key among these files that it could protect").at("passphrase"));
                }
                named(path, "pem")
            }
            Place::Certificate(path) => named(path, "certificate"),
            Place::Keystore(path) => {
                named(path, "keystore")?;
                let said = delivery.format.as_deref().map(|word| {
                    StoreFormat::from_word(word).ok_or_else(|| {
                        Fault::new(format!("unknown format {word:?}{}", hint(word, &StoreFormat::WORDS))).at("format")
                    })
                });
                let format = keystore_format(path, said.transpose()?, "keystore")?;
                preset_fits(format, delivery.preset.is_some())
            }
            Place::Export(target, dir) => {
                named(dir, "to")?;
                export(target, delivery)
            }
        }
    }
}

/// Refuses files with a private key, of a certificate whose key is elsewhere.
fn keyless(delivery: &Delivery) -> Result<(), Fault> {
    let elsewhere = "the private key is with whoever made the request: deliver \"pem\" or \"certificate\"";
    match delivery.place() {
        Some(Place::Keystore(_)) => Err(Fault::new(elsewhere).at("keystore")),
        Some(Place::Export(..)) => Err(Fault::new(elsewhere).at("export")),
        Some(Place::Pem(_)) if delivery.key == Some(true) => Err(Fault::new(elsewhere).at("key")),
        Some(Place::Pem(_)) if delivery.passphrase.is_some() => Err(Fault::new(elsewhere).at("passphrase")),
        _ => Ok(()),
    }
}

fn export(target: &str, delivery: &Delivery) -> Result<(), Fault> {
    let found = Target::get(target).map_err(|error| Fault::new(error.to_string()).at("export"))?;
    let roles = found.roles();
    if let Some(role) = &delivery.role
        && !roles.contains(&role.as_str())
    {
        return Err(Fault::new(format!("{target} has no role {role:?}{}", hint(role, &roles))).at("role"));
    }
    let fits_role = |role: &str| delivery.role.as_deref().is_none_or(|wanted| wanted == role);
    let mut formats: Vec<&str> =
        found.layouts().filter(|layout| fits_role(layout.role())).map(|layout| layout.format()).collect();
    formats.sort_unstable();
    formats.dedup();
    if let Some(format) = &delivery.format
        && !formats.contains(&format.as_str())
    {
        return Err(Fault::new(format!("{target} has no format {format:?}{}", hint(format, &formats))).at("format"));
    }
    let variables: Vec<&str> = found.variables().map(|(name, ..)| name).collect();
    for name in delivery.set.keys() {
        if !variables.contains(&name.as_str()) {
            let why = format!("{target} has no variable {name:?}{}", hint(name, &variables));
            return Err(Fault::new(why).at(name).at("set"));
        }
    }
    Ok(())
}
