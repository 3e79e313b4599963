//! What a target needs of a certificate, and what of that one lacks.

use super::key::{CLASSIC, KeyWord, list};
use super::table::LayoutConfig;
use super::variables::PLACEHOLDER;
use super::{Layout, Subject, Target, TargetError, Variables, template};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName, KeyUsage, Oid, oid};

/// The rule that a certificate does not fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// It must be an authority's, or must not be.
    Authority,
    /// Its common name.
    CommonName,
    /// The keys of the authorities above it.
    IssuerKey,
    /// The extended key usage of the authorities above it.
    IssuerPurpose,
    /// Its key.
    Key,
    /// Its alternative names.
    Name,
    /// Its extended key usage.
    Purpose,
    /// Its validity: it has expired.
    Validity,
}

impl Need {
    /// A stable word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::CommonName => "common-name",
            Self::IssuerKey => "issuer-key",
            Self::IssuerPurpose => "issuer-purpose",
            Self::Key => "key",
            Self::Name => "name",
            Self::Purpose => "purpose",
            Self::Validity => "validity",
        }
    }
}

/// Why a target cannot use a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The rule.
    pub need: Need,
    /// One sentence without a full stop.
    pub reason: String,
}

impl Layout<'_> {
    /// What the certificate lacks for this layout; nothing where it fits.
    ///
    /// # Errors
    /// [`TargetError::Table`], [`TargetError::Variable`].
    pub fn misfits(&self, subject: &Subject<'_>, variables: &Variables) -> Result<Vec<Misfit>, TargetError> {
        let check = Check { layout: *self, subject };
        let mut misfits = Vec::new();
        misfits.extend(check.authority());
        if !misfits.is_empty() {
            // The rest is about a certificate of another sort.
            return Ok(misfits);
        }
        misfits.extend(check.validity());
        misfits.extend(check.purposes());
        misfits.extend(check.key());
        misfits.extend(check.issuers());
        misfits.extend(check.common_name());
        misfits.extend(check.names(&self.required_names(variables)?));
        Ok(misfits)
    }

    /// Whether signatures by the key of an authority can be above a certificate for this layout.
    pub fn takes_issuer(&self, issuer: &Certificate) -> bool {
        unfit_key(issuer, self.config.needs.issuer_keys.as_deref().unwrap_or(&CLASSIC)).is_none()
    }

    /// What to mind with this certificate, though the target can use it.
    ///
    /// # Errors
    /// [`TargetError::Table`].
    pub fn cautions(&self, subject: &Subject<'_>, variables: &Variables) -> Result<Vec<String>, TargetError> {
        let kind = subject.certificate.public_key().ok().map(|key| key.kind());
        let applies = |keys: &[KeyWord], lacks: &[Oid]| {
            (keys.is_empty() || kind.is_some_and(|kind| keys.iter().any(|word| word.covers(kind))))
                && (lacks.is_empty() || lacks.iter().any(|purpose| !has_purpose(subject.certificate, purpose)))
        };
        let cautions = self.config.cautions.iter().filter(|caution| applies(&caution.keys, &caution.lacks));
        let mut cautions: Vec<String> = cautions.map(|caution| caution.text.clone()).collect();
        let is_placeholder =
            |name: &str| variables.values.get(name).is_some_and(|value| value.as_str() == Some(PLACEHOLDER));
        if (is_placeholder("host") || is_placeholder("dns")) && has_placeholder(&self.snippet(variables)?) {
            cautions.push(format!(
                "the certificate names no single host for the configuration: put the right one where it says {PLACEHOLDER}"
            ));
        }
        let is_own_root = subject.root.der() == subject.certificate.der() && subject.certificate.is_self_issued();
        if is_own_root && !subject.certificate.is_ca() {
            cautions.push(
                "the certificate is self-signed and stands in the place of a CA: with it as the only anchor nobody else's \
                 certificate is accepted, neither a server's nor a client's"
                    .to_owned(),
            );
        }
        Ok(cautions)
    }
}

/// Whether a snippet has the placeholder in it as a word of its own; `DOCKER_HOST` is none.
fn has_placeholder(snippet: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    snippet.split(|c: char| !is_word(c)).any(|word| word == PLACEHOLDER)
}

/// Whether a certificate may be used for a purpose: it says so, or says nothing at all. `anyExtendedKeyUsage` does not
/// count, since OpenSSL does not let it.
pub(super) fn has_purpose(certificate: &Certificate, purpose: &Oid) -> bool {
    certificate.extended_key_usage.as_ref().is_none_or(|have| have.contains(purpose))
}

/// The alternative names that a layout asks for.
pub(super) fn required_names(
    target: &Target,
    layout: &LayoutConfig,
    variables: &Variables,
) -> Result<Vec<GeneralName>, TargetError> {
    let broken = |why: String| TargetError::Table { name: target.name().to_owned(), why };
    layout
        .needs
        .names
        .iter()
        .map(|source| {
            let text = template::render(source, &variables.values).map_err(broken)?;
            text.parse::<GeneralName>().map_err(|error| broken(error.to_string()))
        })
        .collect()
}

