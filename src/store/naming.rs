//! Words that are safe as one path component.

use ring::digest::{SHA256, digest};

use super::{StoreError, event};
use crate::x509::GeneralName;

const MAX_LINEAGE: usize = 100;
const MAX_AUTHORITY: usize = 64;
/// Hex digits of the hash that keeps names apart.
const HASH_DIGITS: usize = 16;

/// Turns any text (a name from a hostile request) into a word that is safe as one path component: lower-case letters, digits
/// and `._@-`, never starting with a dot or dash, at most 100 characters, never a Windows device name; `*` becomes `_`. Where
/// something was lost, a short hash of the text keeps different texts apart. A name that may be written in several ways (letter case,
/// a trailing dot, A-labels, a forced type, an IPv6 address) has one word for all of them.
pub fn lineage_name(text: &str) -> String {
    let text = &*canonical(text);
    // `*.` and `_.` would meet in one word: the wildcard, which is far more common, keeps it.
    let (plain, taken) = match text.strip_prefix("*.") {
        Some(rest) => (format!("_.{rest}"), false),
        None => (text.to_owned(), text.starts_with("_.") || text == "_"),
    };
    if !taken && is_word(&plain) && !ends_like_hash(&plain) {
        return plain;
    }
    let kept: String = plain.chars().map(replacement).take(MAX_LINEAGE - HASH_DIGITS - 1).collect();
    let kept = kept.trim_start_matches(['.', '-']).trim_end_matches(['.', '-']);
    let kept = if kept.is_empty() || is_device(kept) { "_" } else { kept };
    let hash = event::hex(digest(&SHA256, text.as_bytes()).as_ref());
    format!("{kept}-{}", &hash[..HASH_DIGITS])
}

/// A name as certificates have it. A single word that is not said to be a host may be a person's or a device's, whose letter case
/// counts.
fn canonical(text: &str) -> String {
    let is_forced = || text.get(..4).is_some_and(|kind| kind.eq_ignore_ascii_case("dns:"));
    match text.parse::<GeneralName>() {
        Ok(GeneralName::Dns(host)) if host.contains('.') || is_forced() => host,
        // A principal name that is said to be one is not the mailbox that is written alike.
        Ok(name @ (GeneralName::Email(_) | GeneralName::Ip(_) | GeneralName::Uri(_))) => name.value(),
        _ => text.to_owned(),
    }
}

/// The lineage that a text names itself: as it is where it may be one, so that what lists and hints show can be typed; else made into
/// one as [`lineage_name`] does.
pub fn lineage_word(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { lineage_name(text) }
}

/// Checks an authority's name: 1–64 of lower-case letters, digits and `._@-`, not starting with a dot or dash, not a Windows
/// device name, and without an ending that `public/` uses (`.chain`, `.crl`, `.cross`, `.crt`, `.delta`, `.pem`).
///
/// # Errors
/// [`StoreError::Invalid`] says what a name may be.
pub fn authority_name(text: &str) -> Result<String, StoreError> {
    let clashes = [".chain", ".crl", ".cross", ".crt", ".delta", ".pem"].iter().any(|ending| text.ends_with(ending));
    if is_word(text) && text.len() <= MAX_AUTHORITY && !clashes {
        return Ok(text.to_owned());
    }
    let shown: String = text.chars().take(MAX_AUTHORITY).flat_map(char::escape_default).collect();
    Err(StoreError::Invalid(format!(
        "'{shown}' cannot name an authority: use 1 to 64 of a-z, 0-9 and ._@-, starting with a letter or digit, not \
         ending in .chain, .crl, .cross, .crt, .delta or .pem, and no device name of Windows (con, aux, nul, com1, …)"
    )))
}

/// Whether a text may be a path component as it is.
pub(super) fn is_word(text: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._@-".contains(&byte);
    (1..=MAX_LINEAGE).contains(&text.len())
        && text.bytes().all(safe)
        && !text.starts_with(['.', '-'])
        && !text.ends_with('.')
        && !is_device(text)
}

