//! A PKCS#12 file, with no password and with one that may be right, and what is written of it again.

#![no_main]

use certwright::container::{Format, Passwords, is_keystore, open};
use certwright::keys::Secret;
use libfuzzer_sys::fuzz_target;

#[path = "../keystore.rs"]
mod keystore;

fuzz_target!(|bytes: &[u8]| {
    // The other formats have targets of their own.
    if !is_keystore(bytes) {
        return;
    }
    let password = Secret::new(*b"fuzz");
    for passwords in [Passwords::default(), Passwords { store: Some(&password), key: None }] {
        keystore::check(open(bytes, &passwords), Format::Jks);
    }
});
