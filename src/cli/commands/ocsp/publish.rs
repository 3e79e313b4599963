//! `certwright ocsp publish`.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use time::OffsetDateTime;

use super::published::check_known;
use super::responder::{ResponderArgs, Speaker};
use crate::ca;
use crate::cli::files::site::{Changes, Site};
use crate::cli::{CliError, Context, Exit};
use crate::store::{State, Store};
use crate::x509::Serial;
use crate::x509::ocsp::{BasicResponse, CertIdHash, CertStatus, IssuerId, OcspRequest};
use crate::x509::time::{Span, format_instant};

/// Largest response that is read again, in bytes.
pub(super) const MAX_RESPONSE: usize = 256 << 10;
/// How often responses are made again that were overtaken by a revocation while they were made.
const ROUNDS: usize = 4;

const EXAMPLES: &str = "\
certwright store settings --ocsp-url 'http://pki.corp.test/ocsp/{{ authority }}'
certwright ocsp publish --to /srv/pki/ocsp
certwright ocsp publish --to /srv/pki/ocsp --if-due         # for cron: signs what changed or will lapse soon
certwright ocsp publish --to /srv/pki/ocsp --hash sha1,sha256
certwright ocsp publish --to stapled --authority issuing    # stapled/issuing/SERIAL.ocsp for ssl_stapling_file";

/// Sign responses in advance, for a static web server
///
/// For every certificate that has not expired, the directory gets AUTHORITY/REQUEST, where a client's GET finds it (RFC 6960
/// appendix A.1: REQUEST is the request in base64, whose slashes make directories), and AUTHORITY/SERIAL.ocsp for servers that
/// staple. Each file appears in one step; what expired is taken away, and nothing else.
///
/// Where a response there says "revoked" of what is not revoked in this store, nothing is signed or replaced, not even with --force:
/// the store may come from an old backup.
///
/// Without --authority, every authority speaks whose key or responder is here; the others are left out with a word.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The directory
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Whose certificates [default: those of every authority that can speak]
    #[arg(long, value_name = "NAME")]
    authority: Vec<String>,
    #[command(flatten)]
    sign: SignArgs,
    /// Replace files that something else put there
    #[arg(long)]
    force: bool,
}

/// What is signed, and by whom.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli::commands) struct SignArgs {
    /// Sign OCSP responses only where something changed, or one is in the last third of its life
    #[arg(long)]
    if_due: bool,
    /// By which hash OCSP clients name the issuer: sha1, as nearly all do, sha256 [default: sha1]
    #[arg(long, value_name = "HASH", value_delimiter = ',', value_parser = hash)]
    hash: Vec<CertIdHash>,
    #[command(flatten)]
    responder: ResponderArgs,
}

/// The responses of an authority in the report.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli::commands) struct AuthorityItem {
    authority: String,
    responder: String,
    /// Until when those hold that were signed; none where none was.
    next_update: Option<String>,
    /// How many certificates are answered for, and how.
    certificates: usize,
    good: usize,
    revoked: usize,
    /// How many responses were signed; the others held for long enough.
    signed: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    authorities: Vec<AuthorityItem>,
    /// Authorities without a key or responder here.
    skipped: Vec<String>,
    directory: String,
    written: usize,
    unchanged: usize,
    removed: usize,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        for name in &self.authority {
            ca::resolve(&state, Some(name))?;
        }
        let (names, skipped) = speakers(cx, &store, &state, &self.authority)?;
        for name in &skipped {
            cx.ui.say(&format!("left out {name}: neither its key nor a responder's is here"));
        }
        // "certwright publish" may have put them there.
        let (site, prefix) = Site::with(&self.to)?;
        let (authorities, changes) = self.sign.publish(cx, &store, &names, &site, &prefix, self.force)?;
        for item in &authorities {
            cx.ui.say(&item.sentence());
        }
        let directory = self.to.display().to_string();
        let Changes { written, unchanged, removed } = changes;
        let (written, removed) = (written.len(), removed.len());
        if !self.sign.if_due || written + removed > 0 {
            cx.ui.line(&directory)?;
        }
        cx.ui.json("ocsp-publish", &Report { authorities, skipped, directory, written, unchanged, removed })?;
        Ok(Exit::Done)
    }
}

