//! PEM (RFC 7468), strict on output, forgiving on input.

use super::armor::{self, Armored};
use super::content::Content;
use super::tlv::malformed;
use super::{Certificate, Crl, X509Error};

/// Largest file that is read here, in bytes: a CRL of a million entries fits, as PEM too.
pub const MAX_SIZE: usize = 128 * 1024 * 1024;

/// Writes one PEM block: 64 columns, `\n` line ends, a final newline.
pub fn encode(label: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}

/// What a PEM or DER file holds, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Block {
    /// A certificate.
    Certificate(Certificate),
    /// A CRL.
    Crl(Crl),
    /// A certificate request.
    Csr(super::Csr),
    /// A private key, not decoded: its PEM label (`PRIVATE KEY`, `EC PRIVATE KEY`, …; `PRIVATE KEY` for DER).
    PrivateKey(String),
    /// A public key.
    PublicKey(crate::keys::PublicKey),
    /// Any other PEM block: its label.
    Other(String),
}

impl Block {
    /// What it is, with its article, for a sentence: `a certificate`, `a CRL`, `a private key (EC PRIVATE KEY)`.
    pub fn describe(&self) -> String {
        match self {
            Self::Certificate(_) => "a certificate".into(),
            Self::Crl(_) => "a CRL".into(),
            Self::Csr(_) => "a certificate request".into(),
            Self::PrivateKey(label) => format!("a private key ({label})"),
            Self::PublicKey(_) => "a public key".into(),
            Self::Other(label) => match other_label(label) {
                Some(what) => what.into(),
                None => format!("a block labelled {label:?}"),
            },
        }
    }
}

/// Reads everything in a file: any number of PEM blocks with text between them, or one DER structure. Windows line ends, a
/// byte order mark, blanks around lines and `Proc-Type` headers are fine; at most [`MAX_SIZE`] bytes are read.
///
/// # Errors
/// [`X509Error::Malformed`] names the block by its number and label, says when a label does not fit what is inside, and
/// names a keystore or PKCS#7 file for what it is.
pub fn read_all(bytes: &[u8]) -> Result<Vec<Block>, X509Error> {
    if bytes.len() > MAX_SIZE {
        return Err(too_large(bytes));
    }
    let blocks = armor::read(bytes).map_err(file)?;
    if blocks.is_empty() {
        return read_der(bytes).map(|block| vec![block]);
    }
    blocks
        .iter()
        .enumerate()
        .map(|(index, block)| read_block(block).map_err(|error| at(index + 1, block, error)))
        .collect()
}

/// A block of a file, with where it stands.
#[derive(Debug)]
pub struct Located {
    /// The line of its `BEGIN`, counted from 1; `None` for DER.
    pub line: Option<usize>,
    /// The block, or what is wrong with it.
    pub block: Result<Block, X509Error>,
}

/// Reads everything in a file as [`read_all`] does, but goes on behind a block that cannot be read.
///
/// # Errors
/// [`X509Error::Malformed`] when the file cannot be taken apart into blocks.
pub fn read_each(bytes: &[u8]) -> Result<Vec<Located>, X509Error> {
    if bytes.len() > MAX_SIZE {
        return Err(too_large(bytes));
    }
    let blocks = armor::read(bytes).map_err(file)?;
    if blocks.is_empty() {
        return Ok(vec![Located { line: None, block: Ok(read_der(bytes)?) }]);
    }
    Ok(blocks.iter().map(|block| Located { line: Some(block.line), block: read_block(block) }).collect())
}

/// Reads the certificates of a file: at least one, other blocks ignored.
///
/// # Errors
/// [`X509Error::Malformed`] says what was found instead.
pub fn read_certificates(bytes: &[u8]) -> Result<Vec<Certificate>, X509Error> {
    let (mut certificates, mut others) = (Vec::new(), Vec::new());
    for block in read_all(bytes)? {
        match block {
            Block::Certificate(certificate) => certificates.push(certificate),
            other => others.push(other.describe()),
        }
    }
    if certificates.is_empty() {
        others.dedup();
        return Err(file(format!("no certificate in it, but {}", others.join(", "))));
    }
    Ok(certificates)
}

