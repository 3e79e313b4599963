//! Profiles: what may be issued.

use crate::keys::{Algorithm, KeyKind};

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

/// A profile that was read and found valid.
#[derive(Debug, Clone)]
pub struct Profile {
    name: String,
}

impl Profile {
    /// Reads a profile from JSON, strictly.
    ///
    /// # Errors
    /// [`ProfileError::Invalid`].
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self, ProfileError> {
        let _ = (name, json);
        todo!()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line that says what it is for.
    pub fn description(&self) -> &str {
        todo!()
    }

    /// Whether it makes authorities (CA certificates).
    pub fn is_authority(&self) -> bool {
        todo!()
    }

    /// The key algorithm to generate when none is asked for.
    pub fn default_algorithm(&self) -> Algorithm {
        todo!()
    }

    /// Whether it allows a key.
    pub fn allows_key(&self, kind: KeyKind) -> bool {
        let _ = kind;
        todo!()
    }

    /// Its JSON, as in its file.
    pub fn json(&self) -> &str {
        todo!()
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

    /// The profile with a name.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn get(&self, name: &str) -> Result<Profile, ProfileError> {
        let _ = name;
        todo!()
    }

    /// Every name with whether it is built in, sorted.
    pub fn names(&self) -> Vec<(String, bool)> {
        todo!()
    }
}

/// The JSON Schema of a profile file.
pub fn schema() -> serde_json::Value {
    todo!()
}
