//! A keystore's errors as people see them.

use super::CliError;
use crate::cli::Exit;
use crate::container::ContainerError;

impl From<ContainerError> for CliError {
    fn from(error: ContainerError) -> Self {
        let with = |exit, hint: &str| Self::new(exit, &error, hint);
        match error {
            ContainerError::Key(error) => error.into(),
            ContainerError::X509(error) => error.into(),
            ContainerError::Malformed(_) => {
                with(Exit::Failed, "check that it is the right file, and that all of it is there")
            }
            ContainerError::PasswordNeeded(_) => {
                with(Exit::Failed, "name its source with --storepass, such as env:STORE_PASS or file:PATH")
            }
            ContainerError::Refused(_) => with(Exit::Failed, "nothing was written"),
            ContainerError::Unsupported(_) => with(
                Exit::Failed,
                "\"keytool -importkeystore\" or \"openssl pkcs12\" can write it anew in another form",
            ),
            ContainerError::Unfaithful(_) => {
                with(Exit::Failed, "nothing was written; please report this, with the command and its version")
            }
            ContainerError::WrongPassword(_) => {
                with(Exit::Failed, "check what --storepass names: only the first line counts, without its line end")
            }
        }
    }
}
