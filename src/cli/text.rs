//! Text on its way to a terminal.
//!
//! Whoever prints foreign text passes it through [`crate::x509::escape`] first. The streams apply what is here to everything
//! once more, so that a forgotten call cannot hand the terminal to a stranger; it changes no text that is escaped already.

use std::borrow::Cow;

use crate::x509::display::{is_deceptive, push_visible};

/// Characters of a message that are printed.
const LONGEST_MESSAGE: usize = 2000;

/// Makes a text visible, keeping its line breaks and tabs.
pub(super) fn visible(text: &str) -> String {
    filter(text, |character| matches!(character, '\n' | '\t'))
}

/// Makes a text visible on a single line.
pub(super) fn visible_line(text: &str) -> String {
    filter(text, |_| false)
}

/// Makes a message visible; lines after the first are indented, so that none of them looks like a message of its own. What
/// a stranger makes longer than anybody reads is cut.
pub(super) fn visible_message(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(LONGEST_MESSAGE) {
        None => visible(text).replace('\n', "\n  "),
        Some((end, _)) => format!("{}… ({} bytes more)", visible(&text[..end]).replace('\n', "\n  "), text.len() - end),
    }
}

/// Escapes what [`visible`] would, in the form that JSON has for it; the text is JSON already.
pub(super) fn visible_json(json: &str) -> Cow<'_, str> {
    // Nothing that is ASCII and printed is.
    if json.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_deceptive(character) {
            let mut units = [0u16; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn filter(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if keep(character) {
            out.push(character);
        } else {
            push_visible(&mut out, character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_driven() {
        assert_eq!(visible("a\u{1b}[2J\nb\tc\r"), "a\\u{1b}[2J\nb\tc\\u{d}");
        assert_eq!(visible_line("a\nb"), "a\\u{a}b");
        assert_eq!(visible_message("a\nerror: b\n"), "a\n  error: b");
    }

    #[test]
    fn a_message_has_an_end() {
        let long = visible_message(&"é".repeat(1 << 20));
        assert!(long.chars().count() < 2100 && long.ends_with("bytes more)"), "{}", long.len());
    }

    #[test]
    fn escaped_text_stays_as_it_is() {
        let escaped = crate::x509::escape("a\u{1b}\\b");
        assert_eq!(visible(&escaped), escaped);
        assert_eq!(visible_line(&escaped), escaped);
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "a": "x\u{9b}31m\u{202e}\u{e0041}é\u{7f}" });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let printed = visible_json(&json);
        assert!(printed.chars().all(|character| character == '\n' || !is_deceptive(character)), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), value);
    }
}
