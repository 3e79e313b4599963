//! The system's store on Linux: a directory for local roots, and a program that makes bundles of them.

use std::path::{Path, PathBuf};

use super::machine::{Machine, Via};
use super::runner::Runner;
use super::{Anchor, Kind, Presence, Problem, Step, TrustStore};
use crate::cli::files::places;
use crate::x509::pem::{self, Block};

/// How a family of distributions does it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Its best known member.
    name: &'static str,
    /// Directories for local roots; the first that is there counts.
    anchors: &'static [&'static str],
    /// What makes the bundles anew: a program and its arguments.
    update: &'static [&'static str],
    /// The arguments to add after a root is gone.
    removing: &'static [&'static str],
    /// The bundle that tells what is trusted.
    bundle: &'static str,
    /// The cacerts that the same program makes for Java.
    pub(super) java: &'static [&'static str],
    /// Whether removing a root leaves it in [`Layout::java`].
    pub(super) java_lingers: bool,
    /// How its program is installed.
    package: &'static str,
}

/// In the order in which they are looked for: openSUSE's program has the same name as Debian's.
const LAYOUTS: [Layout; 4] = [
    // update-ca-trust(8)
    Layout {
        name: "Fedora",
        anchors: &["/etc/pki/ca-trust/source/anchors"],
        update: &["update-ca-trust", "extract"],
        removing: &[],
        bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        java: &["/etc/pki/ca-trust/extracted/java/cacerts"],
        java_lingers: false,
        package: "dnf install ca-certificates",
    },
    // trust(1) of p11-kit
    Layout {
        name: "Arch",
        anchors: &["/etc/ca-certificates/trust-source/anchors"],
        update: &["trust", "extract-compat"],
        removing: &[],
        bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
        java: &["/etc/ssl/certs/java/cacerts", "/etc/ca-certificates/extracted/java-cacerts.jks"],
        java_lingers: false,
        package: "pacman -S ca-certificates-utils",
    },
    // update-ca-certificates(8) of openSUSE
    Layout {
        name: "openSUSE",
        anchors: &["/etc/pki/trust/anchors", "/usr/share/pki/trust/anchors"],
        update: &["update-ca-certificates"],
        removing: &[],
        bundle: "/var/lib/ca-certificates/ca-bundle.pem",
        java: &["/var/lib/ca-certificates/java-cacerts"],
        java_lingers: false,
        package: "zypper install ca-certificates",
    },
    // update-ca-certificates(8) of Debian, also on Ubuntu, Alpine and Gentoo. Without --fresh it leaves the links of a root that
    // is gone in /etc/ssl/certs; Alpine's knows the option too. Its hook for Java is told of additions only.
    Layout {
        name: "Debian",
        anchors: &["/usr/local/share/ca-certificates"],
        update: &["update-ca-certificates"],
        removing: &["--fresh"],
        bundle: "/etc/ssl/certs/ca-certificates.crt",
        java: &["/etc/ssl/certs/java/cacerts"],
        java_lingers: true,
        package: "apt-get install ca-certificates",
    },
];

/// Where programs are in an image.
const PROGRAMS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// The deepest directory below that for local roots which is looked at.
const DEPTH: usize = 3;
/// Files of local roots that are looked at.
const MOST_FILES: usize = 2000;
/// The largest file of local roots, bytes.
const LARGEST: usize = 1 << 20;

/// The store of this machine, or of an image in a directory.
#[derive(Debug)]
pub(super) struct SystemStore {
    pub(super) layout: &'static Layout,
    /// `/`, or the image's directory.
    root: PathBuf,
    via: Via,
    /// The directory for local roots, every link followed.
    anchors: PathBuf,
    /// The program that updates the bundles, as it is called.
    program: Option<PathBuf>,
}

impl SystemStore {
    /// Finds the store of a machine or of the image in a directory.
    ///
    /// # Errors
    /// When the image's directory for local roots lies outside the image.
    pub(super) fn find(machine: &Machine, image: Option<&Path>) -> Result<Option<Self>, Problem> {
        let root = image.unwrap_or(Path::new("/"));
        for layout in &LAYOUTS {
            let Some(anchors) =
                layout.anchors.iter().map(|path| below(root, path)).find(|dir| places::is_directory(dir))
            else {
                continue;
            };
            let name = layout.update.first().copied().unwrap_or_default();
            let program = match image {
                None => machine.program(name),
                Some(_) => PROGRAMS
                    .iter()
                    .map(|dir| Path::new(dir).join(name))
                    .find(|path| places::is_there(&below(root, path))),
            };
            let anchors = inside(root, &anchors)?;
            let via = match image {
                None => Via::Here,
                Some(_) => Via::Image {
                    chroot: machine.program("chroot").unwrap_or_else(|| PathBuf::from("/usr/sbin/chroot")),
                    root: root.to_owned(),
                },
            };
            return Ok(Some(Self { layout, root: root.to_owned(), via, anchors, program }));
        }
        Ok(None)
    }

