//! `certwright trust` on layouts of distributions that no test runs on: programs that stand for theirs record what they are asked.

#![expect(clippy::expect_used, reason = "a test may stop")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use sandbox::{CERTWRIGHT, Outcome, Sandbox, hermetic, outcome};
use tree::snapshot;

#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/tree.rs"]
mod tree;

/// A distribution: where local roots are, the program, how it is called, and the bundle that it makes.
struct Distribution {
    anchors: &'static str,
    program: &'static str,
    install: &'static str,
    uninstall: &'static str,
    bundle: &'static str,
}

const DISTRIBUTIONS: [Distribution; 5] = [
    Distribution {
        anchors: "usr/local/share/ca-certificates",
        program: "usr/sbin/update-ca-certificates",
        install: "/usr/sbin/update-ca-certificates",
        uninstall: "/usr/sbin/update-ca-certificates --fresh",
        bundle: "etc/ssl/certs/ca-certificates.crt",
    },
    Distribution {
        anchors: "etc/pki/ca-trust/source/anchors",
        program: "usr/bin/update-ca-trust",
        install: "/usr/bin/update-ca-trust extract",
        uninstall: "/usr/bin/update-ca-trust extract",
        bundle: "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    },
    Distribution {
        anchors: "etc/ca-certificates/trust-source/anchors",
        program: "usr/bin/trust",
        install: "/usr/bin/trust extract-compat",
        uninstall: "/usr/bin/trust extract-compat",
        bundle: "etc/ca-certificates/extracted/tls-ca-bundle.pem",
    },
    Distribution {
        anchors: "etc/pki/trust/anchors",
        program: "usr/sbin/update-ca-certificates",
        install: "/usr/sbin/update-ca-certificates",
        uninstall: "/usr/sbin/update-ca-certificates",
        bundle: "var/lib/ca-certificates/ca-bundle.pem",
    },
    Distribution {
        anchors: "usr/share/pki/trust/anchors",
        program: "usr/sbin/update-ca-certificates",
        install: "/usr/sbin/update-ca-certificates",
        uninstall: "/usr/sbin/update-ca-certificates",
        bundle: "var/lib/ca-certificates/ca-bundle.pem",
    },
];

/// A sandbox with a constrained root, and an image of a distribution.
struct Scene {
    sandbox: Sandbox,
    image: PathBuf,
    bin: PathBuf,
}

impl Scene {
    fn new(distribution: &Distribution) -> Self {
        let sandbox = Sandbox::new();
        let init = ["init", "--no-passphrase", "--key", "ec-p256", "--with-issuing", "--permit", "corp.test"];
        sandbox.run(init).succeeded();
        Self::of(sandbox, distribution)
    }

    fn of(sandbox: Sandbox, distribution: &Distribution) -> Self {
        let (image, bin) = (sandbox.path("image"), sandbox.path("bin"));
        for dir in [image.join(distribution.anchors), bin.clone()] {
            fs::create_dir_all(dir).expect("a directory");
        }
        for file in [distribution.program, distribution.bundle] {
            let path = image.join(file);
            fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let scene = Self { sandbox, image, bin };
        // Stands for chroot and for what it runs: makes the bundle of what is there.
        scene.program(
            "chroot",
            &format!(
                "echo \"$@\" >>'{0}/asked'; cd \"$1\"; cat {1}/*.crt >{2} 2>/dev/null || :",
                scene.bin.display(),
                distribution.anchors,
                distribution.bundle
            ),
        );
        scene
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("the program is written");
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("its mode");
    }

    fn trust(&self, arguments: &[&str], code: i32) -> Outcome {
        let mut command = hermetic(CERTWRIGHT, &self.sandbox.path(""));
        command.env("PATH", format!("{}:/usr/bin:/bin", self.bin.display()));
        outcome(command.arg("trust").args(arguments).args(["--root", "image"])).exited(code)
    }

    /// What the programs were asked since the last time.
    fn asked(&self) -> Vec<String> {
        let file = self.bin.join("asked");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(file);
        let prefix = format!("{} ", fs::canonicalize(&self.image).expect("it is there").display());
        text.lines().map(|line| line.strip_prefix(&prefix).unwrap_or(line).to_owned()).collect()
    }
}

#[test]
fn every_layout_is_changed_by_its_own_program() {
    for distribution in &DISTRIBUTIONS {
        let scene = Scene::new(distribution);
        let before = snapshot(&scene.image);
        scene.trust(&["status"], 3);
        let plan = scene.trust(&["install", "--dry-run"], 0);
        assert!(plan.stdout.contains(distribution.install), "{}", plan.stdout);
        assert_eq!((scene.asked(), snapshot(&scene.image)), (vec![], before.clone()), "a dry run does nothing");
        scene.trust(&["install"], 0);
        assert_eq!(scene.asked(), [distribution.install]);
        let files: Vec<_> =
            fs::read_dir(scene.image.join(distribution.anchors)).expect("it is there").flatten().collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].metadata().expect("its metadata").permissions().mode() & 0o7777, 0o644);
        scene.trust(&["status"], 0);
        scene.trust(&["install"], 0);
        assert_eq!(scene.asked(), [""; 0], "a second time there is nothing to do");
        scene.trust(&["uninstall"], 0);
        assert_eq!(scene.asked(), [distribution.uninstall]);
        assert_eq!(snapshot(&scene.image), before, "nothing is left");
        scene.trust(&["uninstall"], 0);
        assert_eq!(scene.asked(), [""; 0]);
    }
}

