//! The files of a test PKI, as `certwright test-pki` writes them; nothing is written here.

use std::collections::BTreeMap;

use super::expectations::{self, Record};
use super::{Case, TestPki, TestingError, pkcs12};
use crate::ca::in_parallel;
use crate::x509::pem;

/// The password of every keystore: Java's own.
pub const KEYSTORE_PASSWORD: &str = "changeit";

const README: &str = include_str!("README.txt");
/// In front of every private key. RFC 7468 §2 allows it, and readers skip it.
const MARK: &str = "TEST ONLY: made by certwright test-pki. This key is no secret.\n";

/// Bytes by path, and whether they are a private key.
type Files = BTreeMap<String, (Vec<u8>, bool)>;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFile {
    /// Its path, relative, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is a private key, which programs want to have mode 0600.
    pub key: bool,
}

impl TestPki {
    /// Every file, sorted by path: the cases below `good` and `bad`, the anchors below `ca`, `expectations.json` and
    /// `README.txt`.
    ///
    /// # Errors
    /// None that is known; [`TestingError`] if a keystore cannot be encrypted.
    pub fn files(&self) -> Result<Vec<TestFile>, TestingError> {
        let mut files = Files::new();
        let mut records = Vec::new();
        for (record, of_case) in in_parallel(self.cases.iter().collect(), |case| self.case_files(case))? {
            records.push(record);
            files.extend(of_case);
        }
        let document = expectations::document(&self.options, records);
        let json = serde_json::to_string_pretty(&document).map_err(|error| TestingError::new(error.to_string()))?;
        files.insert("expectations.json".to_owned(), (format!("{json}\n").into_bytes(), false));
        files.insert("README.txt".to_owned(), (README.as_bytes().to_vec(), false));
        Ok(files.into_iter().map(|(path, (bytes, key))| TestFile { path, bytes, key }).collect())
    }

    fn case_files(&self, case: &Case) -> Result<(Record, Files), TestingError> {
        let mut files = Files::new();
        let dir = format!("{}/{}", if case.good { "good" } else { "bad" }, case.id);
        let mut put = |name: &str, bytes: Vec<u8>, key: bool| {
            let path = format!("{dir}/{name}");
            files.insert(path.clone(), (bytes, key));
            path
        };
        let text = |label: &str, ders: &[Vec<u8>]| -> Vec<u8> {
            ders.iter().map(|der| pem::encode(label, der)).collect::<String>().into_bytes()
        };
        let presented: Vec<Vec<u8>> = std::iter::once(&case.certificate).chain(&case.chain).cloned().collect();
        let certificate = put("cert.pem", text("CERTIFICATE", &presented[..1]), false);
        let fullchain = put("fullchain.pem", text("CERTIFICATE", &presented), false);
        let chain = (!case.chain.is_empty()).then(|| put("chain.pem", text("CERTIFICATE", &case.chain), false));
        let key = pem::encode("PRIVATE KEY", &case.key);
        let key = put("key.pem", [MARK.as_bytes(), key.as_bytes()].concat(), true);
        let keystore = if reads(&presented) {
            let identity = (self.options.seed.as_str(), case.id);
            let contents: Vec<&Vec<u8>> = presented.iter().collect();
            Some(put("keystore.p12", pkcs12::write(identity, KEYSTORE_PASSWORD, &case.key, &contents)?, true))
        } else {
            None
        };
        let crls = (!case.crls.is_empty()).then(|| put("crl.pem", text("X509 CRL", &case.crls), false));
        let twin = case.twin.clone().map(|twin| put("twin.pem", text("CERTIFICATE", &[twin]), false));
        let anchor = format!("ca/{}.pem", case.anchor_name);
        files.insert(anchor.clone(), (pem::encode("CERTIFICATE", &case.anchor).into_bytes(), false));
        let paths = expectations::Paths { anchor, certificate, key, chain, fullchain, keystore, crls, twin };
        Ok((Record::new(case, self.options.at, paths), files))
    }
}

/// Whether certificates can be read at all: a keystore of others is of no use to anyone.
fn reads(certificates: &[Vec<u8>]) -> bool {
    certificates.iter().all(|der| crate::x509::Certificate::from_der(der).is_ok())
}
