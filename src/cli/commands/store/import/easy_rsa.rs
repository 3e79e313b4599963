//! The layout of easy-rsa 3.

use std::path::Path;

use super::tree::{Folder, Source, left};
use crate::cli::CliError;
use crate::cli::files::places::{files_of, is_file, is_there};

/// Finds the parts of an authority in a `pki` directory, or in the one above it.
///
/// # Errors
/// When it is no such directory.
pub(super) fn find(path: &Path) -> Result<Vec<Source>, CliError> {
    let pki = [path.to_owned(), path.join("pki")].into_iter().find(|dir| is_file(&dir.join("ca.crt")));
    let Some(pki) = pki else {
        return Err(CliError::failed(format!("{} has no ca.crt", path.display()))
            .hint("name the directory that easy-rsa calls EASYRSA_PKI, as a rule pki"));
    };
    let there = |name: &str| Some(pki.join(name)).filter(|path| is_file(path));
    let folder = |name: &str, named: bool, keys: Option<&str>| Folder {
        path: pki.join(name),
        named,
        keys: keys.map(|keys| pki.join(keys)),
    };
    let mut behind = Vec::new();
    for (name, why) in [
        ("dh.pem", "Diffie-Hellman parameters belong to a server, not to an authority"),
        ("private/easyrsa-tls.key", "a key of OpenVPN's, not of the authority's"),
        ("ta.key", "a key of OpenVPN's, not of the authority's"),
        ("tc.key", "a key of OpenVPN's, not of the authority's"),
        ("vars", "what it sets is a matter of profiles here"),
        ("inline", "OpenVPN configurations"),
    ] {
        if is_there(&pki.join(name)) {
            behind.push(left(name, why));
        }
    }
    for request in files_of(&pki.join("reqs"), &["req"], 1_000_000)? {
        let stem = request.file_stem().unwrap_or_default();
        if stem != "ca" && !is_file(&pki.join("issued").join(stem).with_extension("crt")) {
            let what = format!("reqs/{}", request.file_name().unwrap_or_default().to_string_lossy());
            behind.push(left(what, "a request without a certificate; \"certwright sign\" can sign it"));
        }
    }
    Ok(vec![Source {
        upper: false,
        certificate: pki.join("ca.crt"),
        key: there("private/ca.key"),
        chain: Vec::new(),
        index: there("index.txt"),
        folders: vec![
            folder("issued", true, Some("private")),
            folder("certs_by_serial", false, None),
            folder("revoked/certs_by_serial", false, None),
            folder("renewed/issued", false, None),
            folder("renewed/certs_by_serial", false, None),
            folder("expired", false, None),
        ],
        crls: there("crl.pem").into_iter().collect(),
        crl_number: there("crlnumber"),
        left: behind,
    }])
}
