//! What a revocation and a CRL promise: nothing is lost, numbers only rise, time only goes on, and every rule has its words.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;
use std::time::Duration as Wait;

use certwright::ca::{
    self, AuthorityPlan, CaError, Cause, Due, LoadedAuthority, Order, RandomSerials, Revocable, Schedule, Session,
};
use certwright::issuance::{Profiles, Request, Validity};
use certwright::keys::{Algorithm, PrivateKey};
use certwright::store::{CrlSchedule, Filing, Settings, Store};
use certwright::x509::time::{Span, parse_instant};
use certwright::x509::{Certificate, Crl, Name, RevocationReason, Serial};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

struct Pki {
    _dir: TempDir,
    store: Store,
    start: OffsetDateTime,
}

impl Pki {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let start = parse_instant("2030-06-01T12:00:00Z").unwrap();
        let store = Store::create(&dir.path().join("pki"), start, "test").unwrap();
        let pki = Self { _dir: dir, store, start };
        let profile = Profiles::default().get("root").unwrap();
        let key = Arc::new(PrivateKey::generate(Algorithm::EcP256).unwrap());
        let request = Request {
            subject: Some(Name::parse("CN=Test Root").unwrap()),
            name: Some("Test Root".to_owned()),
            validity: Validity { span: Some(Span::parse("2y").unwrap()), ..Validity::default() },
            ..Request::new(key.public_key().clone())
        };
        let plan =
            AuthorityPlan { name: "root", profile: &profile, request, key_pem: key.to_pkcs8_pem(None).unwrap(), key };
        let settings =
            Settings { crl_urls: vec!["http://pki.test/{{ authority }}.crl".to_owned()], ..Settings::default() };
        let mut writer = pki.lock();
        ca::create_root(&mut writer, plan, None, settings, &session(pki.start)).unwrap();
        drop(writer);
        pki
    }

    fn lock(&self) -> certwright::store::Writer<'_> {
        self.store.lock(Wait::from_secs(5), "test").unwrap()
    }

    fn authority(&self, now: OffsetDateTime) -> LoadedAuthority {
        let state = self.store.read().unwrap();
        ca::load(&self.store, ca::resolve(&state, Some("root")).unwrap(), now, &mut |_| None).unwrap()
    }

    fn issue(&self, name: &str, days: u32) -> Certificate {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let validity = Validity { span: Some(Span::parse(&format!("{days}d")).unwrap()), ..Validity::default() };
        let request = Request { name: Some(name.to_owned()), validity, ..Request::new(key.public_key().clone()) };
        let order = Order { label: name.to_owned(), request, lineage: name.to_owned(), key_pem: None };
        let profile = Profiles::default().get("server").unwrap();
        let authority = self.authority(self.start);
        let issued = ca::issue(&mut self.lock(), &authority, &profile, &session(self.start), vec![order]).unwrap();
        issued.into_iter().next().unwrap().certificate
    }

    fn revoke(&self, certificate: &Certificate, reason: RevocationReason, now: OffsetDateTime) -> ca::Revoked {
        let revocable = Revocable::foreign(&self.store.read().unwrap(), certificate).unwrap();
        let cause = Cause { reason, invalidity_date: None, revoked_at: now };
        ca::revoke(&mut self.lock(), vec![revocable], &cause, now, "test").unwrap().remove(0)
    }

    fn release(&self, certificate: &Certificate, now: OffsetDateTime) -> Result<(), CaError> {
        let revocable = Revocable::foreign(&self.store.read().unwrap(), certificate).unwrap();
        ca::release(&mut self.lock(), &[revocable], now, "test")
    }

    fn crl(&self, schedule: &Schedule, delta: bool, now: OffsetDateTime) -> Result<Crl, CaError> {
        let signed = ca::sign_crl(&mut self.lock(), &self.authority(now), schedule, delta, now, "test")?;
        let released = std::fs::read(self.store.layout().crl("root", delta)).unwrap();
        assert_eq!(released, signed.der, "what is released is not what was signed");
        assert_eq!(self.store.check().unwrap(), []);
        Ok(Crl::from_der(&signed.der).unwrap())
    }
}

fn session(now: OffsetDateTime) -> Session<'static> {
    Session { now, actor: "test", serials: &RandomSerials, progress: &|| {}, filing: Filing::Directories }
}

fn schedule() -> Schedule {
    Schedule::read(&CrlSchedule::default()).unwrap()
}

fn listed(crl: &Crl) -> Vec<(Serial, RevocationReason)> {
    let reason = |entry: &certwright::x509::RevokedEntry| entry.reason.unwrap_or(RevocationReason::Unspecified);
    crl.entries.iter().map(|entry| (entry.serial.clone(), reason(entry))).collect()
}

