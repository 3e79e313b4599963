//! Key files: every form that OpenSSL, Java and Go write, read and written.

use zeroize::Zeroizing;

use super::armor::{self, Block, Content};
use super::asn1::Reader;
use super::identifier::{self, Family};
use super::legacy::DekInfo;
use super::pbes::{self, Encrypted};
use super::private::PrivateKeyInfo;
use super::{Curve, KeyError, KeyKind, PrivateKey, Secret, ec, rsa_private};

/// The largest key file that is read, in bytes; a chain may stand in front of the key.
const MAX_FILE: usize = 1 << 20;

/// How the bytes of a key file are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum KeyEncoding {
    Der,
    Pem,
}

/// The structure inside a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyContainer {
    /// `PRIVATE KEY`, RFC 5208 / 5958.
    Pkcs8,
    /// `ENCRYPTED PRIVATE KEY`.
    EncryptedPkcs8,
    /// `RSA PRIVATE KEY`, RFC 8017 appendix A.
    Pkcs1,
    /// `EC PRIVATE KEY`, RFC 5915.
    Sec1,
    /// `RSA/EC PRIVATE KEY` with OpenSSL's `DEK-Info` encryption (read only).
    LegacyEncrypted,
}

/// What a key file was, or shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFormat {
    /// PEM or DER.
    pub encoding: KeyEncoding,
    /// The structure.
    pub container: KeyContainer,
}

/// A key file read whole: the key and the form it had.
#[derive(Debug)]
pub struct KeyFile {
    /// The key.
    pub key: PrivateKey,
    /// The form it had.
    pub format: KeyFormat,
}

impl KeyFile {
    /// Reads a private key in any form: PEM (also after other PEM blocks, such as certificates or `EC PARAMETERS`) or
    /// DER. `passphrase` is called at most once, and only when the key is encrypted.
    ///
    /// Read are PKCS#8 (plain; PBES2 with PBKDF2 or scrypt and AES-CBC, 3DES, DES or RC2; the older PBES1 and PKCS#12
    /// schemes with DES, 3DES or RC2), PKCS#1, SEC1, and the last two under OpenSSL's traditional `DEK-Info`. Files
    /// beyond 1 MiB, ten million iterations or 512 MiB of scrypt memory are refused before any work is done.
    ///
    /// # Errors
    /// [`KeyError::PassphraseNeeded`] when `passphrase` gives `None`, [`KeyError::WrongPassphrase`],
    /// [`KeyError::Malformed`] (with what was found instead), [`KeyError::Unsupported`].
    pub fn read(bytes: &[u8], passphrase: &mut dyn FnMut() -> Option<Secret>) -> Result<Self, KeyError> {
        if bytes.len() > MAX_FILE {
            return Err(KeyError::Malformed(format!("a file of {} bytes, keys have at most {MAX_FILE}", bytes.len())));
        }
        if Content::of(bytes) != Content::Unknown {
            return from_der(bytes, KeyEncoding::Der, None, passphrase);
        }
        let blocks = armor::read(bytes)?;
        let mut keys = blocks.iter().filter(|block| block.label.ends_with("PRIVATE KEY"));
        let first = keys.next();
        if keys.any(|other| first.is_none_or(|first| first.der != other.der)) {
            return Err(KeyError::Malformed("it holds several private keys: give one at a time".to_owned()));
        }
        let Some(block) = first else {
            return Err(match blocks.first() {
                Some(block) => unexpected(&block.describe()),
                None => unexpected(&Content::Unknown.to_string()),
            });
        };
        match block.label.as_str() {
            "DSA PRIVATE KEY" => return Err(KeyError::Unsupported("DSA".to_owned())),
            "OPENSSH PRIVATE KEY" => return Err(KeyError::Unsupported(Content::OpenSsh.to_string())),
            _ => {}
        }
        let curve = curve_ahead(&blocks)?;
        match DekInfo::read(block)? {
            Some(info) => from_legacy(block, &info, curve, passphrase),
            None => from_der(&block.der, KeyEncoding::Pem, curve, passphrase),
        }
    }
}

