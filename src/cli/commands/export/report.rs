//! What `export --json` prints.

use std::path::Path;

use serde::Serialize;

use crate::container::target::PlannedFile;

/// `certwright/export/1`.
#[derive(Serialize)]
pub(super) struct ExportReport {
    /// The lineage or authority.
    pub(super) name: String,
    /// Of the certificate, lower-case hex.
    pub(super) serial: String,
    pub(super) target: &'static str,
    pub(super) role: String,
    pub(super) format: String,
    /// As given with `--out`.
    pub(super) directory: String,
    pub(super) dry_run: bool,
    pub(super) files: Vec<FileReport>,
    /// Configuration to paste.
    pub(super) snippet: String,
    /// What to mind, one sentence each.
    pub(super) cautions: Vec<String>,
}

/// A file that was or would be written.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct FileReport {
    pub(super) name: String,
    pub(super) path: String,
    /// Octal, as `0600`.
    pub(super) mode: &'static str,
    /// What is in it, in order.
    pub(super) holds: String,
}

impl FileReport {
    pub(in crate::cli::commands) fn new(out: &Path, file: PlannedFile) -> Self {
        let path = out.join(&file.name).display().to_string();
        let mode = if file.secret { "0600" } else { "0644" };
        Self { name: file.name, path, mode, holds: file.what }
    }
}
