//! A root that shall be trusted, and whether it should be.

use time::OffsetDateTime;

use crate::keys::KeyRules;
use crate::x509::display::hex;
use crate::x509::extension::Subtree;
use crate::x509::time::format_instant;
use crate::x509::{Certificate, KeyUsage, escape, oid};

/// Characters of the subject in a name.
const SLUG: usize = 32;
/// Octets of the fingerprint in a name.
const PREFIX: usize = 8;

/// A certificate on its way into trust stores, or out of them.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Anchor {
    /// The certificate.
    pub(in crate::cli) certificate: Certificate,
    name: String,
}

impl Anchor {
    /// Takes a certificate, whatever it is.
    pub(in crate::cli) fn new(certificate: Certificate) -> Self {
        let common_name = certificate.subject.common_name().unwrap_or_default();
        let start = hex(&certificate.fingerprint()[..PREFIX]);
        let slug = slug(&common_name);
        let name = match slug.strip_prefix("certwright").unwrap_or(&slug).trim_start_matches('-') {
            "" => format!("certwright-{start}"),
            slug => format!("certwright-{slug}-{start}"),
        };
        Self { certificate, name }
    }

    /// What it is called in every store: `certwright-acme-root-ca-0123456789abcdef`. Only `a`–`z`, `0`–`9` and `-`. It stays
    /// the same for ever, since it is how what was installed is found again.
    pub(in crate::cli) fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of the certificate, hex.
    pub(in crate::cli) fn sha256(&self) -> String {
        hex(&self.certificate.fingerprint())
    }

    /// Whether it is the same certificate.
    pub(in crate::cli) fn is_same(&self, other: &Self) -> bool {
        self.is(&other.certificate)
    }

    /// Whether it is this certificate.
    pub(super) fn is(&self, other: &Certificate) -> bool {
        self.certificate.der() == other.der()
    }

    /// Why nobody should trust it, or why doing so would have no effect.
    pub(in crate::cli) fn unfit(&self, now: OffsetDateTime) -> Option<String> {
        let certificate = &self.certificate;
        if !certificate.is_ca() {
            return Some("it is not a certificate authority's (basicConstraints does not say so)".to_owned());
        }
        if certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
            return Some("its keyUsage does not let it sign certificates".to_owned());
        }
        if !certificate.is_root() {
            return Some(format!(
                "it is no root, but signed by {}: most programs trust roots only",
                shown(&certificate.issuer)
            ));
        }
        if now > certificate.not_after {
            return Some(format!("it expired on {}", format_instant(certificate.not_after)));
        }
        let rules = KeyRules { any_rsa_exponent: true, max_rsa_bits: 16_384, ..KeyRules::default() };
        let key = match certificate.public_key() {
            Ok(key) => key,
            Err(error) => return Some(format!("its key cannot be judged: {}", escape(&error.to_string()))),
        };
        if let Err(weakness) = key.check(&rules) {
            return Some(format!("its key is weak: {weakness}"));
        }
        let error = certificate.verify_signature(&key).err()?;
        Some(format!("its signature is not its own: {}", escape(&error.to_string())))
    }

    /// For what it can sign without limits that verifiers keep; nothing for a root with critical name constraints on DNS
    /// names and IP addresses (RFC 5280 §4.2.1.10).
    pub(in crate::cli) fn unlimited(&self) -> Vec<&'static str> {
        const EVERYTHING: [&str; 2] = ["any DNS name", "any IP address"];
        let critical = self.certificate.extension(&oid::NAME_CONSTRAINTS).is_some_and(|extension| extension.critical);
        let Some(constraints) = self.certificate.name_constraints.as_ref().filter(|_| critical) else {
            return EVERYTHING.to_vec();
        };
        let (dns, ip) = (Subtree::Dns(String::new()).form(), 7);
        let mut free = Vec::new();
        for (form, what) in [(dns, EVERYTHING[0]), (ip, EVERYTHING[1])] {
            let mut permitted = constraints.permitted.iter().filter(|subtree| subtree.form() == form).peekable();
            let limited = permitted.peek().is_some() && !permitted.any(is_everything);
            let mut excluded = constraints.excluded.iter().filter(|subtree| is_everything(subtree));
            let closed = match form == dns {
                true => excluded.any(|subtree| subtree.form() == dns),
                false => {
                    let families: Vec<bool> = excluded
                        .filter_map(|subtree| match subtree {
                            Subtree::Ip(address, _) => Some(address.is_ipv4()),
                            _ => None,
                        })
                        .collect();
                    families.contains(&true) && families.contains(&false)
                }
            };
            if !limited && !closed {
                free.push(what);
            }
        }
        free
    }

    /// How people know it: its subject.
    pub(in crate::cli) fn title(&self) -> String {
        shown(&self.certificate.subject)
    }
}

