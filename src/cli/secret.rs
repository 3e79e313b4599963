//! Where secrets come from.

use std::str::FromStr;

/// A secret named by its source, as in OpenSSL, never by its value (but for `pass:`, for what is no secret).
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `cmd:…`: the first line that a shell command prints.
    Command(String),
    /// `env:VAR`.
    Env(String),
    /// `fd:N`: the first line of an open file descriptor.
    Fd(i32),
    /// `file:PATH`: the first line of a file.
    File(std::path::PathBuf),
    /// `pass:…`: the value itself, visible to others; a warning is printed unless it is `changeit`.
    Pass(String),
    /// `prompt`.
    Prompt,
    /// `stdin`: the next line of standard input.
    Stdin,
}

impl FromStr for SecretSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let _ = text;
        todo!()
    }
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretSource(…)")
    }
}

/// Reads secrets; each source is read at most once.
pub struct Secrets {}
