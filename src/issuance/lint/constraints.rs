//! Name constraints.

use super::rule::{Rule, seen};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{escape, oid};

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
