//! JKS, the keystore format of Java before PKCS#12, and the readable part of its sister JCEKS.
//!
//! There is no specification but `sun.security.provider.JavaKeyStore`; everything is big-endian:
//!
//! ```text
//! u32 magic · u32 version (1, 2) · u32 count · entries · SHA-1 of (password, "Mighty Aphrodite", all of the above)
//! entry       u32 tag · UTF alias · i64 milliseconds since 1970 · …
//!   tag 1     u32 length · EncryptedPrivateKeyInfo · u32 count · certificates
//!   tag 2     certificate
//! certificate UTF type (version 2 only) · u32 length · DER          UTF: u16 length · modified UTF-8
//! ```

mod protector;
mod read;
mod utf;
mod write;

pub(super) use read::read;
pub(super) use write::write;

const MAGIC_JKS: u32 = 0xfeed_feed;
const MAGIC_JCEKS: u32 = 0xcece_cece;
/// Both versions of the format hold the same, but for the type of each certificate.
const VERSION: u32 = 2;
const TAG_KEY: u32 = 1;
const TAG_TRUSTED: u32 = 2;
const TAG_SECRET: u32 = 3;
const X509: &str = "X.509";
/// Octets of the SHA-1 at the end.
const DIGEST: usize = 20;

/// Whether a file begins as JKS or JCEKS does.
pub(super) fn is_jks(bytes: &[u8]) -> bool {
    [MAGIC_JKS, MAGIC_JCEKS].iter().any(|magic| bytes.starts_with(&magic.to_be_bytes()))
}

/// The digest over everything before it: a checksum keyed by the password.
fn integrity_digest(password: &crate::keys::Secret, contents: &[u8]) -> Option<[u8; DIGEST]> {
    let password = protector::utf16(password)?;
    Some(protector::sha1(&[&password, b"Mighty Aphrodite", contents]))
}
