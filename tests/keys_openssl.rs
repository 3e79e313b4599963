//! Keys and signatures exchanged with OpenSSL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use certwright::keys::{
    Algorithm, Digest, KeyContainer, KeyEncoding, KeyError, KeyFile, KeyFormat, PrivateKey, PublicKey, Secret,
    SignatureAlgorithm, Signer,
};

use installed::installed;

#[path = "support/installed.rs"]
mod installed;

/// What OpenSSL 3.0 knows.
const CLASSIC: [Algorithm; 5] =
    [Algorithm::EcP256, Algorithm::EcP384, Algorithm::EcP521, Algorithm::Rsa2048, Algorithm::Ed25519];

#[test]
fn openssl_reads_every_form_we_write() {
    let Some(dir) = Dir::new() else { return };
    for algorithm in CLASSIC {
        let key = PrivateKey::generate(algorithm).unwrap();
        for container in [KeyContainer::Pkcs8, KeyContainer::Pkcs1, KeyContainer::Sec1] {
            for (encoding, form) in [(KeyEncoding::Pem, "PEM"), (KeyEncoding::Der, "DER")] {
                let Ok(written) = key.encode(KeyFormat { encoding, container }, None) else { continue };
                let file = dir.write("key", &written);
                dir.run(&["pkey", "-in", &file, "-inform", form, "-pubout", "-out", &dir.path("pub")]);
                assert_eq!(dir.read("pub"), key.public_key().to_pem().as_bytes(), "{algorithm} {container:?} {form}");
            }
        }
        let file = dir.write("key", &key.to_pkcs8_pem(Some(&Secret::new("secret"))).unwrap());
        dir.run(&["pkey", "-in", &file, "-passin", "pass:secret", "-outform", "DER", "-out", &dir.path("plain")]);
        assert_eq!(key_of(&dir.read("plain")).public_key(), key.public_key(), "{algorithm}");
    }
}

#[test]
fn we_write_pkcs8_byte_for_byte_as_openssl_does() {
    let Some(dir) = Dir::new() else { return };
    for arguments in [
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"][..],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["-algorithm", "ED25519"],
    ] {
        let out = dir.path("key");
        dir.run(&[&["genpkey", "-out", &out], arguments].concat());
        let written = dir.read("key");
        assert_eq!(*key_of(&written).to_pkcs8_pem(None).unwrap(), written, "{arguments:?}");
    }
}

#[test]
fn we_read_what_older_commands_write() {
    let Some(dir) = Dir::new() else { return };
    let (plain, out, curve) = (dir.path("plain"), dir.path("out"), "prime256v1");
    dir.run(&["ecparam", "-genkey", "-name", curve, "-out", &plain]);
    let ec = key_of(&dir.read("plain"));
    dir.run(&["genrsa", "-traditional", "-out", &dir.path("rsa"), "2048"]);
    let rsa = key_of(&dir.read("rsa"));
    assert_eq!(rsa.public_key().kind().to_string(), "RSA 2048");
    for cipher in ["-aes128", "-aes192", "-aes256", "-des3"] {
        for (file, key, command) in [("plain", &ec, "ec"), ("rsa", &rsa, "rsa")] {
            let input = dir.path(file);
            let mut arguments = vec![command, "-in", &input, cipher, "-passout", "pass:secret", "-out", &out];
            if command == "rsa" {
                arguments.push("-traditional");
            }
            dir.run(&arguments);
            let found = expect_encrypted(&dir.read("out"), key);
            assert_eq!(found, KeyContainer::LegacyEncrypted, "{cipher}");
        }
    }
}

