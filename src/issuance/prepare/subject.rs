//! The subject: the profile's template, and what the operator and the CSR may add to it.

use std::collections::HashSet;

use super::{Draft, Named, no_subject};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{GeneralName, Name, X509Error};

/// One RDN: its attributes as (type, text), and its DER.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rdn {
    attributes: Vec<(String, String)>,
    der: Vec<u8>,
    /// Whether a person may put something else in its place: the template left it to a variable.
    open: bool,
}

/// Most characters of a common name, RFC 5280 appendix A.1 (`ub-common-name`).
const MAX_COMMON_NAME: usize = 64;

impl Draft<'_> {
    /// Makes the subject. Where the CSR's or operator's own encoding of an attribute can stay, it stays byte for byte.
    pub(super) fn resolve_subject(&mut self, named: &Named<'_>) -> Name {
        let mut rdns = self.template_rdns(named);
        if let Some(subject) = &self.request.subject {
            self.report.asked.push(format!("subject {subject}"));
            rdns = self.merge_operator(rdns, split(subject));
        }
        if let Some(csr) = &self.request.csr
            && !csr.subject.is_empty()
        {
            self.report.asked.push(format!("subject {}", csr.subject));
            rdns = self.merge_csr(rdns, split(&csr.subject));
        }
        self.keep_common_name_off_constraints(&mut rdns, named);
        let contents: Vec<u8> = rdns.iter().flat_map(|rdn| rdn.der.iter().copied()).collect();
        let subject = match Name::from_der(&tlv::encode(tlv::SEQUENCE, &contents)) {
            Ok(subject) => subject,
            Err(error) => {
                self.refuse(error.to_string());
                no_subject()
            }
        };
        self.check_subject(&subject, named);
        subject
    }

    /// Where there is no DNS name, OpenSSL takes a common name that reads like one for it and applies the DNS constraints of
    /// the authorities above (`NAME_CONSTRAINTS_check_CN`); `10.0.0.1` reads like one too. Such a common name is left out.
    fn keep_common_name_off_constraints(&mut self, rdns: &mut Vec<Rdn>, named: &Named<'_>) {
        if self.rules().authority || named.names.iter().any(|name| matches!(name, GeneralName::Dns(_))) {
            return;
        }
        let forbidden = |rdn: &Rdn| {
            let common_names = rdn.attributes.iter().filter(|(kind, value)| kind == "CN" && reads_as_host(value));
            common_names.into_iter().find_map(|(_, value)| self.forbidden_above(&GeneralName::Dns(value.clone())))
        };
        let Some((index, why)) = rdns.iter().enumerate().find_map(|(index, rdn)| Some((index, forbidden(rdn)?))) else {
            return;
        };
        let shown = rdns[index].show();
        if rdns[index].open && !named.names.is_empty() {
            rdns.remove(index);
            self.report
                .notes
                .push(format!("the subject goes without {shown}, which OpenSSL takes for a DNS name: {why}"));
        } else {
            self.refuse(format!("subject {shown} reads as a DNS name, and OpenSSL takes it for one: {why}"));
        }
    }

    fn check_subject(&mut self, subject: &Name, named: &Named<'_>) {
        if !self.refusals.is_empty() {
            return;
        }
        if subject.is_empty() {
            if self.rules().authority {
                self.refuse("an authority needs a subject: give it a name");
            } else if self.issuer.is_none() {
                self.refuse("a self-signed certificate needs a subject, which is its issuer too");
            } else if named.names.is_empty() {
                self.refuse("the certificate would have neither a subject nor an alternative name: give it a name");
            }
        } else if let Some(issuer) = self.issuer
            && std::iter::once(issuer.certificate).chain(issuer.chain).any(|above| subject.matches(&above.subject))
        {
            self.refuse(format!(
                "the subject {subject} is that of an authority above it: validators would take one for the other"
            ));
        }
    }

    /// The template, filled in.
    fn template_rdns(&mut self, named: &Named<'_>) -> Vec<Rdn> {
        let mut rdns = Vec::new();
        for part in &self.rules().subject.parts {
            let text = match part.render(&named.variables) {
                Ok(text) => text,
                // Why there is no name was said before.
                Err(_)
                    if named.name.is_none() && part.needs().any(|need| need == "name") && !self.refusals.is_empty() =>
                {
                    continue;
                }
                Err(why) => {
                    self.refuse(why);
                    continue;
                }
            };
            if text.is_empty() || (part.constant().is_none() && text.ends_with('=') && !text.ends_with("\\=")) {
                continue;
            }
            match Name::parse(&text) {
                Ok(name) => {
                    let open = part.constant().is_none();
                    rdns.extend(split(&name).into_iter().map(|rdn| Rdn { open, ..rdn }));
                }
                Err(error) => self.unfit_part(&text, named, &error),
            }
        }
        rdns
    }

    /// A common name that is too long is left out: the alternative names say it all.
    fn unfit_part(&mut self, text: &str, named: &Named<'_>, error: &X509Error) {
        let length = named.name.as_deref().map_or(0, |name| name.chars().count());
        let is_common_name = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("CN="));
        if is_common_name && length > MAX_COMMON_NAME && !named.names.is_empty() {
            self.report.notes.push(format!(
                "the subject has no common name: with {length} characters it would be longer than {MAX_COMMON_NAME}"
            ));
        } else {
            self.refuse(format!("subject: {error}"));
        }
    }

    fn merge_operator(&mut self, template: Vec<Rdn>, asked: Vec<Rdn>) -> Vec<Rdn> {
        let allowed = &self.rules().subject.from_operator;
        let mut taken = Vec::new();
        for rdn in asked {
            let mut fits = true;
            for (kind, value) in &rdn.attributes {
                let fixed = template.iter().find(|own| !own.open && own.has_type(kind));
                if let Some(fixed) = fixed.filter(|fixed| !fixed.has(kind, value)) {
                    let why = format!("subject {}: {} sets {}", rdn.show(), self.the_profile(), fixed.show());
                    self.refuse(why);
                    fits = false;
                } else if fixed.is_none() && !allowed.allows(kind) {
                    let why =
                        format!("subject {}: {} takes {allowed} from an operator", rdn.show(), self.the_profile());
                    self.refuse(why);
                    fits = false;
                }
            }
            if fits {
                self.report.allowed.push(format!("subject {}", rdn.show()));
                taken.push(rdn);
            }
        }
        merge(template, taken)
    }

    fn merge_csr(&mut self, template: Vec<Rdn>, asked: Vec<Rdn>) -> Vec<Rdn> {
        let mut taken = Vec::new();
        // The name that the certificate is for may have been left out before, with a better reason.
        let before: HashSet<String> = self.report.dropped.iter().map(|dropped| dropped.what.clone()).collect();
        for rdn in asked {
            if template.iter().any(|own| own.says_the_same(&rdn)) {
                continue;
            }
            let mut fits = true;
            for (kind, value) in &rdn.attributes {
                if let Err(why) = self.csr_attribute(&template, kind, value) {
                    let what = format!("subject {}", show(kind, value));
                    if !before.contains(&what) {
                        self.drop(what, why);
                    }
                    fits = false;
                }
            }
            if fits {
                self.report.allowed.push(format!("subject {}", rdn.show()));
                taken.push(rdn.in_current_strings());
            }
        }
        merge(template, taken)
    }

    fn csr_attribute(&self, template: &[Rdn], kind: &str, value: &str) -> Result<(), String> {
        let policy = &self.rules().subject.from_csr;
        if template.iter().any(|own| own.has(kind, value)) {
            return Ok(());
        }
        if let Some(own) = template.iter().find(|own| own.has_type(kind)) {
            return Err(format!("the subject has {} instead", own.show()));
        }
        if !policy.allows(kind) {
            return Err(format!("{} takes {policy} from a request beyond its template", self.the_profile()));
        }
        if value.starts_with('#') {
            return Err("its value is no readable text".into());
        }
        Name::from_attributes(&[(kind, value)]).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The template with what was taken: in the order of what was taken if that has every type, else in the template's.
fn merge(template: Vec<Rdn>, taken: Vec<Rdn>) -> Vec<Rdn> {
    let covered = |rdn: &Rdn| rdn.attributes.iter().all(|(kind, _)| taken.iter().any(|other| other.has_type(kind)));
    if template.iter().all(covered) {
        return taken;
    }
    let mut taken = taken;
    let mut merged = Vec::with_capacity(template.len() + taken.len());
    for own in template {
        let place = taken.iter().position(|other| own.attributes.iter().any(|(kind, _)| other.has_type(kind)));
        merged.push(place.map_or(own, |place| taken.remove(place)));
    }
    merged.extend(taken);
    merged
}

/// The RDNs of a name.
fn split(name: &Name) -> Vec<Rdn> {
    let mut rdns = Vec::new();
    let mut reader = Reader::new(Tlv::only_contents(name.der(), tlv::SEQUENCE).unwrap_or_default());
    while let Ok(rdn) = reader.read() {
        let Ok(alone) = Name::from_der(&tlv::encode(tlv::SEQUENCE, rdn.whole)) else { continue };
        rdns.push(Rdn { attributes: alone.attributes(), der: rdn.whole.to_vec(), open: false });
    }
    rdns
}

/// Whether OpenSSL takes a common name for a DNS name: letters, digits, hyphens and underscores with a dot among them.
fn reads_as_host(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.contains('.') && text.chars().all(is_part)
}

fn show(kind: &str, value: &str) -> String {
    format!("{kind}={}", crate::x509::escape(value))
}

impl Rdn {
    fn has_type(&self, kind: &str) -> bool {
        self.attributes.iter().any(|(own, _)| own == kind)
    }

    fn has(&self, kind: &str, value: &str) -> bool {
        self.attributes.iter().any(|(own_kind, own_value)| own_kind == kind && own_value == value)
    }

    /// Whether the other is this common name in another spelling: `WWW.Corp.test`, `bücher.test`.
    fn says_the_same(&self, other: &Self) -> bool {
        let ([(kind, value)], [(other_kind, other_value)]) = (self.attributes.as_slice(), other.attributes.as_slice())
        else {
            return false;
        };
        let spelling = || other_value.parse::<GeneralName>().is_ok_and(|name| name.value() == *value);
        kind == "CN" && other_kind == "CN" && value != other_value && spelling()
    }

    fn show(&self) -> String {
        self.attributes.iter().map(|(kind, value)| show(kind, value)).collect::<Vec<_>>().join("+")
    }

    /// The same in UTF8String, PrintableString or IA5String: RFC 5280 §4.1.2.4 wants no other string type in what is new, nor
    /// does X.680 §41.4 let one hold characters that are not its own.
    fn in_current_strings(self) -> Self {
        let is_current = |value: Tlv<'_>| {
            matches!(value.tag, tlv::UTF8_STRING | tlv::PRINTABLE_STRING | tlv::IA5_STRING)
                && value.stray_character().is_none()
        };
        let [(kind, value)] = self.attributes.as_slice() else { return self };
        match first_value(&self.der) {
            Some(value) if is_current(value) => self,
            _ => match Name::from_attributes(&[(kind, value)]).map(|name| split(&name)).as_deref() {
                Ok([again]) => again.clone(),
                _ => self,
            },
        }
    }
}

/// The value of the first attribute of an RDN.
fn first_value(rdn: &[u8]) -> Option<Tlv<'_>> {
    let set = Tlv::only_contents(rdn, tlv::SET).ok()?;
    let mut fields = Reader::new(Reader::new(set).expect(tlv::SEQUENCE).ok()?);
    fields.read().ok()?;
    fields.read().ok()
}
