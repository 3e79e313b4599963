//! Profiles: what may be issued.
//!
//! A profile is a strict JSON file: `config` says what it looks like, `parse` turns that into a [`Profile`] or says
//! what is wrong and where.

mod builtin;
mod config;
mod parse;
mod pattern;
mod purpose;
mod rules;
mod schema;
mod template;

use std::sync::Arc;

use crate::keys::{Algorithm, KeyKind};
use crate::notation::Fault;

pub(super) use crate::notation::nearest;
pub(super) use pattern::{NameKind, glob};
pub(super) use rules::{Required, Rules, UrlList};
pub(super) use template::{Escape, Template, Variables};

pub use schema::schema;

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The file is not valid; the message has line, column and a suggestion.
    #[error("profile {name}: {why}")]
    Invalid {
        /// The profile's name or file.
        name: String,
        /// What is wrong, with line and column.
        why: String,
    },
    /// There is no such profile.
    #[error("no profile {name:?}{}", suggestion.as_ref().map(|near| format!(" (did you mean {near:?}?)")).unwrap_or_default())]
    Unknown {
        /// The name asked for.
        name: String,
        /// A near one.
        suggestion: Option<String>,
    },
}

/// A profile that was read and found valid. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Profile {
    name: Arc<str>,
    json: Arc<str>,
    rules: Arc<Rules>,
}

impl Profile {
    /// Largest profile file that is read, in bytes.
    pub const MAX_SIZE: usize = 1024 * 1024;

    /// Reads a profile from JSON, strictly.
    ///
    /// # Errors
    /// [`ProfileError::Invalid`].
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self, ProfileError> {
        let invalid = |why: String| ProfileError::Invalid { name: crate::x509::escape(name), why };
        if json.len() > Self::MAX_SIZE {
            return Err(invalid(format!("the file is larger than {} bytes", Self::MAX_SIZE)));
        }
        let text = std::str::from_utf8(json).map_err(|error| invalid(crate::notation::not_utf8(json, &error)))?;
        let config = config::ProfileConfig::from_json(text).map_err(invalid)?;
        let rules = parse::parse(config).map_err(|fault| invalid(fault.describe(text)))?;
        Ok(Self { name: name.into(), json: text.into(), rules: Arc::new(rules) })
    }

    /// What is wrong with a profile that stands in another file, which knows where.
    pub(crate) fn check(profile: &serde_json::Value) -> Result<(), Fault> {
        parse::parse(crate::notation::decode(profile)?).map(drop)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line that says what it is for.
    pub fn description(&self) -> &str {
        &self.rules.description
    }

    /// Whether it makes authorities (CA certificates).
    pub fn is_authority(&self) -> bool {
        self.rules.authority
    }

    /// The key algorithm to generate when none is asked for.
    pub fn default_algorithm(&self) -> Algorithm {
        self.rules.key.default
    }

    /// Whether it allows a key.
    pub fn allows_key(&self, kind: KeyKind) -> bool {
        self.rules.key.allows(kind)
    }

    /// The length of time a certificate lives when nothing else is asked.
    pub fn default_validity(&self) -> crate::x509::time::Span {
        self.rules.validity.default
    }

    /// The variables that may be set, as (name, description, default), sorted; one without a default must be set.
    pub fn variables(&self) -> Vec<(&str, &str, Option<&str>)> {
        self.rules
            .variables
            .iter()
            .map(|(name, rules)| (name.as_str(), rules.description.as_str(), rules.default.as_deref()))
            .collect()
    }

    /// Its JSON, as in its file.
    pub fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// All profiles: the built-in ones and the user's, which shadow them.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    user: Vec<(String, Vec<u8>)>,
}

impl Profiles {
    /// Takes the user's files, as (name, JSON); they are parsed when asked for.
    pub fn new(user: Vec<(String, Vec<u8>)>) -> Self {
        Self { user }
    }

    /// The profile with a name. It is parsed anew each time: ask once for many certificates.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn get(&self, name: &str) -> Result<Profile, ProfileError> {
        let user = self.user.iter().find(|(known, _)| known == name).map(|(_, json)| json.as_slice());
        let built_in = || builtin::ALL.iter().find(|(known, _)| *known == name).map(|(_, json)| json.as_bytes());
        let Some(json) = user.or_else(built_in) else {
            let names = self.names();
            let suggestion = nearest(name, names.iter().map(|(known, _)| known.as_str())).map(str::to_owned);
            return Err(ProfileError::Unknown { name: name.to_owned(), suggestion });
        };
        Profile::from_json(name, json)
    }

    /// The names of the built-in profiles, sorted.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        builtin::ALL.iter().map(|(name, _)| *name)
    }

    /// Every name with whether it is built in, sorted. A user's profile that shadows a built-in one is not built in.
    pub fn names(&self) -> Vec<(String, bool)> {
        let mut names: std::collections::BTreeMap<String, bool> =
            builtin::ALL.iter().map(|(name, _)| ((*name).to_owned(), true)).collect();
        names.extend(self.user.iter().map(|(name, _)| (name.clone(), false)));
        names.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
