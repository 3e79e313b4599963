//! Every built-in profile under every key algorithm, issued once for all validators.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::authority::{Certwright, text};
use crate::tool;

/// One certificate with everything that a validator needs to judge it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) profile: &'static str,
    pub(crate) algorithm: &'static str,
    pub(crate) certificate: PathBuf,
    /// The private key, where the certificate came with one.
    pub(crate) key: Option<PathBuf>,
    /// The issuers between the certificate and the root, none of them for an authority of the first two tiers.
    pub(crate) intermediates: Option<PathBuf>,
    pub(crate) issuer: PathBuf,
    pub(crate) root: PathBuf,
    pub(crate) host: Option<&'static str>,
    pub(crate) purposes: &'static [Purpose],
}

/// What a certificate may be used for; none of these for an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Purpose {
    Client,
    CodeSigning,
    Email,
    Ocsp,
    Server,
    Timestamping,
}

/// All cases, sorted by algorithm.
pub(crate) fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let directory = tool::lasting_directory();
        let mut cases: Vec<Case> =
            ALGORITHMS.iter().flat_map(|algorithm| issue_all(&directory.join(algorithm), algorithm)).collect();
        cases.extend(constrained(&directory.join("constrained")));
        cases.extend(development(&directory.join("development")));
        cases
    })
}

/// The cases whose key algorithm is in a list.
pub(crate) fn cases_of(algorithms: &[&str]) -> Vec<&'static Case> {
    cases().iter().filter(|case| algorithms.contains(&case.algorithm)).collect()
}

/// What OpenSSL 3.0, Go, GnuTLS, Java 17 and Node 20 verify: everything but ML-DSA.
pub(crate) const CLASSIC: [&str; 7] = ["ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"];

/// What NSS and the Web PKI profile of pyca/cryptography verify.
pub(crate) const WEB_PKI: [&str; 6] = ["ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "rsa-4096"];

const ALGORITHMS: [&str; 10] = [
    "ec-p256",
    "ec-p384",
    "ec-p521",
    "rsa-2048",
    "rsa-3072",
    "rsa-4096",
    "ed25519",
    "ml-dsa-44",
    "ml-dsa-65",
    "ml-dsa-87",
];

struct Leaf {
    profile: &'static str,
    names: &'static [&'static str],
    host: Option<&'static str>,
    purposes: &'static [Purpose],
}

const BOTH: &[Purpose] = &[Purpose::Client, Purpose::Server];

const LEAVES: [Leaf; 11] = [
    Leaf {
        profile: "server",
        names: &["web.corp.test", "www.corp.test", "127.0.0.1", "::1"],
        host: Some("www.corp.test"),
        purposes: &[Purpose::Server],
    },
    Leaf { profile: "client", names: &["agent.corp.test"], host: None, purposes: &[Purpose::Client] },
    Leaf { profile: "peer", names: &["node1.corp.test", "127.0.0.1"], host: Some("node1.corp.test"), purposes: BOTH },
    Leaf { profile: "code-signing", names: &["Release signing 1"], host: None, purposes: &[Purpose::CodeSigning] },
    Leaf { profile: "email", names: &["alice@corp.test"], host: None, purposes: &[Purpose::Email] },
    Leaf { profile: "ocsp", names: &["OCSP responder 1"], host: None, purposes: &[Purpose::Ocsp] },
    Leaf { profile: "timestamping", names: &["Timestamping 1"], host: None, purposes: &[Purpose::Timestamping] },
    Leaf { profile: "spiffe", names: &["spiffe://corp.test/web"], host: None, purposes: BOTH },
    Leaf {
        profile: "etcd-server",
        names: &["etcd1.corp.test", "127.0.0.1"],
        host: Some("etcd1.corp.test"),
        purposes: BOTH,
    },
    Leaf {
        profile: "etcd-peer",
        names: &["etcd1.corp.test", "127.0.0.1"],
        host: Some("etcd1.corp.test"),
        purposes: BOTH,
    },
    Leaf { profile: "kafka-broker", names: &["broker1.corp.test"], host: Some("broker1.corp.test"), purposes: BOTH },
];