/// Whether a subtree holds every name of its form (of its family, for an address).
fn is_everything(subtree: &Subtree) -> bool {
    match subtree {
        Subtree::Dns(base) => base.trim_start_matches('.').is_empty(),
        Subtree::Ip(_, prefix) => *prefix == 0,
        _ => false,
    }
}

fn shown(name: &crate::x509::Name) -> String {
    if name.is_empty() { "(empty)".to_owned() } else { name.to_string() }
}

/// Letters and digits of ASCII in lower case, everything between them a hyphen.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().take(4 * SLUG) {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == SLUG {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{NOW, Node, Spec};

    fn anchor(spec: &Spec) -> Anchor {
        Anchor::new(Node::root(spec).certificate)
    }

    #[test]
    fn names_are_plain_whatever_the_subject_says() {
        for (subject, start) in [
            ("Acme Root CA", "certwright-acme-root-ca-"),
            ("../../etc/passwd; $(rm -rf /)", "certwright-etc-passwd-rm-rf-"),
            ("-n --trust'\"`", "certwright-n-trust-"),
            ("Ζεύς", "certwright-"),
            ("certwright", "certwright-"),
            ("certwright Root CA", "certwright-root-ca-"),
            (&"x".repeat(64), &format!("certwright-{}-", "x".repeat(32))),
        ] {
            let anchor = anchor(&Spec::ca(subject, None));
            let name = anchor.name();
            assert_eq!(name.strip_prefix(start).map(str::len), Some(16), "{name}");
            assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')), "{name}");
            assert!(anchor.sha256().starts_with(name.rsplit('-').next().unwrap()));
        }
    }

    #[test]
    fn only_sound_roots_are_fit() {
        assert_eq!(anchor(&Spec::ca("Root", None)).unfit(NOW), None);
        let later = NOW + time::Duration::days(11);
        assert!(anchor(&Spec::ca("Root", None)).unfit(later).unwrap().contains("expired"));
        assert!(anchor(&Spec::leaf("leaf", &["a.test"])).unfit(NOW).unwrap().contains("not a certificate authority"));
        let mute = Spec { key_usage: Some(KeyUsage::CRL_SIGN), ..Spec::ca("Mute", None) };
        assert!(anchor(&mute).unfit(NOW).unwrap().contains("keyUsage"));
        let root = Node::root(&Spec::ca("Root", None));
        let issuing = Anchor::new(root.issue(&Spec::ca("Issuing", None)).certificate);
        assert!(issuing.unfit(NOW).unwrap().contains("signed by CN=Root"));
    }

    #[test]
    fn a_root_that_only_claims_to_be_one_is_unfit() {
        let pretended = Spec::ca("Root", None);
        let (one, other) = (Node::root(&pretended), Node::root(&pretended));
        let mut der = one.certificate.der().to_vec();
        let signature = other.certificate.signature();
        // Both signatures may have another length; where they do not, one stands in for the other.
        let at = der.len() - signature.len();
        der[at..].copy_from_slice(signature);
        if let Ok(forged) = Certificate::from_der(&der) {
            assert!(Anchor::new(forged).unfit(NOW).unwrap().contains("signature"));
        }
    }

    #[test]
    fn constraints_limit_only_what_they_name() {
        for (permitted, excluded, free) in [
            (vec![], vec![], vec!["any DNS name", "any IP address"]),
            (vec!["corp.test"], vec![], vec!["any IP address"]),
            (vec!["corp.test"], vec!["0.0.0.0/0"], vec!["any IP address"]),
            (vec!["corp.test"], vec!["0.0.0.0/0", "::/0"], vec![]),
            (vec!["corp.test", "10.0.0.0/8"], vec![], vec![]),
            (vec!["corp.test", "10.0.0.0/8", "::/0"], vec![], vec!["any IP address"]),
            (vec!["10.0.0.0/8"], vec!["corp.test"], vec!["any DNS name"]),
            (vec!["email:corp.test"], vec![], vec!["any DNS name", "any IP address"]),
        ] {
            let mut spec = Spec::ca("Root", None).permit(&permitted);
            spec.constraints.excluded = excluded.iter().map(|text| Subtree::parse(text).unwrap()).collect();
            assert_eq!(anchor(&spec).unlimited(), free, "{permitted:?} {excluded:?}");
        }
    }

    #[test]
    fn constraints_that_may_be_ignored_do_not_count() {
        let mut anchor = anchor(&Spec::ca("Root", None).permit(&["corp.test", "10.0.0.0/8"]));
        assert!(anchor.unlimited().is_empty());
        for extension in &mut anchor.certificate.extensions {
            extension.critical = false;
        }
        assert_eq!(anchor.unlimited().len(), 2);
    }
}
