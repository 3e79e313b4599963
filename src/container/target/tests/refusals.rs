//! What is refused: certificates, variables, keys.

use super::*;
use crate::x509::Extension;

#[test]
fn what_a_target_cannot_use_is_refused() {
    let refused = |target: &str, role: &str, format: &str, scene: &Scene, needs: &[Need]| {
        let target = Target::get(target).unwrap();
        let layout = layout(&target, role, format);
        assert_eq!(scene.misfits(&layout), needs, "{layout}");
        assert!(matches!(scene.build(&layout), Err(TargetError::Misfit(_))), "{layout}");
    };
    let of = |algorithm: Algorithm, spec: &Spec| {
        let mut scene = Scene::new(spec);
        scene.subject.key = PrivateKey::generate(algorithm).unwrap();
        scene.subject.certificate = scene.issuing.certify(spec, scene.subject.key.public_key());
        scene
    };
    let both = Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER, CLIENT]);
    let ca = Spec::ca("identity.linkerd.cluster.local", Some(0));
    refused("kafka", "broker", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("envoy", "server", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("apache", "client", "pem", &of(Algorithm::Ed25519, &both), &[Need::Key]);
    refused("linkerd", "issuer", "yaml", &of(Algorithm::EcP384, &ca), &[Need::Key]);
    refused("istio", "authority", "yaml", &of(Algorithm::EcP521, &ca), &[Need::Key]);
    let server = Scene::new(&Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]));
    refused("etcd", "server", "pem", &server, &[Need::Purpose]);
    refused("postgres", "client", "pem", &server, &[Need::Purpose]);
    refused("cert-manager", "issuer", "yaml", &server, &[Need::Authority]);
    refused("consul", "server", "pem", &server, &[Need::Purpose, Need::Name]);
    refused("nginx", "server", "pem", &Scene::new(&ca), &[Need::Authority]);
    refused("linkerd", "issuer", "yaml", &Scene::new(&Spec::ca("Acme CA", Some(0))), &[Need::CommonName]);
    let mut signless = Spec::ca("Acme CA", Some(0));
    signless.key_usage = Some(crate::x509::KeyUsage::CRL_SIGN);
    refused("cert-manager", "issuer", "yaml", &Scene::new(&signless), &[Need::Authority]);
    let mut nameless = Spec::leaf("a", &["www.corp.test"]).purposes(&[CLIENT]);
    nameless.subject = crate::x509::Name::empty();
    refused("postgres", "client", "pem", &Scene::new(&nameless), &[Need::CommonName]);
    let mut old = Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]);
    old.not_after = NOW - time::Duration::days(1);
    refused("nginx", "server", "pem", &Scene::new(&old), &[Need::Validity]);
    // A purpose that OpenSSL does not take for the others.
    let any = Spec::leaf("a", &["www.corp.test"]).purposes(&[oid::EKU_ANY]);
    refused("nginx", "server", "pem", &Scene::new(&any), &[Need::Purpose]);
    let mut scene = Scene::new(&ca);
    scene.root.key = PrivateKey::generate(Algorithm::EcP384).unwrap();
    scene.root.certificate = {
        let key = scene.root.key.public_key().clone();
        scene.root.certify(&Spec::ca("Acme Root CA", None), &key)
    };
    refused("linkerd", "issuer", "yaml", &scene, &[Need::IssuerKey]);
    let critical = Extension { oid: oid::EXTENDED_KEY_USAGE, ..Extension::extended_key_usage(&[SERVER], true) };
    let mut spec = Spec::ca("Acme Issuing CA", Some(0));
    spec.extra.push(critical);
    let mut scene = Scene::new(&Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]));
    scene.issuing = scene.root.issue(&spec);
    refused("rabbitmq", "server", "pem", &scene, &[Need::IssuerPurpose]);
}

#[test]
fn no_target_takes_ml_dsa() {
    for target in targets() {
        for layout in target.layouts() {
            let mut scene = Scene::fitting(&layout);
            let key = PrivateKey::generate(Algorithm::MlDsa44).unwrap();
            let certificate = scene.subject.certificate.clone();
            let spec = Spec {
                subject: certificate.subject.clone(),
                names: certificate.subject_alt_names.clone(),
                purposes: layout.config.needs.purposes.clone(),
                ..if certificate.is_ca() { Spec::ca("x", Some(0)) } else { Spec::leaf("x", &[]) }
            };
            scene.subject.certificate = scene.issuing.certify(&spec, key.public_key());
            assert_eq!(scene.misfits(&layout), [Need::Key], "{layout}");
        }
    }
}

#[test]
fn variables_hold_nothing_that_a_file_would_take_apart() {
    let scene = Scene::new(&Spec::ca("Acme CA", Some(0)));
    let target = Target::get("cert-manager").unwrap();
    let layout = target.layouts().next().unwrap();
    let set = |name: &str, value: &str| {
        let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        layout.variables(&given, &scene.subject(), "/x").map(drop).map_err(|error| error.to_string())
    };
    for (name, value) in
        [("namespace", "pki"), ("object", "a.b-c"), ("kind", "Issuer"), ("dir", "/Users/a b/Käse"), ("dir", "x")]
    {
        assert_eq!(set(name, value), Ok(()), "{name}={value}");
    }
    for (name, value) in [
        ("namespace", "a.b"),
        ("namespace", ""),
        ("namespace", "-a"),
        ("object", "a\"\ntype: x"),
        ("object", "{{ name }}"),
        ("object", "A"),
        ("kind", "Certificate"),
        ("dir", "/a\"b"),
        ("dir", "/a\nb"),
        ("dir", "/$HOME"),
        ("dir", "/a{b}"),
        ("dir", "/a\u{202e}b"),
        ("dir", ""),
        ("colour", "red"),
    ] {
        let why = set(name, value).unwrap_err();
        assert!(!why.chars().any(char::is_control), "{why:?}");
    }
}

#[test]
fn a_key_that_is_another_ones_and_a_missing_one_are_refused() {
    let target = Target::get("nginx").unwrap();
    let layout = layout(&target, "server", "pem");
    let scene = Scene::fitting(&layout);
    let build = |key: Option<&PrivateKey>| {
        let credentials = Credentials { key, ..Credentials::default() };
        layout.build(&scene.subject(), &scene.variables(&layout), &credentials)
    };
    assert!(matches!(build(None), Err(TargetError::Missing(_))));
    assert!(matches!(build(Some(&scene.root.key)), Err(TargetError::KeyMismatch)));
    assert!(build(Some(&scene.subject.key)).is_ok());
}

#[test]
fn a_self_signed_certificate_is_no_ca_for_others() {
    let node = Node::root(&Spec::leaf("a", &["www.corp.test"]).purposes(&[SERVER]));
    let subject = Subject {
        name: "a",
        certificate: &node.certificate,
        intermediates: &[],
        root: &node.certificate,
        other_anchors: &[],
        at: NOW,
    };
    let nginx = Target::get("nginx").unwrap();
    let layout = layout(&nginx, "server", "pem");
    let variables = layout.variables(&BTreeMap::new(), &subject, "/x").unwrap();
    let cautions = layout.cautions(&subject, &variables).unwrap();
    assert!(cautions.iter().any(|caution| caution.contains("self-signed")), "{cautions:?}");
}
