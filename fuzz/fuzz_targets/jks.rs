//! A JKS or JCEKS file, with no password and with one that may be right, and what is written of it again.

#![no_main]

use certwright::container::{Format, Passwords, open};
use certwright::keys::Secret;
use libfuzzer_sys::fuzz_target;

#[path = "../keystore.rs"]
mod keystore;

fuzz_target!(|bytes: &[u8]| {
    // The magic number is not worth a search.
    for magic in [*b"\xfe\xed\xfe\xed", *b"\xce\xce\xce\xce"] {
        let file = [&magic, bytes].concat();
        let password = Secret::new(*b"fuzz");
        for passwords in [Passwords::default(), Passwords { store: Some(&password), key: None }] {
            keystore::check(open(&file, &passwords), Format::Jks);
        }
    }
});