fn issue_all(directory: &Path, algorithm: &'static str) -> Vec<Case> {
    std::fs::create_dir_all(directory).expect("the directory can be made");
    let certwright = Certwright::two_tiers(directory, algorithm);
    let (root, issuing) = (certwright.authority("root"), certwright.authority("issuing"));
    let authority = |profile, certificate: &Path| Case {
        profile,
        algorithm,
        certificate: certificate.to_owned(),
        key: None,
        intermediates: None,
        issuer: root.clone(),
        root: root.clone(),
        host: None,
        purposes: &[],
    };
    let authorities = [authority("root", &root), authority("intermediate", &issuing)];
    let leaf = |leaf: &Leaf| {
        let options = ["--profile", leaf.profile, "--key", algorithm];
        let issued = certwright.issue(&[leaf.names, &options].concat(), &directory.join(leaf.profile));
        Case {
            profile: leaf.profile,
            algorithm,
            certificate: issued.file("cert.pem"),
            key: Some(issued.file("key.pem")),
            intermediates: Some(issued.file("chain.pem")),
            issuer: issuing.clone(),
            root: root.clone(),
            host: leaf.host,
            purposes: leaf.purposes,
        }
    };
    // Large RSA keys take most of a second each, and differ from the small ones in nothing but length.
    let slow = ["rsa-3072", "rsa-4096"].contains(&algorithm);
    let few = if slow { &LEAVES[..2] } else { &LEAVES[..] };
    let (granted, refused): (Vec<_>, Vec<_>) = few.iter().partition(|leaf| grants(leaf.profile, algorithm));
    for leaf in refused {
        let options = ["issue", "--profile", leaf.profile, "--key", algorithm];
        let said = certwright.run([&options, leaf.names].concat());
        assert!(!said.success, "{} with {algorithm}: {}", leaf.profile, said.all());
    }
    authorities.into_iter().chain(granted.into_iter().map(leaf)).collect()
}

/// Whether a profile allows a key algorithm; Kafka reads RSA and EC keys only.
fn grants(profile: &str, algorithm: &str) -> bool {
    profile != "kafka-broker" || WEB_PKI.contains(&algorithm)
}

/// A server under authorities that may sign for their own names only.
fn constrained(directory: &Path) -> Vec<Case> {
    std::fs::create_dir_all(directory).expect("the directory can be made");
    let certwright = Certwright::empty(directory);
    let permitted = ["corp.test", "10.0.0.0/8", "fd00::/8", "email:corp.test", "uri:corp.test"];
    certwright.ok([&["init", "--no-passphrase", "--with-issuing", "--permit"], &permitted[..]].concat());
    let issued = certwright.issue(&["web.corp.test", "10.1.2.3", "fd00::1"], &directory.join("server"));
    let (root, issuing) = (certwright.authority("root"), certwright.authority("issuing"));
    let case = |profile, certificate: &Path| Case {
        profile,
        algorithm: "ec-p256",
        certificate: certificate.to_owned(),
        key: None,
        intermediates: None,
        issuer: root.clone(),
        root: root.clone(),
        host: None,
        purposes: &[],
    };
    let server = Case {
        key: Some(issued.file("key.pem")),
        intermediates: Some(issuing.clone()),
        issuer: issuing.clone(),
        host: Some("web.corp.test"),
        purposes: &[Purpose::Server],
        ..case("constrained-server", &issued.file("cert.pem"))
    };
    vec![case("constrained-root", &root), case("constrained-intermediate", &issuing), server]
}

