//! Keys from passphrases: PBKDF2 and scrypt, and the older ways to read what older software wrote.

use std::fmt;
use std::num::NonZeroU32;

use md5::Md5;
use md5::digest::Digest as _;
use md5::digest::block_api::BlockSizeUser;
use zeroize::{Zeroize as _, Zeroizing};

use super::KeyError;

/// Rounds of iterated hashing that are accepted from a file: about two seconds of PBKDF2, ten times what anyone writes.
pub(super) const MAX_ITERATIONS: u64 = 10_000_000;
/// Bytes of memory that scrypt may take: what OpenSSL's largest customary setting (N = 2^18, r = 8) needs, twice.
const MAX_SCRYPT_MEMORY: u64 = 512 << 20;
/// Bytes that scrypt may mix, N·r·p·128, which bounds its time to some seconds.
const MAX_SCRYPT_WORK: u64 = 2 << 30;

/// The pseudo-random functions of PBKDF2, RFC 8018 appendix B.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prf {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Costs that were checked against the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kdf {
    Pbkdf2 { prf: Prf, salt: Vec<u8>, iterations: NonZeroU32 },
    Scrypt { salt: Vec<u8>, log_n: u8, r: u32, p: u32 },
}

impl fmt::Display for Kdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pbkdf2 { prf, iterations, .. } => write!(f, "PBKDF2 ({prf}, {iterations} iterations)"),
            Self::Scrypt { log_n, r, p, .. } => write!(f, "scrypt (N = 2^{log_n}, r = {r}, p = {p})"),
        }
    }
}

impl fmt::Display for Prf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "HMAC-SHA-1",
            Self::Sha224 => "HMAC-SHA-224",
            Self::Sha256 => "HMAC-SHA-256",
            Self::Sha384 => "HMAC-SHA-384",
            Self::Sha512 => "HMAC-SHA-512",
        })
    }
}

impl Kdf {
    /// The work it asks for, in rounds of iterated hashing or what takes as long.
    pub(super) fn work(&self) -> u64 {
        match self {
            Self::Pbkdf2 { iterations, .. } => u64::from(iterations.get()),
            Self::Scrypt { log_n, r, p, .. } => (u64::from(*r) * u64::from(*p)) << log_n,
        }
    }

    /// Derives a key of `length` octets.
    pub(super) fn derive(&self, passphrase: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut key = Zeroizing::new(vec![0; length]);
        match self {
            Self::Pbkdf2 { prf, salt, iterations } => {
                let ring = match prf {
                    Prf::Sha1 => ring::pbkdf2::PBKDF2_HMAC_SHA1,
                    Prf::Sha256 => ring::pbkdf2::PBKDF2_HMAC_SHA256,
                    Prf::Sha384 => ring::pbkdf2::PBKDF2_HMAC_SHA384,
                    Prf::Sha512 => ring::pbkdf2::PBKDF2_HMAC_SHA512,
                    Prf::Sha224 => {
                        pbkdf2::pbkdf2_hmac::<sha2::Sha224>(passphrase, salt, iterations.get(), &mut key);
                        return Ok(key);
                    }
                };
                ring::pbkdf2::derive(ring, *iterations, salt, passphrase, &mut key);
            }
            Self::Scrypt { salt, log_n, r, p } => {
                let invalid = |_| KeyError::Malformed("scrypt parameters that cannot be used".to_owned());
                let parameters = scrypt::Params::new(*log_n, *r, *p).map_err(invalid)?;
                scrypt::scrypt(passphrase, salt, &parameters, &mut key)
                    .map_err(|_| KeyError::Malformed("scrypt parameters that cannot be used".to_owned()))?;
            }
        }
        Ok(key)
    }
}

/// Checks an iteration count from a file.
pub(super) fn iterations(count: u64) -> Result<NonZeroU32, KeyError> {
    if count > MAX_ITERATIONS {
        return Err(KeyError::Unsupported(format!("{count} iterations of key derivation, at most {MAX_ITERATIONS}")));
    }
    let count = u32::try_from(count).ok().and_then(NonZeroU32::new);
    count.ok_or_else(|| KeyError::Malformed("key derivation with no iterations".to_owned()))
}

/// Checks scrypt's costs from a file: N, r and p of RFC 7914.
pub(super) fn scrypt_costs(n: u64, r: u64, p: u64) -> Result<(u8, u32, u32), KeyError> {
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(KeyError::Malformed("scrypt parameters that cannot be used".to_owned()));
    }
    let memory = n.checked_mul(r).and_then(|blocks| blocks.checked_mul(128));
    let work = memory.and_then(|memory| memory.checked_mul(p));
    match (memory, work, u32::try_from(r), u32::try_from(p)) {
        (Some(memory), Some(work), Ok(r), Ok(p)) if memory <= MAX_SCRYPT_MEMORY && work <= MAX_SCRYPT_WORK => {
            Ok((n.trailing_zeros() as u8, r, p))
        }
        _ => Err(KeyError::Unsupported(format!(
            "scrypt with N={n} r={r} p={p}: more than {} MiB of memory or {} MiB of work",
            MAX_SCRYPT_MEMORY >> 20,
            MAX_SCRYPT_WORK >> 20,
        ))),
    }
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round, as `DEK-Info` files use it.
pub(super) fn bytes_to_key(passphrase: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    let mut block = Zeroizing::new([0_u8; 16]);
    while key.len() < length {
        let mut hash = Md5::new();
        if !key.is_empty() {
            hash.update(*block);
        }
        hash.update(passphrase);
        hash.update(salt);
        block.copy_from_slice(&hash.finalize());
        key.extend_from_slice(&*block);
    }
    key.truncate(length);
    key
}

