//! What a test PKI is made from, as options.

use time::OffsetDateTime;

use crate::cli::{CliError, Context, glob};
use crate::keys::random_bytes;
use crate::notation::nearest;
use crate::testing::{Options, TestPki, TestingError, entries};
use crate::x509::display::hex;
use crate::x509::time::parse_instant;

/// Which cases, and from what.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct MakeArgs {
    /// Only these cases, by name or pattern: expired, 'wildcard-*'
    #[arg(long, value_name = "CASE", num_args = 1..)]
    pub(super) only: Vec<String>,
    /// Any text; the same one gives the same keys, and with the same --at the same bytes [default: random]
    #[arg(long, value_name = "TEXT")]
    pub(super) seed: Option<String>,
    /// The instant at which the good certificates are good, and for a year after (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    pub(super) at: Option<OffsetDateTime>,
    /// The DNS name that servers are checked under
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    pub(super) host: String,
}

impl MakeArgs {
    /// Makes what was asked for.
    ///
    /// # Errors
    /// Exit 2 for a case that there is not, or a host that is no DNS name.
    pub(super) fn make(&self, cx: &Context) -> Result<TestPki, CliError> {
        let wanted = self.filter()?;
        Ok(TestPki::select(&self.options(cx)?, wanted)?)
    }

    pub(super) fn options(&self, cx: &Context) -> Result<Options, CliError> {
        let seed = match &self.seed {
            Some(seed) => seed.clone(),
            None => {
                let mut random = [0; 16];
                random_bytes(&mut random)?;
                hex(&random)
            }
        };
        let at = self.at.unwrap_or_else(|| cx.now());
        Ok(Options { host: self.host.to_ascii_lowercase(), ..Options::new(seed, at) })
    }

    /// Whether a case is wanted.
    ///
    /// # Errors
    /// Exit 2 for a pattern that fits none.
    pub(super) fn filter(&self) -> Result<impl Fn(&str) -> bool + '_, CliError> {
        let all = entries();
        for pattern in &self.only {
            if !all.iter().any(|entry| glob::matches(pattern, &entry.id)) {
                let near = nearest(pattern, all.iter().map(|entry| entry.id.as_str()));
                let meant = near.map(|id| format!("did you mean {id}? ")).unwrap_or_default();
                return Err(CliError::usage(format!("there is no case {pattern}"))
                    .hint(format!("{meant}\"certwright test-pki --list\" shows them all")));
            }
        }
        Ok(|id: &str| self.only.is_empty() || self.only.iter().any(|pattern| glob::matches(pattern, id)))
    }
}

impl From<TestingError> for CliError {
    fn from(error: TestingError) -> Self {
        Self::usage(error.to_string())
    }
}
