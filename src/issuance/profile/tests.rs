//! Profile files: what is refused and where, and that the schema keeps up.

use super::*;
use crate::keys::{Curve, MlDsaLevel};

mod schema;

const MINIMAL: &str = r#"{ "description": "d", "kind": "leaf", "validity": { "default": "1d" }, "key_usage": [] }"#;

/// The message for a minimal profile with more fields.
fn fault(more: &str) -> String {
    let json = MINIMAL.replacen('{', &format!("{{\n  {more},\n "), 1);
    match Profile::from_json("p", json.as_bytes()) {
        Err(ProfileError::Invalid { why, .. }) => why,
        other => panic!("{more}: {other:?}"),
    }
}

fn good(more: &str) -> Profile {
    Profile::from_json("p", MINIMAL.replacen('{', &format!("{{ {more}, "), 1).as_bytes()).unwrap()
}

#[test]
fn built_in_profiles_are_found_by_name() {
    let names: Vec<String> = Profiles::default().names().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names.join(" "),
        "client code-signing email etcd-peer etcd-server intermediate kafka-broker ocsp peer root server spiffe timestamping"
    );
    for name in names {
        let profile = Profiles::default().get(&name).unwrap();
        assert_eq!(profile.name(), name);
        assert!(!profile.description().is_empty());
        assert_eq!(profile.is_authority(), matches!(name.as_str(), "root" | "intermediate"));
        assert!(profile.json().starts_with('{'));
    }
}

#[test]
fn a_users_profile_shadows_a_built_in_one() {
    let profiles = Profiles::new(vec![("server".into(), MINIMAL.into()), ("mine".into(), b"{".to_vec())]);
    assert_eq!(profiles.get("server").unwrap().description(), "d");
    assert!(matches!(profiles.get("mine"), Err(ProfileError::Invalid { .. })));
    assert!(profiles.names().contains(&("server".into(), false)));
    assert!(profiles.names().contains(&("client".into(), true)));
}

#[test]
fn an_unknown_profile_is_suggested() {
    let error = Profiles::default().get("servr").unwrap_err().to_string();
    assert_eq!(error, "no profile \"servr\" (did you mean \"server\"?)");
    assert_eq!(Profiles::default().get("xyzzy").unwrap_err().to_string(), "no profile \"xyzzy\"");
}

