//! Finding the responder of an authority, or certifying one.

use crate::ca::{self, KnownResponder, RESPONDER_PROFILE, Responder, Schedule};
use crate::cli::commands::issued_key;
use crate::cli::commands::options::{generate, load_authority, profiles, session};
use crate::cli::{CliError, Context};
use crate::keys::KeyOutline;
use crate::store::{AuthorityRecord, CertificateRecord, State, Store};
use crate::x509::Certificate;
use crate::x509::time::{Span, format_instant};

/// Who signs, and for how long.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli::commands) struct ResponderArgs {
    /// How long an OCSP response holds [default: as long as the authority's CRLs]
    #[arg(long, value_name = "DURATION", value_parser = ca::holding)]
    validity: Option<Span>,
    /// Sign OCSP responses with the authority's own key instead of a responder's
    #[arg(long)]
    direct: bool,
    /// Keep the OCSP responder's key unencrypted even when the authority's is encrypted, so that cron can use it; one with an
    /// encrypted key is replaced
    #[arg(long, conflicts_with = "direct")]
    no_key_passphrase: bool,
}

impl ResponderArgs {
    /// The first option that was given.
    pub(super) fn told(&self) -> Option<&'static str> {
        let given = [
            ("--validity", self.validity.is_some()),
            ("--direct", self.direct),
            ("--no-key-passphrase", self.no_key_passphrase),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }

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

    /// The responder of an authority, opened: see [`ResponderArgs::speaker`].
    ///
    /// # Errors
    /// As there, and when its key cannot be opened.
    pub(super) fn responder(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
        record: &AuthorityRecord,
    ) -> Result<Responder, CliError> {
        self.speaker(cx, store, state, record)?.into_responder(cx, store)
    }

    /// The responder of an authority. A new one is certified where there is none, or it is getting old, or its key shall not be
    /// encrypted any more; an old one goes on to the end where that cannot be.
    ///
    /// # Errors
    /// When neither a responder nor the authority's key is here; what the authority cannot do.
    pub(super) fn speaker(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
        record: &AuthorityRecord,
    ) -> Result<Speaker, CliError> {
        let now = cx.now();
        ca::check_may_respond(state, record, now)?;
        let name = &record.authority;
        if self.direct {
            let certificate = record.certificate()?;
            return Ok(Speaker { record: record.clone(), certificate, responder: None, opened: None });
        }
        let Some(known) = ca::known_responder(state, record, now)? else {
            return Ok(Speaker::new(record, self.certify(cx, store, record)?));
        };
        let encrypted = self.no_key_passphrase && is_encrypted(cx, store, &known)?;
        if known.due || encrypted {
            let certified = if record.key && store.has_authority_key(name) {
                self.certify(cx, store, record).map_err(|error| error.message)
            } else {
                Err(format!("the key of {name} is not here"))
            };
            match certified {
                Ok(responder) => return Ok(Speaker::new(record, responder)),
                Err(why) => {
                    let end = &known.record.not_after;
                    let but = if encrypted { "has an encrypted key".to_owned() } else { format!("expires at {end}") };
                    cx.ui
                        .warn(&format!("the OCSP responder of {name} {but}, and a new one cannot be certified: {why}"));
                }
            }
        }
        let (certificate, responder) = (known.record.certificate()?, Some(known.record.clone()));
        Ok(Speaker { record: record.clone(), certificate, responder, opened: None })
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

/// Who speaks for an authority. Its key is opened when something is to be signed, and not before.
pub(super) struct Speaker {
    record: AuthorityRecord,
    /// The responder's certificate, or the authority's own.
    certificate: Certificate,
    /// The responder whose key the store has; none where the authority speaks for itself.
    responder: Option<CertificateRecord>,
    opened: Option<Responder>,
}

impl Speaker {
    fn new(record: &AuthorityRecord, responder: Responder) -> Self {
        let certificate = responder.certificate().clone();
        Self { record: record.clone(), certificate, responder: None, opened: Some(responder) }
    }

    /// The authority.
    pub(super) fn record(&self) -> &AuthorityRecord {
        &self.record
    }

    /// The certificate that responses are signed under.
    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Opens the key, once.
    ///
    /// # Errors
    /// When it is not here, or its passphrase is not to be had.
    pub(super) fn open(&mut self, cx: &mut Context, store: &Store) -> Result<&Responder, CliError> {
        let responder = match self.opened.take() {
            Some(responder) => responder,
            None => self.load(cx, store)?,
        };
        Ok(self.opened.insert(responder))
    }

    fn into_responder(mut self, cx: &mut Context, store: &Store) -> Result<Responder, CliError> {
        match self.opened.take() {
            Some(responder) => Ok(responder),
            None => self.load(cx, store),
        }
    }

    fn load(&self, cx: &mut Context, store: &Store) -> Result<Responder, CliError> {
        let Some(responder) = &self.responder else {
            return Ok(Responder::direct(load_authority(cx, store, &self.record)?));
        };
        let key = issued_key::open(cx, store, responder, None)?;
        Ok(Responder::delegated(&self.record, self.certificate.clone(), key)?)
    }
}

fn is_encrypted(cx: &mut Context, store: &Store, known: &KnownResponder<'_>) -> Result<bool, CliError> {
    let pem = issued_key::read(cx, store, known.record)?;
    Ok(KeyOutline::read(&pem)?.encryption.is_some())
}
