//! `certwright authority create`: an authority under another one.

use clap::Args;

use crate::ca::{self, AuthorityPlan};
use crate::cli::commands::crl;
use crate::cli::commands::options::{
    ConstraintArgs, NewKeyArgs, ValidityArgs, VariableArgs, generate, load_authority, profiles, session,
};
use crate::cli::commands::report::{CertificateReport, summary, tell};
use crate::cli::{CliError, Context, Exit};
use crate::issuance::Request;
use crate::keys::Algorithm;
use crate::x509::Name;

const EXAMPLES: &str = "\
certwright authority create issuing --parent root
certwright authority create staging --parent root --cn \"Acme Staging CA\" --validity 2y
certwright authority create lab --parent root --permit lab.corp.test 10.1.0.0/16
certwright authority create devices --parent issuing --key ec-p384 --no-passphrase";

/// Make an authority under another one
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct CreateArgs {
    /// Name of the new authority in the store
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The authority that signs it
    #[arg(long, value_name = "AUTHORITY")]
    pub parent: String,
    /// Common name [default: NAME with CA after it]
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    pub cn: Option<String>,
    /// Whole subject instead: "CN=Acme Staging CA,O=Acme"
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// Key algorithm [default: the profile's]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
    /// What may be issued
    #[arg(long, value_name = "PROFILE", default_value = "intermediate")]
    pub profile: String,
    /// How many authorities may follow below it [default: the profile's, 0]
    #[arg(long, value_name = "N")]
    pub path_len: Option<u8>,
    /// What it may sign.
    #[command(flatten)]
    pub constraints: ConstraintArgs,
    /// How long it is valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Profile variables.
    #[command(flatten)]
    pub variables: VariableArgs,
    /// How its key is kept.
    #[command(flatten)]
    pub new_key: NewKeyArgs,
}

impl CreateArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when the name is taken, 4 when the parent may not sign it.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let profile = profiles(&store)?.get(&self.profile)?;
        if !profile.is_authority() {
            return Err(CliError::usage(format!("the profile {} makes no authorities", profile.name())));
        }
        if state.authorities.contains_key(&self.name) {
            return Err(ca::CaError::AuthorityExists(self.name.clone()).into());
        }
        let record = ca::resolve(&state, Some(&self.parent))?.clone();
        crl::warn(cx, &state, &record.authority);
        let parent = load_authority(cx, &store, &record)?;
        let key = generate(self.key.unwrap_or_else(|| profile.default_algorithm()))?;
        let key_pem = self.new_key.encode(cx, &key, &self.name)?;
        let subject = match &self.subject {
            Some(subject) => subject.clone(),
            None => Name::common_name_only(&self.cn.clone().unwrap_or_else(|| format!("{} CA", self.name)))?,
        };
        let request = Request {
            name: subject.common_name().or_else(|| Some(self.name.clone())),
            subject: Some(subject),
            validity: self.validity.resolve(),
            variables: self.variables.resolve()?,
            name_constraints: self.constraints.resolve(),
            path_len: self.path_len,
            ..Request::new(crate::keys::Signer::public_key(key.as_ref()).clone())
        };
        let plan = AuthorityPlan { name: &self.name, profile: &profile, request, key, key_pem };
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        let made = ca::create_subordinate(&mut writer, &parent, plan, &session(cx, &actor, &|| {}))?;
        drop(writer);
        tell(cx, &made.name, &made.report);
        cx.ui.say(&format!("made authority {} under {}: {}", made.name, parent.name, summary(&made.certificate)));
        cx.ui.json("authority-create", &CertificateReport::from(&made))?;
        cx.ui.line(&store.layout().authority(&made.name).display().to_string())?;
        Ok(Exit::Done)
    }
}