#[test]
fn we_read_every_encryption_of_pkcs8() {
    let Some(dir) = Dir::new() else { return };
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let input = dir.write("key", &key.to_pkcs8_pem(None).unwrap());
    let out = dir.path("out");
    for scheme in [
        &["-v2", "aes-128-cbc"][..],
        &["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA1"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA224"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA384"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
        &["-v2", "des3"],
        &["-v2", "aes-256-cbc", "-scrypt"],
        &["-v1", "PBE-SHA1-3DES"],
        // The rest sits in OpenSSL's legacy provider, which is not installed everywhere.
        &["-provider", "legacy", "-provider", "default", "-v1", "PBE-MD5-DES"],
        &["-provider", "legacy", "-provider", "default", "-v1", "PBE-SHA1-DES"],
        &["-provider", "legacy", "-provider", "default", "-v1", "PBE-MD5-RC2-64"],
        &["-provider", "legacy", "-provider", "default", "-v1", "PBE-SHA1-RC2-40"],
        &["-provider", "legacy", "-provider", "default", "-v1", "PBE-SHA1-RC2-128"],
        &["-provider", "legacy", "-provider", "default", "-v2", "rc2"],
        &["-provider", "legacy", "-provider", "default", "-v2", "rc2-40-cbc"],
    ] {
        let base = ["pkcs8", "-topk8", "-in", &input, "-passout", "pass:secret", "-out", &out];
        if !dir.try_run(&[&base[..], scheme].concat()) && scheme.contains(&"legacy") {
            continue;
        }
        let found = expect_encrypted(&dir.read("out"), &key);
        assert_eq!(found, KeyContainer::EncryptedPkcs8, "{scheme:?}");
    }
}

#[test]
fn signatures_verify_both_ways() {
    let Some(dir) = Dir::new() else { return };
    let message = dir.write("message", b"the message");
    for algorithm in CLASSIC {
        let key = PrivateKey::generate(algorithm).unwrap();
        let private = dir.write("key", &key.to_pkcs8_pem(None).unwrap());
        let public = dir.write("pub", key.public_key().to_pem().as_bytes());
        let signature = dir.write("sig", &key.sign(b"the message").unwrap());
        let ours = key.signature_algorithm();
        let digest = ours.digest().map(|digest| digest.name().to_lowercase());
        let mut verify = vec!["pkeyutl", "-verify", "-rawin", "-in", &message, "-pubin", "-inkey", &public];
        verify.extend(["-sigfile", &signature]);
        if let Some(digest) = &digest {
            verify.extend(["-digest", digest]);
        }
        dir.run(&verify);

        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let theirs = match ours {
                SignatureAlgorithm::Ecdsa(_) => SignatureAlgorithm::Ecdsa(digest),
                SignatureAlgorithm::RsaPkcs1(_) => SignatureAlgorithm::RsaPkcs1(digest),
                _ => continue,
            };
            let flag = format!("-{}", digest.name().to_lowercase());
            dir.run(&["dgst", &flag, "-sign", &private, "-out", &dir.path("theirs"), &message]);
            let signature = dir.read("theirs");
            key.public_key().verify(theirs, b"the message", &signature).unwrap();
            let forged = key.public_key().verify(theirs, b"another message", &signature);
            assert!(matches!(forged, Err(KeyError::BadSignature)), "{algorithm} {digest:?}");
        }
    }
}

#[test]
fn pss_signatures_with_any_salt_verify() {
    let Some(dir) = Dir::new() else { return };
    let message = dir.write("message", b"the message");
    // One bit less than the modulus is encoded: 2049 bits leave a whole octet over, the others some bits.
    for bits in ["2048", "2049", "2055"] {
        dir.run(&["genrsa", "-out", &dir.path("key"), bits]);
        let key = dir.path("key");
        let public = key_of(&dir.read("key")).public_key().clone();
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            for salt in [0, 1, 20, digest.output_len(), 100] {
                let (hash, length) = (format!("-{}", digest.name()), format!("rsa_pss_saltlen:{salt}"));
                let options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", &length, "-out", &dir.path("sig")];
                dir.run(&[&["dgst", &hash, "-sign", &key][..], &options, &[&message]].concat());
                let signature = dir.read("sig");
                let verify =
                    |message: &[u8], salt| public.verify(SignatureAlgorithm::RsaPss(digest, salt), message, &signature);
                verify(b"the message", salt).unwrap();
                assert!(matches!(verify(b"another message", salt), Err(KeyError::BadSignature)));
                assert!(matches!(verify(b"the message", salt + 1), Err(KeyError::BadSignature)));
            }
        }
    }
}

