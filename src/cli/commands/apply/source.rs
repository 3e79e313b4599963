//! Reading a manifest, and the files that it is made of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::commands::delivery;
use crate::cli::files::{self, places};
use crate::cli::{CliError, Context, SecretSource};
use crate::issuance::{Profile, Request};
use crate::manifest::{self, Manifest, Notation, ProfileText};
use crate::x509::{Certificate, Csr, escape, pem};

/// Largest file with certificates that is read, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// How a manifest is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli::commands) enum FormatName {
    /// JSON
    Json,
    /// TOML
    Toml,
    /// YAML 1.2
    Yaml,
}

impl From<FormatName> for Notation {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Json => Self::Json,
            FormatName::Toml => Self::Toml,
            FormatName::Yaml => Self::Yaml,
        }
    }
}

/// A manifest with all that it names.
pub(in crate::cli::commands) struct Described {
    pub(in crate::cli::commands) manifest: Manifest,
    /// The profiles, as the store shall have them.
    pub(in crate::cli::commands) profiles: Vec<(String, Vec<u8>)>,
    /// The certificates of authorities that are brought in; or why one cannot be taken.
    pub(in crate::cli::commands) brought: BTreeMap<String, Result<Certificate, String>>,
    /// The certificates in the files of truststores; or why they cannot be taken.
    pub(in crate::cli::commands) anchors: BTreeMap<PathBuf, Result<Vec<Certificate>, String>>,
    /// What certificate signing requests ask for, by certificate; or why one cannot be taken.
    pub(in crate::cli::commands) requests: BTreeMap<String, Result<Request, String>>,
}

impl Described {
    /// Reads a manifest, the profiles and the certificates that it names. Its paths become absolute.
    ///
    /// # Errors
    /// Names the file, line and column.
    pub(in crate::cli::commands) fn read(
        cx: &mut Context,
        path: &Path,
        format: Option<FormatName>,
    ) -> Result<Self, CliError> {
        let bytes = files::read(cx, path, manifest::MAX_SIZE)?;
        Self::of_bytes(cx, path, &bytes, format)
    }

    /// As [`Described::read`], where the manifest itself is read already.
    ///
    /// # Errors
    /// Names the file, line and column.
    pub(in crate::cli::commands) fn of_bytes(
        cx: &mut Context,
        path: &Path,
        bytes: &[u8],
        format: Option<FormatName>,
    ) -> Result<Self, CliError> {
        let notation = format.map(Notation::from).or_else(|| Notation::of_path(path));
        let shown = path.display().to_string();
        let invalid = |why: String| {
            CliError::failed(why)
                .about(escape(&shown))
                .hint("\"certwright manifest check FILE\" checks it, \"certwright manifest schema\" describes it")
        };
        let check = |text: &str| text.parse::<SecretSource>().map(drop);
        let mut manifest = Manifest::read(bytes, notation, check).map_err(|error| invalid(error.to_string()))?;
        for source in manifest.sources() {
            if let Ok(SecretSource::Env(variable)) = source.parse() {
                cx.hide_variable(&variable);
            }
        }
        manifest.rebase(&base(path)?);
        cx.protect(path);
        manifest.inputs().for_each(|input| cx.protect(input));
        // One place has one name, by whatever way the manifest was reached.
        for place in manifest.places_mut() {
            *place = delivery::place(place)?;
        }
        // Two spellings of one place show only now.
        manifest.check_places().map_err(|error| invalid(error.to_string()))?;
        let mut described = Self {
            manifest,
            profiles: Vec::new(),
            brought: BTreeMap::new(),
            anchors: BTreeMap::new(),
            requests: BTreeMap::new(),
        };
        for (name, text) in &described.manifest.profiles {
            let json = match text {
                ProfileText::File(file) => files::read(cx, file, Profile::MAX_SIZE)?.to_vec(),
                ProfileText::Inline(profile) => {
                    let mut json = serde_json::to_vec_pretty(profile).map_err(|error| invalid(error.to_string()))?;
                    json.push(b'\n');
                    json
                }
            };
            if let Err(error) = Profile::from_json(name, &json) {
                return Err(match text {
                    ProfileText::File(file) => CliError::from(error).about(file.display()),
                    ProfileText::Inline(_) => invalid(error.to_string()),
                });
            }
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
                return Err(invalid(format!("profiles: {} cannot be the name of a profile", escape(name))));
            }
            described.profiles.push((name.clone(), json));
        }
        // What has not arrived yet, or went, keeps nothing else waiting.
        for (name, authority) in &described.manifest.authorities {
            if let Some(file) = &authority.certificate {
                let first = certificates(cx, file).and_then(|found| {
                    let first = found.into_iter().next();
                    first.ok_or_else(|| CliError::failed("there is no certificate in it").about(file.display()))
                });
                described.brought.insert(name.clone(), first.map_err(|error| error.message));
            }
        }
        for file in described.manifest.truststores.iter().flat_map(|truststore| &truststore.files) {
            let anchors = certificates(cx, file).map_err(|error| error.message);
            described.anchors.insert(file.clone(), anchors);
        }
        for (name, certificate) in &described.manifest.certificates {
            if let Some(file) = &certificate.csr {
                let request = request(cx, file).map_err(|error| error.message);
                described.requests.insert(name.clone(), request);
            }
        }
        Ok(described)
    }

    /// Why files that it names cannot be taken, which makes it no worse a manifest.
    pub(in crate::cli::commands) fn missing(&self) -> impl Iterator<Item = &String> {
        let brought = self.brought.values().filter_map(|read| read.as_ref().err());
        let anchors = self.anchors.values().filter_map(|read| read.as_ref().err());
        brought.chain(anchors).chain(self.requests.values().filter_map(|read| read.as_ref().err()))
    }

    /// What it describes, in a few words.
    pub(in crate::cli::commands) fn summary(&self) -> String {
        let count = |count: usize, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let (authorities, certificates) = (self.manifest.authorities.len(), self.manifest.certificates.len());
        format!(
            "{} and {}",
            count(authorities, "authority", "authorities"),
            count(certificates, "certificate", "certificates")
        )
    }
}

/// Every certificate of a file.
///
/// # Errors
/// Names the file.
pub(super) fn certificates(cx: &mut Context, file: &Path) -> Result<Vec<Certificate>, CliError> {
    let bytes = files::read(cx, file, MAX_SIZE)?;
    pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(file.display()))
}

/// What a certificate signing request asks for, after proof of possession.
fn request(cx: &mut Context, file: &Path) -> Result<Request, CliError> {
    // A pipe would keep everything waiting.
    if places::is_there(file) && !places::is_file(file) {
        return Err(CliError::failed("this is no file").about(file.display()));
    }
    let bytes = files::read(cx, file, Csr::MAX_SIZE)?;
    let request = Csr::read(&bytes).map_err(CliError::from).and_then(|csr| Ok(Request::from_csr(&csr)?));
    request.map_err(|error| error.about(file.display()))
}

/// The directory that relative paths of a manifest start at.
fn base(path: &Path) -> Result<PathBuf, CliError> {
    let base = if files::is_standard_stream(path) {
        places::absolute(Path::new("."))?
    } else {
        places::absolute(path)?.parent().map(Path::to_path_buf).unwrap_or_default()
    };
    if base.to_str().is_none() {
        return Err(CliError::failed(format!("{} is no text", base.display()))
            .hint("deliveries are recorded as text: use a directory whose name is UTF-8"));
    }
    Ok(base)
}
