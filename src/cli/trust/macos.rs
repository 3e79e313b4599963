//! The system keychain of macOS, through `security`.

use super::machine::Machine;
use super::runner::Runner;
use super::step::Invocation;
use super::{Anchor, Kind, Presence, Problem, Step, TrustStore};
use crate::cli::files::places;
use crate::x509::pem;

const KEYCHAIN: &str = "/Library/Keychains/System.keychain";
const SECURITY: &str = "/usr/bin/security";

/// The keychain for all users.
#[derive(Debug)]
pub(super) struct MacStore;

impl MacStore {
    pub(super) fn find(_: &Machine) -> Self {
        Self
    }
}

fn security(action: &str) -> Invocation {
    Invocation::new(SECURITY).arg(action)
}

impl TrustStore for MacStore {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn location(&self) -> String {
        KEYCHAIN.to_owned()
    }

    fn look(&self, anchor: &Anchor, runner: &mut Runner<'_>) -> Result<Presence, Problem> {
        let answer = runner.ask(&security("find-certificate").args(["-a", "-p", KEYCHAIN]))?;
        if !answer.success {
            return Err(Problem::new(format!("cannot read {KEYCHAIN}: {}", answer.complaint())));
        }
        let found = pem::read_certificates(answer.stdout.as_bytes()).unwrap_or_default();
        if !found.iter().any(|certificate| anchor.is(certificate)) {
            return Ok(Presence::default());
        }
        // It may be in the keychain without being trusted.
        let verify = security("verify-cert").args(["-L", "-l", "-q", "-p", "basic", "-c"]).certificate();
        let trusted = runner.ask(&verify)?.success;
        // The keychain keeps no name of ours: what is there is taken for what was installed.
        Ok(Presence { trusted, own: vec![anchor.sha256()], others: Vec::new() })
    }

    fn install(&self, _: &Anchor, _: &Presence) -> Result<Vec<Step>, Problem> {
        let add =
            security("add-trusted-cert").args(["-d", "-r", "trustRoot", "-p", "ssl", "-p", "basic", "-k", KEYCHAIN]);
        Ok(vec![Step::Run(add.certificate())])
    }

    fn uninstall(&self, anchor: &Anchor, presence: &Presence) -> Vec<Step> {
        if presence.own.is_empty() {
            return Vec::new();
        }
        // By hash, and with the trust settings (-t).
        let delete = security("delete-certificate").args(["-Z", &anchor.sha256().to_uppercase(), "-t", KEYCHAIN]);
        let mut steps = Vec::new();
        if presence.trusted {
            steps.push(Step::Run(security("remove-trusted-cert").args(["-d"]).certificate()));
        }
        steps.push(Step::Run(delete));
        steps
    }

    fn needs_root(&self) -> bool {
        !places::is_writable(std::path::Path::new(KEYCHAIN))
    }
}