/// Whether a text may be a certificate's directory: lower-case hex.
pub(super) fn is_serial(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn replacement(found: char) -> char {
    match found.to_ascii_lowercase() {
        '*' => '_',
        kept @ ('a'..='z' | '0'..='9' | '.' | '_' | '@' | '-') => kept,
        _ => '-',
    }
}

/// Whether a word ends as if it had been given a hash: such a word gets one of its own.
fn ends_like_hash(word: &str) -> bool {
    word.rsplit_once('-').is_some_and(|(_, end)| end.len() == HASH_DIGITS && is_serial(end))
}

/// Whether Windows takes a file name for a device: `con`, `lpt1`, with any extension.
fn is_device(word: &str) -> bool {
    let stem = word.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(stem, "aux" | "con" | "nul" | "prn") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in
            ["localhost", "api.example.com", "10.0.0.1", "ann@example.com", "_dmarc.example.com", "a--b", "com10"]
        {
            assert_eq!(lineage_name(name), name);
        }
        assert_eq!(lineage_name("*.example.com"), "_.example.com");
    }

    #[test]
    fn different_texts_never_share_a_word() {
        let twin = lineage_name("a/b");
        let texts = [
            "*.example.com",
            "_.example.com",
            "a/b",
            "a-b",
            "a\\b",
            "A/B",
            &twin,
            "a*b",
            "a_b",
            "::1",
            "1",
            "",
            "_",
            "*",
            "-",
            ".",
            "..",
            "con",
            "con.txt",
            "_con",
            "x.",
            "x",
            "Example",
            "example",
            "example.com",
            "spiffe://a/b",
            "spiffe:--a-b",
        ];
        let words: std::collections::BTreeSet<String> = texts.iter().map(|text| lineage_name(text)).collect();
        assert_eq!(words.len(), texts.len(), "{words:?}");
    }

    #[test]
    fn a_name_has_one_word_however_it_is_written() {
        for spellings in [
            &["www.corp.test", "WWW.Corp.test", "www.corp.test.", "dns:www.corp.test"][..],
            &["xn--bcher-kva.test", "bücher.test", "Bücher.test"],
            &["*.corp.test", "*.Corp.Test"],
            &["2001:db8::1", "2001:DB8:0::1", "ip:2001:db8::1"],
            &["localhost", "dns:Localhost"],
            &["ann@corp.test", "email:ann@corp.test"],
        ] {
            let words: std::collections::BTreeSet<String> = spellings.iter().map(|text| lineage_name(text)).collect();
            assert_eq!(words.len(), 1, "{words:?}");
        }
        assert_ne!(lineage_name("Ann"), lineage_name("ann"), "these may be two people");
        assert_ne!(lineage_name("upn:ann@corp.test"), lineage_name("ann@corp.test"), "these are for two purposes");
    }

    #[test]
    fn a_lineage_that_is_named_stays_as_it_is() {
        for name in ["localhost", "*.example.com", "_.example.com", "Bob Smith", "a/b", "x.", "", "../x"] {
            let word = lineage_name(name);
            assert_eq!(lineage_word(&word), word);
            assert!(is_word(&lineage_word(name)), "{name}");
        }
    }

    #[test]
    fn hostile_text_becomes_a_safe_word() {
        let long = "é".repeat(5000);
        let long_ascii = "a".repeat(5000);
        for text in [
            "../../etc/passwd",
            "/",
            "\0",
            "a\nb",
            "\u{1b}[2J",
            "NUL",
            "com1.example",
            "~root",
            " ",
            &long,
            &long_ascii,
        ] {
            let word = lineage_name(text);
            assert!(is_word(&word), "{text:?} became {word:?}");
            assert_ne!(word, text);
        }
    }

    #[test]
    fn authority_names_are_words() {
        for name in ["root", "issuing-2", "a", "acme.root"] {
            assert_eq!(authority_name(name).unwrap(), name);
        }
        let long = "a".repeat(65);
        for name in ["", "Root", "../x", "-a", ".a", "a/b", "a.crl", "a.pem", "a.crt", "con", "a.", "ä", &long] {
            assert!(authority_name(name).is_err(), "{name}");
        }
    }
}
