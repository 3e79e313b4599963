//! Plans without files: what a journal adds up to, and what a manifest says of it.

use std::collections::BTreeMap;

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::ca::{self, AuthorityPlan, Commission, LoadedAuthority, Order, RandomSerials, Session, issue_possible};
use crate::keys::{Algorithm, PrivateKey};
use crate::manifest::{Asked, Notation, authority_request, certificate_request};
use crate::store::{Filing, Store};

const NOW: OffsetDateTime = datetime!(2027-01-31 12:00 UTC);

const MANIFEST: &str = "
defaults: {validity: 90d}
authorities:
  root: {cn: Plan Root, key: ec-p256}
certificates:
  a.test:
  b.test: {names: [10.0.0.1], renew: 10d, deliver: [{pem: /out/b}]}
  c.test: {profile: client, not_after: 2027-06-01}
";

fn manifest(text: &str) -> Manifest {
    Manifest::read(text.as_bytes(), Some(Notation::Yaml), |_| Ok(())).unwrap_or_else(|error| panic!("{error}"))
}

/// What `apply` would have done for a manifest with one root, at [`NOW`].
fn applied(manifest: &Manifest) -> State {
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let store = Store::create(&dir.path().join("store"), NOW, "tester").unwrap();
    let mut writer = store.lock(std::time::Duration::from_secs(9), "test").unwrap();
    let session =
        Session { now: NOW, actor: "tester", serials: &RandomSerials, progress: &|| {}, filing: Filing::Directories };
    let profiles = Profiles::default();
    let key = std::sync::Arc::new(PrivateKey::generate(Algorithm::EcP256).unwrap());
    let described = &manifest.authorities["root"];
    let request = authority_request("root", described, key.public_key().clone()).unwrap();
    let profile = profiles.get("root").unwrap();
    let key_pem = key.to_pkcs8_pem(None).unwrap();
    let root = AuthorityPlan { name: "root", profile: &profile, request, key: key.clone(), key_pem };
    let settings = Settings { default_authority: Some("root".to_owned()), ..Settings::default() };
    let made = ca::create_root(&mut writer, root, None, settings, &session).unwrap();
    let authority = LoadedAuthority {
        name: "root".to_owned(),
        certificate: made[0].certificate.clone(),
        chain: Vec::new(),
        cross: Vec::new(),
        other_anchors: Vec::new(),
        signer: key,
        passphrase: None,
    };
    let read = |name: &str| profiles.get(name).unwrap();
    let all: Vec<Profile> = manifest.certificates.values().map(|one| read(manifest.profile_of(one))).collect();
    let commissions = manifest.certificates.iter().zip(&all).map(|((name, one), profile)| {
        let key = PrivateKey::generate(profile.default_algorithm()).unwrap();
        let request = certificate_request(manifest, name, one, Asked::Key(key.public_key().clone()));
        let key_pem = Some(key.to_pkcs8_pem(None).unwrap());
        let order =
            Order { label: name.clone(), request, lineage: crate::manifest::Certificate::lineage(name), key_pem };
        Commission { order, authority: &authority, profile }
    });
    for result in issue_possible(&mut writer, &session, commissions.collect(), &|_, _| Vec::new()).unwrap() {
        result.unwrap();
    }
    writer.state().clone()
}

fn planned(manifest: &Manifest, state: &State, now: OffsetDateTime) -> Plan {
    let (brought, anchors, requests) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let look = |_: &Path| Seen::Missing;
    plan(
        manifest,
        &Situation {
            state,
            store_profiles: &[],
            profiles: &[],
            brought: &brought,
            anchors: &anchors,
            requests: &requests,
            look: &look,
            anchors_in: &|_| Vec::new(),
            now,
            prune: false,
            rewrite: false,
        },
    )
    .unwrap()
}

/// `name: why` of each step but those of files.
fn steps(plan: &Plan) -> Vec<String> {
    assert_eq!(plan.problems, [], "{plan:?}");
    let steps = plan.steps.iter().filter(|step| step.kind != Kind::Delivery);
    steps.map(|step| format!("{}: {}", step.name, step.why.join("; "))).collect()
}

#[test]
fn what_is_there_as_described_is_left() {
    let manifest = manifest(MANIFEST);
    let state = applied(&manifest);
    assert_eq!(steps(&planned(&manifest, &state, NOW)), [""; 0]);
    assert_eq!(steps(&planned(&manifest, &state, NOW + Duration::days(59))), [""; 0]);
}

