//! What a renewal would do: `--dry-run`.

use super::report::{Failure, Report};
use super::terms::{check_rekey, profile_of, rekeys, signer_of, unknown_profile};
use super::{Args, Chosen, Todo};
use crate::ca;
use crate::cli::commands::options::{profiles, session};
use crate::cli::{CliError, Context};
use crate::issuance::IssuerFacts;
use crate::store::{State, Store};

/// What would be done, and what would be refused.
///
/// # Errors
/// When the journal or the profiles cannot be read.
pub(super) fn rehearse(
    args: &Args,
    cx: &mut Context,
    store: &Store,
    state: &State,
    mut chosen: Chosen,
) -> Result<Report, CliError> {
    let mut report = Report { dry_run: true, ..Report::of(&mut chosen) };
    let (known, actor) = (profiles(store)?, cx.settings.actor.clone());
    let session = session(cx, &actor, &|| {});
    let changes = ca::RenewalChanges { validity: args.validity, variables: &args.variables()? };
    let rehearsal = ca::RenewalRehearsal::new(state, &session);
    for Todo { record, why } in chosen.todo {
        let rekeyed = rekeys(args, &record);
        let name = profile_of(args, &record);
        let authority = signer_of(args, state, &record, cx.now());
        let tried = || -> Result<(), CliError> {
            let issuer = ca::resolve(state, Some(&authority))?;
            let profile = known.get(&name).map_err(|error| unknown_profile(&record, &name, error.into()))?;
            let (certificate, chain) = (issuer.certificate()?, issuer.chain()?);
            let issuer = IssuerFacts { name: &authority, certificate: &certificate, chain: &chain };
            check_rekey(rekeyed, &record)?;
            rehearsal.certificate(&record, issuer, &profile, rekeyed, changes)?;
            Ok(())
        };
        match tried() {
            Ok(()) => report.plan(state, record, why, (authority, name), rekeyed)?,
            Err(error) => report.failed.push(Failure::new(&record, error)),
        }
    }
    for record in chosen.unfinished {
        let by = (record.authority.clone(), record.profile.clone());
        report.plan(state, record, "unfinished", by, false)?;
    }
    Ok(report)
}
