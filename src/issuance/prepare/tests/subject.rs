//! Where the subject comes from, and what templates make of it.

use super::*;

fn subject(issued: &Issued) -> String {
    issued.certificate.subject.to_string()
}

fn with_subject(name: &str, subject: &str) -> Request {
    Request { subject: Some(Name::parse(subject).unwrap()), ..leaf(name) }
}

fn server_for(template: &str, subject: serde_json::Value) -> Profile {
    let mut fields = serde_json::json!({ "subject": { "template": template }, "variables": {} });
    if template.contains("org") {
        fields["variables"]["org"] = serde_json::json!({ "description": "the organisation", "pattern": "A*" });
        fields["variables"]["unit"] = serde_json::json!({ "description": "the unit", "default": "" });
    }
    for (name, value) in subject.as_object().unwrap() {
        fields["subject"][name] = value.clone();
    }
    server_with(fields)
}

#[test]
fn the_operators_subject_is_taken_as_it_is() {
    let issued = issue("server", &with_subject("www.corp.test", "C=DE,O=Acme,CN=www.corp.test"));
    assert_eq!(issued.certificate.subject, Name::parse("C=DE,O=Acme,CN=www.corp.test").unwrap());
    let issued = issue("server", &with_subject("www.corp.test", "O=Acme,OU=A,OU=B"));
    assert_eq!(subject(&issued), "CN=www.corp.test, O=Acme, OU=A, OU=B");
    let issued = issue("client", &with_subject("", "CN=kubernetes-admin,O=system:masters"));
    assert_eq!(subject(&issued), "CN=kubernetes-admin, O=system:masters");
}

#[test]
fn a_common_name_beside_the_names_is_noted() {
    let issued = issue("server", &with_subject("www.corp.test", "CN=Acme Web"));
    assert!(issued.report.notes[0].contains("Acme Web is not among"), "{:?}", issued.report.notes);
}

#[test]
fn what_the_template_writes_out_is_fixed() {
    let profile = server_for("CN={{ name }},O=Acme", serde_json::json!({}));
    assert_eq!(subject(&Authority::issuing().issue_with(&profile, &leaf("a.test"))), "CN=a.test, O=Acme");
    let reason = Authority::issuing().refuse(&profile, &with_subject("a.test", "O=Evil"));
    assert!(reason.contains("subject O=Evil: the profile custom sets O=Acme"), "{reason}");
    let issued = Authority::issuing().issue_with(&profile, &with_subject("a.test", "O=Acme,CN=b.test"));
    assert_eq!(subject(&issued), "O=Acme, CN=b.test");
}

#[test]
fn an_operator_gives_what_the_profile_lets_it() {
    let profile = server_for("CN={{ name }}", serde_json::json!({ "from_operator": ["OU"] }));
    let reason = Authority::issuing().refuse(&profile, &with_subject("a.test", "O=Acme"));
    assert!(reason.contains("takes OU from an operator"), "{reason}");
    let issued = Authority::issuing().issue_with(&profile, &with_subject("a.test", "OU=Web"));
    assert_eq!(subject(&issued), "CN=a.test, OU=Web");
}

#[test]
fn a_csr_adds_what_the_profile_lets_it() {
    let profile = server_for("CN={{ name }}", serde_json::json!({ "from_csr": ["o", "organizationalUnitName"] }));
    let issued = Authority::issuing().issue_with(&profile, &csr("CN=a.test,O=Acme,OU=Web,L=Köln", &[], &[]));
    assert_eq!(subject(&issued), "CN=a.test, O=Acme, OU=Web");
    assert_eq!(issued.report.dropped.len(), 1);
    assert_eq!(issued.report.dropped[0].what, "subject L=Köln");
}

#[test]
fn values_cannot_break_out_of_their_attribute() {
    let profile = server_for("CN={{ name }},O={{ org }},OU={{ unit }}", serde_json::json!({}));
    for org in ["A,O=Evil", "A+CN=evil", "A\\", "A\"", "A;L=x", "A#", "A ", "A=/B"] {
        let mut request = leaf("a.test");
        request.variables.insert("org".into(), org.into());
        let issued = Authority::issuing().issue_with(&profile, &request);
        let attributes = issued.certificate.subject.attributes();
        assert_eq!(attributes, [("CN".into(), "a.test".into()), ("O".into(), org.to_owned())], "{org}");
    }
}

#[test]
fn variables_are_checked() {
    let profile = server_for("CN={{ name }},O={{ org }},OU={{ unit }}", serde_json::json!({}));
    let fail = |variables: &[(&str, &str)]| {
        let mut request = leaf("a.test");
        request.variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        match Authority::issuing().prepare(&profile, &request) {
            Err(IssuanceError::Variable(faults)) => faults.join("; "),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fail(&[]), "the profile custom needs the variable org (the organisation): give it with --set org=VALUE");
    assert!(fail(&[("org", "Acme"), ("untt", "x")]).contains("has no variable untt, did you mean unit?"));
    assert!(fail(&[("org", "Other")]).contains("does not fit the pattern A*"));
    assert!(fail(&[("org", "A\u{7}")]).contains("control character"));
    assert!(fail(&[("org", "A"), ("name", "x")]).contains("is built in"));
}

#[test]
fn control_characters_and_bounds_are_refused() {
    assert!(refuse("client", &leaf("a\u{1b}b")).contains("control character"));
}

#[test]
fn a_leaf_must_not_call_itself_like_its_issuer() {
    let reason = refuse("client", &leaf("Test Issuing"));
    assert!(reason.contains("that of an authority above it"), "{reason}");
}

#[test]
fn a_certificate_needs_some_identity() {
    let reason = refuse("client", &leaf(""));
    assert!(reason.contains("needs a name"), "{reason}");
    let profile = server_with(serde_json::json!({ "names": { "dns": ["*"] }, "subject": {} }));
    let reason = Authority::issuing().refuse(&profile, &leaf(""));
    assert!(reason.contains("neither a subject nor an alternative name"), "{reason}");
}

#[test]
fn a_template_with_logic_works_too() {
    let profile =
        server_for("CN={{ name }}{% if unit %},OU={{ unit|upper }}{% endif %},O={{ org }}", serde_json::json!({}));
    let mut request = leaf("a.test");
    request.variables.insert("org".into(), "A,b".into());
    assert_eq!(subject(&Authority::issuing().issue_with(&profile, &request)), "CN=a.test, O=A\\,b");
    request.variables.insert("unit".into(), "web".into());
    assert_eq!(subject(&Authority::issuing().issue_with(&profile, &request)), "CN=a.test, OU=WEB, O=A\\,b");
}
