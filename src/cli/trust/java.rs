//! The `cacerts` of Java runtimes, through their own `keytool`.

use std::path::{Path, PathBuf};

use super::machine::{Machine, Via};
use super::runner::Runner;
use super::step::Invocation;
use super::system::SystemStore;
use super::{Anchor, Kind, Presence, Problem, Step, TrustStore};
use crate::cli::files::places;
use crate::keys::Secret;
use crate::x509::pem;

/// The password of every `cacerts` that nobody changed; no secret.
pub(in crate::cli) const CHANGEIT: &str = "changeit";
/// Where a runtime keeps its file, since Java 9 and before.
const CACERTS: [&str; 2] = ["lib/security/cacerts", "jre/lib/security/cacerts"];
/// Where its tool is.
const KEYTOOL: [&str; 2] = ["bin/keytool", "jre/bin/keytool"];
/// Directories whose subdirectories are runtimes.
const INSTALLED: [&str; 3] = ["/usr/lib/jvm", "/usr/java", "/opt/java"];
/// The same below the home.
const INSTALLED_AT_HOME: [&str; 4] =
    [".sdkman/candidates/java", ".jdks", ".asdf/installs/java", ".local/share/mise/installs/java"];
/// The same on macOS, with what is between.
const INSTALLED_ON_MACOS: (&str, &str) = ("Library/Java/JavaVirtualMachines", "Contents/Home");
/// Runtimes that are looked for.
const MOST_RUNTIMES: usize = 64;

/// One file, which runtimes may share.
#[derive(Debug)]
pub(super) struct JavaStore {
    /// The file as the tool is told, every link followed.
    cacerts: PathBuf,
    /// The same as it is from here.
    file: PathBuf,
    keytool: Option<PathBuf>,
    via: Via,
    password: Secret,
    /// What makes it, if it is made of the system's store.
    made_by: Option<MadeBy>,
}

/// How the system's store gets into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MadeBy {
    /// What is added is added, what is removed stays; other entries are left alone.
    Additions,
    /// The whole file is made anew.
    Replacement,
}

impl JavaStore {
    /// The runtime in a directory; `None` where there is none.
    ///
    /// # Errors
    /// When root must touch neither its file nor its tool.
    pub(super) fn at(
        machine: &Machine,
        home: &Path,
        system: Option<&SystemStore>,
        password: &Secret,
    ) -> Result<Option<Self>, Problem> {
        let Some((place, cacerts)) = cacerts(home) else { return Ok(None) };
        let keytool = KEYTOOL.iter().map(|below| home.join(below)).find(|path| places::is_file(path));
        // As it is reached and as it is: a link on the way may be somebody else's, and so may be the end.
        let via = machine.owner_of(keytool.iter().chain([&place, &cacerts]))?;
        Ok(Some(Self {
            made_by: system.and_then(|system| made_by(system, &cacerts)),
            file: cacerts.clone(),
            cacerts,
            keytool: keytool.or_else(|| machine.program("keytool")),
            via,
            password: password.clone(),
        }))
    }

    /// The runtimes of the machine, each file once, or why root must not touch one.
    pub(super) fn find(
        machine: &Machine,
        system: Option<&SystemStore>,
        password: &Secret,
    ) -> Vec<Result<Self, Problem>> {
        let (mut found, mut files): (Vec<Result<Self, Problem>>, Vec<PathBuf>) = (Vec::new(), Vec::new());
        for home in homes(machine) {
            let Some((_, file)) = cacerts(&home) else { continue };
            if found.len() == MOST_RUNTIMES || files.contains(&file) {
                continue;
            }
            match Self::at(machine, &home, system, password) {
                Ok(None) => {}
                Ok(Some(store)) => {
                    files.push(file);
                    found.push(Ok(store));
                }
                Err(problem) => {
                    // Another way to the same file may be root's alone.
                    let problem = problem.about(&home.display().to_string());
                    if !found.iter().any(|known| known.as_ref().is_err_and(|known| *known == problem)) {
                        found.push(Err(problem));
                    }
                }
            }
        }
        found
    }

    /// The file that the system's store leaves removed roots in, if it is there and can be changed.
    pub(super) fn lingering(machine: &Machine, system: &SystemStore, password: &Secret) -> Option<Self> {
        if !system.layout.java_lingers {
            return None;
        }
        let (cacerts, via) = (PathBuf::from(system.layout.java.first()?), system.via().clone());
        let (file, keytool) = match &via {
            Via::Image { .. } => {
                let tool = PathBuf::from("/usr/bin/keytool");
                (system.path(&cacerts), places::is_there(&system.path(&tool)).then_some(tool))
            }
            _ => (cacerts.clone(), machine.program("keytool")),
        };
        // Without the tool there is no runtime that could be misled either.
        (places::is_file(&file) && keytool.is_some()).then(|| Self {
            cacerts,
            file,
            keytool,
            via,
            password: password.clone(),
            made_by: Some(MadeBy::Additions),
        })
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.file == other.file
    }

