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
pub(super) fn hint(word: &str, candidates: &[&str]) -> String {
    nearest(word, candidates.iter().copied())
        .map(|near| format!(", did you mean {near:?}?"))
        .unwrap_or_else(|| format!(", known are {}", candidates.join(", ")))
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
