//! A private key file in any form, with a passphrase that may be right.

#![no_main]

use certwright::keys::{KeyFile, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut asked = 0;
    let read = KeyFile::read(bytes, &mut || {
        asked += 1;
        Some(Secret::new(*b"fuzz"))
    });
    assert!(asked <= 1, "the passphrase is asked for once");
    match read {
        Ok(file) => {
            let pkcs8 = file.key.to_pkcs8_der();
            let again = certwright::keys::PrivateKey::from_pkcs8_der(&pkcs8).expect("what was written is read");
            assert_eq!(again.public_key(), file.key.public_key());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
    }
});
