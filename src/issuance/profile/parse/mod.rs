//! From what was read to what is true: the only way a [`Rules`] comes to be.

use std::collections::BTreeMap;

use self::extensions::extensions;
use self::key::key;
use self::names::{names, subject};
use super::config::{KindConfig, NameConstraintsConfig, ProfileConfig, UniqueMap, ValidityConfig, VariableConfig};
use super::pattern::glob;
use super::rules::{Rules, UrlList, ValidityRules, VariableRules};
use super::template::{Escape, Template, is_variable};
use crate::notation::{Fault, hint};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::Span;
use crate::x509::{KeyUsage, Oid};

mod extensions;
mod key;
mod names;

/// Turns a profile file into rules, or says what is wrong with it and where.
pub(super) fn parse(config: ProfileConfig) -> Result<Rules, Fault> {
    let authority = config.kind == KindConfig::Authority;
    let variables = variables(config.variables).map_err(|fault| fault.at("variables"))?;
    let known: Vec<&str> = ["name", "authority"].into_iter().chain(variables.keys().map(String::as_str)).collect();
    let usages = |list: &[String], key: &str| key_usage(list).map_err(|fault| fault.at(key));
    let urls = |list: Option<Vec<String>>, key: &str| urls(list, &known).map_err(|fault| fault.at(key));
    let rules = Rules {
        authority,
        key: key(&config.key).map_err(|fault| fault.at("key"))?,
        validity: validity(&config.validity).map_err(|fault| fault.at("validity"))?,
        subject: subject(&config.subject, &known).map_err(|fault| fault.at("subject"))?,
        names: names(&config.names, &known).map_err(|fault| fault.at("names"))?,
        key_usage: usages(&config.key_usage, "key_usage")?,
        key_usage_rsa: usages(&config.key_usage_rsa, "key_usage_rsa")?,
        key_usage_ec: usages(&config.key_usage_ec, "key_usage_ec")?,
        extended_key_usage: each(&config.extended_key_usage, "extended_key_usage", super::purpose::parse)?,
        extended_key_usage_critical: config.extended_key_usage_critical,
        path_len: config.basic_constraints.path_len,
        shut_other_kinds: config.name_constraints.shut_other_kinds,
        name_constraints: name_constraints(&config.name_constraints).map_err(|fault| fault.at("name_constraints"))?,
        policies: each(&config.policies, "policies", dotted)?,
        crl_distribution_points: urls(config.crl_distribution_points, "crl_distribution_points")?,
        ca_issuers: urls(config.ca_issuers, "ca_issuers")?,
        ocsp: urls(config.ocsp, "ocsp")?,
        ocsp_nocheck: config.ocsp_nocheck,
        extensions: extensions(&config.extensions, &known).map_err(|fault| fault.at("extensions"))?,
        description: description(config.description)?,
        variables,
    };
    consistent(&rules)?;
    Ok(rules)
}

/// Rules between fields.
fn consistent(rules: &Rules) -> Result<(), Fault> {
    let cert_sign = rules.key_usage.contains(KeyUsage::KEY_CERT_SIGN);
    let all_usages = rules.key_usage.with(rules.key_usage_rsa).with(rules.key_usage_ec);
    if rules.authority && !cert_sign {
        return Err(Fault::new("an authority needs keyCertSign").at("key_usage"));
    }
    if !rules.authority && all_usages.contains(KeyUsage::KEY_CERT_SIGN) {
        return Err(Fault::new("keyCertSign is for \"kind\": \"authority\"").at("key_usage"));
    }
    if !rules.authority && rules.path_len.is_some() {
        return Err(Fault::new("a path length is for \"kind\": \"authority\"").at("path_len").at("basic_constraints"));
    }
    if !rules.authority && rules.name_constraints != NameConstraints::default() {
        return Err(Fault::new("name constraints are for \"kind\": \"authority\"").at("name_constraints"));
    }
    if rules.extended_key_usage_critical && rules.extended_key_usage.is_empty() {
        return Err(Fault::new("there is no extended_key_usage to be critical").at("extended_key_usage_critical"));
    }
    Ok(())
}

