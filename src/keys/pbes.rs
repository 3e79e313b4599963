//! Encrypted PKCS#8: PBES2, and the older schemes for reading (RFC 8018, RFC 7292 appendix C).

use std::fmt;
use std::num::NonZeroU32;

use der::asn1::ObjectIdentifier as Oid;
use zeroize::Zeroizing;

use super::asn1::{self, NULL, OCTET_STRING, Reader, SEQUENCE};
use super::cipher::{self, Cipher};
use super::identifier::{self, Identifier};
use super::kdf::{self, Hash, Kdf, OldHash, Prf};
use super::{KeyError, Secret, random_bytes};

const PBES2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.13");
pub(super) const PBKDF2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.12");
const SCRYPT: Oid = Oid::new_unwrap("1.3.6.1.4.1.11591.4.11");
pub(super) const HMAC_SHA1: Oid = Oid::new_unwrap("1.2.840.113549.2.7");
pub(super) const HMAC_SHA224: Oid = Oid::new_unwrap("1.2.840.113549.2.8");
pub(super) const HMAC_SHA256: Oid = Oid::new_unwrap("1.2.840.113549.2.9");
pub(super) const HMAC_SHA384: Oid = Oid::new_unwrap("1.2.840.113549.2.10");
pub(super) const HMAC_SHA512: Oid = Oid::new_unwrap("1.2.840.113549.2.11");
const AES128_CBC: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES192_CBC: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES256_CBC: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.1.42");
const DES_CBC: Oid = Oid::new_unwrap("1.3.14.3.2.7");
const DES_EDE3_CBC: Oid = Oid::new_unwrap("1.2.840.113549.3.7");
const RC2_CBC: Oid = Oid::new_unwrap("1.2.840.113549.3.2");
const MD5_DES: Oid = Oid::new_unwrap("1.2.840.113549.1.5.3");
const MD5_RC2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.6");
const SHA1_DES: Oid = Oid::new_unwrap("1.2.840.113549.1.5.10");
const SHA1_RC2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.11");
const PKCS12_3DES: Oid = Oid::new_unwrap("1.2.840.113549.1.12.1.3");
const PKCS12_RC2_128: Oid = Oid::new_unwrap("1.2.840.113549.1.12.1.5");
const PKCS12_RC2_40: Oid = Oid::new_unwrap("1.2.840.113549.1.12.1.6");

const WHAT: &str = "encrypted private key";
/// PBKDF2 iterations of what is written.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// An `EncryptedPrivateKeyInfo` whose scheme is known and whose cost is within bounds.
pub(super) struct Encrypted<'a> {
    scheme: Scheme,
    data: &'a [u8],
}

/// A way to encrypt with a password, whose cost is within bounds.
pub(super) enum Scheme {
    Pbes2 { kdf: Kdf, cipher: Cipher, iv: Vec<u8> },
    Pbes1 { hash: OldHash, cipher: Cipher, salt: Vec<u8>, iterations: NonZeroU32 },
    Pkcs12 { cipher: Cipher, salt: Vec<u8>, iterations: NonZeroU32 },
}

impl<'a> Encrypted<'a> {
    /// Reads the structure in DER without decrypting.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::sequence(der, WHAT)?;
        let identifier = Identifier::read(&mut reader)?;
        let data = reader.expect(OCTET_STRING)?;
        reader.finish()?;
        Ok(Self { scheme: Scheme::read(&identifier)?, data })
    }

    /// How it is encrypted, for people.
    pub(super) fn describe(&self) -> String {
        self.scheme.to_string()
    }

    /// Decrypts; what comes out is not looked at beyond its padding.
    pub(super) fn decrypt(&self, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match &self.scheme {
            Scheme::Pbes2 { kdf, cipher, iv } => {
                let key = passphrase.derive(kdf, cipher.key_len())?;
                cipher.decrypt(&key, iv, self.data).ok_or(KeyError::WrongPassphrase)
            }
            other => other.decrypt(Some(passphrase.expose()), self.data),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pbes2 { kdf, cipher, .. } => write!(f, "PBES2, {kdf}, {cipher}"),
            Self::Pbes1 { hash, cipher, iterations, .. } => {
                write!(f, "PBES1 ({hash:?}, {iterations} iterations), {cipher}")
            }
            Self::Pkcs12 { cipher, iterations, .. } => {
                write!(f, "PKCS#12 encryption (SHA-1, {iterations} iterations), {cipher}")
            }
        }
    }
}

