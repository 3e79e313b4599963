//! Every built-in profile with every key: clean under lint, and with the extensions its consumers need.

use super::*;
use crate::issuance::lint::{Severity, lint};
use crate::keys::KeyKind;
use crate::x509::KeyUsage;
use crate::x509::path::{PathRequest, Purpose, validate};

/// A request that the profile is made for.
fn usual(profile: &str, algorithm: Algorithm) -> Request {
    match profile {
        "root" | "intermediate" => request(algorithm, "Acme CA"),
        "client" => request(algorithm, "Alice Smith"),
        "code-signing" | "ocsp" | "timestamping" => request(algorithm, "Acme Signer"),
        "email" => request(algorithm, "alice@corp.test"),
        "spiffe" => request(algorithm, "spiffe://corp.test/web"),
        _ => {
            let mut request = request(algorithm, "www.corp.test");
            request.names = vec![gn("10.0.0.1"), gn("*.corp.test")];
            request
        }
    }
}

fn make(profile: &Profile, algorithm: Algorithm) -> Issued {
    let request = usual(profile.name(), algorithm);
    match profile.name() {
        "root" => {
            let prepared = prepare(profile, &request, None, &Urls::default(), serial(), NOW).unwrap();
            prepared.sign(key(algorithm)).unwrap()
        }
        "intermediate" => Authority::root().issue_with(profile, &request),
        _ => Authority::issuing().issue_with(profile, &request),
    }
}

fn each_profile_and_key() -> impl Iterator<Item = (Profile, Algorithm)> {
    Profiles::default().names().into_iter().flat_map(|(name, _)| {
        let profile = profile(&name);
        let allowed = |algorithm: &Algorithm| profile.allows_key(key(*algorithm).public_key().kind());
        let algorithms: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(allowed).collect();
        algorithms.into_iter().map(move |algorithm| (profile.clone(), algorithm))
    })
}

#[test]
fn every_profile_and_key_is_clean_under_lint() {
    let mut count = 0;
    for (profile, algorithm) in each_profile_and_key() {
        let certificate = make(&profile, algorithm).certificate;
        let findings: Vec<_> =
            lint(&certificate).into_iter().filter(|finding| finding.severity > Severity::Notice).collect();
        assert_eq!(findings, [], "{} {algorithm}", profile.name());
        count += 1;
    }
    assert_eq!(count, 12 * 10 + 6);
}

#[test]
fn every_certificate_validates_for_its_purpose() {
    let root = Authority::root();
    let issuing = &Authority::issuing().certificate;
    for (name, purposes) in [
        ("client", &[Purpose::Client][..]),
        ("code-signing", &[Purpose::CodeSigning]),
        ("email", &[Purpose::Email]),
        ("etcd-peer", &[Purpose::Server, Purpose::Client]),
        ("etcd-server", &[Purpose::Server, Purpose::Client]),
        ("kafka-broker", &[Purpose::Server, Purpose::Client]),
        ("ocsp", &[Purpose::OcspSigning]),
        ("peer", &[Purpose::Server, Purpose::Client]),
        ("server", &[Purpose::Server]),
        ("spiffe", &[Purpose::Server, Purpose::Client]),
        ("timestamping", &[Purpose::TimeStamping]),
    ] {
        let certificate = make(&profile(name), Algorithm::EcP256).certificate;
        for purpose in purposes {
            let path = PathRequest {
                target: &certificate,
                intermediates: std::slice::from_ref(issuing),
                anchors: std::slice::from_ref(&root.certificate),
                crls: &[],
                at: NOW,
                purpose: Some(*purpose),
                host: None,
            };
            validate(&path).unwrap_or_else(|error| panic!("{name} {purpose:?}: {error}"));
        }
    }
}

#[test]
fn key_identifiers_link_the_chain() {
    let (root, issuing) = (&Authority::root().certificate, &Authority::issuing().certificate);
    let leaf = issue("server", &leaf("a.test")).certificate;
    assert_eq!(root.authority_key_id, None);
    assert!(root.subject_key_id.is_some());
    assert_eq!(issuing.authority_key_id, root.subject_key_id);
    assert_eq!(leaf.authority_key_id, issuing.subject_key_id);
    assert_eq!(leaf.issuer.der(), issuing.subject.der());
    assert_eq!(leaf.subject_key_id.unwrap(), key(Algorithm::EcP256).public_key().key_id());
}

/// The extensions as short words: name, `!` if critical, and what matters of the value.
fn summary(certificate: &Certificate) -> String {
    let extensions = certificate.extensions.iter().map(|extension| {
        let name = oid::label(&extension.oid).unwrap_or("?");
        let critical = if extension.critical { "!" } else { "" };
        let value = match extension.oid {
            oid::SUBJECT_KEY_IDENTIFIER | oid::AUTHORITY_KEY_IDENTIFIER => String::new(),
            _ => format!(" {}", crate::x509::describe(extension).join(", ")),
        };
        format!("{name}{critical}{value}")
    });
    let days = (certificate.not_after - certificate.not_before).whole_days();
    format!("{} | {days}d | {}", certificate.subject, extensions.collect::<Vec<_>>().join(" | "))
}

#[test]
fn profiles_give_these_extensions() {
    let lines: Vec<String> = Profiles::default()
        .names()
        .into_iter()
        .flat_map(|(name, _)| {
            [Algorithm::EcP256, Algorithm::Rsa2048, Algorithm::Ed25519].into_iter().filter_map(move |algorithm| {
                let profile = profile(&name);
                let kind: KeyKind = key(algorithm).public_key().kind();
                let issued = profile.allows_key(kind).then(|| make(&profile, algorithm))?;
                Some(format!("{name} {algorithm}: {}", summary(&issued.certificate)))
            })
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn only_authorities_sign_certificates() {
    for (name, _) in Profiles::default().names() {
        let profile = profile(&name);
        let certificate = make(&profile, profile.default_algorithm()).certificate;
        let signs = certificate.key_usage.unwrap().contains(KeyUsage::KEY_CERT_SIGN);
        assert_eq!((certificate.is_ca(), signs), (profile.is_authority(), profile.is_authority()), "{name}");
        assert!(certificate.extension(&oid::BASIC_CONSTRAINTS).unwrap().critical, "{name}");
        assert!(certificate.extension(&oid::KEY_USAGE).unwrap().critical, "{name}");
    }
}

#[test]
fn the_default_keys_are_these() {
    for (name, _) in Profiles::default().names() {
        let expected = if name == "root" { Algorithm::EcP384 } else { Algorithm::EcP256 };
        assert_eq!(profile(&name).default_algorithm(), expected, "{name}");
    }
    assert!(!profile("kafka-broker").allows_key(key(Algorithm::Ed25519).public_key().kind()));
}