/// A certificate of a file, as DER that nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecoded {
    /// The line of its `BEGIN`, counted from 1; `None` for DER.
    pub line: Option<usize>,
    /// What is called a certificate.
    pub der: Vec<u8>,
}

/// Takes the certificates of a file out of their armor: for those who want to know why one cannot be read.
///
/// # Errors
/// [`X509Error::Malformed`] says what was found instead.
pub fn undecoded_certificates(bytes: &[u8]) -> Result<Vec<Undecoded>, X509Error> {
    if bytes.len() > MAX_SIZE {
        return Err(too_large(bytes));
    }
    let blocks = armor::read(bytes).map_err(file)?;
    let certificates = blocks.iter().filter(|block| Content::of_label(block.label) == Some(Content::Certificate));
    let undecoded = |block: &Armored<'_>| Undecoded { line: Some(block.line), der: block.der.to_vec() };
    let mut found: Vec<_> = certificates.map(undecoded).collect();
    let unknown = blocks.is_empty() && Content::foreign(bytes).is_none() && Content::of_der(bytes).is_none();
    if Content::of_der(bytes) == Some(Content::Certificate) || unknown && Certificate::salvage(bytes).is_ok() {
        found.push(Undecoded { line: None, der: bytes.to_vec() });
    }
    // Whatever else it is, the strict reader says so.
    if found.is_empty() { read_certificates(bytes).map(|_| found) } else { Ok(found) }
}

/// Reads one block by its label, and checks that the contents are of that kind.
fn read_block(block: &Armored<'_>) -> Result<Block, X509Error> {
    let label = block.label;
    let Some(expected) = Content::of_label(label) else {
        return Ok(Block::Other(label.to_owned()));
    };
    if expected == Content::PrivateKey || expected == Content::EncryptedPrivateKey {
        return Ok(Block::PrivateKey(label.to_owned()));
    }
    let found = Content::of_der(&block.der);
    match found {
        Some(found) if found != expected => {
            Err(file(format!("the label is wrong: it holds {}, whose label is {:?}", found.describe(), found.label())))
        }
        _ => read_content(expected, &block.der, label),
    }
}

fn read_der(bytes: &[u8]) -> Result<Block, X509Error> {
    if let Some(why) = Content::foreign(bytes) {
        return Err(file(why));
    }
    match Content::of_der(bytes) {
        Some(content @ Content::EncryptedPrivateKey) => Ok(Block::PrivateKey(content.label().to_owned())),
        Some(Content::PrivateKey) => Ok(Block::PrivateKey(Content::PrivateKey.label().to_owned())),
        Some(content) => read_content(content, bytes, content.label()),
        None if bytes.iter().all(u8::is_ascii_whitespace) => Err(file("it is empty")),
        None => Err(file("it is neither PEM nor DER of a certificate, request, CRL or key")),
    }
}

fn read_content(content: Content, der: &[u8], label: &str) -> Result<Block, X509Error> {
    match content {
        Content::Certificate => Certificate::from_der(der).map(Block::Certificate),
        Content::Crl => Crl::from_der(der).map(Block::Crl),
        Content::Csr => super::Csr::from_der(der).map(Block::Csr),
        Content::PrivateKey | Content::EncryptedPrivateKey => Ok(Block::PrivateKey(label.to_owned())),
        Content::PublicKey => match crate::keys::PublicKey::from_spki_der(der) {
            Ok(key) => Ok(Block::PublicKey(key)),
            Err(crate::keys::KeyError::Unsupported(_)) => Ok(Block::Other(label.to_owned())),
            Err(error) => Err(error.into()),
        },
    }
}

/// What a block is that has no place here, by its label.
fn other_label(label: &str) -> Option<&'static str> {
    Some(match label {
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => {
            "a PKCS#7 bundle (`openssl pkcs7 -print_certs` takes the certificates out)"
        }
        "TRUSTED CERTIFICATE" => "an OpenSSL trusted certificate (`openssl x509` turns it into a plain one)",
        "EC PARAMETERS" => "EC parameters",
        "DH PARAMETERS" => "Diffie-Hellman parameters",
        "OPENSSH PRIVATE KEY" => "an OpenSSH private key (`ssh-keygen -p -m pkcs8` converts it)",
        _ => return None,
    })
}

