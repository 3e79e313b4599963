//! PostgreSQL: roles that log in by their certificates, and `psql` with `sslmode=verify-full`.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::authority::text;
use crate::parties::{Tls, parties};
use crate::server::{self, Server};
use crate::tool::{self, Said};

#[test]
fn postgres_knows_roles_by_their_certificates() {
    let (Some(cluster), Some(psql)) = (Cluster::new(), tool::program("psql")) else { return };
    let parties = parties();
    let server = cluster.start(&parties.here.tls(), "").unwrap_or_else(|why| panic!("{why}"));
    let (known, here) = (Some(&parties.here.client), &parties.here.trust);
    for (who, role, party, host, trust, complaint) in [
        ("alice", "alice", known, "localhost", here, None),
        ("alice as bob", "bob", known, "localhost", here, Some("certificate authentication failed")),
        ("a foreign client", "alice", Some(&parties.elsewhere.client), "localhost", here, Some("alert unknown ca")),
        ("a server as a client", "localhost", Some(&parties.here.server), "localhost", here, Some("alert")),
        ("no certificate", "alice", None, "localhost", here, Some("requires a valid client certificate")),
        ("another host", "alice", known, "other.test", here, Some("does not match host name")),
        ("another anchor", "alice", known, "localhost", &parties.elsewhere.trust, Some("certificate verify failed")),
    ] {
        let files = party.map(|party| [party.pem.file("fullchain.pem"), party.pem.file("key.pem")]);
        let said = log_in(&psql, &server, role, host, &trust.pem, files.as_ref());
        match complaint {
            None => assert_eq!(said.all(), "/CN=alice\n", "{who}: {}", server.log()),
            Some(complaint) => {
                assert!(!said.success && said.err.contains(complaint), "{who}: {}{}", said.all(), server.log());
            }
        }
    }
}

#[test]
fn postgres_refuses_keys_that_others_may_read() {
    let (Some(cluster), Some(psql)) = (Cluster::new(), tool::program("psql")) else { return };
    let parties = parties();
    let loose = |key: &Path| {
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).expect("a mode can be set");
    };
    cluster.configure(&parties.here.tls(), "");
    loose(&cluster.file("server.key"));
    let said = tool::finish(&mut cluster.command(server::free_port()));
    assert!(!said.success && said.err.contains("has group or world access"), "{}", said.all());

    let server = cluster.start(&parties.here.tls(), "").unwrap_or_else(|why| panic!("{why}"));
    let directory = tool::scratch();
    let copy = directory.path().join("key.pem");
    std::fs::copy(parties.here.client.pem.file("key.pem"), &copy).expect("a key can be copied");
    loose(&copy);
    let files = [parties.here.client.pem.file("fullchain.pem"), copy];
    let said = log_in(&psql, &server, "alice", "localhost", &parties.here.trust.pem, Some(&files));
    assert!(!said.success && said.err.contains("has group or world access"), "{}", said.all());
}

/// Asks a server, as a role, under which name it knows the client's certificate.
pub(crate) fn log_in(
    psql: &Path,
    server: &Server,
    role: &str,
    host: &str,
    anchor: &Path,
    files: Option<&[PathBuf; 2]>,
) -> Said {
    let (port, anchor) = (server.port, text(anchor));
    // Without a certificate, it would look for one in the home directory.
    let nothing = Path::new("/nonexistent");
    let [certificate, key] = files.map_or([nothing; 2], |files| [&files[0], &files[1]]).map(text);
    let connection = format!(
        "host={host} hostaddr=127.0.0.1 port={port} user={role} dbname=postgres connect_timeout=20 \
         sslmode=verify-full sslrootcert={anchor} sslcert={certificate} sslkey={key}"
    );
    let question = "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    tool::run(psql, ["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "-c", question, &connection])
}

/// A cluster of databases whose superuser is `alice`, and which lets in whom a certificate names.
pub(crate) struct Cluster {
    programs: PathBuf,
    directory: tempfile::TempDir,
    /// As whom to run: it refuses to run as root.
    user: Option<[u32; 2]>,
}

