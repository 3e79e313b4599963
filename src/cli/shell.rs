//! Lines for a POSIX shell, to be run as they stand.

use std::ffi::OsStr;

/// Words as a shell reads them back.
pub(super) fn line<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    words.into_iter().map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it back, in quotes only where it needs them. To a shell a dash in front means nothing: quotes would
/// not keep a program from taking such a word for an option.
pub(super) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) { word.to_owned() } else { in_quotes(word) }
}

/// A word in quotes, whatever it is.
pub(super) fn in_quotes(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        let words = [
            "a",
            "it's",
            "",
            "$(id)",
            "a b",
            "x\ny",
            "~",
            "sql:/h/.pki/nssdb",
            "a;b",
            "*.corp.test",
            "[a]",
            "{a,b}",
            "!a",
            "#a",
            "a\\b",
            "\u{e9}",
            "-x",
            "C,,",
        ];
        let line = line(words.map(OsStr::new));
        let output = std::process::Command::new("sh").args(["-c", &format!("printf '%s\\0' {line}")]).output().unwrap();
        let back: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().split_terminator('\0').collect();
        assert_eq!(back, words);
    }

    #[test]
    fn plain_words_stand_without_quotes() {
        for (word, expected) in [
            ("www.corp.test", "www.corp.test"),
            ("sql:/h/.pki/nssdb", "sql:/h/.pki/nssdb"),
            ("C,,", "C,,"),
            ("--cn=a_b@c+d%", "--cn=a_b@c+d%"),
            ("Alice Smith", "'Alice Smith'"),
            ("o'neil", r"'o'\''neil'"),
            ("$(id)", "'$(id)'"),
            ("*.corp.test", "'*.corp.test'"),
            ("", "''"),
            ("a;b", "'a;b'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