/// The authorities that can speak and have something to speak of, and those whose keys are elsewhere; `wanted` ones must be
/// able to. Left out without a word are those that are revoked or have expired.
///
/// # Errors
/// For a wanted one that cannot, and a clock that was set back.
pub(in crate::cli::commands) fn speakers(
    cx: &Context,
    store: &Store,
    state: &State,
    wanted: &[String],
) -> Result<(Vec<String>, Vec<String>), CliError> {
    let now = cx.now();
    let (mut names, mut skipped) = (Vec::new(), Vec::new());
    for (name, record) in &state.authorities {
        let named = wanted.contains(name);
        if !(wanted.is_empty() || named) {
            continue;
        }
        match ca::check_may_respond(state, record, now) {
            // Nobody believes a revoked authority; its parent's responses say so.
            Err(ca::CaError::Refused { .. }) if !named => continue,
            result => result?,
        }
        if !named && now >= record.certificate()?.not_after {
            continue;
        }
        let can = (record.key && store.has_authority_key(name)) || ca::known_responder(state, record, now)?.is_some();
        if !can && named {
            return Err(ca::CaError::KeyNotHere(name.clone()).into());
        }
        if !can {
            skipped.push(name.clone());
        } else if named || !ca::live_statuses(state, record, now)?.is_empty() {
            names.push(name.clone());
        }
    }
    Ok((names, skipped))
}

impl SignArgs {
    /// Whether only what is due is signed.
    pub(in crate::cli::commands) fn is_if_due(&self) -> bool {
        self.if_due
    }

    /// The first option that says how responses are signed.
    pub(in crate::cli::commands) fn told_how(&self) -> Option<&'static str> {
        if self.hash.is_empty() { self.responder.told() } else { Some("--hash") }
    }

    /// Brings the responses of authorities to a directory, below `prefix`; says what became of them.
    ///
    /// What is revoked while responses are signed and written is brought afterwards, so that no older response stays.
    ///
    /// # Errors
    /// When an authority cannot speak, or a file cannot be written; exit 4 for responses there that say "revoked" of what is not
    /// revoked here.
    pub(in crate::cli::commands) fn publish(
        &self,
        cx: &mut Context,
        store: &Store,
        names: &[String],
        dir: &std::path::Path,
        prefix: &str,
        force: bool,
    ) -> Result<(Vec<AuthorityItem>, Changes), CliError> {
        let mut state = store.read()?;
        let hashes = if self.hash.is_empty() { vec![CertIdHash::Sha1] } else { self.hash.clone() };
        // Before a responder is certified.
        drop(Site::open(dir, state.store_id(), force, cx.settings.lock_timeout)?);
        names.iter().try_for_each(|name| check_known(&state, name, &dir.join(format!("{prefix}{name}"))))?;
        let mut speakers = Vec::new();
        for name in names {
            let record = ca::resolve(&state, Some(name))?.clone();
            speakers.push(self.responder.speaker(cx, store, &state, &record)?);
            state = store.read()?;
        }
        let mut items = Vec::new();
        let mut changes = Changes { written: Vec::new(), unchanged: 0, removed: Vec::new() };
        for round in 0..ROUNDS {
            let mut site = Site::open(dir, state.store_id(), force, cx.settings.lock_timeout)?;
            let mut done = Vec::new();
            for speaker in &mut speakers {
                let validity = self.responder.validity(&state, &speaker.record().authority)?;
                let plan = Plan { store, state: &state, if_due: self.if_due || round > 0, hashes: &hashes, validity };
                done.push(plan.run(cx, speaker, &mut site, prefix)?);
            }
            let mine = |path: &str| names.iter().any(|name| path.starts_with(&format!("{prefix}{name}/")));
            let now = site.finish(mine, force)?;
            changes.written.extend(now.written);
            changes.removed.extend(now.removed);
            if round == 0 {
                (items, changes.unchanged) = (done, now.unchanged);
            }
            let newer = store.read()?;
            if newer.seq == state.seq {
                break;
            }
            state = newer;
        }
        Ok((items, changes))
    }
}

/// The responses of one authority.
struct Plan<'a> {
    store: &'a Store,
    state: &'a State,
    if_due: bool,
    hashes: &'a [CertIdHash],
    validity: Span,
}

/// A response that is to be signed: whose, and by which hash its request names the issuer.
struct Wanted {
    serial: Serial,
    status: CertStatus,
    issuer: usize,
    path: String,
}