/// A layout's needs in phrases.
pub(super) fn describe(layout: &LayoutConfig) -> Vec<String> {
    let needs = &layout.needs;
    let mut phrases = Vec::new();
    phrases.push(
        if needs.authority { "an authority's certificate" } else { "a certificate that is no authority's" }.to_owned(),
    );
    if !needs.purposes.is_empty() {
        phrases.push(format!("extended key usage {}", purposes(&needs.purposes)));
    }
    phrases.push(format!("a key of {}", list(needs.keys.as_deref().unwrap_or(&CLASSIC))));
    if let Some(keys) = &needs.issuer_keys {
        phrases.push(format!("authorities above it with keys of {}", list(keys)));
    }
    match needs.common_name.as_deref() {
        None => {}
        Some("*") => phrases.push("a common name".to_owned()),
        Some(name) => phrases.push(format!("the common name {name}")),
    }
    if !needs.names.is_empty() {
        phrases.push(format!("the names {}", needs.names.join(", ")));
    }
    if needs.no_critical_issuer_purposes {
        phrases.push("no critical extended key usage in the authorities above it".to_owned());
    }
    phrases
}

struct Check<'a> {
    layout: Layout<'a>,
    subject: &'a Subject<'a>,
}

impl Check<'_> {
    fn misfit(&self, need: Need, rule: &str, what: String) -> Misfit {
        let why = self.layout.config.needs.why.get(rule).map(|why| format!(": {why}")).unwrap_or_default();
        Misfit { need, reason: format!("{what}{why}") }
    }

    fn authority(&self) -> Option<Misfit> {
        let certificate = self.subject.certificate;
        let signs = certificate.key_usage.is_none_or(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
        let target = self.layout.target.name();
        let what = match (self.layout.config.needs.authority, certificate.is_ca()) {
            (true, false) => format!("{target} signs certificates with it, and it is not an authority's"),
            (true, true) if !signs => "its key usage does not allow signing certificates (keyCertSign)".to_owned(),
            (false, true) => {
                format!("it is an authority's certificate, and the role {} needs one that is not", self.layout.role())
            }
            _ => return None,
        };
        Some(self.misfit(Need::Authority, "authority", what))
    }

    fn validity(&self) -> Option<Misfit> {
        let end = self.subject.certificate.not_after;
        (end < self.subject.at)
            .then(|| Misfit { need: Need::Validity, reason: format!("it expired on {}", format_instant(end)) })
    }

    fn purposes(&self) -> Option<Misfit> {
        let wanted = &self.layout.config.needs.purposes;
        let missing: Vec<Oid> =
            wanted.iter().filter(|purpose| !has_purpose(self.subject.certificate, purpose)).copied().collect();
        let what = format!("its extended key usage lacks {}", purposes(&missing));
        (!missing.is_empty()).then(|| self.misfit(Need::Purpose, "purposes", what))
    }

    fn key(&self) -> Option<Misfit> {
        let allowed = self.layout.config.needs.keys.as_deref().unwrap_or(&CLASSIC);
        let kind = unfit_key(self.subject.certificate, allowed)?;
        Some(self.misfit(Need::Key, "keys", format!("its key is {kind}, and this target takes {}", list(allowed))))
    }

    fn issuers(&self) -> Vec<Misfit> {
        let allowed = self.layout.config.needs.issuer_keys.as_deref().unwrap_or(&CLASSIC);
        let mut misfits = Vec::new();
        for issuer in self.above() {
            if let Some(kind) = unfit_key(issuer, allowed) {
                let what = format!(
                    "the key of {} above it is {kind}, and this target takes signatures of {}",
                    issuer.subject,
                    list(allowed)
                );
                misfits.push(self.misfit(Need::IssuerKey, "issuer_keys", what));
            }
            let critical = issuer.extension(&oid::EXTENDED_KEY_USAGE).is_some_and(|extension| extension.critical);
            if critical && self.layout.config.needs.no_critical_issuer_purposes {
                let what = format!("{} above it has a critical extended key usage", issuer.subject);
                misfits.push(self.misfit(Need::IssuerPurpose, "issuer_purposes", what));
            }
        }
        misfits
    }

    fn above(&self) -> impl Iterator<Item = &Certificate> {
        let root = Some(self.subject.root).filter(|root| root.der() != self.subject.certificate.der());
        self.subject.intermediates.iter().chain(root)
    }

    fn common_name(&self) -> Option<Misfit> {
        let wanted = self.layout.config.needs.common_name.as_deref()?;
        let found = self.subject.certificate.subject.common_name();
        let what = match (&found, wanted) {
            (None, "*") => "it has no common name".to_owned(),
            (Some(_), "*") => return None,
            (Some(found), wanted) if found == wanted => return None,
            (found, wanted) => format!(
                "its common name is {} instead of {wanted}",
                found.as_deref().map_or_else(|| "missing".to_owned(), crate::x509::escape)
            ),
        };
        Some(self.misfit(Need::CommonName, "common_name", what))
    }

    fn names(&self, wanted: &[GeneralName]) -> Option<Misfit> {
        let have = &self.subject.certificate.subject_alt_names;
        let missing: Vec<String> = wanted.iter().filter(|name| !have.contains(name)).map(ToString::to_string).collect();
        let what = format!("it is not for {}", missing.join(", "));
        (!missing.is_empty()).then(|| self.misfit(Need::Name, "names", what))
    }
}

/// What the key is, where it is none of the kinds.
fn unfit_key(certificate: &Certificate, allowed: &[KeyWord]) -> Option<String> {
    match certificate.public_key() {
        Ok(key) if allowed.iter().any(|word| word.covers(key.kind())) => None,
        Ok(key) => Some(key.kind().to_string()),
        Err(_) => Some("of an unknown kind".to_owned()),
    }
}

fn purposes(list: &[Oid]) -> String {
    let words: Vec<String> =
        list.iter().map(|purpose| oid::label(purpose).map_or_else(|| purpose.to_string(), str::to_owned)).collect();
    words.join(" and ")
}
