//! `certwright apply`: a whole PKI from one file.

mod authorities;
mod build;
mod claims;
mod deliver;
mod execute;
mod keys;
mod proof;
mod prune;
mod secrets;
pub(in crate::cli::commands) mod source;
mod tell;

use std::path::{Path, PathBuf};

use self::execute::Execution;
use self::source::Described;
use self::tell::Outcome;
use crate::cli::commands::truststore::hashed;
use crate::cli::files::digest;
use crate::cli::{CliError, Context, Exit};
use crate::manifest::{self, Plan, Seen, Situation};
use crate::store::State;

/// Largest delivered file that is looked at, in bytes.
const MAX_SIZE: u64 = 64 << 20;
/// How often a plan is made anew because somebody else changed the store meanwhile.
const MOST_ATTEMPTS: usize = 5;

const EXAMPLES: &str = "\
certwright manifest init pki.yaml                 # a commented manifest to start from
certwright apply pki.yaml --plan                  # what would change; exit status 3 when something would
certwright apply pki.yaml                         # do it; once more, and nothing happens
certwright apply pki.yaml --plan --json           # for a pipeline
certwright apply pki.yaml --prune                 # and take away what is not described any more";

/// Make everything as a manifest describes it
///
/// The manifest (JSON, YAML or TOML) describes authorities, profiles, certificates, the files that are put somewhere, truststores,
/// CRLs and revocations. What differs is done, and nothing else: a certificate is issued again when its names, profile, key
/// algorithm or authority changed, or when it is due; its key stays unless the algorithm changed. Files that are missing or
/// were changed are put back. What fails is listed and the rest is done: run it again to complete it.
///
/// Nothing is revoked or removed because it is not described, unless --prune is given: then files that certwright put somewhere and
/// nobody changed are removed, and certificates that no longer appear are revoked. A truststore that was changed and CRLs that were
/// published stay. Relative paths start at the manifest's directory.
/// A secret is named by its source; one with cmd: is run, so treat a manifest like a script.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The manifest; - is standard input
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Say what would change, and change nothing; exit status 3 when something would
    #[arg(long)]
    plan: bool,
    /// Take away what is not described any more
    #[arg(long)]
    prune: bool,
    /// Replace files that are there and were put there by something else; with --plan, say so
    #[arg(long)]
    force: bool,
    /// Write all files again, whether or not they changed: after a password in a source did
    #[arg(long)]
    rewrite: bool,
    /// How the manifest is written down: json, yaml, toml [default: by its ending]
    #[arg(long, value_name = "FORMAT")]
    format: Option<source::FormatName>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when the manifest is not valid, 5 when the store is locked.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        self.bring_about(cx).map_err(secrets::told)
    }

    fn bring_about(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let described = Described::read(cx, &self.manifest, self.format)?;
        for _ in 0..MOST_ATTEMPTS {
            let store = cx.store_if_there()?;
            let (state, profiles) = match &store {
                Some(store) => (store.read()?, store.read_profiles()?),
                None => (State::default(), Vec::new()),
            };
            let plan = self.compare(cx, &described, &state, &profiles)?;
            if self.plan || plan.steps.is_empty() {
                let mut refused = claims::rehearse(cx, &described, &state, &plan, self.force)?;
                prune::rehearse(&described.manifest, &plan, &mut refused);
                return Outcome::planned(plan, refused).tell(cx, &self.manifest, self.plan);
            }
            let store = match store {
                Some(store) => store,
                None => cx.create_store()?,
            };
            if let Some(outcome) = Execution::new(&described, &store, self.force).run(cx, state, plan)? {
                return outcome.tell(cx, &self.manifest, false);
            }
            cx.ui.say("the store was changed by somebody else meanwhile: looking again");
        }
        Err(CliError::failed("the store is changed by somebody else again and again")
            .hint("run it again when nobody else writes to it"))
    }

    fn compare(
        &self,
        cx: &Context,
        described: &Described,
        state: &State,
        profiles: &[(String, Vec<u8>)],
    ) -> Result<Plan, CliError> {
        let look = |path: &Path| -> Seen { digest::seen(path, MAX_SIZE) };
        let situation = Situation {
            state,
            store_profiles: profiles,
            profiles: &described.profiles,
            brought: &described.brought,
            anchors: &described.anchors,
            requests: &described.requests,
            look: &look,
            anchors_in: &|dir| hashed::names(dir).unwrap_or_default(),
            now: cx.now(),
            prune: self.prune,
            rewrite: self.rewrite,
        };
        Ok(manifest::plan(&described.manifest, &situation)?)
    }
}
