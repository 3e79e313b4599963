//! Waiting for the lock (invariant 5).

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::fixture::{NOW, WAIT, leaf, lock, read, store_with_root};
use crate::store::{Store, StoreError};

#[test]
fn a_waiter_that_gives_up_names_the_holder() {
    let (_dir, store) = store_with_root();
    let writer = store.lock(WAIT, "issue \u{1b}[31mapi").unwrap();
    let other = Store::open(store.layout().root()).unwrap();
    let start = Instant::now();
    let error = other.lock(Duration::from_millis(100), "renew").unwrap_err();
    assert!(start.elapsed() >= Duration::from_millis(100));
    let text = error.to_string();
    assert!(matches!(error, StoreError::Locked { .. }), "{text}");
    assert!(text.contains(&format!("process {} (issue  [31mapi) since 20", std::process::id())), "{text}");
    drop(writer);
    assert_eq!(read(store.layout().lock()).trim(), "");
    std::fs::write(store.layout().lock(), "A".repeat(300)).unwrap();
    let writer = lock(&other);
    let note = read(store.layout().lock());
    assert!(note.starts_with("process ") && !note.contains('A'), "{note}");
    drop(writer);
}

#[test]
fn a_lock_that_came_too_late_is_released() {
    let (_dir, store) = store_with_root();
    let writer = lock(&store);
    assert!(store.lock(Duration::ZERO, "late").is_err());
    drop(writer);
    // The waiter's thread gets the lock now, and must let it go.
    lock(&store);
    lock(&store);
}

#[test]
fn readers_do_not_wait() {
    let (_dir, store) = store_with_root();
    let mut writer = lock(&store);
    let start = Instant::now();
    assert_eq!(Store::open(store.layout().root()).unwrap().read().unwrap().seq, 2);
    writer.commit(NOW, "tester", vec![leaf("a", "01", None)]).unwrap();
    assert_eq!(Store::open(store.layout().root()).unwrap().read().unwrap().seq, 3);
    assert!(start.elapsed() < WAIT);
}

#[test]
fn writers_queue_and_readers_see_whole_transactions() {
    let (_dir, store) = store_with_root();
    let root = store.layout().root();
    let (done, stop) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut reads = 0;
            while stop.try_recv() == Err(mpsc::TryRecvError::Empty) {
                let state = Store::open(root).unwrap().read().unwrap();
                assert_eq!(state.certificate_count() % 2, 0, "half a transaction");
                reads += 1;
            }
            reads
        });
        let writers: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn(move || {
                    for n in 0..10 {
                        let store = Store::open(root).unwrap();
                        let mut writer = store.lock(WAIT, "test").unwrap();
                        assert_eq!(writer.notices(), []);
                        let serial = format!("{thread}{n}");
                        let drafts = vec![
                            leaf("a", &format!("{serial}0"), Some("key")),
                            leaf(&serial, &format!("{serial}1"), None),
                        ];
                        writer.commit(NOW, "tester", drafts).unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        drop(done);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(store.read().unwrap().certificate_count(), 80);
    assert_eq!(store.check().unwrap(), []);
}
