//! Which root is meant, and which stores.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::ca;
use crate::cli::files::{self, places};
use crate::cli::trust::{Anchor, CHANGEIT, Kind, Selection};
use crate::cli::{CliError, Context, SecretSource, shell};
use crate::store::AuthorityRecord;
use crate::x509::{Certificate, pem};

/// The largest file of roots, bytes.
const LARGEST: usize = 4 << 20;
/// Roots that are installed at once.
const MOST: usize = 50;

/// The options that every subcommand takes.
#[derive(Debug, Default, clap::Args)]
pub(super) struct TargetArgs {
    /// An authority of the store, or a certificate file; - is standard input [default: the root of the default authority]
    #[arg(value_name = "AUTHORITY|FILE")]
    anchor: Option<String>,
    /// Only these kinds of stores [default: all that are found here]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    to: Vec<Kind>,
    /// The system store of the image in this directory, not of this machine; its programs run with chroot
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// This NSS database; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    nss_db: Vec<PathBuf>,
    /// The Java runtime in this directory
    #[arg(long, value_name = "DIR")]
    java_home: Vec<PathBuf>,
    /// Where the password of NSS databases comes from, if they have one
    #[arg(long, value_name = "SRC")]
    nss_password: Option<SecretSource>,
    /// Where the password of cacerts comes from [default: pass:changeit]
    #[arg(long, value_name = "SRC")]
    java_storepass: Option<SecretSource>,
}

impl TargetArgs {
    /// An authority of the store, and these kinds of stores; all that are found where there are none.
    pub(super) fn of(authority: &str, kinds: &[Kind]) -> Self {
        Self { anchor: Some(authority.to_owned()), to: kinds.to_vec(), ..Self::default() }
    }

    /// The certificates that are meant, at least one.
    ///
    /// # Errors
    /// When there is no such authority or file, or its root is not known.
    pub(super) fn anchors(&self, cx: &mut Context, removing: bool) -> Result<Vec<Anchor>, CliError> {
        let certificates = match &self.anchor {
            Some(text) if is_file(text) => {
                let bytes = files::read(cx, Path::new(text), LARGEST)?;
                pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(text))?
            }
            // What is named is taken away, and not what stands beside it.
            Some(name) if removing => authority(cx, Some(name))?.into_iter().take(1).collect(),
            name => authority(cx, name.as_deref())?,
        };
        if certificates.len() > MOST {
            return Err(CliError::usage(format!("more than {MOST} certificates at once")).hint("give fewer"));
        }
        let mut anchors: Vec<Anchor> = Vec::new();
        for anchor in certificates.into_iter().map(Anchor::new) {
            if !anchors.iter().any(|known| known.certificate == anchor.certificate) {
                anchors.push(anchor);
            }
        }
        Ok(anchors)
    }

    /// The stores that are meant.
    ///
    /// # Errors
    /// When a password cannot be had.
    pub(super) fn selection(&self, cx: &mut Context, removing: bool) -> Result<Selection, CliError> {
        let mut secret = |source: &Option<SecretSource>, what| {
            source.as_ref().map(|source| cx.passphrase(Some(source), what)).transpose()
        };
        Ok(Selection {
            nss_password: secret(&self.nss_password, "password of the NSS database")?,
            java_password: secret(&self.java_storepass, "password of cacerts")?,
            kinds: self.to.clone(),
            image: self.root.clone(),
            databases: self.nss_db.clone(),
            runtimes: self.java_home.clone(),
            removing,
        })
    }

    /// The command line that does this for some kinds of stores as the administrator.
    pub(super) fn with_sudo(&self, cx: &Context, verb: &str, kinds: &[Kind], more: &[&str]) -> String {
        let absolute = |path: &Path| places::absolute(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
        let sources = self.sources(kinds);
        let mut words: Vec<OsString> = vec!["sudo".into()];
        words.extend(sources.iter().filter_map(|(_, source)| match source {
            // sudo takes the environment away.
            SecretSource::Env(name) => Some(format!("--preserve-env={name}").into()),
            _ => None,
        }));
        words.push(cx.program().into());
        let file = self.anchor.as_deref().filter(|text| is_file(text));
        if file.is_none() {
            words.extend(["--store".into(), absolute(&cx.settings.store)]);
        }
        words.extend(["trust".into(), verb.into()]);
        match (file, &self.anchor) {
            (Some("-"), _) => words.push("FILE".into()),
            (Some(file), _) => words.push(absolute(Path::new(file))),
            (None, Some(name)) => words.push(name.into()),
            (None, None) => {}
        }
        for kind in kinds {
            words.extend(["--to".into(), kind.as_str().into()]);
            let (option, places): (_, Vec<&PathBuf>) = match kind {
                Kind::System => ("--root", self.root.iter().collect()),
                Kind::Nss => ("--nss-db", self.nss_db.iter().collect()),
                Kind::Java => ("--java-home", self.java_home.iter().collect()),
            };
            words.extend(places.into_iter().flat_map(|place| [option.into(), absolute(place)]));
        }
        for (option, source) in sources {
            let mut value = OsString::new();
            match source {
                SecretSource::Command(command) => value.extend(["cmd:", command].map(OsStr::new)),
                SecretSource::Env(name) => value.extend(["env:", name].map(OsStr::new)),
                SecretSource::File(path) => value.extend([OsString::from("file:"), absolute(path)]),
                SecretSource::Pass(text) if text == CHANGEIT => value.extend(["pass:", CHANGEIT].map(OsStr::new)),
                // No secret is shown, and sudo closes descriptors.
                SecretSource::Fd(_) | SecretSource::Pass(_) | SecretSource::Prompt => value.push("prompt"),
                SecretSource::Stdin => value.push("stdin"),
            }
            words.extend([option.into(), value]);
        }
        words.extend(more.iter().map(OsString::from));
        let line = shell::line(words.iter().map(OsString::as_os_str));
        match file {
            Some("-") => format!("{line} # FILE: a file with the certificate, standard input being read by now"),
            _ => line,
        }
    }

    /// The options for passwords that stores of some kinds take, with their sources.
    fn sources(&self, kinds: &[Kind]) -> Vec<(&'static str, &SecretSource)> {
        // What Java's file keeps of the system's store goes with it.
        let java = [Kind::System, Kind::Java].iter().any(|kind| kinds.contains(kind));
        let options = [
            ("--nss-password", &self.nss_password, kinds.contains(&Kind::Nss)),
            ("--java-storepass", &self.java_storepass, java),
        ];
        options
            .into_iter()
            .filter(|(.., is_meant)| *is_meant)
            .filter_map(|(name, source, _)| Some((name, source.as_ref()?)))
            .collect()
    }
}

