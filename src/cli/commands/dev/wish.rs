//! What is wanted: what was said, and where nothing was said what the certificate that is there has.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::environment::Shell;
use super::targets::{self, Wanted};
use super::{DevArgs, authority, existing};
use crate::cli::commands::options::VariableArgs;
use crate::cli::shell::quoted;
use crate::cli::trust::Kind;
use crate::cli::{CliError, Context};
use crate::keys::Algorithm;
use crate::store::State;
use crate::x509::extension::Subtree;
use crate::x509::{Certificate, GeneralName, X509Error};

/// The names of a service that nobody named.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The development authority that nobody named.
const AUTHORITY: &str = "dev";

/// What a run is to bring about.
pub(super) struct Wish {
    /// The names of the certificate, at least one.
    pub(super) names: Vec<GeneralName>,
    /// Who signs it.
    pub(super) authority: String,
    /// The key algorithm of a new certificate.
    pub(super) key: Algorithm,
    /// The programs that get files of their own.
    pub(super) targets: Vec<Wanted>,
    /// The certificate of this store that lies in the output directory.
    pub(super) present: Option<Certificate>,
}

impl Wish {
    /// Names, authority and key algorithm that were not given are those of the certificate that a development authority of
    /// this store made before; without a store (`None`) there is no such certificate.
    ///
    /// # Errors
    /// When a file or the store cannot be read; exit 2 for `--set` and `--format` that no program takes.
    pub(super) fn new(args: &DevArgs, state: Option<&State>) -> Result<Self, CliError> {
        let present = state.map_or(Ok(None), |state| existing::certificate(&args.out, state))?;
        let signer = match (state, &present) {
            (Some(state), Some(present)) => state.issuer_of(&present.serial.hex())?,
            _ => None,
        };
        let is_kept = match (signer, &args.authority) {
            (Some(signer), Some(asked)) if signer.authority == *asked => true,
            (Some(signer), _) => authority::is_for_development(&signer.certificate()?)?,
            (None, _) => false,
        };
        let kept = present.as_ref().filter(|_| is_kept);
        let names = match kept.map(|kept| &kept.subject_alt_names).filter(|names| !names.is_empty()) {
            _ if !args.names.is_empty() => args.names.clone(),
            Some(names) => names.clone(),
            None => LOCAL.iter().map(|name| name.parse()).collect::<Result<_, X509Error>>()?,
        };
        let of_kept = || kept.and_then(|kept| Algorithm::of_kind(kept.public_key().ok()?.kind()));
        let signer = signer.filter(|_| is_kept).map(|signer| signer.authority.clone());
        Ok(Self {
            names,
            authority: args.authority.clone().or(signer).unwrap_or_else(|| AUTHORITY.to_owned()),
            key: args.key.or_else(of_kept).unwrap_or(Algorithm::EcP256),
            targets: programs(args)?,
            present,
        })
    }
}

/// The programs of `--for`, each with what `--set` and `--format` say about it.
fn programs(args: &DevArgs) -> Result<Vec<Wanted>, CliError> {
    let given: BTreeMap<String, String> = VariableArgs { variables: args.variables.clone() }.resolve()?;
    let of = |wanted: &Wanted| wanted.clone().with(args.format.as_deref(), &given);
    let all: Vec<Wanted> = args.targets.iter().map(of).collect();
    if args.storepass.is_some() && !args.keystores && !all.iter().any(Wanted::takes_password) {
        return Err(targets::no_keystores());
    }
    if args.targets.len() > 1 && given.contains_key("dir") {
        return Err(CliError::usage("--set dir=… is the directory of one program, and there are several --for")
            .hint("run it once for each"));
    }
    if let Some(unknown) = given.keys().find(|key| !args.targets.iter().any(|wanted| wanted.has_variable(key))) {
        return Err(CliError::usage(format!("no program in --for has a variable {}", crate::x509::escape(unknown)))
            .hint("\"certwright export --show TARGET\" lists the variables"));
    }
    Ok(all)
}