    /// How to run a program where the store is.
    pub(super) fn via(&self) -> &Via {
        &self.via
    }

    /// A path of the machine or image as it is from here.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        below(&self.root, path)
    }

    fn own_file(&self, anchor: &Anchor) -> PathBuf {
        self.anchors.join(format!("{}.crt", anchor.name()))
    }

    fn update(&self, more: &[&str]) -> Vec<Step> {
        let Some(program) = &self.program else { return Vec::new() };
        let arguments = self.layout.update.iter().skip(1).chain(more).copied();
        vec![Step::Run(self.via().program(program).args(arguments))]
    }

    fn bundle_has(&self, anchor: &Anchor) -> Result<bool, Problem> {
        let path = self.path(self.layout.bundle);
        if !places::is_there(&path) {
            return Ok(false);
        }
        Ok(holds(&inside(&self.root, &path)?, pem::MAX_SIZE, anchor)?)
    }

    /// The files for local roots that hold the anchor.
    fn files_with(&self, anchor: &Anchor) -> Vec<PathBuf> {
        let (mut found, mut seen) = (Vec::new(), 0);
        let mut pending = vec![(self.anchors.clone(), 0)];
        while let Some((dir, depth)) = pending.pop() {
            for path in places::entries(&dir) {
                seen += 1;
                if seen > MOST_FILES {
                    return found;
                }
                let Ok(real) = inside(&self.root, &path) else { continue };
                if places::is_directory(&real) {
                    if depth < DEPTH {
                        pending.push((path, depth + 1));
                    }
                } else if places::is_file(&real) && holds(&real, LARGEST, anchor).unwrap_or(false) {
                    found.push(path);
                }
            }
        }
        found
    }
}

impl TrustStore for SystemStore {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn location(&self) -> String {
        self.anchors.display().to_string()
    }

    fn look(&self, anchor: &Anchor, _: &mut Runner<'_>) -> Result<Presence, Problem> {
        let own_file = self.own_file(anchor);
        let (own, others): (Vec<PathBuf>, _) = self.files_with(anchor).into_iter().partition(|path| *path == own_file);
        if own.is_empty() && places::is_there(&own_file) {
            return Err(Problem::new(format!("{} is there and holds something else", own_file.display()))
                .remedy("look at it, and move it out of the way if it is of no use"));
        }
        let shown = |paths: Vec<PathBuf>| paths.iter().map(|path| path.display().to_string()).collect();
        Ok(Presence { trusted: self.bundle_has(anchor)?, own: shown(own), others: shown(others) })
    }

    fn install(&self, anchor: &Anchor, presence: &Presence) -> Result<Vec<Step>, Problem> {
        if self.program.is_none() {
            let name = self.layout.update.first().copied().unwrap_or_default();
            return Err(Problem::new(format!("{name} is not installed, which {} needs", self.layout.name))
                .remedy(format!("run: {}", self.layout.package)));
        }
        let mut steps = Vec::new();
        // Somebody else's file that is not in the bundle yet gets there by the update.
        if presence.own.is_empty() && presence.others.is_empty() {
            steps.push(Step::Write(self.own_file(anchor)));
        }
        steps.extend(self.update(&[]));
        Ok(steps)
    }

    fn uninstall(&self, anchor: &Anchor, presence: &Presence) -> Vec<Step> {
        let mut steps = Vec::new();
        if !presence.own.is_empty() {
            steps.push(Step::Remove(self.own_file(anchor)));
        }
        // An earlier run may have got no further than the file.
        if !presence.own.is_empty() || presence.trusted && presence.others.is_empty() {
            steps.extend(self.update(self.layout.removing));
        }
        steps
    }

    fn needs_root(&self) -> bool {
        !places::is_writable(&self.anchors)
    }
}

