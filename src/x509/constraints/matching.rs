//! Whether names are inside subtrees. What cannot be compared with certainty is refused.

use std::net::IpAddr;

use super::{NameConstraints, Subtree, network};
use crate::x509::general_name::uri;
use crate::x509::{GeneralName, Name, X509Error, host};

/// Most octets that [`NameConstraints::check_all`] compares: about a second's work.
const MAX_WORK: usize = 1 << 30;

impl NameConstraints {
    /// Whether a name is allowed: outside every excluded subtree, and inside a permitted one if there is any of its
    /// kind. The error says which rule forbids it. A name that constraints apply to but that cannot be compared with them (a
    /// host that is none, a quoted mailbox, a URI without a host or with an address) is refused, and so is a wildcard that
    /// could stand for an excluded name.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] with a plain sentence.
    pub fn check(&self, name: &GeneralName) -> Result<(), X509Error> {
        let form = name.form();
        let refuse = |why: &str| Err(X509Error::Invalid(format!("{name} {why}")));
        for subtree in self.excluded.iter().filter(|subtree| subtree.form() == form) {
            match covers(subtree, name, Side::Excluded) {
                Ok(false) => {}
                Ok(true) => return refuse(&format!("is inside the excluded subtree {subtree}")),
                Err(why) => return refuse(why),
            }
        }
        let mut relevant = self.permitted.iter().filter(|subtree| subtree.form() == form).peekable();
        if relevant.peek().is_none() {
            return Ok(());
        }
        let mut uncomparable = None;
        let mut listed = Vec::new();
        for subtree in relevant {
            match covers(subtree, name, Side::Permitted) {
                Ok(true) => return Ok(()),
                Ok(false) if listed.len() < 5 => listed.push(subtree.to_string()),
                Ok(false) => {}
                Err(why) => uncomparable = Some(why),
            }
        }
        match uncomparable {
            Some(why) => refuse(why),
            None => refuse(&format!("is outside the permitted subtrees ({})", listed.join(", "))),
        }
    }

