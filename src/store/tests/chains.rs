//! Chains of real certificates: the root is left out.

use std::os::unix::fs::MetadataExt;

use time::Duration;
use zeroize::Zeroizing;

use super::fixture::{NOW, commit, read, store};
use crate::keys::{Algorithm, PrivateKey};
use crate::store::{AuthorityRecord, CertificateRecord, Draft, Event, encode_der};
use crate::x509::{Certificate, Name, Serial, TbsCertificate};

fn certificate(number: u8, issuer: &str, subject: &str, key: &PrivateKey, signer: &PrivateKey) -> Certificate {
    let tbs = TbsCertificate {
        serial: Serial::from_random([number; 20]),
        issuer: Name::common_name_only(issuer).unwrap(),
        not_before: NOW,
        not_after: NOW + Duration::days(90),
        subject: Name::common_name_only(subject).unwrap(),
        public_key: key.public_key().clone(),
        extensions: Vec::new(),
    };
    tbs.sign(signer).unwrap()
}

fn drafts(name: &str, signer: &str, certificate: &Certificate, chain: &[&Certificate]) -> Vec<Draft> {
    let record = AuthorityRecord {
        authority: name.to_owned(),
        certificate: encode_der(certificate.der()),
        chain: chain.iter().map(|above| encode_der(above.der())).collect(),
        origin: "created".to_owned(),
        key: true,
        rollover: crate::store::Rollover::default(),
    };
    let issued = CertificateRecord::new(certificate, signer, &format!("authority-{name}"), "root", false);
    vec![
        Draft { event: Event::AuthorityAdded(record), key_pem: Some(Zeroizing::new(b"key".to_vec())) },
        Draft { event: Event::CertificateIssued(issued), key_pem: None },
    ]
}

#[test]
fn a_chain_ends_below_the_root() {
    let key = || PrivateKey::generate(Algorithm::EcP256).unwrap();
    let (root_key, sub_key, leaf_key) = (key(), key(), key());
    let root = certificate(1, "root", "root", &root_key, &root_key);
    let sub = certificate(2, "root", "sub", &sub_key, &root_key);
    let leaf = certificate(3, "sub", "leaf", &leaf_key, &sub_key);
    let (_dir, store) = store();
    let mut all = drafts("root", "root", &root, &[]);
    all.extend(drafts("sub", "root", &sub, &[&root]));
    let record = CertificateRecord::new(&leaf, "sub", "leaf", "server", false);
    assert_eq!((record.subject.as_str(), record.not_before.as_str()), ("CN=leaf", "2027-01-31T12:00:00Z"));
    assert_eq!(record.certificate().unwrap(), leaf);
    all.push(Draft { event: Event::CertificateIssued(record), key_pem: None });
    commit(&store, all);
    let issued = |lineage: &str, certificate: &Certificate, file: &str| {
        read(store.layout().issued(lineage, &certificate.serial.hex()).join(file))
    };
    assert_eq!(issued("leaf", &leaf, "chain.pem"), sub.to_pem());
    assert_eq!(issued("leaf", &leaf, "fullchain.pem"), leaf.to_pem() + &sub.to_pem());
    assert_eq!(issued("authority-sub", &sub, "chain.pem"), "");
    assert_eq!(issued("authority-sub", &sub, "fullchain.pem"), sub.to_pem());
    assert_eq!(issued("authority-root", &root, "fullchain.pem"), root.to_pem());
    // Where they are the same, they are one file.
    let names = |name: &str, certificate: &Certificate, file: &str| {
        let path = store.layout().issued(name, &certificate.serial.hex()).join(file);
        std::fs::metadata(path).unwrap().nlink()
    };
    assert_eq!(names("leaf", &leaf, "fullchain.pem"), 1);
    assert_eq!(names("authority-root", &root, "fullchain.pem"), 2);
    assert_eq!(names("authority-root", &root, "chain.pem"), 1);
    assert_eq!(read(store.layout().authority("root").join("chain.pem")), "");
    assert_eq!(read(store.layout().authority("sub").join("chain.pem")), sub.to_pem());
    let record = &store.read().unwrap().authorities["sub"];
    assert_eq!((record.certificate().unwrap(), record.chain().unwrap()), (sub, vec![root]));
}