/// Whether a text names a file: it has a slash or the ending of a certificate, or stands for standard input.
fn is_file(text: &str) -> bool {
    let ending = Path::new(text).extension().and_then(OsStr::to_str);
    text == "-" || text.contains('/') || ending.is_some_and(|ending| ["pem", "crt", "cer", "der"].contains(&ending))
}

/// The certificate of the root with a name, or of the one above the default authority; during a rollover that of the other root
/// too.
fn authority(cx: &Context, name: Option<&str>) -> Result<Vec<Certificate>, CliError> {
    let state = match (cx.open_store(), name) {
        (Ok(store), _) => store.read()?,
        (Err(error), Some(name)) if places::is_file(Path::new(name)) => {
            return Err(error.hint(format!("if the file is meant, write ./{name}")));
        }
        (Err(error), _) => return Err(error),
    };
    let record = ca::resolve(&state, name)?;
    let certificate = record.certificate()?;
    let with_others = |root| Ok(std::iter::once(root).chain(record.rollover.anchors()?).collect());
    if certificate.is_root() {
        return with_others(certificate);
    }
    let root = root_of(record)?;
    match name {
        None => with_others(root),
        Some(name) => {
            let known = state
                .authorities
                .values()
                .find(|other| other.certificate().is_ok_and(|certificate| certificate == root));
            let known = known.map_or_else(|| "FILE with it".to_owned(), |record| record.authority.clone());
            Err(CliError::refused(format!("authority {name} is no root, and most programs trust roots only"))
                .hint(format!("its root is {}: certwright trust install {known}", root.subject)))
        }
    }
}

fn root_of(record: &AuthorityRecord) -> Result<Certificate, CliError> {
    record.chain()?.into_iter().find(Certificate::is_root).ok_or_else(|| {
        CliError::failed(format!("the root of authority {} is not in this store", record.authority))
            .hint("name the file with its certificate")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::testing::Process;

    #[derive(Parser)]
    struct Target {
        #[command(flatten)]
        args: TargetArgs,
    }

    fn line(arguments: &[&str], kinds: &[Kind]) -> String {
        let target = Target::try_parse_from(["install"].iter().chain(arguments)).unwrap();
        let (cx, ..) = Process::new(&["--store", "/s", "trust", "status"]).context();
        target.args.with_sudo(&cx, "install", kinds, &["--accept-unconstrained"])
    }

    #[test]
    fn the_command_for_the_administrator_is_whole() {
        let java = ["root", "--java-home", "/jdk", "--java-storepass", "file:/p", "--nss-password", "file:/n"];
        assert_eq!(
            line(&java, &[Kind::Java]),
            "sudo /opt/bin/certwright --store /s trust install root --to java --java-home /jdk --java-storepass file:/p --accept-unconstrained"
        );
        for (source, expected) in [
            (
                "env:PW",
                "sudo --preserve-env=PW /opt/bin/certwright --store /s trust install --to java --java-storepass env:PW",
            ),
            (
                "pass:changeit",
                "sudo /opt/bin/certwright --store /s trust install --to java --java-storepass pass:changeit",
            ),
            ("pass:hunter2", "sudo /opt/bin/certwright --store /s trust install --to java --java-storepass prompt"),
            ("cmd:get it", "sudo /opt/bin/certwright --store /s trust install --to java --java-storepass 'cmd:get it'"),
        ] {
            let line = line(&["--java-storepass", source], &[Kind::Java]);
            assert_eq!(line, format!("{expected} --accept-unconstrained"));
        }
        // What the place does not need stays out.
        assert!(!line(&["--nss-password", "file:/n"], &[Kind::System]).contains("password"));
        let here = std::env::current_dir().unwrap();
        let relative = line(&["a.pem", "--java-storepass", "file:p"], &[Kind::System]);
        assert!(relative.contains(&format!(" --java-storepass file:{}", here.join("p").display())), "{relative}");
        assert!(relative.contains(&format!(" trust install {}", here.join("a.pem").display())), "{relative}");
    }

    #[test]
    fn standard_input_becomes_a_file() {
        let line = line(&["-"], &[Kind::System]);
        assert!(line.starts_with("sudo /opt/bin/certwright trust install FILE --to system "), "{line}");
        assert!(line.contains(" # FILE: a file with the certificate"), "{line}");
    }
}
