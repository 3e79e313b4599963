//! x
use crate::cli::{CliError, Context};
use crate::x509::Certificate;
/// x
pub fn certificate_lines(cx: &mut Context, certificate: &Certificate) -> Result<(), CliError> {
    let _ = (cx, certificate);
    todo!()
}
