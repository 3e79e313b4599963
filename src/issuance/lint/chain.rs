//! A certificate beside its issuer's, what it is asked to be for, and the order of a chain.

use super::rule::{Rule, seen, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::display::hex;
use crate::x509::path::{check_host, check_purpose};
use crate::x509::time::format_instant;
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Certificate, GeneralName, Name, oid};

pub(super) const RULES: &[Rule] = &[
    Rule::new("aki-mismatch", Severity::Error, "RFC 5280 §4.2.1.1", key_ids)
        .demands(
            "the authority's key identifier is the subject's of the issuer",
            "have it issued again, or give the issuer's certificate with the key identifier that is wanted",
        )
        .refused_by(&[seen(Target::Gnutls), seen(Target::Nss), seen(Target::Openssl), seen(Target::Python313)]),
    Rule::new("aki-serial-mismatch", Severity::Error, "RFC 5280 §4.2.1.1", key_serials)
        .demands(
            "the certificate that the authority's key identifier names is the issuer's",
            "have it issued again, with a key identifier alone, or give the certificate of the issuer that it names",
        )
        .refused_by(&[seen(Target::Openssl), seen(Target::Python313)]),
    Rule::new("issuer-name-differs", Severity::Warning, "RFC 5280 §4.1.2.4", issuer_name)
        .demands(
            "the issuer is written as the subject of the issuer is, octet by octet",
            "have it issued again by an authority that copies its own subject: certwright does",
        )
        .refused_by(&[seen(Target::Go), seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("issuer-purposes", Severity::Warning, "CA/B BR §7.1.2.10.6", issuer_purposes)
        .demands(
            "an issuer's extendedKeyUsage includes those of what it issues",
            "have it issued by an authority without extendedKeyUsage, or with this purpose too",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("outlives-issuer", Severity::Notice, "RFC 5280 §6.1", outlives).demands(
        "a certificate ends no later than its issuer's",
        "renew the authority in time; the certificate is good for nothing without it",
    ),
    Rule::new("purpose", Severity::Error, "RFC 5280 §4.2.1.12", purpose)
        .demands(
            "the certificate may be used for what --purpose asks",
            "issue it again with a profile for this purpose: certwright profile list",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
            told(Target::Apple, "support.apple.com/103769"),
        ]),
    Rule::new("purpose-key-usage", Severity::Error, "RFC 5280 §4.2.1.3", purpose_key_usage)
        .demands(
            "the key may be used for what --purpose asks",
            "issue it again with a profile for this purpose: certwright profile list",
        )
        .refused_by(&[seen(Target::Java), seen(Target::Nss), seen(Target::Openssl), seen(Target::Python313)]),
    Rule::new("host", Severity::Error, "RFC 9525 §6", host)
        .demands(
            "the certificate names the host that --host asks for",
            "issue it again with this name or address as an alternative name",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::of_chain("chain-order", Severity::Warning, "RFC 8446 §4.4.2", order).demands(
        "each certificate of a chain is followed by its issuer's",
        "put the certificate first, then its issuer, then that one's; leave out what does not belong",
    ),
    Rule::of_chain("chain-has-root", Severity::Notice, "RFC 8446 §4.4.2", has_root).demands(
        "a chain that is sent leaves the root out",
        "remove the root: who trusts it has it, who does not will not believe it",
    ),
];

fn key_ids(view: &View<'_>, broken: &mut Broken) {
    let issuer_id = view.subject.issuer.and_then(|issuer| issuer.subject_key_id.as_ref());
    if let (Some(own), Some(issuer_id)) = (&view.certificate.authority_key_id, issuer_id)
        && own != issuer_id
    {
        let start = |id: &[u8]| hex(id.get(..32).unwrap_or(id));
        broken.say(format!("the authority's key identifier is {}, its issuer has {}", start(own), start(issuer_id)));
    }
}

/// The certificate that an `authorityKeyIdentifier` names.
struct NamedInKeyId<'a> {
    /// Its issuer: a `Name`.
    issuer: Option<&'a [u8]>,
    /// Its serial number: the contents of an INTEGER.
    serial: Option<&'a [u8]>,
}

fn named_in_key_id(value: &[u8]) -> Option<NamedInKeyId<'_>> {
    let mut fields = Reader::new(Tlv::only_contents(value, tlv::SEQUENCE).ok()?);
    fields.optional(tlv::context(0)).ok()?;
    let names = fields.optional(tlv::context_constructed(1)).ok()?;
    let serial = fields.optional(tlv::context(2)).ok()?;
    let mut names = Reader::new(names.map_or(&[], |names| names.contents));
    let mut directory = None;
    while !names.is_empty() && directory.is_none() {
        let name = names.read().ok()?;
        directory = (name.tag == tlv::context_constructed(4)).then_some(name.contents);
    }
    Some(NamedInKeyId { issuer: directory, serial: serial.map(|serial| serial.contents) })
}

fn key_serials(view: &View<'_>, broken: &mut Broken) {
    let own = view.certificate.extension(&oid::AUTHORITY_KEY_IDENTIFIER);
    let (Some(issuer), Some(own)) = (view.subject.issuer, own) else { return };
    let Some(NamedInKeyId { issuer: name, serial }) = named_in_key_id(&own.value) else { return };
    let other_serial = serial.is_some_and(|serial| serial != issuer.serial.content());
    broken
        .say_if(other_serial, "the authority's key identifier has another serial number than the issuer's certificate");
    let other_name = name.is_some_and(|name| Name::from_der(name).is_ok_and(|name| name != issuer.issuer));
    broken.say_if(
        other_name,
        "the authority's key identifier names another issuer than that of the issuer's certificate",
    );
}

fn issuer_name(view: &View<'_>, broken: &mut Broken) {
    let Some(issuer) = view.subject.issuer else { return };
    if view.certificate.issuer.der() != issuer.subject.der() {
        let (own, subject) = (&view.certificate.issuer, &issuer.subject);
        broken.say(match own.to_string() == subject.to_string() {
            true => format!("the issuer {own} is written with other string types than in the issuer's certificate"),
            false => format!("the issuer is {own}, the issuer's certificate is of {subject}"),
        });
    }
}

fn issuer_purposes(view: &View<'_>, broken: &mut Broken) {
    let Some(issuer) = view.subject.issuer.filter(|issuer| !issuer.is_root()) else { return };
    let (Some(own), Some(allowed)) = (&view.certificate.extended_key_usage, &issuer.extended_key_usage) else { return };
    if allowed.contains(&oid::EKU_ANY) {
        return;
    }
    for purpose in own.iter().filter(|purpose| !allowed.contains(purpose)) {
        let label = oid::label(purpose).map_or_else(|| purpose.to_string(), str::to_owned);
        broken.say(format!("the issuer may not issue for {label}: its extendedKeyUsage does not have it"));
    }
}

fn outlives(view: &View<'_>, broken: &mut Broken) {
    let Some(issuer) = view.subject.issuer else { return };
    if view.certificate.not_after > issuer.not_after {
        let (own, end) = (format_instant(view.certificate.not_after), format_instant(issuer.not_after));
        broken.say(format!("the certificate ends on {own}, its issuer on {end} already"));
    }
}

fn purpose(view: &View<'_>, broken: &mut Broken) {
    let Some(purpose) = view.subject.purpose else { return };
    if let Err(why) = check_purpose(view.certificate, purpose)
        && why.rule != KEY_USAGE
    {
        broken.say(why.reason);
    }
}

/// The rule of paths that a key's usage breaks, where the purpose itself is right.
const KEY_USAGE: &str = "key-usage";

fn purpose_key_usage(view: &View<'_>, broken: &mut Broken) {
    let Some(purpose) = view.subject.purpose else { return };
    if let Err(why) = check_purpose(view.certificate, purpose)
        && why.rule == KEY_USAGE
    {
        broken.say(why.reason);
    }
}

fn host(view: &View<'_>, broken: &mut Broken) {
    let Some(host) = view.subject.host else { return };
    // Some programs fall back on the common name where nothing else could be compared: that is what `san-missing` says.
    let fallback = view.certificate.subject.common_name();
    if let (GeneralName::Dns(host), Some(common_name)) = (host, fallback)
        && view.certificate.subject_alt_names.is_empty()
        && common_name.eq_ignore_ascii_case(host)
    {
        return;
    }
    if let Err(why) = check_host(view.certificate, host) {
        broken.say(why.reason);
    }
}

fn order(chain: &[&Certificate], broken: &mut Broken) {
    for (index, pair) in chain.windows(2).enumerate() {
        if pair[0].issuer != pair[1].subject {
            let (number, next) = (index + 1, index + 2);
            broken.say(format!("certificate {next} ({}) is not the issuer of certificate {number}", pair[1].subject));
        }
    }
}

fn has_root(chain: &[&Certificate], broken: &mut Broken) {
    for root in chain.iter().skip(1).filter(|certificate| certificate.is_root()) {
        broken.say(format!("the chain has the root {}", root.subject));
    }
}
