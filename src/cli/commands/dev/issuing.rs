//! A new certificate for `dev`, and what is checked before there is one.

use super::foreign::Own;
use super::wish::Wish;
use super::{DevArgs, existing, kept, keystores, snippets};
use crate::ca::{self, Order, Outcome};
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::export::subject::Exported;
use crate::cli::commands::options::{generate, load_authority, profiles, session};
use crate::cli::commands::report::{summary, tell};
use crate::cli::{CliError, Context, files};
use crate::container::target::Subject;
use crate::issuance::{IssuerFacts, Profile, Request, Validity};
use crate::keys::{PublicKey, Secret};
use crate::store::{AuthorityRecord, State, Store, lineage_name};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName};

/// The profile of the certificate.
pub(super) const PROFILE: &str = "peer";

impl DevArgs {
    /// Issues the certificate and writes the PEM files.
    ///
    /// # Errors
    /// Exit 4 when it is refused, or a program in `--for` could not use it; 1 for files of others in a program's directory.
    pub(super) fn issue(
        &self,
        cx: &mut Context,
        (store, state): (&Store, &State),
        record: &AuthorityRecord,
        wish: &Wish,
        password: &Secret,
    ) -> Result<Outcome, CliError> {
        let profile = profiles(store)?.get(PROFILE)?;
        let authority = load_authority(cx, store, record)?;
        let key = generate(wish.key)?;
        let first = first_of(wish);
        let key_pem = key.to_pkcs8_pem(None)?;
        let request = self.request(wish, key.public_key().clone());
        let lineage = lineage_name(&first);
        self.check_new(cx, wish, state, (record, &profile), &request, password)?;
        // A company's root beside this authority's stays.
        let keeps_anchors = !self.force && existing::trusts(&self.out, record)?;
        let order = Order { label: first, request, lineage, key_pem: Some(key_pem.clone()) };
        let mut writer = cx.lock_knowing(store, state.clone())?;
        let actor = cx.settings.actor.clone();
        let outcomes = ca::issue(&mut writer, &authority, &profile, &session(cx, &actor, &|| {}), vec![order])?;
        drop(writer);
        let outcome = outcomes.into_iter().next().ok_or_else(|| CliError::failed("nothing was issued"))?;
        let mut written = Bundle::new(&outcome, Some(key_pem)).into_files();
        written.retain(|file| !(keeps_anchors && file.name == "ca.pem"));
        files::write_set(&self.out, &written, true)?;
        Ok(outcome)
    }

    /// Says what was issued and how to use it.
    pub(super) fn tell_issued(
        &self,
        cx: &mut Context,
        wish: &Wish,
        outcome: &Outcome,
        (reason, made_authority): (&str, bool),
    ) {
        tell(cx, &first_of(wish), &outcome.report);
        cx.ui.say(&format!("made {} ({reason})", summary(&outcome.certificate)));
        if let Some(root) = outcome.served.root.as_ref().filter(|_| made_authority) {
            let constraints = root.name_constraints.clone().unwrap_or_default();
            let permitted: Vec<String> = constraints.permitted.iter().map(ToString::to_string).collect();
            cx.ui.say(&format!(
                "made the development authority {} ({}), valid until {}",
                wish.authority,
                root.subject,
                format_instant(root.not_after)
            ));
            cx.ui.say(&format!("  it can sign for nothing but {}", permitted.join(" ")));
        }
        if self.env.is_none() && wish.targets.is_empty() {
            for line in snippets::lines(&self.out, &wish.names) {
                cx.ui.say(&line);
            }
        }
    }

    /// What is asked for, with a key.
    pub(super) fn request(&self, wish: &Wish, key: PublicKey) -> Request {
        Request {
            name: Some(first_of(wish)),
            names: wish.names.clone(),
            validity: Validity { span: self.validity, ..Default::default() },
            ..Request::new(key)
        }
    }

    /// Refuses what cannot be signed, what a program in `--for` could not use, and files of others in its place, before anything
    /// is signed.
    ///
    /// # Errors
    /// As [`DevArgs::issue`].
    pub(super) fn check_new(
        &self,
        cx: &Context,
        wish: &Wish,
        state: &State,
        (record, profile): (&AuthorityRecord, &Profile),
        request: &Request,
        password: &Secret,
    ) -> Result<(), CliError> {
        let (own, chain) = (record.certificate()?, record.chain()?);
        let issuer = IssuerFacts { name: &record.authority, certificate: &own, chain: &chain };
        let preview = ca::Preview::new(state, &state.settings, cx.now()).certificate(&issuer, profile, request)?;
        if wish.targets.is_empty() {
            return Ok(());
        }
        let above: Vec<Certificate> = std::iter::once(own).chain(chain).collect();
        let root = above.last().unwrap_or(&preview);
        let intermediates = above.split_last().map_or(&[][..], |(_, others)| others);
        let name = &lineage_name(&first_of(wish));
        let subject = Subject { name, certificate: &preview, intermediates, root, other_anchors: &[], at: cx.now() };
        self.check_directories(wish, state, &subject, password)
    }

    /// As for a new one, for the certificate that is there.
    ///
    /// # Errors
    /// As [`DevArgs::issue`].
    pub(super) fn check_targets_of(
        &self,
        cx: &mut Context,
        wish: &Wish,
        state: &State,
        certificate: &Certificate,
        password: &Secret,
    ) -> Result<(), CliError> {
        if wish.targets.is_empty() {
            return Ok(());
        }
        let exported = Exported::of_certificate(cx, certificate)?;
        self.check_directories(wish, state, &exported.subject(cx.now()), password)
    }

    fn check_directories(
        &self,
        wish: &Wish,
        state: &State,
        subject: &Subject<'_>,
        password: &Secret,
    ) -> Result<(), CliError> {
        let (own, changeit) = (Own::new(state)?, Secret::new(keystores::CHANGEIT));
        for wanted in &wish.targets {
            let paths = wanted.plan(subject, &self.out)?;
            if !self.force
                && let Some(path) = own.first_foreign(paths, &[password, &changeit])?
            {
                return Err(kept(&path));
            }
        }
        Ok(())
    }
}

/// What the certificate is called.
fn first_of(wish: &Wish) -> String {
    wish.names.first().map_or_else(|| "localhost".to_owned(), GeneralName::value)
}