/// Encrypts a PKCS#8 key with PBES2: AES-256-CBC under an initialisation vector of its own, and PBKDF2-HMAC-SHA-256 under the
/// passphrase's salt.
///
/// # Errors
/// [`KeyError::Failed`] when the system gives no randomness.
pub(super) fn encrypt(pkcs8: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let salt = passphrase.salt()?;
    let kdf = Kdf::Pbkdf2 { prf: Prf::Sha256, salt: salt.to_vec(), iterations: ITERATIONS };
    let key = passphrase.derive(&kdf, Cipher::Aes256.key_len())?;
    let mut iv = [0; 16];
    random_bytes(&mut iv)?;
    let failed = || KeyError::Failed("the key could not be encrypted".to_owned());
    let data = cipher::encrypt_aes256(&key, &iv, pkcs8).ok_or_else(failed)?;

    let prf = asn1::tlv(SEQUENCE, &[&asn1::oid(&HMAC_SHA256), &[NULL, 0]]);
    let count = asn1::unsigned(&ITERATIONS.get().to_be_bytes());
    let parameters = asn1::tlv(SEQUENCE, &[&asn1::tlv(OCTET_STRING, &[&salt]), &count, &prf]);
    let kdf = asn1::tlv(SEQUENCE, &[&asn1::oid(&PBKDF2), &parameters]);
    let scheme = asn1::tlv(SEQUENCE, &[&asn1::oid(&AES256_CBC), &asn1::tlv(OCTET_STRING, &[&iv])]);
    let pbes2 = asn1::tlv(SEQUENCE, &[&kdf, &scheme]);
    let identifier = asn1::tlv(SEQUENCE, &[&asn1::oid(&PBES2), &pbes2]);
    Ok(asn1::tlv(SEQUENCE, &[&identifier, &asn1::tlv(OCTET_STRING, &[&data])]))
}

impl Scheme {
    /// Decrypts; what comes out is not looked at beyond its padding. `None` is PKCS#12's absent password.
    pub(super) fn decrypt(&self, password: Option<&[u8]>, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let octets = password.unwrap_or_default();
        let plain = match self {
            Self::Pbes2 { kdf, cipher, iv } => {
                let key = kdf.derive(octets, cipher.key_len())?;
                cipher.decrypt(&key, iv, data)
            }
            Self::Pbes1 { hash, cipher, salt, iterations } => {
                let derived = kdf::pbkdf1(*hash, octets, salt, *iterations);
                cipher.decrypt(&derived[..8], &derived[8..], data)
            }
            Self::Pkcs12 { cipher, salt, iterations } => {
                let derive = |purpose, length| kdf::pkcs12(Hash::Sha1, purpose, password, salt, *iterations, length);
                let (key, iv) = (derive(kdf::KEY, cipher.key_len()), derive(kdf::IV, cipher.block_len()));
                cipher.decrypt(&key, &iv, data)
            }
        };
        plain.ok_or(KeyError::WrongPassphrase)
    }

    /// The work it asks for, in rounds of iterated hashing or what takes as long.
    pub(super) fn work(&self) -> u64 {
        match self {
            Self::Pbes2 { kdf, .. } => kdf.work(),
            Self::Pbes1 { iterations, .. } => u64::from(iterations.get()),
            // Two blocks of key, one of initialisation vector.
            Self::Pkcs12 { iterations, .. } => 3 * u64::from(iterations.get()),
        }
    }

    pub(super) fn read(identifier: &Identifier<'_>) -> Result<Self, KeyError> {
        let pbes1 = |hash, cipher| {
            let (salt, iterations) = salt_and_count(identifier)?;
            Ok(Self::Pbes1 { hash, cipher, salt, iterations })
        };
        let pkcs12 = |cipher| {
            let (salt, iterations) = salt_and_count(identifier)?;
            Ok(Self::Pkcs12 { cipher, salt, iterations })
        };
        match identifier.oid {
            PBES2 => Self::pbes2(identifier),
            MD5_DES => pbes1(OldHash::Md5, Cipher::Des),
            MD5_RC2 => pbes1(OldHash::Md5, Cipher::Rc2(64)),
            SHA1_DES => pbes1(OldHash::Sha1, Cipher::Des),
            SHA1_RC2 => pbes1(OldHash::Sha1, Cipher::Rc2(64)),
            PKCS12_3DES => pkcs12(Cipher::Des3),
            PKCS12_RC2_128 => pkcs12(Cipher::Rc2(128)),
            PKCS12_RC2_40 => pkcs12(Cipher::Rc2(40)),
            other => Err(KeyError::Unsupported(format!("encryption with {}", identifier::name(&other)))),
        }
    }

