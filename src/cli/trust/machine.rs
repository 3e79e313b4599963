//! The machine whose stores are meant: its platform, its programs, and the person at it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::step::Invocation;
use crate::cli::Context;
use crate::cli::files::places;

/// Where administrators' programs are, even for those who do not have them in `PATH`.
const ADMINISTRATION: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

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
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Linux,
    MacOs,
    Windows,
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
    pub(in crate::cli) fn new(cx: &Context) -> Self {
        let directory = |name| cx.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let path = cx.variable("PATH").unwrap_or_default();
        let mut machine = Self {
            platform: Platform::current(),
            home: directory("HOME"),
            path: std::env::split_paths(path).filter(|directory| directory.is_absolute()).collect(),
            java_home: directory("JAVA_HOME"),
            temporary: directory("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp")),
            person: None,
        };
        if rustix::process::geteuid().is_root()
            && let Some(name) = cx.variable("SUDO_USER").and_then(OsStr::to_str).filter(|name| is_person(name))
            && let Some(sudo) = machine.program("sudo")
        {
            let person = Person { name: name.to_owned(), sudo };
            machine.home = home_of(cx, &person);
            // The administrator's own may be closed to others.
            machine.temporary = PathBuf::from("/tmp");
            machine.person = Some(person);
        }
        machine
    }

    /// Finds a program by its name.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let directories = self.path.iter().map(PathBuf::as_path).chain(ADMINISTRATION.iter().map(Path::new));
        directories.map(|directory| directory.join(name)).find(|path| places::is_file(path))
    }

    /// As whom to change or run what is at a path: as the person, if it is below their home or found through it, so that no
    /// link of theirs makes the administrator run a program of their choice.
    pub(super) fn owner_of(&self, path: &Path) -> Via {
        let (Some(person), Some(home)) = (&self.person, &self.home) else { return Via::Here };
        let real = |path: &Path| places::followed(path).unwrap_or_else(|| path.to_owned());
        let is_theirs = path.starts_with(home) || real(path).starts_with(real(home));
        if is_theirs { Via::Person(person.clone()) } else { Via::Here }
    }
}

impl Platform {
    fn current() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
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
fn home_of(cx: &Context, person: &Person) -> Option<PathBuf> {
    let mut command = cx.child(&person.sudo);
    let output = command.args(["-n", "-H", "-u", &person.name, "--", "printenv", "HOME"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let home = Path::new(text.trim_end_matches('\n'));
    (output.status.success() && home.is_absolute()).then(|| home.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reached_through_a_home_is_run_as_its_owner() {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), home.path().join("jdk")).unwrap();
        std::os::unix::fs::symlink(home.path(), elsewhere.path().join("back")).unwrap();
        let person = Person { name: "ann".into(), sudo: "/usr/bin/sudo".into() };
        let (home_path, person) = (Some(home.path().to_owned()), Some(person));
        let machine = Machine { home: home_path, person, ..super::super::tests::machine() };
        for (path, is_theirs) in [
            (home.path().join("jdk"), true),
            (elsewhere.path().join("back"), true),
            (home.path().join("not/there/yet"), true),
            (elsewhere.path().to_owned(), false),
        ] {
            assert_eq!(matches!(machine.owner_of(&path), Via::Person(_)), is_theirs, "{}", path.display());
        }
        let line = machine.owner_of(home.path()).program("/jdk/bin/keytool".as_ref());
        assert_eq!(line.program, Path::new("/usr/bin/sudo"));
    }

    #[test]
    fn a_person_has_a_plain_name() {
        for name in ["ann", "a.b-c_9", "ann@corp.test"] {
            assert!(is_person(name), "{name}");
        }
        for name in ["", "root", "-u", "a b", "a;b", "a\nb", "a/b"] {
            assert!(!is_person(name), "{name}");
        }
    }
}
