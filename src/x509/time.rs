//! Instants and durations as people and X.509 write them.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use super::X509Error;
use super::display::escape;

/// A length of time as people give it: months are calendar months, the rest is seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Calendar months (`1y` is 12).
    pub months: u32,
    /// Seconds on top.
    pub seconds: i64,
}

/// The units of a span, longest first: name, months, seconds.
const UNITS: [(&str, u32, i64); 7] =
    [("y", 12, 0), ("mo", 1, 0), ("w", 0, 604_800), ("d", 0, 86_400), ("h", 0, 3_600), ("m", 0, 60), ("s", 0, 1)];

impl Span {
    /// Parses `90d`, `24h`, `1y`, `18mo`, `2w`, `45m`, `30s` and sums of them (`1y30d`, `1d 12h`).
    ///
    /// # Errors
    /// [`X509Error::Invalid`] with the accepted units.
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        let invalid = |why: &str| {
            let shown: String = text.chars().take(60).collect();
            let units = "units are y, mo (months), w, d, h, m (minutes), s, as in 90d or 1y30d";
            X509Error::Invalid(format!("\"{}\" is not a duration: {why}; {units}", escape(&shown)))
        };
        let mut span = Self::default();
        let mut rest = text;
        loop {
            let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            let letters =
                after.len() - after.trim_start_matches(|character: char| character.is_ascii_alphabetic()).len();
            let (unit, after) = after.split_at(letters);
            if number.is_empty() {
                return Err(invalid("expected a number"));
            }
            let Some((_, months, seconds)) = UNITS.iter().find(|(name, ..)| *name == unit) else {
                let why = if unit.is_empty() { format!("{number} has no unit") } else { format!("no unit \"{unit}\"") };
                return Err(invalid(&why));
            };
            span = span.plus(number, *months, *seconds).ok_or_else(|| invalid("it is too long"))?;
            rest = after.trim_start_matches(' ');
            if after.is_empty() {
                return Ok(span);
            }
        }
    }

    fn plus(self, number: &str, months: u32, seconds: i64) -> Option<Self> {
        let number: u32 = number.parse().ok()?;
        Some(Self {
            months: self.months.checked_add(number.checked_mul(months)?)?,
            seconds: self.seconds.checked_add(i64::from(number).checked_mul(seconds)?)?,
        })
    }

    /// The instant this long after another, in UTC; the day is clamped to the month's end.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] past the year 9999.
    pub fn after(self, start: OffsetDateTime) -> Result<OffsetDateTime, X509Error> {
        let past = || X509Error::Invalid(format!("{self} after {} is past the year 9999", format_instant(start)));
        let start = start.checked_to_offset(UtcOffset::UTC).ok_or_else(past)?;
        let months = i64::from(start.year()) * 12 + i64::from(u8::from(start.month())) - 1 + i64::from(self.months);
        let year = i32::try_from(months.div_euclid(12)).ok().filter(|year| *year <= 9999).ok_or_else(past)?;
        let month = u8::try_from(months.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
        let month = month.ok_or_else(past)?;
        let date = Date::from_calendar_date(year, month, start.day().min(month.length(year))).map_err(|_| past())?;
        let instant = start.replace_date(date).checked_add(Duration::seconds(self.seconds)).ok_or_else(past)?;
        if (0..=9999).contains(&instant.year()) { Ok(instant) } else { Err(past()) }
    }
}

