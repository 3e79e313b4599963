//! The rules of `certwright lint` against the programs that they name: each program refuses what breaks a rule that says so,
//! and takes what breaks a rule that does not.

mod cases;
mod craft;
#[path = "../../support/der.rs"]
mod der;
mod judges;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use certwright::issuance::lint::{Care, Severity, Subject, Target, lint_subject, rules, unreadable};
use certwright::keys::Algorithm;
use certwright::x509::Certificate;
use certwright::x509::path::Purpose;

use self::cases::{Case, HOST, LeafKey, Place};
use self::craft::{Draft, Key, dns, id, key_id, purposes, usage};
use self::der::tlv;
use crate::tool;

/// A chain in files, for a program to judge.
pub(crate) struct Chain {
    pub(crate) id: String,
    pub(crate) host: &'static str,
    pub(crate) leaf: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) intermediate: PathBuf,
    pub(crate) root: PathBuf,
    /// The certificate that is broken, and its issuer.
    broken: (Vec<u8>, Vec<u8>),
}

/// Keys and the directory of all chains.
struct Workshop {
    directory: PathBuf,
    root: Key,
    issuing: Key,
    /// For signatures that rest on SHA-1 and MD5.
    rsa: Key,
}

impl Workshop {
    fn new() -> Self {
        let new = Key::new;
        Self {
            directory: tool::lasting_directory(),
            root: new(Algorithm::EcP256),
            issuing: new(Algorithm::EcP256),
            rsa: new(Algorithm::Rsa2048),
        }
    }

    /// Makes the chain of a case; without one, a good chain.
    fn chain(&self, id: &str, key: LeafKey, number: u8, case: Option<&Case>) -> Chain {
        let directory = self.directory.join(id);
        std::fs::create_dir(&directory).expect("a directory");
        let leaf_key = cases::make(key, &directory);
        let own = case.and_then(|case| Some((case.place, cases::make(case.issuing?, &directory))));
        let own = |place| own.as_ref().filter(|own| own.0 == place).map(|own| &own.1);
        let under_rsa = case.is_some_and(|case| case.under_rsa);
        let issuing_key = own(Place::Intermediate).unwrap_or(if under_rsa { &self.rsa } else { &self.issuing });
        let root_key = own(Place::Root).unwrap_or(&self.root);
        let changed = |place: Place, mut draft: Draft, issuer: &Draft| {
            draft.issuer.clone_from(&issuer.subject);
            if let Some(case) = case.filter(|case| case.place == place) {
                (case.change)(&mut draft);
            }
            draft
        };
        let root = authority("Lint Root", root_key, root_key, number);
        let root = changed(Place::Root, root.clone(), &root);
        let issuing = authority("Lint Issuing", issuing_key, root_key, number);
        let issuing = changed(Place::Intermediate, issuing, &root);
        let leaf = changed(Place::Leaf, server(&leaf_key, issuing_key, number), &issuing);
        let made =
            [leaf.sign(issuing_key, &directory), issuing.sign(root_key, &directory), root.sign(root_key, &directory)];
        let write = |name: &str, bytes: &[u8]| {
            let file = directory.join(name);
            std::fs::write(&file, bytes).expect("a file");
            file
        };
        let pem = |name: &str, der: &[u8]| write(name, pem::encode(&pem::Pem::new("CERTIFICATE", der)).as_bytes());
        let broken = case.map_or(0, |case| case.place as usize);
        Chain {
            id: id.to_owned(),
            host: case.map_or(HOST, |case| case.host),
            leaf: pem("leaf.pem", &made[0]),
            key: write("key.pem", leaf_key.pem.as_bytes()),
            intermediate: pem("intermediate.pem", &made[1]),
            root: pem("root.pem", &made[2]),
            broken: (made[broken].clone(), made[(broken + 1).min(2)].clone()),
        }
    }
}

fn authority(name: &str, key: &Key, issuer: &Key, number: u8) -> Draft {
    let mut draft = Draft::bare(name, key, name, number);
    draft.set(id::BASIC_CONSTRAINTS, true, &[0x30, 3, 1, 1, 0xff]);
    // keyCertSign and cRLSign.
    draft.set(id::KEY_USAGE, true, &usage(&[1, 0x06]));
    draft.set(id::SUBJECT_KEY_ID, false, &tlv(4, &key_id(key)));
    if key.spki != issuer.spki {
        draft.set(id::AUTHORITY_KEY_ID, false, &tlv(0x30, &tlv(0x80, &key_id(issuer))));
    }
    draft
}

