//! `certwright authority rollover`: a new authority takes the place of an old one.

mod begin;
mod report;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use self::report::Report;
use crate::ca::{self, Terms};
use crate::cli::commands::crl;
use crate::cli::commands::options::{NewKeyArgs, ValidityArgs, VariableArgs, session};
use crate::cli::{CliError, Context, Exit};
use crate::keys::Algorithm;
use crate::store::{AuthorityRecord, State, Store};
use crate::x509::Name;
use crate::x509::time::{Span, format_instant, parse_instant};

const EXAMPLES: &str = "\
certwright authority rollover root --retire 90d     # root-2 beside root, cross-certificates both ways
certwright authority rollover issuing               # issuing-2 under the same parent, or what took its place
certwright authority rollover root                  # how far it is, and what is still signed by root
certwright authority rollover root --finish         # root is no anchor any more
certwright authority rollover issuing --as issuing-2  # issuing-2 was signed by a root elsewhere and imported
certwright authority rollover root --as root-2 --cross root.cross.pem root-2.cross.pem";

/// Put a new authority in the place of an old one, so that nobody is locked out meanwhile
///
/// The new authority has a key and a name of its own. A new root and the old one certify each other's keys: as long as the rollover
/// lasts, both are in truststores, in exports and on the published site, and servers are given the cross-certificate of their root,
/// so that clients that trust only one of them accept certificates of both. The new authority signs what is issued and renewed
/// from now on.
///
/// Run again, the command tells how far that is and changes --retire and --renewals. Once nothing of the old authority is in
/// use, --finish takes it out of the truststores; it signs CRLs until its certificates have lapsed.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct RolloverArgs {
    /// The authority that is replaced
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Name of the authority that takes its place, also of another one where that was revoked or has expired; one that exists is taken
    /// as it is [default: NAME-2, then NAME-3]
    #[arg(long = "as", value_name = "NEW")]
    pub successor: Option<String>,
    /// Common name of the new authority [default: the old one's with G2, G3, … after it]
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    pub cn: Option<String>,
    /// Whole subject instead
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// Key algorithm [default: that of the old key]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
    /// What may be issued [default: the old one's profile]
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Who signs the new authority, unless it is a root [default: who signed the old one, or the authority in its place]
    #[arg(long, value_name = "AUTHORITY")]
    pub parent: Option<String>,
    /// How long it is valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Profile variables.
    #[command(flatten)]
    pub variables: VariableArgs,
    /// How its key is kept.
    #[command(flatten)]
    pub new_key: NewKeyArgs,
    /// Cross-certificates between both roots that were signed elsewhere
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "no_cross", requires = "successor")]
    pub cross: Vec<PathBuf>,
    /// No cross-certificates: clients need both roots before servers get certificates of the new one
    #[arg(long)]
    pub no_cross: bool,
    /// From when on the old authority signs no certificates any more: an instant (RFC 3339), a duration from now, or never
    #[arg(long, value_name = "WHEN", value_parser = Retire::parse)]
    pub retire: Option<Retire>,
    /// Who renews what the old authority signed until it retires [default: move]
    #[arg(long, value_name = "HOW")]
    pub renewals: Option<Renewals>,
    /// Finish: the old authority is no anchor any more, and signs CRLs only
    #[arg(long, conflicts_with_all = ["successor", "cn", "subject", "key", "profile", "parent", "validity", "not_before", "not_after",
        "variables", "no_passphrase", "new_passphrase", "no_cross", "retire", "renewals"])]
    pub finish: bool,
    /// With --finish: although certificates of the old authority are still in use
    #[arg(long, requires = "finish")]
    pub force: bool,
    /// Say what would be signed and done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Who renews what the old authority signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Renewals {
    /// The new authority
    Move,
    /// The old authority
    Stay,
}

/// When an authority retires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retire {
    /// At an instant.
    At(OffsetDateTime),
    /// So long from now.
    In(Span),
    /// There is no date.
    Never,
}

impl Retire {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let instant = || parse_instant(text).map(Self::At).map_err(|error| error.to_string());
        Span::parse(text).map(Self::In).or_else(|_| instant())
    }

    fn resolve(self, now: OffsetDateTime) -> Result<Option<OffsetDateTime>, CliError> {
        Ok(match self {
            Self::At(instant) => Some(instant),
            Self::In(span) => Some(span.after(now)?),
            Self::Never => None,
        })
    }
}

