//! The variables that templates are filled in with.

use crate::issuance::profile::{Variables, glob, nearest};
use crate::issuance::{IssuanceError, IssuerFacts, Profile, Request};
use crate::x509::escape;

/// Takes the variables given, the profile's defaults and the authority's name; `name` comes later.
pub(super) fn resolve<'a>(
    profile: &'a Profile,
    request: &'a Request,
    issuer: Option<&'a IssuerFacts<'a>>,
) -> Result<Variables<'a>, IssuanceError> {
    let rules = profile.rules();
    let mut faults = Vec::new();
    for (name, value) in &request.variables {
        let shown = escape(name);
        if matches!(name.as_str(), "name" | "authority") {
            faults.push(format!("the variable {shown} is built in and cannot be set"));
            continue;
        }
        let Some(known) = rules.variables.get(name) else {
            faults.push(unknown(profile, name));
            continue;
        };
        if value.chars().any(char::is_control) {
            faults.push(format!("the value of {shown} holds a control character"));
        }
        if let Some(pattern) = known.pattern.as_deref().filter(|pattern| !glob(pattern, value)) {
            faults.push(format!("the value of {shown} does not fit the pattern {pattern}"));
        }
    }
    let mut variables = Variables::default();
    for (name, known) in &rules.variables {
        match request.variables.get(name).or(known.default.as_ref()) {
            Some(value) => variables.set(name, value.as_str()),
            None => faults.push(format!(
                "the profile {} needs the variable {name} ({}): give it with --set {name}=VALUE",
                escape(profile.name()),
                escape(&known.description)
            )),
        }
    }
    if let Some(issuer) = issuer {
        variables.set("authority", issuer.name);
    }
    if faults.is_empty() { Ok(variables) } else { Err(IssuanceError::Variable(faults)) }
}

fn unknown(profile: &Profile, name: &str) -> String {
    let rules = profile.rules();
    let known: Vec<&str> = rules.variables.keys().map(String::as_str).collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!(", did you mean {near}?"),
        None if known.is_empty() => "; it has none".to_owned(),
        None => format!("; it has {}", known.join(", ")),
    };
    format!("the profile {} has no variable {}{hint}", escape(profile.name()), escape(name))
}
