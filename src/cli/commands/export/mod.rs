//! `certwright export`: the files that a program reads, as it wants them.

mod listing;
mod remedy;
pub(in crate::cli::commands) mod report;
pub(in crate::cli::commands) mod subject;

use std::path::{Path, PathBuf};

use self::report::{ExportReport, FileReport};
use self::subject::Exported;
use super::keystore::target::{PresetName, preset_of, warn_short};
use super::options::{VariableArgs, parse_variable};
use crate::cli::files::{self, Inputs, OutputFile};
use crate::cli::{CliError, Context, Exit, SecretSource};
use crate::container::Preset;
use crate::container::target::{Built, Credentials, Layout, PlannedFile, Target, TargetError, Variables};
use crate::store::{DeliveryForm, DeliveryRecord};

const EXAMPLES: &str = "\
certwright export www.corp.test --for nginx --out /etc/nginx/tls
certwright export db.corp.test --for postgres --out pg   # server or client, as the certificate says
certwright export broker1.corp.test --for kafka --format jks --storepass env:STOREPASS --out kafka
certwright export node.corp.test --for consul --set dc=dc2 --role server --out consul
certwright export issuing --for cert-manager --set namespace=pki --out k8s
certwright export www.corp.test --for kubernetes --out k8s --dry-run
certwright export --list                          # all targets
certwright export --show kafka                    # roles, formats, files and what it needs";