/// Reads a key by what its DER is, whatever label it had: labels lie more often than structures.
fn from_der(
    der: &[u8],
    encoding: KeyEncoding,
    curve: Option<Curve>,
    passphrase: &mut dyn FnMut() -> Option<Secret>,
) -> Result<KeyFile, KeyError> {
    let (container, key) = match Content::of(der) {
        Content::Pkcs8 => (KeyContainer::Pkcs8, PrivateKey::from_pkcs8_der(der)?),
        Content::Pkcs1 => (KeyContainer::Pkcs1, PrivateKey::from_parts(Family::Rsa, rsa_private::read(der)?)?),
        Content::Sec1 => {
            let (curve, parts) = ec::read(curve, der)?;
            (KeyContainer::Sec1, PrivateKey::from_parts(Family::Ec(curve), parts)?)
        }
        Content::EncryptedPkcs8 => {
            let encrypted = Encrypted::read(der)?;
            let plain = encrypted.decrypt(&passphrase().ok_or(KeyError::PassphraseNeeded)?)?;
            // Garbage may end in valid padding once in 256 times, but it has no structure.
            PrivateKeyInfo::read(&plain).map_err(|_| KeyError::WrongPassphrase)?;
            (KeyContainer::EncryptedPkcs8, PrivateKey::from_pkcs8_der(&plain)?)
        }
        Content::Unknown if encoding == KeyEncoding::Pem => {
            return Err(KeyError::Malformed("a PEM block that holds no private key structure".to_owned()));
        }
        other => return Err(unexpected(&other.to_string())),
    };
    Ok(KeyFile { key, format: KeyFormat { encoding, container } })
}

fn from_legacy(
    block: &Block,
    info: &DekInfo,
    curve: Option<Curve>,
    passphrase: &mut dyn FnMut() -> Option<Secret>,
) -> Result<KeyFile, KeyError> {
    let plain = info.decrypt(&passphrase().ok_or(KeyError::PassphraseNeeded)?, &block.der)?;
    if !matches!(Content::of(&plain), Content::Pkcs1 | Content::Pkcs8 | Content::Sec1) {
        return Err(KeyError::WrongPassphrase);
    }
    let key = from_der(&plain, KeyEncoding::Pem, curve, &mut || None)?.key;
    let format = KeyFormat { encoding: KeyEncoding::Pem, container: KeyContainer::LegacyEncrypted };
    Ok(KeyFile { key, format })
}

/// The curve of an `EC PARAMETERS` block, as `openssl ecparam -genkey` writes one in front of the key.
fn curve_ahead(blocks: &[Block]) -> Result<Option<Curve>, KeyError> {
    let Some(block) = blocks.iter().find(|block| block.label == "EC PARAMETERS") else { return Ok(None) };
    let mut reader = Reader::new(&block.der, "EC parameters");
    let curve = identifier::curve(Some(reader.next()?))?;
    reader.finish()?;
    Ok(Some(curve))
}

fn unexpected(found: &str) -> KeyError {
    KeyError::Malformed(format!("found {found}, expected a private key"))
}

impl PrivateKey {
    /// Writes the key in the form asked. A passphrase makes it an `ENCRYPTED PRIVATE KEY`: PBES2, AES-256-CBC,
    /// PBKDF2-HMAC-SHA-256 with 600,000 iterations.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] when the key has no such form (an Ed25519 key in SEC1, PKCS#1 or SEC1 with a
    /// passphrase, anything `LegacyEncrypted`); [`KeyError::PassphraseNeeded`] for `EncryptedPkcs8` without one.
    pub fn encode(&self, format: KeyFormat, passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let kind = self.public_key().kind();
        let (label, der) = match (format.container, passphrase, kind) {
            (KeyContainer::Pkcs8, None, _) => ("PRIVATE KEY", self.to_pkcs8_der()),
            (KeyContainer::Pkcs8 | KeyContainer::EncryptedPkcs8, Some(passphrase), _) => {
                ("ENCRYPTED PRIVATE KEY", pbes::encrypt(&self.to_pkcs8_der(), passphrase)?)
            }
            (KeyContainer::EncryptedPkcs8, None, _) => return Err(KeyError::PassphraseNeeded),
            (KeyContainer::Pkcs1, None, KeyKind::Rsa(_)) => ("RSA PRIVATE KEY", Zeroizing::new(self.body().to_vec())),
            (KeyContainer::Sec1, None, KeyKind::Ec(curve)) => {
                ("EC PRIVATE KEY", ec::with_parameters(curve, self.body())?)
            }
            (KeyContainer::Pkcs1 | KeyContainer::Sec1, Some(_), _) => {
                return Err(KeyError::Unsupported("PKCS#1 and SEC1 cannot be encrypted; PKCS#8 can".to_owned()));
            }
            (KeyContainer::Pkcs1, None, _) => return Err(KeyError::Unsupported(format!("{kind} in PKCS#1"))),
            (KeyContainer::Sec1, None, _) => return Err(KeyError::Unsupported(format!("{kind} in SEC1"))),
            (KeyContainer::LegacyEncrypted, ..) => {
                return Err(KeyError::Unsupported("OpenSSL's traditional encryption is only read".to_owned()));
            }
        };
        Ok(match format.encoding {
            KeyEncoding::Der => der,
            KeyEncoding::Pem => armor::write(label, &der),
        })
    }