fn too_large(bytes: &[u8]) -> X509Error {
    file(format!("{} bytes are too many (at most {} MiB are read)", bytes.len(), MAX_SIZE >> 20))
}

fn file(why: impl Into<String>) -> X509Error {
    malformed("file")(why.into())
}

fn at(number: usize, block: &Armored<'_>, error: X509Error) -> X509Error {
    let why = match error {
        X509Error::Malformed { what: "file", why } => why,
        other => other.to_string(),
    };
    file(format!("block {number} ({:?}, line {}): {why}", block.label, block.line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{CrlSpec, Node, Spec, key};

    #[test]
    fn reads_every_block_in_order() {
        let node = Node::root(&Spec::ca("Acme", None));
        let csr = crate::x509::Csr::create(&crate::x509::Name::empty(), &[], &node.key).unwrap();
        let text = [
            "subject=CN = Acme\n".to_owned(),
            node.certificate.to_pem(),
            encode("PRIVATE KEY", &node.key.to_pkcs8_der()),
            node.crl(&CrlSpec::new(1)).to_pem(),
            csr.to_pem(),
            encode("PUBLIC KEY", node.key.public_key().spki_der()),
            encode("TRUSTED CERTIFICATE", node.certificate.der()),
        ];
        for text in [text.concat(), format!("\u{feff}{}", text.concat().replace('\n', "\r\n"))] {
            let blocks = read_all(text.as_bytes()).unwrap();
            let kinds: Vec<String> = blocks.iter().map(Block::describe).collect();
            assert_eq!(
                kinds[..5],
                ["a certificate", "a private key (PRIVATE KEY)", "a CRL", "a certificate request", "a public key"]
            );
            assert_eq!(blocks[5], Block::Other("TRUSTED CERTIFICATE".into()));
            assert_eq!(read_certificates(text.as_bytes()).unwrap(), std::slice::from_ref(&node.certificate));
        }
        let old = node.certificate.to_pem().replace("CERTIFICATE", "X509 CERTIFICATE");
        assert_eq!(read_certificates(old.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn tells_der_by_its_shape() {
        let node = Node::root(&Spec::ca("Acme", None));
        let csr = crate::x509::Csr::create(&crate::x509::Name::empty(), &[], &node.key).unwrap();
        let kind = |der: &[u8]| read_all(der).unwrap()[0].describe();
        assert_eq!(kind(node.certificate.der()), "a certificate");
        assert_eq!(kind(node.crl(&CrlSpec::new(1)).der()), "a CRL");
        assert_eq!(kind(csr.der()), "a certificate request");
        assert_eq!(kind(&node.key.to_pkcs8_der()), "a private key (PRIVATE KEY)");
        assert_eq!(kind(key().public_key().spki_der()), "a public key");
    }

    #[test]
    fn errors_name_the_block_and_what_is_there_instead() {
        let node = Node::root(&Spec::ca("Acme", None));
        let good = node.certificate.to_pem();
        let error = |text: &str| read_certificates(text.as_bytes()).unwrap_err().to_string();
        let broken = encode("CERTIFICATE", &node.certificate.der()[..100]);
        let line = good.lines().count() + 1;
        assert!(
            error(&format!("{good}{broken}")).starts_with(&format!("file: block 2 (\"CERTIFICATE\", line {line}): "))
        );
        let relabelled = node.crl(&CrlSpec::new(1)).to_pem().replace("X509 CRL", "CERTIFICATE");
        assert!(error(&relabelled).contains("it holds a CRL, whose label is \"X509 CRL\""));
        assert!(error(&encode("PKCS7", &[0x30, 0])).contains("no certificate in it, but a PKCS#7 bundle"));
        let private = encode("EC PRIVATE KEY", &[0x30, 0]);
        assert_eq!(error(&private.repeat(2)), "file: no certificate in it, but a private key (EC PRIVATE KEY)");
        let keystore = read_all(b"\xfe\xed\xfe\xed\0\0\0\x02").unwrap_err().to_string();
        assert!(keystore.contains("JKS keystore"), "{keystore}");
    }
}
