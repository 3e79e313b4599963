//! Finding the responder of an authority, or certifying one.

use crate::ca::{self, RESPONDER_PROFILE, Responder, Schedule};
use crate::cli::commands::issued_key;
use crate::cli::commands::options::{generate, load_authority, profiles, session};
use crate::cli::{CliError, Context};
use crate::store::{AuthorityRecord, State, Store};
use crate::x509::time::{Span, format_instant};

/// Who signs, and for how long.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli::commands) struct ResponderArgs {
    /// How long an OCSP response holds [default: as long as the authority's CRLs]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    validity: Option<Span>,
    /// Sign OCSP responses with the authority's own key instead of a responder's
    #[arg(long)]
    direct: bool,
    /// Keep the key of a new OCSP responder unencrypted even when the authority's is encrypted, so that cron can use it
    #[arg(long, conflicts_with = "direct")]
    no_key_passphrase: bool,
}

impl ResponderArgs {
    /// How long a response of an authority holds.
    ///
    /// # Errors
    /// For settings that cannot be read.
    pub(super) fn validity(&self, state: &State, authority: &str) -> Result<Span, CliError> {
        match self.validity {
            Some(validity) => Ok(validity),
            None => Ok(Schedule::of(state, authority)?.validity),
        }
    }

    /// The responder of an authority. A new one is certified where there is none, or it is getting old; without the
    /// authority's key an old one goes on to the end.
    ///
    /// # Errors
    /// When neither a responder nor the authority's key is here; what the authority cannot do.
    pub(in crate::cli::commands) fn responder(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
        record: &AuthorityRecord,
    ) -> Result<Responder, CliError> {
        let now = cx.now();
        ca::check_may_respond(state, record, now)?;
        if self.direct {
            return Ok(Responder::direct(load_authority(cx, store, record)?));
        }
        let key_here = record.key && store.has_authority_key(&record.authority);
        match ca::known_responder(state, record, now)? {
            Some(known) if !known.due || !key_here => {
                if known.due {
                    cx.ui.warn(&format!(
                        "the OCSP responder of {0} expires at {1}, and the key of {0} is not here to certify a new one",
                        record.authority, known.record.not_after
                    ));
                }
                let key = issued_key::open(cx, store, known.record, None)?;
                Ok(Responder::delegated(record, known.record.certificate()?, key)?)
            }
            _ => self.certify(cx, store, record),
        }
    }

    fn certify(&self, cx: &mut Context, store: &Store, record: &AuthorityRecord) -> Result<Responder, CliError> {
        let profile = profiles(store)?.get(RESPONDER_PROFILE)?;
        let authority = load_authority(cx, store, record)?;
        let key = generate(profile.default_algorithm())?;
        let secret = authority.passphrase.clone().filter(|_| !self.no_key_passphrase);
        let order = ca::responder_order(&record.authority, &key, key.to_pkcs8_pem(secret.as_ref())?);
        let actor = cx.settings.actor.clone();
        let mut writer = cx.lock(store)?;
        let issued = ca::issue(&mut writer, &authority, &profile, &session(cx, &actor, &|| {}), vec![order])?;
        drop(writer);
        let Some(outcome) = issued.into_iter().next() else {
            return Err(CliError::failed("no responder was certified"));
        };
        let certificate = outcome.certificate;
        cx.ui.say(&format!(
            "{}: certified an OCSP responder ({}), valid until {}",
            record.authority,
            certificate.subject,
            format_instant(certificate.not_after)
        ));
        let key = std::sync::Arc::try_unwrap(key).map_err(|_| CliError::failed("the responder's key is in use"))?;
        Ok(Responder::delegated(record, certificate, key)?)
    }
}
