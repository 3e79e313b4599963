//! The root store of a Windows machine, through its `certutil` (which has nothing but the name in common with that of NSS).

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::machine::Machine;
use super::runner::Runner;
use super::step::Invocation;
use super::{Anchor, Kind, Presence, Problem, Step, TrustStore};
use crate::x509::display::hex;

const STORE: &str = "Root";

/// The machine's store of trusted roots.
#[derive(Debug)]
pub(super) struct WindowsStore;

impl WindowsStore {
    pub(super) fn find(_: &Machine) -> Self {
        Self
    }
}

fn certutil(action: &str) -> Invocation {
    Invocation::new("certutil.exe").arg(action)
}

/// The SHA-1 of the certificate, by which Windows tells certificates apart.
fn thumbprint(anchor: &Anchor) -> String {
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, anchor.certificate.der()).as_ref())
}

impl TrustStore for WindowsStore {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn location(&self) -> String {
        format!("Local Computer, {STORE}")
    }

    fn look(&self, anchor: &Anchor, runner: &mut Runner<'_>) -> Result<Presence, Problem> {
        let answer = runner.ask(&certutil("-store").args([STORE, &thumbprint(anchor)]))?;
        // The store keeps no name of ours: what is there is taken for what was installed.
        let own = if answer.success { vec![thumbprint(anchor)] } else { Vec::new() };
        Ok(Presence { trusted: answer.success, own, others: Vec::new() })
    }

    fn install(&self, _: &Anchor, _: &Presence) -> Result<Vec<Step>, Problem> {
        Ok(vec![Step::Run(certutil("-addstore").args(["-f", STORE]).certificate())])
    }

    fn uninstall(&self, _: &Anchor, presence: &Presence) -> Vec<Step> {
        presence.own.iter().map(|hash| Step::Run(certutil("-delstore").args([STORE, hash]))).collect()
    }

    /// Windows tells by itself when the prompt is not an administrator's.
    fn needs_root(&self) -> bool {
        false
    }
}
