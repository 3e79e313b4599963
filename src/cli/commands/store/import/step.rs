//! The directory of smallstep's step and step-ca.

use std::path::Path;

use serde_json::Value;

use super::tree::{Source, left};
use crate::ca::Left;
use crate::cli::files::places::{is_file, is_there};
use crate::cli::{CliError, Context, files};
use crate::x509::escape;

/// Largest `ca.json`.
const MAX_CONFIG: usize = 4 << 20;

/// Finds the root and the authority under it.
///
/// # Errors
/// When it is no such directory.
pub(super) fn find(cx: &mut Context, path: &Path) -> Result<Vec<Source>, CliError> {
    let root = path.join("certs/root_ca.crt");
    if !is_file(&root) {
        return Err(CliError::failed(format!("{} has no certs/root_ca.crt", path.display()))
            .hint("name the directory that \"step path\" prints"));
    }
    let there = |name: &str| Some(path.join(name)).filter(|path| is_file(path));
    let mut behind = Vec::new();
    if is_there(&path.join("db")) {
        let why = "step-ca keeps certificates and revocations in a database that only it reads; revoke here by serial or file";
        behind.push(left("db", why));
    }
    if is_there(&path.join("templates")) {
        behind.push(left("templates", "write profiles instead: see \"certwright profile list\""));
    }
    if let Some(config) = there("config/ca.json") {
        configured(cx, &config, &mut behind)?;
    }
    for name in ["secrets/ssh_host_ca_key", "secrets/ssh_user_ca_key"] {
        if there(name).is_some() {
            behind.push(left(name, "an SSH authority; certwright has X.509 only"));
        }
    }
    let source = |name: &str, upper: bool, chain: Vec<_>, left| Source {
        upper,
        certificate: path.join(format!("certs/{name}.crt")),
        key: there(&format!("secrets/{name}_key")),
        chain,
        index: None,
        folders: Vec::new(),
        crls: Vec::new(),
        crl_number: None,
        left,
    };
    Ok(match there("certs/intermediate_ca.crt") {
        Some(_) => vec![
            source("root_ca", true, Vec::new(), Vec::new()),
            source("intermediate_ca", false, vec![root.clone()], behind),
        ],
        None => vec![source("root_ca", false, Vec::new(), behind)],
    })
}

/// What `ca.json` sets and stays behind.
fn configured(cx: &mut Context, path: &Path, behind: &mut Vec<Left>) -> Result<(), CliError> {
    let bytes = files::read(cx, path, MAX_CONFIG)?;
    let config: Value = match serde_json::from_slice(&bytes) {
        Ok(config) => config,
        Err(error) => {
            behind.push(left("config/ca.json", error.to_string()));
            return Ok(());
        }
    };
    let provisioners = config.pointer("/authority/provisioners").and_then(Value::as_array);
    for provisioner in provisioners.into_iter().flatten() {
        let text = |name: &str| escape(provisioner.get(name).and_then(Value::as_str).unwrap_or("unnamed"));
        let what = format!("the provisioner {} ({})", text("name"), text("type"));
        behind.push(left(what, "there is no server here that would issue on request"));
    }
    if config.get("kms").is_some_and(|kms| !kms.is_null()) {
        behind.push(left("kms in config/ca.json", "keys that are not in files cannot be brought"));
    }
    if config.pointer("/crl/enabled").and_then(Value::as_bool) == Some(true) {
        let why = "its number is in the database: set it with \"certwright crl settings AUTHORITY --number-after N\"";
        behind.push(left("the CRL of step-ca", why));
    }
    Ok(())
}