#[test]
fn compressed_points_are_the_same_key() {
    let Some(dir) = Dir::new() else { return };
    for algorithm in [Algorithm::EcP256, Algorithm::EcP384, Algorithm::EcP521] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let file = dir.write("key", &key.to_pkcs8_pem(None).unwrap());
        let out = dir.path("pub");
        dir.run(&["ec", "-in", &file, "-pubout", "-conv_form", "compressed", "-outform", "DER", "-out", &out]);
        let public = PublicKey::from_spki_der(&dir.read("pub")).unwrap();
        assert_ne!(&public, key.public_key());
        public.check(&Default::default()).unwrap();
        let signature = key.sign(b"message").unwrap();
        public.verify(key.signature_algorithm(), b"message", &signature).unwrap();
    }
}

#[test]
fn what_is_no_private_key_is_named() {
    let Some(dir) = Dir::new() else { return };
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let file = dir.write("key", &key.to_pkcs8_pem(None).unwrap());
    for (command, extra, name) in
        [("req", &["-x509", "-days", "1"][..], "a certificate"), ("req", &[], "a certificate request")]
    {
        for form in ["PEM", "DER"] {
            let out = dir.path("out");
            let base = [command, "-new", "-key", &file, "-subj", "/CN=test", "-outform", form, "-out", &out];
            dir.run(&[&base[..], extra].concat());
            let error = KeyFile::read(&dir.read("out"), &mut || None).unwrap_err().to_string();
            assert_eq!(error, format!("not a usable key: found {name}, expected a private key"), "{form}");
        }
    }
}

#[test]
fn unusual_rsa_keys_sign_or_are_named() {
    let Some(dir) = Dir::new() else { return };
    let out = dir.path("key");
    // ring signs with no exponent below 65537.
    dir.run(&["genrsa", "-3", "-out", &out, "2048"]);
    let key = key_of(&dir.read("key"));
    for key in [key_of(&key.to_pkcs8_der()).with_rsa_pss(), key] {
        let signature = key.sign(b"message").unwrap();
        key.public_key().verify(key.signature_algorithm(), b"message", &signature).unwrap();
    }
    dir.run(&["genrsa", "-out", &out, "1024"]);
    let error = KeyFile::read(&dir.read("key"), &mut || None).unwrap_err();
    assert!(matches!(error, KeyError::Weak(_)), "{error}");
    dir.run(&["genrsa", "-primes", "3", "-out", &out, "2048"]);
    let error = KeyFile::read(&dir.read("key"), &mut || None).unwrap_err();
    assert!(matches!(error, KeyError::Unsupported(_)), "{error}");
    dir.run(&["ecparam", "-genkey", "-name", "prime256v1", "-param_enc", "explicit", "-out", &out]);
    let error = KeyFile::read(&dir.read("key"), &mut || None).unwrap_err();
    assert!(error.to_string().contains("explicit curve parameters"), "{error}");
}

/// Reads the key with right, wrong and no passphrase, and tells what it was in.
fn expect_encrypted(file: &[u8], key: &PrivateKey) -> KeyContainer {
    let found = KeyFile::read(file, &mut || Some(Secret::new("secret"))).unwrap();
    assert_eq!(found.key.to_pkcs8_der(), key.to_pkcs8_der());
    let wrong = KeyFile::read(file, &mut || Some(Secret::new("wrong")));
    assert!(matches!(wrong, Err(KeyError::WrongPassphrase)), "{wrong:?}");
    assert!(matches!(KeyFile::read(file, &mut || None), Err(KeyError::PassphraseNeeded)));
    found.format.container
}

fn key_of(bytes: &[u8]) -> PrivateKey {
    KeyFile::read(bytes, &mut || None).unwrap().key
}

/// A directory to exchange files in.
struct Dir(tempfile::TempDir);

impl Dir {
    /// Makes the directory, unless there is no OpenSSL.
    fn new() -> Option<Self> {
        let present = Command::new("openssl").arg("version").output().is_ok();
        installed("openssl", present).then(|| Self(tempfile::tempdir().unwrap()))
    }

    fn path(&self, name: &str) -> String {
        PathBuf::from(self.0.path()).join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(Path::new(&self.path(name))).unwrap()
    }

    fn try_run(&self, arguments: &[&str]) -> bool {
        Command::new("openssl").args(arguments).output().unwrap().status.success()
    }

    fn run(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
