//! `certwright crl settings`.

use serde::Serialize;

use crate::ca::{self, DEFAULT_VALIDITY, Schedule};
use crate::cli::{CliError, Context, Exit};
use crate::store::{CrlSchedule, Draft, Event, Settings};

const EXAMPLES: &str = "\
certwright crl settings issuing
certwright crl settings issuing --validity 7d --overlap 3d
certwright crl settings issuing --validity 30d --delta-validity 1d --overlap 12h
certwright crl settings root --validity 180d --overlap 30d";

/// Show or change how an authority's CRLs are made
///
/// Durations are texts such as 7d or 12h. The overlap is how long before it lapses a CRL is due: a third of the validity, where
/// nothing is said. With a delta validity, "certwright crl publish --if-due" signs delta CRLs, and a full CRL names their URL
/// (that of the store's settings with .delta before .crl).
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The authority
    #[arg(value_name = "AUTHORITY")]
    authority: String,
    /// How long a CRL holds
    #[arg(long, value_name = "DURATION")]
    validity: Option<String>,
    /// How long before it lapses the next one is due
    #[arg(long, value_name = "DURATION")]
    overlap: Option<String>,
    /// How long a delta CRL holds
    #[arg(long, value_name = "DURATION", conflicts_with = "no_delta")]
    delta_validity: Option<String>,
    /// Make no delta CRLs
    #[arg(long)]
    no_delta: bool,
    /// Whether certificates stay listed after they expired
    #[arg(long, value_name = "BOOL")]
    keep_expired: Option<bool>,
    /// Whether a CRL names its distribution points, which must be those of the certificates
    #[arg(long, value_name = "BOOL")]
    distribution_point: Option<bool>,
    /// Let the next CRL have a number above this one
    #[arg(long, value_name = "NUMBER")]
    number_after: Option<u64>,
}

/// What `--number-after` may be at most: room for as many CRLs again.
const LAST_NUMBER: u64 = u64::MAX / 2;

/// `certwright/crl-settings/1`.
#[derive(Debug, Serialize)]
struct Report<'a> {
    authority: &'a str,
    settings: &'a CrlSchedule,
    changed: bool,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let is_root = ca::resolve(&state, Some(&self.authority))?.certificate()?.is_root();
        let before = state.settings.clone();
        let mut settings = self.applied(&before)?;
        let mut changed = settings != before;
        if changed {
            let now = cx.now();
            let mut writer = cx.lock_knowing(&store, state)?;
            settings = self.applied(&writer.state().settings)?;
            changed = settings != writer.state().settings;
            let event = Event::SettingsChanged { settings: settings.clone() };
            writer.commit(now, &cx.settings.actor, vec![Draft { event, key_pem: None }])?;
            cx.ui.say("settings changed; CRLs that are signed from now on have them");
        }
        let schedule = settings.crl.get(&self.authority).cloned().unwrap_or_default();
        if is_root && schedule.distribution_point {
            // A check of the whole chain looks for the root itself in its CRL, and its certificate names no such point.
            cx.ui.warn(&format!(
                "OpenSSL, and what is built on it, will refuse the whole chain under {0} for the scope of this CRL: undo it \
                 with \"certwright crl settings {0} --distribution-point false\"",
                self.authority
            ));
        }
        self.tell(cx, &schedule, changed)?;
        Ok(Exit::Done)
    }

    fn applied(&self, before: &Settings) -> Result<Settings, CliError> {
        let mut settings = before.clone();
        let mut schedule = settings.crl.get(&self.authority).cloned().unwrap_or_default();
        for (given, setting) in [
            (&self.validity, &mut schedule.validity),
            (&self.overlap, &mut schedule.overlap),
            (&self.delta_validity, &mut schedule.delta_validity),
        ] {
            if given.is_some() {
                setting.clone_from(given);
            }
        }
        if self.no_delta {
            schedule.delta_validity = None;
        }
        schedule.keep_expired = self.keep_expired.unwrap_or(schedule.keep_expired);
        schedule.distribution_point = self.distribution_point.unwrap_or(schedule.distribution_point);
        schedule.number_after = self.number_after.unwrap_or(schedule.number_after);
        let before = before.crl.get(&self.authority).map_or(0, |before| before.number_after);
        if schedule.number_after < before {
            return Err(CliError::usage(format!(
                "--number-after {} is below {before}, which was promised",
                schedule.number_after
            ))
            .hint("numbers only rise"));
        }
        if schedule.number_after > LAST_NUMBER {
            return Err(CliError::usage(format!("--number-after {} leaves no room", schedule.number_after))
                .hint(format!("the highest is {LAST_NUMBER}")));
        }
        check_spans(&schedule)?;
        if schedule == CrlSchedule::default() {
            settings.crl.remove(&self.authority);
        } else {
            settings.crl.insert(self.authority.clone(), schedule);
        }
        Ok(settings)
    }

    fn tell(&self, cx: &mut Context, schedule: &CrlSchedule, changed: bool) -> Result<(), CliError> {
        let yes = |value: bool| if value { "yes" } else { "no" }.to_owned();
        let rows = [
            ("validity", schedule.validity.clone().unwrap_or_else(|| DEFAULT_VALIDITY.to_owned())),
            ("overlap", schedule.overlap.clone().unwrap_or_else(|| "a third of the validity".to_owned())),
            ("delta validity", schedule.delta_validity.clone().unwrap_or_else(|| "no delta CRLs".to_owned())),
            ("keep expired", yes(schedule.keep_expired)),
            ("distribution point", yes(schedule.distribution_point)),
            ("number after", schedule.number_after.to_string()),
        ];
        let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        cx.ui.table(&["SETTING", "VALUE"], rows)?;
        cx.ui.json("crl-settings", &Report { authority: &self.authority, settings: schedule, changed })
    }
}

/// Refuses durations with which a CRL could not hold, or would be due as soon as it is signed.
fn check_spans(schedule: &CrlSchedule) -> Result<(), CliError> {
    let read = Schedule::read(schedule).map_err(|error| CliError::usage(error.to_string()))?;
    read.check_lasting().map_err(|(setting, why)| {
        CliError::usage(format!("--{}: {why}", setting.replace('_', "-"))).hint(match setting {
            "overlap" => "the overlap is how long before it lapses a CRL is due",
            _ => "\"certwright crl settings AUTHORITY\" shows the settings as they are",
        })
    })
}