/// An absolute path below another root.
fn below(root: &Path, path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// The path with every link followed; an image's links must not lead out of it, where they would mean this machine's files.
fn inside(root: &Path, path: &Path) -> Result<PathBuf, Problem> {
    let failed = || Problem::new(format!("{} cannot be used", path.display()));
    let real = places::followed(path).ok_or_else(failed)?;
    let root = places::followed(root).ok_or_else(failed)?;
    if real.starts_with(&root) {
        return Ok(real);
    }
    Err(Problem::new(format!("{} leads out of {}, to {}", path.display(), root.display(), real.display()))
        .remedy("make the link relative, or run certwright inside the image"))
}

/// Whether a file holds the anchor. What else is in it may be unreadable.
fn holds(path: &Path, limit: usize, anchor: &Anchor) -> Result<bool, crate::cli::CliError> {
    let Some(bytes) = crate::cli::files::read_if_there(path, limit)? else { return Ok(false) };
    let blocks = pem::read_each(&bytes).unwrap_or_default();
    Ok(blocks.iter().any(|located| matches!(&located.block, Ok(Block::Certificate(found)) if anchor.is(found))))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::tests::machine;
    use super::*;

    fn image(directories: &[&str], programs: &[&str]) -> tempfile::TempDir {
        let image = tempfile::tempdir().unwrap();
        for dir in directories {
            fs::create_dir_all(below(image.path(), dir)).unwrap();
        }
        for program in programs {
            fs::create_dir_all(below(image.path(), program).parent().unwrap()).unwrap();
            fs::write(below(image.path(), program), "").unwrap();
        }
        image
    }

    fn found(image: &Path) -> Option<SystemStore> {
        SystemStore::find(&machine(), Some(image)).unwrap()
    }

    #[test]
    fn layouts_are_told_apart() {
        for (name, directory, program) in [
            ("Debian", "/usr/local/share/ca-certificates", "/usr/sbin/update-ca-certificates"),
            ("Fedora", "/etc/pki/ca-trust/source/anchors", "/usr/bin/update-ca-trust"),
            ("Arch", "/etc/ca-certificates/trust-source/anchors", "/usr/bin/trust"),
            ("openSUSE", "/etc/pki/trust/anchors", "/usr/sbin/update-ca-certificates"),
            ("openSUSE", "/usr/share/pki/trust/anchors", "/usr/sbin/update-ca-certificates"),
        ] {
            let image = image(&[directory], &[program]);
            let store = found(image.path()).unwrap();
            assert_eq!((store.layout.name, store.program.as_deref()), (name, Some(Path::new(program))));
        }
        assert!(found(image(&["/etc/ssl/certs"], &[]).path()).is_none());
    }

    #[test]
    fn links_do_not_lead_out_of_an_image() {
        let (outside, image) = (tempfile::tempdir().unwrap(), image(&["/usr/local/share"], &[]));
        symlink(outside.path(), image.path().join("usr/local/share/ca-certificates")).unwrap();
        let Err(Problem::Other { why, .. }) = SystemStore::find(&machine(), Some(image.path())) else {
            panic!("the link was followed");
        };
        assert!(why.contains("leads out of"), "{why}");
    }

    #[test]
    fn a_root_behind_a_link_out_of_an_image_is_not_in_it() {
        let (outside, image) = (tempfile::tempdir().unwrap(), image(&["/usr/local/share/ca-certificates/sub"], &[]));
        let anchor = super::super::tests::anchor();
        let anchors = image.path().join("usr/local/share/ca-certificates");
        for dir in [outside.path(), &anchors.join("sub")] {
            fs::write(dir.join("a.crt"), anchor.certificate.to_pem()).unwrap();
        }
        symlink(outside.path().join("a.crt"), anchors.join("file.crt")).unwrap();
        symlink(outside.path(), anchors.join("directory")).unwrap();
        symlink("sub/a.crt", anchors.join("within.crt")).unwrap();
        let files = found(image.path()).unwrap().files_with(&anchor);
        let anchors = places::followed(&anchors).unwrap();
        assert_eq!(files, [anchors.join("within.crt"), anchors.join("sub/a.crt")]);
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let image = image(&["/usr/local/share/ca-certificates"], &[]);
        let anchor = super::super::tests::anchor();
        let problem = found(image.path()).unwrap().install(&anchor, &Presence::default()).unwrap_err();
        assert!(format!("{problem:?}").contains("apt-get install ca-certificates"), "{problem:?}");
    }
}
