//! A journal that was torn, cut or edited (invariants 6, 7 and 11).

use std::fs;

use super::fixture::{NOW, WAIT, authority, certificates, commit, leaf, lock, read, root, store, store_with_root};
use crate::store::{Draft, Event, Settings, State, Store, StoreError, Writer, parse_journal};

/// A small journal: 1 StoreCreated, 2 root, 3–4 two certificates in one transaction, 5 settings.
fn sample() -> (tempfile::TempDir, Store) {
    let (dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", None), leaf("b", "02", None)]);
    let settings = Settings { default_authority: Some("root".to_owned()), ..Settings::default() };
    commit(&store, vec![Draft { event: Event::SettingsChanged { settings }, key_pem: None }]);
    (dir, store)
}

fn damaged_line(error: &StoreError) -> Option<u64> {
    match error {
        StoreError::Damaged { line, .. } => *line,
        error => panic!("{error}"),
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            fs::write(&path, &bytes).unwrap();
            let error = store.read().expect_err(&format!("bit {bit:#x} of byte {at}"));
            let line = whole[..at].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            // A link that was edited shows at the line before it as well.
            let named = damaged_line(&error).unwrap();
            assert!(named == line || named + 1 == line, "byte {at} of line {line}: {error}");
            assert!(matches!(store.lock(WAIT, "test"), Err(StoreError::Damaged { .. })));
            assert_eq!(fs::read(&path).unwrap(), bytes, "the evidence was touched");
        }
    }
}

#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    let whole = fs::read(&path).unwrap();
    for end in ["", "\n"] {
        let endless = [whole.as_slice(), &vec![b' '; 2 << 20], end.as_bytes()].concat();
        fs::write(&path, &endless).unwrap();
        let error = store.read().unwrap_err();
        assert_eq!(damaged_line(&error), Some(6));
        assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
        assert!(matches!(store.lock(WAIT, "test"), Err(StoreError::Damaged { .. })));
        assert_eq!(fs::metadata(&path).unwrap().len(), endless.len() as u64, "the evidence was touched");
    }
    // None is written that could not be read again.
    fs::write(&path, &whole).unwrap();
    let settings = Settings { default_authority: Some("x".repeat(2 << 20)), ..Settings::default() };
    let draft = Draft { event: Event::SettingsChanged { settings }, key_pem: None };
    let mut writer = lock(&store);
    assert!(matches!(writer.commit(NOW, "test", vec![draft]), Err(StoreError::Invalid(_))));
    drop(writer);
    assert_eq!(store.read().unwrap().seq, 5);
}

#[test]
fn every_cut_is_noticed() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        if length + 1 == whole.len() {
            // Only the newline is gone: nothing is lost.
            assert_eq!(store.read().unwrap().seq, 5);
            let writer = lock(&store);
            assert_eq!((writer.state().seq, writer.notices().len()), (5, 2), "{:?}", writer.notices());
            drop(writer);
            assert_eq!(fs::read(&path).unwrap(), whole);
        } else {
            assert!(matches!(store.read(), Err(StoreError::Damaged { .. })), "{length}");
            assert!(matches!(store.lock(WAIT, "test"), Err(StoreError::Damaged { .. })), "{length}");
        }
    }
}

