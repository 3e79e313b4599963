//! What a client gets that shakes hands: an answer which says what it accepted.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::testing::{Case, TestPki};

/// How long a client may say nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// Clients at once, on all ports; more are turned away.
const MAX_CLIENTS: usize = 256;
/// Octets of a request that are read.
const MAX_REQUEST: usize = 16 << 10;

static CLIENTS: AtomicUsize = AtomicUsize::new(0);

/// Presents one certificate to everyone.
#[derive(Debug)]
pub(super) struct One(pub(super) Arc<CertifiedKey>);

impl ResolvesServerCert for One {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// Presents the certificate of the case whose name, or one below it, the client asks for.
#[derive(Debug)]
pub(super) struct ByName(BTreeMap<String, Arc<CertifiedKey>>);

impl ByName {
    pub(super) fn new(pki: &TestPki) -> Self {
        let host = &pki.options.host;
        Self(pki.cases.iter().map(|case| (format!("{}.{host}", case.id), case.certified_key())).collect())
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        above(&self.0, hello.server_name()?).cloned()
    }
}

/// What belongs to a name, or to one above it.
fn above<'a, T>(map: &'a BTreeMap<String, T>, name: &str) -> Option<&'a T> {
    let name = name.to_ascii_lowercase();
    let mut rest = name.as_str();
    loop {
        if let Some(found) = map.get(rest) {
            return Some(found);
        }
        rest = rest.split_once('.')?.1;
    }
}

/// What a case says of itself.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    id: &'static str,
    text: String,
}

impl Shown {
    pub(super) fn new(case: &Case) -> Self {
        let verdict = if case.good { "good" } else { "BAD, and you accepted it" };
        Self { id: case.id, text: format!("{}: {verdict}\n{}\n{}\n", case.id, case.what, case.rule) }
    }
}

/// Answers on a port for as long as the process lives. `shown` has the cases by the server name that the client asked for; a
/// single one is shown to everyone.
pub(super) fn listen(listener: TcpListener, config: Arc<ServerConfig>, shown: BTreeMap<String, Shown>) {
    let shown = Arc::new(shown);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else {
                // Too many open files, perhaps: not to be asked again at once.
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            if CLIENTS.fetch_add(1, Ordering::SeqCst) >= MAX_CLIENTS {
                CLIENTS.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let (config, shown) = (config.clone(), shown.clone());
            let started = std::thread::Builder::new().spawn(move || {
                // A client that refuses the certificate is what this is for.
                let _ = answer(client, config, &shown);
                CLIENTS.fetch_sub(1, Ordering::SeqCst);
            });
            if started.is_err() {
                CLIENTS.fetch_sub(1, Ordering::SeqCst);
            }
        }
    });
}

fn answer(client: TcpStream, config: Arc<ServerConfig>, shown: &BTreeMap<String, Shown>) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, client);
    let mut request = Vec::new();
    let mut part = [0; 2048];
    while request.len() < MAX_REQUEST && !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part)? {
            0 => break,
            length => request.extend_from_slice(&part[..length]),
        }
    }
    let name = stream.conn.server_name().unwrap_or_default().to_owned();
    let only = shown.values().next().filter(|_| shown.len() == 1);
    let Some(shown) = only.or_else(|| above(shown, &name)) else { return Ok(()) };
    let (id, body) = (shown.id, &shown.text);
    write!(
        stream,
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nX-Case: {id}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}
