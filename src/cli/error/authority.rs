//! The authority's errors as people see them.

use super::CliError;
use crate::ca::CaError;
use crate::cli::Exit;

impl From<CaError> for CliError {
    fn from(error: CaError) -> Self {
        let message = error.to_string();
        let with = |exit, hint: &str| Self { exit, message: message.clone(), hint: Some(hint.to_owned()) };
        match error {
            CaError::Issuance(error) => error.into(),
            CaError::Profile(error) => error.into(),
            CaError::Store(error) => error.into(),
            CaError::X509(error) => error.into(),
            CaError::Key { what, source } => Self::from(source).about(what),
            CaError::Item { item, source } => Self::from(*source).about(item),
            CaError::UnknownAuthority { .. } => with(Exit::Failed, "\"certwright authority list\" shows them"),
            CaError::NoAuthority => {
                with(Exit::Failed, "make one with \"certwright init\" or \"certwright authority import\"")
            }
            CaError::AuthorityExists(_) => {
                with(Exit::Failed, "nothing was changed; \"certwright authority list\" shows what there is")
            }
            CaError::KeyNotHere(_) => with(
                Exit::Failed,
                "sign where its key is, put its key.pem back, or name another authority with --authority",
            ),
            CaError::AuthorityNotValid { .. } => with(
                Exit::Refused,
                "put a new one in its place with \"certwright authority rollover\", or check the clock",
            ),
            CaError::KeyMismatch(_) => with(Exit::Damaged, "put its key.pem back from a backup"),
            CaError::Import(_) => with(Exit::Failed, "nothing was imported"),
            CaError::ClockSetBack { .. } => with(
                Exit::Failed,
                "set the clock right; if it is, and ran ahead before, \"certwright store clock --accept\" goes on from here",
            ),
            CaError::NotFound(_) => with(Exit::Failed, "\"certwright list\" shows what was issued"),
            CaError::Ambiguous { .. } => with(Exit::Failed, "say exactly which one"),
            CaError::Refused { next, .. } => with(Exit::Refused, &next),
            CaError::BadName(_) => with(Exit::Usage, "use letters, digits and . _ - @"),
        }
    }
}