impl RolloverArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when there is no such authority or a key is not here, 4 when the authority cannot be replaced, or is still in use.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let record = ca::resolve(&state, Some(&self.name))?.clone();
        crl::warn(cx, &state, &record.authority);
        if self.finish {
            return self.finish(cx, &store, &state);
        }
        match &record.rollover.successor {
            None => self.begin(cx, &store, state, &record),
            // One that cannot take its place gives way to another.
            Some(_) if self.replaces_successor(cx, &state, &record)? => self.begin(cx, &store, state, &record),
            Some(successor) => self.go_on(cx, &store, state, &record, successor),
        }
    }

    /// Tells how far a rollover is, and changes what was agreed on.
    fn go_on(
        &self,
        cx: &mut Context,
        store: &Store,
        state: State,
        record: &AuthorityRecord,
        successor: &str,
    ) -> Result<Exit, CliError> {
        self.refuse_to_begin_again(successor)?;
        let mut action = "none";
        let mut state = state;
        if self.retire.is_some() || self.renewals.is_some() {
            let retire = record.rollover.retire.as_deref().map(parse_instant).transpose()?;
            let terms = Terms {
                retire: self.retire.map_or(Ok(retire), |retire| retire.resolve(cx.now()))?,
                renewals_stay: self.renewals.map_or(record.rollover.renewals_stay, |how| how == Renewals::Stay),
            };
            action = "changed";
            if self.dry_run {
                let retire = terms.retire.map_or_else(|| "never".to_owned(), format_instant);
                cx.ui.say(&format!("authority {} would retire {retire}", record.authority));
            } else {
                let actor = cx.settings.actor.clone();
                let mut writer = cx.lock(store)?;
                ca::change_rollover(&mut writer, &self.name, &terms, &session(cx, &actor, &|| {}))?;
                state = writer.state().clone();
            }
        }
        Report::new(action, self.dry_run, &state, &self.name, cx.now())?.tell(cx)?;
        Ok(Exit::Done)
    }

    /// Whether another successor is named for one that is revoked, has expired, or has no key here.
    fn replaces_successor(&self, cx: &Context, state: &State, record: &AuthorityRecord) -> Result<bool, CliError> {
        let other = self.successor.is_some() && self.successor != record.rollover.successor;
        Ok(other && !record.rollover.finished && ca::unfit_successor(state, record, cx.now())?.is_some())
    }

    /// What begins a rollover is refused where one stands: it would be ignored.
    fn refuse_to_begin_again(&self, successor: &str) -> Result<(), CliError> {
        let other = self.successor.as_deref().is_some_and(|name| name != successor);
        if other || self.makes_something() || !self.cross.is_empty() || self.no_cross {
            return Err(CliError::refused(format!("authority {successor} takes the place of {} already", self.name))
                .hint("only --retire, --renewals and --finish make sense now"));
        }
        Ok(())
    }

    /// Whether there is an option about a new key or certificate.
    fn makes_something(&self) -> bool {
        let ValidityArgs { validity, not_before, not_after } = &self.validity;
        self.cn.is_some()
            || self.subject.is_some()
            || self.key.is_some()
            || self.profile.is_some()
            || self.parent.is_some()
            || validity.is_some()
            || not_before.is_some()
            || not_after.is_some()
            || !self.variables.variables.is_empty()
            || self.new_key.no_passphrase
            || self.new_key.new_passphrase.is_some()
    }

    fn finish(&self, cx: &mut Context, store: &Store, state: &State) -> Result<Exit, CliError> {
        let now = cx.now();
        let is_finished = state.authorities.get(&self.name).is_some_and(|record| record.rollover.finished);
        if self.dry_run {
            if !is_finished {
                ca::check_may_finish(store, state, &self.name, now)?;
            }
            let left = ca::remaining(state, &self.name, now)?;
            let would = if left.is_empty() || self.force { "would be finished" } else { "could not be finished" };
            cx.ui.say(&format!("the rollover of authority {} {would}", self.name));
            Report::new("none", true, state, &self.name, now)?.tell(cx)?;
            return Ok(Exit::Done);
        }
        if is_finished {
            cx.ui.say(&format!("the rollover of authority {} was finished before", self.name));
            Report::new("none", false, state, &self.name, now)?.tell(cx)?;
            return Ok(Exit::Done);
        }
        let actor = cx.settings.actor.clone();
        let mut writer = cx.lock(store)?;
        let finished = ca::finish_rollover(&mut writer, &self.name, self.force, &session(cx, &actor, &|| {}))?;
        let state = writer.state().clone();
        drop(writer);
        if !finished.left.is_empty() {
            let count = finished.left.len();
            cx.ui.warn(&format!(
                "{count} of what authority {} signed is still in use: clients that do not trust it any more refuse it",
                self.name
            ));
        }
        Report::new("finished", false, &state, &self.name, now)?.tell(cx)?;
        Ok(Exit::Done)
    }
}