    fn keytool(&self, action: &str) -> Result<Invocation, Problem> {
        let Some(keytool) = &self.keytool else {
            return Err(Problem::new("it has no keytool, and there is none in PATH")
                .remedy("install a JDK, such as: apt-get install default-jdk-headless"));
        };
        // What it prints is read here, so it has to be in one language.
        let invocation =
            self.via.program(keytool).args(["-J-Duser.language=en", action, "-keystore"]).arg(&self.cacerts);
        Ok(if self.password.expose() == CHANGEIT.as_bytes() {
            invocation.args(["-storepass", CHANGEIT])
        } else {
            let mut invocation = invocation.args(["-storepass:file", "/dev/stdin"]);
            invocation.password = Some(self.password.clone());
            invocation
        })
    }
}

impl TrustStore for JavaStore {
    fn kind(&self) -> Kind {
        Kind::Java
    }

    fn location(&self) -> String {
        self.file.display().to_string()
    }

    fn look(&self, anchor: &Anchor, runner: &mut Runner<'_>) -> Result<Presence, Problem> {
        let answer = runner.ask(&self.keytool("-list")?.args(["-rfc"]))?;
        if !answer.success {
            let problem = Problem::new(format!("keytool cannot read {}: {}", self.file.display(), answer.complaint()));
            return Err(problem.remedy("name the source of its password with --java-storepass"));
        }
        let from_system = format!("debian:{}.pem", anchor.name());
        let (own, others): (Vec<String>, _) = aliases_of(anchor, &answer.stdout)
            .into_iter()
            .partition(|alias| alias == anchor.name() || *alias == from_system);
        Ok(Presence { trusted: !(own.is_empty() && others.is_empty()), own, others })
    }

    fn install(&self, anchor: &Anchor, _: &Presence) -> Result<Vec<Step>, Problem> {
        if self.made_by == Some(MadeBy::Replacement) {
            return Err(Problem::new("it is made from the system store, and the next update would lose the root")
                .remedy("install into the system store as well: --to system,java"));
        }
        let import = self.keytool("-importcert")?.args(["-noprompt", "-alias", anchor.name(), "-file"]).certificate();
        Ok(vec![Step::Run(import)])
    }

    fn uninstall(&self, _: &Anchor, presence: &Presence) -> Vec<Step> {
        let delete = |alias: &String| Some(Step::Run(self.keytool("-delete").ok()?.args(["-alias", alias])));
        presence.own.iter().filter_map(delete).collect()
    }

    fn needs_root(&self) -> bool {
        self.via == Via::Here && !places::is_writable(&self.file)
    }

    fn follows_system(&self) -> bool {
        self.made_by.is_some()
    }
}

/// The file of the runtime in a directory: as it is reached, and with every link followed.
fn cacerts(home: &Path) -> Option<(PathBuf, PathBuf)> {
    CACERTS.iter().map(|below| home.join(below)).find_map(|path| Some((path.clone(), places::followed(&path)?)))
}

/// Whether and how the system's store makes a file.
fn made_by(system: &SystemStore, cacerts: &Path) -> Option<MadeBy> {
    let is_made = |path: &str| places::followed(&system.path(path)).is_some_and(|real| real == cacerts);
    if !system.layout.java.iter().any(|path| is_made(path)) {
        return None;
    }
    Some(if system.layout.java_lingers { MadeBy::Additions } else { MadeBy::Replacement })
}

/// Directories that may be runtimes, the one that `JAVA_HOME` names first.
fn homes(machine: &Machine) -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = machine.java_home.iter().cloned().collect();
    for program in ["java", "keytool"].iter().filter_map(|name| machine.program(name)) {
        // <home>/bin/java, or <home>/jre/bin/java
        homes.extend(
            places::followed(&program).iter().flat_map(|real| real.ancestors().skip(2).take(2)).map(Path::to_owned),
        );
    }
    homes.extend(INSTALLED.iter().flat_map(|dir| places::entries(Path::new(dir))));
    let (machines, between) = INSTALLED_ON_MACOS;
    let on_macos = |root: &Path| places::entries(&root.join(machines)).into_iter().map(|dir| dir.join(between));
    homes.extend(on_macos(Path::new("/")));
    if let Some(home) = &machine.home {
        homes.extend(INSTALLED_AT_HOME.iter().flat_map(|below| places::entries(&home.join(below))));
        homes.extend(on_macos(home));
    }
    homes
}

/// The aliases under which `keytool -list -rfc` shows the anchor.
fn aliases_of(anchor: &Anchor, listing: &str) -> Vec<String> {
    const ALIAS: &str = "Alias name: ";
    const END: &str = "-----END CERTIFICATE-----";
    let (mut alias, mut aliases, mut pem) = (String::new(), Vec::new(), None::<String>);
    for line in listing.lines() {
        if let Some(name) = line.strip_prefix(ALIAS) {
            name.clone_into(&mut alias);
        } else if line == "-----BEGIN CERTIFICATE-----" {
            pem = Some(String::new());
        }
        let Some(text) = &mut pem else { continue };
        text.push_str(line);
        text.push('\n');
        if line == END {
            let read = pem.take().and_then(|text| pem::read_certificates(text.as_bytes()).ok()).unwrap_or_default();
            if read.iter().any(|found| anchor.is(found)) && !aliases.contains(&alias) {
                aliases.push(alias.clone());
            }
        }
    }
    aliases
}

#[cfg(test)]
mod tests;