#[test]
fn what_is_due_is_renewed_in_its_window() {
    let described = manifest(MANIFEST);
    let state = applied(&described);
    let due = |days| steps(&planned(&described, &state, NOW + Duration::days(days)));
    // Two thirds of the life of one; the other has a window of its own, the third a fixed end.
    assert_eq!(due(61), ["a.test: due, ends at 2027-05-01T12:00:00Z"]);
    assert_eq!(due(79).len(), 1);
    assert_eq!(due(81).len(), 2);
    assert_eq!(due(91), ["a.test: expired on 2027-05-01T12:00:00Z", "b.test: expired on 2027-05-01T12:00:00Z"]);
    // Where the profile says how long, only a plan knows: nothing is issued that would be due at once.
    let endless = MANIFEST.replace("renew: 10d", "renew: 10y").replace("{validity: 90d}", "{}");
    let plan = planned(&manifest(&endless), &State::default(), NOW);
    assert!(plan.problems[0].2.contains("as long as it lives"), "{plan:?}");
}

#[test]
fn what_is_not_renewed_says_that_it_ends() {
    let described = MANIFEST.replace("{profile: client, not_after: 2027-06-01}", "{keep: true}");
    let state = applied(&manifest(MANIFEST));
    for (text, why) in [(MANIFEST, "not_after"), (&described, "kept as it is")] {
        let about = |days: i64| {
            let plan = planned(&manifest(text), &state, NOW + Duration::days(days));
            let notes: Vec<_> = plan.notes.into_iter().filter(|note| note.starts_with("c.test: ")).collect();
            (notes, plan.problems)
        };
        assert_eq!(about(79), (Vec::new(), Vec::new()));
        let (notes, problems) = about(82);
        assert!(notes.len() == 1 && notes[0].contains("it is due") && notes[0].contains(why), "{notes:?}");
        assert_eq!(problems, []);
        let (_, problems) = about(122);
        let (kind, name, problem) = &problems[0];
        assert_eq!((problems.len(), *kind, name.as_str()), (1, Kind::Certificate, "c.test"));
        assert!(problem.contains("expired on 2027-06-01") && problem.contains(why), "{problem}");
    }
}

#[test]
fn every_edit_has_its_reason() {
    let state = applied(&manifest(MANIFEST));
    for (from, to, why) in [
        ("10.0.0.1", "10.0.0.2", "b.test: names +ip:10.0.0.2 -ip:10.0.0.1"),
        ("profile: client", "profile: peer", "c.test: profile client → peer; "),
        ("profile: client", "profile: client, key: ed25519", "c.test: key EC P-256 → ed25519"),
        ("not_after: 2027-06-01", "not_after: 2027-06-02", "c.test: ends 2027-06-01T00:00:00Z → 2027-06-02T00:00:00Z"),
        ("validity: 90d", "validity: 89d", "a.test: validity 90 days → 89d"),
        ("renew: 10d", "renew: 10d, subject: 'O=Acme'", "b.test: subject CN=b.test → "),
    ] {
        let text = MANIFEST.replace(from, to);
        assert_ne!(text, MANIFEST, "{from}");
        let plan = planned(&manifest(&text), &state, NOW);
        let found = steps(&plan);
        assert!(found.iter().any(|step| step.starts_with(why)), "{to}: {found:?}");
    }
}

