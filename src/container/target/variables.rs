//! The variables of templates and what values they may have: none that a configuration file or a shell would take apart.

use std::collections::BTreeMap;

use minijinja::Value;

use super::table::{LayoutConfig, VariableConfig, VariableKind};
use super::{Subject, Target, TargetError, template};
use crate::x509::{Certificate, GeneralName, escape};

/// Values for the templates of a layout.
#[derive(Debug, Clone)]
pub struct Variables {
    pub(super) values: BTreeMap<String, Value>,
}

impl Variables {
    pub(super) fn resolve(
        target: &Target,
        layout: &LayoutConfig,
        given: &BTreeMap<String, String>,
        subject: &Subject<'_>,
        dir: &str,
    ) -> Result<Self, TargetError> {
        let known = &target.table.variables;
        if let Some(unknown) = given.keys().find(|name| *name != "dir" && !known.contains_key(*name)) {
            let names: Vec<&str> = known.keys().map(String::as_str).chain(["dir"]).collect();
            return Err(TargetError::Variable(format!(
                "{} has no variable {}; it has {}",
                target.name,
                escape(unknown),
                names.join(", ")
            )));
        }
        let dir = given.get("dir").map_or(dir, String::as_str);
        check_path(dir)?;
        let mut values = BTreeMap::from([
            ("dir".to_owned(), Value::from(dir.trim_end_matches('/'))),
            ("format".to_owned(), Value::from(layout.format.as_str())),
            ("dns".to_owned(), Value::from(dns(subject.certificate))),
            ("host".to_owned(), Value::from(host(subject.certificate))),
            ("intermediates".to_owned(), Value::from(!subject.intermediates.is_empty())),
            ("name".to_owned(), Value::from(subject.name)),
            ("store_type".to_owned(), Value::from(if layout.format == "p12" { "PKCS12" } else { "JKS" })),
            ("role".to_owned(), Value::from(layout.role.as_str())),
        ]);
        let built_in = values.clone();
        for (name, variable) in known {
            let value = match given.get(name) {
                Some(value) => value.clone(),
                None => template::render(&variable.default, &built_in)
                    .map_err(|why| TargetError::Table { name: target.name.to_owned(), why })?,
            };
            check(name, variable, &value)?;
            values.insert(name.clone(), Value::from(value));
        }
        Ok(Self { values })
    }
}

/// What stands in a snippet where the certificate does not say which host is meant.
pub(super) const PLACEHOLDER: &str = "HOST";

/// The host for URLs and addresses in snippets: the first one that the certificate is for. A wildcard is none.
fn host(certificate: &Certificate) -> String {
    let mut hosts = certificate.subject_alt_names.iter().filter_map(|name| match name {
        GeneralName::Dns(host) => Some(host.clone()),
        GeneralName::Ip(std::net::IpAddr::V6(address)) => Some(format!("[{address}]")),
        GeneralName::Ip(address) => Some(address.to_string()),
        _ => None,
    });
    let fine = |host: &String| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    hosts.find(fine).unwrap_or_else(|| PLACEHOLDER.to_owned())
}

/// The DNS name for where no address can stand, such as the hosts of an Ingress: the first one, a wildcard too.
fn dns(certificate: &Certificate) -> String {
    let mut names = certificate.subject_alt_names.iter().filter_map(|name| match name {
        GeneralName::Dns(host) => Some(host.clone()),
        _ => None,
    });
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    names.find(|name| plain(name.strip_prefix("*.").unwrap_or(name))).unwrap_or_else(|| PLACEHOLDER.to_owned())
}

/// Every program reads a path in quotes; quotes, backslashes, braces, dollar signs and the like in it mean something else in
/// each.
fn check_path(path: &str) -> Result<(), TargetError> {
    let fits = |c: char| c.is_alphanumeric() || " /._-+@:,=~()".contains(c);
    match path.chars().find(|c| !fits(*c)) {
        None if !path.is_empty() => Ok(()),
        None => Err(TargetError::Variable("the directory dir is empty".to_owned())),
        Some(c) => Err(TargetError::Variable(format!(
            "the directory {} holds {:?}, which configuration files do not take as it is: name another one with --set dir=DIR",
            escape(path),
            c
        ))),
    }
}

fn check(name: &str, variable: &VariableConfig, value: &str) -> Result<(), TargetError> {
    let label = |text: &str| {
        (1..=63).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    let word = |text: &str, more: &[u8]| {
        (1..=253).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte) || more.contains(&byte))
            && !text.starts_with(['.', '-'])
    };
    let (fits, what) = match variable.kind {
        VariableKind::Choice => {
            (variable.choices.iter().any(|choice| choice == value), format!("one of {}", variable.choices.join(", ")))
        }
        VariableKind::Host => (word(value, b":[]"), "a host, perhaps with a port".to_owned()),
        VariableKind::Label => {
            (label(value), "1 to 63 lower-case letters, digits and hyphens, no hyphen at either end".to_owned())
        }
        VariableKind::Number => {
            ((1..=9).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()), "a number".to_owned())
        }
        VariableKind::Subdomain => (
            value.len() <= 253 && value.split('.').all(label),
            "lower-case letters, digits and hyphens, with dots between".to_owned(),
        ),
        VariableKind::Word => (word(value, b""), "letters, digits and . _ -".to_owned()),
    };
    if fits {
        return Ok(());
    }
    Err(TargetError::Variable(format!("{name} cannot be \"{}\": it is {what}", escape(value))))
}