/// What `certwright dev` makes.
fn development(directory: &Path) -> Vec<Case> {
    std::fs::create_dir_all(directory).expect("the directory can be made");
    let certwright = Certwright::empty(directory);
    let out = directory.join("certs");
    certwright.ok(["dev", "localhost", "app.test", "127.0.0.1", "::1", "--out", text(&out)]);
    let root = out.join("ca.pem");
    let authority = Case {
        profile: "dev-root",
        algorithm: "ec-p256",
        certificate: root.clone(),
        key: None,
        intermediates: None,
        issuer: root.clone(),
        root,
        host: None,
        purposes: &[],
    };
    let peer = Case {
        profile: "dev-peer",
        certificate: out.join("cert.pem"),
        key: Some(out.join("key.pem")),
        host: Some("app.test"),
        purposes: BOTH,
        ..authority.clone()
    };
    vec![authority, peer]
}

/// A question to a validator that reads many at once.
#[derive(Debug, Serialize)]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) certificate: String,
    pub(crate) key: Option<String>,
    pub(crate) intermediates: Option<String>,
    pub(crate) root: String,
    pub(crate) host: Option<String>,
    pub(crate) purpose: Option<Purpose>,
    #[serde(skip)]
    pub(crate) trusted: bool,
}

/// What the validator said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    id: String,
    trusted: bool,
    why: String,
}

/// The questions about some cases: every purpose they have, and for each what has to be refused: another host, a purpose
/// they do not have, another authority of the same name.
pub(crate) fn questions(cases: &[&Case]) -> Vec<Question> {
    let mut questions = Vec::new();
    for case in cases {
        let ask = |what: &str, root: &Path, host: Option<&str>, purpose, trusted| Question {
            id: format!("{} {} {what}", case.profile, case.algorithm),
            certificate: text(&case.certificate).to_owned(),
            key: case.key.as_deref().map(|file| text(file).to_owned()),
            intermediates: case.intermediates.as_deref().map(|file| text(file).to_owned()),
            root: text(root).to_owned(),
            host: host.map(str::to_owned),
            purpose,
            trusted,
        };
        if case.purposes.is_empty() {
            questions.push(ask("as an authority", &case.root, None, None, true));
        }
        for &purpose in case.purposes {
            let host = case.host.filter(|_| purpose == Purpose::Server);
            questions.push(ask(&format!("as {purpose:?}"), &case.root, host, Some(purpose), true));
            if host.is_some() {
                questions.push(ask("under another name", &case.root, Some("other.test"), Some(purpose), false));
            }
        }
        let Some(&purpose) = case.purposes.first() else { continue };
        if let Some(stranger) = cases.iter().find(|other| other.root != case.root) {
            let host = case.host.filter(|_| purpose == Purpose::Server);
            questions.push(ask("under another root", &stranger.root, host, Some(purpose), false));
        }
        let wrong = [Purpose::Server, Purpose::Client].into_iter().find(|other| !case.purposes.contains(other));
        if let Some(wrong) = wrong {
            questions.push(ask(&format!("as {wrong:?}"), &case.root, None, Some(wrong), false));
        }
    }
    questions
}

/// Fails with every question that a validator answered wrongly or not at all; its output is one JSON object a line.
pub(crate) fn judge(questions: &[Question], output: &str) {
    let expected: Vec<_> = questions.iter().map(|question| (question.id.as_str(), question.trusted)).collect();
    judge_answers(&expected, output);
}

/// As [`judge`], for questions of another kind: each with the answer that is right.
pub(crate) fn judge_answers(expected: &[(&str, bool)], output: &str) {
    let answers: Vec<Answer> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")))
        .collect();
    let wrong: Vec<String> = expected
        .iter()
        .filter_map(|(id, trusted)| {
            let answer = answers.iter().find(|answer| answer.id == *id);
            let right = answer.is_some_and(|answer| answer.trusted == *trusted);
            let why = answer.map_or("no answer", |answer| answer.why.as_str());
            (!right).then(|| format!("{id}: expected trusted={trusted}, {why}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}
