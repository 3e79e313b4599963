use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct File {
    list: Vec<Inner>,
    #[serde(default)]
    words: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Inner {
    validity: String,
}

fn decode(text: &str, notation: Notation) -> Result<File, String> {
    Document::read(text.as_bytes(), Some(notation))?.decode()
}

const YAML: &str = "list:\n  - validity: 1y\n  - {validity: 90d}\nwords: {a: 'true', b: 1e5}\n";
const TOML: &str = "[[list]]\nvalidity = \"1y\"\n[[list]]\nvalidity = \"90d\"\n[words]\na = \"true\"\nb = \"1e5\"\n";
const JSON: &str =
    "{\"list\": [{\"validity\": \"1y\"},\n {\"validity\": \"90d\"}], \"words\": {\"a\": \"true\", \"b\": \"1e5\"}}";

#[test]
fn the_three_notations_say_the_same() {
    let yaml = decode(YAML, Notation::Yaml).unwrap();
    assert_eq!(yaml, decode(TOML, Notation::Toml).unwrap());
    assert_eq!(yaml, decode(JSON, Notation::Json).unwrap());
}

#[test]
fn a_misspelt_key_is_told_with_its_place_and_the_nearest() {
    for (notation, text, place) in [
        (Notation::Yaml, YAML, "line 3, column 6"),
        (Notation::Toml, TOML, "line 4, column 1"),
        (Notation::Json, JSON, "line 2, column 15"),
    ] {
        let at = text.rfind("validity").unwrap();
        let text = format!("{}validty{}", &text[..at], &text[at + 8..]);
        let error = decode(&text, notation).unwrap_err();
        let rest = "list[1]: unknown key \"validty\", did you mean \"validity\"?";
        let expected = format!("{place}: {rest}");
        // The value, not the key, is what the JSON reader knows the place of.
        assert_eq!(error.replace("column 14", "column 15"), expected, "{notation:?}");
    }
}

#[test]
fn a_wrong_type_is_told_with_its_place() {
    let error = decode("list:\n  - validity: 90\n", Notation::Yaml).unwrap_err();
    assert_eq!(error, "line 2, column 15: list[0].validity: invalid type: integer \"90\", expected a string");
}

#[test]
fn a_list_is_no_map() {
    for (notation, text, place) in [
        (Notation::Yaml, "list: [[1y]]", "line 1, column 8: list[0]"),
        (Notation::Yaml, "list:\n  - validity: 1y\n  - - 1y\n", "line 3, column 5: list[1]"),
        (Notation::Toml, "list = [[\"1y\"]]", "line 1, column 9: list[0]"),
        (Notation::Json, "{\"list\": [[\"1y\"]]}", "line 1, column 11: list[0]"),
        (Notation::Yaml, "- [validity]", "line 1, column 1"),
        (Notation::Json, "[[]]", "line 1, column 1"),
    ] {
        let error = decode(text, notation).unwrap_err();
        assert!(
            error.starts_with(&format!("{place}: invalid type: sequence, expected struct ")),
            "{notation:?}: {error}"
        );
    }
}

#[test]
fn keys_stand_there_once() {
    for (notation, text) in [
        (Notation::Yaml, "list: []\nlist: []\n"),
        (Notation::Toml, "list = []\nlist = []\n"),
        (Notation::Json, "{\"list\": [],\n\"list\": []}"),
    ] {
        let error = decode(text, notation).unwrap_err();
        assert!(error.starts_with("line 2, column"), "{notation:?}: {error}");
        assert!(error.contains("twice") || error.contains("duplicate"), "{notation:?}: {error}");
    }
}

#[test]
fn what_would_grow_or_sink_without_end_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    let error = decode(&bomb, Notation::Yaml).unwrap_err();
    assert!(error.contains("too many values") && error.starts_with("line "), "{error}");
    for (notation, text) in [
        (Notation::Yaml, format!("list: {}", "[".repeat(10_000))),
        (Notation::Yaml, "- ".repeat(10_000)),
        (Notation::Json, format!("{{\"list\": {}", "[".repeat(10_000))),
        (Notation::Toml, format!("list = {}", "[".repeat(10_000))),
        (Notation::Toml, format!("{} = 1", vec!["a"; 10_000].join("."))),
    ] {
        let error = decode(&text, notation).unwrap_err();
        assert!(error.starts_with("line 1, column"), "{notation:?}: {error}");
    }
}

#[test]
fn yaml_beyond_one_plain_document_is_refused() {
    for (text, why) in [
        ("list: []\n---\nlist: []\n", "second document"),
        ("list: !ruby/object []\n", "tag"),
        ("? [a]\n: b\n", "a key is a word"),
        ("list: *a\n", "line 1"),
        ("list: [\n", "line"),
    ] {
        let error = decode(text, Notation::Yaml).unwrap_err();
        assert!(error.contains(why), "{text:?}: {error}");
    }
}

#[test]
fn maps_are_merged_and_what_is_only_referred_to_is_left_out() {
    let text = "x-usual: &usual {validity: 30d, names: [a.test]}\nx-other: &other {validity: 10d, profile: client}\n\
                one: {<<: *usual, names: [b.test]}\ntwo:\n  profile: peer\n  <<: [*usual, *other]\nthree: {\"<<\": 1}\n";
    let document = Document::read(text.as_bytes(), Some(Notation::Yaml)).unwrap();
    let value: Value = document.decode().unwrap();
    let expected = json!({
        "one": {"validity": "30d", "names": ["b.test"]},
        "two": {"validity": "30d", "names": ["a.test"], "profile": "peer"},
        "three": {"<<": 1},
    });
    assert_eq!(value, expected);
    let wrong = Document::read(b"one: {<<: 3}", Some(Notation::Yaml)).err().unwrap();
    assert_eq!(wrong, "line 1, column 7: only maps can be merged");
}
