//! What must hold between the parts of a manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use time::OffsetDateTime;

use super::model::{
    Authority, Certificate, CrlTerms, Delivery, Manifest, Place, Revocation, StoreFormat, Truststore, format_of,
};
use crate::container::Format;
use crate::container::target::Target;
use crate::notation::{Fault, hint};
use crate::store::authority_name;
use crate::x509::time::Span;
use crate::x509::{Serial, escape};

type CheckSource = fn(&str) -> Result<(), String>;

/// The word for no passphrase at all.
pub(super) const NONE: &str = "none";

/// Says what contradicts itself, and where.
pub(super) fn check(manifest: &Manifest, check_source: CheckSource) -> Result<(), Fault> {
    let ordered = manifest.authorities_in_order().into_iter().map(|(name, _)| name).collect();
    let checks = Checks { manifest, ordered, check_source };
    checks.defaults().map_err(|fault| fault.at("defaults"))?;
    if let Some(name) = &manifest.settings.default_authority {
        checks.known(name).map_err(|fault| fault.at("default_authority").at("settings"))?;
    }
    for (name, authority) in &manifest.authorities {
        checks.authority(name, authority).map_err(|fault| fault.at(name).at("authorities"))?;
    }
    let mut lineages = BTreeMap::new();
    for (name, certificate) in &manifest.certificates {
        checks.certificate(name, certificate, &mut lineages).map_err(|fault| fault.at(name).at("certificates"))?;
    }
    for (index, truststore) in manifest.truststores.iter().enumerate() {
        checks.truststore(truststore).map_err(|fault| fault.at_index(index).at("truststores"))?;
    }
    for (index, output) in manifest.crls.iter().enumerate() {
        let fault = |fault: Fault| fault.at_index(index).at("crls");
        named(&output.to, "to").map_err(fault)?;
        checks.all_known(&output.authorities).map_err(fault)?;
    }
    for (index, revocation) in manifest.revocations.iter().enumerate() {
        checks.revocation(revocation, &lineages).map_err(|fault| fault.at_index(index).at("revocations"))?;
    }
    super::places::check(manifest)
}

struct Checks<'a> {
    manifest: &'a Manifest,
    /// The authorities that stand under a root.
    ordered: BTreeSet<&'a str>,
    check_source: CheckSource,
}

