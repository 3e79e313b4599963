//! Consumer layouts: which files a program wants, in which form, and what it cannot use.
//!
//! A target is data: `templates/targets/<name>.json` says what it needs and which files it gets, `<name>.txt` beside it is
//! the configuration that a person pastes. A new target is those two files and a line in `builtin.rs`; nothing here knows
//! any target by name.

mod build;
mod builtin;
mod choose;
mod key;
mod needs;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;
use std::fmt;

use time::OffsetDateTime;

use super::{ContainerError, Format};
use crate::keys::{Algorithm, KeyError};
use crate::x509::{Certificate, GeneralName};

pub use build::{Built, BuiltFile, Credentials, Origin, PlannedFile};
pub use needs::{Misfit, Need};
pub use variables::Variables;

/// Why files for a target cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// There is no such target.
    #[error("no target {name:?}{}", suggestion.as_ref().map(|near| format!(" (did you mean {near:?}?)")).unwrap_or_default())]
    Unknown {
        /// The name asked for.
        name: String,
        /// A near one.
        suggestion: Option<String>,
    },
    /// The target has no such role or format, or the certificate does not say which one is meant.
    #[error("{0}")]
    Choice(String),
    /// A variable is unknown or has a value that it cannot have.
    #[error("{0}")]
    Variable(String),
    /// The target cannot use the certificate: at least one reason.
    #[error("{}", .0.iter().map(|misfit| misfit.reason.as_str()).collect::<Vec<_>>().join("; "))]
    Misfit(Vec<Misfit>),
    /// What is needed to make a file was not given: the private key, the password of a keystore.
    #[error("{0}")]
    Missing(String),
    /// The private key is not that of the certificate.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// The key has no such form.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A keystore cannot be written.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// An entry of the table is not valid, which a test would have found.
    #[error("target {name}: {why}")]
    Table {
        /// The target.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}

/// What is exported: a certificate and those above it.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// What it is called in the store, a path-safe word: names files and entries.
    pub name: &'a str,
    /// The certificate.
    pub certificate: &'a Certificate,
    /// The certificates between it and the root, nearest first.
    pub intermediates: &'a [Certificate],
    /// What relying parties trust. The certificate itself where it is a root.
    pub root: &'a Certificate,
    /// What they trust beside it while one root takes the place of another.
    pub other_anchors: &'a [Certificate],
    /// The instant for which it is judged.
    pub at: OffsetDateTime,
}

/// A program, or a family of them, that reads certificates and keys.
#[derive(Debug, Clone)]
pub struct Target {
    name: &'static str,
    snippet: &'static str,
    table: table::TargetConfig,
}

impl Target {
    /// Every target's name, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> {
        builtin::TARGETS.iter().map(|(name, ..)| *name)
    }

    /// The target with a name.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] with a near name.
    pub fn get(name: &str) -> Result<Self, TargetError> {
        let Some((name, json, snippet)) = builtin::TARGETS.iter().find(|(known, ..)| *known == name) else {
            let near = Self::names()
                .map(|known| (strsim::damerau_levenshtein(name, known), known))
                .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
                .min_by_key(|(distance, _)| *distance);
            return Err(TargetError::Unknown {
                name: name.to_owned(),
                suggestion: near.map(|(_, known)| known.to_owned()),
            });
        };
        let table =
            table::TargetConfig::from_json(json).map_err(|why| TargetError::Table { name: (*name).to_owned(), why })?;
        Ok(Self { name, snippet, table })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One line that says what it is.
    pub fn description(&self) -> &str {
        &self.table.description
    }

    /// Its layouts: one for each role and format, the usual format of a role first.
    pub fn layouts(&self) -> impl Iterator<Item = Layout<'_>> {
        self.table.layouts.iter().map(|config| Layout { target: self, config })
    }

    /// Its roles, in the order of the table.
    pub fn roles(&self) -> Vec<&str> {
        let mut roles = Vec::new();
        for layout in &self.table.layouts {
            if !roles.contains(&layout.role.as_str()) {
                roles.push(layout.role.as_str());
            }
        }
        roles
    }

    /// The variables that may be set: name, description, default (a template over `name`, `role` and `format`; none for `dir`).
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let own = self.table.variables.iter();
        own.map(|(name, variable)| (name.as_str(), variable.description.as_str(), variable.default.as_str())).chain([(
            "dir",
            "where the program will find the files, if not in --out",
            "",
        )])
    }
}

/// The files of a target for one role in one format.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    target: &'a Target,
    config: &'a table::LayoutConfig,
}

impl<'a> Layout<'a> {
    /// The target's name.
    pub fn target_name(&self) -> &'static str {
        self.target.name
    }

    /// The part that the certificate plays: `server`, `client`, …
    pub fn role(&self) -> &'a str {
        &self.config.role
    }

    /// The form of the files: `pem`, `p12`, `jks`, `yaml`.
    pub fn format(&self) -> &'a str {
        &self.config.format
    }

    /// Whether it is for an authority's certificate.
    pub fn wants_authority(&self) -> bool {
        self.config.needs.authority
    }

    /// Whether it takes the private key.
    pub fn needs_key(&self) -> bool {
        self.config.files.iter().any(table::FileConfig::holds_key)
    }

    /// Whether it is for what others connect to by name: it needs `serverAuth`.
    pub fn makes_servers(&self) -> bool {
        self.config.needs.purposes.contains(&crate::x509::oid::EKU_SERVER_AUTH)
    }

    /// The format of its keystores and truststores, which take a password; `None` where it has none.
    pub fn store_format(&self) -> Option<Format> {
        self.config.files.iter().find_map(|file| file.keystore.or(file.truststore)).map(Format::from)
    }

    /// What it needs of a certificate, one phrase for each rule.
    pub fn requirements(&self) -> Vec<String> {
        needs::describe(self.config)
    }

    /// How a certificate that fits is made.
    pub fn fitting(&self) -> Fitting<'a> {
        let make = &self.config.make;
        Fitting {
            profile: &make.profile,
            algorithm: make.key,
            common_name: make.cn.as_deref(),
            root_common_name: make.root_cn.as_deref(),
            root_algorithm: make.root_key,
        }
    }

    /// The alternative names that the certificate must have.
    ///
    /// # Errors
    /// [`TargetError::Variable`], [`TargetError::Table`].
    pub fn required_names(&self, variables: &Variables) -> Result<Vec<GeneralName>, TargetError> {
        needs::required_names(self.target, self.config, variables)
    }

    /// The common name that the certificate must have, if any.
    pub fn required_common_name(&self) -> Option<&'a str> {
        self.config.needs.common_name.as_deref().filter(|name| *name != "*")
    }

    /// The values of the variables: those given, which are checked, and the defaults.
    ///
    /// # Errors
    /// [`TargetError::Variable`].
    pub fn variables(
        &self,
        given: &BTreeMap<String, String>,
        subject: &Subject<'_>,
        dir: &str,
    ) -> Result<Variables, TargetError> {
        Variables::resolve(self.target, self.config, given, subject, dir)
    }
}

impl fmt::Display for Layout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.target.name, self.config.role, self.config.format)
    }
}

/// How a certificate that fits a layout is made.
#[derive(Debug, Clone, Copy)]
pub struct Fitting<'a> {
    /// The profile.
    pub profile: &'a str,
    /// A key algorithm that the target and the profile allow.
    pub algorithm: Algorithm,
    /// The common name of an authority.
    pub common_name: Option<&'a str>,
    /// The common name of the root above an authority.
    pub root_common_name: Option<&'a str>,
    /// A key algorithm for the authorities above.
    pub root_algorithm: Algorithm,
}
