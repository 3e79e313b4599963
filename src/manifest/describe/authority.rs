//! What is guessed of an authority.

use serde_json::{Map, Value, json};

use crate::issuance::Profiles;
use crate::keys::Algorithm;
use crate::store::{AuthorityRecord, State};
use crate::x509::Certificate;
use crate::x509::extension::Subtree;
use crate::x509::time::Span;

pub(super) struct AuthorityGuess {
    /// Whether no words describe it.
    keep: bool,
    /// What is certain.
    facts: Map<String, Value>,
    permit: Vec<String>,
    exclude: Vec<String>,
    path_len: Option<u32>,
    /// How much of the constraints is spelt out.
    constraints: usize,
    with_path_len: bool,
    validities: Vec<String>,
    validity: usize,
}

impl AuthorityGuess {
    pub(super) fn new(state: &State, record: &AuthorityRecord) -> Self {
        let mut guess = Self {
            keep: true,
            facts: Map::new(),
            permit: Vec::new(),
            exclude: Vec::new(),
            path_len: None,
            constraints: 0,
            with_path_len: false,
            validities: Vec::new(),
            validity: 0,
        };
        let own = format!("authority-{}", record.authority);
        let issued = state.lineage(&own).ok().and_then(|mut all| all.pop()).cloned();
        let (Some(issued), Ok(certificate)) = (issued, record.certificate()) else { return guess };
        // One that was rolled over has certificates under the one before, which stay as they are.
        let is_plain = record.origin == "created"
            && issued.certificate == record.certificate
            && state.authority_history(&record.authority).count() == 1;
        if !is_plain {
            return guess;
        }
        guess.keep = false;
        guess.describe(&record.authority, &issued.authority, &issued.profile, &certificate);
        guess
    }

    fn describe(&mut self, name: &str, parent: &str, profile: &str, certificate: &Certificate) {
        let mut put = |key: &str, value: Value| drop(self.facts.insert(key.to_owned(), value));
        let is_root = parent == name;
        if !is_root {
            put("parent", json!(parent));
        }
        if profile != if is_root { "root" } else { "intermediate" } {
            put("profile", json!(profile));
        }
        let common_name = certificate.subject.common_name();
        match common_name {
            Some(cn) if certificate.subject.attributes().len() == 1 => put("cn", json!(cn)),
            _ => put("subject", json!(certificate.subject.to_string())),
        }
        let algorithm = certificate.public_key().ok().and_then(|key| Algorithm::of_kind(key.kind()));
        let usual = Profiles::default().get(profile).ok().map(|profile| profile.default_algorithm());
        if let Some(algorithm) = algorithm.filter(|algorithm| Some(*algorithm) != usual) {
            put("key", json!(algorithm.as_str()));
        }
        let texts = |subtrees: &[Subtree]| subtrees.iter().map(ToString::to_string).collect();
        if let Some(constraints) = &certificate.name_constraints {
            self.permit = texts(&constraints.permitted);
            self.exclude = texts(&constraints.excluded);
        }
        self.path_len = certificate.basic_constraints.as_ref().and_then(|basic| basic.path_len);
        self.validities = spans(certificate);
    }

    pub(super) fn value(&self) -> Value {
        if self.keep {
            return json!({"keep": true});
        }
        let mut value = self.facts.clone();
        // Names that nobody has shut out the kinds of which nothing was said.
        let is_said = |text: &&String| self.constraints > 1 || !text.ends_with(":nothing.invalid");
        let permit: Vec<&String> = self.permit.iter().filter(is_said).collect();
        if self.constraints > 0 && !permit.is_empty() {
            value.insert("permit".to_owned(), json!(permit));
        }
        if self.constraints > 2 && !self.exclude.is_empty() {
            value.insert("exclude".to_owned(), json!(self.exclude));
        }
        if let Some(length) = self.path_len.filter(|_| self.with_path_len) {
            value.insert("path_len".to_owned(), json!(length));
        }
        if let Some(text) = self.validity.checked_sub(1).and_then(|index| self.validities.get(index)) {
            value.insert("validity".to_owned(), json!(text));
        }
        value.into()
    }

    /// Uses other words for what was found to differ. Says whether there are none left, so that it is kept as it is from now on.
    pub(super) fn learn(&mut self, why: &[String]) -> bool {
        let about = |what: &str| why.iter().any(|why| why.to_ascii_lowercase().starts_with(what));
        let mut learned = false;
        if about("nameconstraints") || about("x509v3 name constraints") {
            self.constraints += 1;
            learned = self.constraints <= 3;
        }
        if about("basicconstraints") && !self.with_path_len {
            self.with_path_len = true;
            learned = true;
        }
        if about("validity") {
            self.validity += 1;
            learned |= self.validity <= self.validities.len();
        }
        !learned && self.keep()
    }

    /// Gives up; whether that is news.
    pub(super) fn keep(&mut self) -> bool {
        !std::mem::replace(&mut self.keep, true)
    }
}

/// The lengths that may have been asked for, likely ones first: with the backdating, which is five minutes as a rule, or without.
pub(super) fn spans(certificate: &Certificate) -> Vec<String> {
    let length = (certificate.not_after - certificate.not_before).whole_seconds();
    let text = |seconds: i64| Span { months: 0, seconds }.to_string();
    [length - 300, length].into_iter().filter(|seconds| *seconds > 0).map(text).collect()
}
