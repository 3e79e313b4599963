//! `certwright store clock`.

use serde::Serialize;

use crate::ca;
use crate::cli::{CliError, Context, Exit};
use crate::x509::time::format_instant;

const EXAMPLES: &str = "\
certwright store clock            # does the clock agree with the journal? exit status 3 if not
certwright store clock --accept   # it is right, and ran ahead before";

/// Compare the clock with the journal, or go on after the clock ran ahead
///
/// Nothing is signed while the clock shows an earlier time than the journal's last line (5 minutes aside): the clock may have been set
/// back. Where it is right and was ahead before, --accept records that, and things are signed again. CRL numbers go on, and
/// no CRL begins before the last one: what was signed in the future is not valid before that time.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Record that the clock is right now
    #[arg(long)]
    accept: bool,
}

/// `certwright/store-clock/1`.
#[derive(Serialize)]
struct Report {
    now: String,
    latest: Option<String>,
    behind: bool,
    accepted: bool,
    crls: Vec<String>,
}

impl Args {
    /// Compares, and records that the clock is right.
    ///
    /// # Errors
    /// When the store cannot be read or written. A clock that lags is no error: exit 3, unless it is accepted.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let now = cx.now();
        let behind = ca::check_clock(&state, now).is_err();
        let mut accepted = false;
        if self.accept && behind {
            let actor = cx.settings.actor.clone();
            let mut writer = cx.lock(&store)?;
            accepted = ca::accept_clock(&mut writer, now, &actor)?;
        }
        let latest = state.latest.map(format_instant);
        let written = latest.as_deref().unwrap_or("never");
        cx.ui.say(&match (behind, accepted) {
            (_, true) => {
                format!("recorded: the clock is right, and the journal was written at {written} by one that ran ahead")
            }
            (true, false) => {
                format!("the clock lags behind the journal, which was last written at {written}: nothing is signed")
            }
            (false, false) => "the clock agrees with the journal".to_owned(),
        });
        let ahead = ca::crls_ahead(&state, now);
        for (name, begins) in &ahead {
            cx.ui.warn(&format!(
                "the CRLs of {name} are not valid before {}, when the last one begins, nor are those that it signs until then",
                format_instant(*begins)
            ));
        }
        let crls = ahead.into_iter().map(|(name, _)| name).collect();
        cx.ui.json("store-clock", &Report { now: format_instant(now), latest, behind, accepted, crls })?;
        Ok(if behind && !accepted { Exit::CheckFailed } else { Exit::Done })
    }
}
