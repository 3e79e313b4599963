//! `lint --list`.

use serde::Serialize;

use super::outcome::who;
use crate::cli::{CliError, Context, Exit};
use crate::issuance::lint::{Care, Rule, Severity, Target, rules};

/// `certwright/lint-list/1`.
#[derive(Serialize)]
struct Report {
    rules: Vec<RuleReport>,
    targets: Vec<TargetReport>,
}

#[derive(Serialize)]
struct RuleReport {
    name: &'static str,
    severity: Severity,
    demand: &'static str,
    source: &'static str,
    refused_by: &'static [Care],
    remedy: &'static str,
}

#[derive(Serialize)]
struct TargetReport {
    name: &'static str,
    title: &'static str,
}

/// Lists the rules, with targets those that matter to one of them.
pub(super) fn run(cx: &mut Context, targets: &[Target]) -> Result<Exit, CliError> {
    let matters =
        |rule: &&Rule| targets.is_empty() || targets.iter().any(|target| rule.severity_for(*target).is_some());
    let rules: Vec<&Rule> = rules().filter(matters).collect();
    let row = |rule: &&Rule| {
        let severity = targets.iter().filter_map(|target| rule.severity_for(*target)).max().unwrap_or(rule.severity);
        vec![
            rule.name.to_owned(),
            severity.to_string(),
            rule.demand.to_owned(),
            rule.source.to_owned(),
            who(rule.cares, targets).unwrap_or_default(),
        ]
    };
    cx.ui.table(&["RULE", "SEVERITY", "DEMANDS", "SOURCE", "REFUSED"], rules.iter().map(row).collect())?;
    let rules = rules.iter().map(|rule| RuleReport {
        name: rule.name,
        severity: rule.severity,
        demand: rule.demand,
        source: rule.source,
        refused_by: rule.cares,
        remedy: rule.remedy,
    });
    let targets = Target::ALL.map(|target| TargetReport { name: target.as_str(), title: target.title() });
    cx.ui.json("lint-list", &Report { rules: rules.collect(), targets: targets.into() })?;
    Ok(Exit::Done)
}
