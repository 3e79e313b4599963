//! `openssl verify` and `gnutls-certtool` with CRLs, full and delta; Java's PKIX validation.

use std::path::Path;
use std::process::Command;

use super::Story;
use crate::authority::text;
use crate::parties::Party;
use crate::tool::{self, Said};

#[test]
fn openssl_checks_every_crl() {
    let Some(openssl) = tool::program("openssl") else { return };
    let story = Story::told();
    for moment in &story.moments {
        for party in [&story.realm.server, &story.realm.client] {
            let said = verify(&openssl, story, party, &moment.crls, &["-crl_check_all"]);
            assert_eq!(said.success, moment.good, "{}: {}", moment.what, said.all());
        }
    }
    let stale = story.moments.iter().find(|moment| moment.what.contains("stale")).expect("a stale one");
    let said = verify(&openssl, story, &story.realm.client, &stale.crls, &["-crl_check_all"]);
    assert!(said.all().contains("CRL has expired"), "{}", said.all());
}

#[test]
fn openssl_applies_delta_crls() {
    let Some(openssl) = tool::program("openssl") else { return };
    let story = Story::told();
    for delta in &story.deltas {
        let check = |crls: &Path, options: &[&str]| verify(&openssl, story, &story.realm.client, crls, options);
        let said = check(&delta.crls, &["-crl_check_all", "-extended_crl", "-use_deltas"]);
        assert_eq!(said.success, delta.good, "{}: {}", delta.what, said.all());
        let said = check(&delta.base, &["-crl_check_all"]);
        assert_eq!(said.success, delta.good_by_base, "{} without deltas: {}", delta.what, said.all());
    }
}

#[test]
fn java_checks_crls() {
    let Some(java) = tool::program("java") else { return };
    let story = Story::told();
    let mut lines = Vec::new();
    for moment in &story.moments {
        for party in [&story.realm.server, &story.realm.client] {
            // It forgives a CRL a quarter of an hour.
            let later = if moment.what.contains("stale") { "1200" } else { "0" };
            let chain = party.file("fullchain.pem");
            lines.push([&chain, text(&story.realm.trust.pem), text(&moment.crls), later].join("\t"));
        }
    }
    let said = tool::converse(Command::new(java).arg(tool::source("java/Revocation.java")), &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    let answers: Vec<&str> = said.out.lines().collect();
    assert_eq!(answers.len(), lines.len(), "{}", said.all());
    for (moment, answers) in story.moments.iter().zip(answers.chunks(2)) {
        for answer in answers {
            assert_eq!(*answer == "accepted", moment.good, "{}: {answer}", moment.what);
        }
    }
}

#[test]
fn gnutls_checks_crls() {
    let Some(certtool) = tool::program("certtool") else { return };
    let story = Story::told();
    // It takes a stale CRL for a good one.
    for moment in story.moments.iter().filter(|moment| !moment.what.contains("stale")) {
        let chain = tool::scratch();
        let file = chain.path().join("chain.pem");
        let root = super::read(&story.realm.trust.pem);
        std::fs::write(&file, super::read(&story.realm.client.pem.file("fullchain.pem")) + &root).expect("a file");
        let (anchor, crls) = (text(&story.realm.trust.pem), text(&moment.crls));
        let options = ["--verify", "--load-ca-certificate", anchor, "--load-crl", crls, "--infile", text(&file)];
        let said = tool::run(&certtool, options);
        assert_eq!(said.success, moment.good, "{}: {}", moment.what, said.all());
    }
}

fn verify(openssl: &Path, story: &Story, party: &Party, crls: &Path, options: &[&str]) -> Said {
    let anchor = text(&story.realm.trust.pem);
    let mut command = Command::new(openssl);
    command.args(["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile", anchor]);
    command.args(["-untrusted", &party.file("chain.pem"), "-CRLfile", text(crls)]);
    tool::finish(command.args(options).arg(party.file("cert.pem")))
}