impl Checks<'_> {
    fn defaults(&self) -> Result<(), Fault> {
        let defaults = &self.manifest.defaults;
        if let Some(name) = &defaults.authority {
            self.known(name).map_err(|fault| fault.at("authority"))?;
        }
        ends(defaults.renew, defaults.validity).map_err(|fault| fault.at("renew"))?;
        self.source(defaults.passphrase.as_ref(), "passphrase", true)?;
        self.source(defaults.key_passphrase.as_ref(), "key_passphrase", true)?;
        self.source(defaults.storepass.as_ref(), "storepass", false)
    }

    fn authority(&self, name: &str, authority: &Authority) -> Result<(), Fault> {
        authority_name(name).map_err(|error| Fault::new(error.to_string()))?;
        if let Some(parent) = &authority.parent {
            self.known(parent).map_err(|fault| fault.at("parent"))?;
            if !self.ordered.contains(name) {
                return Err(Fault::new("it stands above itself").at("parent"));
            }
        }
        let made = [
            ("cn", authority.cn.is_some()),
            ("subject", authority.subject.is_some()),
            ("profile", authority.profile.is_some()),
            ("key", authority.key.is_some()),
            ("validity", authority.validity.is_some()),
            ("not_after", authority.not_after.is_some()),
            ("permit", !authority.permit.is_empty()),
            ("exclude", !authority.exclude.is_empty()),
            ("path_len", authority.path_len.is_some()),
            ("set", !authority.set.is_empty()),
            ("parent", authority.parent.is_some()),
        ];
        let brought = [
            ("certificate", authority.certificate.is_some()),
            ("private_key", authority.private_key.is_some()),
            ("private_key_passphrase", authority.private_key_passphrase.is_some()),
            ("chain", !authority.chain.is_empty()),
        ];
        let first = |fields: &[(&'static str, bool)]| fields.iter().find(|(_, given)| *given).map(|(name, _)| *name);
        if authority.keep {
            if let Some(field) = first(&made).or(first(&brought)) {
                return Err(Fault::new("it is kept as it is, so that this says nothing").at(field));
            }
        } else if authority.certificate.is_some() {
            if let Some(field) = first(&made) {
                return Err(Fault::new("it is brought in from files, which say this").at(field));
            }
        } else if let Some(field) = first(&brought[1..]) {
            return Err(Fault::new("this belongs to a \"certificate\" that is brought in").at(field));
        }
        one_of(authority.cn.is_some(), authority.subject.is_some(), "cn", "subject")?;
        one_of(authority.validity.is_some(), authority.not_after.is_some(), "validity", "not_after")?;
        self.source(authority.passphrase.as_ref(), "passphrase", true)?;
        self.source(authority.private_key_passphrase.as_ref(), "private_key_passphrase", false)?;
        authority.crl.as_ref().map_or(Ok(()), |terms| crl(terms).map_err(|fault| fault.at("crl")))
    }

    fn certificate<'a>(
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
        if certificate.csr.is_some() {
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

    fn truststore(&self, truststore: &Truststore) -> Result<(), Fault> {
        named(&truststore.to, "to")?;
        self.all_known(&truststore.authorities)?;
        let format = keystore_format(&truststore.to, truststore.format, "to")?;
        preset_fits(format, truststore.preset.is_some())?;
        if format == Format::Pem && truststore.storepass.is_some() {
            return Err(Fault::new("anchors in PEM have no password").at("storepass"));
        }
        if truststore.authorities.is_empty() && truststore.files.is_empty() && self.manifest.authorities.is_empty() {
            return Err(Fault::new("no authority is described whose root it could hold"));
        }
        self.source(truststore.storepass.as_ref(), "storepass", false)
    }

    fn revocation(&self, revocation: &Revocation, lineages: &BTreeMap<String, &str>) -> Result<(), Fault> {
        match (&revocation.certificate, &revocation.serial) {
            (Some(name), None) => match lineages.get(&Certificate::lineage(name)) {
                None => Ok(()),
                Some(name) => Err(Fault::new(format!(
                    "{} is described as well: revoke a single certificate of it by its \"serial\", or describe it no longer",
                    escape(name)
                ))
                .at("certificate")),
            },
            (None, Some(text)) => {
                text.parse::<Serial>().map(drop).map_err(|error| Fault::new(error.to_string()).at("serial"))
            }
            _ => Err(Fault::new("say one of: \"certificate\": a name, \"serial\": a serial")),
        }
    }

    fn all_known(&self, names: &[String]) -> Result<(), Fault> {
        for (index, name) in names.iter().enumerate() {
            self.known(name).map_err(|fault| fault.at_index(index).at("authorities"))?;
        }
        Ok(())
    }

    fn known(&self, name: &str) -> Result<(), Fault> {
        if self.manifest.authorities.contains_key(name) {
            return Ok(());
        }
        let known: Vec<&str> = self.manifest.authorities.keys().map(String::as_str).collect();
        let hint = if known.is_empty() {
            ": none is described; one that the store has is described as NAME: {keep: true}".to_owned()
        } else {
            hint(name, &known)
        };
        Err(Fault::new(format!("no authority \"{}\" is described here{hint}", escape(name))))
    }

    fn source(&self, text: Option<&String>, field: &str, or_none: bool) -> Result<(), Fault> {
        match text {
            Some(text) if !(or_none && text == NONE) => {
                (self.check_source)(text).map_err(|why| Fault::new(why).at(field))
            }
            _ => Ok(()),
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

fn keystore_format(path: &Path, said: Option<StoreFormat>, field: &str) -> Result<Format, Fault> {
    let why = "its name does not say in which format to write: say \"format\": p12, jks or pem";
    format_of(path, said).ok_or_else(|| Fault::new(why).at(field))
}

fn preset_fits(format: Format, given: bool) -> Result<(), Fault> {
    match given && format != Format::Pkcs12 {
        true => Err(Fault::new(format!("a preset is for PKCS#12, and {format} is written")).at("preset")),
        false => Ok(()),
    }
}

fn crl(terms: &CrlTerms) -> Result<(), Fault> {
    let Some(overlap) = terms.overlap else { return Ok(()) };
    for validity in [terms.validity, terms.delta_validity].into_iter().flatten() {
        if is_as_long(overlap, validity).map_err(|fault| fault.at("overlap"))? {
            return Err(Fault::new("as long as the validity: every CRL would be due at once").at("overlap"));
        }
    }
    Ok(())
}

/// Refuses certificates that are renewed as long before their end as they live.
fn ends(renew: Option<Span>, validity: Option<Span>) -> Result<(), Fault> {
    let (Some(renew), Some(validity)) = (renew, validity) else { return Ok(()) };
    match is_as_long(renew, validity)? {
        true => Err(Fault::new(format!(
            "renewed {renew} before its end, a certificate that lives {validity} would be renewed on every run"
        ))),
        false => Ok(()),
    }
}

fn is_as_long(one: Span, other: Span) -> Result<bool, Fault> {
    let end = |span: Span| span.after(OffsetDateTime::UNIX_EPOCH).map_err(|error| Fault::new(error.to_string()));
    Ok(end(one)? >= end(other)?)
}

fn one_of(one: bool, other: bool, first: &str, second: &str) -> Result<(), Fault> {
    match one && other {
        true => Err(Fault::new(format!("{first} and {second} contradict each other: give one of them")).at(second)),
        false => Ok(()),
    }
}

fn named(path: &Path, field: &str) -> Result<(), Fault> {
    let text = path.to_string_lossy();
    if text.contains(char::is_control) {
        return Err(Fault::new("a path has no line breaks or other control characters").at(field));
    }
    match text.is_empty() || text == "-" || text.contains('\0') {
        true => Err(Fault::new("a path is needed").at(field)),
        // Nothing here is a shell, and a directory named ~ is nobody's wish.
        false if text.starts_with(['~', '$']) => {
            let why = format!("{} is not expanded here: write the path out, or ./{0} for such a name", escape(&text));
            Err(Fault::new(why).at(field))
        }
        false => Ok(()),
    }
}
