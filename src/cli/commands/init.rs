//! `certwright init`: a store with its first authority.

use clap::Args;
use serde::Serialize;

use super::options::{ConstraintArgs, NewKeyArgs, ValidityArgs, VariableArgs, generate, profiles, session};
use super::report::{CertificateReport, hex, tell};
use crate::ca::{self, AuthorityPlan};
use crate::cli::{CliError, Context, Exit};
use crate::issuance::{Profile, Profiles, Request};
use crate::keys::{Algorithm, PrivateKey, Secret};
use crate::store::{Settings, State, Store};
use crate::x509::Name;

const EXAMPLES: &str = "\
certwright init                                   # root CA, asks for a passphrase
certwright init --with-issuing --cn \"Acme Root CA\"
certwright init --no-passphrase --store ./pki     # for tests: keys unencrypted
certwright init --permit corp.test 10.0.0.0/8     # a root that can sign for these only
certwright init --passphrase file:/run/secrets/ca --key ec-p384 --validity 20y
certwright init --crl-url 'http://pki.corp.test/{{ authority }}.crl'";

/// Make a store with its root authority
///
/// The store is a directory; --store or CERTWRIGHT_STORE names it. The root's key is encrypted with a passphrase unless
/// --no-passphrase is given. With --with-issuing a second authority is made under the root: it signs from then on, and the
/// root's key (authorities/root/key.pem) can be moved to a safe place.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct InitArgs {
    /// Common name of the root
    #[arg(long, value_name = "TEXT", default_value = "certwright Root CA", conflicts_with = "subject")]
    pub cn: String,
    /// Whole subject of the root instead: "CN=Acme Root CA,O=Acme,C=DE"
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// Key algorithm of the root [default: the profile's, ec-p384]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
    /// Also make an authority `issuing` under the root, so that the root's key can go offline
    #[arg(long)]
    pub with_issuing: bool,
    /// Common name of the issuing authority
    #[arg(long, value_name = "TEXT", requires = "with_issuing")]
    pub issuing_cn: Option<String>,
    /// Key algorithm of the issuing authority [default: the profile's, ec-p256]
    #[arg(long, value_name = "ALG", requires = "with_issuing")]
    pub issuing_key: Option<Algorithm>,
    /// Profile of the root
    #[arg(long, value_name = "PROFILE", default_value = "root")]
    pub profile: String,
    /// What the root may sign.
    #[command(flatten)]
    pub constraints: ConstraintArgs,
    /// How long the root is valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Profile variables.
    #[command(flatten)]
    pub variables: VariableArgs,
    /// How the keys are kept.
    #[command(flatten)]
    pub new_key: NewKeyArgs,
    /// CRL distribution point put into certificates; {{ authority }} stands for the signing authority
    #[arg(long, value_name = "URL", value_parser = crate::cli::url::checked)]
    pub crl_url: Vec<String>,
    /// Where the signing authority's certificate can be fetched (caIssuers)
    #[arg(long, value_name = "URL", value_parser = crate::cli::url::checked)]
    pub ca_issuers_url: Vec<String>,
    /// OCSP responder
    #[arg(long, value_name = "URL", value_parser = crate::cli::url::checked)]
    pub ocsp_url: Vec<String>,
}

#[derive(Debug, Serialize)]
struct InitReport {
    store: String,
    authorities: Vec<CertificateReport>,
}

