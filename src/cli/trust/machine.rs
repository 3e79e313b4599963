//! The machine whose stores are meant: its platform, its programs, and the person at it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Problem;
use super::step::Invocation;
use crate::cli::files::{ownership, places};
use crate::cli::{CliError, Context};

/// Where programs are, even for those who do not have them in `PATH`.
const PROGRAMS: [&str; 6] = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];
/// What programs that root runs inherit: how texts and names of files are written, and nothing that makes a program load
/// another (`JAVA_TOOL_OPTIONS`, `PERL5LIB`, …).
const INHERITED: [&str; 3] = ["LANG", "LC_ALL", "LC_CTYPE"];
const TEMPORARY: &str = "/tmp";

/// What the stores need to know of the machine.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Machine {
    pub(super) platform: Platform,
    /// The home directory of the person.
    pub(super) home: Option<PathBuf>,
    /// Directories with programs.
    pub(super) path: Vec<PathBuf>,
    /// `JAVA_HOME`.
    pub(super) java_home: Option<PathBuf>,
    /// For files that programs read.
    pub(super) temporary: PathBuf,
    /// The person who called `sudo`, whose databases are meant then.
    pub(super) person: Option<Person>,
    /// The user whose files, with root's, are the only ones that are run and changed: root, where certwright runs as root,
    /// which must not give its rights to whoever can exchange a file; `None` where there is nothing to give away.
    pub(super) keeper: Option<u32>,
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Linux,
    MacOs,
}

/// Somebody on whose behalf the administrator acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) sudo: PathBuf,
}

/// As whom, and where, a program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Via {
    /// As certwright itself does.
    Here,
    /// With a directory as its root.
    Image {
        /// `chroot`.
        chroot: PathBuf,
        /// The directory.
        root: PathBuf,
    },
    /// As the person who called `sudo`: what is theirs is neither changed nor run with the administrator's rights.
    Person(Person),
}

impl Machine {
    /// Looks at the process's environment, once.
    ///
    /// # Errors
    /// When certwright runs as root for somebody as whom nothing can be run.
    pub(in crate::cli) fn new(cx: &Context) -> Result<Self, CliError> {
        Self::kept_by(cx, rustix::process::geteuid().is_root().then_some(0))
    }

    fn kept_by(cx: &Context, keeper: Option<u32>) -> Result<Self, CliError> {
        let directory = |name| cx.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let path = cx.variable("PATH").unwrap_or_default();
        let mut machine = Self {
            platform: Platform::current(),
            home: directory("HOME"),
            path: std::env::split_paths(path).filter(|directory| directory.is_absolute()).collect(),
            java_home: directory("JAVA_HOME"),
            temporary: PathBuf::from(TEMPORARY),
            person: None,
            keeper,
        };
        // Who may rename the directory with the certificate decides which one is trusted; the child stands for it.
        if let Some(temporary) = directory("TMPDIR").filter(|dir| machine.keeps(&dir.join("certwright-"))) {
            machine.temporary = temporary;
        }
        if keeper.is_some()
            && let Some(name) = cx.variable("SUDO_USER").filter(|name| *name != "root")
            && let Some(sudo) = machine.program("sudo")
        {
            let person = name.to_str().filter(|name| is_person(name));
            let person = person.map(|name| Person { name: name.to_owned(), sudo });
            let Some((person, home)) =
                person.and_then(|person| home_of(cx, &machine, &person).map(|home| (person, home)))
            else {
                let name = name.to_string_lossy();
                return Err(CliError::failed(format!("SUDO_USER is {name:?}, and sudo runs nothing as that user"))
                    .hint("run certwright without sudo as the user whose stores are meant; where root's own are, unset SUDO_USER"));
            };
            machine.home = Some(home);
            // The administrator's own may be closed to others.
            machine.temporary = PathBuf::from(TEMPORARY);
            machine.person = Some(person);
        }
        Ok(machine)
    }

    /// Finds a program by its name; for root, only among those that nobody else can exchange.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let named = self.directories().map(|directory| directory.join(name));
        named.into_iter().find(|path| places::is_file(path) && self.keeps(path))
    }

    /// The directories where programs are looked for.
    fn directories(&self) -> impl Iterator<Item = &Path> {
        let directories = self.path.iter().map(PathBuf::as_path).chain(PROGRAMS.iter().map(Path::new));
        directories.filter(|directory| self.keeps(directory))
    }

    /// Whether nobody can exchange what is at a path and has root run or change it.
    fn keeps(&self, path: &Path) -> bool {
        self.keeper.is_none_or(|keeper| ownership::foreign(path, keeper).is_none())
    }

    /// As whom to run or change what is at some paths, all of them: as the person, if one of them is below their home or not
    /// root's alone, so that neither a file nor a link of theirs makes the administrator run a program of their choice.
    ///
    /// # Errors
    /// When one is not root's alone, and there is no person to do it as.
    pub(super) fn owner_of<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result<Via, Problem> {
        let Some(keeper) = self.keeper else { return Ok(Via::Here) };
        let at_home = |path: &Path| self.home.as_ref().is_some_and(|home| path.starts_with(home));
        for path in paths {
            let foreign = ownership::foreign(path.as_ref(), keeper);
            match (&self.person, foreign) {
                (Some(person), foreign) if foreign.is_some() || at_home(path.as_ref()) => {
                    return Ok(Via::Person(person.clone()));
                }
                (None, Some(place)) => {
                    let why = "others than root may change it, and root runs and changes nothing there";
                    return Err(Problem::new(format!("{}: {why}", place.display()))
                        .remedy("run certwright as the user whose it is, with sudo from their account or without"));
                }
                _ => {}
            }
        }
        Ok(Via::Here)
    }

    /// A child process; for root, one that finds root's programs only, and no options for them in the environment.
    pub(super) fn child(&self, cx: &Context, program: &Path) -> Command {
        let mut command = cx.child(program);
        if self.keeper.is_some() {
            command.env_clear();
            command.envs(INHERITED.iter().filter_map(|name| Some((name, cx.variable(name)?))));
            if let Ok(path) = std::env::join_paths(self.directories()) {
                command.env("PATH", path);
            }
        }
        command
    }
}

impl Platform {
    fn current() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            _ => Self::Linux,
        }
    }
}

impl Via {
    /// A program that runs this way.
    pub(super) fn program(&self, program: &Path) -> Invocation {
        match self {
            Self::Here => Invocation::new(program),
            Self::Image { chroot, root } => Invocation::new(chroot).arg(root).arg(program),
            Self::Person(person) => {
                Invocation::new(&person.sudo).args(["-n", "-H", "-u", &person.name, "--"]).arg(program)
            }
        }
    }
}

/// Whether `SUDO_USER` names somebody, and nobody who has more to say.
fn is_person(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'@');
    name != "root" && !name.starts_with('-') && !name.is_empty() && name.bytes().all(plain)
}

/// Where the person is at home; `sudo` knows on every system.
fn home_of(cx: &Context, machine: &Machine, person: &Person) -> Option<PathBuf> {
    let mut command = machine.child(cx, &person.sudo);
    let output = command.args(["-n", "-H", "-u", &person.name, "--", "printenv", "HOME"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let home = Path::new(text.trim_end_matches('\n'));
    (output.status.success() && home.is_absolute()).then(|| home.to_owned())
}

#[cfg(test)]
mod tests;
