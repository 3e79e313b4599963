//! What linters find, and what of it is known and accepted: `known-findings.json`.

use serde::Deserialize;

use crate::matrix::Case;
use crate::tool;

/// What a linter found in a certificate.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) case: &'static Case,
    pub(crate) id: String,
    pub(crate) detail: String,
}

/// An accepted finding; every profile that it names has to show it, so that the file never outlives its causes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    tool: String,
    finding: String,
    profiles: Vec<String>,
    /// The key algorithms that show it; all when absent.
    algorithms: Option<Vec<String>>,
    reason: String,
}

impl Known {
    fn covers(&self, finding: &Finding) -> bool {
        self.finding == finding.id
            && self.profiles.iter().any(|profile| profile == finding.case.profile)
            && self.algorithms.as_ref().is_none_or(|known| known.iter().any(|name| name == finding.case.algorithm))
    }
}

/// Fails with every finding of a tool that is not accepted, and every acceptance that nothing needs.
pub(crate) fn judge(tool: &str, findings: &[Finding]) {
    let file = std::fs::read(tool::source("known-findings.json")).expect("the file of known findings");
    let known: Vec<Known> = serde_json::from_slice(&file).expect("the file of known findings is valid");
    let known: Vec<&Known> = known.iter().filter(|known| known.tool == tool).collect();
    let new = findings.iter().filter(|finding| !known.iter().any(|known| known.covers(finding))).map(|finding| {
        let Finding { case, id, detail } = finding;
        format!("new: {id} in {} {}: {detail}", case.profile, case.algorithm)
    });
    let stale = known.iter().flat_map(|known| {
        let unseen = move |profile: &&String| {
            !findings.iter().any(|finding| finding.case.profile == **profile && known.covers(finding))
        };
        known
            .profiles
            .iter()
            .filter(unseen)
            .map(|profile| format!("not found any more: {} in {profile} ({})", known.finding, known.reason))
    });
    let complaints: Vec<String> = new.chain(stale).collect();
    assert!(complaints.is_empty(), "{tool}: {}\n{}", complaints.len(), complaints.join("\n"));
}
