//! What protects a container with a password: encryption of any contents, and MACs over it (RFC 7292, RFC 8018, RFC 9579).

use std::fmt;
use std::num::NonZeroU32;

use der::asn1::ObjectIdentifier as Oid;
use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use super::KeyError;
use super::asn1::Reader;
use super::identifier::{self, Identifier};
use super::kdf::{self, Hash, Kdf};
use super::pbes::{self, Scheme};

const PBMAC1: Oid = Oid::new_unwrap("1.2.840.113549.1.5.14");
const SHA1: Oid = Oid::new_unwrap("1.3.14.3.2.26");
const SHA224: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.4");
const SHA256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.3");
const SHA512_224: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.5");
const SHA512_256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.6");

/// Encryption with a password, as an `AlgorithmIdentifier` describes it: PBES2, PBES1 and the schemes of PKCS#12.
pub(crate) struct PasswordEncryption(Scheme);

impl PasswordEncryption {
    /// Reads the `AlgorithmIdentifier` in DER; costs beyond the bounds of key files are refused.
    pub(crate) fn read(identifier: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(identifier, "encryption algorithm");
        let identifier = Identifier::read(&mut reader)?;
        reader.finish()?;
        Scheme::read(&identifier).map(Self)
    }

    /// Decrypts. [`KeyError::WrongPassphrase`] when the padding does not fit. `None` is no password at all, which
    /// PKCS#12 tells from an empty one.
    pub(crate) fn decrypt(&self, password: Option<&[u8]>, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.0.decrypt(password, data)
    }

    /// The work it asks for, in rounds of iterated hashing or what takes as long.
    pub(crate) fn work(&self) -> u64 {
        self.0.work()
    }
}

impl fmt::Display for PasswordEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The MAC of a PKCS#12 file.
pub(crate) struct PasswordMac(Kind);

enum Kind {
    /// RFC 7292 §4 and appendix B.
    Pkcs12 { hash: Hash, salt: Vec<u8>, iterations: NonZeroU32 },
    /// RFC 9579.
    Pbmac1 { kdf: Kdf, length: usize, hash: Hash },
}

impl PasswordMac {
    /// Reads the `AlgorithmIdentifier` of the `DigestInfo` in DER; `salt` and `iterations` stand beside it in `MacData`.
    pub(crate) fn read(identifier: &[u8], salt: &[u8], iterations: u64) -> Result<Self, KeyError> {
        let mut reader = Reader::new(identifier, "MAC algorithm");
        let identifier = Identifier::read(&mut reader)?;
        reader.finish()?;
        let hash = match identifier.oid {
            PBMAC1 => return Self::pbmac1(&identifier),
            SHA1 => Hash::Sha1,
            SHA224 => Hash::Sha224,
            SHA256 => Hash::Sha256,
            SHA384 => Hash::Sha384,
            SHA512 => Hash::Sha512,
            SHA512_224 => Hash::Sha512Of224,
            SHA512_256 => Hash::Sha512Of256,
            other => return Err(KeyError::Unsupported(format!("a MAC with {}", identifier::name(&other)))),
        };
        identifier.null_or_none()?;
        Ok(Self(Kind::Pkcs12 { hash, salt: salt.to_vec(), iterations: kdf::iterations(iterations)? }))
    }

    fn pbmac1(identifier: &Identifier<'_>) -> Result<Self, KeyError> {
        const WHAT: &str = "PBMAC1 parameters";
        let missing = || KeyError::Malformed("PBMAC1 without parameters".to_owned());
        let mut fields = Reader::sequence(identifier.parameters.ok_or_else(missing)?.whole, WHAT)?;
        let derivation = Identifier::read(&mut fields)?;
        let scheme = Identifier::read(&mut fields)?;
        fields.finish()?;
        if derivation.oid != pbes::PBKDF2 {
            return Err(KeyError::Unsupported(format!("PBMAC1 with {}", identifier::name(&derivation.oid))));
        }
        let (kdf, length) = pbes::pbkdf2(&derivation)?;
        // RFC 9579 §4: without it, readers would take the length of the hash or something else.
        let length =
            length.and_then(|length| usize::try_from(length).ok()).filter(|length| (20..=512).contains(length));
        let length = length
            .ok_or_else(|| KeyError::Malformed("PBMAC1 whose key has no length, or an unusable one".to_owned()))?;
        scheme.null_or_none()?;
        let hash = match scheme.oid {
            pbes::HMAC_SHA1 => Hash::Sha1,
            pbes::HMAC_SHA224 => Hash::Sha224,
            pbes::HMAC_SHA256 => Hash::Sha256,
            pbes::HMAC_SHA384 => Hash::Sha384,
            pbes::HMAC_SHA512 => Hash::Sha512,
            other => return Err(KeyError::Unsupported(format!("PBMAC1 with {}", identifier::name(&other)))),
        };
        Ok(Self(Kind::Pbmac1 { kdf, length, hash }))
    }

    /// Whether `mac` is the MAC of the data under the password; `None` is no password at all.
    pub(crate) fn verify(&self, password: Option<&[u8]>, data: &[u8], mac: &[u8]) -> Result<bool, KeyError> {
        let (hash, key) = match &self.0 {
            Kind::Pkcs12 { hash, salt, iterations } => {
                (*hash, kdf::pkcs12(*hash, kdf::MAC, password, salt, *iterations, hash.output_len()))
            }
            Kind::Pbmac1 { kdf, length, hash } => (*hash, kdf.derive(password.unwrap_or_default(), *length)?),
        };
        let verify = match hash {
            Hash::Sha1 => hmac_is::<sha1::Sha1>,
            Hash::Sha224 => hmac_is::<sha2::Sha224>,
            Hash::Sha256 => hmac_is::<sha2::Sha256>,
            Hash::Sha384 => hmac_is::<sha2::Sha384>,
            Hash::Sha512 => hmac_is::<sha2::Sha512>,
            Hash::Sha512Of224 => hmac_is::<sha2::Sha512_224>,
            Hash::Sha512Of256 => hmac_is::<sha2::Sha512_256>,
        };
        Ok(verify(&key, data, mac))
    }

    /// The work it asks for, in rounds of iterated hashing or what takes as long.
    pub(crate) fn work(&self) -> u64 {
        match &self.0 {
            Kind::Pkcs12 { iterations, .. } => u64::from(iterations.get()),
            Kind::Pbmac1 { kdf, .. } => kdf.work(),
        }
    }
}

impl fmt::Display for PasswordMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Pkcs12 { hash, iterations, .. } => write!(f, "HMAC-{hash} ({iterations} iterations)"),
            Kind::Pbmac1 { kdf, hash, .. } => write!(f, "PBMAC1, {kdf}, HMAC-{hash}"),
        }
    }
}

fn hmac_is<D: EagerHash>(key: &[u8], data: &[u8], mac: &[u8]) -> bool {
    Hmac::<D>::new_from_slice(key).is_ok_and(|hmac| hmac.chain_update(data).verify_slice(mac).is_ok())
}
