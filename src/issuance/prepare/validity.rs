//! From when until when.

use time::{Duration, OffsetDateTime};

use super::Draft;
use crate::x509::time::{Span, format_instant};

impl Draft<'_> {
    /// Resolves both ends. A length counts from `now` (or from `--not-before`): the backdating comes on top, as far as the
    /// profile's maximum has room for it.
    pub(super) fn resolve_validity(&mut self, now: OffsetDateTime) -> (OffsetDateTime, OffsetDateTime) {
        let asked = self.request.validity;
        if asked.not_after.is_some() && asked.span.is_some() {
            self.refuse("--validity and --not-after contradict each other: give one of them");
        }
        let start = asked.not_before.map_or(now, whole_seconds);
        let mut not_after = self.end(start);
        let mut not_before = asked.not_before.map_or_else(|| self.begin(now, not_after), whole_seconds);
        self.fit_into_issuer(&mut not_before, &mut not_after);
        if not_after <= not_before {
            self.refuse(format!(
                "the certificate would end at {}, not after its beginning at {}",
                format_instant(not_after),
                format_instant(not_before)
            ));
        } else if not_after < now {
            self.report.notes.push(format!("the certificate expired at {} already", format_instant(not_after)));
        }
        self.check_maximum(not_before, not_after);
        (not_before, not_after)
    }

    fn end(&mut self, start: OffsetDateTime) -> OffsetDateTime {
        let asked = self.request.validity;
        if let Some(not_after) = asked.not_after {
            self.report.asked.push(format!("end {}", format_instant(not_after)));
            return whole_seconds(not_after);
        }
        if let Some(span) = asked.span {
            self.report.asked.push(format!("validity {span}"));
            if span == Span::default() {
                self.refuse("a validity of no time at all is asked for");
            }
        }
        self.after(asked.span.unwrap_or(self.rules().validity.default), start)
    }

    /// The default beginning: a bit before now, so that clocks that are slow accept it. It moves back further for an end
    /// in the past (an expired certificate, for a test) and less far where the maximum leaves no room.
    fn begin(&mut self, now: OffsetDateTime, not_after: OffsetDateTime) -> OffsetDateTime {
        let rules = &self.rules().validity;
        let usual = now.saturating_sub(Duration::seconds(rules.backdate.seconds));
        if not_after <= usual {
            let length = Duration::seconds(rules.default.seconds)
                + Duration::days(30) * i32::try_from(rules.default.months).unwrap_or(i32::MAX);
            return not_after.saturating_sub(length);
        }
        let longest = rules.max.map(|max| self.after(max, usual));
        match longest {
            Some(longest) if longest < not_after => usual.saturating_add(not_after - longest).min(now),
            _ => usual,
        }
    }

    fn fit_into_issuer(&mut self, not_before: &mut OffsetDateTime, not_after: &mut OffsetDateTime) {
        let Some(issuer) = self.issuer.map(|issuer| issuer.certificate) else { return };
        let asked = self.request.validity;
        if *not_before < issuer.not_before {
            if asked.not_before.is_some() {
                self.refuse(format!(
                    "the certificate would begin at {}, before its issuer {} at {}",
                    format_instant(*not_before),
                    issuer.subject,
                    format_instant(issuer.not_before)
                ));
            } else {
                // Within the backdating this is everyday life of a new authority, and nothing to talk about.
                if issuer.not_before - *not_before > Duration::seconds(self.rules().validity.backdate.seconds) {
                    let note =
                        format!("the beginning was moved to that of the issuer, {}", format_instant(issuer.not_before));
                    self.report.notes.push(note);
                }
                *not_before = issuer.not_before;
            }
        }
        let chain = self.issuer.map_or(&[][..], |issuer| issuer.chain);
        let first =
            chain.iter().fold(issuer, |first, above| if above.not_after < first.not_after { above } else { first });
        let end = first.not_after;
        if *not_after <= end {
            return;
        }
        if asked.not_after.is_some() || asked.span.is_some() {
            self.refuse(format!(
                "the certificate would end at {}, after its issuer {} at {}: ask for less, or renew the authority first",
                format_instant(*not_after),
                first.subject,
                format_instant(end)
            ));
        } else {
            let note = format!("the end was cut to that of the issuer, {}", format_instant(end));
            self.report.notes.push(note);
            *not_after = end;
        }
    }

    fn check_maximum(&mut self, not_before: OffsetDateTime, not_after: OffsetDateTime) {
        let Some(max) = self.rules().validity.max else { return };
        if self.after(max, not_before) < not_after {
            let why = format!(
                "{} allows at most {max}, not from {} to {}",
                self.the_profile(),
                format_instant(not_before),
                format_instant(not_after)
            );
            self.refuse(why);
        }
    }

    fn after(&mut self, span: Span, start: OffsetDateTime) -> OffsetDateTime {
        match span.after(start) {
            Ok(end) => end,
            Err(error) => {
                self.refuse(error.to_string());
                start
            }
        }
    }
}

fn whole_seconds(instant: OffsetDateTime) -> OffsetDateTime {
    let instant = instant.to_offset(time::UtcOffset::UTC);
    instant.replace_nanosecond(0).unwrap_or(instant)
}