/// Write a certificate as a program wants it: files, names, order, modes, configuration
///
/// REF is a certificate of the store or an authority. What the program cannot use is refused with the reason and the
/// command that makes a fitting certificate. The private key is written unencrypted, mode 0600, since servers read it
/// unattended; keystores are protected with --storepass. A directory that is made has mode 0755: a service that runs as a user
/// of its own gets at everything but the key, which it must own.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// A name, a serial, a certificate file, or an authority
    #[arg(value_name = "REF", required_unless_present_any = ["list", "show"])]
    reference: Option<String>,
    /// The program that shall read the files
    #[arg(long = "for", value_name = "TARGET", required_unless_present_any = ["list", "show"])]
    target: Option<String>,
    /// The directory for the files
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "show"])]
    out: Option<PathBuf>,
    /// The part that the certificate plays: server, client, … [default: what its extended key usage says]
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The form of the files, where the target reads several: pem, p12, jks [default: the target's first]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Give a variable of the target a value (--show TARGET lists them); dir is where the program will find the files, if not
    /// in --out
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_variable)]
    variables: Vec<(String, String)>,
    /// Where the password of keystores and truststores comes from
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// How PKCS#12 is encrypted [default: modern]
    #[arg(long, value_name = "PRESET")]
    preset: Option<PresetName>,
    /// The private key, where the store does not hold it
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where the passphrase of the private key comes from [default: as --passphrase]
    #[arg(long, value_name = "SRC")]
    key_passphrase: Option<SecretSource>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// List the targets
    #[arg(long, conflicts_with_all = ["reference", "target", "out", "show"])]
    list: bool,
    /// Show a target: roles, formats, files, variables, and what it needs of a certificate
    #[arg(long, value_name = "TARGET", conflicts_with_all = ["reference", "target", "out"])]
    show: Option<String>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 when the target cannot use the certificate, 2 for a role, format or variable that it does not have.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if self.list {
            return listing::list(cx);
        }
        if let Some(name) = &self.show {
            return listing::show(cx, name);
        }
        let (Some(reference), Some(target), Some(out)) = (&self.reference, &self.target, &self.out) else {
            return Err(CliError::usage("name what to export, for whom (--for) and where to (--out)"));
        };
        let target = Target::get(target)?;
        let exported = Exported::find(cx, reference)?;
        self.export(cx, &target, &exported, out)
    }

    fn export(&self, cx: &mut Context, target: &Target, exported: &Exported, out: &Path) -> Result<Exit, CliError> {
        let about = |error: TargetError| {
            let hint = format!("\"certwright export --show {}\" shows roles, formats and variables", target.name());
            CliError::from(error).about(&exported.name).hint(hint)
        };
        let given = VariableArgs { variables: self.variables.clone() }.resolve()?;
        let dir = std::path::absolute(out).unwrap_or_else(|_| out.to_path_buf()).display().to_string();
        let subject = exported.subject(cx.now());
        let layout =
            target.choose(&subject, self.role.as_deref(), self.format.as_deref(), &given, &dir).map_err(about)?;
        let variables = layout.variables(&given, &subject, &dir).map_err(about)?;
        let misfits = layout.misfits(&subject, &variables)?;
        if !misfits.is_empty() {
            let hint = remedy::hint(cx, exported, &layout, &variables, &misfits)?;
            let error = CliError::from(TargetError::Misfit(misfits));
            return Err(error.about(format_args!("{} is not for {}", exported.name, layout)).hint(hint));
        }
        if layout.store_format().is_none() && (self.storepass.is_some() || self.preset.is_some()) {
            return Err(CliError::usage(format!(
                "{layout} has no keystore, and --storepass and --preset are about one"
            ))
            .hint("leave them out, or ask for another --format"));
        }
        let plan = layout.plan(&subject, &variables)?;
        if !self.dry_run {
            let paths: Vec<_> = plan.iter().map(|file| out.join(&file.name)).collect();
            files::refuse_existing(&Inputs::new(cx, self.key.as_deref())?, &paths, self.force)?;
        }
        let mut cautions = exported.cautions();
        cautions.extend(layout.cautions(&subject, &variables)?);
        for caution in &cautions {
            cx.ui.warn(caution);
        }
        let snippet = if self.dry_run {
            layout.snippet(&variables)?
        } else {
            let built = self.build(cx, &layout, exported, &variables)?;
            write(out, &built, self.force)?;
            let former = if self.force { layout.unneeded(&subject, &variables)? } else { Vec::new() };
            for name in files::remove_chains(out, &former)? {
                cx.ui.say(&format!("took {name} away: this certificate has no need of it"));
            }
            built.snippet
        };
        if !self.dry_run && exported.is_issued() {
            let form = DeliveryForm::Export {
                target: layout.target_name().to_owned(),
                role: layout.role().to_owned(),
                format: layout.format().to_owned(),
                preset: self.preset.map(|preset| Preset::from(preset).name().to_owned()),
                variables: given,
            };
            let main = plan.first().map(|file| file.name.clone()).unwrap_or_default();
            let delivery = super::delivery::delivery(out, &main, form);
            let (lineage, serial) = (exported.name.clone(), exported.certificate.serial.hex());
            let delivery = delivery.map(|delivery| DeliveryRecord { lineage, serial, ..delivery });
            super::delivery::record(cx, &exported.store, exported.store.read()?, delivery);
        }
        self.tell(cx, &layout, exported, out, (plan, snippet, cautions))
    }

    fn build(
        &self,
        cx: &mut Context,
        layout: &Layout<'_>,
        exported: &Exported,
        variables: &Variables,
    ) -> Result<Built, CliError> {
        let mut preset = Preset::default();
        let store_password = match layout.store_format() {
            None => None,
            Some(format) => {
                preset = preset_of(cx, format, self.preset)?;
                let password =
                    cx.password(self.storepass.as_ref(), "password for the keystore", "--storepass", true)?;
                warn_short(cx, &password, "password for the keystore");
                Some(password)
            }
        };
        let key = if layout.needs_key() {
            Some(exported.key(cx, self.key.as_deref(), self.key_passphrase.as_ref())?)
        } else {
            None
        };
        let credentials = Credentials { key: key.as_ref(), store_password: store_password.as_ref(), preset };
        layout
            .build(&exported.subject(cx.now()), variables, &credentials)
            .map_err(|error| CliError::from(error).about(&exported.name))
    }

    fn tell(
        &self,
        cx: &mut Context,
        layout: &Layout<'_>,
        exported: &Exported,
        out: &Path,
        (plan, snippet, cautions): (Vec<PlannedFile>, String, Vec<String>),
    ) -> Result<Exit, CliError> {
        let verb = if self.dry_run { "would write" } else { "wrote" };
        cx.ui.say(&format!("{verb} {} for {layout}", exported.name));
        let files: Vec<FileReport> = plan.into_iter().map(|file| FileReport::new(out, file)).collect();
        for file in &files {
            cx.ui.say(&format!("  {} {}: {}", file.mode, file.name, file.holds));
        }
        cx.ui.say("");
        for line in snippet.lines() {
            cx.ui.say(line);
        }
        for file in &files {
            cx.ui.line(&file.path)?;
        }
        cx.ui.json(
            "export",
            &ExportReport {
                name: exported.name.clone(),
                serial: exported.certificate.serial.hex(),
                target: layout.target_name(),
                role: layout.role().to_owned(),
                format: layout.format().to_owned(),
                directory: out.display().to_string(),
                dry_run: self.dry_run,
                files,
                snippet,
                cautions,
            },
        )?;
        Ok(Exit::Done)
    }
}

/// Writes the files in one go, then reads each again and compares.
fn write(out: &Path, built: &Built, force: bool) -> Result<(), CliError> {
    let outputs: Vec<OutputFile> = built
        .files
        .iter()
        .map(|file| OutputFile { name: file.plan.name.clone(), bytes: file.bytes.clone(), secret: file.plan.secret })
        .collect();
    files::write_public_set(out, &outputs, force)?;
    files::compare_set(out, &outputs)
}
