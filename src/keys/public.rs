//! Public keys: reading them and what identifies them.

use ring::digest;

use super::asn1::{self, BIT_STRING, Reader, SEQUENCE};
use super::identifier::{Family, Identifier, PssParameters};
use super::{Curve, KeyError, KeyKind, MlDsaLevel, armor, point, rsa};

/// A public key: its `SubjectPublicKeyInfo`, byte for byte, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
    /// Where the contents of the BIT STRING begin; they reach to the end.
    key: usize,
    /// What an `id-RSASSA-PSS` key demands of its signatures.
    pub(super) pss: Option<PssParameters>,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER and keeps its bytes.
    ///
    /// Points may be compressed (SEC 1 §2.3.4). Strength is not judged here: see [`PublicKey::check`].
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for broken DER, [`KeyError::Unsupported`] for other algorithms or curves.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::sequence(der, "public key")?;
        let identifier = Identifier::read(&mut reader)?;
        let bits = reader.bits()?;
        reader.finish()?;
        let family = Family::of(&identifier)?;
        let mut pss = None;
        let kind = match family {
            Family::Ec(curve) => {
                point::check_form(curve, bits)?;
                KeyKind::Ec(curve)
            }
            Family::Ed25519 => {
                expect_len("an Ed25519 public key", bits, 32)?;
                KeyKind::Ed25519
            }
            Family::MlDsa(level) => {
                expect_len("an ML-DSA public key", bits, ml_dsa_public_len(level))?;
                KeyKind::MlDsa(level)
            }
            Family::Rsa => KeyKind::Rsa(rsa::Public::read(bits)?.bits()),
            Family::RsaPss(parameters) => {
                pss = parameters;
                KeyKind::RsaPss(rsa::Public::read(bits)?.bits())
            }
        };
        Ok(Self { spki: der.to_vec(), kind, key: der.len() - bits.len(), pss })
    }

    /// Reads a public key from PEM (the first `PUBLIC KEY` block, whatever stands around it) or from DER.
    ///
    /// # Errors
    /// As [`PublicKey::from_spki_der`]; [`KeyError::Malformed`] says what the bytes are instead of a public key.
    pub fn from_pem_or_der(bytes: &[u8]) -> Result<Self, KeyError> {
        let blocks = armor::read(bytes)?;
        if let Some(block) = blocks.iter().find(|block| block.label == "PUBLIC KEY") {
            return Self::from_spki_der(&block.der);
        }
        match blocks.first() {
            Some(block) => Err(KeyError::Malformed(format!("found {}, expected a public key", block.describe()))),
            None => match armor::Content::of(bytes) {
                armor::Content::PublicKey => Self::from_spki_der(bytes),
                other => Err(KeyError::Malformed(format!("found {other}, expected a public key"))),
            },
        }
    }

    /// Builds the key from its parts, which are read like foreign ones.
    pub(super) fn from_parts(algorithm: &[u8], key: &[u8]) -> Result<Self, KeyError> {
        let bits = asn1::tlv(BIT_STRING, &[&[0], key]);
        Self::from_spki_der(&asn1::tlv(SEQUENCE, &[algorithm, &bits]))
    }

    /// The `SubjectPublicKeyInfo` in DER, as it was read.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The key as PEM: `PUBLIC KEY`, lines of 64 columns, `\n`.
    pub fn to_pem(&self) -> String {
        String::from_utf8_lossy(&armor::write("PUBLIC KEY", &self.spki)).into_owned()
    }

    /// What the key is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The contents of the `subjectPublicKey` BIT STRING.
    pub fn subject_public_key(&self) -> &[u8] {
        &self.spki[self.key..]
    }

    /// The key identifier for certificates: RFC 7093 method 1, the leftmost 160 bits of the SHA-256 of the
    /// `subjectPublicKey` bits.
    pub fn key_id(&self) -> [u8; 20] {
        let mut id = [0; 20];
        id.copy_from_slice(&digest::digest(&digest::SHA256, self.subject_public_key()).as_ref()[..20]);
        id
    }

    /// The SHA-256 of the `SubjectPublicKeyInfo`, which identifies a key across certificates.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest::digest(&digest::SHA256, &self.spki).as_ref());
        fingerprint
    }
}

/// Length of an ML-DSA public key in octets, FIPS 204 table 2.
pub(super) fn ml_dsa_public_len(level: MlDsaLevel) -> usize {
    match level {
        MlDsaLevel::L44 => 1312,
        MlDsaLevel::L65 => 1952,
        MlDsaLevel::L87 => 2592,
    }
}

/// Length of a field element or scalar in octets.
pub(super) fn field_len(curve: Curve) -> usize {
    match curve {
        Curve::P256 => 32,
        Curve::P384 => 48,
        Curve::P521 => 66,
    }
}

pub(super) fn expect_len(what: &str, bytes: &[u8], expected: usize) -> Result<(), KeyError> {
    if bytes.len() == expected {
        return Ok(());
    }
    Err(KeyError::Malformed(format!("{what} of {} octets, expected {expected}", bytes.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey};

    #[test]
    fn identifiers_are_hashes_of_the_key() {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let key = key.public_key();
        assert_eq!(key.subject_public_key().len(), 65);
        let bits = digest::digest(&digest::SHA256, &key.spki_der()[key.spki_der().len() - 65..]);
        assert_eq!(key.key_id(), bits.as_ref()[..20]);
        assert_eq!(key.fingerprint(), digest::digest(&digest::SHA256, key.spki_der()).as_ref());
    }

    #[test]
    fn pem_and_der_are_the_same_key() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let key = key.public_key();
        let pem = key.to_pem();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n") && pem.ends_with("-----END PUBLIC KEY-----\n"));
        assert_eq!(&PublicKey::from_pem_or_der(pem.as_bytes()).unwrap(), key);
        assert_eq!(&PublicKey::from_pem_or_der(key.spki_der()).unwrap(), key);
    }

    #[test]
    fn a_private_key_is_no_public_key() {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let error = PublicKey::from_pem_or_der(&key.to_pkcs8_der()).unwrap_err().to_string();
        assert_eq!(error, "not a usable key: found a private key, expected a public key");
        let error = PublicKey::from_pem_or_der(&key.to_pkcs8_pem(None).unwrap()).unwrap_err().to_string();
        assert_eq!(error, "not a usable key: found a private key, expected a public key");
    }

    #[test]
    fn lengths_and_trailing_bytes_are_checked() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let spki = key.public_key().spki_der();
        assert!(PublicKey::from_spki_der(&[spki, &[0]].concat()).is_err());
        assert!(PublicKey::from_spki_der(&spki[..spki.len() - 1]).is_err());
        assert!(PublicKey::from_parts(&Family::Ed25519.to_der(), &[1; 31]).is_err());
        assert!(PublicKey::from_parts(&Family::MlDsa(MlDsaLevel::L44).to_der(), &[1; 1311]).is_err());
    }
}
