//! The databases of NSS, through its `certutil`: Firefox and Thunderbird have one in each profile, Chromium and Chrome share one
//! for each user.

use std::ffi::OsString;
use std::path::PathBuf;

use super::machine::{Machine, Platform, Via};
use super::runner::{Answer, Runner};
use super::step::Invocation;
use super::{Anchor, Kind, Presence, Problem, Step, TrustStore};
use crate::cli::files::places;
use crate::keys::Secret;

/// The file that makes a directory a database.
const DATABASE: &str = "cert9.db";
/// The others in it; the last may name libraries, which are loaded.
const BESIDE: [&str; 2] = ["key4.db", "pkcs11.txt"];
/// Databases that are looked for.
const MOST_DATABASES: usize = 64;
/// Certificates of a database that are compared; asking for each takes about 10 ms.
const MOST_CERTIFICATES: usize = 2000;
/// What `certutil` says when it wants another password.
const LOCKED: [&str; 3] = ["SEC_ERROR_BAD_PASSWORD", "SEC_ERROR_TOKEN_NOT_LOGGED_IN", "password file contains no data"];
/// Trusted to sign for TLS servers, and for nothing else.
const TRUST: &str = "C,,";

/// Directories whose subdirectories are profiles, below the home.
const PROFILES: [&str; 10] = [
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ".librewolf",
    ".thunderbird",
    "snap/thunderbird/common/.thunderbird",
    ".var/app/org.mozilla.Thunderbird/.thunderbird",
    ".waterfox",
];
/// The same on macOS.
const MACOS_PROFILES: [&str; 2] =
    ["Library/Application Support/Firefox/Profiles", "Library/Application Support/Thunderbird/Profiles"];
/// Directories that are databases, below the home.
const SHARED: [&str; 5] = [
    ".pki/nssdb",
    ".local/share/pki/nssdb",
    "snap/chromium/current/.pki/nssdb",
    ".var/app/org.chromium.Chromium/.pki/nssdb",
    ".var/app/com.google.Chrome/.pki/nssdb",
];

/// One database.
#[derive(Debug)]
pub(super) struct NssStore {
    dir: PathBuf,
    certutil: Option<PathBuf>,
    via: Via,
    password: Option<Secret>,
    platform: Platform,
}

impl NssStore {
    /// The database in a directory, which may be still to be made.
    ///
    /// # Errors
    /// When root must not touch it.
    pub(super) fn new(machine: &Machine, dir: PathBuf, password: Option<Secret>) -> Result<Self, Problem> {
        let files = [DATABASE].into_iter().chain(BESIDE).map(|name| dir.join(name));
        let via = machine.owner_of(std::iter::once(dir.clone()).chain(files))?;
        Ok(Self { dir, certutil: machine.program("certutil"), via, password, platform: machine.platform })
    }

    /// The databases in the person's home, each once, or why root must not touch one.
    pub(super) fn find(machine: &Machine, password: Option<&Secret>) -> Vec<Result<Self, Problem>> {
        let Some(home) = &machine.home else { return Vec::new() };
        let profiles: &[&str] = if machine.platform == Platform::MacOs { &MACOS_PROFILES } else { &PROFILES };
        let profiles = profiles.iter().flat_map(|below| places::entries(&home.join(below)));
        let mut found: Vec<PathBuf> = Vec::new();
        for dir in profiles.chain(SHARED.iter().map(|below| home.join(below))) {
            let Some(real) = places::followed(&dir).filter(|dir| places::is_file(&dir.join(DATABASE))) else {
                continue;
            };
            // Only what is below the home is the person's.
            let home = places::followed(home).unwrap_or_else(|| home.clone());
            if real.starts_with(&home) && !found.contains(&real) && found.len() < MOST_DATABASES {
                found.push(real);
            }
        }
        let database = |dir: PathBuf| {
            let place = dir.display().to_string();
            Self::new(machine, dir, password.cloned()).map_err(|problem| problem.about(&place))
        };
        found.into_iter().map(database).collect()
    }

    fn exists(&self) -> bool {
        places::is_file(&self.dir.join(DATABASE))
    }

    /// `certutil` on this database. It asks on the terminal for a password unless it gets a file.
    fn certutil(&self, action: &str) -> Result<Invocation, Problem> {
        let Some(certutil) = &self.certutil else {
            return Err(
                Problem::new("NSS's certutil is not installed").remedy(format!("run: {}", package(self.platform)))
            );
        };
        let mut database = OsString::from("sql:");
        database.push(&self.dir);
        let file = if self.password.is_some() { "/dev/stdin" } else { "/dev/null" };
        let mut invocation = self.via.program(certutil).arg(action).arg("-d").arg(database).args(["-f", file]);
        invocation.password = self.password.clone();
        Ok(invocation)
    }

    fn ask(&self, runner: &mut Runner<'_>, more: &[&str]) -> Result<Answer, Problem> {
        let answer = runner.ask(&self.certutil("-L")?.args(more.iter().copied()))?;
        if answer.success {
            return Ok(answer);
        }
        Err(Problem::new(format!("certutil cannot read {}: {}", self.dir.display(), answer.complaint())))
    }
}

