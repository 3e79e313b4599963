//! The index says what the journal says, after every commit and whatever happens to it.

use std::fs;
use std::path::Path;

use time::Duration;

use super::fixture::{NOW, WAIT, authority, certificates, commit, copy, leaf, lock, record, root, store, temporary};
use crate::store::faults::{self, Fault};
use crate::store::{
    CrlRecord, DeliveryForm, DeliveryRecord, Draft, Event, RevocationRecord, Settings, State, Store, StoreError,
    encode_der, parse_journal,
};
use crate::x509::time::format_instant;

/// Numbers that look random and are the same in every run (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn reopened(store: &Store, recent: u64) -> Store {
    let mut store = Store::open(store.layout().root()).unwrap();
    store.recent = recent;
    store
}

fn draft(event: Event) -> Draft {
    Draft { event, key_pem: None }
}

fn delivery(lineage: &str, path: &str, pending: bool) -> DeliveryRecord {
    DeliveryRecord {
        lineage: lineage.to_owned(),
        serial: "01".to_owned(),
        path: path.to_owned(),
        file: String::new(),
        form: DeliveryForm::Certificate { fullchain: false },
        files: std::collections::BTreeMap::new(),
        pending,
        command: false,
    }
}

fn revocation(serial: &str, reason: &str) -> Draft {
    draft(Event::CertificateRevoked(RevocationRecord {
        authority: "root".to_owned(),
        serial: serial.to_owned(),
        reason: reason.to_owned(),
        revoked_at: format_instant(NOW),
        invalidity_date: None,
        not_after: None,
        certificate: None,
    }))
}

fn crl(state: &State) -> Draft {
    let number = state.standing("root").newest().map_or(0, |newest| newest.record.number) + 1;
    let text = || encode_der(b"\x30\x00");
    draft(Event::CrlIssued(CrlRecord {
        authority: "root".to_owned(),
        issuer_sha256: "00".repeat(32),
        number,
        base: None,
        this_update: format_instant(NOW + Duration::hours(i64::try_from(number).unwrap())),
        next_update: format_instant(NOW + Duration::days(700)),
        signed_at: None,
        entries: 0,
        keep_expired: false,
        extensions: text(),
        algorithm: text(),
        signature: text(),
        sha256: "00".repeat(32),
    }))
}

/// A transaction of one to three things that the store may record next.
fn transaction(numbers: &mut Numbers, state: &State, serial: &mut u64) -> Vec<Draft> {
    let lineage = format!("host{}", numbers.below(5));
    let path = format!("/tls/{}", numbers.below(4));
    let known = format!("{:04x}", numbers.below((*serial).max(1)) + 1);
    let said = state.revocation("root", &serial_of(&known)).unwrap();
    match (numbers.below(12), said.map(|entry| entry.reason)) {
        (0..4, _) => (0..=numbers.below(3))
            .map(|n| {
                *serial += 1;
                let mut certificate = record("root", &format!("{lineage}{n}"), &format!("{serial:04x}"), false);
                certificate.key_sha256 = format!("{:02x}", numbers.below(6)).repeat(32);
                draft(Event::CertificateIssued(certificate))
            })
            .collect(),
        (4, None) if *serial > 0 => vec![revocation(&known, "certificateHold")],
        (5, None) if *serial > 0 => vec![revocation(&known, "keyCompromise")],
        (4..6, Some(Some(crate::x509::RevocationReason::CertificateHold))) => {
            vec![draft(Event::CertificateReleased { authority: "root".to_owned(), serial: known })]
        }
        (6, _) => {
            let deliveries = vec![delivery(&lineage, &path, false), delivery("host0", "/tls/shared", true)];
            vec![draft(Event::Delivered { deliveries })]
        }
        (7, _) => vec![draft(Event::Delivered { deliveries: vec![delivery(&lineage, &path, true)] })],
        (8, _) => vec![draft(Event::DeliveryForgotten { lineage, path })],
        (9, _) => {
            let name = format!("sub{}", numbers.below(3));
            *serial += 1;
            let text = format!("{name} {serial}");
            vec![
                draft(Event::CertificateIssued(record(
                    &name,
                    &format!("authority-{name}"),
                    &format!("{serial:04x}"),
                    false,
                ))),
                authority(&name, &text, &["root certificate"], Some("sub key")),
            ]
        }
        (10, _) => {
            let settings = Settings { crl_urls: vec![format!("http://{path}.test")], ..Settings::default() };
            vec![draft(Event::SettingsChanged { settings })]
        }
        _ => vec![draft(Event::Delivered { deliveries: vec![delivery(&lineage, &path, false)] })],
    }
}

