//! Exit codes: stable, documented in `docs/exit-codes.md`.

/// What the process's exit status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// The operation failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A check said no: `verify`, `lint`, `status`, `dev --check`, `key match`.
    CheckFailed = 3,
    /// A profile, a constraint or a rule refused it.
    Refused = 4,
    /// The lock was not free in time.
    LockTimeout = 5,
    /// The store is damaged.
    Damaged = 6,
}

impl Exit {
    /// Its name in JSON reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::CheckFailed => "check-failed",
            Self::Refused => "refused",
            Self::LockTimeout => "lock-timeout",
            Self::Damaged => "damaged",
        }
    }

    /// Writes the number, for `serialize_with`.
    ///
    /// # Errors
    /// What the serializer says.
    pub(crate) fn as_status<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
