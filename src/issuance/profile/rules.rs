//! A profile as it is believed: everything checked, nothing left as text that could be wrong.

use std::collections::BTreeMap;

use super::pattern::{NameKind, Pattern};
use super::template::{Template, Variables};
use crate::keys::{Algorithm, KeyKind, KeyRules};
use crate::x509::extension::NameConstraints;
use crate::x509::time::Span;
use crate::x509::{GeneralName, KeyUsage, Oid};

/// What a profile says.
#[derive(Debug)]
pub(in crate::issuance) struct Rules {
    pub(in crate::issuance) description: String,
    pub(in crate::issuance) authority: bool,
    pub(in crate::issuance) key: KeyPolicy,
    pub(in crate::issuance) validity: ValidityRules,
    pub(in crate::issuance) subject: SubjectTemplate,
    pub(in crate::issuance) names: Names,
    pub(in crate::issuance) key_usage: KeyUsage,
    pub(in crate::issuance) key_usage_rsa: KeyUsage,
    pub(in crate::issuance) key_usage_ec: KeyUsage,
    pub(in crate::issuance) extended_key_usage: Vec<Oid>,
    pub(in crate::issuance) extended_key_usage_critical: bool,
    pub(in crate::issuance) path_len: Option<u8>,
    pub(in crate::issuance) name_constraints: NameConstraints,
    pub(in crate::issuance) shut_other_kinds: bool,
    pub(in crate::issuance) policies: Vec<Oid>,
    pub(in crate::issuance) crl_distribution_points: UrlList,
    pub(in crate::issuance) ca_issuers: UrlList,
    pub(in crate::issuance) ocsp: UrlList,
    pub(in crate::issuance) ocsp_nocheck: bool,
    pub(in crate::issuance) extensions: Vec<ExtraExtension>,
    pub(in crate::issuance) variables: BTreeMap<String, VariableRules>,
}

impl Rules {
    /// Whether a template makes something of the name.
    pub(in crate::issuance) fn takes_name(&self) -> bool {
        self.subject.parts.iter().chain(&self.names.add).any(|template| template.needs().any(|name| name == "name"))
    }

    /// The key usage for a key.
    pub(in crate::issuance) fn key_usage_for(&self, kind: KeyKind) -> KeyUsage {
        match kind {
            KeyKind::Rsa(_) => self.key_usage.with(self.key_usage_rsa),
            KeyKind::Ec(_) => self.key_usage.with(self.key_usage_ec),
            // RFC 4055 §1.2 and RFC 9881 §5: these keys only sign.
            KeyKind::Ed25519 | KeyKind::MlDsa(_) | KeyKind::RsaPss(_) => self.key_usage,
        }
    }
}

/// Which keys are allowed.
#[derive(Debug)]
pub(in crate::issuance) struct KeyPolicy {
    pub(in crate::issuance) algorithms: Vec<Algorithm>,
    pub(in crate::issuance) rsa_pss: bool,
    pub(in crate::issuance) default: Algorithm,
    pub(in crate::issuance) rules: KeyRules,
}

impl KeyPolicy {
    /// Whether the algorithm is allowed; an RSA key of any size that the rules allow passes if any RSA is.
    pub(in crate::issuance) fn allows(&self, kind: KeyKind) -> bool {
        use crate::keys::{Curve, MlDsaLevel};
        let rsa_size = |bits: usize| (self.rules.min_rsa_bits..=self.rules.max_rsa_bits).contains(&bits);
        let listed = |algorithm| self.algorithms.contains(&algorithm);
        match kind {
            KeyKind::Ec(Curve::P256) => listed(Algorithm::EcP256),
            KeyKind::Ec(Curve::P384) => listed(Algorithm::EcP384),
            KeyKind::Ec(Curve::P521) => listed(Algorithm::EcP521),
            KeyKind::Ed25519 => listed(Algorithm::Ed25519),
            KeyKind::MlDsa(MlDsaLevel::L44) => listed(Algorithm::MlDsa44),
            KeyKind::MlDsa(MlDsaLevel::L65) => listed(Algorithm::MlDsa65),
            KeyKind::MlDsa(MlDsaLevel::L87) => listed(Algorithm::MlDsa87),
            KeyKind::Rsa(bits) => self.allows_rsa() && rsa_size(bits),
            KeyKind::RsaPss(bits) => self.rsa_pss && rsa_size(bits),
        }
    }

    fn allows_rsa(&self) -> bool {
        [Algorithm::Rsa2048, Algorithm::Rsa3072, Algorithm::Rsa4096].iter().any(|rsa| self.algorithms.contains(rsa))
    }

