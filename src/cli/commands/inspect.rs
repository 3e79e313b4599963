//! `certwright inspect`.

mod certificate;
pub(super) mod facts;
pub(super) mod keystore;
pub(super) mod private_key;
pub(super) mod request;
mod revocations;

use std::path::PathBuf;

use serde::Serialize;

use self::certificate::CertificateFacts;
use self::facts::{KeyFacts, line};
use self::keystore::KeystoreFacts;
use self::private_key::PrivateKeyFacts;
use self::request::RequestFacts;
use self::revocations::CrlFacts;
use crate::cli::{CliError, Context, Exit, files};
use crate::container::{self, Passwords};
use crate::keys::{KeyError, Secret};
use crate::x509::pem::{self, Block, Located};
use crate::x509::{X509Error, escape};

pub(super) use certificate::certificate_lines;

const EXAMPLES: &str = "\
certwright inspect server.crt
certwright inspect fullchain.pem --json | jq -r '.blocks[].certificate.not_after'
openssl s_client -connect host:443 -showcerts </dev/null | certwright inspect -
certwright inspect ca.crl --all                # every revoked serial
certwright inspect key.pem --passphrase prompt
certwright inspect keystore.p12 --passphrase file:store.pass";

/// Say what is in a file: certificates, requests, CRLs, keys, keystores
///
/// PEM with any number of blocks, DER, PKCS#12 or JKS. Nothing is judged but what stands in the file itself: whether a certificate can be
/// trusted is what "certwright verify" says. A block that cannot be read does not hide the others; the exit status is 1 then.
///
/// An encrypted private key or a PKCS#12 file is opened only if --passphrase says how; no private part is ever shown. JKS shows its
/// certificates without a password.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Show every entry of a CRL, not only the first 20
    #[arg(long)]
    all: bool,
}

/// `certwright/inspect/1`.
#[derive(Serialize)]
struct Report {
    blocks: Vec<BlockReport>,
}

#[derive(Serialize)]
struct BlockReport {
    /// The line of the file where the block begins; absent for DER.
    line: Option<usize>,
    #[serde(flatten)]
    content: Content,
}

/// What a block is: `kind` names the field that has the rest.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Content {
    Certificate { certificate: Box<CertificateFacts> },
    Crl { crl: Box<CrlFacts> },
    Keystore { keystore: KeystoreFacts },
    Other { what: String },
    PrivateKey { private_key: PrivateKeyFacts },
    PublicKey { public_key: KeyFacts },
    Request { request: Box<RequestFacts> },
    Unreadable { error: String },
}

impl Args {
    /// Prints what every block says.
    ///
    /// # Errors
    /// When the file cannot be read or taken apart; exit status 1 also when a block cannot be read.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let bytes = files::read(cx, &self.file, pem::MAX_SIZE)?;
        if container::is_keystore(&bytes) {
            return self.inspect_keystore(cx, &bytes);
        }
        let blocks = pem::read_each(&bytes).map_err(|error| about(&self.file, &error))?;
        let several = blocks.len() > 1;
        let lines = Lines::of(&bytes);
        let mut report = Report { blocks: Vec::new() };
        for (index, Located { line, block }) in blocks.iter().enumerate() {
            let next = blocks.get(index + 1).and_then(|next| next.line);
            let (content, lines) = self.describe(cx, block, lines.between(key_start(&blocks, index), next))?;
            if several {
                let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
                let gap = if index > 0 { "\n" } else { "" };
                cx.ui.line(&format!("{gap}{}. {}{place}", index + 1, content.title()))?;
            }
            for line in &lines {
                cx.ui.line(line)?;
            }
            report.blocks.push(BlockReport { line: *line, content });
        }
        cx.ui.json("inspect", &report)?;
        let unreadable = report.blocks.iter().any(|block| matches!(block.content, Content::Unreadable { .. }));
        Ok(if unreadable { Exit::Failed } else { Exit::Done })
    }

    fn inspect_keystore(&self, cx: &mut Context, bytes: &[u8]) -> Result<Exit, CliError> {
        let shown = self.file.display().to_string();
        let password = named_passphrase(cx, &format!("password of {shown}")).transpose()?;
        let opened = container::open(bytes, &Passwords { store: password.as_ref(), key: None }).map_err(|error| {
            let mut told = CliError::from(error).about(&shown);
            // Here the password has the flag of every passphrase.
            told.hint = told.hint.map(|hint| hint.replace("--storepass", "--passphrase"));
            told
        })?;
        let keystore = KeystoreFacts::new(&opened, cx.now());
        for line in keystore.lines() {
            cx.ui.line(&line)?;
        }
        let content = Content::Keystore { keystore };
        cx.ui.json("inspect", &Report { blocks: vec![BlockReport { line: None, content }] })?;
        Ok(Exit::Done)
    }

    fn describe(
        &self,
        cx: &mut Context,
        block: &Result<Block, X509Error>,
        bytes: &[u8],
    ) -> Result<(Content, Vec<String>), CliError> {
        let now = cx.now();
        Ok(match block {
            Ok(Block::Certificate(found)) => {
                let certificate = Box::new(CertificateFacts::new(found, now));
                let lines = certificate.lines(found, now);
                (Content::Certificate { certificate }, lines)
            }
            Ok(Block::Crl(found)) => {
                let crl = Box::new(CrlFacts::new(found, now, self.all));
                let lines = crl.lines(found, now);
                (Content::Crl { crl }, lines)
            }
            Ok(Block::Csr(found)) => {
                let request = Box::new(RequestFacts::new(found));
                let lines = request.lines(found);
                (Content::Request { request }, lines)
            }
            Ok(Block::PublicKey(found)) => {
                let public_key = KeyFacts::new(found);
                let lines = public_key.lines();
                (Content::PublicKey { public_key }, lines)
            }
            Ok(Block::PrivateKey(_)) => {
                let what = format!("passphrase of {}", self.file.display());
                match inspect_private_key(cx, bytes, &what)? {
                    Ok(private_key) => {
                        let lines = private_key.lines();
                        (Content::PrivateKey { private_key }, lines)
                    }
                    Err(error) => unreadable(&error.to_string()),
                }
            }
            Ok(other) => {
                let what = escape(&other.describe());
                let lines = vec![line("content", &what)];
                (Content::Other { what }, lines)
            }
            Err(error) => unreadable(&error.to_string()),
        })
    }
}