fn server(key: &Key, issuer: &Key, number: u8) -> Draft {
    let mut draft = Draft::bare(HOST, key, "", number);
    draft.set(id::BASIC_CONSTRAINTS, true, &[0x30, 0]);
    // digitalSignature, for RSA with keyEncipherment.
    draft.set(id::KEY_USAGE, true, &usage(if key.is_rsa() { &[5, 0xa0] } else { &[7, 0x80] }));
    draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[id::SERVER_AUTH]));
    draft.set(id::SUBJECT_KEY_ID, false, &tlv(4, &key_id(key)));
    draft.set(id::AUTHORITY_KEY_ID, false, &tlv(0x30, &tlv(0x80, &key_id(issuer))));
    draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST]));
    draft
}

/// The targets whose programs are asked here.
const ASKED: [Target; 8] = [
    Target::Gnutls,
    Target::Go,
    Target::Java,
    Target::Nss,
    Target::Openssl,
    Target::Pyca,
    Target::Python313,
    Target::Rustls,
];

/// Who refuses each chain, with the reason.
type Refusals = BTreeMap<String, BTreeMap<Target, String>>;

/// Asks every program that is installed about every chain.
fn ask(chains: &[Chain]) -> (Vec<Target>, Refusals) {
    let mut refusals = Refusals::new();
    let mut asked = Vec::new();
    for target in ASKED {
        let Some(answers) = judges::ask(target, chains) else { continue };
        asked.push(target);
        assert_eq!(answers.len(), chains.len(), "{target} did not answer everything");
        for (chain, answer) in chains.iter().zip(answers) {
            if let Err(why) = answer {
                refusals.entry(chain.id.clone()).or_default().insert(target, why);
            }
        }
    }
    (asked, refusals)
}

/// Rules that are broken only where it is known what the certificate is for.
const OF_PURPOSE: [&str; 4] = ["ca-as-end-entity", "eku-any-only", "purpose", "purpose-key-usage"];

/// The rules that a chain breaks, by what lint finds in the broken certificate.
fn found(chain: &Chain) -> BTreeSet<&'static str> {
    let salvaged = match Certificate::salvage(&chain.broken.0) {
        Ok(salvaged) => salvaged,
        Err(error) => return BTreeSet::from([unreadable(&chain.broken.0, &error.to_string()).rule]),
    };
    let issuer = Certificate::salvage(&chain.broken.1).expect("a certificate");
    let leaf = !salvaged.certificate.is_ca();
    let host = chain.host.parse().ok().filter(|_| leaf && chain.id == "host");
    let purpose = Some(Purpose::Server).filter(|_| OF_PURPOSE.contains(&chain.id.as_str()));
    let subject = Subject {
        certificate: &salvaged.certificate,
        defects: &salvaged.defects,
        issuer: Some(&issuer.certificate),
        purpose,
        host: host.as_ref(),
    };
    let mut found: BTreeSet<_> = lint_subject(subject).iter().map(|finding| finding.rule).collect();
    if ["issuer-characters", "issuer-purposes"].contains(&chain.id.as_str()) {
        // Here it is the leaf that is found, since its issuer is what is broken.
        let leaf = std::fs::read(&chain.leaf).expect("the leaf");
        let leaf = certwright::x509::pem::read_certificates(&leaf).expect("the leaf").remove(0);
        let subject = Subject::new(&leaf).issued_by(Some(&salvaged.certificate));
        found.extend(lint_subject(subject).iter().map(|finding| finding.rule));
    }
    found
}

