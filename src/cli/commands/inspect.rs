//! `certwright inspect`.

mod certificate;
pub(super) mod facts;

pub(super) use certificate::certificate_lines;
