//! Which names the certificate carries.

use super::constraints::NOWHERE;
use super::{Draft, Named};
use crate::issuance::Request;
use crate::issuance::profile::{NameKind, Required, Variables};
use crate::issuance::report::Dropped;
use crate::x509::extension::Subtree;
use crate::x509::{Certificate, GeneralName, escape};

/// Who wants a name: what an operator types is allowed or refused, what a CSR asks for is allowed or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Csr,
    Operator,
    /// The common name of `--subject`, where no other name was given: a name if it can be one.
    Subject,
}

impl<'a> Draft<'a> {
    /// Resolves the name that the certificate is for, then the operator's names, the CSR's and the profile's own.
    pub(super) fn resolve_names(&mut self, mut variables: Variables<'a>) -> Named<'a> {
        let mut names = Vec::new();
        let mut name = self.resolve_name(&mut names);
        for asked in &self.request.names {
            self.report.asked.push(asked.to_string());
            match self.allowed(asked) {
                Ok(allowed) => self.keep(&mut names, allowed),
                Err(why) => self.refuse(format!("{asked}: {why}")),
            }
        }
        for asked in self.request.csr.iter().flat_map(|csr| &csr.names) {
            self.report.asked.push(asked.to_string());
            match self.allowed(asked).and_then(not_a_whole_domain) {
                Ok(allowed) => self.keep(&mut names, allowed),
                Err(why) => self.drop(asked.to_string(), why),
            }
        }
        if name.is_none() {
            name = names.first().map(GeneralName::value);
        }
        if let Some(name) = &name {
            variables.set("name", name.clone());
        }
        self.check_required(&names);
        self.add_names(&mut names, &variables);
        self.check_count(&names);
        Named { names, variables, name }
    }

    /// The name as the templates see it. A name that the profile allows becomes an alternative name too.
    fn resolve_name(&mut self, names: &mut Vec<GeneralName>) -> Option<String> {
        let (text, source) = self.name_asked()?;
        if source != Source::Subject {
            self.report.asked.push(format!("name {}", escape(&text)));
        }
        let rules = &self.rules().names;
        // Prose is for the templates; where none of them takes it, it would be lost.
        let must_be_name = rules.required == Required::AnyName || !self.rules().takes_name();
        let refusal = match text.parse::<GeneralName>() {
            Ok(name) => match self.allowed(&name).and_then(|name| match source {
                // Neither may a request ask it by its common name.
                Source::Csr => not_a_whole_domain(name),
                Source::Operator | Source::Subject => Ok(name),
            }) {
                Ok(allowed) => {
                    // Letter case stays where the name is a person's or device's, not a host to be compared.
                    let same = allowed.value().eq_ignore_ascii_case(&text);
                    let value = if same && !must_be_name { text } else { allowed.value() };
                    self.keep(names, allowed);
                    return Some(value);
                }
                // Of a kind that the profile knows nothing about it is a mere text, of one that it restricts it is not.
                Err(why) if must_be_name || NameKind::of(&name).is_some_and(|kind| rules.knows(kind)) => why,
                Err(_) => return Some(text),
            },
            Err(error) if is_meant_as_name(&text) => error.to_string(),
            Err(error) if must_be_name => {
                format!("{} needs a name ({}) here: {error}", self.the_profile(), rules.kinds())
            }
            Err(_) => return Some(text),
        };
        match source {
            Source::Csr => self.drop(format!("subject CN={}", escape(&text)), refusal),
            Source::Operator => self.refuse(format!("{}: {refusal}", escape(&text))),
            Source::Subject => {}
        }
        None
    }

    fn name_asked(&self) -> Option<(String, Source)> {
        let request = self.request;
        let given = request.name.as_ref().filter(|name| !name.is_empty());
        if let Some(name) = given {
            let of_csr = request.csr.as_ref().is_some_and(|csr| csr.name().as_deref() == Some(name));
            return Some((name.clone(), if of_csr { Source::Csr } else { Source::Operator }));
        }
        let subject = request.subject.as_ref()?;
        Some((subject.common_name().filter(|name| !name.is_empty())?, Source::Subject))
    }

    /// The name as it will stand in the certificate, if it is well formed and the profile allows it.
    fn allowed(&self, name: &GeneralName) -> Result<GeneralName, String> {
        let name = match name {
            GeneralName::Dns(text) => GeneralName::Dns(text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase()),
            other => other.clone(),
        };
        name.check().map_err(|error| error.to_string())?;
        if let GeneralName::Uri(uri) = &name
            && let Some(id) = uri.get(..9).filter(|scheme| scheme.eq_ignore_ascii_case("spiffe://")).map(|_| uri)
        {
            crate::issuance::spiffe::check(id)?;
        }
        self.rules().names.check(&name).map_err(|why| format!("{} {why}", self.the_profile()))?;
        Ok(name)
    }

    fn keep(&mut self, names: &mut Vec<GeneralName>, name: GeneralName) {
        if !names.contains(&name) {
            self.report.allowed.push(name.to_string());
            names.push(name);
        }
    }

    pub(super) fn drop(&mut self, what: String, why: String) {
        let dropped = Dropped { what, why };
        // A request may ask for tens of thousands of things.
        if self.seen.insert(dropped.clone()) {
            self.report.dropped.push(dropped);
        }
    }

    /// The profile's own names. One that an authority above forbids is left out: the profile cannot know the authority.
    fn add_names(&mut self, names: &mut Vec<GeneralName>, variables: &Variables<'_>) {
        for template in &self.rules().names.add {
            let text = match template.render(variables) {
                Ok(text) => text,
                Err(why) => {
                    self.refuse(why);
                    continue;
                }
            };
            let name = match text.parse::<GeneralName>() {
                Ok(name) => name,
                Err(error) => {
                    self.refuse(format!("{} adds a name that is none: {error}", self.the_profile()));
                    continue;
                }
            };
            if names.contains(&name) {
                continue;
            }
            match self.forbidden_above(&name) {
                Some(why) => self.report.notes.push(format!("{name} of {} is left out: {why}", self.the_profile())),
                None => {
                    self.report.added.push(name.to_string());
                    names.push(name);
                }
            }
        }
    }

    pub(super) fn forbidden_above(&self, name: &GeneralName) -> Option<String> {
        let issuer = self.issuer?;
        std::iter::once(issuer.certificate)
            .chain(issuer.chain)
            .find_map(|authority| authority.name_constraints.as_ref()?.check(name).err().map(|error| error.to_string()))
    }

    /// Where the authorities above forbid a single word, such as `orders`, what it could be called below what they permit.
    pub(super) fn suggest_names(&mut self, named: &Named<'_>) {
        let Some(issuer) = self.issuer else { return };
        let above: Vec<&Certificate> = std::iter::once(issuer.certificate).chain(issuer.chain).collect();
        let constraints = above.iter().filter_map(|authority| authority.name_constraints.as_ref());
        let bases: Vec<&String> = constraints
            .flat_map(|constraints| &constraints.permitted)
            .filter_map(|subtree| if let Subtree::Dns(base) = subtree { Some(base) } else { None })
            .filter(|base| base.as_str() != NOWHERE)
            .collect();
        for name in &named.names {
            let GeneralName::Dns(word) = name else { continue };
            if word.contains('.') || word == "localhost" || self.forbidden_above(name).is_none() {
                continue;
            }
            let below = bases.iter().map(|base| GeneralName::Dns(format!("{word}.{base}")));
            let fits = |below: &GeneralName| self.allowed(below).is_ok() && self.forbidden_above(below).is_none();
            if let Some(fitting) = below.into_iter().find(fits) {
                self.refuse(format!("{} would be inside", fitting.value()));
            }
        }
    }

    fn check_required(&mut self, names: &[GeneralName]) {
        let rules = &self.rules().names;
        let has = |kind: NameKind| names.iter().any(|name| NameKind::of(name) == Some(kind));
        match &rules.required {
            Required::Nothing => {}
            Required::AnyName if names.is_empty() => {
                let why = format!("{} needs a name ({})", self.the_profile(), rules.kinds());
                self.refuse(self.with_drops(why));
            }
            Required::AnyName => {}
            Required::Kinds(kinds) => {
                for kind in kinds.iter().filter(|kind| !has(**kind)) {
                    let why = format!("{} needs a name of the kind {}", self.the_profile(), kind.as_str());
                    self.refuse(self.with_drops(why));
                }
            }
        }
    }

    /// Where names were left out, that is why there are none.
    fn with_drops(&self, why: String) -> String {
        if self.report.dropped.is_empty() {
            return why;
        }
        let drops: Vec<String> = self.report.dropped.iter().map(ToString::to_string).collect();
        format!("{why}; left out were {}", drops.join(", "))
    }

    fn check_count(&mut self, names: &[GeneralName]) {
        if let Some(why) = Request::too_many(names.len()) {
            self.refuse(why);
        }
        let rules = &self.rules().names;
        if let Some(max) = rules.max.filter(|max| names.len() > *max) {
            self.refuse(format!("{} names, {} allows at most {max}", names.len(), self.the_profile()));
        }
        for (kind, max) in &rules.max_of_kind {
            let count = names.iter().filter(|name| NameKind::of(name) == Some(*kind)).count();
            if count > *max {
                let why =
                    format!("{count} names of the kind {}, {} allows at most {max}", kind.as_str(), self.the_profile());
                self.refuse(why);
            }
        }
    }
}

/// A wildcard right below a top-level domain stands for everybody's hosts; an operator may type it, a request may not ask it.
fn not_a_whole_domain(name: GeneralName) -> Result<GeneralName, String> {
    let whole =
        matches!(&name, GeneralName::Dns(host) if host.strip_prefix("*.").is_some_and(|rest| !rest.contains('.')));
    if whole { Err("it stands for every host of a top-level domain".to_owned()) } else { Ok(name) }
}

/// Whether a text can only be meant as a name of some kind: its kind is forced, or it has a mailbox's, a URI's or an address's
/// look.
fn is_meant_as_name(text: &str) -> bool {
    let forced = ["dns:", "ip:", "email:", "uri:", "upn:"].iter().any(|kind| text.starts_with(kind));
    let address =
        text.contains(['.', ':']) && text.chars().all(|letter| letter.is_ascii_digit() || ".:".contains(letter));
    let prose = text.contains(char::is_whitespace);
    forced || address || text.contains("://") || (text.contains('@') && !prose)
}