#[test]
fn what_a_failed_update_left_is_finished_by_the_next() {
    let scene = Scene::new(&DISTRIBUTIONS[1]);
    let working = fs::read(scene.bin.join("chroot")).expect("the program");
    scene.program("chroot", "echo 'no space left' >&2; exit 9");
    let failed = scene.trust(&["install"], 1);
    assert!(failed.stderr.contains("no space left") && failed.stderr.contains("run: "), "{}", failed.stderr);
    scene.trust(&["status"], 3);
    // An update that says it went well and did nothing is no success either.
    scene.program("chroot", ":");
    let failed = scene.trust(&["install"], 1);
    assert!(failed.stderr.contains("still not trusted"), "{}", failed.stderr);
    fs::write(scene.bin.join("chroot"), working).expect("the program");
    scene.trust(&["install"], 0);
    scene.trust(&["status"], 0);
}

#[test]
fn a_file_of_that_name_with_something_else_is_left() {
    let scene = Scene::new(&DISTRIBUTIONS[0]);
    scene.trust(&["install"], 0);
    let dir = scene.image.join(DISTRIBUTIONS[0].anchors);
    let file = fs::read_dir(&dir).expect("it is there").flatten().next().expect("a file").path();
    fs::write(&file, "not ours").expect("it is written");
    for verb in ["install", "uninstall"] {
        let failed = scene.trust(&[verb], 1);
        assert!(failed.stderr.contains("something else"), "{}", failed.stderr);
        assert_eq!(fs::read(&file).expect("it is there"), b"not ours");
    }
}

#[test]
fn a_root_for_everything_has_to_be_accepted() {
    let scene = Scene::of(Sandbox::with_root(), &DISTRIBUTIONS[0]);
    let before = snapshot(&scene.image);
    let refused = scene.trust(&["install"], 4);
    assert!(refused.stderr.contains("any DNS name") && refused.stderr.contains("--accept-unconstrained"));
    assert_eq!((snapshot(&scene.image), scene.asked()), (before, vec![]));
    scene.trust(&["install", "--accept-unconstrained"], 0);
    // There is nothing to agree to any more, neither then nor when it goes.
    scene.trust(&["install"], 0);
    scene.trust(&["uninstall"], 0);
}

