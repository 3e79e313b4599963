//! How a certificate is written: what the strict reader refuses, and what it lets pass.

use super::rule::{EVERYBODY, Rule, seen, sometimes};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::certificate::DefectKind;
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{display, oid};

const AGAIN: &str = "have it issued again by software that writes DER; certwright sign and issue do";

/// Programs differ in which extensions they take apart, and in how closely they look.
const WHAT_IT_READS: &str = "where it reads this extension, and as closely";

/// What cannot be read at all breaks this rule; there is nothing that a check could look at.
pub(super) const UNREADABLE: Rule = Rule::new("unreadable", Severity::Error, "RFC 5280 §4.1, X.690", |_, _| {})
    .demands("what is called a certificate is one", AGAIN)
    .refused_by(EVERYBODY);

pub(super) const RULES: &[Rule] = &[
    UNREADABLE,
    Rule::new("encoding", Severity::Error, "RFC 5280 §4.1, X.690", encoding)
        .demands("every field is DER of the type that it should have", AGAIN)
        .refused_by(EVERYBODY),
    Rule::new("extension-encoding", Severity::Error, "RFC 5280 §4.2, X.690", |view, broken| {
        of_kind(view, DefectKind::ExtensionValue, broken);
    })
    .demands("the value of an extension is DER of the type that it should have", AGAIN)
    .refused_by(&[
        sometimes(Target::Gnutls, WHAT_IT_READS),
        sometimes(Target::Go, WHAT_IT_READS),
        sometimes(Target::Java, WHAT_IT_READS),
        sometimes(Target::Nss, WHAT_IT_READS),
        sometimes(Target::Openssl, WHAT_IT_READS),
        sometimes(Target::Pyca, WHAT_IT_READS),
        sometimes(Target::Python313, WHAT_IT_READS),
        sometimes(Target::Rustls, WHAT_IT_READS),
    ]),
    Rule::new("boolean-not-der", Severity::Error, "X.690 §11.1", |view, broken| {
        of_kind(view, DefectKind::BooleanNotDer, broken);
    })
    .demands("a critical flag is the octet ff", AGAIN)
    .refused_by(&[seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("name-not-utf8", Severity::Error, "RFC 5280 §4.1.2.4, X.690", |view, broken| {
        of_kind(view, DefectKind::NameNotUtf8, broken);
    })
    .demands("a UTF8String in issuer and subject is UTF-8", AGAIN)
    .refused_by(&[
        seen(Target::Go),
        seen(Target::Openssl),
        sometimes(Target::Pyca, "where the name is looked at: Certificate.subject"),
        seen(Target::Python313),
    ]),
    Rule::new("signature-algorithms-differ", Severity::Error, "RFC 5280 §4.1.1.2", algorithms_differ)
        .demands("the algorithm inside the signed part is the one outside", AGAIN)
        .refused_by(EVERYBODY),
    Rule::new("unique-id", Severity::Error, "RFC 5280 §4.1.2.8", unique_id)
        .demands("there are no unique identifiers", AGAIN)
        .refused_by(&[seen(Target::Rustls)]),
    Rule::new("default-encoded", Severity::Warning, "RFC 5280 §4.1, X.690 §11.5", default_encoded)
        .demands("a value that is the default is left out", AGAIN)
        .refused_by(&[seen(Target::Pyca)]),
    Rule::new("extensions-empty", Severity::Error, "RFC 5280 §4.1", extensions_empty)
        .demands("a list of extensions has at least one", AGAIN),
];

fn encoding(view: &View<'_>, broken: &mut Broken) {
    of_kind(view, DefectKind::Encoding, broken);
}

fn algorithms_differ(view: &View<'_>, broken: &mut Broken) {
    of_kind(view, DefectKind::AlgorithmsDiffer, broken);
}

pub(super) fn of_kind(view: &View<'_>, kind: DefectKind, broken: &mut Broken) {
    for defect in view.subject.defects.iter().filter(|defect| defect.kind == kind) {
        broken.say(defect.why.clone());
    }
}

/// The fields behind the key: unique identifiers and extensions.
fn last_fields<'a>(view: &View<'a>) -> Vec<Tlv<'a>> {
    let Ok(contents) = Tlv::only_contents(view.certificate.tbs_der(), tlv::SEQUENCE) else { return Vec::new() };
    let mut fields = Reader::new(contents);
    let mut last = Vec::new();
    while let Ok(field) = fields.read() {
        if matches!(field.tag, 0x81 | 0x82 | 0xa1 | 0xa2 | 0xa3) {
            last.push(field);
        }
    }
    last
}

fn unique_id(view: &View<'_>, broken: &mut Broken) {
    for field in last_fields(view).iter().filter(|field| field.tag != tlv::context_constructed(3)) {
        let whose = if field.tag & 0x1f == 1 { "issuerUniqueID" } else { "subjectUniqueID" };
        broken.say(format!("there is an {whose}: {}", display::hex(field.contents.get(1..9).unwrap_or_default())));
    }
}

/// The list of extensions, without its header.
fn list<'a>(view: &View<'a>) -> Option<&'a [u8]> {
    let tagged = last_fields(view).into_iter().find(|field| field.tag == tlv::context_constructed(3))?;
    Tlv::only_contents(tagged.contents, tlv::SEQUENCE).ok()
}

fn extensions_empty(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(list(view).is_some_and(<[u8]>::is_empty), "the list of extensions is empty");
}

fn default_encoded(view: &View<'_>, broken: &mut Broken) {
    let mut items = Reader::new(list(view).unwrap_or_default());
    while let Ok(item) = items.expect(tlv::SEQUENCE) {
        let mut fields = Reader::new(item);
        let Ok(id) = fields.expect(tlv::OBJECT_IDENTIFIER).and_then(tlv::oid) else { continue };
        if let Ok(Some(Tlv { contents: [0], .. })) = fields.optional(tlv::BOOLEAN) {
            let name = oid::label(&id).map_or_else(|| id.to_string(), str::to_owned);
            broken.say(format!("critical FALSE of {name} is written out"));
        }
    }
    let constraints = view.certificate.extension(&oid::BASIC_CONSTRAINTS);
    let value = constraints.and_then(|own| Tlv::only_contents(&own.value, tlv::SEQUENCE).ok());
    broken.say_if(matches!(value, Some([1, 1, 0, ..])), "cA FALSE of basicConstraints is written out");
}