/// Parses every element of a list, refusing duplicates.
fn each<T: PartialEq>(list: &[String], key: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Fault> {
    let mut read_so_far = Vec::with_capacity(list.len());
    for (index, text) in list.iter().enumerate() {
        let fault = |why: String| Fault::new(why).at_index(index).at(key);
        let value = read(text).map_err(fault)?;
        if read_so_far.contains(&value) {
            return Err(fault(format!("{text:?} stands here twice")));
        }
        read_so_far.push(value);
    }
    Ok(read_so_far)
}

fn description(text: String) -> Result<String, Fault> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Fault::new("one line of text is needed").at("description"));
    }
    Ok(text)
}

fn dotted(text: &str) -> Result<Oid, String> {
    Oid::new(text).map_err(|_| format!("{text:?} is no object identifier, such as \"1.3.6.1.4.1.99999.1\""))
}

fn variables(config: UniqueMap<VariableConfig>) -> Result<BTreeMap<String, VariableRules>, Fault> {
    let mut variables = BTreeMap::new();
    for (name, config) in config.0 {
        let VariableConfig { description, default, pattern } = config;
        if matches!(name.as_str(), "name" | "authority") {
            return Err(Fault::new("this variable is built in").at(&name));
        }
        if !is_variable(&name) {
            return Err(Fault::new("a variable's name is made of letters, digits and underscores").at(&name));
        }
        if let (Some(pattern), Some(default)) = (&pattern, &default)
            && !glob(pattern, default)
        {
            return Err(Fault::new(format!("the default does not fit the pattern {pattern:?}"))
                .at("default")
                .at(&name));
        }
        variables.insert(name, VariableRules { description, default, pattern });
    }
    Ok(variables)
}

fn validity(config: &ValidityConfig) -> Result<ValidityRules, Fault> {
    let span = |text: &str, key: &str| -> Result<Span, Fault> {
        Span::parse(text).map_err(|error| Fault::new(error.to_string()).at(key))
    };
    let default = span(&config.default, "default")?;
    let max = config.max.as_deref().map(|text| span(text, "max")).transpose()?;
    let backdate = match config.backdate.as_deref() {
        None => Span { months: 0, seconds: 300 },
        Some("0" | "0s") => Span::default(),
        Some(text) => span(text, "backdate")?,
    };
    if approximate_seconds(default) <= 0 {
        return Err(Fault::new("a certificate lives longer than that").at("default"));
    }
    if max.is_some_and(|max| approximate_seconds(default) > approximate_seconds(max)) {
        return Err(Fault::new("longer than max").at("default"));
    }
    if backdate.months != 0 || !(0..=7 * 86_400).contains(&backdate.seconds) {
        return Err(Fault::new("from 0 to 7 days").at("backdate"));
    }
    Ok(ValidityRules { default, max, backdate })
}

/// For comparing: a month counts 30.4 days.
fn approximate_seconds(span: Span) -> i64 {
    i64::from(span.months).saturating_mul(2_629_746).saturating_add(span.seconds)
}

fn key_usage(list: &[String]) -> Result<KeyUsage, Fault> {
    let mut usage = KeyUsage::default();
    for (index, text) in list.iter().enumerate() {
        let word = if text == "contentCommitment" { "nonRepudiation" } else { text };
        let bit = KeyUsage::from_name(word).ok_or_else(|| {
            Fault::new(format!("unknown key usage {text:?}{}", hint(text, &KeyUsage::NAMES))).at_index(index)
        })?;
        if usage.contains(bit) {
            return Err(Fault::new(format!("{text:?} stands here twice")).at_index(index));
        }
        usage = usage.with(bit);
    }
    Ok(usage)
}

fn name_constraints(config: &NameConstraintsConfig) -> Result<NameConstraints, Fault> {
    let read = |text: &str| Subtree::parse(text).map_err(|error| error.to_string());
    Ok(NameConstraints {
        permitted: each(&config.permit, "permit", read)?,
        excluded: each(&config.exclude, "exclude", read)?,
    })
}

fn urls(list: Option<Vec<String>>, known: &[&str]) -> Result<UrlList, Fault> {
    let Some(list) = list else {
        return Ok(UrlList::FromStore);
    };
    let mut templates = Vec::with_capacity(list.len());
    for (index, text) in list.iter().enumerate() {
        let fault = |why: String| Fault::new(why).at_index(index);
        let template = Template::compile(text, Escape::Url, known).map_err(fault)?;
        if !["http://", "https://", "ldap://", "ldaps://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(fault(format!("{text:?} is no URL of http, https or ldap")));
        }
        templates.push(template);
    }
    Ok(UrlList::These(templates))
}