#[test]
fn a_key_is_changed_only_for_its_algorithm() {
    let state = applied(&manifest(MANIFEST));
    let key_of = |from: &str, to: &str| {
        let plan = planned(&manifest(&MANIFEST.replace(from, to)), &state, NOW);
        let is_certificate = |step: &&Step| step.kind == Kind::Certificate;
        match plan.steps.iter().find(is_certificate).map(|step| &step.work) {
            Some(Work::Certificate(work)) => work.key,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(key_of("10.0.0.1", "10.0.0.2"), KeyChoice::Same);
    assert_eq!(key_of("profile: client", "profile: peer"), KeyChoice::Same);
    assert_eq!(key_of("renew: 10d", "renew: 10d, key: rsa-2048"), KeyChoice::New(Algorithm::Rsa2048));
}

#[test]
fn files_are_delivered_once_the_certificate_is_there() {
    let manifest = manifest(MANIFEST);
    let plan = planned(&manifest, &applied(&manifest), NOW);
    let files: Vec<_> = plan.steps.iter().map(|step| (step.action, step.kind, step.name.as_str())).collect();
    assert_eq!(files, [(Action::Create, Kind::Delivery, "b.test")]);
    // Of a certificate that is to be issued they are a part.
    let plan = planned(&manifest, &State::default(), NOW);
    assert!(plan.steps.iter().all(|step| step.kind != Kind::Delivery), "{plan:?}");
    assert_eq!(plan.changes(), 4);
}

#[test]
fn what_contradicts_itself_is_told_with_its_place() {
    let wrong = |text: &str| match Manifest::read(text.as_bytes(), Some(Notation::Yaml), |text| {
        (text == "env:X").then_some(()).ok_or_else(|| "no source".to_owned())
    }) {
        Err(error) => error.to_string(),
        Ok(manifest) => panic!("{manifest:?}"),
    };
    for (text, error) in [
        (
            "authorities:\n  root:\n    parnt: x\n",
            "line 3, column 5: authorities.root: unknown key \"parnt\", did you mean \"parent\"?",
        ),
        (
            "authorities:\n  root: {key: ec-p257}\n",
            "line 2, column 15: authorities.root.key: unknown key algorithm \"ec-p257\", did you mean \"ec-p256\"?",
        ),
        (
            "authorities: {root: }\ncertificates:\n  a: {authority: rot}\n",
            "line 3, column 18: certificates.a.authority: no authority \"rot\" is described here, did you mean \"root\"?",
        ),
        (
            "authorities:\n  a: {parent: b}\n  b: {parent: a}\n",
            "line 2, column 15: authorities.a.parent: it stands above itself",
        ),
        ("defaults: {passphrase: hunter2}\n", "line 1, column 24: defaults.passphrase: no source"),
        (
            "authorities: {root: }\ncertificates:\n  a: {deliver: [{keystore: x}]}\n",
            "line 3, column 28: certificates.a.deliver[0].keystore: its name does not say",
        ),
        (
            "authorities: {root: }\ncertificates:\n  a: {deliver: [{export: nginy, to: x}]}\n",
            "line 3, column 26: certificates.a.deliver[0].export: no target \"nginy\" (did you mean \"nginx\"?)",
        ),
        (
            "authorities: {root: }\ncertificates:\n  a: {deliver: [{pem: x}, {pem: x}]}\n",
            "line 3, column 33: certificates.a.deliver[1].pem: something else is put there too",
        ),
        (
            "authorities: {root: }\ncertificates: {a: }\nrevocations:\n- certificate: a\n",
            "line 4, column 16: revocations[0].certificate: a is described as well",
        ),
        (
            "authorities: {root: {validity: 1}}\n",
            "line 1, column 32: authorities.root.validity: invalid type: integer \"1\", expected a string",
        ),
        (
            "defaults: {renew: 30d, validity: 4w}\n",
            "line 1, column 19: defaults.renew: renewed 30d before its end, a certificate that lives 28d would be",
        ),
        (
            "defaults: {renew: 30d}\nauthorities: {root: }\ncertificates:\n  a: {validity: 30d}\n",
            "line 4, column 17: certificates.a.validity: renewed 30d before its end",
        ),
        (
            "authorities: {root: }\ncertificates:\n  a.test: [b.test]\n",
            "line 3, column 11: certificates.a.test: invalid type: sequence, expected a map that describes a certificate",
        ),
        ("- a\n", "line 1, column 1: invalid type: sequence, expected a map that describes a PKI"),
        (
            "authorities: {root: }\ncertificates:\n  a: {deliver: [[tls]]}\n",
            "line 3, column 17: certificates.a.deliver[0]: invalid type: sequence, expected a map with \"pem\"",
        ),
        (
            "authorities: {root: }\ntruststores: [[a.p12]]\n",
            "line 2, column 15: truststores[0]: invalid type: sequence, expected a map with \"to\"",
        ),
        (
            "profiles:\n  x:\n    description: X\n    kind: leaf\n    validty: {default: 30d}\n",
            "line 5, column 5: profiles.x: unknown key \"validty\", did you mean \"validity\"?",
        ),
        (
            "profiles:\n  x:\n    description: X\n    kind: leaf\n    validity: {default: 30d}\n    key_usage: [digitalSignatur]\n",
            "line 6, column 17: profiles.x.key_usage[0]: ",
        ),
        ("certificates: {a: }\n", "line 1, column 17: certificates.a: no authority is described that could sign it"),
    ] {
        let found = wrong(text);
        assert!(found.starts_with(error), "{text}:\n{found}\n{error}");
    }
}