    /// Checks a subject: `directoryName` constraints on the name itself, unless it is empty, and email constraints on its
    /// `emailAddress` attributes (RFC 5280 §4.2.1.10).
    ///
    /// # Errors
    /// [`X509Error::Invalid`] with a plain sentence.
    pub fn check_subject(&self, subject: &Name) -> Result<(), X509Error> {
        if !subject.is_empty() {
            self.check(&GeneralName::DirectoryName(subject.clone()))?;
        }
        let constrained = self.permitted.iter().chain(&self.excluded).any(|subtree| subtree.form() == 1);
        for address in subject.email_addresses() {
            match address {
                Some(address) => self.check(&GeneralName::Email(address))?,
                None if constrained => {
                    return Err(X509Error::Invalid(
                        "the subject has an emailAddress that cannot be compared with the email constraints".into(),
                    ));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Checks a certificate's subject and all its alternative names, after making sure that this is no attempt to keep
    /// the reader busy: thousands of names against thousands of subtrees are refused.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] with a plain sentence about the first name that is forbidden.
    pub fn check_all(&self, subject: &Name, names: &[GeneralName]) -> Result<(), X509Error> {
        let subtrees = || self.permitted.iter().chain(&self.excluded);
        let emails = subject.email_addresses().map(|address| (1, address.map_or(0, |address| address.len())));
        let names_cost = names.iter().map(|name| (name.form(), name.size()));
        let (mut name_sizes, mut name_counts) = ([0_usize; 32], [0_usize; 32]);
        for (form, size) in names_cost.chain(emails).chain([(4, subject.der().len())]) {
            name_sizes[usize::from(form)] += size;
            name_counts[usize::from(form)] += 1;
        }
        let work = subtrees().fold(0_usize, |work, subtree| {
            let form = usize::from(subtree.form());
            work.saturating_add(name_sizes[form]).saturating_add(name_counts[form].saturating_mul(subtree.size()))
        });
        if work > MAX_WORK {
            return Err(X509Error::Invalid("too many names for so many name constraints".into()));
        }
        self.check_subject(subject)?;
        names.iter().try_for_each(|name| self.check(name))
    }
}

impl Subtree {
    /// About how many octets a comparison reads.
    fn size(&self) -> usize {
        match self {
            Self::DirectoryName(name) => name.der().len(),
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => text.len(),
            Self::Ip(..) => 16,
            Self::Other(der) => der.len(),
        }
    }
}

impl GeneralName {
    /// About how many octets a comparison reads.
    fn size(&self) -> usize {
        match self {
            Self::DirectoryName(name) => name.der().len(),
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) | Self::Upn(text) => text.len(),
            Self::Ip(_) | Self::RegisteredId(_) => 16,
            Self::Other(der) => der.len(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Excluded,
    Permitted,
}

/// Whether a subtree covers a name of its form: all of it if it permits, any of it if it excludes. The error says why
/// the two cannot be compared.
fn covers(subtree: &Subtree, name: &GeneralName, side: Side) -> Result<bool, &'static str> {
    match (subtree, name) {
        (Subtree::Dns(base), GeneralName::Dns(name)) => dns_covers(base, name, side),
        (Subtree::Email(base), GeneralName::Email(name)) => mail_covers(base, name, side),
        (Subtree::Uri(base), GeneralName::Uri(name)) => match uri::undisputed_host(name) {
            Some(host) if is_address(host) => Err("has an address as its host, which URI constraints cannot cover"),
            Some(host) if is_host(host) => Ok(host_covers(base, host)),
            _ => Err("has no host name that URI constraints could cover"),
        },
        (Subtree::Ip(base, prefix), GeneralName::Ip(address)) => Ok(ip_covers(*base, *prefix, *address, side)),
        (Subtree::DirectoryName(prefix), GeneralName::DirectoryName(name)) => Ok(name.is_within(prefix)),
        _ => Err("is of a kind whose constraints cannot be applied here"),
    }
}

fn dns_covers(base: &str, name: &str, side: Side) -> Result<bool, &'static str> {
    let (wildcard, host) = name.strip_prefix("*.").map_or((false, name), |rest| (true, rest));
    if !is_host(host) {
        return Err("is no host name that DNS constraints could cover");
    }
    let domain = base.strip_prefix('.').unwrap_or(base);
    let is_domain = host.eq_ignore_ascii_case(domain);
    // The names that a wildcard stands for are all subdomains.
    let covered = base.is_empty() || is_subdomain(host, domain) || (is_domain && (wildcard || domain == base));
    // `*.corp.test` could be `db.corp.test`, exactly one label deeper.
    let touched = || {
        let deeper =
            base.split_once('.').is_some_and(|(label, parent)| !label.is_empty() && parent.eq_ignore_ascii_case(host));
        wildcard && side == Side::Excluded && deeper
    };
    Ok(covered || touched())
}

fn mail_covers(base: &str, address: &str, side: Side) -> Result<bool, &'static str> {
    let Some((local, host)) = address.rsplit_once('@').filter(|(local, host)| is_dot_atom(local) && is_host(host))
    else {
        return Err("is no plain mailbox that email constraints could cover");
    };
    Ok(match base.rsplit_once('@') {
        // A local part is case-sensitive by the book; nobody's mail system heeds that, so an exclusion does not either.
        Some((base_local, base_host)) => {
            let same = local == base_local || (side == Side::Excluded && local.eq_ignore_ascii_case(base_local));
            same && host.eq_ignore_ascii_case(base_host)
        }
        None => host_covers(base, host),
    })
}

/// Email and URI hosts: `.domain` is any subdomain, anything else that very host, nothing at all every host.
fn host_covers(base: &str, host: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => is_subdomain(host, domain),
        None => base.is_empty() || host.eq_ignore_ascii_case(base),
    }
}

/// IPv4 addresses in IPv6 clothes answer to exclusions of both families: verifiers differ in how they see them.
fn ip_covers(base: IpAddr, prefix: u8, address: IpAddr, side: Side) -> bool {
    let inside =
        |address: IpAddr| base.is_ipv4() == address.is_ipv4() && network(base, prefix) == network(address, prefix);
    let mapped = match address {
        IpAddr::V4(v4) => IpAddr::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::from),
    };
    inside(address) || (side == Side::Excluded && inside(mapped))
}

/// Whether a host is at least one label below a domain.
fn is_subdomain(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.as_bytes());
    host.len()
        .checked_sub(domain.len() + 1)
        .is_some_and(|dot| dot > 0 && host[dot] == b'.' && host[dot + 1..].eq_ignore_ascii_case(domain))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host::reads_as_address(host)
}

/// Whether a DNS or URI constraint is a host or domain that can be compared: empty, or labels with perhaps a leading dot.
pub(crate) fn is_host_constraint(base: &str) -> bool {
    base.is_empty() || is_host(base.strip_prefix('.').unwrap_or(base))
}

/// Whether an email constraint is a mailbox, a host or a domain that can be compared.
pub(crate) fn is_mail_constraint(base: &str) -> bool {
    match base.rsplit_once('@') {
        Some((local, host)) => is_dot_atom(local) && is_host(host),
        None => is_host_constraint(base),
    }
}

/// Whether a text is a host name as constraints compare them: nonempty labels of letters, digits, hyphens and, since
/// foreign names have them, underscores.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
    };
    text.split('.').all(is_label)
}

/// Whether a local part is one that has only one spelling: RFC 5321 dot-string, no quotes.
fn is_dot_atom(text: &str) -> bool {
    let is_atom = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet);
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom))
}
