//! Writing PKCS#12 with p12-keystore.

use p12_keystore::{
    Certificate as P12Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey as P12Key,
    PrivateKeyChain,
};
use zeroize::Zeroizing;

use super::super::{ContainerError, Content, Encoding, Keystore, Preset};
use crate::x509::Certificate;

/// Rounds of each derivation where a key is protected: ten times what keytool writes, and a JVM still opens it in a
/// fraction of a second. (Java counts the derivations: one for the MAC, one for the certificates, one for each key.)
const KEY_ITERATIONS: u32 = 100_000;
/// Rounds where nothing is secret: what OpenSSL writes.
const TRUST_ITERATIONS: u32 = 2_048;
/// What everybody tries first, and programs have as their default: no number of rounds makes a secret of it.
const NO_SECRETS: [&str; 8] =
    ["changeit", "changeme", "keystore", "notasecret", "password", "secret", "storepass", "test"];

/// Writes a keystore that was checked.
pub(in super::super) fn write(
    keystore: &Keystore,
    encoding: &Encoding<'_>,
) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    let password = encoding.store_password.ok_or(ContainerError::PasswordNeeded("PKCS#12 file"))?;
    let password = std::str::from_utf8(password.expose()).map_err(failed)?;
    let mut store = KeyStore::new();
    let mut has_keys = false;
    for entry in &keystore.entries {
        let content = match &entry.content {
            Content::Key { key, chain } => {
                has_keys = true;
                let key = P12Key::from_der(&key.to_pkcs8_der()).map_err(failed)?;
                let certificates = chain.iter().map(certificate).collect::<Result<Vec<_>, _>>()?;
                let id = local_key_id(&entry.alias, chain);
                KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(id, key, certificates))
            }
            Content::Trusted(anchor) => KeyStoreEntry::Certificate(certificate(anchor)?),
        };
        store.add_entry(&entry.alias, content);
    }
    let (encryption, mac) = match encoding.preset {
        Preset::Modern => (EncryptionAlgorithm::PbeWithHmacSha256AndAes256, MacAlgorithm::HmacSha256),
        Preset::TripleDes => (EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc, MacAlgorithm::HmacSha1),
        // The crate's name says RC4; the algorithm is pbeWithSHA1And40BitRC2-CBC.
        Preset::Rc2 => (EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc, MacAlgorithm::HmacSha1),
    };
    let is_secret = has_keys && !password.is_empty() && !NO_SECRETS.contains(&password);
    let iterations = if is_secret { KEY_ITERATIONS } else { TRUST_ITERATIONS };
    let writer = store.writer(password).encryption_algorithm(encryption).mac_algorithm(mac);
    let written = writer.encryption_iterations(iterations).mac_iterations(iterations).write();
    written.map(Zeroizing::new).map_err(failed)
}

fn certificate(certificate: &Certificate) -> Result<P12Certificate, ContainerError> {
    P12Certificate::from_der(certificate.der()).map_err(failed)
}

/// What ties a key to its certificate: different for every entry, also where two hold the same certificate.
fn local_key_id(alias: &str, chain: &[Certificate]) -> Vec<u8> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    chain.first().inspect(|leaf| context.update(leaf.der()));
    context.update(alias.as_bytes());
    context.finish().as_ref()[..20].to_vec()
}

fn failed(error: impl std::fmt::Display) -> ContainerError {
    ContainerError::Refused(format!("PKCS#12 cannot hold this: {error}"))
}
