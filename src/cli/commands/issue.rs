//! `certwright issue`: a key and its certificate in one step.

mod batch;
mod encryption;
mod fields;
mod input;
mod line;
mod missing;
mod press;
mod summary;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use zeroize::Zeroizing;

use batch::BatchArgs;

use super::bundle::Bundle;
use super::options::{ValidityArgs, VariableArgs, generate, load_authority, profiles, read_key, session};
use super::report::{CertificateReport, summary, tell};
use super::target::target;
use super::{crl, delivery, dry_run};
use crate::ca::{self, LoadedAuthority, Order};
use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context, Exit, SecretSource};
use crate::issuance::lint::Target;
use crate::issuance::{IssuerFacts, Profile, Profiles, Request};
use crate::keys::{Algorithm, PrivateKey, Secret};
use crate::store::{State, lineage_name, lineage_word};
use crate::x509::{GeneralName, Name};

const EXAMPLES: &str = "\
certwright issue www.corp.test api.corp.test 10.0.0.5 --out certs
certwright issue alice@corp.test --profile client --out alice
certwright issue orders --profile client --subject \"CN=orders,OU=billing\"
certwright issue spiffe://corp.test/web --profile spiffe --validity 24h
certwright issue db.corp.test --key rsa-3072 --authority issuing --json
certwright issue www.corp.test --for java,apple   # and nothing that these would refuse
certwright issue localhost 127.0.0.1 --self-signed --out certs
certwright issue --batch fleet.csv --out-dir certs    # a line each: name,names,profile,key,validity,…
certwright issue www.corp.test --dry-run          # what would be signed, nothing written";

const AFTER: &str = "\
A line of a batch has a name, and what else it needs: names, profile, authority, key, subject, validity, not_before,
not_after, lineage, set; what it does not say is as the options say. All lines are checked before anything is signed.
  {\"name\": \"www.corp.test\", \"names\": [\"10.0.0.5\"], \"validity\": \"30d\"}      a line of JSON Lines
  name,names,profile,set.team                                           the first line of CSV";

/// Make a key and its certificate in one step
///
/// The files are kept in the store under issued/ (of a large batch the keys alone: see --pack), and with --out written where a server
/// reads them. A key in the store is encrypted when the authority's key is; the one in --out is not, unless --key-passphrase is given.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct IssueArgs {
    /// What the certificate is for: a DNS name, IP address, email address, URI, or a person's or service's name
    #[arg(value_name = "NAME", required_unless_present = "batch")]
    pub name: Option<String>,
    /// More alternative names; dns: ip: email: uri: upn: force a type
    #[arg(value_name = "SAN")]
    pub names: Vec<GeneralName>,
    /// What may be issued
    #[arg(long, value_name = "PROFILE", default_value = "server")]
    pub profile: String,
    /// Who signs [default: the store's default authority]
    #[arg(long, value_name = "NAME", conflicts_with = "self_signed")]
    pub authority: Option<String>,
    /// Key algorithm [default: the profile's]
    #[arg(long, value_name = "ALG", conflicts_with = "key_file")]
    pub key: Option<Algorithm>,
    /// Certify this private key instead of making one
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Subject instead of the profile's: "CN=www,O=Acme"
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// How long it is valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Profile variables.
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Write cert.pem, key.pem, chain.pem, fullchain.pem and ca.pem to this directory
    #[arg(long, value_name = "DIR", group = "place")]
    pub out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long, requires = "place")]
    pub force: bool,
    /// Name in the store [default: made from NAME]
    #[arg(long, value_name = "WORD", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "self_signed")]
    pub lineage: Option<String>,
    /// Encrypt the private key, in the store and in --out, with this passphrase
    #[arg(long, value_name = "SRC")]
    pub key_passphrase: Option<SecretSource>,
    /// Keep the private key in the store unencrypted even when the authority's is encrypted
    #[arg(long, conflicts_with = "key_passphrase")]
    pub no_key_passphrase: bool,
    /// Fail when the profile leaves out anything that was asked for
    #[arg(long)]
    pub strict: bool,
    /// Fail when one of these programs would refuse it
    #[arg(long = "for", value_name = "TARGET", value_delimiter = ',', value_parser = target())]
    pub targets: Vec<Target>,
    /// Show what would be signed; sign and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Sign with the certificate's own key; needs no store, writes to --out only
    #[arg(long)]
    pub self_signed: bool,
    /// Many at once.
    #[command(flatten)]
    many: BatchArgs,
}

