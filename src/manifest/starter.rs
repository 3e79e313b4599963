//! What a new manifest begins with.

use super::Notation;

/// A commented manifest to start from (JSON has no comments).
pub fn starter(notation: Notation) -> &'static str {
    match notation {
        Notation::Json => include_str!("../../templates/manifest/starter.json"),
        Notation::Toml => include_str!("../../templates/manifest/starter.toml"),
        Notation::Yaml => include_str!("../../templates/manifest/starter.yaml"),
    }
}