    fn pbes2(identifier: &Identifier<'_>) -> Result<Self, KeyError> {
        let mut parameters = Reader::sequence(whole(identifier)?, WHAT)?;
        let kdf = Identifier::read(&mut parameters)?;
        let scheme = Identifier::read(&mut parameters)?;
        parameters.finish()?;
        let (cipher, iv) = cipher_and_iv(&scheme)?;
        let (kdf, length) = match kdf.oid {
            PBKDF2 => pbkdf2(&kdf)?,
            SCRYPT => scrypt(&kdf)?,
            other => return Err(KeyError::Unsupported(format!("key derivation with {}", identifier::name(&other)))),
        };
        if length.is_some_and(|length| length != cipher.key_len() as u64) {
            return Err(KeyError::Malformed("an encrypted key whose derived key does not fit the cipher".to_owned()));
        }
        Ok(Self::Pbes2 { kdf, cipher, iv })
    }
}

/// Reads `PBKDF2-params`: the derivation and the length of the key, if it is named.
pub(super) fn pbkdf2(identifier: &Identifier<'_>) -> Result<(Kdf, Option<u64>), KeyError> {
    let mut reader = Reader::sequence(whole(identifier)?, WHAT)?;
    let salt = reader.expect(OCTET_STRING)?.to_vec();
    let iterations = kdf::iterations(reader.small()?)?;
    let length = optional_small(&mut reader)?;
    let prf = if reader.is_empty() {
        Prf::Sha1
    } else {
        let prf = Identifier::read(&mut reader)?;
        prf.null_or_none()?;
        match prf.oid {
            HMAC_SHA1 => Prf::Sha1,
            HMAC_SHA224 => Prf::Sha224,
            HMAC_SHA256 => Prf::Sha256,
            HMAC_SHA384 => Prf::Sha384,
            HMAC_SHA512 => Prf::Sha512,
            other => return Err(KeyError::Unsupported(format!("PBKDF2 with {}", identifier::name(&other)))),
        }
    };
    reader.finish()?;
    Ok((Kdf::Pbkdf2 { prf, salt, iterations }, length))
}

fn scrypt(identifier: &Identifier<'_>) -> Result<(Kdf, Option<u64>), KeyError> {
    let mut reader = Reader::sequence(whole(identifier)?, WHAT)?;
    let salt = reader.expect(OCTET_STRING)?.to_vec();
    let (log_n, r, p) = kdf::scrypt_costs(reader.small()?, reader.small()?, reader.small()?)?;
    let length = optional_small(&mut reader)?;
    reader.finish()?;
    Ok((Kdf::Scrypt { salt, log_n, r, p }, length))
}

fn cipher_and_iv(identifier: &Identifier<'_>) -> Result<(Cipher, Vec<u8>), KeyError> {
    let cipher = match identifier.oid {
        AES128_CBC => Cipher::Aes128,
        AES192_CBC => Cipher::Aes192,
        AES256_CBC => Cipher::Aes256,
        DES_CBC => Cipher::Des,
        DES_EDE3_CBC => Cipher::Des3,
        RC2_CBC => return rc2(identifier),
        other => return Err(KeyError::Unsupported(format!("encryption with {}", identifier::name(&other)))),
    };
    let iv = Reader::new(whole(identifier)?, WHAT).expect(OCTET_STRING)?;
    checked_iv(cipher, iv)
}

/// RC2's effective key length is hidden behind magic numbers, RFC 8018 appendix B.2.3.
fn rc2(identifier: &Identifier<'_>) -> Result<(Cipher, Vec<u8>), KeyError> {
    let mut reader = Reader::sequence(whole(identifier)?, WHAT)?;
    let bits = match reader.small()? {
        160 => 40,
        120 => 64,
        58 => 128,
        other => return Err(KeyError::Unsupported(format!("RC2-CBC of version {other}"))),
    };
    let iv = reader.expect(OCTET_STRING)?;
    reader.finish()?;
    checked_iv(Cipher::Rc2(bits), iv)
}

fn checked_iv(cipher: Cipher, iv: &[u8]) -> Result<(Cipher, Vec<u8>), KeyError> {
    if iv.len() == cipher.block_len() {
        return Ok((cipher, iv.to_vec()));
    }
    Err(KeyError::Malformed(format!("an initialisation vector of {} octets", iv.len())))
}

fn salt_and_count(identifier: &Identifier<'_>) -> Result<(Vec<u8>, NonZeroU32), KeyError> {
    let mut reader = Reader::sequence(whole(identifier)?, WHAT)?;
    let salt = reader.expect(OCTET_STRING)?.to_vec();
    let iterations = kdf::iterations(reader.small()?)?;
    reader.finish()?;
    Ok((salt, iterations))
}

fn optional_small(reader: &mut Reader<'_>) -> Result<Option<u64>, KeyError> {
    if reader.rest().first() == Some(&asn1::INTEGER) { reader.small().map(Some) } else { Ok(None) }
}

