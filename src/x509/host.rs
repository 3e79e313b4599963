//! Host names: what is one, and how an internationalised one is written in ASCII.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::display::{escape, is_deceptive};

/// Longest text that is looked at; a name has 253 octets, its Unicode form may have a few more.
const MAX_INPUT: usize = 1024;

/// Turns a host name as typed into lower-case A-labels (UTS 46) and checks it; a trailing dot is dropped. No wildcard.
pub(crate) fn to_ascii(text: &str) -> Result<String, String> {
    if text.len() > MAX_INPUT {
        return Err("it is longer than any DNS name".into());
    }
    // Joiners are meaningful in some scripts; UTS 46 judges them by their neighbours.
    if text.chars().any(|character| is_deceptive(character) && !matches!(character, '\u{200c}' | '\u{200d}')) {
        return Err("it has an invisible character".into());
    }
    let text = text.strip_suffix(['.', '\u{3002}']).unwrap_or(text);
    let ascii = if text.is_ascii() { text.to_ascii_lowercase() } else { map(text)? };
    check(&ascii)?;
    Ok(ascii)
}

/// Checks a host name: LDH labels of 1 to 63 octets, 253 in all, valid A-labels, and no number as the last label.
pub(crate) fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("it is empty".into());
    }
    if name.len() > 253 {
        return Err(format!("it has {} octets, a DNS name has at most 253", name.len()));
    }
    name.split('.').try_for_each(check_label)?;
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(format!("it is an IPv4 address and no host name: ip:{name} would be that"));
    }
    if reads_as_address(name) {
        return Err(
            "its last label is a number, so it reads as an IPv4 address, which it is not (four numbers of 0 to 255, \
                    without leading zeros)"
                .into(),
        );
    }
    let has_a_label =
        name.split('.').any(|label| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")));
    if has_a_label && !map(name).is_ok_and(|mapped| mapped.eq_ignore_ascii_case(name)) {
        return Err("an xn-- label in it is not valid".into());
    }
    Ok(())
}

/// Whether browsers would take a host for an IPv4 address, valid or not: its last label is a number (WHATWG URL §3.5).
pub(crate) fn reads_as_address(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_number = !last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit());
    let hex_digits = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    is_number || hex_digits.is_some_and(|digits| digits.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

fn check_label(label: &str) -> Result<(), String> {
    let shown = escape(label);
    if label.is_empty() {
        return Err("it has an empty label (two dots in a row, or one at an end)".into());
    }
    if label.len() > 63 {
        return Err(format!("a label has {} octets, at most 63 are allowed", label.len()));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(format!("the label \"{shown}\" starts or ends with a hyphen"));
    }
    match label.chars().find(|character| !character.is_ascii_alphanumeric() && *character != '-') {
        None => Ok(()),
        Some('_') => Err(format!("the label \"{shown}\" has an underscore, which host names cannot have")),
        Some('*') => Err("a wildcard is a * that is the whole first label, as in *.example.test".into()),
        Some('\0') => Err("it has a NUL character".into()),
        Some(_) => Err(format!("the label \"{shown}\" has other characters than letters, digits and hyphens")),
    }
}

fn map(text: &str) -> Result<String, String> {
    let mapped =
        Uts46::new().to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Ignore);
    mapped.map(std::borrow::Cow::into_owned).map_err(|_| "it is no valid internationalised name (UTS 46)".into())
}
