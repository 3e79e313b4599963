//! That the schema says what is read, and fits the built-in profiles.

use serde_json::{Value, json};

use super::super::schema as json_schema;
use super::*;
use crate::notation::fits;

fn mismatch(value: &Value, schema: &Value) -> Option<String> {
    fits::mismatch(value, schema)
}

#[test]
fn it_is_valid_json() {
    assert!(json_schema().is_object());
    assert_eq!(json_schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn every_built_in_profile_fits_it() {
    for (name, json) in builtin::ALL {
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(mismatch(&value, &json_schema()), None, "{name}");
    }
}

#[test]
fn it_says_no_to_what_is_wrong() {
    for wrong in [
        json!({}),
        json!({ "description": "d", "kind": "leaf", "validity": { "default": "1d" }, "key_usage": [], "colour": 1 }),
        json!({ "description": "d", "kind": "leav", "validity": { "default": "1d" }, "key_usage": [] }),
        json!({ "description": "d", "kind": "leaf", "validity": { "default": 1 }, "key_usage": [] }),
        json!({ "description": "d", "kind": "leaf", "validity": { "default": "1d" }, "key_usage": ["x"] }),
    ] {
        assert!(mismatch(&wrong, &json_schema()).is_some(), "{wrong}");
    }
}

/// The fields that serde knows of a struct, from what it says to an unknown one.
fn fields<T: serde::de::DeserializeOwned + std::fmt::Debug>() -> Vec<String> {
    let message = serde_json::from_value::<T>(json!({ "\0": 0 })).unwrap_err().to_string();
    let (_, known) = message.split_once("`, expected").unwrap();
    let mut fields: Vec<String> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    fields.sort();
    fields
}

/// The fields that the schema has at a place.
fn properties(pointer: &str) -> Vec<String> {
    let schema = json_schema();
    let object = schema.pointer(pointer).unwrap()["properties"].as_object().unwrap();
    let mut names: Vec<String> = object.keys().cloned().collect();
    names.sort();
    names
}

#[test]
fn it_has_exactly_the_fields_that_are_read() {
    use config::{
        BasicConstraintsConfig, ExtensionConfig, KeyConfig, NameConstraintsConfig, NamesConfig, ProfileConfig,
        SubjectConfig, ValidityConfig, VariableConfig,
    };
    assert_eq!(properties(""), fields::<ProfileConfig>());
    assert_eq!(properties("/properties/key"), fields::<KeyConfig>());
    assert_eq!(properties("/properties/validity"), fields::<ValidityConfig>());
    assert_eq!(properties("/properties/subject"), fields::<SubjectConfig>());
    assert_eq!(properties("/properties/names"), fields::<NamesConfig>());
    assert_eq!(properties("/properties/basic_constraints"), fields::<BasicConstraintsConfig>());
    assert_eq!(properties("/properties/name_constraints"), fields::<NameConstraintsConfig>());
    assert_eq!(properties("/properties/extensions/items"), fields::<ExtensionConfig>());
    assert_eq!(properties("/properties/variables/additionalProperties"), fields::<VariableConfig>());
}

#[test]
fn its_words_are_those_that_are_read() {
    let schema = json_schema();
    let words = |pointer: &str| -> Vec<String> {
        schema.pointer(pointer).unwrap().as_array().unwrap().iter().map(|word| word.as_str().unwrap().into()).collect()
    };
    assert_eq!(words("/$defs/generatedAlgorithm/enum"), Algorithm::ALL.map(|algorithm| algorithm.to_string()));
    assert_eq!(words("/$defs/nameKind/enum"), NameKind::ALL.map(|kind| kind.as_str().to_owned()));
    for word in words("/$defs/purpose/anyOf/0/enum") {
        assert!(purpose::parse(&word).is_ok(), "{word}");
    }
    let usages = words("/$defs/keyUsages/items/enum");
    for usage in crate::x509::KeyUsage::NAMES {
        assert!(usages.contains(&usage.to_owned()), "{usage}");
    }
    for word in usages {
        assert!(
            Profile::from_json("p", MINIMAL.replace("[]", &format!("[\"{word}\"]")).as_bytes()).is_ok()
                || word == "keyCertSign"
        );
    }
}
