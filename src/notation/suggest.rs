//! The known word that is nearest to a misspelt one.

/// The candidate that a person most likely meant, if any is near enough.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ` (did you mean "x"?)`, or the list of what is known.
pub(crate) fn hint(word: &str, candidates: &[&str]) -> String {
    nearest(word, candidates.iter().copied())
        .map(|near| format!(", did you mean {near:?}?"))
        .unwrap_or_else(|| format!(", known are {}", candidates.join(", ")))
}

/// What serde says of a value, in the words of those who write files, and with a suggestion for a misspelt word.
pub(crate) fn explain(text: &str) -> String {
    let what = ["field", "variant"].into_iter().find_map(|what| {
        let rest = text.strip_prefix("unknown ")?.strip_prefix(what)?.strip_prefix(" `")?;
        let (word, expected) = rest.split_once("`, ")?;
        Some((if what == "field" { "key" } else { "word" }, word, expected))
    });
    let Some((what, word, expected)) = what else {
        return crate::x509::escape(&text.replace("field `", "key `").replace('`', "\""));
    };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    format!("unknown {what} \"{}\"{}", crate::x509::escape(word), hint(word, &known))
}

/// Case and separators do not matter for likeness: `keyUsage` is near `key_usage`.
fn fold(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).take(64).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_misspellings_and_other_spellings() {
        let known = ["key_usage", "key", "validity"];
        assert_eq!(nearest("keyUsage", known), Some("key_usage"));
        assert_eq!(nearest("validty", known), Some("validity"));
        assert_eq!(nearest("kye", known), Some("key"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn hints_list_what_is_known_when_nothing_is_near() {
        assert_eq!(hint("lef", &["leaf", "authority"]), ", did you mean \"leaf\"?");
        assert_eq!(hint("x", &["leaf", "authority"]), ", known are leaf, authority");
    }
}