#[test]
fn unknown_keys_are_errors_with_place_and_suggestion() {
    assert_eq!(fault(r#""keyUsage": []"#), "line 2, column 12: unknown key \"keyUsage\", did you mean \"key_usage\"?");
    assert_eq!(fault(r#""names": { "dn": ["*"] }"#), "line 2, column 17: unknown key \"dn\", did you mean \"dns\"?");
    assert!(fault(r#""colour": 1"#).contains("known are"));
    assert!(!fault("\"a\\u001b[2J\": 1").chars().any(char::is_control));
}

#[test]
fn duplicate_keys_are_errors() {
    assert_eq!(fault(r#""kind": "leaf""#), "line 3, column 28: duplicate key \"kind\"");
    assert!(
        fault(r#""variables": { "a": { "description": "x" }, "a": { "description": "y" } }"#).contains("duplicate key")
    );
    assert!(fault(r#""names": { "dns": [], "dns": [] }"#).contains("duplicate key \"dns\""));
}

#[test]
fn missing_keys_and_wrong_types_are_errors() {
    let error = Profile::from_json("p", b"{ \"kind\": \"leaf\" }").unwrap_err().to_string();
    assert_eq!(error, "profile p: line 1, column 18: missing key \"description\"");
    assert!(fault(r#""policies": "1.2.3""#).contains("invalid type: string"));
    for broken in ["", "[", "{} {}", "null", "\u{feff}{}"] {
        assert!(Profile::from_json("p", broken.as_bytes()).is_err(), "{broken:?}");
    }
    let error = Profile::from_json("p", b"{\n \"\xff").unwrap_err().to_string();
    assert_eq!(error, "profile p: line 2, column 3: not UTF-8 text");
}

#[test]
fn bad_words_are_errors_with_place_and_suggestion() {
    for (more, expected) in [
        (
            r#""key_usage_rsa": ["keyEnciphermnt"]"#,
            "line 2, column 21: key_usage_rsa[0]: unknown key usage \"keyEnciphermnt\", did you mean \"keyEncipherment\"?",
        ),
        (
            r#""extended_key_usage": ["clientAuth", "serverauth"]"#,
            "line 2, column 40: extended_key_usage[1]: unknown purpose \"serverauth\", did you mean \"serverAuth\"? (or a dotted number)",
        ),
        (
            r#""key": { "algorithms": ["ec-p265"] }"#,
            "line 2, column 27: key.algorithms[0]: unknown key algorithm \"ec-p265\", did you mean \"ec-p256\"?",
        ),
        (
            r#""names": { "dns": ["*"], "required": ["dnss"] }"#,
            "line 2, column 41: names.required[0]: unknown kind of names \"dnss\", did you mean \"dns\"?",
        ),
        (
            r#""subject": { "template": "CN={{ nmae }}" }"#,
            "line 2, column 28: subject.template: unknown variable \"nmae\", did you mean \"name\"?",
        ),
        (
            r#""subject": { "from_csr": ["CNN"] }"#,
            "line 2, column 29: subject.from_csr[0]: unknown attribute type \"CNN\", did you mean \"CN\"?",
        ),
    ] {
        assert_eq!(fault(more), expected);
    }
    let json = MINIMAL.replace("leaf", "leav");
    let error = Profile::from_json("p", json.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("unknown word \"leav\", did you mean \"leaf\"?"), "{error}");
}

#[test]
fn values_are_checked_where_they_stand() {
    for (more, expected) in [
        (r#""subject": { "template": "XY={{ name }}" }"#, "subject.template: "),
        (r#""subject": { "template": "C=Germany" }"#, "a country is two letters"),
        (r#""names": { "ip": ["10.0.0.1/8"] }"#, "names.ip[0]: "),
        (r#""names": { "uri": ["corp.test"] }"#, "names.uri[0]: "),
        (r#""names": { "required": true }"#, "names.required: names are required, but none are allowed"),
        (r#""names": { "add": ["a b"] }"#, "names.add[0]: "),
        (r#""names": { "dns": ["*", "*"] }"#, "stands here twice"),
        (r#""names": { "max": { "dnss": 1 } }"#, "names.max: unknown kind"),
        (r#""key": { "default": "ed25519", "algorithms": ["ec-p256"] }"#, "key.default: ed25519 is not among"),
        (r#""key": { "algorithms": [] }"#, "no algorithm can be generated"),
        (r#""key": { "min_rsa_bits": 1024 }"#, "key.min_rsa_bits: RSA keys have 2048 to 8192 bits"),
        (r#""key": { "default": "rsa-2048", "min_rsa_bits": 3072 }"#, "key.default: rsa-2048 has fewer"),
        (r#""policies": ["1.2.3", "1.2.3"]"#, "policies[1]: "),
        (r#""policies": ["serverAuth"]"#, "no object identifier"),
        (r#""crl_distribution_points": ["ftp://x"]"#, "crl_distribution_points[0]: "),
        (
            r#""extensions": [{ "oid": "2.5.29.19", "value": "asn1-null" }]"#,
            "extensions[0].oid: 2.5.29.19 is written as \"kind\"",
        ),
        (r#""extensions": [{ "oid": "1.2.3", "value": "hex:0" }]"#, "extensions[0].value: hex: wants"),
        (r#""extensions": [{ "oid": "1.2.3", "value": "hex:0500ff" }]"#, "not one DER element"),
        (r#""extensions": [{ "oid": "1.2.3", "value": "base64:!" }]"#, "base64: "),
        (r#""extensions": [{ "oid": "1.2.3", "value": "null" }]"#, "asn1-null"),
        (r#""extended_key_usage_critical": true"#, "there is no extended_key_usage"),
        (r#""basic_constraints": { "path_len": 1 }"#, "path_len: a path length is for"),
        (r#""name_constraints": { "permit": ["corp.test"] }"#, "name constraints are for"),
        (r#""key_usage_rsa": ["keyCertSign"]"#, "keyCertSign is for"),
        (r#""variables": { "name": { "description": "x" } }"#, "variables.name: this variable is built in"),
        (r#""variables": { "a-b": { "description": "x" } }"#, "variables.a-b: "),
        (
            r#""variables": { "a": { "description": "x", "default": "y", "pattern": "z*" } }"#,
            "does not fit the pattern",
        ),
    ] {
        let why = fault(more);
        assert!(why.contains(expected) && why.starts_with("line "), "{more}: {why}");
    }
    for (validity, expected) in [
        (r#"{ "default": "2d", "max": "1d" }"#, "validity.default: longer than max"),
        (r#"{ "default": "0d" }"#, "validity.default: a certificate lives longer"),
        (r#"{ "default": "1d", "backdate": "8d" }"#, "validity.backdate: from 0 to 7 days"),
        (r#"{ "default": "1 fortnight" }"#, "validity.default: "),
    ] {
        let json = MINIMAL.replace(r#"{ "default": "1d" }"#, validity);
        let why = Profile::from_json("p", json.as_bytes()).unwrap_err().to_string();
        assert!(why.contains(expected), "{validity}: {why}");
    }
    let json = MINIMAL.replace("leaf", "authority");
    let why = Profile::from_json("p", json.as_bytes()).unwrap_err().to_string();
    assert!(why.contains("an authority needs keyCertSign"), "{why}");
}

#[test]
fn algorithms_decide_about_kinds() {
    let every = good(r#""key": {}"#);
    for kind in [
        KeyKind::Ec(Curve::P521),
        KeyKind::MlDsa(MlDsaLevel::L65),
        KeyKind::Ed25519,
        KeyKind::Rsa(2048),
        KeyKind::Rsa(2560),
        KeyKind::RsaPss(3072),
    ] {
        assert!(every.allows_key(kind), "{kind}");
    }
    assert!(!every.allows_key(KeyKind::Rsa(1024)) && !every.allows_key(KeyKind::Rsa(16_384)));
    let some = good(r#""key": { "algorithms": ["rsa-4096", "rsa-3072", "ed25519"] }"#);
    assert_eq!(some.default_algorithm(), Algorithm::Rsa4096);
    assert!(some.allows_key(KeyKind::Rsa(3072)) && some.allows_key(KeyKind::Rsa(4096)));
    assert!(!some.allows_key(KeyKind::Rsa(2048)) && !some.allows_key(KeyKind::RsaPss(3072)));
    assert!(!some.allows_key(KeyKind::Ec(Curve::P256)));
}

#[test]
fn variables_are_listed() {
    let profile =
        good(r#""variables": { "team": { "description": "t" }, "env": { "description": "e", "default": "x" } }"#);
    assert_eq!(profile.variables(), [("env", "e", Some("x")), ("team", "t", None)]);
    assert_eq!(profile.default_validity(), crate::x509::time::Span { months: 0, seconds: 86_400 });
}