fn serial_of(hex: &str) -> crate::x509::Serial {
    record("root", "a", hex, false).serial().unwrap()
}

/// Whatever may be asked of a state: the answers of one with an index and of one without are the same.
fn assert_same(found: &State, full: &State, what: &str) {
    let head = |state: &State| {
        (state.seq, state.head.clone(), state.latest, state.settings.clone(), state.certificate_count())
    };
    assert_eq!(head(found), head(full), "{what}");
    assert_eq!((&found.authorities, &found.requested), (&full.authorities, &full.requested), "{what}");
    assert_eq!(certificates(found), certificates(full), "{what}");
    for record in certificates(full) {
        let (serial, lineage) = (record.serial.as_str(), record.lineage.as_str());
        assert_eq!(found.by_serial(serial).unwrap(), Some(&record), "{what}");
        assert!(found.has_serial(serial).unwrap());
        assert_eq!(found.lineage(lineage).unwrap(), full.lineage(lineage).unwrap(), "{what}");
        assert_eq!(found.by_key(&record.key_sha256).unwrap(), full.by_key(&record.key_sha256).unwrap(), "{what}");
        assert_eq!(found.by_subject(&record.subject).unwrap(), full.by_subject(&record.subject).unwrap(), "{what}");
        assert_eq!(found.issuer_of(serial).unwrap(), full.issuer_of(serial).unwrap(), "{what}: {serial}");
        let revocation = |state: &State| state.revocation("root", &record.serial().unwrap()).unwrap();
        assert_eq!(revocation(found), revocation(full), "{what}: {serial}");
    }
    assert!(!found.has_serial("ffff").unwrap() && found.lineage("nobody").unwrap().is_empty());
    let deliveries = |state: &State, lineage: &str| {
        let mut all = state.deliveries(lineage).unwrap();
        all.sort_by_key(DeliveryRecord::site);
        all
    };
    for lineage in ["host0", "host1", "host2", "host3", "host4"] {
        assert_eq!(deliveries(found, lineage), deliveries(full, lineage), "{what}: {lineage}");
    }
    let pending = |state: &State| {
        let mut all: Vec<_> = state.pending_deliveries().map(|one| (one.path.clone(), one.lineage.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(pending(found), pending(full), "{what}");
    assert_eq!(found.standing("root"), full.standing("root"), "{what}");
    let entries = |state: &State| state.revocations("root").unwrap().iter().cloned().collect::<Vec<_>>();
    assert_eq!(entries(found), entries(full), "{what}");
    let numbers = |state: &State| {
        state.revocations("root").unwrap().crls().iter().map(|crl| crl.record.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(found), numbers(full), "{what}");
    let rows = |state: &State| {
        let mut rows = Vec::new();
        let visit = &mut |row: &crate::store::CertificateRow<'_>, newest| {
            rows.push((format!("{row:?}"), newest));
            Ok::<(), StoreError>(())
        };
        state.for_each_in_lineage(visit).unwrap();
        rows
    };
    assert_eq!(rows(found), rows(full), "{what}");
}

fn full(store: &Store) -> State {
    parse_journal(&fs::read(store.layout().journal()).unwrap()).unwrap()
}

/// Changes the journal as an editor would, a moment later: the file system's clock has moved on.
fn edit(store: &Store, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    use std::os::unix::fs::MetadataExt;
    let path = store.layout().journal();
    let stamp = || fs::metadata(&path).map(|found| (found.ctime(), found.ctime_nsec())).unwrap();
    let (before, bytes) = (stamp(), change(fs::read(&path).unwrap()));
    while stamp() == before {
        fs::write(&path, &bytes).unwrap();
    }
}

fn indexed(recent: u64) -> (tempfile::TempDir, Store) {
    let (dir, store) = store();
    let store = reopened(&store, recent);
    commit(&store, vec![root()]);
    let mut drafts: Vec<_> = (1..=20).map(|n| leaf(&format!("host{}", n % 7), &format!("{n:04x}"), None)).collect();
    drafts.push(revocation("0003", "keyCompromise"));
    commit(&store, drafts);
    assert!(store.layout().cache().join("index.json").exists());
    (dir, store)
}

#[test]
fn whatever_is_asked_the_answers_are_those_of_the_journal() {
    for (seed, recent) in [(1, 1), (2, 3), (3, 8), (4, 30)] {
        let (_dir, store) = store();
        let store = reopened(&store, recent);
        commit(&store, vec![root()]);
        let (mut numbers, mut serial) = (Numbers(seed), 0);
        let mut writer = store.lock(WAIT, "test").unwrap();
        for round in 0..90 {
            if round % 9 == 0 {
                // Another command goes on.
                drop(writer);
                writer = store.lock(WAIT, "test").unwrap();
            }
            let mut drafts = transaction(&mut numbers, writer.state(), &mut serial);
            if round % 10 == 3 {
                drafts.push(crl(writer.state()));
            }
            // Made-up CRLs cannot be put together again: they are recorded, and that is enough here.
            match writer.commit(NOW, "tester", drafts) {
                Ok(()) | Err(StoreError::Recorded { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            if round % 10 == 3 {
                drop(writer);
                fs::remove_dir_all(store.layout().staging()).unwrap();
                writer = store.lock(WAIT, "test").unwrap();
            }
            let what = format!("seed {seed}, index every {recent} lines, round {round}");
            if round % 5 == 0 {
                assert_same(writer.state(), &full(&store), &what);
                let read = store.read().unwrap();
                assert!(read.base().is_some() || round < 30, "{what}");
                assert_same(&read, &full(&store), &what);
            }
        }
    }
}

#[test]
fn a_long_journal_is_read_once_and_then_its_end() {
    let (_dir, store) = indexed(10);
    let drafts = (100..400).map(|n| leaf(&format!("host{}", n % 50), &format!("{n:04x}"), None)).collect();
    commit(&store, drafts);
    fs::remove_dir_all(store.layout().cache()).unwrap();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let teller = std::sync::Arc::clone(&told);
    let store =
        reopened(&store, 1000).with_progress(Box::new(move |read, total| teller.lock().unwrap().push((read, total))));
    assert_same(&store.read().unwrap(), &full(&store), "rebuilt");
    let length = fs::metadata(store.layout().journal()).unwrap().len();
    assert_eq!(told.lock().unwrap().last(), Some(&(length, length)));
    told.lock().unwrap().clear();
    // A reader kept the index, since nobody wrote.
    assert_same(&store.read().unwrap(), &full(&store), "looked up");
    commit(&store, vec![leaf("later", "aaaa", None)]);
    let state = store.read().unwrap();
    assert_eq!(state.recent_lines(), 1);
    assert_same(&state, &full(&store), "with an end");
    assert_eq!(told.lock().unwrap().len(), 0);
    assert_eq!(store.check().unwrap(), []);
    // Where nothing can be written, it is read every time, and nothing is left behind.
    fs::remove_dir_all(store.layout().cache()).unwrap();
    fs::write(store.layout().cache(), "in the way").unwrap();
    assert_same(&store.read().unwrap(), &full(&store), "in memory");
    assert_eq!(fs::read(store.layout().cache()).unwrap(), b"in the way");
}

#[test]
fn an_edited_line_that_the_index_knows_is_noticed_by_the_next_command() {
    for at in ["0002", "0014", "keyCompromise"] {
        let (_dir, store) = indexed(1);
        assert_eq!(store.read().unwrap().recent_lines(), 0);
        let wrong = at.replace('0', "1").replace('k', "K");
        edit(&store, |bytes| String::from_utf8(bytes).unwrap().replacen(at, &wrong, 1).into_bytes());
        assert!(matches!(store.read(), Err(StoreError::Damaged { line: Some(_), .. })), "{at}");
        assert!(matches!(store.lock(WAIT, "test"), Err(StoreError::Damaged { line: Some(_), .. })), "{at}");
    }
    // Lines that were cut off, and lines that were added.
    let (_dir, store) = indexed(1);
    let whole = fs::read(store.layout().journal()).unwrap();
    edit(&store, |bytes| bytes[..bytes.len() - 400].to_vec());
    assert!(matches!(store.read(), Err(StoreError::Damaged { .. })));
    edit(&store, |_| [whole.as_slice(), b"{}\n"].concat());
    assert!(matches!(store.read(), Err(StoreError::Damaged { .. })));
    // Touched, but as it was.
    edit(&store, |_| whole);
    assert_same(&store.read().unwrap(), &full(&store), "touched");
}

#[test]
fn an_index_that_is_not_right_is_not_used() {
    let (_dir, store) = indexed(1);
    let (_other_dir, other) = indexed(1);
    let cache = store.layout().cache();
    let json = fs::read_to_string(cache.join("index.json")).unwrap();
    let segment = fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "segment"))
        .unwrap();
    let bytes = fs::read(&segment).unwrap();
    let spoil: [&dyn Fn(); 6] = [
        &|| fs::write(cache.join("index.json"), "{").unwrap(),
        &|| fs::write(cache.join("index.json"), json.replacen("\"version\":", "\"version\":9", 1)).unwrap(),
        &|| fs::write(&segment, &bytes[1..]).unwrap(),
        &|| fs::write(&segment, vec![0; bytes.len()]).unwrap(),
        &|| fs::remove_file(&segment).unwrap(),
        &|| {
            fs::remove_dir_all(&cache).unwrap();
            copy(&other.layout().cache(), &cache);
        },
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        spoil();
        let state = store.read().unwrap();
        assert!(state.base().is_none(), "{number}");
        assert_same(&state, &full(&store), &number.to_string());
        let mut writer = lock(&store);
        assert_same(writer.state(), &full(&store), &number.to_string());
        writer.repair().unwrap();
        drop(writer);
        assert_eq!(store.check().unwrap(), [], "{number}");
        fs::create_dir_all(&cache).unwrap();
        fs::write(cache.join("index.json"), &json).unwrap();
        fs::write(&segment, &bytes).unwrap();
        assert!(store.read().unwrap().base().is_some(), "{number}");
    }
    // What looks right and is not is found by looking at everything.
    let mut wrong = bytes;
    let at = wrong.windows(5).position(|window| window == b"host3").unwrap();
    wrong[at] = b'g';
    fs::write(&segment, &wrong).unwrap();
    let found = store.check().unwrap();
    assert!(found.len() == 1 && found[0].path == cache && found[0].repairable, "{found:?}");
    lock(&store).repair().unwrap();
    assert_eq!(store.check().unwrap(), []);
    commit(&store, vec![leaf("later", "aaaa", None)]);
    assert!(store.read().unwrap().base().is_some());
    assert_same(&store.read().unwrap(), &full(&store), "made again");
}

#[test]
fn a_command_stopped_anywhere_while_it_writes_the_index_loses_nothing() {
    let (_dir, store) = indexed(1);
    let commit_one = |root: &Path| {
        let mut store = Store::open(root)?;
        store.recent = 1;
        store.lock(WAIT, "test")?.commit(NOW, "tester", vec![leaf("z", "bbbb", Some("key bbbb"))])
    };
    for fault in [Fault::Die, Fault::DieHalfWay, Fault::FailOnce, Fault::Full] {
        for at in 0.. {
            let dir = temporary();
            let target = dir.path().join("store");
            copy(store.layout().root(), &target);
            let (result, reached) = faults::with(at, fault, || commit_one(&target));
            let what = format!("{fault:?} at step {at}: {result:?}");
            let copied = reopened(&Store::open(&target).unwrap(), 1);
            let recorded = copied.read().unwrap();
            assert_same(&recorded, &full(&copied), &what);
            if result.is_ok() {
                assert!(recorded.has_serial("bbbb").unwrap(), "{what}");
            }
            drop(lock(&copied));
            assert_same(&copied.read().unwrap(), &full(&copied), &what);
            commit(&copied, vec![leaf("y", "cccc", None)]);
            assert_same(&copied.read().unwrap(), &full(&copied), &what);
            assert_eq!(copied.check().unwrap(), [], "{what}");
            if !reached {
                assert!(at > 30, "{what}");
                break;
            }
        }
    }
}

#[test]
fn a_transaction_that_the_index_knows_is_completed_as_well() {
    let (_dir, store) = indexed(1);
    let dir = store.layout().issued("host1", "0008");
    fs::remove_dir_all(&dir).unwrap();
    // The marker of the transaction that began with line 3 stayed, and its files never came.
    fs::write(store.layout().marker(3), "").unwrap();
    drop(lock(&store));
    assert!(dir.join("cert.pem").exists());
    assert_eq!(store.check().unwrap(), []);
}

/// What is asked of a state: all of it in one text, or why it cannot be told.
fn answers(state: &State) -> Result<String, StoreError> {
    let mut text = format!("{} {}", state.seq, state.certificate_count());
    let visit = &mut |row: &crate::store::CertificateRow<'_>, issuer: Option<&crate::store::AuthorityRecord>| {
        text.push_str(&format!("{row:?} {:?}", issuer.map(|issuer| &issuer.authority)));
        Ok::<(), StoreError>(())
    };
    state.for_each_with_issuer(visit)?;
    for n in 1..=20 {
        let serial = format!("{n:04x}");
        text.push_str(&format!("{:?}", state.by_serial(&serial)?.map(|record| &record.certificate)));
        text.push_str(&format!("{:?}", state.revocation("root", &serial_of(&serial))?.map(|entry| entry.reason)));
    }
    text.push_str(&format!("{:?}", state.lineage("host1")?.len()));
    text.push_str(&format!("{:?}", state.revocations("root")?.iter().collect::<Vec<_>>()));
    Ok(text)
}

#[test]
fn a_flipped_bit_in_the_index_gives_the_right_answer_or_none() {
    let (_dir, store) = indexed(1);
    let right = answers(&full(&store)).unwrap();
    let cache = store.layout().cache();
    let (mut used, mut refused) = (0, 0);
    for entry in fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(37) {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1 << (at % 8);
            fs::write(&path, &wrong).unwrap();
            let state = store.read().unwrap();
            used += usize::from(state.base().is_some());
            match answers(&state) {
                Ok(told) => assert!(told == right, "{} at {at}", path.display()),
                Err(error) => {
                    assert!(error.to_string().contains("cache"), "{error}");
                    refused += 1;
                }
            }
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(used > 50 && refused > 50, "{used} {refused}");
    assert_eq!(answers(&store.read().unwrap()).unwrap(), right);
}

#[test]
fn whatever_is_written_while_the_lock_is_held_is_noticed_as_well() {
    let (_dir, store) = indexed(1);
    let mut writer = store.lock(WAIT, "test").unwrap();
    edit(&store, |bytes| String::from_utf8(bytes).unwrap().replacen("0003", "0103", 1).into_bytes());
    let error = writer.commit(NOW, "tester", vec![leaf("z", "bbbb", None)]).unwrap_err();
    assert!(error.to_string().contains("does not hold the lock"), "{error}");
    drop(writer);
    assert!(matches!(store.read(), Err(StoreError::Damaged { line: Some(_), .. })));
}
