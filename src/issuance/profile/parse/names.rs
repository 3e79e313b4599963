//! Subject and alternative names.

use std::collections::BTreeMap;

use super::each;
use crate::issuance::profile::config::{AttributesConfig, MaxConfig, NamesConfig, RequiredConfig, SubjectConfig};
use crate::issuance::profile::pattern::{NameKind, Pattern};
use crate::issuance::profile::rules::{AttributeTypes, Names, Required, SubjectTemplate};
use crate::issuance::profile::template::{Escape, Template};
use crate::notation::{Fault, hint};
use crate::x509::Name;

pub(super) fn subject(config: &SubjectConfig, known: &[&str]) -> Result<SubjectTemplate, Fault> {
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

pub(super) fn names(config: &NamesConfig, known: &[&str]) -> Result<Names, Fault> {
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