impl Plan<'_> {
    fn run(
        &self,
        cx: &mut Context,
        speaker: &mut Speaker,
        site: &mut Site,
        prefix: &str,
    ) -> Result<AuthorityItem, CliError> {
        let now = cx.now();
        let key = speaker.certificate().public_key()?;
        let issuer = speaker.record().certificate()?;
        let issuers: Vec<IssuerId> =
            self.hashes.iter().map(|hash| IssuerId::new(&issuer, *hash)).collect::<Result<_, _>>()?;
        let name = speaker.record().authority.clone();
        let mut item = AuthorityItem {
            authority: name.clone(),
            responder: speaker.certificate().serial.hex(),
            ..AuthorityItem::default()
        };
        let mut wanted = Vec::new();
        for (serial, status) in ca::live_statuses(self.state, speaker.record(), now)? {
            item.certificates += 1;
            item.good += usize::from(status == CertStatus::Good);
            item.revoked += usize::from(matches!(status, CertStatus::Revoked { .. }));
            for (issuer, id) in issuers.iter().enumerate() {
                let certificate = id.certificate(&serial);
                let path = format!("{prefix}{name}/{}", request_path(&OcspRequest::for_one(&certificate)));
                let stapled = (issuer == 0).then(|| format!("{prefix}{name}/{}.ocsp", serial.hex()));
                let kept = if self.if_due { site.read(&path, MAX_RESPONSE) } else { None };
                let holds = kept.filter(|der| {
                    let Ok(response) = BasicResponse::from_der(der) else { return false };
                    let [single] = response.responses.as_slice() else { return false };
                    single.certificate == certificate
                        && single.status == status
                        && still_holds(single.this_update, single.next_update, now)
                        && response.verify_signature(&key).is_ok()
                });
                match holds {
                    Some(der) => {
                        if let Some(stapled) = stapled {
                            site.put(stapled, der.to_vec());
                        }
                        site.keep(path);
                    }
                    None => wanted.push(Wanted { serial: serial.clone(), status, issuer, path }),
                }
            }
        }
        item.signed = wanted.len();
        if wanted.is_empty() {
            return Ok(item);
        }
        let responder = speaker.open(cx, self.store)?;
        let next_update = responder.next_update(now, self.validity)?;
        item.next_update = Some(format_instant(next_update));
        let progress = cx.ui.progress(wanted.len() as u64, "responses");
        let signed = ca::in_parallel(wanted, |wanted| {
            let id = issuers[wanted.issuer].certificate(&wanted.serial);
            let der = responder.sign(vec![(id, wanted.status)], (now, next_update), None)?;
            progress.tick();
            Ok::<_, ca::CaError>((wanted, der))
        })?;
        for (Wanted { serial, issuer, path, .. }, der) in signed {
            if issuer == 0 {
                site.put(format!("{prefix}{name}/{}.ocsp", serial.hex()), der.clone());
            }
            site.put(path, der);
        }
        Ok(item)
    }
}

impl AuthorityItem {
    /// Whether they are an authority's.
    pub(in crate::cli::commands) fn speaks_for(&self, name: &str) -> bool {
        self.authority == name
    }

    /// How many certificates they speak of.
    pub(in crate::cli::commands) fn certificates(&self) -> usize {
        self.certificates
    }

    /// What was done, in a sentence.
    pub(in crate::cli::commands) fn sentence(&self) -> String {
        let Self { authority, certificates, revoked, signed, next_update, .. } = self;
        let revoked = if *revoked == 0 { String::new() } else { format!(", {revoked} of them revoked") };
        let these =
            if *certificates == 1 { "1 certificate".to_owned() } else { format!("{certificates} certificates") };
        match next_update {
            None => format!("{authority}: {these}{revoked}, every response still holds"),
            Some(next_update) => {
                let responses =
                    if *signed == 1 { "1 response that holds" } else { &format!("{signed} responses that hold") };
                format!("{authority}: {these}{revoked}, signed {responses} until {next_update}")
            }
        }
    }
}

/// Where a client's GET leads: the request in base64. A web server undoes the percent-encoding of the URL, so that a slash of
/// base64 is a directory, and two of them are one. One at the end is left out: web servers want to be told so (docs/publish.md).
fn request_path(request: &[u8]) -> String {
    let text = STANDARD.encode(request);
    text.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// Whether a response is not yet in the last third of its life.
fn still_holds(this: OffsetDateTime, next: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    next.is_some_and(|next| this <= now && now < next - (next - this) / 3)
}

fn hash(text: &str) -> Result<CertIdHash, String> {
    match text {
        "sha1" => Ok(CertIdHash::Sha1),
        "sha256" => Ok(CertIdHash::Sha256),
        _ => Err("use sha1 or sha256".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn a_request_becomes_a_path_without_empty_parts() {
        // MAMK, MD// and MD///w==
        for (request, path) in
            [(&[0x30, 0x03, 0x0a][..], "MAMK"), (&[0x30, 0x3f, 0xff], "MD"), (&[0x30, 0x3f, 0xff, 0xff], "MD/w==")]
        {
            assert_eq!(request_path(request), path, "{request:02x?}");
        }
    }

    #[test]
    fn the_last_third_is_too_old() {
        let this = OffsetDateTime::UNIX_EPOCH;
        let holds = |hours| still_holds(this, Some(this + Duration::hours(9)), this + Duration::hours(hours));
        assert_eq!([holds(-1), holds(0), holds(5), holds(6), holds(10)], [false, true, true, false, false]);
        assert!(!still_holds(this, None, this));
    }
}
