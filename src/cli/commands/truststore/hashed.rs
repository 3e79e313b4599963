//! OpenSSL's certificate directories: a file for each anchor, named by the hash of its subject (`SSL_CERT_DIR`, `-CApath`).

use std::collections::HashMap;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::files::{self, OutputFile};
use crate::cli::{CliError, Context};
use crate::x509::Certificate;

/// Writes the directory: `<hash>.0`, and `.1`, `.2`, … for further certificates of one subject.
pub(super) fn write<'a>(
    cx: &mut Context,
    dir: &Path,
    certificates: impl Iterator<Item = &'a Certificate>,
    force: bool,
) -> Result<Vec<String>, CliError> {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    let mut outputs = Vec::new();
    for certificate in certificates {
        let hash = certificate.subject.openssl_hash();
        let count = counts.entry(hash).or_default();
        let bytes = Zeroizing::new(certificate.to_pem().into_bytes());
        outputs.push(OutputFile { name: format!("{hash:08x}.{count}"), bytes, secret: false });
        *count += 1;
    }
    files::public_directory(dir)?;
    files::write_set(dir, &outputs, force)?;
    for output in &outputs {
        if files::read(cx, &dir.join(&output.name), 1 << 20)? != output.bytes {
            return Err(CliError::failed(format!("{} does not hold what was written to it", output.name))
                .about(dir.display())
                .hint("the disk or the file system is failing, or something else writes there"));
        }
    }
    Ok(outputs.into_iter().map(|output| output.name).collect())
}
