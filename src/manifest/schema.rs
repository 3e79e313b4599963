//! The JSON Schema of manifests, for editors.

use serde_json::Value;

/// The JSON Schema (draft 2020-12) that describes a manifest.
pub fn schema() -> Value {
    // The text is ours and a test reads it; were it broken, "anything goes" is what a schema of `true` says.
    serde_json::from_str(include_str!("schema.json")).unwrap_or(Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;
    use crate::container::Preset;
    use crate::keys::Algorithm;
    use crate::manifest::document::Document;
    use crate::manifest::{
        Authority, Certificate, CrlOutput, CrlTerms, Defaults, Delivery, Manifest, Notation, Revocation, StoreFormat,
        StoreSettings, TrustFormat, Truststore, starter,
    };
    use crate::notation::fits::mismatch;

    #[test]
    fn it_has_exactly_the_fields_that_are_read() {
        fn fields<T: DeserializeOwned + std::fmt::Debug>() -> Vec<String> {
            let message = serde_json::from_value::<T>(json!({ "\0": 0 })).unwrap_err().to_string();
            let (_, known) = message.split_once("`, expected").unwrap();
            let mut fields: Vec<String> = known.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            fields.sort();
            fields
        }
        let schema = schema();
        let properties = |pointer: &str| -> Vec<String> {
            schema.pointer(pointer).unwrap()["properties"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(properties(""), fields::<Manifest>());
        assert_eq!(properties("/$defs/defaults"), fields::<Defaults>());
        assert_eq!(properties("/$defs/settings"), fields::<StoreSettings>());
        assert_eq!(properties("/$defs/authority"), fields::<Authority>());
        assert_eq!(properties("/$defs/crl_terms"), fields::<CrlTerms>());
        assert_eq!(properties("/$defs/certificate"), fields::<Certificate>());
        assert_eq!(properties("/$defs/delivery"), fields::<Delivery>());
        assert_eq!(properties("/$defs/truststore"), fields::<Truststore>());
        assert_eq!(properties("/$defs/crl_output"), fields::<CrlOutput>());
        assert_eq!(properties("/$defs/revocation"), fields::<Revocation>());
    }

    #[test]
    fn its_words_are_those_that_are_read() {
        let schema = schema();
        let words = |pointer: &str| schema.pointer(pointer).unwrap().clone();
        assert_eq!(words("/$defs/algorithm/enum"), json!(Algorithm::ALL.map(Algorithm::as_str)));
        assert_eq!(words("/$defs/preset/enum"), json!(Preset::ALL.map(Preset::name)));
        assert_eq!(words("/$defs/store_format/enum"), json!(StoreFormat::WORDS));
        assert_eq!(words("/$defs/truststore/properties/format/enum"), json!(TrustFormat::WORDS));
        for reason in words("/$defs/revocation/properties/reason/enum").as_array().unwrap() {
            let text = json!({"revocations": [{"serial": "01", "reason": reason}]}).to_string();
            assert!(Manifest::read(text.as_bytes(), Some(Notation::Json), |_| Ok(())).is_ok(), "{reason}");
        }
    }

    #[test]
    fn every_starter_is_valid_and_says_the_same() {
        let read = |notation| -> Value {
            let text = starter(notation).as_bytes();
            Manifest::read(text, Some(notation), |_| Ok(())).unwrap();
            Document::read(text, Some(notation)).and_then(|document| document.decode()).unwrap()
        };
        let mut json = read(Notation::Json);
        json.as_object_mut().unwrap().remove("revocations");
        for notation in [Notation::Json, Notation::Toml, Notation::Yaml] {
            let mut value = read(notation);
            assert_eq!(mismatch(&value, &schema()), None, "{notation:?}");
            // What is empty is not said in each of them.
            for key in ["profiles", "revocations"] {
                value.as_object_mut().unwrap().remove(key);
            }
            assert_eq!(value, json, "{notation:?}");
        }
    }

    #[test]
    fn it_says_no_to_what_is_wrong() {
        for wrong in [
            json!({"certificate": {}}),
            json!({"certificates": {"a": {"key": "ec-p257"}}}),
            json!({"certificates": {"a": {"deliver": [{"pem": "a", "keystore": "b"}]}}}),
            json!({"certificates": {"a": {"deliver": [{"export": "nginx"}]}}}),
            json!({"truststores": [{}]}),
            json!({"revocations": [{"serial": "01", "certificate": "a"}]}),
        ] {
            assert!(mismatch(&wrong, &schema()).is_some(), "{wrong}");
        }
    }
}
