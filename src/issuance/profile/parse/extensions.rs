//! Extensions that a profile spells out.

use super::dotted;
use crate::issuance::profile::config::ExtensionConfig;
use crate::issuance::profile::rules::{ExtraExtension, ExtraValue};
use crate::issuance::profile::template::{Escape, Template};
use crate::notation::Fault;
use crate::x509::{Oid, oid, tlv};

pub(super) fn extensions(list: &[ExtensionConfig], known: &[&str]) -> Result<Vec<ExtraExtension>, Fault> {
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
