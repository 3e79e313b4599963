//! The extensions: the profile's, and what became of those a CSR asked for.

use super::{Draft, Named, Urls, encoded};
use crate::issuance::IssuanceError;
use crate::issuance::profile::{Escape, Template, UrlList, Variables};
use crate::keys::PublicKey;
use crate::x509::{Extension, Name, describe, escape, oid};

impl Draft<'_> {
    /// Builds every extension, in the order that certificates usually have.
    pub(super) fn build_extensions(
        &mut self,
        named: &Named<'_>,
        subject: &Name,
        urls: &Urls<'_>,
        issuer_key: &PublicKey,
    ) -> Vec<Extension> {
        let (rules, key) = (self.rules(), &self.request.public_key);
        let mut extensions = Vec::with_capacity(10);
        extensions.push(Extension::basic_constraints(rules.authority, self.path_len()));
        extensions.push(Extension::key_usage(rules.key_usage_for(key.kind())));
        if !rules.extended_key_usage.is_empty() {
            let purposes = Extension::extended_key_usage(&rules.extended_key_usage, rules.extended_key_usage_critical);
            extensions.push(purposes);
        }
        extensions.push(Extension::subject_key_identifier(&key.key_id()));
        if let Some(issuer) = self.issuer {
            // Byte for byte what the issuer calls itself; an imported issuer without an identifier gets that of its key.
            let of_key = || issuer_key.key_id().to_vec();
            let key_id = issuer.certificate.subject_key_id.clone().unwrap_or_else(of_key);
            extensions.push(Extension::authority_key_identifier(&key_id));
        }
        if !named.names.is_empty() {
            let names = Extension::subject_alt_name(&named.names, subject.is_empty());
            extensions.extend(encoded(self, names));
        }
        if let Some(constraints) = self.name_constraints() {
            let constraints = Extension::name_constraints(&constraints);
            extensions.extend(encoded(self, constraints));
        }
        if !rules.policies.is_empty() {
            extensions.push(Extension::certificate_policies(&rules.policies));
        }
        let crl = self.urls(&rules.crl_distribution_points, urls.crl, &named.variables);
        if !crl.is_empty() {
            let points = Extension::crl_distribution_points(&crl);
            extensions.extend(encoded(self, points));
        }
        let ca_issuers = self.urls(&rules.ca_issuers, urls.ca_issuers, &named.variables);
        let ocsp = self.urls(&rules.ocsp, urls.ocsp, &named.variables);
        if !(ca_issuers.is_empty() && ocsp.is_empty()) {
            let access = Extension::authority_info_access(&ocsp, &ca_issuers);
            extensions.extend(encoded(self, access));
        }
        if rules.ocsp_nocheck {
            extensions.push(Extension::ocsp_nocheck());
        }
        for extra in &rules.extensions {
            match extra.value.der(&named.variables) {
                Ok(value) => extensions.push(Extension { oid: extra.oid, critical: extra.critical, value }),
                Err(why) => self.refuse(why),
            }
        }
        self.compare_with_csr(&extensions);
        extensions
    }

    fn path_len(&mut self) -> Option<u8> {
        let rules = self.rules();
        if !rules.authority && self.request.path_len.is_some() {
            self.refuse("a path length is for authorities only");
        }
        let asked = self.request.path_len.or(rules.path_len);
        // The profile's own is a wish where the issuers leave no room for it; what was asked is not.
        let room = self.issuer.and_then(|issuer| {
            let authorities = (1_u32..).zip(std::iter::once(issuer.certificate).chain(issuer.chain));
            let room = authorities
                .filter_map(|(above, authority)| Some(authority.basic_constraints?.path_len?.saturating_sub(above)));
            room.min().and_then(|room| u8::try_from(room).ok())
        });
        match (asked, room) {
            (Some(asked), Some(room)) if self.request.path_len.is_none() => Some(asked.min(room)),
            (Some(asked), Some(room)) if asked > room => {
                self.refuse(format!(
                    "a path length of {asked} is asked for, the authorities above leave room for {room}"
                ));
                Some(room)
            }
            _ => asked,
        }
    }

    /// The profile's URLs, else the store's. A self-signed certificate has no issuer that the store's could be about.
    fn urls(&mut self, own: &UrlList, of_store: &[String], variables: &Variables<'_>) -> Vec<String> {
        let mut urls = Vec::new();
        match own {
            UrlList::These(templates) => {
                for template in templates {
                    self.keep_url(&mut urls, template.render(variables));
                }
            }
            UrlList::FromStore if self.issuer.is_none() => {}
            UrlList::FromStore => {
                for text in of_store {
                    self.keep_url(&mut urls, expand(text, variables));
                }
            }
        }
        urls
    }

    fn keep_url(&mut self, urls: &mut Vec<String>, url: Result<String, String>) {
        match url {
            Ok(url) => urls.push(url),
            Err(why) => self.refuse(format!("publication URL: {why}")),
        }
    }

    /// Reports the CSR's extensions: those the certificate has too are allowed, the rest is dropped.
    fn compare_with_csr(&mut self, extensions: &[Extension]) {
        let Some(csr) = &self.request.csr else { return };
        for asked in &csr.extensions {
            // A request can only guess the key identifier; names are treated as names.
            if matches!(asked.oid, oid::SUBJECT_KEY_IDENTIFIER | oid::SUBJECT_ALT_NAME) {
                continue;
            }
            let what = format!("extension {}", show(asked));
            self.report.asked.push(what.clone());
            if extensions.iter().any(|own| own.oid == asked.oid && own.value == asked.value) {
                self.report.allowed.push(what);
            } else {
                self.drop(what, "extensions come from the profile".into());
            }
        }
    }
}

/// `basicConstraints CA:TRUE`, `keyUsage keyCertSign, cRLSign`: one line, safe to print.
fn show(extension: &Extension) -> String {
    let name = oid::label(&extension.oid).map_or_else(|| extension.oid.to_string(), str::to_owned);
    let value = match extension.oid {
        oid::BASIC_CONSTRAINTS => match crate::x509::extension::decode_basic_constraints(&extension.value) {
            Ok(constraints) => {
                let path_len = constraints.path_len.map(|length| format!(", pathlen:{length}")).unwrap_or_default();
                format!("CA:{}{path_len}", if constraints.ca { "TRUE" } else { "FALSE" })
            }
            Err(error) => escape(&error.to_string()),
        },
        _ if oid::label(&extension.oid).is_none() => return name,
        _ => describe(extension).join(", "),
    };
    format!("{name} {value}")
}

/// A publication URL of the store's settings for an authority: `{{ authority }}` in it stands for its name.
///
/// # Errors
/// [`IssuanceError::Variable`] for a text that is no such template.
pub fn publication_url(text: &str, authority: &str) -> Result<String, IssuanceError> {
    let mut variables = Variables::default();
    variables.set("authority", authority);
    expand(text, &variables).map_err(|why| IssuanceError::Variable(vec![format!("publication URL: {why}")]))
}

fn expand(text: &str, variables: &Variables<'_>) -> Result<String, String> {
    Template::compile(text, Escape::Url, &["authority"])?.render(variables)
}