#[test]
fn only_roots_are_installed() {
    let scene = Scene::new(&DISTRIBUTIONS[0]);
    scene.sandbox.run(["issue", "www.corp.test", "--out", "leaf"]).succeeded();
    let before = snapshot(&scene.image);
    for (what, why) in [
        ("leaf/cert.pem", "not a certificate authority"),
        ("store/authorities/issuing/ca.pem", "no root"),
        ("leaf/fullchain.pem", "not a certificate authority"),
    ] {
        let refused = scene.trust(&["install", what, "--accept-unconstrained"], 4);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let refused = scene.trust(&["install", "issuing"], 4);
    assert!(refused.stderr.contains("certwright trust install root"), "{}", refused.stderr);
    scene.trust(&["install", "nobody"], 1);
    scene.trust(&["install", "missing.pem"], 1);
    assert_eq!((snapshot(&scene.image), scene.asked()), (before, vec![]));
}

#[test]
fn without_the_right_nothing_is_done_and_the_command_is_told() {
    let scene = Scene::new(&DISTRIBUTIONS[0]);
    if is_root() {
        // Nothing is forbidden to root; the overlay in tests/interop/trust has this case with another user.
        return;
    }
    let dir = scene.image.join(DISTRIBUTIONS[0].anchors);
    fs::set_permissions(&dir, Permissions::from_mode(0o555)).expect("its mode");
    let failed = scene.trust(&["install"], 1);
    let store = scene.sandbox.path("store");
    let program = fs::canonicalize(CERTWRIGHT).expect("it is there");
    let command = format!("sudo {} --store {} trust install --to system --root ", path(&program), path(&store));
    assert!(failed.stderr.contains(&command), "{}", failed.stderr);
    fs::set_permissions(&dir, Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn root_neither_runs_nor_changes_what_is_somebody_elses() {
    if !is_root() {
        // Whoever runs this has no rights to give away; the unit tests have the same with another owner.
        return;
    }
    let sandbox = Sandbox::with_root();
    let (home, bin) = (sandbox.path("home"), sandbox.path("home/bin"));
    let (jdk, linked) = (sandbox.path("home/jdk"), sandbox.path("linked"));
    for runtime in [&jdk, &linked] {
        fs::create_dir_all(runtime.join("lib/security")).expect("a directory");
        fs::write(runtime.join("lib/security/cacerts"), "").expect("a file");
        fs::create_dir_all(runtime.join("bin")).expect("a directory");
    }
    fs::create_dir_all(home.join(".pki/nssdb")).expect("a directory");
    fs::write(home.join(".pki/nssdb/cert9.db"), "").expect("a file");
    fs::create_dir(&bin).expect("a directory");
    let planted = sandbox.path("planted");
    for program in [jdk.join("bin/keytool"), bin.join("keytool"), bin.join("certutil"), bin.join("sudo")] {
        fs::write(&program, format!("#!/bin/sh\necho \"$0\" >>'{}'\n", path(&planted))).expect("a program");
        fs::set_permissions(program, Permissions::from_mode(0o755)).expect("its mode");
    }
    symlink(jdk.join("bin/keytool"), linked.join("bin/keytool")).expect("a link");
    chown(&home, Some(65534), None).expect("its owner");
    let trust = |arguments: &[&str], code| {
        let mut command = hermetic(CERTWRIGHT, &sandbox.path(""));
        command.env("HOME", &home).env("PATH", format!("{}:/usr/bin:/bin", path(&bin))).env("JAVA_HOME", &jdk);
        let outcome = outcome(command.env_remove("SUDO_USER").arg("trust").args(arguments)).exited(code);
        assert!(!planted.exists(), "{arguments:?} ran {:?}", fs::read_to_string(&planted));
        outcome.stderr
    };
    for verb in ["status", "install", "uninstall"] {
        let accept: &[&str] = if verb == "install" { &["--accept-unconstrained"] } else { &[] };
        for named in [["--java-home", "home/jdk"], ["--java-home", "linked"], ["--nss-db", "home/.pki/nssdb"]] {
            let said = trust(&[&[verb], &named[..], accept].concat(), 1);
            assert!(said.contains(named[1]) && said.contains("others than root may change it"), "{said}");
        }
        let said = trust(&[&[verb, "--to", "nss"], accept].concat(), 1);
        assert!(said.contains("left out is ") && said.contains("home/.pki/nssdb: "), "{said}");
    }
}

/// Whether the tests run as root.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("it is text")
}
