//! Small file systems in memory, to be filled or made read-only. Only root can mount them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A mounted tmpfs; unmounted on drop.
pub(crate) struct Tmpfs {
    path: PathBuf,
}

impl Tmpfs {
    /// Mounts one of so many KiB on a directory; without the right to mount, the test can only be skipped.
    pub(crate) fn mount(path: &Path, kib: u32) -> Option<Self> {
        std::fs::create_dir_all(path).expect("a mount point");
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={kib}k,mode=700"), "certwright-test"], path);
        if !mounted {
            // No package brings the right to mount: a gate that runs without it says so and goes on.
            eprintln!("skipped: no right to mount a tmpfs");
            return None;
        }
        Some(Self { path: path.to_owned() })
    }

    /// Lets nothing more be written.
    pub(crate) fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], &self.path), "the tmpfs is made read-only");
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.path).status();
    }
}

fn mount(arguments: &[&str], path: &Path) -> bool {
    let status = Command::new("mount").args(arguments).arg(path).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