impl Cluster {
    /// Makes a cluster, where PostgreSQL is installed.
    pub(crate) fn new() -> Option<Self> {
        let programs = programs();
        let present = programs.is_some();
        let programs = tool::installed("postgresql", present).then_some(programs)??;
        let user = rustix::process::geteuid().is_root().then(|| {
            ["-u", "-g"].map(|flag| {
                let id = tool::must(Path::new("/"), "id", [flag, "postgres"]);
                id.trim().parse().expect("a number")
            })
        });
        // Not in the build's directory, into which another user may not be able to go.
        let directory = tempfile::tempdir().expect("a scratch directory");
        let cluster = Self { programs, directory, user };
        cluster.give(cluster.directory.path());
        let mut initdb = cluster.program("initdb");
        initdb.args(["--no-sync", "--no-locale", "--encoding", "UTF8", "--username", "alice", "--auth", "reject"]);
        let said = tool::finish(initdb.arg("--pgdata").arg(cluster.data()));
        assert!(said.success, "{}", said.all());
        Some(cluster)
    }

    /// Starts the server with certificates and further settings; or tells what it said before it ended.
    pub(crate) fn start(&self, tls: &Tls<'_>, settings: &str) -> Result<Server, String> {
        self.configure(tls, settings);
        self.launch()
    }

    /// Starts the server with a whole configuration, behind settings for tests, and the rules of `pg_hba.conf`.
    pub(crate) fn start_from(&self, settings: &str, rules: &str) -> Result<Server, String> {
        let configuration = format!("unix_socket_directories = ''\nfsync = off\n{settings}\n");
        std::fs::write(self.file("postgresql.conf"), configuration).expect("the configuration can be written");
        std::fs::write(self.file("pg_hba.conf"), format!("{rules}\n")).expect("the configuration can be written");
        self.launch()
    }

    fn launch(&self) -> Result<Server, String> {
        let port = server::free_port();
        // The last line that it writes into this file is its state.
        let ready = || {
            let state = std::fs::read_to_string(self.file("postmaster.pid")).unwrap_or_default();
            state.lines().nth(7).is_some_and(|line| line.trim() == "ready")
        };
        let server = Server::started(&mut self.command(port), port, ready)?;
        Ok(server.stopped_by(Signal::QUIT))
    }

    /// Writes the files that the server reads when it starts.
    fn configure(&self, tls: &Tls<'_>, settings: &str) {
        let clients = if let Some(trust) = tls.clients {
            self.install(&trust.pem, "root.crt");
            "ssl_ca_file = 'root.crt'"
        } else {
            ""
        };
        self.install(&tls.party.pem.file("fullchain.pem"), "server.crt");
        self.install(&tls.party.pem.file("key.pem"), "server.key");
        let configuration = format!(
            "ssl = on\n{clients}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n{settings}\n"
        );
        let method = if tls.clients.is_some() { "cert" } else { "trust" };
        std::fs::write(self.file("postgresql.conf"), configuration).expect("the configuration can be written");
        let rule = format!("hostssl all all 127.0.0.1/32 {method}\n");
        std::fs::write(self.file("pg_hba.conf"), rule).expect("the configuration can be written");
    }

    fn command(&self, port: u16) -> Command {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &port.to_string()]);
        command
    }

    /// A program of PostgreSQL, run by the cluster's owner.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.directory.path());
        if let Some([user, group]) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A file of the data directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }

    /// Copies a file into the data directory, for its owner only.
    pub(crate) fn install(&self, file: &Path, name: &str) {
        let copy = self.file(name);
        std::fs::copy(file, &copy).expect("the file can be copied");
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).expect("a mode can be set");
        self.give(&copy);
    }

    fn give(&self, path: &Path) {
        if let Some([user, group]) = self.user {
            chown(path, Some(user), Some(group)).expect("root gives files away");
        }
    }
}

/// Where the newest server's programs are: Debian keeps them off the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or_default();
    let newest = versions.max_by_key(number).map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest.into_iter().chain(std::env::split_paths(&path)).find(|directory| directory.join("initdb").is_file())
}
