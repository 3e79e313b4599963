//! Whether an authority's constraints leave anything of what an authority below it permits.

use super::{NameConstraints, Subtree};
use crate::x509::GeneralName;

impl NameConstraints {
    /// Whether some name inside a subtree is allowed here. `true` for what cannot be said: only DNS names, mailboxes, URIs and
    /// addresses are looked at.
    pub fn leaves_some_of(&self, subtree: &Subtree) -> bool {
        let Some(name) = subtree.name_inside() else { return true };
        // A part of an address range may be excluded and the rest of it not.
        let excluded = self.excluded.iter().filter(|excluded| match (excluded, subtree) {
            (Subtree::Ip(_, part), Subtree::Ip(_, whole)) => part <= whole,
            _ => true,
        });
        let whole = Self { permitted: self.permitted.clone(), excluded: excluded.cloned().collect() };
        let below = Self { permitted: vec![subtree.clone()], excluded: Vec::new() };
        let narrower = self.permitted.iter().filter_map(Subtree::name_inside);
        whole.check(&name).is_ok()
            || narrower.into_iter().any(|inner| is_same_kind(&inner, &name) && below.check(&inner).is_ok())
    }
}

impl Subtree {
    /// A name that this subtree covers.
    fn name_inside(&self) -> Option<GeneralName> {
        let host = |base: &str| if base.starts_with('.') { format!("a{base}") } else { base.to_owned() };
        Some(match self {
            Self::Dns(base) => GeneralName::Dns(host(base)),
            Self::Email(base) if base.contains('@') => GeneralName::Email(base.clone()),
            Self::Email(base) => GeneralName::Email(format!("a@{}", host(base))),
            Self::Ip(address, _) => GeneralName::Ip(*address),
            Self::Uri(base) => GeneralName::Uri(format!("https://{}/", host(base))),
            Self::DirectoryName(_) | Self::Other(_) => return None,
        })
    }
}

fn is_same_kind(one: &GeneralName, other: &GeneralName) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subtree_inside_around_or_beside_what_is_permitted() {
        let parse = |texts: &[&str]| texts.iter().map(|text| Subtree::parse(text).unwrap()).collect::<Vec<_>>();
        let cases: [(&[&str], &[&str], &str, bool); 16] = [
            (&["corp.test"], &[], "dns:corp.test", true),
            (&["corp.test"], &[], "dns:a.corp.test", true),
            (&["a.corp.test"], &[], "dns:corp.test", true),
            (&["corp.test"], &[], "dns:other.test", false),
            (&["corp.test"], &["a.corp.test"], "dns:a.corp.test", false),
            (&["corp.test"], &["a.corp.test"], "dns:corp.test", true),
            (&["corp.test"], &[], "ip:10.0.0.0/8", true),
            (&["10.0.0.0/8"], &[], "ip:10.1.0.0/16", true),
            (&["10.1.0.0/16"], &[], "ip:10.0.0.0/8", true),
            (&["10.0.0.0/8"], &[], "ip:192.168.0.0/16", false),
            (&[], &["ip:0.0.0.0/0"], "ip:10.0.0.0/8", false),
            (&[], &["ip:10.0.0.0/16"], "ip:10.0.0.0/8", true),
            (&["email:corp.test"], &[], "email:ann@corp.test", true),
            (&["email:.corp.test"], &[], "email:corp.test", false),
            (&["uri:.corp.test"], &[], "uri:a.corp.test", true),
            (&["uri:corp.test"], &[], "uri:other.test", false),
        ];
        for (permitted, excluded, asked, expected) in cases {
            let above = NameConstraints { permitted: parse(permitted), excluded: parse(excluded) };
            let found = above.leaves_some_of(&Subtree::parse(asked).unwrap());
            assert_eq!(found, expected, "{asked} below {permitted:?} without {excluded:?}");
        }
    }
}
