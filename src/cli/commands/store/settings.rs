//! `certwright store settings`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};
use crate::store::{Draft, Event, Settings, State};

const EXAMPLES: &str = "\
certwright store settings
certwright store settings --crl-url 'http://pki.example.test/{{ authority }}.crl'
certwright store settings --default-authority issuing --clear-ocsp-urls";

/// Show or change what holds for the whole store
///
/// Without options the settings are shown. An option that may be repeated replaces all values of its kind. URLs go into the
/// certificates that are signed from now on; {{ authority }} in them stands for the name of the authority that signs.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Where the CRL is fetched; may be repeated
    #[arg(long = "crl-url", value_name = "URL", value_parser = crate::cli::url::checked)]
    crl_urls: Vec<String>,
    /// Where the issuer's certificate is fetched; may be repeated
    #[arg(long = "ca-issuers-url", value_name = "URL", value_parser = crate::cli::url::checked)]
    ca_issuers_urls: Vec<String>,
    /// Where an OCSP responder answers; may be repeated
    #[arg(long = "ocsp-url", value_name = "URL", value_parser = crate::cli::url::checked)]
    ocsp_urls: Vec<String>,
    /// The authority that signs when none is named
    #[arg(long, value_name = "NAME")]
    default_authority: Option<String>,
    /// Name no CRL URL
    #[arg(long, conflicts_with = "crl_urls")]
    clear_crl_urls: bool,
    /// Name no URL of the issuer's certificate
    #[arg(long, conflicts_with = "ca_issuers_urls")]
    clear_ca_issuers_urls: bool,
    /// Name no OCSP URL
    #[arg(long, conflicts_with = "ocsp_urls")]
    clear_ocsp_urls: bool,
    /// Have no default authority
    #[arg(long, conflicts_with = "default_authority")]
    clear_default_authority: bool,
}

/// `certwright/store-settings/1`.
#[derive(Serialize)]
struct Report<'a> {
    settings: &'a Settings,
    changed: bool,
}

impl Args {
    /// Shows the settings, or records new ones.
    ///
    /// # Errors
    /// When the default authority does not exist; what the store cannot do.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let before = store.read()?;
        if self.applied(&before)? == before.settings {
            return show(cx, &before.settings, false);
        }
        let mut writer = cx.lock(&store)?;
        let settings = self.applied(writer.state())?;
        let changed = settings != writer.state().settings;
        if changed {
            let event = Event::SettingsChanged { settings: settings.clone() };
            writer.commit(cx.now(), &cx.settings.actor, vec![Draft { event, key_pem: None }])?;
            cx.ui.say("settings changed; certificates that are signed from now on have them");
        }
        drop(writer);
        show(cx, &settings, changed)
    }

    fn applied(&self, state: &State) -> Result<Settings, CliError> {
        let mut settings = state.settings.clone();
        for (values, clear, setting) in [
            (&self.crl_urls, self.clear_crl_urls, &mut settings.crl_urls),
            (&self.ca_issuers_urls, self.clear_ca_issuers_urls, &mut settings.ca_issuer_urls),
            (&self.ocsp_urls, self.clear_ocsp_urls, &mut settings.ocsp_urls),
        ] {
            if clear || !values.is_empty() {
                setting.clone_from(values);
            }
        }
        if let Some(name) = &self.default_authority {
            if !state.authorities.contains_key(name) {
                return Err(CliError::usage(format!("there is no authority {name}"))
                    .hint("\"certwright authority list\" lists them"));
            }
            settings.default_authority = Some(name.clone());
        } else if self.clear_default_authority {
            settings.default_authority = None;
        }
        Ok(settings)
    }
}

fn show(cx: &mut Context, settings: &Settings, changed: bool) -> Result<Exit, CliError> {
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    cx.ui.json("store-settings", &Report { settings, changed })?;
    let rows = [
        ("default authority", settings.default_authority.clone().unwrap_or_default()),
        ("CRL URLs", settings.crl_urls.join(" ")),
        ("CA issuers URLs", settings.ca_issuer_urls.join(" ")),
        ("OCSP URLs", settings.ocsp_urls.join(" ")),
    ];
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), or_none(value)]).collect();
    cx.ui.table(&["SETTING", "VALUE"], rows)?;
    Ok(Exit::Done)
}
