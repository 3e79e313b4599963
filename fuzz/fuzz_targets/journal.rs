//! A journal that was torn, edited or made up.

#![no_main]

use certwright::store::{StoreError, parse_journal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match parse_journal(bytes) {
        Ok(state) => {
            let mut count = 0;
            let all = state.for_each_certificate::<StoreError>(&mut |record| {
                let found = state.by_serial(record.serial)?;
                assert_eq!(found.map(|found| found.serial.as_str()), Some(record.serial));
                count += 1;
                Ok(())
            });
            all.expect("what was read is there");
            assert_eq!(count, state.certificate_count());
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
    }
});
