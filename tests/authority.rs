//! What the authority promises, through the library: serials, validity, the clock, keys, all or nothing.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use certwright::ca::{self, AuthorityPlan, CaError, LoadedAuthority, Order, RandomSerials, SerialSource, Session};
use certwright::issuance::{IssuanceError, Profiles, Request, Validity};
use certwright::keys::{Algorithm, KeyError, PrivateKey};
use certwright::store::{CertificateRow, Filing, Settings, Store, StoreError};
use certwright::x509::Name;
use certwright::x509::time::{Span, parse_instant};
use tempfile::TempDir;
use time::OffsetDateTime;

struct Bench {
    dir: TempDir,
    store: Store,
    now: OffsetDateTime,
}

fn session(now: OffsetDateTime) -> Session<'static> {
    Session { now, actor: "test@host", serials: &RandomSerials, progress: &|| {}, filing: Filing::Directories }
}

impl Bench {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        // Long past: the store's first line has the time that is handed in, too.
        let now = parse_instant("2020-06-01T12:00:00Z").unwrap();
        let store = Store::create(&dir.path().join("pki"), now, "test@host").unwrap();
        let bench = Self { dir, store, now };
        bench.root("1y");
        bench
    }

    fn root(&self, validity: &str) {
        let profile = Profiles::default().get("root").unwrap();
        let key = Arc::new(PrivateKey::generate(Algorithm::EcP256).unwrap());
        let request = Request {
            subject: Some(Name::parse("CN=Test Root").unwrap()),
            name: Some("Test Root".to_owned()),
            validity: Validity { span: Some(Span::parse(validity).unwrap()), ..Validity::default() },
            ..Request::new(key.public_key().clone())
        };
        let plan =
            AuthorityPlan { name: "root", profile: &profile, request, key_pem: key.to_pkcs8_pem(None).unwrap(), key };
        let mut writer = self.store.lock(Duration::from_secs(5), "test").unwrap();
        ca::create_root(&mut writer, plan, None, Settings::default(), &session(self.now)).unwrap();
    }

    fn authority(&self, now: OffsetDateTime) -> Result<LoadedAuthority, CaError> {
        let state = self.store.read().unwrap();
        ca::load(&self.store, ca::resolve(&state, Some("root"))?, now, &mut |_| None)
    }

    fn issue(&self, session: &Session<'_>, orders: Vec<Order>) -> Result<Vec<ca::Outcome>, CaError> {
        let authority = self.authority(session.now)?;
        let profile = Profiles::default().get("server").unwrap();
        let mut writer = self.store.lock(Duration::from_secs(5), "test").unwrap();
        ca::issue(&mut writer, &authority, &profile, session, orders)
    }

    fn journal_lines(&self) -> usize {
        std::fs::read_to_string(self.store.layout().journal()).unwrap().lines().count()
    }
}

fn order(name: &str) -> Order {
    order_for(name, &PrivateKey::generate(Algorithm::EcP256).unwrap())
}

fn order_for(name: &str, key: &PrivateKey) -> Order {
    let request = Request { name: Some(name.to_owned()), ..Request::new(key.public_key().clone()) };
    Order { label: name.to_owned(), request, lineage: name.to_owned(), key_pem: None }
}

/// Gives the same octets a number of times, then others.
struct Stuck {
    drawn: AtomicUsize,
    repeats: usize,
}

impl SerialSource for Stuck {
    fn octets(&self) -> Result<[u8; 20], KeyError> {
        let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
        let octet = if drawn < self.repeats { 1 } else { u8::try_from(drawn).unwrap() };
        Ok([octet; 20])
    }
}