fn whole<'a>(identifier: &Identifier<'a>) -> Result<&'a [u8], KeyError> {
    let missing = || KeyError::Malformed(format!("{} without parameters", identifier::name(&identifier.oid)));
    identifier.parameters.map(|parameters| parameters.whole).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(scheme: Oid, parameters: &[u8], data: &[u8]) -> Vec<u8> {
        let identifier = asn1::tlv(SEQUENCE, &[&asn1::oid(&scheme), parameters]);
        asn1::tlv(SEQUENCE, &[&identifier, &asn1::tlv(OCTET_STRING, &[data])]).to_vec()
    }

    fn pbes2(kdf: Oid, kdf_parameters: &[u8], cipher: Oid, iv: &[u8]) -> Vec<u8> {
        let kdf = asn1::tlv(SEQUENCE, &[&asn1::oid(&kdf), kdf_parameters]);
        let cipher = asn1::tlv(SEQUENCE, &[&asn1::oid(&cipher), &asn1::tlv(OCTET_STRING, &[iv])]);
        encrypted(PBES2, &asn1::tlv(SEQUENCE, &[&kdf, &cipher]), &[0; 32])
    }

    fn refusal(der: &[u8]) -> String {
        Encrypted::read(der).err().unwrap().to_string()
    }

    #[test]
    fn costs_of_hostile_files_are_bounded() {
        let salt = asn1::tlv(OCTET_STRING, &[&[1; 8]]);
        let count = |count: u32| asn1::tlv(SEQUENCE, &[&salt, &asn1::unsigned(&count.to_be_bytes())]);
        assert!(Encrypted::read(&pbes2(PBKDF2, &count(10_000_000), AES256_CBC, &[0; 16])).is_ok());
        let many = refusal(&pbes2(PBKDF2, &count(10_000_001), AES256_CBC, &[0; 16]));
        assert!(many.contains("10000001 iterations of key derivation, at most 10000000"), "{many}");
        assert!(refusal(&pbes2(PBKDF2, &count(0), AES256_CBC, &[0; 16])).contains("no iterations"));
        assert!(refusal(&encrypted(PKCS12_3DES, &count(u32::MAX), &[0; 8])).contains("at most"));
        let number = |number: u64| asn1::unsigned(&number.to_be_bytes());
        let scrypt = |n, r, p| {
            let costs = asn1::tlv(SEQUENCE, &[&salt, &number(n), &number(r), &number(p)]);
            pbes2(SCRYPT, &costs, AES128_CBC, &[0; 16])
        };
        assert!(Encrypted::read(&scrypt(1 << 19, 8, 1)).is_ok());
        for (n, r, p) in [(1 << 20, 8, 1), (1 << 14, 8, 1 << 20), (1 << 62, 1 << 62, 1), (2, 1 << 40, 1)] {
            assert!(refusal(&scrypt(n, r, p)).contains("scrypt with N="), "{n} {r} {p}");
        }
        for (n, r, p) in [(0, 8, 1), (3, 8, 1), (1, 8, 1), (16, 0, 1), (16, 8, 0)] {
            assert!(refusal(&scrypt(n, r, p)).contains("scrypt parameters"), "{n} {r} {p}");
        }
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let salt = asn1::tlv(OCTET_STRING, &[&[1; 8]]);
        let parameters = asn1::tlv(SEQUENCE, &[&salt, &asn1::unsigned(&[8, 0])]);
        let rc4 = encrypted(Oid::new_unwrap("1.2.840.113549.1.12.1.1"), &parameters, &[]);
        assert!(refusal(&rc4).contains("encryption with pbeWithSHA1And128BitRC4"));
        let md2 = encrypted(Oid::new_unwrap("1.2.840.113549.1.5.1"), &parameters, &[]);
        assert!(refusal(&md2).contains("pbeWithMD2AndDES-CBC"));
        let gcm = pbes2(PBKDF2, &parameters, Oid::new_unwrap("2.16.840.1.101.3.4.1.46"), &[0; 12]);
        assert!(refusal(&gcm).contains("AES-256-GCM"));
        assert!(refusal(&pbes2(PBKDF2, &parameters, AES256_CBC, &[0; 8])).contains("vector of 8 octets"));
    }

    #[test]
    fn encrypting_twice_gives_different_files() {
        let secret = Secret::new("x");
        let (one, two) = (encrypt(b"key", &secret).unwrap(), encrypt(b"key", &secret).unwrap());
        assert_ne!(one, two);
        let plain = Encrypted::read(&one).unwrap().decrypt(&secret).unwrap();
        assert_eq!(*plain, b"key");
    }
}
