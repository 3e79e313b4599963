//! Every rule with a path that breaks it and nothing else.

use time::Duration;

use super::{PathError, PathRequest, Purpose, check_issuance, validate};
use crate::keys::{Digest, PublicKey, SignatureAlgorithm};
use crate::x509::fixtures::{CrlSpec, NOW, Node, Pretender, Spec, key};
use crate::x509::{Certificate, Crl, GeneralName, KeyUsage, Name, oid};

/// An RSA key of 1024 bits.
const RSA_1024: &str = concat!(
    "30819f300d06092a864886f70d010101050003818d0030818902818100bf958c8b54e2db1d31c04c94397343ce35e6c07250",
    "ca6e0bf4a8984e2f726295fd3127e3a9cd2ce2e1f4dc25e80b74e7a2d7db3681021bc01493ccdb89bb1154cdde843c1a9eda",
    "fec1a68c38602645fc53675780f579cd30c0318c34047ece84cda3feffee9a25ce7a5f54029ae7eac23bc8e1988d081e92bd",
    "3110992478c0270203010001",
);

fn request<'a>(target: &'a Certificate, others: &'a [Certificate], anchors: &'a [Certificate]) -> PathRequest<'a> {
    PathRequest { target, intermediates: others, anchors, crls: &[], at: NOW, purpose: None, host: None }
}

/// The chain root → issuing → leaf, each as a spec says.
struct Chain {
    root: Node,
    issuing: Node,
    leaf: Certificate,
}

impl Chain {
    fn new(root: &Spec, issuing: &Spec, leaf: &Spec) -> Self {
        let root = Node::root(root);
        let issuing = root.issue(issuing);
        let leaf = issuing.certify(leaf, key().public_key());
        Self { root, issuing, leaf }
    }

    fn plain() -> Self {
        Self::new(&root(), &issuing(), &leaf())
    }