    /// The key as PKCS#8 in PEM, encrypted if there is a passphrase: how the store keeps keys. A passphrase is derived once, however
    /// many keys it encrypts.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub fn to_pkcs8_pem(&self, passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let container = if passphrase.is_some() { KeyContainer::EncryptedPkcs8 } else { KeyContainer::Pkcs8 };
        self.encode(KeyFormat { encoding: KeyEncoding::Pem, container }, passphrase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PublicKey};

    const PKCS8: KeyFormat = KeyFormat { encoding: KeyEncoding::Pem, container: KeyContainer::Pkcs8 };

    fn no_passphrase() -> Option<Secret> {
        None
    }

    fn refusal(bytes: &[u8]) -> String {
        KeyFile::read(bytes, &mut no_passphrase).unwrap_err().to_string()
    }

    #[test]
    fn every_form_is_read_back() {
        for (algorithm, containers) in [
            (Algorithm::EcP256, &[KeyContainer::Pkcs8, KeyContainer::Sec1][..]),
            (Algorithm::EcP384, &[KeyContainer::Pkcs8, KeyContainer::Sec1]),
            (Algorithm::EcP521, &[KeyContainer::Pkcs8, KeyContainer::Sec1]),
            (Algorithm::Rsa2048, &[KeyContainer::Pkcs8, KeyContainer::Pkcs1]),
            (Algorithm::Ed25519, &[KeyContainer::Pkcs8]),
            (Algorithm::MlDsa87, &[KeyContainer::Pkcs8]),
        ] {
            let key = PrivateKey::generate(algorithm).unwrap();
            for &container in containers {
                for encoding in [KeyEncoding::Der, KeyEncoding::Pem] {
                    let format = KeyFormat { encoding, container };
                    let written = key.encode(format, None).unwrap();
                    let file = KeyFile::read(&written, &mut || panic!("asked for a passphrase")).unwrap();
                    assert_eq!(file.format, format, "{algorithm}");
                    assert_eq!(file.key.to_pkcs8_der(), key.to_pkcs8_der());
                }
            }
        }
    }

    #[test]
    fn encryption_is_undone_by_its_passphrase_only() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let written = key.to_pkcs8_pem(Some(&Secret::new("päss"))).unwrap();
        assert!(written.starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        let mut asked = 0;
        let file = KeyFile::read(&written, &mut || {
            asked += 1;
            Some(Secret::new("päss"))
        });
        let file = file.unwrap();
        assert_eq!(asked, 1);
        assert_eq!(file.format.container, KeyContainer::EncryptedPkcs8);
        assert_eq!(file.key.to_pkcs8_der(), key.to_pkcs8_der());
        let wrong = KeyFile::read(&written, &mut || Some(Secret::new("pass")));
        assert!(matches!(wrong, Err(KeyError::WrongPassphrase)));
        assert!(matches!(KeyFile::read(&written, &mut no_passphrase), Err(KeyError::PassphraseNeeded)));
    }