#[test]
fn rules_name_the_programs_that_refuse() {
    let workshop = Workshop::new();
    let cases = cases::all();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chains: Vec<Chain> = Vec::new();
    for (case, number) in cases.iter().zip(1..) {
        let count = seen.entry(case.rule).or_default();
        *count += 1;
        let id = if *count == 1 { case.rule.to_owned() } else { format!("{}-{count}", case.rule) };
        chains.push(workshop.chain(&id, case.key, number, Some(case)));
    }
    let mut complaints = Vec::new();
    for (case, chain) in cases.iter().zip(&chains) {
        let found = found(chain);
        if !found.contains(case.rule) {
            complaints.push(format!("lint does not find {}, but {found:?}", chain.id));
        }
    }
    let unreadable = workshop.chain("unreadable", LeafKey::Own(Algorithm::EcP256), 190, None);
    let garbage = pem::encode(&pem::Pem::new("CERTIFICATE", [0x30, 3, 2, 1, 0]));
    std::fs::write(&unreadable.leaf, garbage).expect("a file");
    chains.push(unreadable);
    let (asked, refusals) = ask(&chains);
    let mut by_rule: BTreeMap<&str, BTreeMap<Target, String>> = BTreeMap::new();
    for (name, chain) in cases.iter().map(|case| case.rule).chain(["unreadable"]).zip(&chains) {
        by_rule.entry(name).or_default().extend(refusals.get(&chain.id).cloned().unwrap_or_default());
    }
    for (name, refused) in by_rule {
        let beside = cases.iter().filter(|case| case.rule == name).flat_map(|case| case.beside);
        let cares: Vec<&Care> = [name]
            .iter()
            .chain(beside)
            .flat_map(|name| rules().find(|rule| rule.name == *name).expect("a rule").cares)
            .filter(|care| asked.contains(&care.target))
            .collect();
        let of = |wanted: fn(&Care) -> bool| -> BTreeSet<Target> {
            cares.iter().filter(|care| wanted(care)).map(|care| care.target).collect()
        };
        let (said, perhaps) = (of(|care| care.documented.is_none()), of(|care| !care.always));
        let refusing: BTreeSet<Target> = refused.keys().copied().collect();
        if !said.is_subset(&refusing) || !refusing.is_subset(&said.union(&perhaps).copied().collect()) {
            let names: Vec<&str> = refusing.iter().map(|target| target.as_str()).collect();
            complaints.push(format!("{name}: refused by [{}], because {refused:?}", names.join(" ")));
        }
    }
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_program_that_a_rule_was_seen_to_matter_to_is_asked() {
    let tried: BTreeSet<&str> = cases::all().iter().map(|case| case.rule).chain(["unreadable"]).collect();
    for rule in rules() {
        for care in rule.cares.iter().filter(|care| care.documented.is_none()) {
            assert!(ASKED.contains(&care.target), "{}: nobody asks {}", rule.name, care.target);
            assert!(tried.contains(rule.name), "{}: no certificate breaks it here", rule.name);
        }
    }
}

#[test]
fn good_chains_are_taken_by_everybody() {
    let workshop = Workshop::new();
    let chains = [
        workshop.chain("good-ec", LeafKey::Own(Algorithm::EcP256), 200, None),
        workshop.chain("good-p384", LeafKey::Own(Algorithm::EcP384), 201, None),
        workshop.chain("good-rsa", LeafKey::Own(Algorithm::Rsa2048), 202, None),
    ];
    for chain in &chains {
        let salvaged = Certificate::salvage(&chain.broken.0).expect("a certificate");
        let findings = lint_subject(Subject::new(&salvaged.certificate));
        let bad: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Notice).collect();
        assert!(bad.is_empty(), "{}: {bad:?}", chain.id);
    }
    let (_, refusals) = ask(&chains);
    assert!(refusals.is_empty(), "{refusals:?}");
}

#[test]
fn anchors_are_judged_by_those_that_say_so() {
    let workshop = Workshop::new();
    let cases = cases::of_roots();
    let chain = |(case, number): (&Case, u8)| workshop.chain(case.rule, case.key, number, Some(case));
    let chains: Vec<Chain> = cases.iter().zip(210..).map(chain).collect();
    let (asked, refusals) = ask(&chains);
    let mut complaints = Vec::new();
    for chain in &chains {
        let rule = rules().find(|rule| rule.name == chain.id).expect("a rule");
        let minds = |target: &Target| {
            let always = rule.cares.iter().any(|care| care.target == *target && care.always);
            always && target.judges_anchor(rule.name)
        };
        let said: BTreeSet<Target> = asked.iter().copied().filter(minds).collect();
        let refused = refusals.get(&chain.id).cloned().unwrap_or_default();
        let refusing: BTreeSet<Target> = refused.keys().copied().collect();
        if refusing != said {
            complaints.push(format!("{}: refused by {refusing:?}, not {said:?}: {refused:?}", chain.id));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
