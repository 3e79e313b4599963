//! What must hold between the parts of a manifest.

mod authority;
mod certificate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use time::OffsetDateTime;

use super::model::{Certificate, Manifest, ProfileText, Revocation, StoreFormat, TrustFormat, Truststore, format_of};
use crate::container::Format;
use crate::issuance::Profile;
use crate::notation::{Fault, hint};
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
    for (name, profile) in &manifest.profiles {
        if let ProfileText::Inline(profile) = profile {
            let checked = Profile::check(&profile.clone().into());
            checked.map_err(|fault| fault.at(name).at("profiles"))?;
        }
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

    fn truststore(&self, truststore: &Truststore) -> Result<(), Fault> {
        named(&truststore.to, "to")?;
        self.all_known(&truststore.authorities)?;
        let format = match truststore.format {
            // A directory of files in PEM.
            Some(TrustFormat::Hashed) => Format::Pem,
            Some(TrustFormat::File(format)) => format,
            None => keystore_format(&truststore.to, None, "to")?,
        };
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
