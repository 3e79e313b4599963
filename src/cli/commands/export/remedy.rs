//! The commands that make a certificate which fits, to be run as they stand.

use super::subject::Exported;
use crate::ca;
use crate::cli::shell::quoted;
use crate::cli::{CliError, Context};
use crate::container::target::{Layout, Misfit, Need, Variables};
use crate::store::lineage_name;
use crate::x509::GeneralName;

/// What to do about a certificate that does not fit: one command a line.
pub(super) fn hint(
    cx: &Context,
    exported: &Exported,
    layout: &Layout<'_>,
    variables: &Variables,
    misfits: &[Misfit],
) -> Result<String, CliError> {
    let certwright = match &cx.settings.store_option {
        Some(store) => format!("certwright --store {}", quoted(&store.display().to_string())),
        None => "certwright".to_owned(),
    };
    let remedy = Remedy { exported, layout, variables, certwright };
    let above = misfits.iter().any(|misfit| matches!(misfit.need, Need::IssuerKey | Need::IssuerPurpose))
        || !remedy.has_fitting_authority();
    let (commands, name) = match (layout.wants_authority(), above) {
        (true, false) => remedy.authority(),
        (true, true) => remedy.authorities(),
        (false, false) => {
            let (command, name) = remedy.certificate(&remedy.certwright, misfits)?;
            (vec![command], name)
        }
        (false, true) => {
            let (mut commands, _) = remedy.authorities();
            let (command, name) = remedy.certificate(&remedy.elsewhere(), misfits)?;
            commands.push(command);
            (commands, name)
        }
    };
    let at = if above { format!(" from {}", remedy.other_store()) } else { String::new() };
    Ok(format!("make one that fits, then export {name}{at}:\n{}", commands.join("\n")))
}

struct Remedy<'a> {
    exported: &'a Exported,
    layout: &'a Layout<'a>,
    variables: &'a Variables,
    certwright: String,
}

