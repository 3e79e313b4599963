//! The errors of consumer layouts as people see them.

use super::CliError;
use crate::cli::Exit;
use crate::container::target::TargetError;

impl From<TargetError> for CliError {
    fn from(error: TargetError) -> Self {
        let message = error.to_string();
        let with = |exit, hint: &str| Self { exit, message: message.clone(), hint: Some(hint.to_owned()) };
        match error {
            TargetError::Unknown { .. } => with(Exit::Usage, "\"certwright export --list\" shows them"),
            TargetError::Choice(_) => with(Exit::Usage, "\"certwright export --show TARGET\" shows roles and formats"),
            TargetError::Variable(_) => with(
                Exit::Usage,
                "\"certwright export --show TARGET\" shows the variables; give one with --set KEY=VALUE",
            ),
            TargetError::Misfit(_) => with(Exit::Refused, "nothing was written"),
            TargetError::Missing(_) => with(Exit::Usage, "\"certwright export --help\" shows how it is given"),
            TargetError::KeyMismatch => {
                with(Exit::Failed, "\"certwright key match KEY CERT\" says whether two belong together")
            }
            TargetError::Key(error) => error.into(),
            TargetError::Container(error) => error.into(),
            TargetError::Table { .. } => Self::failed(message),
        }
    }
}
