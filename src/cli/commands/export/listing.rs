//! `export --list` and `export --show`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};
use crate::container::target::{Layout, PlannedFile, Target};

/// `certwright/export-list/1`.
#[derive(Serialize)]
struct ListReport {
    targets: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    description: String,
    roles: Vec<String>,
    /// Every format of any role.
    formats: Vec<String>,
}

/// `certwright/export-show/1`.
#[derive(Serialize)]
struct ShowReport {
    name: &'static str,
    description: String,
    variables: Vec<VariableReport>,
    layouts: Vec<LayoutReport>,
}

#[derive(Serialize)]
struct VariableReport {
    name: String,
    description: String,
    /// A template over the certificate's name and role; empty for `dir`, which is --out unless it is set.
    default: String,
}

#[derive(Serialize)]
struct LayoutReport {
    role: String,
    format: String,
    /// Whether it is for authorities.
    authority: bool,
    /// What it needs of a certificate.
    needs: Vec<String>,
    /// The profile that makes a fitting one.
    profile: String,
    files: Vec<LayoutFile>,
    /// Whether `--storepass` is needed.
    storepass: bool,
}

#[derive(Serialize)]
struct LayoutFile {
    /// With variables in it as `{{ name }}`.
    name: String,
    mode: &'static str,
    holds: String,
}

/// Prints one line for each target.
pub(super) fn list(cx: &mut Context) -> Result<Exit, CliError> {
    let mut targets = Vec::new();
    for name in Target::names() {
        let target = Target::get(name)?;
        let mut formats: Vec<String> = Vec::new();
        for layout in target.layouts() {
            if !formats.iter().any(|known| known == layout.format()) {
                formats.push(layout.format().to_owned());
            }
        }
        targets.push(Row {
            name: target.name(),
            description: target.description().to_owned(),
            roles: target.roles().into_iter().map(str::to_owned).collect(),
            formats,
        });
    }
    let cells = targets
        .iter()
        .map(|row| vec![row.name.to_owned(), row.roles.join(", "), row.formats.join(", "), row.description.clone()]);
    cx.ui.table(&["TARGET", "ROLES", "FORMATS", "DESCRIPTION"], cells.collect())?;
    cx.ui.json("export-list", &ListReport { targets })?;
    Ok(Exit::Done)
}

/// Prints all about one target.
pub(super) fn show(cx: &mut Context, name: &str) -> Result<Exit, CliError> {
    let target = Target::get(name)?;
    let variables: Vec<VariableReport> = target
        .variables()
        .map(|(name, description, default)| VariableReport {
            name: name.to_owned(),
            description: description.to_owned(),
            default: default.to_owned(),
        })
        .collect();
    let layouts: Vec<LayoutReport> = target.layouts().map(layout_report).collect();
    cx.ui.line(target.description())?;
    for variable in &variables {
        let default = match variable.default.as_str() {
            "" => String::new(),
            template if template.contains("{{") => " [default: made from the certificate's name]".to_owned(),
            value => format!(" [default: {value}]"),
        };
        cx.ui.line(&format!("  --set {}=…: {}{default}", variable.name, variable.description))?;
    }
    for layout in &layouts {
        cx.ui.line("")?;
        let storepass = if layout.storepass { " --storepass SRC" } else { "" };
        cx.ui.line(&format!("--role {} --format {}{storepass}", layout.role, layout.format))?;
        cx.ui.line(&format!("  needs {}", layout.needs.join("; ")))?;
        cx.ui.line(&format!("  made with --profile {}", layout.profile))?;
        for file in &layout.files {
            cx.ui.line(&format!("  {} {}: {}", file.mode, file.name, file.holds))?;
        }
    }
    let report = ShowReport { name: target.name(), description: target.description().to_owned(), variables, layouts };
    cx.ui.json("export-show", &report)?;
    Ok(Exit::Done)
}

fn layout_report(layout: Layout<'_>) -> LayoutReport {
    let file = |file: PlannedFile| LayoutFile {
        name: file.name,
        mode: if file.secret { "0600" } else { "0644" },
        holds: file.what,
    };
    LayoutReport {
        role: layout.role().to_owned(),
        format: layout.format().to_owned(),
        authority: layout.wants_authority(),
        needs: layout.requirements(),
        profile: layout.fitting().profile.to_owned(),
        files: layout.outline().into_iter().map(file).collect(),
        storepass: layout.store_format().is_some(),
    }
}