impl Remedy<'_> {
    /// Whether the store has a root (to make an authority under it), or a default authority, whose signatures the target
    /// takes.
    fn has_fitting_authority(&self) -> bool {
        if self.layout.wants_authority() {
            return self.root().is_some();
        }
        let state = &self.exported.state;
        ca::resolve(state, self.exported.signer.as_deref()).is_ok_and(|authority| {
            let certificates = authority.certificate().into_iter().chain(authority.chain().unwrap_or_default());
            certificates.into_iter().all(|certificate| self.layout.takes_issuer(&certificate))
        })
    }

    /// A root with its key here, whose signatures the target takes.
    fn root(&self) -> Option<String> {
        let roots = self.exported.state.authorities.values().filter(|authority| {
            authority.key
                && authority
                    .certificate()
                    .is_ok_and(|certificate| certificate.is_root() && self.layout.takes_issuer(&certificate))
        });
        roots.map(|root| root.authority.clone()).next()
    }

    /// Issues under the same name, with all names that a certificate of this sort can have, the profile of the target, and
    /// another key where this one does not do. Gives the command and what to export then.
    fn certificate(&self, certwright: &str, misfits: &[Misfit]) -> Result<(String, String), CliError> {
        let fitting = self.layout.fitting();
        let mut names = self.names();
        for required in self.layout.required_names(self.variables)? {
            if !names.contains(&required) {
                names.push(required);
            }
        }
        let name = self.name().or_else(|| names.first().map(GeneralName::value));
        let (name, lineage) = match name {
            Some(name) => (name, Some(self.exported.name.as_str()).filter(|_| self.name().is_some())),
            None => {
                names.push(GeneralName::Ip(std::net::Ipv4Addr::LOCALHOST.into()));
                ("localhost".to_owned(), None)
            }
        };
        names.retain(|other| other.value() != name);
        let mut words = vec![certwright.to_owned(), "issue".to_owned(), quoted(&name)];
        words.extend(names.iter().map(|name| quoted(&as_typed(name))));
        words.push(format!("--profile {}", fitting.profile));
        if misfits.iter().any(|misfit| misfit.need == Need::Key) {
            words.push(format!("--key {}", fitting.algorithm));
        }
        let lineage = lineage.filter(|lineage| *lineage != lineage_name(&name));
        words.extend(lineage.map(|lineage| format!("--lineage {}", quoted(lineage))));
        if let Some(signer) = self.exported.signer.as_ref().filter(|_| certwright == self.certwright) {
            words.push(format!("--authority {}", quoted(signer)));
        }
        Ok((words.join(" "), quoted(lineage.unwrap_or(&name))))
    }

    /// The names of the certificate that another one can have: servers are called by DNS names and addresses only, and
    /// nobody but a server by a wildcard.
    fn names(&self) -> Vec<GeneralName> {
        let mut names = self.exported.certificate.subject_alt_names.clone();
        if self.layout.makes_servers() {
            names.retain(|name| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_)));
        } else {
            names.retain(|name| !name.value().starts_with("*."));
        }
        names
    }

    /// The common name, where it can be that of the other certificate: an authority's is none for what it signs, and a
    /// person's none for a server.
    fn name(&self) -> Option<String> {
        let certificate = &self.exported.certificate;
        let name = certificate.subject.common_name().filter(|_| !certificate.is_ca())?;
        let is_host = || matches!(name.parse(), Ok(GeneralName::Dns(_) | GeneralName::Ip(_)));
        match self.layout.makes_servers() {
            true => is_host().then_some(name),
            false => Some(name.trim_start_matches("*.").to_owned()),
        }
    }

    /// An authority under the root.
    fn authority(&self) -> (Vec<String>, String) {
        let fitting = self.layout.fitting();
        let state = &self.exported.state;
        let Some(root) = self.root() else { return self.authorities() };
        let stem = self.layout.target_name();
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.to_owned())
            .chain(numbered)
            .find(|name| !state.authorities.contains_key(name))
            .unwrap_or_default();
        let mut words = vec![format!("{} authority create {name} --parent {}", self.certwright, quoted(&root))];
        words.extend(fitting.common_name.map(|name| format!("--cn {}", quoted(name))));
        words.push(format!("--key {}", fitting.algorithm));
        if self.keeps_plain_keys(&root) {
            words.push("--no-passphrase".to_owned());
        }
        (vec![words.join(" ")], name)
    }

    /// A store of its own, where the authorities above are what stands in the way.
    fn authorities(&self) -> (Vec<String>, String) {
        let fitting = self.layout.fitting();
        let mut words = vec![format!("{} init --with-issuing", self.elsewhere())];
        words.extend(fitting.root_common_name.map(|name| format!("--cn {}", quoted(name))));
        words.push(format!("--key {}", fitting.root_algorithm));
        if self.layout.wants_authority() {
            words.extend(fitting.common_name.map(|name| format!("--issuing-cn {}", quoted(name))));
        }
        words.push(format!("--issuing-key {}", fitting.algorithm));
        let signer = self.exported.signer.as_deref().unwrap_or("root");
        if self.keeps_plain_keys(signer) {
            words.push("--no-passphrase".to_owned());
        }
        (vec![words.join(" ")], "issuing".to_owned())
    }

    fn elsewhere(&self) -> String {
        format!("certwright --store {}", self.other_store())
    }

    fn other_store(&self) -> String {
        format!("{}-pki", self.layout.target_name())
    }

    /// Whether the store's authorities have unencrypted keys, as in tests: what is made beside them is made alike.
    fn keeps_plain_keys(&self, authority: &str) -> bool {
        self.exported
            .store
            .read_authority_key(authority)
            .is_ok_and(|pem| pem.starts_with(b"-----BEGIN PRIVATE KEY-----"))
    }
}

/// A name as the command line takes it: bare where its look says what it is.
fn as_typed(name: &GeneralName) -> String {
    let bare = name.value();
    if bare.parse::<GeneralName>().is_ok_and(|parsed| parsed == *name) {
        bare
    } else {
        format!("{}:{bare}", name.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_typed_as_they_are_read() {
        for text in ["www.corp.test", "10.0.0.1", "alice@corp.test", "spiffe://corp.test/web", "upn:alice@corp.test"] {
            let name: GeneralName = text.parse().unwrap();
            assert_eq!(as_typed(&name), text);
            assert_eq!(as_typed(&name).parse::<GeneralName>().unwrap(), name);
        }
    }
}
