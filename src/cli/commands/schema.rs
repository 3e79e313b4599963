//! Printing JSON Schemas.

use serde_json::{Value, json};

use crate::cli::{CliError, Context, Exit};

/// Prints the schema of a `kind` of file: as it is, and in a report `KIND-schema`.
///
/// # Errors
/// When stdout cannot be written.
pub(super) fn print(cx: &mut Context, kind: &str, schema: &Value) -> Result<Exit, CliError> {
    let text = serde_json::to_string_pretty(schema)
        .map_err(|error| CliError::failed(format!("the schema cannot be written: {error}")))?;
    cx.ui.line(&text)?;
    cx.ui.json(&format!("{kind}-schema"), &json!({ format!("{kind}_schema"): schema }))?;
    Ok(Exit::Done)
}
