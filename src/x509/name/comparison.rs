//! Comparison of names, RFC 5280 §7.1.

use super::Name;
use super::attribute::Attribute;

impl Name {
    /// Whether two names are equal under RFC 5280 §7.1 (case and inner white space of strings folded, string types
    /// ignored).
    pub fn matches(&self, other: &Self) -> bool {
        self.der == other.der || (self.is_within(other) && self.rdns().count() == other.rdns().count())
    }

    /// Whether this name is in the subtree below another one: its first RDNs match those of `prefix`, all of them (RFC
    /// 5280 §4.2.1.10). Every name is within the empty name and within itself.
    pub fn is_within(&self, prefix: &Self) -> bool {
        let mut own = self.rdns();
        prefix.rdns().all(|theirs| own.next().is_some_and(|ours| folded(&ours) == folded(&theirs)))
    }
}

/// An RDN in a form that is equal for RDNs that match: order, string types, case and spacing are gone.
fn folded(rdn: &[Attribute<'_>]) -> Vec<(Vec<u8>, Folded)> {
    let mut folded: Vec<_> = rdn.iter().map(|attribute| (attribute.oid.to_vec(), fold_value(attribute))).collect();
    folded.sort();
    folded
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Folded {
    Text(String),
    /// What is no text is compared byte for byte.
    Der(Vec<u8>),
}

fn fold_value(attribute: &Attribute<'_>) -> Folded {
    attribute
        .decoded()
        .map_or_else(|| Folded::Der(attribute.value.whole.to_vec()), |text| Folded::Text(fold_text(&text)))
}

/// The string preparation of RFC 4518 as far as it matters: compatibility normalisation, case folding, runs of white
/// space as one space, none at the ends.
fn fold_text(text: &str) -> String {
    let lower = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        let normalizer = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc();
        let upper_then_lower =
            |text: &str| -> String { text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect() };
        normalizer.normalize(&upper_then_lower(&normalizer.normalize(text))).into_owned()
    };
    let words: Vec<_> = lower.split_whitespace().collect();
    words.join(" ")
}