impl fmt::Display for Span {
    /// Writes the form that [`Span::parse`] reads (a minus, which it does not read, before negative seconds): `1y6mo`,
    /// `90d`, `1d12h`. Weeks are written as days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.months == 0 && self.seconds == 0 {
            return f.write_str("0s");
        }
        let (mut months, mut seconds) = (self.months, self.seconds.unsigned_abs());
        for (unit, unit_months, unit_seconds) in UNITS {
            let unit_seconds = unit_seconds.unsigned_abs();
            let sign = if self.seconds < 0 && seconds == self.seconds.unsigned_abs() { "-" } else { "" };
            match (unit_months, unit_seconds) {
                (0, 604_800) => {}
                (0, _) if seconds >= unit_seconds => {
                    write!(f, "{sign}{}{unit}", seconds / unit_seconds)?;
                    seconds %= unit_seconds;
                }
                (1.., _) if months >= unit_months => {
                    write!(f, "{}{unit}", months / unit_months)?;
                    months %= unit_months;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Parses an RFC 3339 instant (`2027-01-31T00:00:00Z`) or a date (`2027-01-31`, midnight UTC), whole seconds, in UTC. Other
/// offsets are converted, fractions of a second dropped. The separator may be a space or `t` (RFC 3339 §5.6).
///
/// # Errors
/// [`X509Error::Invalid`].
pub fn parse_instant(text: &str) -> Result<OffsetDateTime, X509Error> {
    read_instant(text).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        X509Error::Invalid(format!(
            "\"{}\" is no instant; expected 2027-01-31T12:00:00Z (RFC 3339) or 2027-01-31 (midnight UTC)",
            escape(&shown)
        ))
    })
}

fn read_instant(text: &str) -> Option<OffsetDateTime> {
    if !text.is_ascii() || text.len() > 64 {
        return None;
    }
    if let Some(instant) = read_usual(text.as_bytes()) {
        return Some(instant);
    }
    let full =
        if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_ascii_uppercase().replacen(' ', "T", 1) };
    let instant = OffsetDateTime::parse(&full, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?;
    // A leap second is read as a fraction; so it is cut off with the others.
    instant.replace_nanosecond(0).ok().filter(|instant| (0..=9999).contains(&instant.year()))
}

/// Reads `2027-01-31T00:00:00Z`, as the journal has it a million times; `None` for whatever else.
fn read_usual(text: &[u8]) -> Option<OffsetDateTime> {
    let usual = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (&u8, &u8)| if form.is_ascii_digit() { byte.is_ascii_digit() } else { byte == form };
    (text.len() == usual.len() && text.iter().zip(usual).all(fits)).then_some(())?;
    let number = |from: usize, to: usize| {
        text.get(from..to).map(|part| part.iter().fold(0, |sum, d| sum * 10 + u32::from(d - b'0')))
    };
    let two = |from: usize| number(from, from + 2).and_then(|found| u8::try_from(found).ok());
    let month = Month::try_from(two(5)?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(number(0, 4)?).ok()?, month, two(8)?).ok()?;
    Some(date.with_hms(two(11)?, two(14)?, two(17)?).ok()?.assume_utc())
}

/// Formats an instant as RFC 3339 in UTC with whole seconds: `2027-01-31T00:00:00Z`.
pub fn format_instant(instant: OffsetDateTime) -> String {
    let utc = instant.checked_to_offset(UtcOffset::UTC).unwrap_or(instant);
    let (hour, minute, second) = utc.to_hms();
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(span: &str, start: &str) -> String {
        let start = parse_instant(start).unwrap();
        format_instant(Span::parse(span).unwrap().after(start).unwrap())
    }

    #[test]
    fn every_unit_and_their_sums() {
        for (text, months, seconds) in [
            ("90d", 0, 90 * 86_400),
            ("24h", 0, 86_400),
            ("1y", 12, 0),
            ("18mo", 18, 0),
            ("2w", 0, 14 * 86_400),
            ("45m", 0, 2_700),
            ("30s", 0, 30),
            ("0s", 0, 0),
            ("1y30d", 12, 30 * 86_400),
            ("1d 12h", 0, 36 * 3_600),
            ("1y6mo1d", 18, 86_400),
        ] {
            assert_eq!(Span::parse(text).unwrap(), Span { months, seconds }, "{text}");
        }
    }

    #[test]
    fn other_durations_are_refused_with_the_units() {
        for text in [
            "",
            "90",
            "d",
            "-1d",
            "1.5d",
            "1 d",
            "1d ",
            " 1d",
            "1D",
            "1min",
            "1dd",
            "9d\n",
            "4294967296s",
            "400000000y",
            "ü",
        ] {
            let error = Span::parse(text).unwrap_err().to_string();
            assert!(error.contains("mo (months)"), "{text:?}: {error}");
        }
    }

    #[test]
    fn display_reads_back() {
        for (text, shown) in
            [("90d", "90d"), ("18mo", "1y6mo"), ("2w", "14d"), ("36h", "1d12h"), ("0d", "0s"), ("1y 61s", "1y1m1s")]
        {
            let span = Span::parse(text).unwrap();
            assert_eq!(span.to_string(), shown);
            assert_eq!(Span::parse(shown).unwrap(), span);
        }
        assert_eq!(Span { months: 0, seconds: -5_400 }.to_string(), "-1h30m");
    }

    #[test]
    fn months_are_clamped_to_their_end() {
        assert_eq!(after("1mo", "2027-01-31"), "2027-02-28T00:00:00Z");
        assert_eq!(after("1mo", "2028-01-31"), "2028-02-29T00:00:00Z");
        assert_eq!(after("1y", "2028-02-29"), "2029-02-28T00:00:00Z");
        assert_eq!(after("1mo", "2027-12-15T23:59:59Z"), "2028-01-15T23:59:59Z");
        assert_eq!(after("1mo1d", "2027-01-31"), "2027-03-01T00:00:00Z");
    }

    #[test]
    fn the_year_9999_is_the_end() {
        assert_eq!(after("1s", "9999-12-31T23:59:58Z"), "9999-12-31T23:59:59Z");
        let end = parse_instant("9999-12-31T23:59:59Z").unwrap();
        for span in ["1s", "1mo", "1000000y", "300000000y"] {
            let error = Span::parse(span).unwrap().after(end).unwrap_err().to_string();
            assert!(error.contains("9999"), "{error}");
        }
        assert!(Span { months: u32::MAX, seconds: i64::MAX }.after(end).is_err());
    }

    #[test]
    fn instants_are_brought_to_whole_seconds_in_utc() {
        for (text, shown) in [
            ("2027-01-31", "2027-01-31T00:00:00Z"),
            ("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z"),
            ("2027-01-31t01:02:03z", "2027-01-31T01:02:03Z"),
            ("2027-01-31 01:02:03Z", "2027-01-31T01:02:03Z"),
            ("2027-01-31T00:30:00+02:00", "2027-01-30T22:30:00Z"),
            ("2027-01-31T00:00:00.999Z", "2027-01-31T00:00:00Z"),
        ] {
            let instant = parse_instant(text).unwrap();
            assert_eq!(instant.offset(), UtcOffset::UTC);
            assert_eq!(format_instant(instant), shown);
        }
    }

    #[test]
    fn other_instants_are_refused() {
        for text in [
            "",
            "now",
            "2027-02-29",
            "2027-13-01",
            "2027-01-31T25:00:00Z",
            "2027-01-31T00:00:00",
            "27-01-31",
            "2027-01-31Z",
            "9999-12-31T23:59:59-01:00",
            "2027-01-31\n",
            "２027-01-31",
            "+2027-01-31",
        ] {
            assert!(parse_instant(text).is_err(), "{text:?}");
        }
    }
}
