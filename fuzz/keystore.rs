//! What holds of every keystore that was opened, whatever its format.

use std::collections::HashSet;

use certwright::container::{ContainerError, Encoding, Format, Opened, OpenedContent, Preset, encode};
use certwright::keys::Secret;

/// Checks that messages are printable and aliases unique, and that what can be written again is read again.
pub(crate) fn check(opened: Result<Opened, ContainerError>, format: Format) {
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return printable(&error.to_string()),
    };
    opened.skipped.iter().chain(&opened.protection).for_each(|text| printable(text));
    let aliases: HashSet<String> = opened.entries.iter().map(|entry| entry.alias.to_lowercase()).collect();
    assert_eq!(aliases.len(), opened.entries.len(), "aliases are unique");
    for entry in &opened.entries {
        if let OpenedContent::Key { key: Err(error), .. } = &entry.content {
            printable(&error.to_string());
        }
    }
    let Ok(keystore) = opened.into_keystore() else { return };
    let password = Secret::new(*b"fuzz");
    let encoding = Encoding {
        format,
        preset: Preset::Modern,
        store_password: Some(&password),
        key_password: None,
        created: time::OffsetDateTime::UNIX_EPOCH,
    };
    match encode(&keystore, &encoding) {
        Err(ContainerError::Unfaithful(why)) => panic!("{why}"),
        Err(error) => printable(&error.to_string()),
        Ok(_) => {}
    }
}

fn printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