impl TrustStore for NssStore {
    fn kind(&self) -> Kind {
        Kind::Nss
    }

    fn location(&self) -> String {
        self.dir.display().to_string()
    }

    fn look(&self, anchor: &Anchor, runner: &mut Runner<'_>) -> Result<Presence, Problem> {
        if !self.exists() {
            // Nothing to ask, but to make one takes the program.
            return self.certutil("-L").map(|_| Presence::default());
        }
        let mut names = nicknames(&self.ask(runner, &[])?.stdout);
        // A nickname gives all certificates with the same subject, so one of ours is looked for under its own first.
        names.sort_by_key(|name| name != anchor.name());
        names.truncate(MOST_CERTIFICATES);
        for name in names {
            let shown = self.ask(runner, &["-n", &name])?.stdout;
            let Some(trusted) = trust(&shown, &anchor.sha256()) else { continue };
            let (own, others) = if name == anchor.name() { (vec![name], Vec::new()) } else { (Vec::new(), vec![name]) };
            return Ok(Presence { trusted, own, others });
        }
        Ok(Presence::default())
    }

    fn install(&self, anchor: &Anchor, presence: &Presence) -> Result<Vec<Step>, Problem> {
        if let Some(name) = presence.others.first() {
            // NSS has one entry for a certificate: this one is somebody else's, who may mean that it is not trusted.
            let change = self.certutil("-M")?.args(["-n", name, "-t", TRUST]);
            return Err(Problem::new(format!("it is there as {name:?}, and not trusted"))
                .remedy(format!("if it shall be trusted, run: {}", Step::Run(change).shell(anchor))));
        }
        let mut steps = Vec::new();
        if !self.exists() {
            steps.push(match &self.via {
                Via::Person(_) => Step::Run(self.via.program("mkdir".as_ref()).arg("-p").arg(&self.dir)),
                _ => Step::MakeDirectory(self.dir.clone()),
            });
            steps.push(Step::Run(match &self.password {
                None => self.certutil("-N")?.args(["--empty-password"]),
                Some(_) => self.certutil("-N")?,
            }));
        }
        let add = self.certutil("-A")?.args(["-n", anchor.name(), "-t", TRUST, "-a", "-i"]).certificate();
        steps.push(Step::Run(add));
        Ok(steps)
    }

    fn uninstall(&self, _: &Anchor, presence: &Presence) -> Vec<Step> {
        let delete = |name: &String| Some(Step::Run(self.certutil("-D").ok()?.args(["-n", name])));
        presence.own.iter().filter_map(delete).collect()
    }

    fn explain(&self, problem: Problem) -> Problem {
        let Problem::Other { why, .. } = &problem else { return problem };
        if !LOCKED.iter().any(|sign| why.contains(sign)) {
            return problem;
        }
        let dir = self.dir.display();
        problem.remedy(match (&self.via, &self.password) {
            (Via::Person(person), _) => format!(
                "{dir} has a password: run certwright as {}, without sudo, and name its source with --nss-password SRC",
                person.name
            ),
            (_, Some(_)) => format!("--nss-password gave another password than {dir} has"),
            (_, None) => format!("{dir} has a password: name its source with --nss-password SRC"),
        })
    }

    fn needs_root(&self) -> bool {
        self.via == Via::Here && self.exists() && !places::is_writable(&self.dir.join(DATABASE))
    }
}

/// The nicknames in the listing of `certutil -L`: each line ends with three sets of trust flags, separated by commas.
fn nicknames(listing: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in listing.lines() {
        let Some((name, flags)) = line.trim_end().rsplit_once(' ') else { continue };
        let name = name.trim_end();
        let are_flags =
            flags.matches(',').count() == 2 && flags.chars().all(|flag| flag == ',' || "pPcCTuwgGI".contains(flag));
        if are_flags && !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether the certificate with a SHA-256 is trusted to sign for servers, as `certutil -L -n` shows it; `None` where it is not
/// among those shown.
fn trust(shown: &str, sha256: &str) -> Option<bool> {
    let mut lines = shown.lines().map(str::trim);
    lines.find(|line| *line == "Fingerprint (SHA-256):")?;
    let mut found = is_fingerprint(lines.next()?, sha256);
    let mut in_ssl = false;
    while let Some(line) = lines.next() {
        match line {
            "Fingerprint (SHA-256):" if found => return Some(false),
            "Fingerprint (SHA-256):" => found = is_fingerprint(lines.next()?, sha256),
            "SSL Flags:" => in_ssl = true,
            "Trusted CA" if found && in_ssl => return Some(true),
            _ if line.ends_with("Flags:") => in_ssl = false,
            _ => {}
        }
    }
    found.then_some(false)
}

fn is_fingerprint(line: &str, sha256: &str) -> bool {
    line.bytes().filter(|byte| *byte != b':').map(|byte| byte.to_ascii_lowercase()).eq(sha256.bytes())
}

fn package(platform: Platform) -> &'static str {
    match platform {
        Platform::MacOs => "brew install nss",
        _ => "apt-get install libnss3-tools (nss-tools on Fedora, nss on Arch, mozilla-nss-tools on openSUSE)",
    }
}

#[cfg(test)]
mod tests;
