//! Whether the files of many new certificates are kept in a directory for each.

use clap::ValueEnum;

use crate::store::Filing;

/// `--pack`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Pack {
    /// Where there are a thousand or more
    #[default]
    Auto,
    /// However few there are
    Always,
    /// However many there are
    Never,
}

impl Pack {
    /// From so many certificates on, directories in the store cost more time than all the rest.
    const MANY: usize = 1000;

    /// Where the files of so many certificates go.
    pub(super) fn filing(self, certificates: usize) -> Filing {
        match self {
            Self::Auto if certificates >= Self::MANY => Filing::Packed,
            Self::Always => Filing::Packed,
            Self::Auto | Self::Never => Filing::Directories,
        }
    }
}
