//! Private keys in memory.

use zeroize::Zeroizing;

use super::asn1::{self, BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use super::identifier::{Family, Identifier, PssParameters};
use super::pair::Pair;
use super::{Algorithm, Curve, Digest, KeyError, KeyKind, MlDsaLevel, PublicKey, SignatureAlgorithm, Signer};
use super::{ec, ed25519, ml_dsa, rsa_private};

/// A private key in memory; its bytes are wiped on drop and never shown.
pub struct PrivateKey {
    public: PublicKey,
    pair: Pair,
    /// The contents of the `privateKey` OCTET STRING of PKCS#8.
    body: Zeroizing<Vec<u8>>,
    signature: SignatureAlgorithm,
}

/// A key that was read or generated, in its parts.
pub(super) struct Parts {
    pub(super) pair: Pair,
    /// The contents of the `privateKey` OCTET STRING of PKCS#8, in the form this crate writes.
    pub(super) body: Zeroizing<Vec<u8>>,
    /// The contents of the `subjectPublicKey` BIT STRING.
    pub(super) public: Vec<u8>,
}

impl PrivateKey {
    /// Generates a key.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let (family, parts) = match algorithm {
            Algorithm::EcP256 => (Family::Ec(Curve::P256), ec::generate(Curve::P256)?),
            Algorithm::EcP384 => (Family::Ec(Curve::P384), ec::generate(Curve::P384)?),
            Algorithm::EcP521 => (Family::Ec(Curve::P521), ec::generate(Curve::P521)?),
            Algorithm::Rsa2048 => (Family::Rsa, rsa_private::generate(rsa_private::Size::Rsa2048)?),
            Algorithm::Rsa3072 => (Family::Rsa, rsa_private::generate(rsa_private::Size::Rsa3072)?),
            Algorithm::Rsa4096 => (Family::Rsa, rsa_private::generate(rsa_private::Size::Rsa4096)?),
            Algorithm::Ed25519 => (Family::Ed25519, ed25519::generate()?),
            Algorithm::MlDsa44 => (Family::MlDsa(MlDsaLevel::L44), ml_dsa::generate(MlDsaLevel::L44)?),
            Algorithm::MlDsa65 => (Family::MlDsa(MlDsaLevel::L65), ml_dsa::generate(MlDsaLevel::L65)?),
            Algorithm::MlDsa87 => (Family::MlDsa(MlDsaLevel::L87), ml_dsa::generate(MlDsaLevel::L87)?),
        };
        Self::from_parts(family, parts)
    }

    /// Reads an unencrypted `PrivateKeyInfo` / `OneAsymmetricKey` (PKCS#8 v1 or v2) in DER.
    ///
    /// A public key that comes with the private one must belong to it. ML-DSA keys may be a seed, an expanded key or
    /// both (RFC 9881 §6).
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::Unsupported`]; [`KeyError::Weak`] for RSA keys below 2048 or above 8192
    /// bits, which neither library signs with.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfo::read(der)?;
        let family = Family::of(&info.algorithm)?;
        let parts = match family {
            Family::Ec(curve) => ec::read(Some(curve), info.key)?.1,
            Family::Ed25519 => ed25519::read(info.key)?,
            Family::MlDsa(level) => ml_dsa::read(level, info.key)?,
            Family::Rsa | Family::RsaPss(_) => rsa_private::read(info.key)?,
        };
        if info.public.is_some_and(|public| public != parts.public) {
            return Err(KeyError::Malformed("the public key beside the private key is another one".to_owned()));
        }
        Self::from_parts(family, parts)
    }

    pub(super) fn from_parts(family: Family, parts: Parts) -> Result<Self, KeyError> {
        let public = PublicKey::from_parts(&family.to_der(), &parts.public)?;
        let signature = match family {
            Family::Ec(curve) => SignatureAlgorithm::Ecdsa(Digest::for_curve(curve)),
            Family::Ed25519 => SignatureAlgorithm::Ed25519,
            Family::MlDsa(level) => SignatureAlgorithm::MlDsa(level),
            // SHA-256 whatever the size: every verifier knows it.
            Family::Rsa => SignatureAlgorithm::RsaPkcs1(Digest::Sha256),
            Family::RsaPss(None) => pss(Digest::Sha256),
            Family::RsaPss(Some(limit)) => pss_within(limit)?,
        };
        Ok(Self { public, pair: parts.pair, body: parts.body, signature })
    }

    /// The key as PKCS#8 v1 in DER: what OpenSSL 3.0 and Java read for every algorithm.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let family = match self.public.kind() {
            KeyKind::Ec(curve) => Family::Ec(curve),
            KeyKind::Ed25519 => Family::Ed25519,
            KeyKind::MlDsa(level) => Family::MlDsa(level),
            KeyKind::Rsa(_) => Family::Rsa,
            KeyKind::RsaPss(_) => Family::RsaPss(self.public.pss),
        };
        let key = asn1::tlv(OCTET_STRING, &[&self.body]);
        asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[0]), &family.to_der(), &key])
    }

    /// The same key once more, for a second owner. It is no `Clone`: a copy of a secret is meant, never made in passing.
    ///
    /// # Errors
    /// [`KeyError::Failed`], [`KeyError::Malformed`]: none that a key in memory is known to cause.
    pub fn duplicate(&self) -> Result<Self, KeyError> {
        Self::from_pkcs8_der(&self.to_pkcs8_der())
    }

    /// The same key, signing with RSASSA-PSS (salt length = hash length) where it is an RSA key.
    #[must_use]
    pub fn with_rsa_pss(mut self) -> Self {
        if let SignatureAlgorithm::RsaPkcs1(digest) = self.signature {
            self.signature = pss(digest);
        }
        self
    }

    /// The same key, signing with another hash where it is an RSA key: SHA-256 is what it starts with.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for SHA-1, for keys that are no RSA keys, and for a hash that an `id-RSASSA-PSS` key
    /// forbids.
    pub fn with_rsa_digest(mut self, digest: Digest) -> Result<Self, KeyError> {
        let forbidden = digest == Digest::Sha1 || self.public.pss.is_some_and(|limit| limit.digest != digest);
        self.signature = match self.signature {
            SignatureAlgorithm::RsaPkcs1(_) if !forbidden => SignatureAlgorithm::RsaPkcs1(digest),
            SignatureAlgorithm::RsaPss(..) if !forbidden => pss(digest),
            _ => {
                let (hash, kind) = (digest.name(), self.public.kind());
                return Err(KeyError::Unsupported(format!("signing with {hash} and a key {kind}")));
            }
        };
        Ok(self)
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The `privateKey` contents of PKCS#8: `RSAPrivateKey` or `ECPrivateKey` for those.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.signature
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.pair.sign(self.signature, message)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({}, …)", self.public.kind())
    }
}

/// The outer structure of PKCS#8, RFC 5958.
pub(super) struct PrivateKeyInfo<'a> {
    algorithm: Identifier<'a>,
    pub(super) key: &'a [u8],
    public: Option<&'a [u8]>,
}

impl<'a> PrivateKeyInfo<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::sequence(der, "private key (PKCS#8)")?;
        let version = reader.expect(INTEGER)?;
        if !matches!(version, [0 | 1]) {
            return Err(KeyError::Malformed("a PKCS#8 version that is neither 1 nor 2".to_owned()));
        }
        let algorithm = Identifier::read(&mut reader)?;
        let key = reader.expect(OCTET_STRING)?;
        reader.optional(0xa0)?;
        let mut public = reader.optional(0x81)?;
        if public.is_none()
            && let Some(explicit) = reader.optional(0xa1)?
        {
            // Older ring and what was built on it tag the BIT STRING explicitly.
            let mut inner = Reader::new(explicit, "private key (PKCS#8)");
            public = Some(inner.expect(BIT_STRING)?);
            inner.finish()?;
        }
        let public = public.map(|public| reader.whole_octets(public)).transpose()?;
        reader.finish()?;
        Ok(Self { algorithm, key, public })
    }
}

fn pss(digest: Digest) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss(digest, digest.output_len())
}

fn pss_within(limit: PssParameters) -> Result<SignatureAlgorithm, KeyError> {
    if limit.digest == Digest::Sha1 {
        return Err(KeyError::Unsupported("an RSASSA-PSS key limited to SHA-1".to_owned()));
    }
    if limit.salt > limit.digest.output_len() {
        let (salt, hash) = (limit.salt, limit.digest.name());
        return Err(KeyError::Unsupported(format!("an RSASSA-PSS key that wants {salt} octets of salt with {hash}")));
    }
    Ok(pss(limit.digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_survives_pkcs8_and_signs() {
        for algorithm in Algorithm::ALL {
            let key = PrivateKey::generate(algorithm).unwrap();
            let pkcs8 = key.to_pkcs8_der();
            let again = PrivateKey::from_pkcs8_der(&pkcs8).unwrap();
            assert_eq!(again.to_pkcs8_der(), pkcs8, "{algorithm}");
            assert_eq!(again.public_key(), key.public_key(), "{algorithm}");
            let signature = again.sign(b"message").unwrap();
            let verify = |message: &[u8], signature: &[u8]| {
                key.public_key().verify(key.signature_algorithm(), message, signature)
            };
            verify(b"message", &signature).unwrap();
            assert!(matches!(verify(b"massage", &signature), Err(KeyError::BadSignature)), "{algorithm}");
            assert!(matches!(verify(b"message", &signature[1..]), Err(KeyError::BadSignature)), "{algorithm}");
            assert!(matches!(verify(b"message", &[]), Err(KeyError::BadSignature)), "{algorithm}");
            assert_eq!(format!("{key:?}"), format!("PrivateKey({}, …)", key.public_key().kind()));
        }
    }

    #[test]
    fn version_1_is_written() {
        let der = PrivateKey::generate(Algorithm::Ed25519).unwrap().to_pkcs8_der();
        assert_eq!(der.len(), 48);
        assert_eq!(der[..16], [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);
        for (algorithm, length) in [(Algorithm::EcP256, 138), (Algorithm::EcP384, 185), (Algorithm::EcP521, 241)] {
            assert_eq!(PrivateKey::generate(algorithm).unwrap().to_pkcs8_der().len(), length, "{algorithm}");
        }
        assert_eq!(PrivateKey::generate(Algorithm::MlDsa65).unwrap().to_pkcs8_der().len(), 54);
    }

    #[test]
    fn version_2_is_read_with_both_taggings() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let write = |public: &[u8]| {
            let body = asn1::tlv(OCTET_STRING, &[key.body()]);
            asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[1]), &Family::Ed25519.to_der(), &body, public])
        };
        let octets = key.public_key().subject_public_key();
        let implicit = asn1::tlv(0x81, &[&[0], octets]);
        let explicit = asn1::tlv(0xa1, &[&asn1::tlv(BIT_STRING, &[&[0], octets])]);
        let attributes = [asn1::tlv(0xa0, &[]).as_slice(), &implicit].concat();
        for public in [implicit.as_slice(), &explicit, &attributes] {
            assert_eq!(PrivateKey::from_pkcs8_der(&write(public)).unwrap().to_pkcs8_der(), key.to_pkcs8_der());
        }
        let foreign = asn1::tlv(0x81, &[&[0], &[9; 32]]);
        assert!(matches!(PrivateKey::from_pkcs8_der(&write(&foreign)), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn rsa_signs_as_asked() {
        let der = PrivateKey::generate(Algorithm::Rsa2048).unwrap().to_pkcs8_der();
        let load = || PrivateKey::from_pkcs8_der(&der).unwrap();
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            for key in [load().with_rsa_digest(digest).unwrap(), load().with_rsa_digest(digest).unwrap().with_rsa_pss()]
            {
                let algorithm = key.signature_algorithm();
                assert_eq!(algorithm.digest(), Some(digest));
                let signature = key.sign(b"message").unwrap();
                key.public_key().verify(algorithm, b"message", &signature).unwrap();
            }
        }
        assert!(load().with_rsa_digest(Digest::Sha1).is_err());
        let ec = PrivateKey::generate(Algorithm::EcP256).unwrap();
        assert!(ec.with_rsa_digest(Digest::Sha256).is_err());
    }

    #[test]
    fn keys_limited_to_pss_keep_their_limits() {
        let rsa = PrivateKey::generate(Algorithm::Rsa2048).unwrap();
        let write = |limit| {
            let body = asn1::tlv(OCTET_STRING, &[rsa.body()]);
            asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[0]), &Family::RsaPss(limit).to_der(), &body])
        };
        let limit = |digest, salt| Some(PssParameters { digest, salt });
        for (limit, algorithm) in [
            (None, SignatureAlgorithm::RsaPss(Digest::Sha256, 32)),
            (limit(Digest::Sha384, 20), SignatureAlgorithm::RsaPss(Digest::Sha384, 48)),
        ] {
            let key = PrivateKey::from_pkcs8_der(&write(limit)).unwrap();
            assert_eq!(key.public_key().kind(), KeyKind::RsaPss(2048));
            assert_eq!(key.signature_algorithm(), algorithm);
            assert_eq!(key.to_pkcs8_der(), write(limit));
            let signature = key.sign(b"message").unwrap();
            key.public_key().verify(algorithm, b"message", &signature).unwrap();
            let plain = SignatureAlgorithm::RsaPkcs1(Digest::Sha256);
            assert!(matches!(key.public_key().verify(plain, b"", b""), Err(KeyError::Unsupported(_))));
        }
        for limit in [limit(Digest::Sha1, 20), limit(Digest::Sha256, 33)] {
            assert!(matches!(PrivateKey::from_pkcs8_der(&write(limit)), Err(KeyError::Unsupported(_))));
        }
        let strict = PrivateKey::from_pkcs8_der(&write(limit(Digest::Sha384, 48))).unwrap();
        let other = SignatureAlgorithm::RsaPss(Digest::Sha256, 48);
        assert!(matches!(strict.public_key().verify(other, b"", b""), Err(KeyError::Unsupported(_))));
        assert!(strict.with_rsa_digest(Digest::Sha256).is_err());
    }

    #[test]
    fn keys_cross_threads() {
        fn check<T: Send + Sync>() {}
        check::<PrivateKey>();
    }
}
