//! Foreign text made safe to print.

/// Escapes text that somebody else wrote, so that it stays on its line and in its place on a terminal.
///
/// Control characters, line and paragraph separators, bidirectional controls, zero-width and other invisible
/// characters, spaces that only look like a space, and private-use characters are written as `\u{1b}`; a backslash is doubled, so that
/// nobody can write an escape that was none. Everything else stays as it is.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\\' {
            out.push_str("\\\\");
        } else {
            push_visible(&mut out, character);
        }
    }
    out
}

/// Appends a character, or its `\u{…}` form where it would not be seen for what it is.
pub(crate) fn push_visible(out: &mut String, character: char) {
    if is_deceptive(character) {
        out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
    } else {
        out.push(character);
    }
}

/// Whether a character drives a terminal, reorders or hides text, or cannot be told from a space or from nothing.
pub(crate) fn is_deceptive(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(u32::from(character),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164
            | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
            | 0x1_bca0..=0x1_bca3 | 0x1_d173..=0x1_d17a | 0xe_0000..=0x10_ffff)
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Lower-case hex without separators.
pub(crate) fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * octets.len());
    for octet in octets {
        text.push(char::from(DIGITS[usize::from(octet >> 4)]));
        text.push(char::from(DIGITS[usize::from(octet & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_controls_become_visible() {
        assert_eq!(escape("a\u{1b}[2Jb\r\n\t\u{7}\u{9b}"), "a\\u{1b}[2Jb\\u{d}\\u{a}\\u{9}\\u{7}\\u{9b}");
    }

    #[test]
    fn what_reorders_or_hides_becomes_visible() {
        for code in
            [0xa0, 0xad, 0x61c, 0x200b, 0x200d, 0x200e, 0x202e, 0x2028, 0x2066, 0x2069, 0x3000, 0xfeff, 0xfe0f, 0xe0041]
        {
            let character = char::from_u32(code).unwrap();
            assert_eq!(escape(&format!("x{character}y")), format!("x\\u{{{code:x}}}y"));
        }
    }

    #[test]
    fn ordinary_text_stays() {
        for text in ["Zürich, 東京", "Ελλάδα", "👍 ok", "a=b+c \"d\""] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn an_escape_cannot_be_forged() {
        assert_eq!(escape("\\u{1b}"), "\\\\u{1b}");
        assert_ne!(escape("\\u{1b}"), escape("\u{1b}"));
    }
}