impl Content {
    fn title(&self) -> &'static str {
        match self {
            Self::Certificate { certificate } if certificate.is_authority() => "authority certificate",
            Self::Certificate { .. } => "certificate",
            Self::Crl { .. } => "certificate revocation list",
            Self::Keystore { .. } => "keystore",
            Self::Other { .. } => "other",
            Self::PrivateKey { .. } => "private key",
            Self::PublicKey { .. } => "public key",
            Self::Request { .. } => "certificate request",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// Describes a private key; an encrypted one is opened only where a source for its passphrase is named.
///
/// # Errors
/// The outer error is that no passphrase can be had from the source, the inner one is about the key.
pub(super) fn inspect_private_key(
    cx: &mut Context,
    bytes: &[u8],
    what: &str,
) -> Result<Result<PrivateKeyFacts, KeyError>, CliError> {
    let mut failure = None;
    let facts = PrivateKeyFacts::read(bytes, &mut || match named_passphrase(cx, what)? {
        Ok(secret) => Some(secret),
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(facts),
    }
}

/// The passphrase from the source that was named; none where none was.
fn named_passphrase(cx: &mut Context, what: &str) -> Option<Result<Secret, CliError>> {
    cx.settings.passphrase.is_some().then(|| cx.passphrase(None, what))
}

/// An error about a whole file, under the file's name.
pub(super) fn about(file: &std::path::Path, error: &X509Error) -> CliError {
    let why = error.to_string();
    let failed = CliError::failed(why.strip_prefix("file: ").unwrap_or(&why)).about(file.display());
    if why.contains("keystore") {
        return failed.hint("certwright keystore inspect FILE --storepass SRC");
    }
    failed
}

fn unreadable(error: &str) -> (Content, Vec<String>) {
    let error = escape(error.strip_prefix("file: ").unwrap_or(error));
    let lines = vec![line("unreadable", &error)];
    (Content::Unreadable { error }, lines)
}

/// The line where a block begins, or the block of EC parameters that belongs to it.
fn key_start(blocks: &[Located], index: usize) -> Option<usize> {
    let is_parameters =
        |located: &Located| matches!(&located.block, Ok(Block::Other(label)) if label == "EC PARAMETERS");
    let before = index.checked_sub(1).and_then(|before| blocks.get(before)).filter(|before| is_parameters(before));
    before.or_else(|| blocks.get(index)).and_then(|located| located.line)
}

/// A file's lines.
struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        Self { bytes, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The bytes from one line up to another, both counted from 1; all of them where the file has no lines.
    fn between(&self, start: Option<usize>, end: Option<usize>) -> &'a [u8] {
        let offset = |line: usize| self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.bytes.len());
        let (start, end) = (start.map_or(0, offset), end.map_or(self.bytes.len(), offset));
        self.bytes.get(start..end).unwrap_or_default()
    }
}
