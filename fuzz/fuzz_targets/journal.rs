//! A journal that was torn, edited or made up.

#![no_main]

use certwright::store::parse_journal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match parse_journal(bytes) {
        Ok(state) => {
            for record in &state.certificates {
                assert_eq!(state.by_serial(&record.serial).map(|found| &found.serial), Some(&record.serial));
            }
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
    }
});