#[test]
fn numbers_rise_over_full_and_delta_crls_and_a_delta_lists_what_changed() {
    let pki = Pki::new();
    let [kept, held, again, new] = ["kept.test", "held.test", "again.test", "new.test"].map(|name| pki.issue(name, 30));
    let at = |hours| pki.start + Duration::hours(hours);
    pki.revoke(&kept, RevocationReason::KeyCompromise, at(1));
    pki.revoke(&held, RevocationReason::CertificateHold, at(1));
    pki.revoke(&again, RevocationReason::CertificateHold, at(1));
    let full = pki.crl(&schedule(), false, at(2)).unwrap();
    let hold = RevocationReason::CertificateHold;
    assert_eq!(
        listed(&full),
        [
            (kept.serial.clone(), RevocationReason::KeyCompromise),
            (held.serial.clone(), hold),
            (again.serial.clone(), hold)
        ]
    );
    pki.release(&held, at(3)).unwrap();
    pki.revoke(&again, RevocationReason::Superseded, at(3));
    pki.revoke(&new, RevocationReason::CertificateHold, at(3));
    let delta = pki.crl(&schedule(), true, at(4)).unwrap();
    assert_eq!(
        listed(&delta),
        [
            (held.serial.clone(), RevocationReason::RemoveFromCrl),
            (again.serial.clone(), RevocationReason::Superseded),
            (new.serial.clone(), hold)
        ]
    );
    // What the base does not list need not be removed from it.
    pki.release(&new, at(5)).unwrap();
    let second = pki.crl(&schedule(), true, at(5)).unwrap();
    assert_eq!(second.entries.len(), 2);
    let next = pki.crl(&schedule(), false, at(6)).unwrap();
    assert_eq!(
        listed(&next),
        [(kept.serial.clone(), RevocationReason::KeyCompromise), (again.serial.clone(), RevocationReason::Superseded)]
    );
    let numbers: Vec<_> = [&full, &delta, &second, &next].iter().map(|crl| crl.number.clone().unwrap()).collect();
    assert_eq!(numbers, [vec![1], vec![2], vec![3], vec![4]]);
    assert_eq!((delta.delta_base, second.delta_base), (Some(vec![1]), Some(vec![1])));
    assert!(!pki.store.layout().crl("root", true).exists(), "the delta of a CRL that is replaced stays");
}

#[test]
fn a_certificate_leaves_the_crl_after_it_was_listed_once_beyond_its_end() {
    let pki = Pki::new();
    let short = pki.issue("short.test", 1);
    let at = |days| pki.start + Duration::days(days);
    pki.revoke(&short, RevocationReason::Superseded, at(0));
    let entries = |days| pki.crl(&schedule(), false, at(days)).unwrap().entries.len();
    assert_eq!([entries(0), entries(2), entries(4)], [1, 1, 0]);
    let keep = Schedule { keep_expired: true, ..schedule() };
    assert_eq!(pki.crl(&keep, false, at(6)).unwrap().entries.len(), 1);
}

#[test]
fn a_serial_alone_can_be_revoked_and_stays() {
    let pki = Pki::new();
    let lost: Serial = "0x1234".parse().unwrap();
    let cause = Cause { reason: RevocationReason::KeyCompromise, invalidity_date: None, revoked_at: pki.start };
    let revocable = Revocable::unknown("root", &lost).unwrap();
    ca::revoke(&mut pki.lock(), vec![revocable], &cause, pki.start, "test").unwrap();
    for days in [0, 100, 600] {
        let crl = pki.crl(&schedule(), false, pki.start + Duration::days(days)).unwrap();
        assert!(crl.find(&lost).is_some(), "{days}");
    }
    assert!(Revocable::unknown("root", &Serial::from_content(&[0])).is_err());
}

#[test]
fn what_is_revoked_stays_so_and_only_a_hold_is_released() {
    let pki = Pki::new();
    let certificate = pki.issue("a.test", 30);
    assert!(matches!(pki.release(&certificate, pki.start), Err(CaError::Refused { .. })));
    assert!(!pki.revoke(&certificate, RevocationReason::Superseded, pki.start).already);
    let again = pki.revoke(&certificate, RevocationReason::KeyCompromise, pki.start + Duration::days(1));
    assert!(again.already);
    assert_eq!((again.entry.reason, again.entry.revoked_at), (Some(RevocationReason::Superseded), pki.start));
    let error = pki.release(&certificate, pki.start).unwrap_err();
    assert!(error.to_string().contains("revoked for good"), "{error}");
    assert_eq!(pki.store.read().unwrap().revocations("root").unwrap().iter().count(), 1);
}