    #[test]
    fn forms_that_do_not_exist_are_refused() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let secret = Secret::new("x");
        for (container, passphrase) in [
            (KeyContainer::Sec1, None),
            (KeyContainer::Pkcs1, None),
            (KeyContainer::Pkcs1, Some(&secret)),
            (KeyContainer::LegacyEncrypted, Some(&secret)),
        ] {
            let result = key.encode(KeyFormat { container, ..PKCS8 }, passphrase);
            assert!(matches!(result, Err(KeyError::Unsupported(_))), "{container:?}");
        }
        let encrypted = KeyFormat { container: KeyContainer::EncryptedPkcs8, ..PKCS8 };
        assert!(matches!(key.encode(encrypted, None), Err(KeyError::PassphraseNeeded)));
    }

    #[test]
    fn the_key_is_found_among_other_blocks() {
        let key = PrivateKey::generate(Algorithm::EcP384).unwrap();
        let pem = String::from_utf8(key.encode(PKCS8, None).unwrap().to_vec()).unwrap();
        let file = format!("\u{feff}subject=CN\r\n{}\r\n{pem}", key.public_key().to_pem().replace('\n', "\r\n"));
        let found = KeyFile::read(file.as_bytes(), &mut no_passphrase).unwrap();
        assert_eq!(found.key.public_key(), key.public_key());
    }

    #[test]
    fn a_curve_may_stand_in_a_block_of_its_own() {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let bare = armor::write("EC PRIVATE KEY", key.body());
        assert_eq!(refusal(&bare), "not a usable key: an EC private key that names no curve");
        let curve = crate::keys::asn1::oid(&identifier::curve_oid(Curve::P256));
        let file = [armor::write("EC PARAMETERS", &curve).as_slice(), &bare].concat();
        let found = KeyFile::read(&file, &mut no_passphrase).unwrap();
        assert_eq!(found.key.public_key(), key.public_key());
        let other = crate::keys::asn1::oid(&identifier::curve_oid(Curve::P384));
        let file = [armor::write("EC PARAMETERS", &other).as_slice(), &bare].concat();
        assert!(KeyFile::read(&file, &mut no_passphrase).is_err());
    }

    #[test]
    fn an_ec_key_without_its_public_half_gets_it_computed() {
        use crate::keys::asn1::{OCTET_STRING, SEQUENCE, oid, tlv, unsigned};
        for (curve, algorithm) in [(Curve::P256, Algorithm::EcP256), (Curve::P521, Algorithm::EcP521)] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let mut fields = Reader::sequence(key.body(), "test").unwrap();
            fields.small().unwrap();
            let scalar = fields.expect(OCTET_STRING).unwrap();
            // A scalar may have lost its leading zeros, or have gained one.
            let stripped = scalar.iter().position(|octet| *octet != 0).unwrap();
            for scalar in [scalar, &scalar[stripped..], &[&[0], scalar].concat()] {
                let curve = tlv(0xa0, &[&oid(&identifier::curve_oid(curve))]);
                let der = tlv(SEQUENCE, &[&unsigned(&[1]), &tlv(OCTET_STRING, &[scalar]), &curve]);
                let found = KeyFile::read(&der, &mut no_passphrase).unwrap();
                assert_eq!(found.key.to_pkcs8_der(), key.to_pkcs8_der());
            }
        }
    }

    #[test]
    fn of_several_keys_none_is_picked() {
        let pem = || PrivateKey::generate(Algorithm::EcP256).unwrap().to_pkcs8_pem(None).unwrap().to_vec();
        let (one, other) = (pem(), pem());
        let read = |bytes: &[u8]| KeyFile::read(bytes, &mut || None);
        let error = read(&[one.clone(), other].concat()).unwrap_err();
        assert!(error.to_string().contains("several private keys"), "{error}");
        assert!(read(&[one.clone(), one].concat()).is_ok(), "the same one twice");
    }

    #[test]
    fn other_things_are_named() {
        let public = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let public = public.public_key();
        assert_eq!(refusal(public.to_pem().as_bytes()), "not a usable key: found a public key, expected a private key");
        assert_eq!(refusal(public.spki_der()), "not a usable key: found a public key, expected a private key");
        for (label, name) in [
            ("CERTIFICATE", "a certificate"),
            ("CERTIFICATE REQUEST", "a certificate request"),
            ("X509 CRL", "a CRL"),
            ("PKCS7", "a PEM block \"PKCS7\""),
        ] {
            let error = refusal(&armor::write(label, &[0x30, 0]));
            assert_eq!(error, format!("not a usable key: found {name}, expected a private key"));
        }
        assert!(refusal(&armor::write("OPENSSH PRIVATE KEY", b"openssh-key-v1")).contains("ssh-keygen"));
        assert_eq!(refusal(&armor::write("DSA PRIVATE KEY", &[0x30, 0])), "not supported: DSA");
        assert!(refusal(b"").contains("neither PEM nor a known DER structure"));
        assert!(refusal(&vec![b' '; MAX_FILE + 1]).contains("1048577 bytes"));
        assert!(refusal(&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]).contains("a Java keystore"));
    }

    /// Flips, cuts and splices bytes of good files by a fixed pseudo-random sequence: nothing may panic or hang.
    #[test]
    fn mutations_are_refused_or_read_but_never_panic() {
        let legacy = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
                      DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\
                      -----END EC PRIVATE KEY-----\n";
        let mut seeds = vec![legacy.as_bytes().to_vec()];
        for (algorithm, container) in [
            (Algorithm::EcP256, KeyContainer::Sec1),
            (Algorithm::EcP256, KeyContainer::Pkcs8),
            (Algorithm::Ed25519, KeyContainer::Pkcs8),
            (Algorithm::MlDsa44, KeyContainer::Pkcs8),
        ] {
            let key = PrivateKey::generate(algorithm).unwrap();
            for encoding in [KeyEncoding::Der, KeyEncoding::Pem] {
                seeds.push(key.encode(KeyFormat { encoding, container }, None).unwrap().to_vec());
            }
            seeds.push(key.public_key().spki_der().to_vec());
        }
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 16) as usize % below.max(1)
        };
        for seed in &seeds {
            for _ in 0..300 {
                let mut bytes = seed.clone();
                for _ in 0..=random(3) {
                    let at = random(bytes.len());
                    match random(4) {
                        0 => bytes[at] ^= 1 << random(8),
                        1 => bytes[at] = random(256) as u8,
                        2 => bytes.truncate(at.max(1)),
                        _ => bytes.insert(at, random(256) as u8),
                    }
                }
                let _ = KeyFile::read(&bytes, &mut || Some(Secret::new("x")));
                if let Ok(key) = PublicKey::from_pem_or_der(&bytes) {
                    let _ = key.check(&crate::keys::KeyRules::default());
                }
            }
        }
    }
}
