//! `dev --env`: the variables by which programs trust the development authority, for a shell to evaluate.
//!
//! Node adds what it is told to what it trusts anyway. OpenSSL's `SSL_CERT_FILE`, curl, Python's requests and Java know only
//! one file, in the place of their own: for them a bundle is written with the anchors of this system and the root after them.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::commands::truststore::anchors::Anchors;
use crate::cli::files::{self, OutputFile};
use crate::cli::{CliError, Context, shell};
use crate::container::{self, Encoding, Format, Keystore, Preset};
use crate::keys::Secret;
use crate::x509::Certificate;

/// The anchors of the system and the development root, PEM.
pub(super) const BUNDLE: &str = "bundle.pem";
/// The same for Java.
pub(super) const CACERTS: &str = "cacerts.p12";
/// The password of `cacerts.p12`; anchors are no secret.
const CHANGEIT: &str = "changeit";
/// The options of the JVM that are ours.
const TRUST_STORE: &str = "-Djavax.net.ssl.trustStore";

/// A shell, by how it sets and quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// sh, bash, zsh and all that follow POSIX
    Sh,
    /// fish
    Fish,
    /// PowerShell
    #[value(alias = "pwsh")]
    Powershell,
}

impl Shell {
    /// The line that sets a variable for this shell and what it starts.
    fn export(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}={}\n", shell::in_quotes(value)),
            Self::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Powershell => {
                // To PowerShell the typographic quotes are quotes as well.
                let quoted = value.chars().flat_map(|character| {
                    let twice = matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
                    std::iter::repeat_n(character, 1 + usize::from(twice))
                });
                format!("$env:{name} = '{}'\n", quoted.collect::<String>())
            }
        }
    }
}

/// The variables with their values, in the order in which they are printed.
pub(super) type Variables = Vec<(&'static str, String)>;

/// Writes the bundles that the variables name, where they are not there as they should be; gives the variables.
///
/// # Errors
/// When a bundle cannot be written, or the directory's path cannot stand in a variable.
pub(super) fn prepare(cx: &mut Context, dir: &Path, root: &Certificate) -> Result<Variables, CliError> {
    let absolute = files::places::absolute(dir)?;
    let at = |name: &str| -> Result<String, CliError> {
        let path: PathBuf = absolute.join(name);
        let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
        text.map(str::to_owned).ok_or_else(|| {
            CliError::usage(format!("{} cannot stand in a variable: its path is no plain text", dir.display()))
                .hint("name another directory with --out")
        })
    };
    let (anchor, bundle, cacerts) = (at("ca.pem")?, at(BUNDLE)?, at(CACERTS)?);
    let java = java_options(cx, &cacerts)?;
    write_bundles(cx, dir, root)?;
    Ok(vec![
        ("NODE_EXTRA_CA_CERTS", anchor),
        ("SSL_CERT_FILE", bundle.clone()),
        ("CURL_CA_BUNDLE", bundle.clone()),
        ("REQUESTS_CA_BUNDLE", bundle),
        ("JAVA_TOOL_OPTIONS", java),
    ])
}

/// The lines for a shell.
pub(super) fn lines(shell: Shell, variables: &Variables) -> String {
    variables.iter().map(|(name, value)| shell.export(name, value)).collect()
}

/// What is in `JAVA_TOOL_OPTIONS` now, and ours after it: of two the JVM takes the last.
fn java_options(cx: &Context, cacerts: &str) -> Result<String, CliError> {
    // The JVM takes quotes off, and knows no way to escape one.
    let quote = match (
        cacerts.contains('"'),
        cacerts.contains(|character: char| character.is_whitespace() || character == '\''),
    ) {
        (false, false) => "",
        (false, true) => "\"",
        (true, _) if !cacerts.contains('\'') => "'",
        _ => {
            return Err(CliError::usage(format!("Java cannot be told of {cacerts}: it has both kinds of quotes"))
                .hint("name another directory with --out"));
        }
    };
    let own =
        format!("{quote}{TRUST_STORE}={cacerts}{quote} {TRUST_STORE}Type=PKCS12 {TRUST_STORE}Password={CHANGEIT}");
    let before = cx.variable("JAVA_TOOL_OPTIONS").and_then(|value| value.to_str()).unwrap_or_default();
    Ok(match before.strip_suffix(own.as_str()) {
        Some(_) => before.to_owned(),
        None if before.trim().is_empty() => own,
        None => format!("{before} {own}"),
    })
}

fn write_bundles(cx: &mut Context, dir: &Path, root: &Certificate) -> Result<(), CliError> {
    let mut anchors = Anchors::default();
    // Whoever set the variable before, a company's proxy say, meant its anchors.
    let own = files::places::absolute(&dir.join(BUNDLE))?;
    let set = cx.variable("SSL_CERT_FILE").map(PathBuf::from);
    let set =
        set.filter(|path| files::places::is_file(path) && files::places::absolute(path).is_ok_and(|set| set != own));
    let added = match set {
        Some(path) => anchors.add_file(cx, &path),
        None => anchors.add_system(cx),
    };
    if let Err(error) = added {
        cx.ui.warn(&format!("{}: programs with this environment trust the development root alone", error.message));
    }
    anchors.add_own(root.clone());
    let text: String = anchors.certificates().map(Certificate::to_pem).collect();
    let limit = text.len() + 1;
    let is_current =
        files::read_if_file(&dir.join(BUNDLE), limit.max(8 << 20))?.is_some_and(|found| *found == text.as_bytes());
    if is_current && files::places::is_file(&dir.join(CACERTS)) {
        return Ok(());
    }
    let keystore = Keystore { entries: anchors.into_entries() };
    let password = Secret::new(CHANGEIT);
    let encoding = Encoding {
        format: Format::Pkcs12,
        preset: Preset::default(),
        store_password: Some(&password),
        key_password: None,
        created: cx.now(),
    };
    let store = container::encode(&keystore, &encoding)?;
    let output = |name: &str, bytes: Vec<u8>| OutputFile { name: name.to_owned(), bytes: bytes.into(), secret: false };
    // The bundle last: it tells whether both are current.
    files::write_set(dir, &[output(CACERTS, store.to_vec())], true)?;
    files::write_set(dir, &[output(BUNDLE, text.into_bytes())], true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_their_shell() {
        let value = r#"/it's a "dir"/$HOME/`x`\n"#;
        assert_eq!(Shell::Sh.export("A", value), "export A='/it'\\''s a \"dir\"/$HOME/`x`\\n'\n");
        assert_eq!(Shell::Fish.export("A", value), "set -gx A '/it\\'s a \"dir\"/$HOME/`x`\\\\n'\n");
        assert_eq!(Shell::Powershell.export("A", "/it's \u{2019}"), "$env:A = '/it''s \u{2019}\u{2019}'\n");
    }
}
