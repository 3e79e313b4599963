//! Instants and durations as people and X.509 write them.

use time::OffsetDateTime;

use super::X509Error;

/// A length of time as people give it: months are calendar months, the rest is seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Calendar months (`1y` is 12).
    pub months: u32,
    /// Seconds on top.
    pub seconds: i64,
}

impl Span {
    /// Parses `90d`, `24h`, `1y`, `18mo`, `2w`, `45m`, `30s` and sums of them (`1y30d`, `1d 12h`).
    ///
    /// # Errors
    /// [`X509Error::Invalid`] with the accepted units.
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        let _ = text;
        todo!()
    }

    /// The instant this long after another; the day is clamped to the month's end.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] past the year 9999.
    pub fn after(self, start: OffsetDateTime) -> Result<OffsetDateTime, X509Error> {
        let _ = start;
        todo!()
    }
}

impl std::fmt::Display for Span {
    /// Writes the form that [`Span::parse`] reads.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}

/// Parses an RFC 3339 instant (`2027-01-31T00:00:00Z`) or a date (`2027-01-31`, midnight UTC), whole seconds, in UTC.
///
/// # Errors
/// [`X509Error::Invalid`].
pub fn parse_instant(text: &str) -> Result<OffsetDateTime, X509Error> {
    let _ = text;
    todo!()
}

/// Formats an instant as RFC 3339 in UTC with whole seconds: `2027-01-31T00:00:00Z`.
pub fn format_instant(instant: OffsetDateTime) -> String {
    let _ = instant;
    todo!()
}
