//! Names that an operator types, and those of the profile.

use super::*;

#[test]
fn the_name_is_an_alternative_name_and_the_common_name() {
    for (name, san, common_name) in [
        ("www.corp.test", "dns:www.corp.test", "CN=www.corp.test"),
        ("WWW.Corp.test", "dns:www.corp.test", "CN=www.corp.test"),
        ("127.0.0.1", "ip:127.0.0.1", "CN=127.0.0.1"),
        ("[::1]", "ip:::1", "CN=::1"),
        ("dns:localhost", "dns:localhost", "CN=localhost"),
        ("bücher.test", "dns:xn--bcher-kva.test", "CN=xn--bcher-kva.test"),
        ("*.corp.test", "dns:*.corp.test", "CN=*.corp.test"),
    ] {
        let issued = issue("server", &leaf(name));
        assert_eq!(sans(&issued), [san]);
        assert_eq!(issued.certificate.subject.to_string(), common_name);
    }
}

#[test]
fn a_name_in_prose_is_only_the_common_name() {
    let issued = issue("client", &leaf("Alice Smith"));
    assert_eq!(sans(&issued), Vec::<String>::new());
    assert_eq!(issued.certificate.subject.to_string(), "CN=Alice Smith");
    let issued = issue("client", &leaf("Alice"));
    assert_eq!((sans(&issued), issued.certificate.subject.to_string()), (vec!["dns:alice".into()], "CN=Alice".into()));
    let issued = issue("code-signing", &leaf("builds.corp.test"));
    assert_eq!(sans(&issued), Vec::<String>::new());
}

#[test]
fn names_that_the_profile_forbids_are_refused_with_all_reasons() {
    let mut request = leaf("www.corp.test");
    request.names = vec![gn("email:a@corp.test"), gn("uri:https://x.test/"), gn("ok.corp.test")];
    let reason = refuse("server", &request);
    assert_eq!(
        reason,
        "email:a@corp.test: the profile server allows no email names; \
         uri:https://x.test/: the profile server allows no uri names"
    );
    let reason = refuse("server", &leaf("Alice Smith"));
    assert!(reason.contains("the profile server needs a name (dns, ip) here"), "{reason}");
}

#[test]
fn a_restricted_kind_does_not_pass_as_prose() {
    let profile = custom(serde_json::json!({
        "description": "clients of corp.test",
        "kind": "leaf",
        "validity": { "default": "1d" },
        "subject": { "template": "CN={{ name }}" },
        "names": { "dns": ["*.corp.test"] },
        "key_usage": ["digitalSignature"],
        "extended_key_usage": ["clientAuth"]
    }));
    let reason = Authority::issuing().refuse(&profile, &leaf("admin"));
    assert!(reason.contains("allows only dns names that fit *.corp.test"), "{reason}");
    assert_eq!(sans(&Authority::issuing().issue_with(&profile, &leaf("a.corp.test"))), ["dns:a.corp.test"]);
}

#[test]
fn a_long_name_leaves_the_subject_empty_and_the_names_critical() {
    let long = format!("{}.corp.test", "a".repeat(60));
    let issued = issue("server", &leaf(&long));
    assert!(issued.certificate.subject.is_empty());
    assert!(issued.certificate.extension(&oid::SUBJECT_ALT_NAME).unwrap().critical);
    assert!(issued.report.notes[0].contains("no common name"), "{:?}", issued.report.notes);
    let reason = refuse("code-signing", &leaf(&"a".repeat(65)));
    assert!(reason.contains("64"), "{reason}");
}

#[test]
fn names_that_are_the_same_are_one() {
    let mut request = leaf("www.corp.test");
    request.names = vec![GeneralName::Dns("WWW.corp.test".into()), gn("a.test"), gn("a.test")];
    assert_eq!(sans(&issue("server", &request)), ["dns:www.corp.test", "dns:a.test"]);
}

#[test]
fn without_a_name_the_first_alternative_name_names_the_certificate() {
    let mut request = leaf("");
    request.names = vec![gn("10.0.0.1"), gn("www.corp.test")];
    assert_eq!(issue("server", &request).certificate.subject.to_string(), "CN=10.0.0.1");
}

#[test]
fn the_profile_adds_names_unless_an_authority_forbids_them() {
    let issued = issue("etcd-server", &leaf("etcd.corp.test"));
    assert_eq!(sans(&issued), ["dns:etcd.corp.test", "dns:localhost", "ip:127.0.0.1", "ip:::1"]);
    assert_eq!(issued.report.added, ["dns:localhost", "ip:127.0.0.1", "ip:::1"]);
    let root = Authority::root_with(|request| {
        let permitted = vec![Subtree::parse("corp.test").unwrap()];
        request.name_constraints = Some(NameConstraints { permitted, excluded: vec![] });
    });
    let issued = root.issue("etcd-server", &leaf("etcd.corp.test"));
    assert_eq!(sans(&issued), ["dns:etcd.corp.test"]);
    assert_eq!(issued.report.notes.len(), 3, "{:?}", issued.report.notes);
    let reason = refuse("etcd-server", &leaf(""));
    assert!(reason.contains("needs a name"), "{reason}");
}

#[test]
fn added_names_may_hold_variables() {
    let profile = server_with(serde_json::json!({
        "names": { "dns": ["*"], "add": ["dns:{{ name }}.{{ zone }}.test"] },
        "variables": { "zone": { "description": "the zone", "default": "a" } }
    }));
    let mut request = leaf("web");
    assert_eq!(sans(&Authority::issuing().issue_with(&profile, &request)), ["dns:web", "dns:web.a.test"]);
    request.variables.insert("zone".into(), "no zone".into());
    assert!(Authority::issuing().refuse(&profile, &request).contains("adds a name that is none"));
}

#[test]
fn a_spiffe_certificate_has_exactly_one_id() {
    let issued = issue("spiffe", &leaf("spiffe://corp.test/web"));
    assert!(issued.certificate.subject.is_empty());
    assert_eq!(sans(&issued), ["uri:spiffe://corp.test/web"]);
    let mut two = leaf("spiffe://corp.test/web");
    two.names = vec![gn("spiffe://corp.test/db")];
    assert!(refuse("spiffe", &two).contains("2 names of the kind uri"));
    assert!(refuse("spiffe", &leaf("web.corp.test")).contains("needs a name of the kind uri"));
    assert!(refuse("spiffe", &leaf("https://corp.test/web")).contains("allows only uri names that fit spiffe://*/*"));
    assert!(refuse("spiffe", &leaf("spiffe://corp.test")).contains("has a path"));
    let reason = refuse("spiffe", &leaf("spiffe://corp.test/a%2fb"));
    assert!(reason.contains("segments"), "{reason}");
    let mut both = leaf("spiffe://corp.test/web");
    both.names = vec![gn("web.corp.test")];
    assert_eq!(sans(&issue("spiffe", &both)), ["uri:spiffe://corp.test/web", "dns:web.corp.test"]);
}

#[test]
fn there_may_be_a_limit_to_names() {
    let profile = server_with(serde_json::json!({ "names": { "dns": ["*"], "max": 2 } }));
    let mut request = leaf("a.test");
    request.names = vec![gn("b.test"), gn("c.test")];
    assert!(Authority::issuing().refuse(&profile, &request).contains("3 names"));
}
