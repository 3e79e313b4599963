//! Patterns with `*` and `?`, as a shell has them.

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

#[cfg(test)]
mod tests {
    use super::matches;

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