/// Refuses a name that was meant as the value of the option before it.
///
/// # Errors
/// Exit 2, with what to write instead.
pub(super) fn check_words(cx: &Context) -> Result<(), CliError> {
    fn is_one<T: ValueEnum>(word: &str) -> bool {
        word.split(',').all(|part| T::from_str(part, false).is_ok())
    }
    let after = |option| cx.typed_after(option).map(|word| (option, word));
    let shell = after("--env").filter(|(_, word)| is_one::<Shell>(word));
    let kind = || after("--trust").filter(|(_, word)| is_one::<Kind>(word));
    let Some((option, word)) = shell.or_else(kind) else { return Ok(()) };
    Err(CliError::usage(format!("{word} would be a name of the service: {option} takes what follows = only"))
        .hint(format!("write {option}={word}; for a service of that name: certwright dev {word} {option}")))
}

/// A name as a developer types it.
///
/// # Errors
/// Says what to write instead of what names no service.
pub(super) fn service_name(text: &str) -> Result<GeneralName, String> {
    let name: GeneralName = text.parse().map_err(|error: X509Error| error.to_string())?;
    let is_url = ["http://", "https://", "ws://", "wss://"].iter().any(|scheme| text.starts_with(scheme));
    match (&name, name.uri_host()) {
        (GeneralName::Dns(_) | GeneralName::Ip(_), _) => Ok(name),
        (GeneralName::Uri(_), Some(host)) if is_url => {
            Err(format!("a URL is no name of a service; write {}", crate::x509::escape(host)))
        }
        (GeneralName::Uri(_), _) if Subtree::covering(&name).is_some() => Ok(name),
        (GeneralName::Uri(_), _) => {
            Err("it has no host name, and a development authority signs URIs of certain hosts only".to_owned())
        }
        _ => Err("services have DNS names, addresses and URIs; \"certwright issue NAME --profile client\" makes \
                  certificates for people"
            .to_owned()),
    }
}

impl DevArgs {
    /// The command for a certificate of another development authority in the same directory: the first that fits, else one that
    /// is made then.
    pub(super) fn with_other_authority(
        &self,
        cx: &Context,
        state: &State,
        wish: &Wish,
        fits: impl Fn(&Certificate) -> bool,
    ) -> String {
        let there = state.authorities.values().filter(|other| other.key && other.authority != wish.authority);
        let fitting =
            there.filter_map(|other| Some((&other.authority, other.certificate().ok()?))).find(|(_, found)| {
                found.not_after > cx.now() && authority::is_for_development(found).unwrap_or_default() && fits(found)
            });
        let stem = wish.authority.trim_end_matches(|character: char| character.is_ascii_digit());
        let is_taken = |name: &String| state.authorities.contains_key(name) || state.requested.contains_key(name);
        let mut numbered = (2..).map(|number| format!("{stem}{number}"));
        let other = match fitting {
            Some((name, _)) => name.clone(),
            None => numbered.find(|name| !is_taken(name)).unwrap_or_default(),
        };
        let mut words = vec!["certwright".to_owned()];
        if let Some(store) = &cx.settings.store_option {
            words.push(format!("--store {}", quoted(&store.display().to_string())));
        }
        words.push("dev".to_owned());
        words.extend(self.names.iter().map(|name| quoted(&as_typed(name))));
        words.push(format!("--authority {}", quoted(&other)));
        if self.out != std::path::Path::new("certs") {
            words.push(format!("--out {}", quoted(&self.out.display().to_string())));
        }
        words.join(" ")
    }
}

/// A name as [`service_name`] takes it: bare where its look says what it is.
fn as_typed(name: &GeneralName) -> String {
    let bare = name.value();
    if service_name(&bare).is_ok_and(|read| read == *name) { bare } else { format!("{}:{bare}", name.kind()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_are_told_from_other_names() {
        for (text, says) in [
            ("https://localhost:8443/", "write localhost"),
            ("wss://[::1]:8443/x", "write [::1]"),
            ("user@x.test", "for people"),
            ("uri:urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "no host name"),
        ] {
            let error = service_name(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
        for text in ["localhost", "*.app.test", "::1", "spiffe://corp.test/web", "uri:https://corp.test/"] {
            assert_eq!(as_typed(&service_name(text).unwrap()), text);
        }
    }
}
