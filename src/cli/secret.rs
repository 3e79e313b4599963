//! Where secrets come from.

mod reader;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::str::FromStr;

pub(super) use reader::{Secrets, secret_files};

/// What a secret may be named by.
const SOURCES: &str = "env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt or, for what is no secret, pass:TEXT";

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
    File(PathBuf),
    /// `pass:…`: the value itself, visible to others; a warning is printed unless it is `changeit`.
    Pass(String),
    /// `prompt`.
    Prompt,
    /// `stdin`: the next line of standard input.
    Stdin,
}

impl FromStr for SecretSource {
    type Err = String;

    /// Reads a source. The error never repeats the text: it may be a passphrase that somebody typed here.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "stdin" => return Ok(Self::Stdin),
            "prompt" => return Ok(Self::Prompt),
            _ => {}
        }
        let Some((kind, value)) = text.split_once(':') else {
            return Err(format!("name where the secret comes from, not the secret: {SOURCES}"));
        };
        match kind {
            "pass" => Ok(Self::Pass(value.to_owned())),
            "cmd" | "env" | "fd" | "file" if value.is_empty() => Err(format!("there is nothing after \"{kind}:\"")),
            "cmd" => Ok(Self::Command(value.to_owned())),
            "env" if value.contains(['=', '\0']) => Err("no environment variable has such a name".to_owned()),
            "env" => Ok(Self::Env(value.to_owned())),
            "fd" => match value.parse() {
                Ok(0) => Ok(Self::Stdin),
                Ok(number) if number > 2 => Ok(Self::Fd(number)),
                Ok(1 | 2) => Err("descriptors 1 and 2 are for output; open another, such as 3".to_owned()),
                _ => Err("fd: takes the number of an open file descriptor".to_owned()),
            },
            "file" if value == "-" => Ok(Self::Stdin),
            "file" => Ok(Self::File(PathBuf::from(value))),
            _ => Err(format!("there is no such kind of source; use {SOURCES}")),
        }
    }
}

impl SecretSource {
    /// How messages name it, without anything secret.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Command(_) => "the command of cmd:".to_owned(),
            Self::Env(name) => format!("environment variable {name}"),
            Self::Fd(number) => format!("file descriptor {number}"),
            Self::File(path) => path.display().to_string(),
            Self::Pass(_) => "the value of pass:".to_owned(),
            Self::Prompt => "the terminal".to_owned(),
            Self::Stdin => "standard input".to_owned(),
        }
    }
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretSource(…)")
    }
}

/// Reads a source from the command line; unlike clap's own parser, its error does not show the value.
#[derive(Debug, Clone, Copy)]
pub struct SecretSourceParser;

impl clap::builder::ValueParserFactory for SecretSource {
    type Parser = SecretSourceParser;

    fn value_parser() -> Self::Parser {
        SecretSourceParser
    }
}

impl clap::builder::TypedValueParser for SecretSourceParser {
    type Value = SecretSource;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parsed = value.to_str().ok_or_else(|| "the source is not UTF-8".to_owned()).and_then(str::parse);
        parsed.map_err(|why| {
            let argument = argument.map_or_else(|| "a secret's source".to_owned(), ToString::to_string);
            command.clone().error(clap::error::ErrorKind::ValueValidation, format!("{argument}: {why}"))
        })
    }
}