    /// The words for what is allowed, for a refusal.
    pub(in crate::issuance) fn words(&self) -> String {
        let pss = self.rsa_pss.then_some("rsa-pss");
        self.algorithms.iter().map(|algorithm| algorithm.as_str()).chain(pss).collect::<Vec<_>>().join(" ")
    }
}

/// How long a certificate may live.
#[derive(Debug)]
pub(in crate::issuance) struct ValidityRules {
    pub(in crate::issuance) default: Span,
    pub(in crate::issuance) max: Option<Span>,
    pub(in crate::issuance) backdate: Span,
}

/// Where the subject comes from.
#[derive(Debug)]
pub(in crate::issuance) struct SubjectTemplate {
    /// One template for each RDN, or one for all of them.
    pub(in crate::issuance) parts: Vec<Template>,
    pub(in crate::issuance) from_csr: AttributeTypes,
    pub(in crate::issuance) from_operator: AttributeTypes,
}

/// The attribute types that somebody may give.
#[derive(Debug)]
pub(in crate::issuance) enum AttributeTypes {
    Any,
    These(Vec<String>),
}

impl AttributeTypes {
    pub(in crate::issuance) fn allows(&self, attribute_type: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(types) => types.iter().any(|known| known.eq_ignore_ascii_case(attribute_type)),
        }
    }
}

impl std::fmt::Display for AttributeTypes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("any attribute"),
            Self::These(types) if types.is_empty() => f.write_str("none"),
            Self::These(types) => f.write_str(&types.join(", ")),
        }
    }
}

/// Which names a certificate may carry.
#[derive(Debug)]
pub(in crate::issuance) struct Names {
    pub(in crate::issuance) patterns: BTreeMap<NameKind, Vec<Pattern>>,
    pub(in crate::issuance) wildcards: bool,
    pub(in crate::issuance) required: Required,
    pub(in crate::issuance) max: Option<usize>,
    pub(in crate::issuance) max_of_kind: BTreeMap<NameKind, usize>,
    pub(in crate::issuance) add: Vec<Template>,
}

/// Which names must be there.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::issuance) enum Required {
    Nothing,
    AnyName,
    Kinds(Vec<NameKind>),
}

impl Names {
    /// Whether names of a kind can be allowed at all.
    pub(in crate::issuance) fn knows(&self, kind: NameKind) -> bool {
        self.patterns.contains_key(&kind)
    }

    /// Whether a well-formed name is allowed; the error is a clause that goes on from "the profile x …".
    pub(in crate::issuance) fn check(&self, name: &GeneralName) -> Result<(), String> {
        let patterns = NameKind::of(name).and_then(|kind| self.patterns.get(&kind));
        let Some(patterns) = patterns else {
            return Err(format!("allows no {} names", name.kind()));
        };
        if let GeneralName::Dns(text) = name
            && text.starts_with('*')
            && !self.wildcards
        {
            return Err("allows no wildcards".into());
        }
        if patterns.iter().any(|pattern| pattern.fits(name)) {
            return Ok(());
        }
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        Err(format!("allows only {} names that fit {}", name.kind(), patterns.join(" or ")))
    }

    /// The kinds that are allowed, as words.
    pub(in crate::issuance) fn kinds(&self) -> String {
        self.patterns.keys().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// URLs of a profile, or word that the store's settings give them.
#[derive(Debug)]
pub(in crate::issuance) enum UrlList {
    FromStore,
    These(Vec<Template>),
}

/// An extension that the profile spells out.
#[derive(Debug)]
pub(in crate::issuance) struct ExtraExtension {
    pub(in crate::issuance) oid: Oid,
    pub(in crate::issuance) critical: bool,
    pub(in crate::issuance) value: ExtraValue,
}

/// Its value.
#[derive(Debug)]
pub(in crate::issuance) enum ExtraValue {
    Der(Vec<u8>),
    /// A string of the given tag.
    Text(u8, Template),
}

impl ExtraValue {
    /// The DER of the value.
    pub(in crate::issuance) fn der(&self, variables: &Variables<'_>) -> Result<Vec<u8>, String> {
        use crate::x509::tlv;
        match self {
            Self::Der(der) => Ok(der.clone()),
            Self::Text(tag, template) => {
                let text = template.render(variables)?;
                if *tag == tlv::IA5_STRING && !text.is_ascii() {
                    return Err("an ia5 extension value must be ASCII".into());
                }
                Ok(tlv::encode(*tag, text.as_bytes()))
            }
        }
    }
}

/// A variable that may be set.
#[derive(Debug)]
pub(in crate::issuance) struct VariableRules {
    pub(in crate::issuance) description: String,
    pub(in crate::issuance) default: Option<String>,
    pub(in crate::issuance) pattern: Option<String>,
}
