//! `dev --check`: whether there is something to do.

use super::existing::{self, Existing};
use super::{DevArgs, More};
use crate::cli::commands::report::summary;
use crate::cli::{CliError, Context, Exit};
use crate::keys::Secret;
use crate::store::{Store, StoreError};
use crate::x509::{Certificate, GeneralName};

impl DevArgs {
    /// Tells whether there is something to do, and does nothing.
    ///
    /// # Errors
    /// When a file or the store cannot be read.
    pub(super) fn run_check(
        &self,
        cx: &mut Context,
        names: &[GeneralName],
        password: &Secret,
    ) -> Result<Exit, CliError> {
        let reason = match Store::open(cx.store_path()?) {
            Err(StoreError::Missing(_)) => "there is no store yet".to_owned(),
            Err(error) => return Err(error.into()),
            Ok(store) => {
                let state = store.read()?;
                match state.authorities.get(&self.authority) {
                    None => format!("there is no authority {} yet", self.authority),
                    Some(record) => match existing::look(&self.out, names, self.key, record, &state, cx.now())? {
                        Existing::Good(certificate) => match self.lacking(cx, &certificate, password)? {
                            Some(what) => what,
                            None => {
                                cx.ui.say(&format!("good: {}", summary(&certificate)));
                                return self.finish(cx, "none", "the certificate is still good", None, More::default());
                            }
                        },
                        other => other.reason(),
                    },
                }
            }
        };
        cx.ui.say(&format!("something to do: {reason}"));
        cx.ui.json("dev", &self.report("needed", &reason, None, More::default()))?;
        Ok(Exit::CheckFailed)
    }

    /// What beside a good certificate is not up to date.
    fn lacking(
        &self,
        cx: &mut Context,
        certificate: &Certificate,
        password: &Secret,
    ) -> Result<Option<String>, CliError> {
        if self.lacks_keystores(cx, password)? {
            return Ok(Some("the keystores are not those of the certificate".to_owned()));
        }
        for wanted in &self.targets {
            if !wanted.is_up(cx, &self.out, certificate, password)? {
                let directory = wanted.directory(&self.out);
                return Ok(Some(format!("the files in {} are not those of the certificate", directory.display())));
            }
        }
        Ok(None)
    }
}
