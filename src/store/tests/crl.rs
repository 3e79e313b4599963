//! A CRL stopped at every single file operation: recorded before released, whole or gone, never an older one.

use std::fs;
use std::path::Path;

use ring::digest::{SHA256, digest};
use time::Duration;

use super::fixture::{NOW, WAIT, commit, copy, lock, store, temporary};
use crate::store::faults::{self, Fault};
use crate::store::{
    AuthorityRecord, CrlRecord, CrlScope, Draft, Event, RevocationRecord, Store, StoreError, encode_der,
};
use crate::x509::display::hex;
use crate::x509::fixtures::{Node, Spec};
use crate::x509::time::format_instant;
use crate::x509::{Crl, Extension, TbsCertList};

fn authority(node: &Node) -> Draft {
    let record = AuthorityRecord {
        authority: "root".to_owned(),
        certificate: encode_der(node.certificate.der()),
        chain: Vec::new(),
        origin: "created".to_owned(),
        key: true,
        rollover: crate::store::Rollover::default(),
    };
    Draft { event: Event::AuthorityAdded(record), key_pem: Some(node.key.to_pkcs8_pem(None).unwrap()) }
}

fn revocation(serial: &str) -> Draft {
    let record = RevocationRecord {
        authority: "root".to_owned(),
        serial: serial.to_owned(),
        reason: "keyCompromise".to_owned(),
        revoked_at: format_instant(NOW),
        invalidity_date: None,
        not_after: None,
        certificate: None,
    };
    Draft { event: Event::CertificateRevoked(record), key_pem: None }
}

fn crl(store: &Store, node: &Node, number: u64) -> Draft {
    let state = store.read().unwrap();
    let extensions = vec![Extension::crl_number(number)];
    let list = TbsCertList {
        issuer: node.certificate.subject.clone(),
        this_update: NOW,
        next_update: Some(NOW + Duration::days(7)),
        extensions,
    };
    let scope = CrlScope { as_of: state.seq + 1, base: None, keep_expired: false, made_at: NOW };
    let entries = state.revocations("root").unwrap().entries(scope);
    let der = list.sign(&entries, &node.key).unwrap();
    let read = Crl::from_der(&der).unwrap();
    let record = CrlRecord {
        authority: "root".to_owned(),
        issuer_sha256: hex(digest(&SHA256, node.certificate.der()).as_ref()),
        number,
        base: None,
        this_update: format_instant(NOW),
        next_update: format_instant(NOW + Duration::days(7)),
        signed_at: None,
        entries: entries.len() as u64,
        keep_expired: false,
        extensions: encode_der(&Extension::encode_list(&list.extensions)),
        algorithm: encode_der(&read.signature_algorithm_der),
        signature: encode_der(read.signature()),
        sha256: hex(digest(&SHA256, &der).as_ref()),
    };
    Draft { event: Event::CrlIssued(record), key_pem: None }
}

fn released(store: &Store) -> Crl {
    let der = fs::read(store.layout().crl("root", false)).unwrap();
    let pem = fs::read(store.layout().crl("root", false).with_extension("crl.pem")).unwrap();
    assert!(pem.starts_with(b"-----BEGIN X509 CRL-----\n") && pem.ends_with(b"-----END X509 CRL-----\n"));
    Crl::from_der(&der).unwrap()
}

#[test]
fn a_crl_killed_at_any_step_is_the_old_one_or_the_new_one() {
    let (_dir, store) = store();
    let node = Node::root(&Spec::ca("Root", None));
    commit(&store, vec![authority(&node)]);
    commit(&store, vec![crl(&store, &node, 1)]);
    commit(&store, vec![revocation("0a")]);
    let next = crl(&store, &node, 2);
    let publish = |root: &Path| -> Result<(), StoreError> {
        let draft = Draft { event: next.event.clone(), key_pem: None };
        Store::open(root)?.lock(WAIT, "test")?.commit(NOW, "tester", vec![draft])
    };
    for fault in [Fault::Die, Fault::DieHalfWay, Fault::FailOnce] {
        for at in 0.. {
            let dir = temporary();
            let target = dir.path().join("store");
            copy(store.layout().root(), &target);
            let (result, reached) = faults::with(at, fault, || publish(&target));
            let what = format!("{fault:?} at step {at}");
            let copied = Store::open(&target).unwrap();
            let before = released(&copied);
            let known = copied.read().unwrap().revocations("root").unwrap().crls().len();
            assert!(before.number == Some(vec![1]) || known == 2, "{what}: released before it was recorded");
            drop(lock(&copied));
            let state = copied.read().unwrap();
            let number = state.standing("root").newest_full().unwrap().record.number;
            assert_eq!(released(&copied).number, Some(number.to_be_bytes()[7..].to_vec()), "{what}");
            assert!(result.is_err() || number == 2, "{what}: success without a CRL");
            assert_eq!(copied.check().unwrap(), [], "{what}");
            if !reached {
                break;
            }
        }
    }
}

#[test]
fn a_crl_that_is_gone_or_changed_is_rebuilt_byte_for_byte_whatever_came_after() {
    let (_dir, store) = store();
    let node = Node::root(&Spec::ca("Root", None));
    commit(&store, vec![authority(&node)]);
    commit(&store, vec![revocation("0a")]);
    commit(&store, vec![crl(&store, &node, 1)]);
    let path = store.layout().crl("root", false);
    let before = fs::read(&path).unwrap();
    commit(&store, vec![revocation("0b")]);
    fs::remove_file(&path).unwrap();
    fs::write(path.with_extension("crl.pem"), "changed").unwrap();
    assert_eq!(store.check().unwrap().len(), 2);
    lock(&store).repair().unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn numbers_and_times_that_go_back_are_refused() {
    let (_dir, store) = store();
    let node = Node::root(&Spec::ca("Root", None));
    commit(&store, vec![authority(&node)]);
    commit(&store, vec![crl(&store, &node, 7)]);
    let before = fs::read(store.layout().journal()).unwrap();
    for number in [0, 6, 7] {
        let again = lock(&store).commit(NOW, "tester", vec![crl(&store, &node, number)]);
        assert!(matches!(again, Err(StoreError::Invalid(_))), "{number}");
    }
    let mut earlier = crl(&store, &node, 8);
    if let Event::CrlIssued(record) = &mut earlier.event {
        record.this_update = format_instant(NOW - Duration::seconds(1));
    }
    assert!(matches!(lock(&store).commit(NOW, "tester", vec![earlier]), Err(StoreError::Invalid(_))));
    for event in [revocation("0A"), revocation("0"), revocation("")] {
        assert!(matches!(lock(&store).commit(NOW, "tester", vec![event]), Err(StoreError::Invalid(_))));
    }
    assert_eq!(fs::read(store.layout().journal()).unwrap(), before);
}
