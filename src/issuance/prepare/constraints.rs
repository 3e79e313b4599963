//! Name constraints for an authority certificate.
//!
//! RFC 5280 §4.2.1.10 leaves every kind of name free that no subtree is about: an authority that may only sign for
//! `corp.test` could still sign for any IP address, mailbox or URI. People mean "and nothing else", so the kinds that are
//! not permitted are shut, each in the one form that every validator understands the same way:
//!
//! - **IP**: the whole address space, `0.0.0.0/0` and `::/0`, is excluded, as the CA/Browser Forum demands.
//! - **DNS, email, URI**: only the host `nothing.invalid` is permitted, in a top-level domain that never exists (RFC 6761
//!   §6.4); a URI constraint has to be a fully qualified name, so `invalid` alone would not do. An empty excluded subtree
//!   would say it more directly, but OpenSSL (email) and Java (DNS) do not take it for "all", and Java cannot even read an
//!   empty URI subtree.
//!
//! OpenSSL 3.0, Go 1.26, Java 17 and NSS take these forms and refuse what is shut; pyca/cryptography 50 too, and it refuses
//! any URI where URIs are constrained at all; GnuTLS 3.7 does not look at URI constraints. Java ignores constraints in a trust
//! anchor: to bind Java clients, constrain the authority below the root as well.
//!
//! Other kinds (directory names, user principal names) stay free: Go refuses a critical extension with subtrees of these.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Draft;
use crate::x509::Certificate;
use crate::x509::extension::{NameConstraints, Subtree};

/// A domain that never exists.
pub(super) const NOWHERE: &str = "nothing.invalid";

impl Draft<'_> {
    /// The profile's constraints and the operator's together; `None` if there are none.
    pub(super) fn name_constraints(&mut self) -> Option<NameConstraints> {
        let rules = self.rules();
        if !rules.authority {
            if self.request.name_constraints.is_some() {
                self.refuse("name constraints are for authorities only");
            }
            return None;
        }
        let mut constraints = rules.name_constraints.clone();
        if let Some(asked) = &self.request.name_constraints {
            merge(&mut constraints.permitted, &asked.permitted);
            merge(&mut constraints.excluded, &asked.excluded);
        }
        if constraints == NameConstraints::default() {
            return None;
        }
        self.note_vain(&constraints.permitted);
        if rules.shut_other_kinds {
            let shut = shut_other_kinds(&mut constraints);
            if !shut.is_empty() {
                self.report
                    .notes
                    .push(format!("names of the kinds that are not permitted are shut out: {}", shut.join(", ")));
            }
        }
        let subtrees = constraints.permitted.iter().map(|subtree| format!("permitted {subtree}"));
        let subtrees = subtrees.chain(constraints.excluded.iter().map(|subtree| format!("excluded {subtree}")));
        self.report.added.extend(subtrees);
        Some(constraints)
    }

    /// Remarks on what is permitted in vain: no certificate for it could have a valid chain.
    fn note_vain(&mut self, permitted: &[Subtree]) {
        let Some(issuer) = self.issuer else { return };
        for subtree in permitted {
            let forbids = |above: &&Certificate| {
                above.name_constraints.as_ref().is_some_and(|constraints| !constraints.leaves_some_of(subtree))
            };
            if let Some(above) = std::iter::once(issuer.certificate).chain(issuer.chain).find(forbids) {
                self.report.notes.push(format!(
                    "{subtree} is permitted in vain: {}, above it, permits nothing of that",
                    above.subject
                ));
            }
        }
    }
}

fn merge(into: &mut Vec<Subtree>, more: &[Subtree]) {
    for subtree in more {
        if !into.contains(subtree) {
            into.push(subtree.clone());
        }
    }
}

/// Shuts the kinds that no permitted subtree is about, if there is a permitted one of any of the four kinds; gives their
/// names.
fn shut_other_kinds(constraints: &mut NameConstraints) -> Vec<&'static str> {
    let permits = |kind: fn(&Subtree) -> bool| constraints.permitted.iter().any(kind);
    let dns = permits(|subtree| matches!(subtree, Subtree::Dns(_)));
    let email = permits(|subtree| matches!(subtree, Subtree::Email(_)));
    let ip = permits(|subtree| matches!(subtree, Subtree::Ip(..)));
    let uri = permits(|subtree| matches!(subtree, Subtree::Uri(_)));
    let mut shut = Vec::new();
    if !(dns || email || ip || uri) {
        return shut;
    }
    if !dns {
        constraints.permitted.push(Subtree::Dns(NOWHERE.into()));
        shut.push("dns");
    }
    if !ip {
        merge(
            &mut constraints.excluded,
            &[Subtree::Ip(Ipv4Addr::UNSPECIFIED.into(), 0), Subtree::Ip(Ipv6Addr::UNSPECIFIED.into(), 0)],
        );
        shut.push("ip");
    }
    if !email {
        constraints.permitted.push(Subtree::Email(NOWHERE.into()));
        shut.push("email");
    }
    if !uri {
        constraints.permitted.push(Subtree::Uri(NOWHERE.into()));
        shut.push("uri");
    }
    shut
}
