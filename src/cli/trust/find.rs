//! Which stores are meant.

use std::path::PathBuf;

use super::java::{CHANGEIT, JavaStore};
use super::machine::{Machine, Platform};
use super::macos::MacStore;
use super::nss::NssStore;
use super::system::SystemStore;
use super::{Kind, Problem, TrustStore};
use crate::cli::files::places;
use crate::cli::{CliError, Ui};
use crate::keys::Secret;

/// What the command line says of stores.
#[derive(Debug, Default)]
pub(in crate::cli) struct Selection {
    /// `--to`.
    pub(in crate::cli) kinds: Vec<Kind>,
    /// `--root`.
    pub(in crate::cli) image: Option<PathBuf>,
    /// `--nss-db`.
    pub(in crate::cli) databases: Vec<PathBuf>,
    /// `--java-home`.
    pub(in crate::cli) runtimes: Vec<PathBuf>,
    /// The password of `cacerts`, if it is not `changeit`.
    pub(in crate::cli) java_password: Option<Secret>,
    /// The password of NSS databases, if they have one.
    pub(in crate::cli) nss_password: Option<Secret>,
    /// Whether something is to be taken away.
    pub(in crate::cli) removing: bool,
}

impl Selection {
    /// The kinds that are meant: those of `--to` and those of places that are named; all where there is neither.
    fn kinds(&self) -> Vec<Kind> {
        let named = [
            (Kind::System, self.image.is_none()),
            (Kind::Nss, self.databases.is_empty()),
            (Kind::Java, self.runtimes.is_empty()),
        ];
        let mut kinds = self.kinds.clone();
        kinds.extend(named.iter().filter(|(_, is_none)| !is_none).map(|(kind, _)| *kind));
        if kinds.is_empty() {
            kinds.extend([Kind::System, Kind::Nss, Kind::Java]);
        }
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

/// The stores that are meant and that are there, the system's first. What is there and not for root to touch is left out with
/// a warning.
///
/// # Errors
/// Exit 1 when one that was asked for is not there or not for root to touch, or there is none at all.
pub(in crate::cli) fn find(
    selection: &Selection,
    machine: &Machine,
    ui: &mut Ui,
) -> Result<Vec<Box<dyn TrustStore>>, CliError> {
    let kinds = selection.kinds();
    let mut stores: Vec<Box<dyn TrustStore>> = Vec::new();
    let image = selection.image.as_deref().map(image).transpose()?;
    let system = match machine.platform {
        Platform::Linux => SystemStore::find(machine, image.as_deref()).map_err(told)?,
        Platform::MacOs => None,
    };
    let changeit = Secret::new(CHANGEIT);
    let password = selection.java_password.as_ref().unwrap_or(&changeit);
    let mut java = Vec::new();
    if kinds.contains(&Kind::Java) {
        // An image's store makes nothing of this machine.
        let system = system.as_ref().filter(|_| image.is_none());
        java = runtimes(selection, machine, system, password, ui)?;
        missing(
            selection,
            Kind::Java,
            java.is_empty(),
            "no Java runtime was found",
            "name its directory with --java-home DIR",
        )?;
    }
    if kinds.contains(&Kind::System) {
        let lingering = system.as_ref().filter(|_| selection.removing);
        let lingering = lingering.and_then(|system| JavaStore::lingering(machine, system, password));
        java.extend(lingering.filter(|store| !java.iter().any(|known| known.is_same(store))));
        match (machine.platform, system) {
            (Platform::MacOs, _) => stores.push(Box::new(MacStore::find(machine))),
            (Platform::Linux, Some(system)) => stores.push(Box::new(system)),
            (Platform::Linux, None) => {}
        }
        let hint = "known are the layouts of Debian, Fedora, Arch and openSUSE; install the package ca-certificates";
        let asked = selection.image.is_some();
        let what = "no system store was found";
        missing(selection, Kind::System, stores.is_empty(), what, hint)?;
        if asked && stores.is_empty() {
            return Err(CliError::failed(what).hint(hint));
        }
    }
    if kinds.contains(&Kind::Nss) {
        let nss = databases(selection, machine, ui)?;
        let hint = "start the browser once, or name the directory with \"certwright trust install --nss-db DIR\"";
        missing(selection, Kind::Nss, nss.is_empty(), "no NSS database was found", hint)?;
        stores.extend(nss.into_iter().map(|store| Box::new(store) as Box<dyn TrustStore>));
    }
    stores.extend(java.into_iter().map(|store| Box::new(store) as Box<dyn TrustStore>));
    if stores.is_empty() {
        return Err(CliError::failed("no trust store was found on this machine")
            .hint("name one: --root DIR, --nss-db DIR or --java-home DIR"));
    }
    Ok(stores)
}

fn databases(selection: &Selection, machine: &Machine, ui: &mut Ui) -> Result<Vec<NssStore>, CliError> {
    let password = selection.nss_password.as_ref();
    if selection.databases.is_empty() {
        return Ok(kept(NssStore::find(machine, password), ui));
    }
    let named = selection.databases.iter().map(|dir| {
        let dir = places::absolute(dir)?;
        NssStore::new(machine, dir.clone(), password.cloned()).map_err(|problem| refused(&dir, problem))
    });
    named.collect()
}

fn runtimes(
    selection: &Selection,
    machine: &Machine,
    system: Option<&SystemStore>,
    password: &Secret,
    ui: &mut Ui,
) -> Result<Vec<JavaStore>, CliError> {
    if selection.runtimes.is_empty() {
        return Ok(kept(JavaStore::find(machine, system, password), ui));
    }
    let named = selection.runtimes.iter().map(|dir| {
        let dir = places::absolute(dir)?;
        let store = JavaStore::at(machine, &dir, system, password).map_err(|problem| refused(&dir, problem))?;
        store.ok_or_else(|| {
            CliError::failed(format!("{} is no Java runtime: it has no lib/security/cacerts", dir.display()))
                .hint("name the directory that JAVA_HOME would be")
        })
    });
    named.collect()
}

/// The stores that may be touched; the others are warned about.
fn kept<Store>(found: Vec<Result<Store, Problem>>, ui: &mut Ui) -> Vec<Store> {
    let mut stores = Vec::new();
    for store in found {
        match store {
            Ok(store) => stores.push(store),
            Err(Problem::NeedsRoot) => {}
            Err(Problem::Other { why, remedy }) => {
                let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
                ui.warn(&format!("left out is {why}{remedy}"));
            }
        }
    }
    stores
}

/// A place that was named and is not to be touched.
fn refused(dir: &std::path::Path, problem: Problem) -> CliError {
    told(problem.about(&dir.display().to_string()))
}

/// An image's directory; `/` is this machine.
fn image(dir: &std::path::Path) -> Result<PathBuf, CliError> {
    match places::followed(dir).filter(|real| places::is_directory(real)) {
        Some(real) if real == std::path::Path::new("/") => {
            Err(CliError::usage("--root / is this machine").hint("leave it out, or say --to system"))
        }
        Some(real) => Ok(real),
        None => Err(CliError::failed(format!("{} is no directory", dir.display()))
            .hint("name the directory that holds the image's etc and usr")),
    }
}

/// Refuses where somebody asked for a kind of which there is none.
fn missing(selection: &Selection, kind: Kind, is_missing: bool, what: &str, hint: &str) -> Result<(), CliError> {
    if is_missing && selection.kinds.contains(&kind) {
        return Err(CliError::failed(what).hint(hint));
    }
    Ok(())
}

fn told(problem: Problem) -> CliError {
    match problem {
        Problem::NeedsRoot => CliError::failed("only the administrator may do this"),
        Problem::Other { why, remedy } => {
            let error = CliError::failed(why);
            match remedy {
                Some(remedy) => error.hint(remedy),
                None => error,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_are_named_narrow_what_is_meant() {
        let all = [Kind::System, Kind::Nss, Kind::Java];
        let database = || vec![PathBuf::from("/db")];
        for (selection, kinds) in [
            (Selection::default(), all.as_slice()),
            (Selection { databases: database(), ..Selection::default() }, &[Kind::Nss]),
            (Selection { databases: database(), kinds: vec![Kind::System], ..Selection::default() }, &all[..2]),
            (Selection { kinds: vec![Kind::Java, Kind::Java], ..Selection::default() }, &[Kind::Java]),
            (Selection { image: Some("/image".into()), ..Selection::default() }, &[Kind::System]),
        ] {
            assert_eq!(selection.kinds(), kinds, "{selection:?}");
        }
    }
}
