//! `dev --check`: whether there is something to do.

use super::existing::{Existing, Place};
use super::foreign::Own;
use super::wish::Wish;
use super::{DevArgs, More, keystores, not_ours};
use crate::cli::commands::export::subject::Exported;
use crate::cli::commands::report::summary;
use crate::cli::{CliError, Context, Exit};
use crate::keys::Secret;
use crate::store::AuthorityRecord;
use crate::x509::Certificate;

impl DevArgs {
    /// Tells whether there is something to do, and does nothing.
    ///
    /// # Errors
    /// When a file or the store cannot be read.
    pub(super) fn run_check(&self, cx: &mut Context, password: &Secret) -> Result<Exit, CliError> {
        let Some(store) = cx.store_if_there()? else {
            // What the command line has wrong is said here as well.
            Wish::new(self, None)?;
            return self.needed(cx, "there is no store yet");
        };
        let state = store.read()?;
        let wish = Wish::new(self, Some(&state))?;
        let Some(record) = state.authorities.get(&wish.authority) else {
            return self.needed(cx, &format!("there is no authority {} yet", wish.authority));
        };
        if let Some(path) = Own::new(&state)?.first_foreign(self.pem_files(record)?, &[])? {
            return self.needed(cx, &not_ours(&path));
        }
        let place = Place { dir: &self.out, store: &store, state: &state, now: cx.now() };
        let certificate = match place.look(&wish, self.key, record)? {
            Existing::Good(certificate) => certificate,
            other => return self.needed(cx, &other.reason()),
        };
        if let Some(what) = self.lacking(cx, (&wish, record), &certificate, password)? {
            return self.needed(cx, &what);
        }
        cx.ui.say(&format!("good: {}", summary(&certificate)));
        self.warn_of_end(cx, (&state, record), &wish, &certificate)?;
        self.finish(cx, "none", "the certificate is still good", None, More::default())
    }

    fn needed(&self, cx: &mut Context, reason: &str) -> Result<Exit, CliError> {
        cx.ui.say(&format!("something to do: {reason}"));
        cx.ui.json("dev", &self.report("needed", reason, None, More::default()))?;
        Ok(Exit::CheckFailed)
    }

    /// What beside a good certificate is not up to date.
    fn lacking(
        &self,
        cx: &mut Context,
        (wish, record): (&Wish, &AuthorityRecord),
        certificate: &Certificate,
        password: &Secret,
    ) -> Result<Option<String>, CliError> {
        if self.keystores
            && let Some(what) = keystores::defect(&self.out, certificate, &record.top()?, password)?
        {
            return Ok(Some(what));
        }
        if wish.targets.is_empty() {
            return Ok(None);
        }
        let exported = Exported::of_certificate(cx, certificate)?;
        for wanted in &wish.targets {
            if let Some(what) = wanted.defect(cx, &self.out, &exported, password)? {
                return Ok(Some(what));
            }
        }
        Ok(None)
    }
}