#[test]
fn an_unfinished_append_is_dropped_with_a_notice() {
    let (_dir, store) = sample();
    let (path, head) = (store.layout().journal(), store.layout().head());
    let (before, head_before) = (fs::read(&path).unwrap(), fs::read(&head).unwrap());
    commit(&store, vec![leaf("c", "03", None), leaf("d", "04", None)]);
    let after = fs::read(&path).unwrap();
    for serial in ["03", "04"] {
        fs::remove_dir_all(store.layout().issued(if serial == "03" { "c" } else { "d" }, serial).parent().unwrap())
            .unwrap();
    }
    for length in before.len() + 1..after.len() {
        fs::write(&path, &after[..length]).unwrap();
        fs::write(&head, &head_before).unwrap();
        assert_eq!(store.read().unwrap().seq, 5, "{length}");
        let report = store.verify().unwrap();
        assert_eq!(
            (report.seq, report.bytes, report.unfinished),
            (5, before.len() as u64, (length - before.len()) as u64)
        );
        let writer = lock(&store);
        if length + 1 == after.len() {
            assert_eq!(writer.state().seq, 7);
            assert!(writer.notices().iter().any(|notice| notice.0.contains("newline")));
            drop(writer);
            assert_eq!(fs::read(&path).unwrap(), after);
        } else {
            assert_eq!(writer.state().seq, 5);
            assert!(
                writer.notices().iter().any(|notice| notice.0.contains("never finished")),
                "{:?}",
                writer.notices()
            );
            drop(writer);
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    }
}

#[test]
fn a_head_that_lags_is_normal_and_one_that_is_missing_is_said() {
    let (_dir, store) = sample();
    let head = store.layout().head();
    let old = fs::read(&head).unwrap();
    commit(&store, vec![leaf("c", "03", None)]);
    fs::write(&head, &old).unwrap();
    assert_eq!(store.verify().unwrap().notices, []);
    assert_eq!(lock(&store).notices(), []);
    assert_ne!(fs::read(&head).unwrap(), old);
    for content in [None, Some("no json"), Some(r#"{"seq":9,"sha256":"00","bytes":1,"check":"0000000000000000"}"#)] {
        match content {
            None => fs::remove_file(&head).unwrap(),
            Some(text) => fs::write(&head, text).unwrap(),
        }
        assert_eq!(store.read().unwrap().seq, 6);
        assert_eq!(store.verify().unwrap().notices.len(), 1);
        assert_eq!(lock(&store).notices().len(), 1);
        assert_eq!(store.verify().unwrap().notices, []);
    }
}

#[test]
fn lines_taken_out_doubled_or_swapped_are_named() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    let text = read(&path);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let damage = |order: &[usize], line: u64| {
        fs::write(&path, order.iter().map(|&index| lines[index]).collect::<String>()).unwrap();
        assert_eq!(damaged_line(&store.read().unwrap_err()), Some(line), "{order:?}");
    };
    damage(&[1, 2, 3, 4], 1);
    damage(&[0, 2, 3, 4], 2);
    damage(&[0, 1, 2, 4], 4);
    damage(&[0, 1, 2, 3, 3, 4], 5);
    damage(&[0, 2, 1, 3, 4], 2);
    damage(&[0, 1, 2, 3], 5);
    damage(&[0], 2);
    damage(&[], 1);
}

#[test]
fn a_journal_that_is_gone_is_not_begun_anew() {
    let (_dir, store) = sample();
    fs::remove_file(store.layout().journal()).unwrap();
    fs::remove_file(store.layout().head()).unwrap();
    assert!(matches!(store.read(), Err(StoreError::Damaged { .. })));
    assert!(matches!(store.lock(WAIT, "test"), Err(StoreError::Damaged { .. })));
    assert!(Store::create(store.layout().root(), NOW, "tester").is_err());
}

#[test]
fn another_stores_journal_is_refused() {
    let (_dir, one) = sample();
    let (_dir, other) = sample();
    for path in ["journal.jsonl", "journal.head"] {
        fs::copy(one.layout().root().join(path), other.layout().root().join(path)).unwrap();
    }
    assert!(matches!(other.read(), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_lost_store_json_is_rebuilt_by_create() {
    let (_dir, store) = sample();
    let before = read(store.layout().manifest());
    fs::remove_file(store.layout().manifest()).unwrap();
    assert!(matches!(Store::open(store.layout().root()), Err(StoreError::Damaged { .. })));
    Store::create(store.layout().root(), NOW, "tester").unwrap();
    assert_eq!(read(store.layout().manifest()), before);
}

#[test]
fn an_event_that_is_unknown_is_refused_in_this_format_and_skipped_in_a_newer_one() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    let text = read(&path).replace("settings-changed", "moon-phase-changed");
    fs::write(&path, &text).unwrap();
    fs::remove_file(store.layout().head()).unwrap();
    assert_eq!(damaged_line(&store.read().unwrap_err()), Some(5));
    assert_eq!(damaged_line(&parse_journal(text.as_bytes()).unwrap_err()), Some(5));

    let newer = read(store.layout().manifest()).replace("\"format\": 1", "\"format\": 2, \"moon\": true");
    fs::write(store.layout().manifest(), newer).unwrap();
    let newer = Store::open(store.layout().root()).unwrap();
    assert_eq!((newer.read().unwrap().seq, newer.read().unwrap().certificate_count()), (5, 2));
    for refused in [
        newer.lock(WAIT, "test").err(),
        Store::create(store.layout().root(), NOW, "tester").err(),
        store.lock(WAIT, "x").err(),
    ] {
        assert!(matches!(refused, Some(StoreError::TooNew { found: 2, supported: 1 })), "{refused:?}");
    }
    assert_eq!(read(&path), text);
}

#[test]
fn a_serial_is_taken_once_it_is_recorded() {
    let (_dir, store) = sample();
    let state = store.read().unwrap();
    assert!(state.has_serial("01").unwrap() && !state.has_serial("0").unwrap() && !state.has_serial("03").unwrap());
    assert_eq!(state.by_serial("02").unwrap().unwrap().lineage, "b");
    let error = lock(&store).commit(NOW, "tester", vec![leaf("z", "01", None)]).unwrap_err();
    assert!(matches!(error, StoreError::Exists(_)), "{error}");
    // A journal that has one twice, however it came to that, is damaged.
    let mut entries = Vec::new();
    store.for_each_entry(&mut |entry| entries.push(entry.clone())).unwrap();
    let mut state = State::default();
    entries.iter().for_each(|entry| state.apply(entry).unwrap());
    assert_eq!((state.seq, state.certificate_count()), (5, 2));
    assert_eq!(damaged_line(&state.apply(&entries[3]).unwrap_err()), Some(4));
}

#[test]
fn hostile_journals_are_errors() {
    let (_dir, store) = store();
    commit(&store, vec![root(), authority("sub", "sub", &["root"], None)]);
    let good = fs::read(store.layout().journal()).unwrap();
    assert_eq!(parse_journal(&good).unwrap().seq, 3);
    assert_eq!(parse_journal(b"").unwrap().seq, 0);
    let max = u64::MAX;
    let line = |seq: u64, tx: u64, lines: u64| {
        format!(
            r#"{{"seq":{seq},"prev":"{}","tx":{tx},"lines":{lines},"time":"x","actor":"","event":"store-created","store_id":"0"}}"#,
            "0".repeat(64)
        ) + "\n"
    };
    for text in [
        line(1, max, max),
        line(max, 1, 1),
        line(1, 1, 0),
        line(1, 1, 1),
        line(0, 0, 1),
        line(1, 0, max),
        "\n".to_owned(),
        "null\n".to_owned(),
        "[]\n".to_owned(),
        "{}\n".to_owned(),
        "\u{0}\n".to_owned(),
        "{\"seq\":1}\n".repeat(3),
    ] {
        assert!(parse_journal(text.as_bytes()).is_err(), "{text}");
    }
    // An unfinished transaction does not count.
    assert_eq!(parse_journal(line(1, 1, 9).as_bytes()).unwrap().seq, 0);
}

#[test]
fn a_long_journal_is_read_in_parts() {
    let (_dir, store) = store_with_root();
    commit(&store, (0..3000).map(|n| leaf("a", &format!("{n:04x}"), None)).collect());
    assert!(fs::metadata(store.layout().journal()).unwrap().len() > 1024 * 1024);
    let state = store.read().unwrap();
    assert_eq!((state.seq, state.certificate_count()), (3002, 3000));
    assert!(certificates(&state).iter().enumerate().all(|(n, record)| record.serial == format!("{n:04x}")));
    let text = read(store.layout().journal());
    fs::write(
        store.layout().journal(),
        text.replacen(
            "certificate-issued\",\"authority\":\"root\",\"lineage\":\"a\",\"serial\":\"0a00",
            "certificate-issued\",\"authority\":\"root\",\"lineage\":\"b\",\"serial\":\"0a00",
            1,
        ),
    )
    .unwrap();
    assert_eq!(damaged_line(&store.read().unwrap_err()), Some(0x0a00 + 3));
}

#[test]
fn what_was_read_before_counts_only_while_no_byte_has_changed() {
    let (_dir, store) = sample();
    let state = store.read().unwrap();
    let lines = state.seq;
    assert_eq!(lock_knowing(&store, state.clone()).unwrap().state().seq, lines);
    // Another command writes in between.
    let other = Store::open(store.layout().root()).unwrap();
    let settings = Settings { crl_urls: vec!["http://x.test/".to_owned()], ..Settings::default() };
    commit(&other, vec![Draft { event: Event::SettingsChanged { settings }, key_pem: None }]);
    assert_eq!(lock_knowing(&store, state.clone()).unwrap().state().seq, lines + 1);
    // Somebody edits a line.
    let again = store.read().unwrap();
    let path = store.layout().journal();
    fs::write(&path, read(&path).replacen("tester", "teste2", 1)).unwrap();
    assert!(matches!(lock_knowing(&store, again), Err(StoreError::Damaged { .. })));
}

fn lock_knowing(store: &Store, state: State) -> Result<Writer<'_>, StoreError> {
    store.lock_knowing(state, WAIT, "test")
}
