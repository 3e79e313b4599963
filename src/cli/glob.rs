//! Patterns that people type for names.

/// A pattern: `*` is any text, `?` any character, letters match whatever their case.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    pattern: Vec<char>,
}

impl Glob {
    /// Takes a pattern.
    pub(super) fn new(pattern: &str) -> Self {
        Self { pattern: pattern.to_lowercase().chars().collect() }
    }

    /// Whether the whole text fits. Takes no more than pattern × text steps.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let (mut at, mut from) = (0, 0);
        // The last star, and how much of the text it has taken so far.
        let mut star: Option<(usize, usize)> = None;
        while from < text.len() {
            match self.pattern.get(at) {
                Some('*') => {
                    star = Some((at, from));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == text[from] => {
                    at += 1;
                    from += 1;
                }
                _ => {
                    let Some((place, taken)) = star else { return false };
                    star = Some((place, taken + 1));
                    at = place + 1;
                    from = taken + 1;
                }
            }
        }
        self.pattern[at..].iter().all(|rest| *rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, text, fits) in [
            ("api.test", "api.test", true),
            ("API.test", "api.TEST", true),
            ("api", "api.test", false),
            ("*.test", "a.b.test", true),
            ("*.test", "test", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("ü*", "Überall", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_is_not_slow() {
        let started = std::time::Instant::now();
        assert!(!Glob::new(&"*a".repeat(200)).matches(&"a".repeat(199)));
        assert!(!Glob::new(&format!("{}b", "*a".repeat(200))).matches(&"a".repeat(5000)));
        assert!(started.elapsed().as_secs() < 5);
    }
}
