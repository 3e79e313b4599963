//! Servers that run for the length of a test, on the loopback interface.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running server, stopped when it goes out of scope.
pub(crate) struct Server {
    child: Child,
    /// What it says on its standard error, and on its standard output where that announces nothing.
    log: File,
    farewell: Signal,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a server that prints its port at the end of a line which begins with `announcement`.
    pub(crate) fn announced(command: &mut Command, announcement: &str) -> Self {
        let (mut server, line) = Self::listening(command, announcement);
        server.port = line
            .rsplit([':', ' '])
            .next()
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("no port in {line:?}"));
        server
    }

    /// Starts a program of several servers, which prints their ports behind `announcement` in a line; its own port is
    /// the first.
    pub(crate) fn announced_all(command: &mut Command, announcement: &str) -> (Self, Vec<u16>) {
        let (mut server, line) = Self::listening(command, announcement);
        let ports = line.strip_prefix(announcement).unwrap_or_default().split_whitespace();
        let ports: Vec<u16> = ports.map(|port| port.parse().expect("a port")).collect();
        server.port = *ports.first().unwrap_or_else(|| panic!("no port in {line:?}"));
        (server, ports)
    }

    /// Starts a server that was told its port, and waits until it accepts connections.
    pub(crate) fn polled(command: &mut Command, port: u16) -> Self {
        Self::ready(command, port, || TcpStream::connect(("127.0.0.1", port)).is_ok())
    }

    /// Starts a server that was told its port, and waits until a probe finds it ready.
    pub(crate) fn ready(command: &mut Command, port: u16, probe: impl Fn() -> bool) -> Self {
        match Self::started(command, port, probe) {
            Ok(server) => server,
            Err(why) => panic!("{command:?} {why}"),
        }
    }

    /// As [`ready`](Self::ready), for a server that may refuse to start: then what it said.
    pub(crate) fn started(command: &mut Command, port: u16, probe: impl Fn() -> bool) -> Result<Self, String> {
        let log = log();
        let out = log.try_clone().expect("a file has more than one handle");
        let mut server = Self::spawn(command.stdout(out), log, port);
        let deadline = Instant::now() + PATIENCE;
        while !probe() {
            if let Some(status) = server.child.try_wait().expect("the child can be asked") {
                return Err(format!("ended with {status}:\n{}", server.log()));
            }
            if Instant::now() > deadline {
                return Err(format!("is not ready on port {port}:\n{}", server.log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    /// Has the server stopped by a signal that lets it clean up, instead of killed.
    pub(crate) fn stopped_by(mut self, farewell: Signal) -> Self {
        self.farewell = farewell;
        self
    }

    /// What the server said until now.
    pub(crate) fn log(&self) -> String {
        let length = self.log.metadata().expect("the log can be asked").len();
        let mut text = vec![0; usize::try_from(length).expect("the log fits into memory")];
        // Without a seek, which would move the place at which the server goes on writing.
        self.log.read_exact_at(&mut text, 0).expect("the log is readable");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Starts a server, and waits for its announcement.
    fn listening(command: &mut Command, announcement: &str) -> (Self, String) {
        let mut server = Self::spawn(command.stdout(Stdio::piped()), log(), 0);
        let mut lines = BufReader::new(server.child.stdout.take().expect("its output is a pipe")).lines();
        let mut others = String::new();
        let line = lines.by_ref().map_while(Result::ok).find(|line| {
            let found = line.starts_with(announcement);
            if !found {
                others.push_str(line);
                others.push('\n');
            }
            found
        });
        // Keeps the pipe drained, so that the server never blocks on it.
        std::thread::spawn(move || lines.map_while(Result::ok).count());
        let line =
            line.unwrap_or_else(|| panic!("{command:?} ended without {announcement:?}:\n{others}{}", server.log()));
        (server, line)
    }

    fn spawn(command: &mut Command, log: File, port: u16) -> Self {
        let err = log.try_clone().expect("a file has more than one handle");
        let started = command.stdin(Stdio::null()).stderr(err).spawn();
        let child = started.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, log, farewell: Signal::KILL, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), self.farewell);
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long a server may take to start or to stop, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file without a name.
fn log() -> File {
    tempfile::tempfile().expect("a scratch file")
}

/// A free port of the loopback interface, for servers that cannot choose one themselves. It lies below those that the system
/// gives to outgoing connections and to whoever asks for any, and goes to nobody else in this process.
pub(crate) fn free_port() -> u16 {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    // Other processes of tests begin elsewhere.
    let begin = std::process::id().wrapping_mul(97);
    let candidates = std::iter::repeat_with(|| {
        let offset = begin.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed)) % 10_000;
        20_000 + u16::try_from(offset).expect("less than ten thousand")
    });
    let mut candidates = candidates.take(10_000);
    candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
