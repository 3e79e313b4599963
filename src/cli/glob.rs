//! Patterns with `*` and `?`, as a shell has them.

use crate::x509::host_to_ascii as to_ascii;

/// Whether a text fits a pattern, ASCII case ignored; `*` is any number of characters (dots included), `?` one.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut star, mut mark, mut place) = (0, None, 0, 0);
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                mark = place;
                at += 1;
            }
            Some('?') => (at, place) = (at + 1, place + 1),
            Some(letter) if letter.eq_ignore_ascii_case(&text[place]) => (at, place) = (at + 1, place + 1),
            _ => {
                let Some(back) = star else { return false };
                at = back + 1;
                mark += 1;
                place = mark;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// As [`matches`], for a pattern of names: what a person types in their script fits the A-labels that certificates have.
pub(crate) fn matches_name(pattern: &str, text: &str) -> bool {
    matches(pattern, text) || (!pattern.is_ascii() && matches(&ascii(pattern), text))
}

/// A pattern with its labels as certificates have them; those that cannot be one stay.
fn ascii(pattern: &str) -> String {
    let label =
        |label: &str| if label.is_ascii() { label.to_owned() } else { to_ascii(label).unwrap_or(label.to_owned()) };
    pattern.split('.').map(label).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::{matches, matches_name};

    #[test]
    fn names_fit_in_any_script() {
        assert!(matches_name("*.bücher.test", "www.xn--bcher-kva.test"));
        assert!(matches_name("Bücher.test", "xn--bcher-kva.test"));
        assert!(matches_name("Bücher*", "Bücher und mehr"));
        assert!(!matches_name("bücher.test", "bucher.test"));
    }

    #[test]
    fn stars_span_anything_and_question_marks_one_character() {
        assert!(matches("*.corp.test", "a.b.corp.test"));
        assert!(matches("web?", "WEB1"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-xb-yc"));
        assert!(!matches("*.corp.test", "corp.test"));
        assert!(!matches("web?", "web12"));
        assert!(!matches("a*b", "acd"));
    }
}
