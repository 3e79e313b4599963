//! The same rules applied before signing: would the certificate to come be worth anything?

use time::OffsetDateTime;

use super::{PathError, checks, name_or, purpose, title};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName, Oid, TbsCertificate, X509Error, extension, oid};

/// Checks what a chain of authorities says about a certificate to come: path length, name constraints on its subject and
/// alternative names, an end that is not after any issuer's, keyCertSign, extended key usage of the issuers. `chain` goes from
/// the issuer up to the root, as far as known; it is empty for a certificate that signs itself. In the errors the
/// certificate to come has depth 0, the issuer 1. Signatures in the chain are not verified.
///
/// What the name constraints of several issuers say alike is said once, about the lowest of them.
///
/// Path length counts the certificate to come where it is a CA's, since a CA that cannot sign anything is no use. Every
/// extended key usage it lists must be among those of every issuer that lists any, the root included, as Go wants it.
///
/// # Errors
/// Every rule that would be broken.
pub fn check_issuance<'a>(
    tbs: &TbsCertificate,
    chain: impl IntoIterator<Item = &'a Certificate>,
    now: OffsetDateTime,
) -> Result<(), Vec<PathError>> {
    let subject = match Subject::read(tbs) {
        Ok(subject) => subject,
        Err(error) => {
            let (subject, reason) =
                (tbs.subject.to_string(), format!("the certificate to sign cannot be read: {error}"));
            return Err(vec![PathError { depth: Some(0), subject, rule: "malformed", reason }]);
        }
    };
    let mut broken = Vec::new();
    let mut chain = (1..).zip(chain).peekable();
    if let Some((_, issuer)) = chain.peek()
        && issuer.subject != tbs.issuer
    {
        let reason = format!("{} would name {} as its issuer, not {}", subject.title, tbs.issuer, title(issuer));
        broken.push(subject.error("no-issuer", reason));
    }
    // A CA that bears its issuer's name would escape its path length and name constraints (RFC 5280 §6.1.4 (l), §6.1.3 (b)),
    // so to be signed it counts like any other.
    let mut authorities_below = usize::from(subject.is_ca);
    let mut said = Vec::new();
    for (depth, issuer) in chain {
        broken.extend(checks::check_validity(depth, issuer, now).err());
        broken.extend(checks::check_authority(depth, issuer).err());
        broken.extend(checks::check_path_length(depth, issuer, authorities_below).err());
        broken.extend(subject.check_end(issuer).err());
        broken.extend(subject.check_purposes(issuer).err());
        broken.extend(subject.check_names(issuer, &mut said));
        authorities_below += usize::from(!issuer.is_self_issued());
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

/// The certificate to come, with what the rules are about decoded.
struct Subject<'a> {
    tbs: &'a TbsCertificate,
    title: String,
    is_ca: bool,
    names: Vec<GeneralName>,
    purposes: Vec<Oid>,
}

impl<'a> Subject<'a> {
    fn read(tbs: &'a TbsCertificate) -> Result<Self, X509Error> {
        let mut subject = Self { tbs, title: String::new(), is_ca: false, names: Vec::new(), purposes: Vec::new() };
        for extension in &tbs.extensions {
            match extension.oid {
                oid::BASIC_CONSTRAINTS => {
                    subject.is_ca = extension::decode_basic_constraints(&extension.value)?.ca;
                }
                oid::SUBJECT_ALT_NAME => subject.names = GeneralName::parse_all(&extension.value)?,
                oid::EXTENDED_KEY_USAGE => {
                    subject.purposes = extension::decode_extended_key_usage(&extension.value)?;
                }
                _ => {}
            }
        }
        subject.title = name_or(&tbs.subject, &subject.names)
            .unwrap_or_else(|| format!("the certificate with serial {}", tbs.serial));
        Ok(subject)
    }

    fn check_end(&self, issuer: &Certificate) -> Result<(), PathError> {
        if self.tbs.not_after <= issuer.not_after {
            return Ok(());
        }
        let (end, issuer_end) = (format_instant(self.tbs.not_after), format_instant(issuer.not_after));
        let reason = format!("{} would be valid until {end}, longer than {} ({issuer_end})", self.title, title(issuer));
        Err(self.error("outlives-issuer", reason))
    }

    fn check_purposes(&self, issuer: &Certificate) -> Result<(), PathError> {
        let Some(listed) = &issuer.extended_key_usage else { return Ok(()) };
        let missing: Vec<Oid> = self.purposes.iter().filter(|purpose| !listed.contains(purpose)).copied().collect();
        if missing.is_empty() || listed.contains(&oid::EKU_ANY) {
            return Ok(());
        }
        let (missing, listed) = (purpose::labels(&missing), purpose::labels(listed));
        let reason =
            format!("{} may not issue certificates for {missing}: its extendedKeyUsage has {listed}", title(issuer));
        Err(self.error("purpose", reason))
    }

    /// An error for every name that an issuer does not allow, unless the same was said before.
    fn check_names(&self, issuer: &Certificate, said: &mut Vec<String>) -> Vec<PathError> {
        let Some(constraints) = &issuer.name_constraints else { return Vec::new() };
        let subject = constraints.check_subject(&self.tbs.subject);
        let names = self.names.iter().map(|name| constraints.check(name));
        let refusals = std::iter::once(subject).chain(names).filter_map(Result::err).map(|error| error.to_string());
        let mut broken = Vec::new();
        for why in refusals.filter(|why| !said.contains(why)).collect::<Vec<_>>() {
            broken.push(self.error("name-constraint", format!("{} does not allow it: {why}", title(issuer))));
            said.push(why);
        }
        broken
    }

    fn error(&self, rule: &'static str, reason: String) -> PathError {
        PathError { depth: Some(0), subject: self.title.clone(), rule, reason }
    }
}
