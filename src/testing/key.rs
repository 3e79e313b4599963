//! The keys of a test PKI: made from its seed, or published with this source. None of them keeps a secret.
//!
//! ECDSA is RFC 6979's, so that the same seed gives the same certificates. Nothing outside of [`super`] uses this.

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use ring::signature::KeyPair as _;

use super::TestingError;
use super::der::{bit_string, integer, sequence};
use super::rsa::Rsa;
use crate::x509::tlv::{self, Reader};

const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What kind of key is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    P256,
    P384,
    Ed25519,
    /// A published one.
    Rsa(Published),
}

/// RSA keys are too slow to make: these are the same in every test PKI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    Root,
    Issuing,
    Leaf,
    /// 1024 bits.
    Short,
    /// 2048 bits, and a public exponent of 3.
    SmallExponent,
}

impl Published {
    fn pem(self) -> &'static str {
        match self {
            Self::Root => include_str!("keys/rsa-2048-root.pem"),
            Self::Issuing => include_str!("keys/rsa-2048-issuing.pem"),
            Self::Leaf => include_str!("keys/rsa-2048-leaf.pem"),
            Self::Short => include_str!("keys/rsa-1024.pem"),
            Self::SmallExponent => include_str!("keys/rsa-2048-e3.pem"),
        }
    }
}

/// A hash function inside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
}

impl Hash {
    pub(super) fn of(self, message: &[u8]) -> Vec<u8> {
        use md5::digest::Digest as _;
        let algorithm = match self {
            Self::Md5 => return md5::Md5::digest(message).to_vec(),
            Self::Sha1 => &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &ring::digest::SHA256,
            Self::Sha384 => &ring::digest::SHA384,
        };
        ring::digest::digest(algorithm, message).as_ref().to_vec()
    }
}

/// A private key that anyone may know.
#[derive(Clone)]
pub(super) struct TestKey {
    private: Private,
    spki: Vec<u8>,
    pkcs8: Vec<u8>,
}

#[derive(Clone)]
enum Private {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519([u8; 32]),
    Rsa(Rsa),
}

impl TestKey {
    /// The key that a label has under a seed.
    pub(super) fn new(seed: &str, label: &str, kind: Kind) -> Result<Self, TestingError> {
        match kind {
            Kind::P256 => scalar(seed, label, &[0; 32], |octets| p256::ecdsa::SigningKey::from_slice(octets).ok()).map(
                |(key, octets)| {
                    let point = key.verifying_key().to_sec1_point(false);
                    Self::ec(Private::P256(key), P256, &octets, point.as_bytes())
                },
            ),
            Kind::P384 => scalar(seed, label, &[0; 48], |octets| p384::ecdsa::SigningKey::from_slice(octets).ok()).map(
                |(key, octets)| {
                    let point = key.verifying_key().to_sec1_point(false);
                    Self::ec(Private::P384(key), P384, &octets, point.as_bytes())
                },
            ),
            Kind::Ed25519 => {
                let mut private = [0; 32];
                derive(seed, label, 0, &mut private)?;
                let public = ed25519(&private)?;
                let algorithm = sequence(&[&tlv::encode(tlv::OBJECT_IDENTIFIER, ED25519)]);
                let spki = sequence(&[&algorithm, &bit_string(public.public_key().as_ref())]);
                let pkcs8 = pkcs8(&algorithm, &tlv::encode(tlv::OCTET_STRING, &private));
                Ok(Self { private: Private::Ed25519(private), spki, pkcs8 })
            }
            Kind::Rsa(published) => Self::published(published),
        }
    }

    fn ec(private: Private, curve: &[u8], scalar: &[u8], point: &[u8]) -> Self {
        let oid = |contents: &[u8]| tlv::encode(tlv::OBJECT_IDENTIFIER, contents);
        let algorithm = sequence(&[&oid(EC), &oid(curve)]);
        let public = tlv::encode(tlv::context_constructed(1), &bit_string(point));
        let body = sequence(&[&[2, 1, 1], &tlv::encode(tlv::OCTET_STRING, scalar), &public]);
        Self { private, spki: sequence(&[&algorithm, &bit_string(point)]), pkcs8: pkcs8(&algorithm, &body) }
    }

    fn published(published: Published) -> Result<Self, TestingError> {
        let pem = pem::parse(published.pem());
        let pkcs8 = pem.map_err(|error| TestingError::new(format!("a published key: {error}")))?.into_contents();
        let (private, public) = Rsa::read(&pkcs8)?;
        let algorithm = sequence(&[&tlv::encode(tlv::OBJECT_IDENTIFIER, RSA), &[tlv::NULL, 0]]);
        Ok(Self { private: Private::Rsa(private), spki: sequence(&[&algorithm, &bit_string(&public)]), pkcs8 })
    }

