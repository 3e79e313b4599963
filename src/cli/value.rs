//! Value parsers for options, in the words of the x509 layer.

use time::OffsetDateTime;

use crate::x509::time::{Span, parse_instant};

/// An instant: RFC 3339, or a date; for clap's `value_parser`.
///
/// # Errors
/// What is accepted.
pub(super) fn instant(text: &str) -> Result<OffsetDateTime, String> {
    parse_instant(text).map_err(|error| error.to_string())
}

/// A duration such as `90d`; for clap's `value_parser`.
///
/// # Errors
/// What is accepted.
pub(super) fn span(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|error| error.to_string())
}
