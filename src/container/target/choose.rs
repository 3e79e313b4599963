//! Which layout a certificate gets.

use std::collections::BTreeMap;

use super::needs::has_purpose;
use super::table::LayoutConfig;
use super::{Layout, Subject, Target, TargetError};
use crate::x509::escape;

impl Target {
    /// The layout for a certificate: the role asked for, else the one that the certificate's extended key usage and names
    /// say; the format asked for, else the role's first.
    ///
    /// # Errors
    /// [`TargetError::Choice`] for a role or format that is not there, and where several roles fit equally well;
    /// [`TargetError::Variable`].
    pub fn choose(
        &self,
        subject: &Subject<'_>,
        role: Option<&str>,
        format: Option<&str>,
        given: &BTreeMap<String, String>,
        dir: &str,
    ) -> Result<Layout<'_>, TargetError> {
        let role = match role {
            Some(role) if self.roles().contains(&role) => role,
            Some(role) => {
                return Err(TargetError::Choice(format!(
                    "{} has no role {}; it has {}",
                    self.name,
                    escape(role),
                    self.roles().join(", ")
                )));
            }
            None => self.guess(subject, format, given, dir)?,
        };
        let formats: Vec<Layout<'_>> = self.layouts().filter(|layout| layout.role() == role).collect();
        let wanted = |layout: &&Layout<'_>| format.is_none_or(|format| layout.format() == format);
        formats.iter().find(wanted).copied().ok_or_else(|| {
            let known: Vec<&str> = formats.iter().map(Layout::format).collect();
            TargetError::Choice(format!(
                "{} {role} has no format {}; it has {}",
                self.name,
                escape(format.unwrap_or_default()),
                known.join(", ")
            ))
        })
    }

    /// The role that a certificate is for: the only one that can use it; among several the one that uses all of its purposes,
    /// else the first, if all of them get the same files.
    /// Where none can, the one that comes nearest, so that its reasons are told.
    fn guess(
        &self,
        subject: &Subject<'_>,
        format: Option<&str>,
        given: &BTreeMap<String, String>,
        dir: &str,
    ) -> Result<&str, TargetError> {
        let mut firsts: Vec<Layout<'_>> = Vec::new();
        for layout in self.layouts().filter(|layout| format.is_none_or(|format| layout.format() == format)) {
            if firsts.iter().all(|known| known.role() != layout.role()) {
                firsts.push(layout);
            }
        }
        if firsts.is_empty() {
            // The format is what is wrong: said with the formats of the first role.
            return Ok(self.roles().first().copied().unwrap_or_default());
        }
        let mut fitting = Vec::new();
        for layout in &firsts {
            let variables = layout.variables(given, subject, dir)?;
            if layout.misfits(subject, &variables)?.is_empty() {
                fitting.push(*layout);
            }
        }
        let exact: Vec<Layout<'_>> =
            fitting.iter().filter(|layout| uses_all_purposes(layout.config, subject)).copied().collect();
        match (fitting.as_slice(), exact.as_slice()) {
            ([only], _) | (_, [only]) => Ok(only.role()),
            ([], _) => Ok(nearest(&firsts, subject).map_or("", |layout| layout.role())),
            ([first, others @ ..], _) if others.iter().all(|other| other.config.files == first.config.files) => {
                Ok(first.role())
            }
            (several, _) => {
                let roles: Vec<&str> = several.iter().map(Layout::role).collect();
                Err(TargetError::Choice(format!(
                    "this certificate can be used for {} as {}: say which with --role",
                    self.name,
                    roles.join(" or ")
                )))
            }
        }
    }
}

fn uses_all_purposes(layout: &LayoutConfig, subject: &Subject<'_>) -> bool {
    let have = subject.certificate.extended_key_usage.as_deref().unwrap_or_default();
    !have.is_empty() && have.iter().all(|purpose| layout.needs.purposes.contains(purpose))
}

/// The layout for the same sort of certificate that shares a purpose with it, else the first one of that sort, else the first.
fn nearest<'a>(layouts: &[Layout<'a>], subject: &Subject<'_>) -> Option<Layout<'a>> {
    let same_sort = |layout: &&Layout<'_>| layout.wants_authority() == subject.certificate.is_ca();
    let shares = |layout: &&Layout<'_>| {
        layout.config.needs.purposes.iter().any(|purpose| has_purpose(subject.certificate, purpose))
    };
    layouts
        .iter()
        .filter(same_sort)
        .find(shares)
        .or_else(|| layouts.iter().find(same_sort))
        .or_else(|| layouts.first())
        .copied()
}