    /// `SubjectPublicKeyInfo`.
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// PKCS#8, not encrypted.
    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The key identifier, RFC 7093 §2 method 1.
    pub(super) fn key_id(&self) -> [u8; 20] {
        let mut id = [0; 20];
        let mut reader = Reader::new(&self.spki);
        let key = reader.expect(tlv::SEQUENCE).and_then(|fields| {
            let mut fields = Reader::new(fields);
            fields.read()?;
            fields.expect(tlv::BIT_STRING)
        });
        id.copy_from_slice(&Hash::Sha256.of(key.unwrap_or_default().get(1..).unwrap_or_default())[..20]);
        id
    }

    /// The hash that belongs to the key.
    pub(super) fn hash(&self) -> Hash {
        if matches!(self.private, Private::P384(_)) { Hash::Sha384 } else { Hash::Sha256 }
    }

    pub(super) fn is_rsa(&self) -> bool {
        matches!(self.private, Private::Rsa(_))
    }

    pub(super) fn is_ed25519(&self) -> bool {
        matches!(self.private, Private::Ed25519(_))
    }

    /// The `AlgorithmIdentifier` of [`TestKey::sign`].
    pub(super) fn algorithm(&self, hash: Hash) -> Vec<u8> {
        let oid: &[u8] = match (&self.private, hash) {
            (Private::P256(_) | Private::P384(_), Hash::Md5 | Hash::Sha1) => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
            (Private::P256(_) | Private::P384(_), Hash::Sha256) => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            (Private::P256(_) | Private::P384(_), Hash::Sha384) => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3],
            (Private::Ed25519(_), _) => ED25519,
            (Private::Rsa(_), Hash::Md5) => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4],
            (Private::Rsa(_), Hash::Sha1) => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5],
            (Private::Rsa(_), Hash::Sha256) => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11],
            (Private::Rsa(_), Hash::Sha384) => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12],
        };
        let parameters: &[u8] = if self.is_rsa() { &[tlv::NULL, 0] } else { &[] };
        sequence(&[&tlv::encode(tlv::OBJECT_IDENTIFIER, oid), parameters])
    }

    /// Signs a message as X.509 carries it: RSA with PKCS#1 v1.5, ECDSA in DER; Ed25519 takes no hash.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Result<Vec<u8>, TestingError> {
        let hashed = hash.of(message);
        match &self.private {
            Private::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&hashed).map_err(unsigned)?;
                Ok(ecdsa(&signature.to_bytes()))
            }
            Private::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&hashed).map_err(unsigned)?;
                Ok(ecdsa(&signature.to_bytes()))
            }
            Private::Ed25519(private) => Ok(ed25519(private)?.sign(message).as_ref().to_vec()),
            Private::Rsa(key) => key.sign_pkcs1(hash, &hashed),
        }
    }

    /// Signs with RSASSA-PSS, which TLS 1.3 wants: MGF1 and a salt as long as the hash.
    pub(super) fn sign_pss(&self, hash: Hash, message: &[u8], salt: &[u8]) -> Result<Vec<u8>, TestingError> {
        match &self.private {
            Private::Rsa(key) => key.sign_pss(hash, message, salt),
            _ => Err(TestingError::new("PSS is for RSA keys")),
        }
    }
}

impl std::fmt::Debug for TestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestKey")
    }
}

/// Octets that a seed and a label give, and no others: HKDF, RFC 5869.
pub(super) fn derive(seed: &str, label: &str, attempt: u8, out: &mut [u8]) -> Result<(), TestingError> {
    struct Length(usize);
    impl ring::hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let salt = ring::hkdf::Salt::new(ring::hkdf::HKDF_SHA256, b"certwright test-pki 1");
    let key = salt.extract(seed.as_bytes());
    let info = [label.as_bytes(), &[0, attempt]];
    let filled = key.expand(&info, Length(out.len())).and_then(|octets| octets.fill(out));
    filled.map_err(|_| TestingError::new("no octets can be derived from the seed"))
}

/// The first derived number that makes a key.
fn scalar<K, const N: usize>(
    seed: &str,
    label: &str,
    room: &[u8; N],
    read: impl Fn(&[u8]) -> Option<K>,
) -> Result<(K, [u8; N]), TestingError> {
    let mut octets = *room;
    for attempt in 0..=u8::MAX {
        derive(seed, label, attempt, &mut octets)?;
        if let Some(key) = read(&octets) {
            return Ok((key, octets));
        }
    }
    Err(TestingError::new("no key can be derived from the seed"))
}

fn ed25519(private: &[u8; 32]) -> Result<ring::signature::Ed25519KeyPair, TestingError> {
    ring::signature::Ed25519KeyPair::from_seed_unchecked(private).map_err(unsigned)
}

fn unsigned(error: impl std::fmt::Display) -> TestingError {
    TestingError::new(format!("a key of the test PKI does not sign: {error}"))
}

/// `ECDSA-Sig-Value` of two numbers of the same length.
fn ecdsa(numbers: &[u8]) -> Vec<u8> {
    let (r, s) = numbers.split_at(numbers.len() / 2);
    sequence(&[&integer(r), &integer(s)])
}

fn pkcs8(algorithm: &[u8], body: &[u8]) -> Vec<u8> {
    sequence(&[&[2, 1, 0], algorithm, &tlv::encode(tlv::OCTET_STRING, body)])
}