    fn validate(&self, change: impl Fn(&mut PathRequest<'_>)) -> Result<Vec<Certificate>, PathError> {
        let (others, anchors) = ([self.issuing.certificate.clone()], [self.root.certificate.clone()]);
        let mut request = request(&self.leaf, &others, &anchors);
        change(&mut request);
        validate(&request).map(|path| path.into_iter().cloned().collect())
    }

    /// The depth, the rule and the sentence of what is broken.
    fn error(&self, change: impl Fn(&mut PathRequest<'_>)) -> (usize, &'static str, String) {
        let error = self.validate(change).unwrap_err();
        (error.depth.unwrap(), error.rule, error.reason)
    }

    fn with_crls(&self, crls: &[Crl]) -> (usize, &'static str, String) {
        let (others, anchors) = ([self.issuing.certificate.clone()], [self.root.certificate.clone()]);
        let request = PathRequest { crls, ..request(&self.leaf, &others, &anchors) };
        match validate(&request) {
            Ok(_) => (0, "", String::new()),
            Err(error) => (error.depth.unwrap(), error.rule, error.reason),
        }
    }

    /// The CRLs of both authorities with these entries for the leaf.
    fn crls(&self, issuing: &CrlSpec) -> Vec<Crl> {
        vec![self.root.crl(&CrlSpec::new(1)), self.issuing.crl(issuing)]
    }
}

fn root() -> Spec {
    Spec::ca("Acme Root CA", None)
}

fn issuing() -> Spec {
    Spec::ca("Acme Issuing CA", Some(0))
}

fn leaf() -> Spec {
    Spec::leaf("api.corp.test", &["api.corp.test", "10.0.0.1"]).purposes(&[oid::EKU_SERVER_AUTH])
}

fn none(_: &mut PathRequest<'_>) {}

#[test]
fn a_good_path_goes_from_the_target_to_the_anchor() {
    let chain = Chain::plain();
    let host: GeneralName = "API.corp.test.".parse().unwrap();
    let path = chain.validate(|request| request.purpose = Some(Purpose::Server)).unwrap();
    assert_eq!(path, [chain.leaf.clone(), chain.issuing.certificate.clone(), chain.root.certificate.clone()]);
    let (others, anchors) = ([chain.issuing.certificate.clone()], [chain.root.certificate.clone()]);
    let request = PathRequest { host: Some(&host), ..request(&chain.leaf, &others, &anchors) };
    assert_eq!(validate(&request).unwrap().len(), 3);
}

#[test]
fn validity_of_every_certificate_counts() {
    let expired = |spec: Spec| Spec { not_after: NOW - Duration::seconds(1), ..spec };
    let early = |spec: Spec| Spec { not_before: NOW + Duration::seconds(1), ..spec };
    let sentence = "expired on 2026-05-31T23:59:59Z";
    let (depth, rule, reason) = Chain::new(&root(), &issuing(), &expired(leaf())).error(none);
    assert_eq!((depth, rule, reason), (0, "expired", format!("the certificate CN=api.corp.test {sentence}")));
    assert_eq!(Chain::new(&root(), &expired(issuing()), &leaf()).error(none).0, 1);
    let (depth, rule, reason) = Chain::new(&expired(root()), &issuing(), &leaf()).error(none);
    assert_eq!((depth, rule, reason), (2, "expired", format!("the certificate CN=Acme Root CA {sentence}")));
    let (depth, rule, reason) = Chain::new(&root(), &early(issuing()), &leaf()).error(none);
    assert_eq!((depth, rule), (1, "not-yet-valid"), "{reason}");
    assert!(reason.ends_with("is not valid before 2026-06-01T00:00:01Z"), "{reason}");
    let edge = Spec { not_after: NOW, not_before: NOW, ..leaf() };
    assert!(Chain::new(&root(), &issuing(), &edge).validate(none).is_ok());
}

#[test]
fn only_anchors_are_trusted() {
    let chain = Chain::plain();
    let (depth, rule, reason) = chain.error(|request| request.anchors = &[]);
    assert_eq!((depth, rule), (1, "no-issuer"));
    assert_eq!(reason, "no certificate of CN=Acme Root CA, the issuer of CN=Acme Issuing CA, was given");
    let both = [chain.issuing.certificate.clone(), chain.root.certificate.clone()];
    let error = validate(&request(&chain.leaf, &both, &[])).unwrap_err();
    assert_eq!((error.depth, error.rule), (Some(2), "no-issuer"));
    assert!(error.reason.contains("ends at CN=Acme Root CA, which is self-signed"), "{error}");
    let error = validate(&request(&chain.root.certificate, &both, &[])).unwrap_err();
    assert_eq!(error.reason, "CN=Acme Root CA is self-signed and not one of the trust anchors");
    assert_eq!(chain.error(|request| request.intermediates = &[]).0, 0);
}

#[test]
fn an_anchor_is_its_own_path_while_it_is_valid() {
    let root = Node::root(&root()).certificate;
    let anchors = [root.clone()];
    assert_eq!(validate(&request(&root, &[], &anchors)).unwrap(), [&root]);
    let late = PathRequest { at: NOW + Duration::days(11), ..request(&root, &[], &anchors) };
    assert_eq!(validate(&late).unwrap_err().rule, "expired");
    // A leaf may be an anchor as well; what it signs is not trusted for that.
    let chain = Chain::plain();
    let anchors = [chain.leaf.clone()];
    assert_eq!(validate(&request(&chain.leaf, &[], &anchors)).unwrap().len(), 1);
}

#[test]
fn an_intermediate_may_be_the_anchor() {
    let chain = Chain::plain();
    let anchors = [chain.issuing.certificate.clone()];
    assert_eq!(validate(&request(&chain.leaf, &[], &anchors)).unwrap().len(), 2);
}

#[test]
fn signatures_are_checked() {
    let chain = Chain::plain();
    let stranger = Node::root(&root());
    let anchors = [stranger.certificate];
    let others = [chain.issuing.certificate.clone()];
    let error = validate(&request(&chain.leaf, &others, &anchors)).unwrap_err();
    assert_eq!((error.depth, error.rule), (Some(1), "bad-signature"));
    let mut der = chain.leaf.der().to_vec();
    let position = der.windows(13).position(|window| window == b"api.corp.test").unwrap();
    der[position] = b'b';
    let forged = Certificate::from_der(&der).unwrap();
    let anchors = [chain.root.certificate.clone()];
    let error = validate(&request(&forged, &others, &anchors)).unwrap_err();
    assert_eq!((error.depth, error.rule), (Some(0), "bad-signature"));
    let reason = "the signature on CN=bpi.corp.test does not verify under the key of CN=Acme Issuing CA";
    assert_eq!(error.reason, reason);
}

#[test]
fn broken_hashes_weak_keys_and_odd_algorithms_are_refused() {
    let root = Node::root(&root());
    let anchors = [root.certificate.clone()];
    let sign = |algorithm| {
        let signer = Pretender(root.key.public_key().clone(), algorithm);
        let tbs = leaf().tbs(key().public_key(), &root.certificate.subject, root.key.public_key());
        tbs.sign(&signer).unwrap()
    };
    let rule = |certificate: &Certificate| validate(&request(certificate, &[], &anchors)).unwrap_err().rule;
    assert_eq!(rule(&sign(SignatureAlgorithm::Ecdsa(Digest::Sha1))), "weak-signature");
    assert_eq!(rule(&sign(SignatureAlgorithm::RsaPkcs1(Digest::Sha1))), "weak-signature");
    assert_eq!(rule(&sign(SignatureAlgorithm::Ed25519)), "unsupported");
    let spki: Vec<u8> =
        (0..RSA_1024.len()).step_by(2).map(|at| u8::from_str_radix(&RSA_1024[at..at + 2], 16).unwrap()).collect();
    let weak = root.certify(&leaf(), &PublicKey::from_spki_der(&spki).unwrap());
    let error = validate(&request(&weak, &[], &anchors)).unwrap_err();
    assert_eq!((error.depth, error.rule), (Some(0), "weak-key"), "{error}");
}

#[test]
fn issuers_must_be_authorities() {
    let no_constraints = Spec { basic_constraints: None, ..issuing() };
    let (depth, rule, reason) = Chain::new(&root(), &no_constraints, &leaf()).error(none);
    assert_eq!((depth, rule), (1, "not-a-ca"));
    assert_eq!(reason, "CN=Acme Issuing CA is no CA: its basicConstraints are missing");
    let not_ca = Spec { basic_constraints: Some((false, None)), ..root() };
    assert_eq!(Chain::new(&not_ca, &issuing(), &leaf()).error(none).1, "not-a-ca");
    let no_sign = Spec { key_usage: Some(KeyUsage::CRL_SIGN), ..root() };
    let (depth, rule, _) = Chain::new(&no_sign, &issuing(), &leaf()).error(none);
    assert_eq!((depth, rule), (2, "no-key-cert-sign"));
    let no_usage = Spec { key_usage: None, ..issuing() };
    assert!(Chain::new(&root(), &no_usage, &leaf()).validate(none).is_ok());
}

#[test]
fn path_length_counts_authorities_that_are_not_self_issued() {
    let short = Spec::ca("Acme Root CA", Some(0));
    let (depth, rule, reason) = Chain::new(&short, &issuing(), &leaf()).error(none);
    assert_eq!((depth, rule), (2, "path-length"));
    assert_eq!(reason, "CN=Acme Root CA may not sign CAs: its path length is 0");
    // A new key of the same authority, certified by the old one, is no further level.
    let rollover = Spec { names: Vec::new(), ..short.clone() };
    assert!(Chain::new(&short, &rollover, &leaf()).validate(none).is_ok());
    // A CA as the target counts where it shall be one.
    let (root, below) = (Node::root(&root()), issuing());
    let issuing = root.issue(&below);
    let sub = issuing.certify(&Spec::ca("Sub CA", None), key().public_key());
    let (others, anchors) = ([issuing.certificate.clone()], [root.certificate.clone()]);
    assert!(validate(&request(&sub, &others, &anchors)).is_ok());
    let request = PathRequest { purpose: Some(Purpose::Authority), ..request(&sub, &others, &anchors) };
    let error = validate(&request).unwrap_err();
    assert_eq!(error.reason, "CN=Acme Issuing CA may not sign CAs: its path length is 0");
}

#[test]
fn name_constraints_of_every_issuer_bind_everything_below() {
    let fine = Chain::new(&root().permit(&["corp.test", "10.0.0.0/8"]), &issuing(), &leaf());
    assert!(fine.validate(none).is_ok());
    let (depth, rule, reason) = Chain::new(&root().permit(&["other.test"]), &issuing(), &leaf()).error(none);
    assert_eq!((depth, rule), (0, "name-constraint"));
    assert!(reason.starts_with("CN=Acme Root CA does not allow a name in CN=api.corp.test: "), "{reason}");
    assert_eq!(Chain::new(&root(), &issuing().permit(&["192.168.0.0/16"]), &leaf()).error(none).1, "name-constraint");
    // The common name is no host name.
    let unnamed = Spec::leaf("evil.test", &[]);
    assert!(Chain::new(&root(), &issuing().permit(&["corp.test"]), &unnamed).validate(none).is_ok());
    // The subject is bound too, the CA's like the leaf's.
    let bound = root().permit(&["dirname:O=Acme"]);
    assert_eq!(Chain::new(&bound, &issuing(), &leaf()).error(none).0, 1);
    let acme = |spec: Spec, name: &str| Spec { subject: Name::parse(name).unwrap(), ..spec };
    let inside = Chain::new(&bound, &acme(issuing(), "O=Acme,CN=Issuing"), &acme(leaf(), "O=Acme,CN=api"));
    assert!(inside.validate(none).is_ok());
}

#[test]
fn purposes_are_nested_and_the_leaf_must_allow_them() {
    let chain = Chain::plain();
    let (depth, rule, reason) = chain.error(|request| request.purpose = Some(Purpose::Client));
    assert_eq!((depth, rule), (0, "purpose"));
    assert_eq!(reason, "CN=api.corp.test is not for client: its extendedKeyUsage has serverAuth");
    let client_only = issuing().purposes(&[oid::EKU_CLIENT_AUTH]);
    let limited = Chain::new(&root(), &client_only, &leaf());
    assert_eq!(limited.error(|request| request.purpose = Some(Purpose::Server)).0, 1);
    assert!(limited.validate(none).is_ok());
    let any = Chain::new(&root().purposes(&[oid::EKU_CLIENT_AUTH]), &issuing().purposes(&[oid::EKU_ANY]), &leaf());
    assert!(any.validate(|request| request.purpose = Some(Purpose::Server)).is_ok(), "an anchor's list is not binding");
    let unlisted = Chain::new(&root(), &issuing(), &leaf().purposes(&[]));
    assert!(unlisted.validate(|request| request.purpose = Some(Purpose::Server)).is_ok());
    assert_eq!(unlisted.error(|request| request.purpose = Some(Purpose::CodeSigning)).1, "purpose");
    let agreement = Spec { key_usage: Some(KeyUsage::CRL_SIGN), ..leaf() };
    let (depth, rule, _) =
        Chain::new(&root(), &issuing(), &agreement).error(|request| request.purpose = Some(Purpose::Server));
    assert_eq!((depth, rule), (0, "key-usage"));
    assert_eq!(chain.error(|request| request.purpose = Some(Purpose::Authority)).1, "not-a-ca");
}

#[test]
fn purposes_have_names() {
    for purpose in Purpose::ALL {
        assert_eq!(purpose.to_string().parse::<Purpose>().unwrap(), purpose);
    }
    assert!("tls".parse::<Purpose>().unwrap_err().to_string().contains("server client"));
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let odd = |spec: Spec| spec.extra("1.2.3.4", true);
    for (depth, chain) in [
        (0, Chain::new(&root(), &issuing(), &odd(leaf()))),
        (1, Chain::new(&root(), &odd(issuing()), &leaf())),
        (2, Chain::new(&odd(root()), &issuing(), &leaf())),
    ] {
        let (found, rule, reason) = chain.error(none);
        assert_eq!((found, rule), (depth, "unknown-critical-extension"), "{reason}");
        assert!(reason.contains("1.2.3.4"), "{reason}");
    }
    assert!(Chain::new(&root(), &issuing(), &leaf().extra("1.2.3.4", false)).validate(none).is_ok());
}

#[test]
fn hosts_are_matched_by_alternative_names_only() {
    let chain = Chain::plain();
    let (others, anchors) = ([chain.issuing.certificate.clone()], [chain.root.certificate.clone()]);
    let check = |target: &Certificate, host: &str| {
        let host: GeneralName = host.parse().unwrap();
        validate(&PathRequest { host: Some(&host), ..request(target, &others, &anchors) }).err()
    };
    assert_eq!(check(&chain.leaf, "10.0.0.1"), None);
    let error = check(&chain.leaf, "db.corp.test").unwrap();
    assert_eq!(error.rule, "host-mismatch");
    assert_eq!(error.reason, "CN=api.corp.test is not for dns:db.corp.test, but for dns:api.corp.test, 1 more");
    let unnamed = chain.issuing.certify(&Spec::leaf("api.corp.test", &[]), key().public_key());
    assert!(check(&unnamed, "api.corp.test").unwrap().reason.contains("the common name does not count"));
}

#[test]
fn cross_signed_chains_are_searched() {
    let (old, new) = (Node::root(&Spec::ca("Old Root", None)), Node::root(&Spec::ca("New Root", None)));
    let issuing = new.issue(&issuing());
    let leaf = issuing.certify(&leaf(), key().public_key());
    // The new root, signed by the old one, and by itself again: loops lead nowhere.
    let cross = old.certify(&Spec::ca("New Root", None), new.key.public_key());
    let back = new.certify(&Spec::ca("Old Root", None), old.key.public_key());
    let others = [new.certificate.clone(), back, cross, issuing.certificate.clone()];
    let anchors = [old.certificate.clone()];
    assert_eq!(validate(&request(&leaf, &others, &anchors)).unwrap().len(), 4);
    // An expired cross-certificate is passed over for a valid one.
    let expired = Spec { not_after: NOW - Duration::days(1), ..Spec::ca("New Root", None) };
    let mut others = others.to_vec();
    others.insert(0, old.certify(&expired, new.key.public_key()));
    assert_eq!(validate(&request(&leaf, &others, &anchors)).unwrap().len(), 4);
    others.remove(3);
    let error = validate(&request(&leaf, &others, &anchors)).unwrap_err();
    assert_eq!((error.depth, error.rule), (Some(2), "expired"), "{error}");
}

#[test]
fn a_maze_of_cross_certificates_ends_soon() {
    let nodes: Vec<Node> = (0..12).map(|_| Node::root(&Spec::ca("Maze", None))).collect();
    let mut others = Vec::new();
    for signer in &nodes {
        others.extend(nodes.iter().map(|subject| signer.certify(&Spec::ca("Maze", None), subject.key.public_key())));
    }
    let leaf = nodes[0].certify(&leaf(), key().public_key());
    let anchors = [Node::root(&Spec::ca("Elsewhere", None)).certificate];
    let started = std::time::Instant::now();
    let error = validate(&request(&leaf, &others, &anchors)).unwrap_err();
    assert_eq!(error.rule, "no-issuer");
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn long_paths_are_refused() {
    let anchor = Node::root(&Spec::ca("CA 0", None));
    let anchors = [anchor.certificate.clone()];
    let (mut others, mut last) = (Vec::new(), anchor);
    for level in 1..10 {
        last = last.issue(&Spec::ca(&format!("CA {level}"), None));
        others.push(last.certificate.clone());
        let path = validate(&request(&last.certificate, &others, &anchors));
        assert_eq!(path.is_ok(), level < 10, "{level}");
    }
    let leaf = last.certify(&leaf(), key().public_key());
    assert_eq!(validate(&request(&leaf, &others, &anchors)).unwrap_err().rule, "no-issuer");
}

#[test]
fn every_certificate_needs_a_fresh_crl_once_there_is_one() {
    let chain = Chain::plain();
    let crls = chain.crls(&CrlSpec::new(1));
    assert_eq!(chain.with_crls(&crls).1, "");
    let (depth, rule, reason) = chain.with_crls(&crls[..1]);
    assert_eq!((depth, rule), (0, "crl-missing"));
    assert!(reason.starts_with("whether CN=Acme Issuing CA revoked CN=api.corp.test is unknown"), "{reason}");
    assert_eq!(chain.with_crls(&crls[1..]).0, 1);
    let stale = CrlSpec { next_update: Some(NOW - Duration::hours(1)), ..CrlSpec::new(1) };
    assert_eq!(chain.with_crls(&chain.crls(&stale)).1, "crl-stale");
    let open = CrlSpec { next_update: None, ..CrlSpec::new(1) };
    assert_eq!(chain.with_crls(&chain.crls(&open)).1, "crl-stale");
    let early = CrlSpec { this_update: NOW + Duration::hours(1), ..CrlSpec::new(2) };
    assert_eq!(chain.with_crls(&chain.crls(&early)).1, "crl-stale");
    let mut crls = chain.crls(&CrlSpec { this_update: NOW - Duration::days(2), ..stale });
    crls.extend([chain.issuing.crl(&early), chain.issuing.crl(&CrlSpec::new(1))]);
    assert_eq!(chain.with_crls(&crls).1, "", "the one in force counts");
}

#[test]
fn revoked_certificates_are_refused() {
    let chain = Chain::plain();
    let serial = chain.leaf.serial.clone();
    let (depth, rule, reason) = chain.with_crls(&chain.crls(&CrlSpec::new(1).revoke(&serial, Some(1))));
    assert_eq!((depth, rule), (0, "revoked"));
    assert_eq!(
        reason,
        "CN=Acme Issuing CA revoked CN=api.corp.test on 2026-05-30T00:00:00Z, with the reason keyCompromise"
    );
    let held = chain.crls(&CrlSpec::new(1).revoke(&serial, Some(6)));
    assert!(chain.with_crls(&held).2.contains("certificateHold"));
    // The newest complete CRL has the last word.
    let mut released = held.clone();
    let newer = CrlSpec { this_update: NOW - Duration::hours(1), ..CrlSpec::new(2) };
    released.push(chain.issuing.crl(&newer));
    assert_eq!(chain.with_crls(&released).1, "");
    let of_issuing = chain.issuing.certificate.serial.clone();
    let crls = [chain.root.crl(&CrlSpec::new(1).revoke(&of_issuing, None)), chain.issuing.crl(&CrlSpec::new(1))];
    assert_eq!((chain.with_crls(&crls).0, chain.with_crls(&crls).1), (1, "revoked"));
}

#[test]
fn delta_crls_go_on_top_of_complete_ones() {
    let chain = Chain::plain();
    let serial = chain.leaf.serial.clone();
    let with_delta = |base: CrlSpec, delta: CrlSpec| {
        let mut crls = chain.crls(&base);
        crls.push(chain.issuing.crl(&delta));
        chain.with_crls(&crls).1
    };
    let (clean, held) = (CrlSpec::new(5), CrlSpec::new(5).revoke(&serial, Some(6)));
    assert_eq!(with_delta(clean.clone(), CrlSpec::new(6).delta_on(5).revoke(&serial, Some(1))), "revoked");
    assert_eq!(with_delta(held.clone(), CrlSpec::new(6).delta_on(5).revoke(&serial, Some(8))), "");
    assert_eq!(with_delta(held.clone(), CrlSpec::new(6).delta_on(5)), "revoked");
    // A delta on a later CRL does not fit.
    assert_eq!(with_delta(held, CrlSpec::new(7).delta_on(6).revoke(&serial, Some(8))), "revoked");
    let mut only = vec![chain.root.crl(&CrlSpec::new(1)), chain.issuing.crl(&CrlSpec::new(6).delta_on(5))];
    assert!(chain.with_crls(&only).2.contains("only a delta"));
    only.pop();
    assert_eq!(chain.with_crls(&only).1, "crl-missing");
}

#[test]
fn crls_must_be_genuine_and_understood() {
    let chain = Chain::plain();
    let root_crl = chain.root.crl(&CrlSpec::new(1));
    let forged = CrlSpec::new(1).sign(&chain.issuing.certificate.subject, &key());
    assert_eq!(chain.with_crls(&[root_crl.clone(), forged]).1, "crl-signature");
    let odd = chain.issuing.crl(&CrlSpec::new(1).with("1.2.3.4", true, &[5, 0]));
    assert_eq!(chain.with_crls(&[root_crl, odd]).1, "unsupported");
    let no_crl_sign = Spec { key_usage: Some(KeyUsage::KEY_CERT_SIGN), ..issuing() };
    let chain = Chain::new(&root(), &no_crl_sign, &leaf());
    let (_, rule, reason) = chain.with_crls(&chain.crls(&CrlSpec::new(1)));
    assert_eq!(
        (rule, reason.as_str()),
        ("crl-signature", "CN=Acme Issuing CA may not sign CRLs: its keyUsage lacks cRLSign")
    );
}

#[test]
fn crls_are_used_within_their_scope() {
    let chain = Chain::plain();
    let scoped = |idp: &[u8]| chain.with_crls(&chain.crls(&CrlSpec::new(1).with("2.5.29.28", true, idp))).1;
    assert_eq!(scoped(&[0x30, 3, 0x81, 1, 0xff]), "", "onlyContainsUserCerts");
    assert_eq!(scoped(&[0x30, 3, 0x82, 1, 0xff]), "crl-missing", "onlyContainsCACerts");
    assert_eq!(scoped(&[0x30, 3, 0x85, 1, 0xff]), "crl-missing", "onlyContainsAttributeCerts");
    assert_eq!(scoped(&[0x30, 4, 0x83, 2, 6, 0x40]), "crl-missing", "onlySomeReasons: keyCompromise");
    let url = b"http://crl.test/a";
    let name = [&[0x30, 23, 0xa0, 21, 0xa0, 19, 0x86, 17], &url[..]].concat();
    assert_eq!(scoped(&name), "crl-missing", "the certificate names no distribution point");
    let mut pointed = leaf();
    pointed.extra.push(crate::x509::Extension::crl_distribution_points(&["http://crl.test/a".into()]).unwrap());
    let chain = Chain::new(&root(), &issuing(), &pointed);
    assert_eq!(chain.with_crls(&chain.crls(&CrlSpec::new(1).with("2.5.29.28", true, &name))).1, "");
}

fn issuance(spec: &Spec, chain: &[&Node]) -> Vec<(usize, &'static str)> {
    let issuer = &chain[0].certificate;
    let tbs = spec.tbs(key().public_key(), &issuer.subject, chain[0].key.public_key());
    let certificates: Vec<Certificate> = chain.iter().map(|node| node.certificate.clone()).collect();
    let errors = check_issuance(&tbs, &certificates, NOW).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.depth.unwrap(), error.rule)).collect()
}

#[test]
fn issuance_is_checked_against_the_whole_chain() {
    let root = Node::root(&root().permit(&["corp.test", "10.0.0.0/8"]));
    let issuing = root.issue(&issuing().purposes(&[oid::EKU_SERVER_AUTH]));
    let chain = [&issuing, &root];
    assert_eq!(issuance(&leaf(), &chain), []);
    assert_eq!(issuance(&Spec::ca("Sub CA", None), &chain), [(1, "path-length")]);
    assert_eq!(issuance(&Spec::leaf("x", &["a.test", "b.test"]), &chain), [(0, "name-constraint"); 2]);
    let (alike, other) = (["corp.test", "10.0.0.0/8"], ["www.corp.test"]);
    for (permitted, count) in [(&alike[..], 1), (&other, 2)] {
        let issuing = root.issue(&self::issuing().permit(permitted));
        assert_eq!(issuance(&Spec::leaf("x", &["a.test"]), &[&issuing, &root]).len(), count);
    }
    let both = leaf().purposes(&[oid::EKU_SERVER_AUTH, oid::EKU_CLIENT_AUTH]);
    assert_eq!(issuance(&both, &chain), [(0, "purpose")]);
    let long = Spec { not_after: NOW + Duration::days(11), ..leaf() };
    assert_eq!(issuance(&long, &chain), [(0, "outlives-issuer"); 2]);
    let expired = Node::root(&Spec { not_after: NOW - Duration::days(1), ..self::root() });
    let old = Spec { not_after: NOW - Duration::days(2), ..leaf() };
    assert_eq!(issuance(&old, &[&expired]), [(1, "expired")]);
    let early = Node::root(&Spec { not_before: NOW + Duration::days(1), ..self::root() });
    assert_eq!(issuance(&leaf(), &[&early]), [(1, "not-yet-valid")]);
    let no_sign = Node::root(&Spec { key_usage: Some(KeyUsage::CRL_SIGN), ..self::root() });
    assert_eq!(issuance(&leaf(), &[&no_sign]), [(1, "no-key-cert-sign")]);
    let end = Node::root(&leaf());
    assert_eq!(issuance(&leaf(), &[&end]), [(1, "not-a-ca")]);
}

#[test]
fn issuance_names_the_right_issuer_and_reads_the_extensions() {
    let root = Node::root(&root());
    let mut tbs = leaf().tbs(key().public_key(), &root.certificate.subject, root.key.public_key());
    let chain = [root.certificate.clone()];
    assert!(check_issuance(&tbs, &chain, NOW).is_ok());
    assert!(check_issuance(&tbs, &[], NOW).is_ok());
    tbs.issuer = Name::common_name_only("Somebody Else").unwrap();
    assert_eq!(check_issuance(&tbs, &chain, NOW).unwrap_err()[0].rule, "no-issuer");
    tbs.extensions.push(crate::x509::Extension { oid: oid::EXTENDED_KEY_USAGE, critical: false, value: vec![0] });
    assert_eq!(check_issuance(&tbs, &chain, NOW).unwrap_err()[0].rule, "malformed");
}