#[test]
fn a_clock_set_back_signs_no_crl_and_revokes_nothing() {
    let pki = Pki::new();
    let certificate = pki.issue("a.test", 30);
    let first = pki.crl(&schedule(), false, pki.start).unwrap();
    let journal = || std::fs::read(pki.store.layout().journal()).unwrap();
    let before = journal();
    for back in [Duration::days(1), Duration::days(3650)] {
        let now = pki.start - back;
        let cause = Cause { reason: RevocationReason::Superseded, invalidity_date: None, revoked_at: now };
        let revocable = Revocable::foreign(&pki.store.read().unwrap(), &certificate).unwrap();
        assert!(matches!(
            ca::revoke(&mut pki.lock(), vec![revocable], &cause, now, "test"),
            Err(CaError::ClockSetBack { .. })
        ));
        let signed = ca::sign_crl(&mut pki.lock(), &pki.authority(pki.start), &schedule(), false, now, "test");
        assert!(matches!(signed, Err(CaError::ClockSetBack { .. })));
    }
    assert_eq!(journal(), before);
    // A clock that lags by seconds is no reason to stop, but thisUpdate stays.
    let next = pki.crl(&schedule(), false, pki.start - Duration::seconds(30)).unwrap();
    assert_eq!((next.this_update, next.number), (first.this_update, Some(vec![2])));
}

#[test]
fn a_crl_never_outlives_its_authority() {
    let pki = Pki::new();
    let long = Schedule { validity: Span::parse("50y").unwrap(), ..schedule() };
    let crl = pki.crl(&long, false, pki.start).unwrap();
    assert_eq!(crl.next_update, Some(pki.authority(pki.start).certificate.not_after));
    let end = pki.authority(pki.start).certificate.not_after;
    let signed = ca::sign_crl(&mut pki.lock(), &pki.authority(pki.start), &schedule(), false, end, "test");
    assert!(matches!(signed, Err(CaError::Refused { .. })));
}

#[test]
fn a_crl_is_due_when_something_changed_or_it_will_lapse() {
    let pki = Pki::new();
    let certificate = pki.issue("a.test", 30);
    let due = |now| {
        let state = pki.store.read().unwrap();
        schedule().due(state.standing("root"), false, now).unwrap()
    };
    let at = |hours| pki.start + Duration::hours(hours);
    assert_eq!(due(at(0)), Some(Due::Never));
    pki.crl(&schedule(), false, at(0)).unwrap();
    // It holds for a week, and a third of that is the overlap.
    assert_eq!(
        [due(at(0)), due(at(111)), due(at(112)), due(at(168))],
        [None, None, Some(Due::Soon), Some(Due::Lapsed)]
    );
    pki.revoke(&certificate, RevocationReason::Superseded, at(1));
    assert_eq!(due(at(1)), Some(Due::Changed));
    pki.crl(&schedule(), false, at(1)).unwrap();
    assert_eq!(due(at(1)), None);
}

#[test]
fn a_delta_needs_a_base_that_still_holds() {
    let pki = Pki::new();
    let delta = |now| pki.crl(&schedule(), true, now).map(drop);
    assert!(matches!(delta(pki.start), Err(CaError::Refused { .. })));
    pki.crl(&schedule(), false, pki.start).unwrap();
    delta(pki.start + Duration::days(6)).unwrap();
    assert!(matches!(delta(pki.start + Duration::days(7)), Err(CaError::Refused { .. })));
}

#[test]
fn a_number_of_before_is_exceeded() {
    let pki = Pki::new();
    let crl = pki.crl(&Schedule { number_after: 4095, ..schedule() }, false, pki.start).unwrap();
    assert_eq!(crl.number, Some(vec![0x10, 0x00]));
    let used_up = Schedule { number_after: u64::MAX, ..schedule() };
    let signed = ca::sign_crl(&mut pki.lock(), &pki.authority(pki.start), &used_up, false, pki.start, "test");
    assert!(matches!(signed, Err(CaError::Refused { .. })));
}

#[test]
fn a_journal_that_was_cut_or_changed_never_loses_a_revocation() {
    let pki = Pki::new();
    let certificate = pki.issue("a.test", 30);
    pki.revoke(&certificate, RevocationReason::KeyCompromise, pki.start);
    pki.crl(&schedule(), false, pki.start).unwrap();
    let path = pki.store.layout().journal();
    let whole = std::fs::read(&path).unwrap();
    let revoked = || match pki.store.read() {
        Ok(state) => state.revocation("root", &certificate.serial).unwrap().is_some(),
        // A refusal loses nothing.
        Err(_) => true,
    };
    assert!(revoked());
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(revoked(), "cut at {length}");
    }
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        assert!(revoked(), "changed at {position}");
    }
}
