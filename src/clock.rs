//! The clock that is handed in wherever time matters.

use std::time::Duration;

use time::OffsetDateTime;

/// A source of the current time, in UTC.
pub trait Clock: Send + Sync {
    /// Returns the current instant in UTC, whole seconds.
    fn now(&self) -> OffsetDateTime;

    /// Lets time pass.
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        whole_seconds(OffsetDateTime::now_utc())
    }
}

/// A clock that stands still, for tests and reproducible builds of a test PKI.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(
    /// The instant it shows.
    pub OffsetDateTime,
);

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        whole_seconds(self.0)
    }

    fn sleep(&self, _: Duration) {}
}

fn whole_seconds(instant: OffsetDateTime) -> OffsetDateTime {
    instant.replace_nanosecond(0).unwrap_or(instant)
}
