//! The development authority: unencrypted, and worth little to a thief because of its name constraints.

use time::OffsetDateTime;

use super::DevArgs;
use super::wish::Wish;
use crate::ca::{self, AuthorityPlan};
use crate::cli::commands::options::{generate, profiles, session};
use crate::cli::shell::quoted;
use crate::cli::{CliError, Context};
use crate::issuance::Request;
use crate::keys::{Algorithm, PublicKey};
use crate::store::{AuthorityRecord, State, Store};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName, Name};

/// The profile of a development authority, and its key.
pub(super) const PROFILE: &str = "root";
pub(super) const ALGORITHM: Algorithm = Algorithm::EcP256;

/// Names for development: RFC 2606 and RFC 6762 / 8375 / ICANN's `internal`, loopback, private and link-local addresses.
const PERMITTED: [&str; 14] = [
    "localhost",
    "test",
    "example",
    "internal",
    "home.arpa",
    "local",
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1",
    "fc00::/7",
    "fe80::/10",
];

/// Whether an authority permits what `dev` lets every one of its authorities sign for: what it made itself.
///
/// # Errors
/// Never: the names above are well formed.
pub(super) fn is_for_development(certificate: &Certificate) -> Result<bool, CliError> {
    let Some(constraints) = &certificate.name_constraints else { return Ok(false) };
    let all = PERMITTED.iter().map(|text| Subtree::parse(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(all.iter().all(|subtree| constraints.permitted.contains(subtree)))
}

/// Until when an authority and those above it can sign.
///
/// # Errors
/// When the journal holds something unreadable.
pub(super) fn end(record: &AuthorityRecord) -> Result<OffsetDateTime, CliError> {
    let own = record.certificate()?.not_after;
    Ok(record.chain()?.iter().fold(own, |end, above| end.min(above.not_after)))
}

impl DevArgs {
    /// Makes the development authority if it is not there; gives what the journal adds up to then, and whether it did.
    ///
    /// # Errors
    /// Exit 4 when the one that is there cannot sign what is wanted; when none can be made.
    pub(super) fn ensure_authority(
        &self,
        cx: &mut Context,
        store: &Store,
        state: State,
        wish: &Wish,
    ) -> Result<(State, bool), CliError> {
        let Some(record) = state.authorities.get(&wish.authority) else {
            let made = make(cx, (store, state), &wish.authority, &wish.names, &self.permit)?;
            let state = store.read()?;
            if made {
                self.warn_of_others_names(cx, &state, wish)?;
            }
            return Ok((state, made));
        };
        let (name, certificate) = (&wish.authority, record.certificate()?);
        let constraints = certificate.name_constraints.unwrap_or_default();
        if !self.permit.iter().all(|asked| constraints.permitted.contains(asked)) {
            let permits: Vec<String> =
                self.permit.iter().map(|asked| format!("--permit {}", quoted(&asked.to_string()))).collect();
            let other = self.with_other_authority(cx, &state, wish, |_| false);
            return Err(CliError::usage(format!("authority {name} exists, and what it may sign is fixed"))
                .hint(format!("make another one: {other} {}", permits.join(" "))));
        }
        if let Some(error) = wish.names.iter().find_map(|name| constraints.check(name).err()) {
            let more = match wish.names.iter().any(|name| matches!(name, GeneralName::Dns(_))) {
                true => "; a new one can be given the rest of a domain with --permit DOMAIN",
                false => "",
            };
            let other = self.with_other_authority(cx, &state, wish, |other| permits_all(other, &wish.names));
            return Err(CliError::refused(format!("{error}; authority {name} cannot sign it"))
                .hint(format!("use another development authority for it: {other}{more}")));
        }
        let end = end(record)?;
        let hint = || self.instead(cx, &state, wish, end);
        if cx.now() > end {
            let end = format_instant(end);
            return Err(CliError::refused(format!("the development authority {name} expired on {end}")).hint(hint()));
        }
        let asked = self.validity.map(|span| span.after(cx.now())).transpose()?;
        if asked.is_some_and(|asked| asked > end) {
            let end = format_instant(end);
            let why = format!("a certificate would end after the development authority {name}, which ends on {end}");
            return Err(CliError::refused(why).hint(format!("leave out --validity, or {}", hint())));
        }
        Ok((state, false))
    }

    /// Warns where a new authority may sign for names that others may have, and nobody said that this is meant.
    fn warn_of_others_names(&self, cx: &mut Context, state: &State, wish: &Wish) -> Result<(), CliError> {
        let names = others_names(&wish.names, &self.permit)?;
        if names.is_empty() {
            return Ok(());
        }
        let permits: Vec<String> = names.iter().map(|name| format!("--permit {}", quoted(name))).collect();
        let other = self.with_other_authority(cx, state, wish, |_| false);
        let (name, names) = (&wish.authority, names.join(" and "));
        cx.ui.warn(&format!(
            "the development authority {name} may sign for {names}, beyond names for development: whoever gets its key, which \
             is not encrypted, can pose as {names} to everyone who trusts it\nbetter take a name such as app.test; if this is \
             meant, have an authority of its own for it and say so: {other} {}",
            permits.join(" ")
        ));
        Ok(())
    }

    /// Warns where a certificate lasts no longer than its authority: running `dev` again does not help there.
    ///
    /// # Errors
    /// When the journal holds something unreadable.
    pub(super) fn warn_of_end(
        &self,
        cx: &mut Context,
        (state, record): (&State, &AuthorityRecord),
        wish: &Wish,
        certificate: &Certificate,
    ) -> Result<(), CliError> {
        if certificate.not_after < end(record)? {
            return Ok(());
        }
        let (name, end) = (&wish.authority, format_instant(certificate.not_after));
        let instead = self.instead(cx, state, wish, certificate.not_after);
        cx.ui.warn(&format!("the development authority {name} ends on {end}, and the certificate with it: {instead}"));
        Ok(())
    }

    /// What to do about an authority that ends.
    fn instead(&self, cx: &Context, state: &State, wish: &Wish, end: OffsetDateTime) -> String {
        let fits = |other: &Certificate| other.not_after > end && permits_all(other, &wish.names);
        let other = self.with_other_authority(cx, state, wish, fits);
        format!("use another one, which clients have to trust then: {other}")
    }
}

fn permits_all(authority: &Certificate, names: &[GeneralName]) -> bool {
    let constraints = authority.name_constraints.as_ref();
    constraints.is_some_and(|constraints| names.iter().all(|name| constraints.check(name).is_ok()))
}

fn make(
    cx: &mut Context,
    (store, state): (&Store, State),
    name: &str,
    wanted: &[GeneralName],
    permit: &[Subtree],
) -> Result<bool, CliError> {
    let constraints = constraints_for(wanted, permit)?;
    let profile = profiles(store)?.get(PROFILE)?;
    let key = generate(ALGORITHM)?;
    let host = cx.settings.actor.clone();
    let request = request(name, &host, constraints, key.public_key().clone())?;
    let plan = AuthorityPlan { name, profile: &profile, request, key_pem: key.to_pkcs8_pem(None)?, key };
    let mut writer = cx.lock_knowing(store, state)?;
    let mut settings = writer.state().settings.clone();
    settings.default_authority.get_or_insert_with(|| name.to_owned());
    match ca::create_root(&mut writer, plan, None, settings, &session(cx, &host, &|| {})) {
        // Another `dev` was faster.
        Err(ca::CaError::AuthorityExists(_)) => Ok(false),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(true),
    }
}

/// What a new development authority asks for, with a key.
///
/// # Errors
/// When its name cannot be written.
pub(super) fn request(
    name: &str,
    actor: &str,
    constraints: NameConstraints,
    key: PublicKey,
) -> Result<Request, CliError> {
    let subject = Name::common_name_only(&common_name(name, actor))?;
    Ok(Request {
        name: subject.common_name(),
        subject: Some(subject),
        name_constraints: Some(constraints),
        ..Request::new(key)
    })
}

/// What a new development authority may sign beyond names for development, without `--permit` having said so.
///
/// # Errors
/// Never: the names above are well formed.
fn others_names(wanted: &[GeneralName], permit: &[Subtree]) -> Result<Vec<String>, CliError> {
    let usual = constraints_for(&[], permit)?;
    let added = constraints_for(wanted, permit)?.permitted.split_off(usual.permitted.len());
    let text = |subtree| match subtree {
        // The host of a URI is no worse than the host itself.
        Subtree::Uri(host) if usual.check(&GeneralName::Dns(host.clone())).is_ok() => None,
        Subtree::Dns(host) => Some(host),
        Subtree::Ip(address, _) => Some(address.to_string()),
        other => Some(other.to_string()),
    };
    Ok(added.into_iter().filter_map(text).collect())
}

/// What every developer may need, what `--permit` adds, and the wanted names themselves, in this order.
///
/// # Errors
/// Never: the names above are well formed.
pub(super) fn constraints_for(wanted: &[GeneralName], permit: &[Subtree]) -> Result<NameConstraints, CliError> {
    let mut constraints = NameConstraints::default();
    for text in PERMITTED {
        constraints.permitted.push(Subtree::parse(text)?);
    }
    constraints.permitted.extend(permit.iter().cloned());
    let is_free = |constraints: &NameConstraints, covering: &Subtree| {
        // Kinds without a subtree are shut, not free.
        !constraints.permitted.iter().any(|known| std::mem::discriminant(known) == std::mem::discriminant(covering))
    };
    for name in wanted {
        let Some(covering) = Subtree::covering(name) else { continue };
        if is_free(&constraints, &covering) || constraints.check(name).is_err() {
            constraints.permitted.push(covering);
        }
    }
    Ok(constraints)
}

/// `certwright dev for anna@laptop`, cut to what a common name holds.
fn common_name(name: &str, actor: &str) -> String {
    let full = format!("certwright {name} for {actor}");
    if full.chars().count() <= 64 { full } else { full.chars().take(64).collect() }
}
