//! Templates of snippets and files.
//!
//! A template never sees a private key: it names parts (`base64("cert", "chain")`), which stand as marks in its output and
//! are replaced where the memory is wiped.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Rest;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};

/// What surrounds a mark in a rendered template; no variable may hold it.
pub(super) const MARK: char = '\u{1}';

/// Fills in a template; the error is one sentence.
pub(super) fn render(source: &str, values: &BTreeMap<String, Value>) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(|error| sentence(&error))?);
    environment.set_fuel(Some(50_000));
    environment.add_filter("subdomain", |text: &str| subdomain(text));
    environment.add_function("base64", |parts: Rest<String>| format!("{MARK}{}{MARK}", parts.join("+")));
    let values = Value::from_pairs(values.iter().map(|(name, value)| (name.as_str(), value.clone())));
    environment.render_str(source, values).map_err(|error| sentence(&error))
}

/// A word of the store as the name of a Kubernetes object (RFC 1123): lower-case letters, digits, dots and hyphens. A wildcard
/// (`_.corp.test`) is told apart from the domain that it is for.
fn subdomain(text: &str) -> String {
    let text = &text.strip_prefix("_.").map_or_else(|| text.to_owned(), |domain| format!("wildcard.{domain}"));
    let replaced: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' })
        .take(200)
        .collect();
    let labels: Vec<&str> =
        replaced.split('.').map(|label| label.trim_matches('-')).filter(|label| !label.is_empty()).collect();
    if labels.is_empty() { "certificate".to_owned() } else { labels.join(".") }
}

fn sentence(error: &minijinja::Error) -> String {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    match error.kind() {
        ErrorKind::UndefinedError => format!("template{line}: a variable that is not there{detail}"),
        kind => format!("template{line}: {kind}{detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_objects_are_what_kubernetes_takes() {
        for (name, expected) in [
            ("www.corp.test", "www.corp.test"),
            ("corp.test", "corp.test"),
            ("_.corp.test", "wildcard.corp.test"),
            ("alice@corp.test", "alice-corp.test"),
            ("a_b-", "a-b"),
            ("_", "certificate"),
        ] {
            assert_eq!(subdomain(name), expected);
        }
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        let why = render("a\n{{ nothing }}", &BTreeMap::new()).unwrap_err();
        assert!(why.contains("line 2"), "{why}");
    }
}
