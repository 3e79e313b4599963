//! The command that is run after a renewal.

use std::process::Stdio;

use super::report::Item;
use crate::cli::Context;

/// Runs the command for one certificate; gives `done`, or what became of it. Its output goes to standard error.
pub(super) fn run(cx: &mut Context, command: &str, item: &Item) -> String {
    let paths: Vec<&str> =
        item.deliveries.iter().filter(|delivery| delivery.written).map(|delivery| delivery.path.as_str()).collect();
    let mut child = cx.child("sh");
    child
        .args(["-c", command])
        .env("CERTWRIGHT_LINEAGE", &item.lineage)
        .env("CERTWRIGHT_SERIAL", item.serial.as_deref().unwrap_or(&item.old_serial))
        .env("CERTWRIGHT_OLD_SERIAL", &item.old_serial)
        .env("CERTWRIGHT_NOT_AFTER", &item.not_after)
        // Not even an empty one where there is none: "$CERTWRIGHT_DIRECTORY/*" would be the files of the root directory.
        .envs(item.directory.as_deref().map(|directory| ("CERTWRIGHT_DIRECTORY", directory)))
        .env("CERTWRIGHT_DELIVERIES", paths.join("\n"))
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .stderr(Stdio::inherit());
    match child.status() {
        Ok(status) if status.success() => "done".to_owned(),
        Ok(status) => format!("failed ({status})"),
        Err(error) => format!("cannot be started: {error}"),
    }
}
