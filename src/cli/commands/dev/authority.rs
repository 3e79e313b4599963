//! The development authority: unencrypted, and worth little to a thief because of its name constraints.

use crate::ca::{self, AuthorityPlan};
use crate::cli::commands::options::{generate, profiles, session};
use crate::cli::{CliError, Context};
use crate::issuance::Request;
use crate::store::Store;
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::{GeneralName, Name};

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

/// Makes the development authority if it is not there; says whether it did.
///
/// # Errors
/// When it cannot be made.
pub(super) fn ensure(
    cx: &mut Context,
    store: &Store,
    name: &str,
    wanted: &[GeneralName],
    permit: &[Subtree],
) -> Result<bool, CliError> {
    let state = store.read()?;
    if let Some(record) = state.authorities.get(name) {
        let permitted = record.certificate()?.name_constraints.unwrap_or_default().permitted;
        if !permit.iter().all(|asked| permitted.contains(asked)) {
            return Err(CliError::usage(format!("authority {name} exists, and what it may sign is fixed"))
                .hint("make another one: --authority dev2 --permit …"));
        }
        let constraints = record.certificate()?.name_constraints.unwrap_or_default();
        return match wanted.iter().find_map(|name| constraints.check(name).err()) {
            Some(error) => Err(CliError::refused(format!("{error}; authority {name} cannot sign it"))
                .hint("make another development authority for it: --authority dev2 --permit DOMAIN")),
            None => Ok(false),
        };
    }
    let constraints = constraints_for(wanted, permit)?;
    let profile = profiles(store)?.get("root")?;
    let key = generate(crate::keys::Algorithm::EcP256)?;
    let host = cx.settings.actor.clone();
    let common_name = Name::common_name_only(&common_name(name, &host))?;
    let request = Request {
        name: common_name.common_name(),
        subject: Some(common_name),
        name_constraints: Some(constraints),
        ..Request::new(key.public_key().clone())
    };
    let plan = AuthorityPlan { name, profile: &profile, request, key_pem: key.to_pkcs8_pem(None)?, key };
    let mut writer = cx.lock(store)?;
    let mut settings = writer.state().settings.clone();
    settings.default_authority.get_or_insert_with(|| name.to_owned());
    match ca::create_root(&mut writer, plan, None, settings, &session(cx, &host, &|| {})) {
        // Another `dev` was faster.
        Err(ca::CaError::AuthorityExists(_)) => Ok(false),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(true),
    }
}

/// What every developer may need, what `--permit` adds, and the wanted names themselves.
fn constraints_for(wanted: &[GeneralName], permit: &[Subtree]) -> Result<NameConstraints, CliError> {
    let mut constraints = NameConstraints::default();
    for text in PERMITTED {
        constraints.permitted.push(Subtree::parse(text)?);
    }
    constraints.permitted.extend(permit.iter().cloned());
    for name in wanted {
        if constraints.check(name).is_err() {
            let value = name.value();
            constraints.permitted.push(Subtree::parse(value.strip_prefix("*.").unwrap_or(&value))?);
        }
    }
    Ok(constraints)
}

/// `certwright dev for anna@laptop`, cut to what a common name holds.
fn common_name(name: &str, actor: &str) -> String {
    let full = format!("certwright {name} for {actor}");
    if full.chars().count() <= 64 { full } else { full.chars().take(64).collect() }
}