#[test]
fn a_serial_that_is_taken_is_drawn_again() {
    let bench = Bench::new();
    let serials = Stuck { drawn: AtomicUsize::new(0), repeats: 3 };
    let session = Session { serials: &serials, ..session(bench.now) };
    let first = bench.issue(&session, vec![order("a.test")]).unwrap();
    let second = bench.issue(&session, vec![order("b.test"), order("c.test")]).unwrap();
    let mut all: Vec<String> = first.iter().chain(&second).map(|outcome| outcome.certificate.serial.hex()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn a_random_source_that_only_repeats_itself_is_an_error_and_signs_nothing() {
    let bench = Bench::new();
    let serials = Stuck { drawn: AtomicUsize::new(0), repeats: usize::MAX };
    let session = Session { serials: &serials, ..session(bench.now) };
    bench.issue(&session, vec![order("a.test")]).unwrap();
    let before = bench.journal_lines();
    let error = bench.issue(&session, vec![order("b.test")]).unwrap_err();
    assert!(error.to_string().contains("repeating itself"), "{error}");
    assert_eq!(bench.journal_lines(), before);
}

#[test]
fn serials_are_positive_and_have_159_bits() {
    let bench = Bench::new();
    let outcomes = bench.issue(&session(bench.now), (0..16).map(|n| order(&format!("n{n}.test"))).collect()).unwrap();
    for outcome in outcomes {
        let serial = outcome.certificate.serial;
        assert_eq!(serial.content().len(), 20);
        assert_eq!(serial.content()[0] & 0xc0, 0x40, "{serial}");
    }
}

#[test]
fn a_leaf_never_outlives_its_issuer() {
    let bench = Bench::new();
    let late = bench.now + time::Duration::days(330);
    let issuer_end = bench.authority(late).unwrap().certificate.not_after;
    let outcomes = bench.issue(&session(late), vec![order("a.test")]).unwrap();
    assert_eq!(outcomes[0].certificate.not_after, issuer_end);
    assert!(!outcomes[0].report.notes.is_empty(), "the cut is told");

    let mut asked = order("b.test");
    asked.request.validity.span = Some(Span::parse("90d").unwrap());
    let error = bench.issue(&session(late), vec![asked]).unwrap_err();
    assert!(matches!(error, CaError::Issuance(IssuanceError::Refused(_))), "{error}");
}

#[test]
fn an_expired_authority_signs_nothing() {
    let bench = Bench::new();
    let error = bench.issue(&session(bench.now + time::Duration::days(400)), vec![order("a.test")]).unwrap_err();
    assert!(matches!(error, CaError::AuthorityNotValid { .. }), "{error}");
    assert!(error.to_string().contains("expired on 2021-"), "{error}");
}

#[test]
fn a_clock_that_was_set_back_signs_nothing() {
    let bench = Bench::new();
    let authority = bench.authority(bench.now).unwrap();
    let profile = Profiles::default().get("server").unwrap();
    let before = bench.journal_lines();
    let mut writer = bench.store.lock(Duration::from_secs(5), "test").unwrap();
    let behind = session(bench.now - time::Duration::days(1));
    let error = ca::issue(&mut writer, &authority, &profile, &behind, vec![order("a.test")]).unwrap_err();
    assert!(matches!(error, CaError::ClockSetBack { .. }), "{error}");
    let a_little = session(bench.now - time::Duration::minutes(4));
    ca::issue(&mut writer, &authority, &profile, &a_little, vec![order("a.test")]).unwrap();
    drop(writer);
    assert_eq!(bench.journal_lines(), before + 1);
}

#[test]
fn the_authoritys_own_key_is_certified_for_nobody() {
    let bench = Bench::new();
    let pem = bench.store.read_authority_key("root").unwrap();
    let key = certwright::keys::KeyFile::read(&pem, &mut || None).unwrap().key;
    let error = bench.issue(&session(bench.now), vec![order_for("a.test", &key)]).unwrap_err();
    assert!(matches!(error, CaError::Issuance(IssuanceError::Refused(_))), "{error}");
}

#[test]
fn one_refused_order_keeps_the_whole_batch_from_being_signed() {
    let bench = Bench::new();
    let before = bench.journal_lines();
    let mut orders: Vec<Order> = (0..20).map(|n| order(&format!("n{n}.test"))).collect();
    orders[13].request.name = Some("not_a_host".to_owned());
    orders[13].label = "thirteen.csr".to_owned();
    let error = bench.issue(&session(bench.now), orders).unwrap_err();
    let CaError::Item { item, .. } = &error else { panic!("{error}") };
    assert_eq!(item, "thirteen.csr");
    assert_eq!(bench.journal_lines(), before);
    assert!(!bench.dir.path().join("pki/issued/n0.test").exists());
}

#[test]
fn a_batch_over_all_cores_keeps_its_order() {
    let bench = Bench::new();
    let names: Vec<String> = (0..40).map(|n| format!("n{n}.test")).collect();
    let outcomes = bench.issue(&session(bench.now), names.iter().map(|name| order(name)).collect()).unwrap();
    let issued: Vec<_> = outcomes.iter().map(|outcome| outcome.certificate.subject.common_name().unwrap()).collect();
    assert_eq!(issued, names);
    let state = bench.store.read().unwrap();
    let mut recorded = Vec::new();
    let visit = &mut |row: &CertificateRow<'_>| {
        recorded.push(row.lineage.to_owned());
        Ok::<(), StoreError>(())
    };
    state.for_each_certificate(visit).unwrap();
    recorded.remove(0);
    assert_eq!(recorded, names);
}

fn subordinate(subject: &str, key: &PrivateKey) -> Order {
    let request = Request {
        subject: Some(Name::parse(subject).unwrap()),
        name: Some("sub".to_owned()),
        ..Request::new(key.public_key().clone())
    };
    Order { label: "sub.csr".to_owned(), request, lineage: "sub".to_owned(), key_pem: None }
}

fn issue_intermediate(bench: &Bench, orders: Vec<Order>) -> Result<Vec<ca::Outcome>, CaError> {
    let authority = bench.authority(bench.now)?;
    let profile = Profiles::default().get("intermediate").unwrap();
    let mut writer = bench.store.lock(Duration::from_secs(5), "test").unwrap();
    ca::issue(&mut writer, &authority, &profile, &session(bench.now), orders)
}

/// Validators exempt what bears its issuer's name from path length and name constraints.
#[test]
fn nobody_else_becomes_an_authority_under_an_authoritys_name() {
    let bench = Bench::new();
    let (one, two) =
        (PrivateKey::generate(Algorithm::EcP256).unwrap(), PrivateKey::generate(Algorithm::EcP256).unwrap());
    let error = issue_intermediate(&bench, vec![subordinate("CN=test root", &one)]).unwrap_err();
    assert!(matches!(error, CaError::Issuance(IssuanceError::Refused(_))), "{error}");
    issue_intermediate(&bench, vec![subordinate("CN=Sub CA", &one)]).unwrap();
    let error = issue_intermediate(&bench, vec![subordinate("CN=Sub CA", &two)]).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
    issue_intermediate(&bench, vec![subordinate("CN=Sub CA", &one)]).unwrap();
}

#[test]
fn lineages_of_authorities_are_theirs() {
    let bench = Bench::new();
    let error = bench
        .issue(&session(bench.now), vec![Order { lineage: "authority-root".to_owned(), ..order("a.test") }])
        .unwrap_err();
    assert!(matches!(error, CaError::BadName(_)), "{error}");
}
