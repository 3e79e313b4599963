//! From a profile and a request to a certificate that may be signed.

mod constraints;
mod extensions;
mod key;
mod names;
mod sign;
mod subject;
mod validity;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use time::OffsetDateTime;

pub use extensions::publication_url;

use super::lint::Target;
use super::profile::{Rules, Variables};
use super::report::Dropped;
use super::{IssuanceError, Profile, Report, Request};
use crate::keys::PublicKey;
use crate::x509::{Certificate, GeneralName, Name, Serial, TbsCertificate, X509Error, path};

/// Who signs.
#[derive(Debug, Clone, Copy)]
pub struct IssuerFacts<'a> {
    /// The authority's name, for the URL templates.
    pub name: &'a str,
    /// The authority's certificate.
    pub certificate: &'a Certificate,
    /// The certificates above it, nearest first, up to the root as far as known.
    pub chain: &'a [Certificate],
}

/// URLs for the certificate, from the store's settings; `{{ authority }}` stands for the signing authority.
#[derive(Debug, Clone, Copy, Default)]
pub struct Urls<'a> {
    /// CRL distribution points.
    pub crl: &'a [String],
    /// caIssuers.
    pub ca_issuers: &'a [String],
    /// OCSP responders.
    pub ocsp: &'a [String],
}

/// A certificate that passed every check and can be signed, once.
#[derive(Debug)]
pub struct Prepared {
    tbs: TbsCertificate,
    report: Report,
    /// The key that must sign.
    issuer_key: PublicKey,
    /// The very certificate that was linted, with a signature that is none.
    linted: Certificate,
    /// Who must take it.
    targets: Vec<Target>,
}

/// A signed, re-read and verified certificate.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// What was asked and what became of it.
    pub report: Report,
}

/// Resolves a request against a profile, checks the key, the names, the validity and the whole chain above, and lints the
/// result. `issuer` is `None` for a self-signed certificate.
///
/// The name that the certificate is for becomes an alternative name if the profile allows its kind. The subject is the
/// profile's template with what the operator and the CSR may add. The certificate begins `backdate` before `now`, never
/// before its issuer, and ends where asked, else after the profile's default, never after its issuer. An issuer without a
/// subject key identifier is identified by RFC 7093 method 1 of its key.
///
/// # Errors
/// [`IssuanceError::Variable`] first, then [`IssuanceError::Refused`] with all reasons found, [`IssuanceError::Dropped`] if
/// the request is strict, [`IssuanceError::Lint`]; [`IssuanceError::X509`] for an issuer whose key cannot be read.
pub fn prepare(
    profile: &Profile,
    request: &Request,
    issuer: Option<&IssuerFacts<'_>>,
    urls: &Urls<'_>,
    serial: Serial,
    now: OffsetDateTime,
) -> Result<Prepared, IssuanceError> {
    let now = now.replace_nanosecond(0).unwrap_or(now);
    if let Some(why) = Request::too_many(request.names.len() + request.csr.as_ref().map_or(0, |csr| csr.names.len())) {
        return Err(IssuanceError::Refused(vec![why]));
    }
    let variables = variables::resolve(profile, request, issuer)?;
    let mut draft =
        Draft { profile, request, issuer, report: Report::default(), refusals: Vec::new(), seen: HashSet::new() };

    let issuer_key = match issuer {
        Some(issuer) => issuer.certificate.public_key()?,
        None => request.public_key.clone(),
    };
    draft.check_key(&issuer_key);
    let named = draft.resolve_names(variables);
    let subject = draft.resolve_subject(&named);
    let (not_before, not_after) = draft.resolve_validity(now);
    let extensions = draft.build_extensions(&named, &subject, urls, &issuer_key);

    let tbs = TbsCertificate {
        serial,
        issuer: issuer.map_or_else(|| subject.clone(), |issuer| issuer.certificate.subject.clone()),
        not_before,
        not_after,
        subject,
        public_key: request.public_key.clone(),
        extensions,
    };
    draft.check_chain(&tbs, now);
    draft.suggest_names(&named);
    let report = draft.finish()?;
    let (linted, report) = sign::lint_unsigned(&tbs, &issuer_key, issuer, &request.targets, report)?;
    Ok(Prepared { tbs, report, issuer_key, linted, targets: request.targets.clone() })
}

/// A certificate on its way: what was asked, and what was found out so far.
struct Draft<'a> {
    profile: &'a Profile,
    request: &'a Request,
    issuer: Option<&'a IssuerFacts<'a>>,
    report: Report,
    refusals: Vec<String>,
    /// What was dropped, to tell each thing once.
    seen: HashSet<Dropped>,
}

/// Names and variables, resolved.
struct Named<'a> {
    /// The alternative names, each once.
    names: Vec<GeneralName>,
    /// The variables of the templates, `name` among them if there is one.
    variables: Variables<'a>,
    /// What `name` is.
    name: Option<String>,
}

impl<'a> Draft<'a> {
    fn rules(&self) -> &'a Rules {
        self.profile.rules()
    }

    fn refuse(&mut self, why: impl Into<String>) {
        let why = why.into();
        if !self.refusals.contains(&why) {
            self.refusals.push(why);
        }
    }

    /// Begins a sentence: `the profile server`.
    fn the_profile(&self) -> String {
        format!("the profile {}", crate::x509::escape(self.profile.name()))
    }

    /// What the authorities above say about a certificate like this.
    fn check_chain(&mut self, tbs: &TbsCertificate, now: OffsetDateTime) {
        let Some(issuer) = self.issuer else { return };
        let chain = std::iter::once(issuer.certificate).chain(issuer.chain);
        for broken in path::check_issuance(tbs, chain, now).err().unwrap_or_default() {
            // The validity has said so already, and what to do about it.
            if broken.rule != "outlives-issuer" || self.refusals.is_empty() {
                self.refuse(broken.reason);
            }
        }
    }

    /// The report, unless anything stands against the certificate.
    fn finish(self) -> Result<Report, IssuanceError> {
        if !self.refusals.is_empty() {
            return Err(IssuanceError::Refused(self.refusals));
        }
        if self.request.strict && !self.report.dropped.is_empty() {
            return Err(IssuanceError::Dropped(self.report.dropped));
        }
        Ok(self.report)
    }
}

impl Prepared {
    /// What will be signed.
    pub fn tbs(&self) -> &TbsCertificate {
        &self.tbs
    }

    /// The certificate as it will be, with a signature that is none.
    pub fn preview(&self) -> &Certificate {
        &self.linted
    }

    /// What was asked and what became of it.
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Keeps an encoding that cannot fail for what was checked before; what cannot be encoded is a refusal.
fn encoded<T>(draft: &mut Draft<'_>, result: Result<T, X509Error>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            draft.refuse(error.to_string());
            None
        }
    }
}

/// The empty name, where a subject cannot be made; it comes with a refusal.
fn no_subject() -> Name {
    Name::empty()
}
