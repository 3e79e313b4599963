//! What `openssl ca` works with: a configuration, or a directory as CA.pl and most instructions make it.

use std::path::{Path, PathBuf};

use super::tree::{Folder, Source, left};
use crate::ca::OpensslConfig;
use crate::cli::files::places::{files_of, is_directory, is_file};
use crate::cli::{CliError, Context, files};

/// Largest configuration.
const MAX_CONFIG: usize = 1 << 20;

const CERTIFICATES: [&str; 8] = [
    "cacert.pem",
    "ca.crt",
    "ca.pem",
    "ca.cert.pem",
    "certs/ca.cert.pem",
    "certs/ca.crt",
    "certs/cacert.pem",
    "certs/intermediate.cert.pem",
];
const KEYS: [&str; 7] = [
    "private/cakey.pem",
    "private/ca.key.pem",
    "private/ca.key",
    "private/intermediate.key.pem",
    "ca.key",
    "cakey.pem",
    "ca.key.pem",
];

/// Finds the parts of an authority.
///
/// # Errors
/// When there is no `index.txt`, or no certificate.
pub(super) fn find(cx: &mut Context, path: &Path, section: Option<&str>) -> Result<Vec<Source>, CliError> {
    if !is_directory(path) {
        return configured(cx, path, section).map(|source| vec![source]);
    }
    if section.is_some() {
        return Err(CliError::usage("--section names a part of an openssl.cnf: name that file instead of a directory"));
    }
    let config = path.join("openssl.cnf");
    if is_file(&config)
        && let Ok(source) = configured(cx, &config, None)
    {
        return Ok(vec![source]);
    }
    let candidates = [path.to_owned(), path.join("demoCA")];
    let Some(dir) = candidates.into_iter().find(|dir| is_file(&dir.join("index.txt"))) else {
        return Err(CliError::failed(format!("{} has no index.txt", path.display())).hint(HINT));
    };
    let first = |names: &[&str]| names.iter().map(|name| dir.join(name)).find(|path| is_file(path));
    let certificate = first(&CERTIFICATES)
        .ok_or_else(|| CliError::failed(format!("{} has no certificate of an authority", dir.display())).hint(HINT))?;
    let parts = Parts {
        certificate,
        key: first(&KEYS),
        index: dir.join("index.txt"),
        folders: vec![dir.join("newcerts"), dir.join("certs")],
        crl: first(&["crl.pem", "crl/crl.pem", "crl/ca.crl.pem"]),
        crl_dir: Some(dir.join("crl")),
        crl_number: first(&["crlnumber"]),
    };
    Ok(vec![parts.source()?])
}

const HINT: &str = "name the directory with the index.txt of \"openssl ca\", or its configuration file";

struct Parts {
    certificate: PathBuf,
    key: Option<PathBuf>,
    index: PathBuf,
    folders: Vec<PathBuf>,
    crl: Option<PathBuf>,
    crl_dir: Option<PathBuf>,
    crl_number: Option<PathBuf>,
}

impl Parts {
    fn source(self) -> Result<Source, CliError> {
        let folders = self.folders.into_iter().map(|path| Folder { path, named: false, keys: None }).collect();
        let mut crls: Vec<PathBuf> = self.crl.into_iter().collect();
        for path in self.crl_dir.map(|dir| files_of(&dir, &["crl", "pem"], 100_000)).transpose()?.unwrap_or_default() {
            if !crls.contains(&path) {
                crls.push(path);
            }
        }
        let why = "what they set is a matter of profiles here: see \"certwright profile list\"";
        Ok(Source {
            upper: false,
            certificate: self.certificate,
            key: self.key,
            chain: Vec::new(),
            index: Some(self.index),
            folders,
            crls,
            crl_number: self.crl_number,
            left: vec![left("policies and extensions of openssl.cnf", why)],
        })
    }
}

/// The authority of a configuration.
fn configured(cx: &mut Context, path: &Path, section: Option<&str>) -> Result<Source, CliError> {
    let bytes = files::read(cx, path, MAX_CONFIG)?;
    let environment = |name: &str| cx.variable(name).map(|value| value.to_string_lossy().into_owned());
    let config = OpensslConfig::parse(&String::from_utf8_lossy(&bytes), &environment)
        .map_err(|error| CliError::from(error).about(path.display()))?;
    let section = match section.or_else(|| config.value("ca", "default_ca")) {
        Some(section) => section.to_owned(),
        None => {
            return Err(CliError::failed(format!("{} has no default_ca in a section ca", path.display()))
                .hint("name the authority's section with --section"));
        }
    };
    let base = path.parent().map(Path::to_owned).unwrap_or_default();
    // OpenSSL starts relative paths where it is run; as a rule that is beside the configuration.
    let resolve = |name: &str| -> Option<PathBuf> {
        let value = PathBuf::from(config.value(&section, name)?);
        let beside = base.join(&value);
        Some(if beside.exists() { beside } else { value })
    };
    let needed = |name: &str| {
        resolve(name).filter(|path| is_file(path)).ok_or_else(|| {
            let what = match config.value(&section, name) {
                Some(value) => format!("{name} is {value}, and there is no such file"),
                None => format!("section {section} has no {name}"),
            };
            CliError::failed(format!("{}: {what}", path.display()))
                .hint("run certwright where \"openssl ca\" is run; --section names another section")
        })
    };
    let there = |name: &str| resolve(name).filter(|path| is_file(path));
    let parts = Parts {
        certificate: needed("certificate")?,
        key: there("private_key"),
        index: needed("database")?,
        folders: ["new_certs_dir", "certs"].into_iter().filter_map(resolve).collect(),
        crl: there("crl"),
        crl_dir: resolve("crl_dir").filter(|path| is_directory(path)),
        crl_number: there("crlnumber"),
    };
    let mut source = parts.source()?;
    if config.includes {
        source.left.push(left(".include in openssl.cnf", "other files are not read; check what they set"));
    }
    Ok(source)
}
