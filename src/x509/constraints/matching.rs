//! Whether names are inside subtrees.

/// Whether a DNS or URI constraint is a host or domain that can be compared: empty, or labels with perhaps a leading dot.
pub(super) fn is_host_constraint(base: &str) -> bool {
    base.is_empty() || is_host(base.strip_prefix('.').unwrap_or(base))
}

/// Whether an email constraint is a mailbox, a host or a domain that can be compared.
pub(super) fn is_mail_constraint(base: &str) -> bool {
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

impl super::NameConstraints {
    /// Whether a name is allowed: outside every excluded subtree, and inside a permitted one if there is any of its
    /// kind. The error says which rule forbids it.
    ///
    /// # Errors
    /// [`crate::x509::X509Error::Invalid`] with a plain sentence.
    pub fn check(&self, name: &crate::x509::GeneralName) -> Result<(), crate::x509::X509Error> {
        let _ = name;
        todo!()
    }

    /// Checks a subject: `directoryName` constraints, and `emailAddress` attributes against email constraints.
    ///
    /// # Errors
    /// [`crate::x509::X509Error::Invalid`] with a plain sentence.
    pub fn check_subject(&self, subject: &crate::x509::Name) -> Result<(), crate::x509::X509Error> {
        let _ = subject;
        todo!()
    }
}
