//! From what was read to what is true: the only way a [`Rules`] comes to be.

use std::collections::BTreeMap;

use super::config::{
    AttributesConfig, ExtensionConfig, KeyConfig, KindConfig, MaxConfig, NameConstraintsConfig, NamesConfig,
    ProfileConfig, RequiredConfig, SubjectConfig, UniqueMap, ValidityConfig, VariableConfig,
};
use super::pattern::{NameKind, Pattern, glob};
use super::position::Fault;
use super::rules::{
    AttributeTypes, ExtraExtension, ExtraValue, KeyPolicy, Names, Required, Rules, SubjectTemplate, UrlList,
    ValidityRules, VariableRules,
};
use super::suggest::hint;
use super::template::{Escape, Template, is_variable};
use crate::keys::{Algorithm, KeyRules};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::Span;
use crate::x509::{KeyUsage, Name, Oid, oid, tlv};

/// Turns a profile file into rules, or says what is wrong with it and where.
pub(super) fn parse(config: ProfileConfig) -> Result<Rules, Fault> {
    let authority = config.kind == KindConfig::Authority;
    let variables = variables(config.variables).map_err(|fault| fault.at("variables"))?;
    let known: Vec<&str> = ["name", "authority"].into_iter().chain(variables.keys().map(String::as_str)).collect();
    let usages = |list: &[String], key: &str| key_usage(list).map_err(|fault| fault.at(key));
    let urls = |list: Option<Vec<String>>, key: &str| urls(list, &known).map_err(|fault| fault.at(key));
    let rules = Rules {
        authority,
        key: key(&config.key, authority).map_err(|fault| fault.at("key"))?,
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

fn key(config: &KeyConfig, authority: bool) -> Result<KeyPolicy, Fault> {
    const RSA_PSS: &str = "rsa-pss";
    let read = |text: &str| {
        text.parse::<Algorithm>().map_err(|_| {
            let words: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).chain([RSA_PSS]).collect();
            format!("unknown key algorithm {text:?}{}", hint(text, &words))
        })
    };
    let (algorithms, rsa_pss) = match &config.algorithms {
        None => (Algorithm::ALL.to_vec(), true),
        Some(list) => {
            let read = each(list, "algorithms", |text| match text {
                RSA_PSS => Ok(None),
                text => read(text).map(Some),
            })?;
            let rsa_pss = read.contains(&None);
            (read.into_iter().flatten().collect(), rsa_pss)
        }
    };
    let default = match &config.default {
        Some(text) => read(text).map_err(|why| Fault::new(why).at("default"))?,
        None if algorithms.contains(&Algorithm::EcP256) => Algorithm::EcP256,
        None => *algorithms.first().ok_or_else(|| Fault::new("no algorithm can be generated").at("algorithms"))?,
    };
    if !algorithms.contains(&default) {
        return Err(Fault::new(format!("{default} is not among the algorithms")).at("default"));
    }
    let mut rules = KeyRules { any_rsa_exponent: config.any_rsa_exponent, ..KeyRules::default() };
    let smallest = algorithms.iter().find_map(|algorithm| match algorithm {
        Algorithm::Rsa2048 => Some(2048),
        Algorithm::Rsa3072 => Some(3072),
        Algorithm::Rsa4096 => Some(4096),
        _ => None,
    });
    rules.min_rsa_bits = config.min_rsa_bits.or(smallest).unwrap_or(rules.min_rsa_bits);
    if !(2048..=rules.max_rsa_bits).contains(&rules.min_rsa_bits) {
        let why = format!("RSA keys have 2048 to {} bits", rules.max_rsa_bits);
        return Err(Fault::new(why).at("min_rsa_bits"));
    }
    let generated = match default {
        Algorithm::Rsa2048 => Some(2048),
        Algorithm::Rsa3072 => Some(3072),
        Algorithm::Rsa4096 => Some(4096),
        _ => None,
    };
    if generated.is_some_and(|bits| bits < rules.min_rsa_bits) {
        return Err(Fault::new(format!("{default} has fewer than {} bits", rules.min_rsa_bits)).at("default"));
    }
    let _ = authority;
    Ok(KeyPolicy { algorithms, rsa_pss, default, rules })
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

fn subject(config: &SubjectConfig, known: &[&str]) -> Result<SubjectTemplate, Fault> {
    let source = config.template.as_deref().unwrap_or_default();
    let fault = |why: String| Fault::new(why).at("template");
    let whole = Template::compile(source, Escape::Subject, known).map_err(fault)?;
    let parts = if source.is_empty() {
        Vec::new()
    } else if whole.is_plain() {
        let compile = |part: &str| Template::compile(part.trim(), Escape::Subject, known);
        split_rdns(source).into_iter().map(compile).collect::<Result<_, _>>().map_err(fault)?
    } else {
        vec![whole]
    };
    for part in parts.iter().filter(|part| part.is_plain()) {
        // Two characters fit every type: a country has no fewer and no more.
        let text = part.render_with("XX");
        Name::parse(&text).map_err(|error| fault(error.to_string()))?;
    }
    Ok(SubjectTemplate {
        parts,
        from_csr: attribute_types(&config.from_csr).map_err(|fault| fault.at("from_csr"))?,
        from_operator: attribute_types(&config.from_operator).map_err(|fault| fault.at("from_operator"))?,
    })
}

/// Cuts at commas that are neither escaped nor quoted.
fn split_rdns(source: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped, mut quoted) = (Vec::new(), 0, false, false);
    for (index, c) in source.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&source[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&source[start..]);
    parts
}

fn attribute_types(config: &AttributesConfig) -> Result<AttributeTypes, Fault> {
    let AttributesConfig::List(list) = config else {
        return Ok(AttributeTypes::Any);
    };
    let mut types = Vec::with_capacity(list.len());
    for (index, text) in list.iter().enumerate() {
        // The parser of names is the judge of what a type is; it also gives its usual spelling.
        let attribute = Name::parse(&format!("{text}=XX")).ok().and_then(|name| {
            let attributes = name.attributes();
            (attributes.len() == 1).then(|| attributes.into_iter().next().map(|(attribute, _)| attribute)).flatten()
        });
        let attribute = attribute.ok_or_else(|| {
            let words = [
                "CN",
                "O",
                "OU",
                "C",
                "ST",
                "L",
                "STREET",
                "DC",
                "UID",
                "SN",
                "GN",
                "SERIALNUMBER",
                "TITLE",
                "emailAddress",
            ];
            Fault::new(format!("unknown attribute type {text:?}{}", hint(text, &words))).at_index(index)
        })?;
        types.push(attribute);
    }
    Ok(AttributeTypes::These(types))
}

fn names(config: &NamesConfig, known: &[&str]) -> Result<Names, Fault> {
    let lists = [
        (NameKind::Dns, &config.dns),
        (NameKind::Ip, &config.ip),
        (NameKind::Email, &config.email),
        (NameKind::Uri, &config.uri),
        (NameKind::Upn, &config.upn),
    ];
    let mut patterns = BTreeMap::new();
    for (kind, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        patterns.insert(kind, each(list, kind.as_str(), |text| Pattern::parse(kind, text))?);
    }
    let kind = |text: &str| -> Result<NameKind, String> {
        let words = NameKind::ALL.map(NameKind::as_str);
        let kind = NameKind::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| format!("unknown kind of names {text:?}{}", hint(text, &words)))
    };
    let required = match &config.required {
        RequiredConfig::Any(false) => Required::Nothing,
        RequiredConfig::Any(true) => Required::AnyName,
        RequiredConfig::Kinds(list) => Required::Kinds(each(list, "required", kind)?),
    };
    if required != Required::Nothing && patterns.is_empty() && config.add.is_empty() {
        return Err(Fault::new("names are required, but none are allowed").at("required"));
    }
    let (max, max_of_kind) = match &config.max {
        None => (None, BTreeMap::new()),
        Some(MaxConfig::Total(max)) => (Some(*max), BTreeMap::new()),
        Some(MaxConfig::Kinds(map)) => {
            let mut kinds = BTreeMap::new();
            for (text, max) in &map.0 {
                kinds.insert(kind(text).map_err(|why| Fault::new(why).at("max"))?, *max);
            }
            (None, kinds)
        }
    };
    let mut add = Vec::with_capacity(config.add.len());
    for (index, text) in config.add.iter().enumerate() {
        let fault = |why: String| Fault::new(why).at_index(index).at("add");
        let template = Template::compile(text, Escape::Plain, known).map_err(fault)?;
        if let Some(text) = template.constant() {
            text.parse::<crate::x509::GeneralName>().map_err(|error| fault(error.to_string()))?;
        }
        add.push(template);
    }
    Ok(Names { patterns, wildcards: config.wildcards, required, max, max_of_kind, add })
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

fn extensions(list: &[ExtensionConfig], known: &[&str]) -> Result<Vec<ExtraExtension>, Fault> {
    let mut extensions: Vec<ExtraExtension> = Vec::with_capacity(list.len());
    for (index, config) in list.iter().enumerate() {
        let at = |why: String, key: &str| Fault::new(why).at(key).at_index(index);
        let oid = dotted(&config.oid).map_err(|why| at(why, "oid"))?;
        if let Some(field) = own_field(&oid) {
            return Err(at(format!("{} is written as {field}", config.oid), "oid"));
        }
        if extensions.iter().any(|extension| extension.oid == oid) {
            return Err(at(format!("{} stands here twice", config.oid), "oid"));
        }
        let value = extension_value(&config.value, known).map_err(|why| at(why, "value"))?;
        extensions.push(ExtraExtension { oid, critical: config.critical, value });
    }
    Ok(extensions)
}

/// The field of a profile that stands for an extension.
fn own_field(extension: &Oid) -> Option<&'static str> {
    [
        (oid::SUBJECT_KEY_IDENTIFIER, "nothing: every certificate has it"),
        (oid::AUTHORITY_KEY_IDENTIFIER, "nothing: every certificate has it"),
        (oid::KEY_USAGE, "\"key_usage\""),
        (oid::SUBJECT_ALT_NAME, "\"names\""),
        (oid::BASIC_CONSTRAINTS, "\"kind\" and \"basic_constraints\""),
        (oid::NAME_CONSTRAINTS, "\"name_constraints\""),
        (oid::CRL_DISTRIBUTION_POINTS, "\"crl_distribution_points\""),
        (oid::CERTIFICATE_POLICIES, "\"policies\""),
        (oid::EXTENDED_KEY_USAGE, "\"extended_key_usage\""),
        (oid::AUTHORITY_INFO_ACCESS, "\"ca_issuers\" and \"ocsp\""),
        (oid::OCSP_NOCHECK, "\"ocsp_nocheck\""),
    ]
    .into_iter()
    .find_map(|(known, field)| (known == *extension).then_some(field))
}

fn extension_value(text: &str, known: &[&str]) -> Result<ExtraValue, String> {
    use base64::Engine as _;
    let der = |bytes: Vec<u8>| {
        tlv::Tlv::only(&bytes).map_err(|why| format!("the value is not one DER element: {why}"))?;
        Ok(ExtraValue::Der(bytes))
    };
    let string = |tag: u8, text: &str| Ok(ExtraValue::Text(tag, Template::compile(text, Escape::Plain, known)?));
    match text.split_once(':') {
        None if text == "asn1-null" => Ok(ExtraValue::Der(vec![tlv::NULL, 0])),
        Some(("hex", digits)) => der(hex(digits).ok_or("hex: wants an even number of hex digits")?),
        Some(("base64", text)) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text);
            der(bytes.map_err(|error| format!("base64: {error}"))?)
        }
        Some(("utf8", text)) => string(tlv::UTF8_STRING, text),
        Some(("ia5", text)) => string(tlv::IA5_STRING, text),
        _ => Err("a value is \"hex:…\" or \"base64:…\" (DER), \"utf8:…\", \"ia5:…\" or \"asn1-null\"".into()),
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let digits: String = digits.chars().filter(|c| !matches!(c, ' ' | ':')).collect();
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
