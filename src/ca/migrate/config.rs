//! OpenSSL's configuration files, as far as an authority's paths need them: sections, values and `$variables`.

use std::collections::HashMap;

use crate::ca::CaError;
use crate::x509::escape;

/// Longest value, as in OpenSSL: variables could make it grow without end.
const MAX_VALUE: usize = 64 * 1024;

/// A configuration file, variables replaced.
#[derive(Debug, Clone, Default)]
pub struct OpensslConfig {
    sections: HashMap<String, HashMap<String, String>>,
    /// Whether it includes other files, which are not read.
    pub includes: bool,
}

impl OpensslConfig {
    /// Reads a configuration (config(5)): `[ section ]`, `name = value`, `#` comments, lines that go on after `\`, quotes, and
    /// `$name`, `${name}`, `$(name)`, `$section::name` and `$ENV::name`, which `environment` answers.
    ///
    /// # Errors
    /// [`CaError::Import`] names the line.
    pub fn parse(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, CaError> {
        let mut config = Self::default();
        let mut section = "default".to_owned();
        let mut open = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            open.push_str(line);
            if let Some(start) = open.strip_suffix('\\') {
                open = start.to_owned();
                continue;
            }
            let line = std::mem::take(&mut open);
            let wrong = |why: String| CaError::Import(format!("line {number}: {why}"));
            let plain = without_comment(&line).trim();
            if plain.is_empty() {
                continue;
            }
            if plain.starts_with(".include") {
                config.includes = true;
            } else if let Some(rest) = plain.strip_prefix('[') {
                let name = rest.strip_suffix(']').ok_or_else(|| wrong("the section's name has no end".to_owned()))?;
                name.trim().clone_into(&mut section);
            } else if let Some((name, value)) = plain.split_once('=') {
                let (name, value) = (name.trim(), value.trim());
                let (section, name) = name.split_once("::").unwrap_or((&section, name));
                let value = config.expand(section, value, environment).map_err(wrong)?;
                config.sections.entry(section.to_owned()).or_default().insert(name.to_owned(), value);
            } else if !plain.starts_with('.') {
                return Err(wrong("neither a section nor NAME = VALUE".to_owned()));
            }
        }
        Ok(config)
    }

    /// A value: of the section, else of the file's beginning.
    pub fn value(&self, section: &str, name: &str) -> Option<&str> {
        [section, "default"].iter().find_map(|section| self.sections.get(*section)?.get(name)).map(String::as_str)
    }

    fn expand(
        &self,
        section: &str,
        text: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, String> {
        let mut value = String::new();
        let mut rest = text;
        let mut quote = None;
        while let Some(next) = rest.chars().next() {
            rest = &rest[next.len_utf8()..];
            match next {
                '\\' if quote != Some('\'') => {
                    value.extend(rest.chars().next());
                    rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
                }
                '"' | '\'' | '`' if quote.is_none_or(|quote| quote == next) => {
                    quote = if quote.is_none() { Some(next) } else { None };
                }
                '$' if quote != Some('\'') => {
                    let (name, after) = variable(rest)?;
                    let found = match name.split_once("::") {
                        Some(("ENV", name)) => environment(name),
                        Some((section, name)) => self.sections.get(section).and_then(|found| found.get(name)).cloned(),
                        None => self.value(section, name).map(str::to_owned),
                    };
                    value.push_str(&found.ok_or_else(|| format!("the variable ${} has no value", escape(name)))?);
                    rest = after;
                }
                other => value.push(other),
            }
            if value.len() > MAX_VALUE {
                return Err(format!("a value of more than {MAX_VALUE} octets"));
            }
        }
        Ok(value)
    }
}

/// The name of a variable after its `$`, and what follows it.
fn variable(text: &str) -> Result<(&str, &str), String> {
    for (open, close) in [('{', '}'), ('(', ')')] {
        if let Some(inner) = text.strip_prefix(open) {
            return inner.split_once(close).ok_or_else(|| format!("a variable's {open} is not closed"));
        }
    }
    let word =
        |text: &str| text.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(text.len());
    let mut end = word(text);
    if let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix("::")) {
        end += 2 + word(rest);
    }
    Ok(text.split_at(end))
}

/// A line up to its comment: a `#` that is neither quoted nor after a backslash.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, next) in line.char_indices() {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '#' if quote.is_none() => return &line[..at],
            '"' | '\'' | '`' if quote.is_none_or(|quote| quote == next) => {
                quote = if quote.is_none() { Some(next) } else { None };
            }
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<OpensslConfig, CaError> {
        OpensslConfig::parse(text, &|name| (name == "PKI").then(|| "/srv/pki".to_owned()))
    }

    #[test]
    fn an_authoritys_paths_are_found() {
        let config = parse(
            "HOME = . # here\n[ ca ]\ndefault_ca = CA_default\n[CA_default]\ndir = ./demoCA\ndatabase=$dir/index.txt\n\
             new_certs_dir = ${dir}/new\\\ncerts\nprivate_key = $(dir)/private/$HOME/cakey.pem\ncrl = $CA_default::dir/crl.pem\n\
             certificate = $ENV::PKI/ca.pem\nRANDFILE = \"a # b\" \n.include other.cnf\n",
        )
        .unwrap();
        for (name, value) in [
            ("database", "./demoCA/index.txt"),
            ("new_certs_dir", "./demoCA/newcerts"),
            ("private_key", "./demoCA/private/./cakey.pem"),
            ("crl", "./demoCA/crl.pem"),
            ("certificate", "/srv/pki/ca.pem"),
            ("RANDFILE", "a # b"),
            ("HOME", "."),
        ] {
            assert_eq!(config.value("CA_default", name), Some(value), "{name}");
        }
        assert_eq!(config.value("ca", "default_ca"), Some("CA_default"));
        assert_eq!(config.value("CA_default", "serial"), None);
        assert!(config.includes);
    }

    #[test]
    fn what_cannot_be_resolved_is_refused_with_its_line() {
        let bomb: String = (0..40).map(|step| format!("a{} = $a{step}$a{step}\n", step + 1)).collect();
        for (text, why) in [
            ("\n[ca", "line 2: the section"),
            ("x", "neither"),
            ("a = $b", "no value"),
            ("a = $ENV::NOT", "no value"),
            ("a = ${b", "not closed"),
            (&format!("a0 = xxxxxxxx\n{bomb}"), "more than"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