impl IssueArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 when the profile or a constraint forbids it; 1 when an output file exists.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if let Some(path) = &self.many.batch {
            return self.run_batch(cx, path);
        }
        if let Some(out) = &self.out {
            let paths = Bundle::paths(out, true);
            files::refuse_existing(&Inputs::new(cx, self.key_file.as_deref())?, &paths, self.force)?;
        }
        if self.self_signed {
            return self.run_self_signed(cx);
        }
        let store = cx.open_store()?;
        let state = store.read()?;
        let profile = profiles(&store)?.get(&self.profile)?;
        let record = ca::resolve(&state, self.authority.as_deref())?.clone();
        if self.dry_run {
            return self.run_dry(cx, &state, &profile, Some(&record));
        }
        crl::warn(cx, &state, &record.authority);
        let authority = load_authority(cx, &store, &record)?;
        let key = self.private_key(cx, &profile)?;
        let secret = self.key_secret(cx, &authority)?;
        let order = Order {
            label: self.name().to_owned(),
            request: self.request(&key)?,
            lineage: self.lineage(),
            key_pem: Some(key.to_pkcs8_pem(secret.as_ref())?),
        };
        let mut writer = cx.lock_knowing(&store, state)?;
        let actor = cx.settings.actor.clone();
        let encrypted = self.key_passphrase.is_some();
        let to = self.out.as_deref().and_then(|out| delivery::bundle(out, true, encrypted));
        let session = session(cx, &actor, &|| {});
        let outcomes = ca::issue_to(&mut writer, &authority, &profile, &session, vec![order], vec![to])?;
        drop(writer);
        let Some(outcome) = outcomes.first() else {
            return Err(CliError::failed("nothing was issued"));
        };
        let place = match &self.out {
            Some(out) => {
                let key_pem = self.out_key(cx, &key)?;
                Bundle::new(outcome, Some(key_pem)).write(out, self.force).map_err(|error| {
                    let kept = store.layout().issued(&outcome.lineage, &outcome.certificate.serial.hex());
                    error.hint(format!(
                        "it is issued all the same: certificate, chain and key are in {}",
                        kept.display()
                    ))
                })?;
                out.clone()
            }
            None => store.layout().issued(&outcome.lineage, &outcome.certificate.serial.hex()),
        };
        tell(cx, self.name(), &outcome.report);
        cx.ui.say(&format!("issued {}", summary(&outcome.certificate)));
        cx.ui.say(&format!("signed by authority {}", authority.name));
        cx.ui.json("issue", &CertificateReport::from(outcome))?;
        cx.ui.line(&place.display().to_string())?;
        Ok(Exit::Done)
    }

    fn run_dry(
        &self,
        cx: &mut Context,
        state: &State,
        profile: &Profile,
        record: Option<&crate::store::AuthorityRecord>,
    ) -> Result<Exit, CliError> {
        let key = self.private_key(cx, profile)?;
        let request = self.request(&key)?;
        let above = match record {
            Some(record) => Some((record.authority.clone(), record.certificate()?, record.chain()?)),
            None => None,
        };
        let facts = above.as_ref().map(|(name, certificate, chain)| IssuerFacts {
            name: name.as_str(),
            certificate,
            chain: chain.as_slice(),
        });
        let actor = cx.settings.actor.clone();
        let prepared = ca::dry_run(state, facts.as_ref(), profile, &session(cx, &actor, &|| {}), &request)?;
        dry_run::tell(cx, &[(self.name().to_owned(), prepared)], dry_run::ALL_SIGNED)?;
        Ok(Exit::Done)
    }

    fn run_self_signed(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let user = match cx.open_store() {
            Ok(store) => profiles(&store)?,
            Err(_) => Profiles::default(),
        };
        let profile = user.get(&self.profile)?;
        if self.dry_run {
            return self.run_dry(cx, &State::default(), &profile, None);
        }
        let Some(out) = &self.out else {
            return Err(CliError::usage("a self-signed certificate is kept in no store")
                .hint("name a directory for it with --out DIR"));
        };
        let key = self.private_key(cx, &profile)?;
        let actor = cx.settings.actor.clone();
        let request = self.request(&key)?;
        let issued = ca::self_signed_certificate(&profile, &request, key.as_ref(), &session(cx, &actor, &|| {}))?;
        let key_pem = self.out_key(cx, &key)?;
        Bundle::self_signed(&issued.certificate, key_pem).write(out, self.force)?;
        tell(cx, self.name(), &issued.report);
        cx.ui.say(&format!("self-signed {}", summary(&issued.certificate)));
        cx.ui.json("issue", &CertificateReport::new(None, &issued.certificate, &issued.report))?;
        cx.ui.line(&out.display().to_string())?;
        Ok(Exit::Done)
    }

    fn private_key(&self, cx: &mut Context, profile: &Profile) -> Result<Arc<PrivateKey>, CliError> {
        match &self.key_file {
            Some(path) => read_key(cx, path).map(Arc::new),
            None => generate(self.key.unwrap_or_else(|| profile.default_algorithm())),
        }
    }

    fn request(&self, key: &PrivateKey) -> Result<Request, CliError> {
        Ok(Request {
            name: Some(self.name().to_owned()),
            subject: self.subject.clone(),
            names: self.names.clone(),
            validity: self.validity.resolve(),
            variables: self.variables.resolve()?,
            strict: self.strict,
            targets: self.targets.clone(),
            key_is_new: self.key_file.is_none(),
            ..Request::new(key.public_key().clone())
        })
    }

    /// What the certificate is for; a batch has none.
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    fn lineage(&self) -> String {
        self.lineage.as_deref().map_or_else(|| lineage_name(self.name()), lineage_word)
    }

    /// The passphrase for the key in the store: the given one, else the authority's, if its key is encrypted.
    fn key_secret(&self, cx: &mut Context, authority: &LoadedAuthority) -> Result<Option<Secret>, CliError> {
        if self.key_passphrase.is_some() {
            return cx.new_passphrase(self.key_passphrase.as_ref(), "passphrase for the new key").map(Some);
        }
        Ok(authority.passphrase.clone().filter(|_| !self.no_key_passphrase))
    }

    /// The key for --out: servers read it unattended, so it is encrypted only when asked for.
    fn out_key(&self, cx: &mut Context, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, CliError> {
        let secret = match &self.key_passphrase {
            Some(source) => Some(cx.new_passphrase(Some(source), "passphrase for the new key")?),
            None => None,
        };
        Ok(key.to_pkcs8_pem(secret.as_ref())?)
    }
}
