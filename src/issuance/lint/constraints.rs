//! Name constraints.

use super::rule::{EVERYBODY, Rule, seen, sometimes};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::constraints::{is_host_constraint, is_mail_constraint, network, range};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Subtree, display, escape, oid};

const NEW_CA: &str = "have the authority's certificate issued again for the same key; what it issued stays good";

pub(super) const RULES: &[Rule] = &[
    Rule::new("name-constraints-without-ca", Severity::Error, "RFC 5280 §4.2.1.10", constraints_in_leaf)
        .demands("name constraints are for authorities", "have it issued again without them")
        .refused_by(&[seen(Target::Pyca)]),
    Rule::new("name-constraints-not-critical", Severity::Error, "RFC 5280 §4.2.1.10", constraints_critical)
        .demands("name constraints are critical", NEW_CA),
    Rule::new("name-constraints-leading-dot", Severity::Warning, "RFC 5280 §4.2.1.10", constraints_dot)
        .demands(
            "a DNS constraint has no leading dot",
            "have it issued again with corp.test instead of .corp.test: both include what is below",
        )
        .refused_by(&[seen(Target::Pyca)]),
    Rule::new("name-constraints-uncommon", Severity::Warning, "RFC 5280 §4.2.1.10", constraints_form)
        .demands("name constraints are of DNS names, addresses, mailboxes and URIs", NEW_CA)
        .refused_by(&[seen(Target::Gnutls), seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("name-constraints-mask", Severity::Error, "RFC 5280 §4.2.1.10, RFC 4632", constraints_mask)
        .demands("the mask of an address constraint is a prefix", NEW_CA)
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            sometimes(Target::Pyca, "where a certificate below has an address, and in Certificate.extensions"),
        ]),
    Rule::new("name-constraints-host-bits", Severity::Warning, "RFC 4632 §3.1", constraints_host_bits)
        .demands("an address constraint has no bits beyond its prefix", NEW_CA)
        .refused_by(&[sometimes(Target::Pyca, "Certificate.extensions: has host bits set")]),
    Rule::new("name-constraints-dns", Severity::Error, "RFC 5280 §4.2.1.10", constraints_dns)
        .demands("a DNS constraint is a domain, without a wildcard", NEW_CA)
        .refused_by(EVERYBODY),
    Rule::new("name-constraints-email", Severity::Error, "RFC 5280 §4.2.1.10", constraints_email)
        .demands("a mail constraint is a mailbox, a host, or a domain with a leading dot", NEW_CA)
        .refused_by(&[seen(Target::Go)]),
    Rule::new("name-constraints-uri", Severity::Error, "RFC 5280 §4.2.1.10", constraints_uri)
        .demands("a URI constraint is a host, or a domain with a leading dot", NEW_CA)
        .refused_by(&[seen(Target::Java)]),
];

fn constraints_in_leaf(view: &View<'_>, broken: &mut Broken) {
    let stray = !view.is_ca && view.certificate.name_constraints.is_some();
    broken.say_if(stray, "nameConstraints in a certificate that is no authority");
}

fn constraints_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::NAME_CONSTRAINTS) == Some(false), "nameConstraints are not critical");
}

fn constraints_dot(view: &View<'_>, broken: &mut Broken) {
    for (tag, base) in subtree_bases(view) {
        if tag == tlv::context(2) && base.first() == Some(&b'.') {
            let base = String::from_utf8_lossy(base);
            broken.say(format!("the DNS constraint {} has a leading dot", escape(&base)));
        }
    }
}

fn constraints_form(view: &View<'_>, broken: &mut Broken) {
    const COMMON: [u8; 4] = [tlv::context(1), tlv::context(2), tlv::context(6), tlv::context(7)];
    let uncommon = subtree_bases(view).iter().any(|(tag, _)| !COMMON.contains(tag));
    broken.say_if(uncommon, "a name constraint is of a form other than DNS, address, mailbox and URI");
}

fn constraints_mask(view: &View<'_>, broken: &mut Broken) {
    for (_, base) in subtree_bases(view).into_iter().filter(|(tag, _)| *tag == tlv::context(7)) {
        if !matches!(base.len(), 8 | 32) {
            broken.say(format!("an address constraint has {} octets, neither 8 nor 32", base.len()));
        } else if range(base).is_none() {
            let (address, mask) = base.split_at(base.len() / 2);
            let (address, mask) = (display::hex(address), display::hex(mask));
            broken.say(format!("the address constraint {address} has the mask {mask}, which is no prefix"));
        }
    }
}

fn constraints_host_bits(view: &View<'_>, broken: &mut Broken) {
    for (_, base) in subtree_bases(view).into_iter().filter(|(tag, _)| *tag == tlv::context(7)) {
        if let Some(Subtree::Ip(address, prefix)) = range(base)
            && network(address, prefix) != address
        {
            let network = network(address, prefix);
            broken.say(format!(
                "the address constraint {address}/{prefix} has bits beyond the prefix: {network}/{prefix}"
            ));
        }
    }
}

fn constraints_dns(view: &View<'_>, broken: &mut Broken) {
    not_as_it_should_be(view, 2, "DNS", is_host_constraint, broken);
}

fn constraints_email(view: &View<'_>, broken: &mut Broken) {
    not_as_it_should_be(view, 1, "mail", is_mail_constraint, broken);
}

fn constraints_uri(view: &View<'_>, broken: &mut Broken) {
    not_as_it_should_be(view, 6, "URI", is_host_constraint, broken);
}

/// Says which constraints of a form of names can be compared with no name.
fn not_as_it_should_be(view: &View<'_>, form: u8, what: &str, fits: fn(&str) -> bool, broken: &mut Broken) {
    for (_, base) in subtree_bases(view).into_iter().filter(|(tag, _)| *tag == tlv::context(form)) {
        let base = String::from_utf8_lossy(base);
        if !fits(&base) {
            let base: String = base.chars().take(100).collect();
            broken.say(format!("the {what} constraint \"{}\" is none that names can be compared with", escape(&base)));
        }
    }
}

/// Tag and contents of the base of every subtree.
fn subtree_bases<'a>(view: &View<'a>) -> Vec<(u8, &'a [u8])> {
    let mut bases = Vec::new();
    let Some(extension) = view.certificate.extension(&oid::NAME_CONSTRAINTS) else { return bases };
    let mut lists = Reader::new(Tlv::only_contents(&extension.value, tlv::SEQUENCE).unwrap_or_default());
    while let Ok(list) = lists.read() {
        let mut subtrees = Reader::new(list.contents);
        while let Ok(subtree) = subtrees.expect(tlv::SEQUENCE) {
            bases.extend(Reader::new(subtree).read().ok().map(|base| (base.tag, base.contents)));
        }
    }
    bases
}
