//! What the binary does to its own process before anything else.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::Path;

use super::Exit;

/// Keeps secrets out of core dumps and panics off the terminal.
///
/// A panic prints one line and ends the process with exit 1: its message and a backtrace could show a secret, so neither is
/// printed. Core dumps are off in two ways: the limit is 1 byte, which makes Linux refuse a piped dump too (a limit of 0
/// only stops files), and the process is not dumpable, which also keeps other processes of the same user from attaching.
/// `/dev/fd`, which `fd:N` needs, stays open to the process itself.
pub fn harden() {
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(std::io::stderr(), "{}", panic_line(panic));
        std::process::exit(i32::from(Exit::Failed as u8));
    }));
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = Rlimit { current: Some(u64::from(cfg!(target_os = "linux"))), ..getrlimit(Resource::Core) };
    // Neither may fail a command: a sandbox that forbids these calls has its own rules for dumps.
    let _ = setrlimit(Resource::Core, limit);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

fn panic_line(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(String::new, |location| {
        let file = Path::new(location.file()).file_name().unwrap_or_default().display();
        format!(" at {file}:{}:{}", location.line(), location.column())
    });
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "error: certwright {version} has a bug{place}; what the journal recorded is safe; please report this line with the command that you ran"
    )
}