/// The hash of a PBES1 scheme, RFC 8018 §6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OldHash {
    Md5,
    Sha1,
}

/// PBKDF1, RFC 8018 §5.1: sixteen octets, the key and the IV of PBES1.
pub(super) fn pbkdf1(hash: OldHash, passphrase: &[u8], salt: &[u8], iterations: NonZeroU32) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new([passphrase, salt].concat());
    for _ in 0..iterations.get() {
        let next = match hash {
            OldHash::Md5 => Md5::digest(&*block).to_vec(),
            OldHash::Sha1 => sha1(&[&block]).to_vec(),
        };
        block = Zeroizing::new(next);
    }
    block.truncate(16);
    block
}

/// The purposes of the PKCS#12 derivation, RFC 7292 appendix B.3.
pub(super) const KEY: u8 = 1;
pub(super) const IV: u8 = 2;
pub(super) const MAC: u8 = 3;

/// A hash of the PKCS#12 derivation and of the MACs made with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512Of224,
    Sha512Of256,
}

impl Hash {
    /// Octets of output.
    pub(super) fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512Of224 => 28,
            Self::Sha256 | Self::Sha512Of256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha512Of224 => "SHA-512/224",
            Self::Sha512Of256 => "SHA-512/256",
        })
    }
}

/// The derivation of PKCS#12, RFC 7292 appendix B.2. No password at all is not the same as an empty one, whose
/// terminator is hashed.
pub(super) fn pkcs12(
    hash: Hash,
    purpose: u8,
    password: Option<&[u8]>,
    salt: &[u8],
    iterations: NonZeroU32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let derive = match hash {
        Hash::Sha1 => pkcs12_with::<sha1::Sha1>,
        Hash::Sha224 => pkcs12_with::<sha2::Sha224>,
        Hash::Sha256 => pkcs12_with::<sha2::Sha256>,
        Hash::Sha384 => pkcs12_with::<sha2::Sha384>,
        Hash::Sha512 => pkcs12_with::<sha2::Sha512>,
        Hash::Sha512Of224 => pkcs12_with::<sha2::Sha512_224>,
        Hash::Sha512Of256 => pkcs12_with::<sha2::Sha512_256>,
    };
    let password = password.map(bmp_string).unwrap_or_default();
    derive(purpose, &password, salt, iterations, length)
}

fn pkcs12_with<D: md5::digest::Digest + BlockSizeUser>(
    purpose: u8,
    password: &[u8],
    salt: &[u8],
    iterations: NonZeroU32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let size = D::block_size();
    let fill =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(bytes.len().div_ceil(size) * size).collect() };
    let password = Zeroizing::new(fill(password));
    let mut input = Zeroizing::new([fill(salt).as_slice(), &password].concat());
    let mut key = Zeroizing::new(Vec::with_capacity(length + 64));
    while key.len() < length {
        let mut hash = D::new();
        hash.update(vec![purpose; size]);
        hash.update(&*input);
        let mut block = hash.finalize();
        for _ in 1..iterations.get() {
            block = D::digest(&block);
        }
        key.extend_from_slice(&block);
        let addend: Zeroizing<Vec<u8>> = Zeroizing::new(block.iter().copied().cycle().take(size).collect());
        block.as_mut_slice().zeroize();
        for part in input.chunks_exact_mut(size) {
            let mut carry = 1_u16;
            for (octet, other) in part.iter_mut().zip(addend.iter()).rev() {
                carry += u16::from(*octet) + u16::from(*other);
                *octet = carry as u8;
                carry >>= 8;
            }
        }
    }
    key.truncate(length);
    key
}

/// A passphrase as PKCS#12 hashes it: UTF-16 with a terminator; what is no UTF-8 counts as Latin-1, as in OpenSSL.
fn bmp_string(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(2 * passphrase.len() + 2));
    match std::str::from_utf8(passphrase) {
        Ok(text) => text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_be_bytes())),
        Err(_) => passphrase.iter().for_each(|octet| out.extend_from_slice(&[0, *octet])),
    }
    out.extend_from_slice(&[0, 0]);
    out
}

fn sha1(parts: &[&[u8]]) -> Zeroizing<[u8; 20]> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    parts.iter().for_each(|part| context.update(part));
    let mut out = Zeroizing::new([0; 20]);
    out.copy_from_slice(context.finish().as_ref());
    out
}