impl InitArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when the store has a root already.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let (state, known) = self.known(cx)?;
        let (root_profile, issuing_profile) = (known.get(&self.profile)?, known.get("intermediate")?);
        let secret = self.new_key.secret(cx, "root")?;
        let root_key = generate(self.key.unwrap_or_else(|| root_profile.default_algorithm()))?;
        let secret = secret.as_ref();
        let root = AuthorityPlan {
            name: "root",
            profile: &root_profile,
            request: self.root_request(&root_profile, &root_key)?,
            key_pem: root_key.to_pkcs8_pem(secret)?,
            key: root_key,
        };
        let issuing = if self.with_issuing { Some(self.issuing_plan(&issuing_profile, secret)?) } else { None };
        let settings = Settings {
            default_authority: Some(if self.with_issuing { "issuing" } else { "root" }.to_owned()),
            crl_urls: self.crl_url.clone(),
            ca_issuer_urls: self.ca_issuers_url.clone(),
            ocsp_urls: self.ocsp_url.clone(),
            ..Settings::default()
        };
        // A refusal leaves no store behind.
        ca::Preview::new(&state, &settings, cx.now()).root(&root, issuing.as_ref())?;
        let store = cx.create_store()?;
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        let made = ca::create_root(&mut writer, root, issuing, settings, &session(cx, &actor, &|| {}))?;
        drop(writer);
        self.tell(cx, &store, &made, secret.is_some())?;
        Ok(Exit::Done)
    }

    /// A store that exists and its profiles, else an empty one and the built-in ones. Says no to a second root before a passphrase
    /// is asked for or a key is made; the lock makes sure again later.
    fn known(&self, cx: &Context) -> Result<(State, Profiles), CliError> {
        let Some(store) = cx.store_if_there()? else { return Ok((State::default(), Profiles::default())) };
        let state = store.read()?;
        if state.authorities.contains_key("root") || state.requested.contains_key("root") {
            return Err(ca::CaError::AuthorityExists("root".to_owned()).into());
        }
        Ok((state, profiles(&store)?))
    }

    fn root_request(&self, profile: &Profile, key: &PrivateKey) -> Result<Request, CliError> {
        if !profile.is_authority() {
            return Err(CliError::usage(format!("the profile {} makes no authorities", profile.name())));
        }
        let subject = match &self.subject {
            Some(subject) => subject.clone(),
            None => Name::common_name_only(&self.cn)?,
        };
        Ok(Request {
            name: subject.common_name().or_else(|| Some("root".to_owned())),
            subject: Some(subject),
            validity: self.validity.resolve(),
            variables: self.variables.resolve()?,
            name_constraints: self.constraints.resolve(),
            ..Request::new(key.public_key().clone())
        })
    }

    fn issuing_plan<'a>(&self, profile: &'a Profile, secret: Option<&Secret>) -> Result<AuthorityPlan<'a>, CliError> {
        let key = generate(self.issuing_key.unwrap_or_else(|| profile.default_algorithm()))?;
        let common_name = self.issuing_cn.clone().unwrap_or_else(|| issuing_name(&self.root_common_name()));
        let request = Request {
            name: Some(common_name.clone()),
            subject: Some(Name::common_name_only(&common_name)?),
            // Java and others do not look at the constraints of a trust anchor.
            name_constraints: self.constraints.resolve(),
            ..Request::new(key.public_key().clone())
        };
        Ok(AuthorityPlan { name: "issuing", profile, request, key_pem: key.to_pkcs8_pem(secret)?, key })
    }

    fn root_common_name(&self) -> String {
        self.subject.as_ref().and_then(Name::common_name).unwrap_or_else(|| self.cn.clone())
    }

    fn tell(&self, cx: &mut Context, store: &Store, made: &[ca::Made], encrypted: bool) -> Result<(), CliError> {
        let layout = store.layout();
        let report = InitReport {
            store: layout.root().display().to_string(),
            authorities: made.iter().map(CertificateReport::from).collect(),
        };
        cx.ui.json("init", &report)?;
        for authority in made {
            tell(cx, &authority.name, &authority.report);
            let certificate = &authority.certificate;
            cx.ui.say(&format!("made authority {}: {}", authority.name, certificate.subject));
            cx.ui.say(&format!("  valid until {}", crate::x509::time::format_instant(certificate.not_after)));
            cx.ui.say(&format!("  SHA-256     {}", hex(&certificate.fingerprint())));
        }
        if self.constraints.permit.is_empty() {
            cx.ui.say("note: this root may sign for any name; --permit limits what a stolen key is worth");
        }
        if !encrypted {
            cx.ui.say("note: the private keys are not encrypted");
        }
        let anchor = layout.authority("root").join("ca.pem");
        cx.ui.say("Relying parties trust this file:");
        cx.ui.line(&anchor.display().to_string())?;
        cx.ui.say("Next: certwright issue www.example.test --out certs");
        Ok(())
    }
}

/// `Acme Root CA` becomes `Acme Issuing CA`.
fn issuing_name(root: &str) -> String {
    if root.contains("Root") { root.replacen("Root", "Issuing", 1) } else { format!("{root} Issuing CA") }
}
