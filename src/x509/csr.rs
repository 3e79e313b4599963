//! Certificate requests (PKCS#10, RFC 2986).

use super::pem::{self, Block};
use super::structure::{self, Signed, field};
use super::tlv::{self, Fault, Reader, Tlv};
use super::{Extension, GeneralName, Name, Oid, X509Error, oid};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm, Signer};

/// How errors name what is read here.
const WHAT: &str = "certificate request";

/// `extensionRequest`, RFC 2985 §5.4.2.
const EXTENSION_REQUEST: Oid = Oid::new_unwrap("1.2.840.113549.1.9.14");

/// The same attribute as Microsoft's tools name it (`szOID_CERT_EXTENSIONS`).
const MICROSOFT_EXTENSION_REQUEST: Oid = Oid::new_unwrap("1.3.6.1.4.1.311.2.1.14");

/// A certificate request as read: facts, no judgement. The key is kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
    info: std::ops::Range<usize>,
    signature: Vec<u8>,
    /// `subject`.
    pub subject: Name,
    /// DER of the `SubjectPublicKeyInfo`.
    pub spki_der: Vec<u8>,
    /// DER of the signature's AlgorithmIdentifier.
    pub signature_algorithm_der: Vec<u8>,
    /// Extensions asked for (`extensionRequest`), in order.
    pub extensions: Vec<Extension>,
    /// `subjectAltName` among them, decoded; empty if absent.
    pub subject_alt_names: Vec<GeneralName>,
    /// Object identifiers of every attribute.
    pub attributes: Vec<Oid>,
}

impl Csr {
    /// Largest request that is read, in bytes.
    pub const MAX_SIZE: usize = 4 * 1024 * 1024;

    /// Reads a request in DER; trailing bytes are an error. The signature is not verified here. Attributes that are left
    /// out altogether, as some devices do, are taken as none.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        if der.len() > Self::MAX_SIZE {
            return Err(too_large(der.len()));
        }
        let signed = Signed::read(der).map_err(tlv::malformed(WHAT))?;
        let info = Info::read(signed.fields).map_err(tlv::malformed(WHAT))?;
        let part = structure::inside(WHAT);
        let alternative_names = info.extensions.iter().find(|extension| extension.oid == oid::SUBJECT_ALT_NAME);
        Ok(Self {
            der: der.to_vec(),
            info: signed.tbs,
            signature: signed.signature.to_vec(),
            subject: structure::read_name(info.subject).map_err(&part)?,
            spki_der: info.spki.to_vec(),
            signature_algorithm_der: signed.algorithm.to_vec(),
            subject_alt_names: match alternative_names {
                Some(extension) => GeneralName::parse_all(&extension.value).map_err(&part)?,
                None => Vec::new(),
            },
            extensions: info.extensions,
            attributes: info.attributes,
        })
    }

    /// Reads PEM (`CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`, exactly one) or DER.
    ///
    /// # Errors
    /// [`X509Error::Malformed`] says what was found instead: a certificate, a key, two requests.
    pub fn read(bytes: &[u8]) -> Result<Self, X509Error> {
        if bytes.len() > 2 * Self::MAX_SIZE {
            return Err(too_large(bytes.len()));
        }
        let mut requests = Vec::new();
        let mut others = Vec::new();
        for block in pem::read_all(bytes)? {
            match block {
                Block::Csr(csr) => requests.push(csr),
                other => others.push(other.describe()),
            }
        }
        match (requests.len(), others.as_slice()) {
            (1, _) => requests.pop().ok_or_else(|| tlv::malformed(WHAT)("nothing was found")),
            (0, [only]) => Err(tlv::malformed(WHAT)(format!("the file holds {only} instead"))),
            (0, [first, ..]) => {
                let rest = others.len() - 1;
                Err(tlv::malformed(WHAT)(format!("the file holds none, but {first} and {rest} more")))
            }
            (count, _) => Err(tlv::malformed(WHAT)(format!("the file holds {count} requests; give one at a time"))),
        }
    }

    /// Makes and signs a request.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails.
    pub fn create(subject: &Name, extensions: &[Extension], signer: &dyn Signer) -> Result<Self, X509Error> {
        let mut attributes = Vec::new();
        if !extensions.is_empty() {
            let mut list = Vec::new();
            for extension in extensions {
                structure::push_extension(&mut list, extension);
            }
            let mut attribute = Vec::new();
            tlv::push(&mut attribute, tlv::OBJECT_IDENTIFIER, EXTENSION_REQUEST.as_bytes());
            tlv::push(&mut attribute, tlv::SET, &tlv::encode(tlv::SEQUENCE, &list));
            tlv::push(&mut attributes, tlv::SEQUENCE, &attribute);
        }
        let mut fields = tlv::encode(tlv::INTEGER, &[0]);
        fields.extend_from_slice(subject.der());
        fields.extend_from_slice(signer.public_key().spki_der());
        tlv::push(&mut fields, tlv::context_constructed(0), &attributes);

        let mut request = tlv::encode(tlv::SEQUENCE, &fields);
        let signature = signer.sign(&request)?;
        request.extend_from_slice(&signer.signature_algorithm().to_der());
        tlv::push(&mut request, tlv::BIT_STRING, &[&[0], signature.as_slice()].concat());
        Self::from_der(&tlv::encode(tlv::SEQUENCE, &request))
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM text, one `CERTIFICATE REQUEST` block.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE REQUEST", &self.der)
    }

    /// The public key.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`], [`KeyError::Malformed`].
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki_der(&self.spki_der)
    }

    /// Verifies the proof of possession: the request's signature under its own key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self) -> Result<(), KeyError> {
        let algorithm = SignatureAlgorithm::from_der(&self.signature_algorithm_der)?;
        self.public_key()?.verify(algorithm, &self.der[self.info.clone()], &self.signature)
    }
}

fn too_large(size: usize) -> X509Error {
    let limit = Csr::MAX_SIZE / (1024 * 1024);
    tlv::malformed(WHAT)(format!("{size} bytes are too many for a request (at most {limit} MiB of DER are read)"))
}

/// The fields of a `CertificationRequestInfo`.
///
/// Read without x509-parser, which insists on attributes being there, refuses challenge passwords in a string type of
/// its dislike and decodes every extension on the way.
struct Info<'a> {
    subject: &'a [u8],
    spki: &'a [u8],
    attributes: Vec<Oid>,
    extensions: Vec<Extension>,
}

impl<'a> Info<'a> {
    fn read(mut fields: Reader<'a>) -> Result<Self, Fault> {
        if field("version", fields.expect(tlv::INTEGER))? != [0] {
            return Err("version: not 1 (which is written as 0)".into());
        }
        let subject = fields.read()?;
        field("subject", subject.expect_tag(tlv::SEQUENCE))?;
        let spki = field("subjectPublicKeyInfo", structure::read_spki(&mut fields))?;
        let mut info = Self { subject: subject.whole, spki, attributes: Vec::new(), extensions: Vec::new() };
        if let Some(attributes) = fields.optional(tlv::context_constructed(0))? {
            field("attributes", info.read_attributes(attributes.contents))?;
        }
        fields.finish()?;
        Ok(info)
    }

    fn read_attributes(&mut self, contents: &[u8]) -> Result<(), Fault> {
        let mut items = Reader::new(contents);
        while !items.is_empty() {
            let mut attribute = Reader::new(items.expect(tlv::SEQUENCE)?);
            let oid = tlv::oid(attribute.expect(tlv::OBJECT_IDENTIFIER)?)?;
            let values = attribute.expect(tlv::SET)?;
            attribute.finish()?;
            if oid == EXTENSION_REQUEST || oid == MICROSOFT_EXTENSION_REQUEST {
                self.extensions.extend(field("extensionRequest", requested_extensions(values))?);
            }
            self.attributes.push(oid);
        }
        if let Some(oid) = structure::duplicate(self.attributes.iter().copied()) {
            return Err(format!("attribute {oid} occurs twice"));
        }
        structure::check_unique(&self.extensions)
    }
}

/// The list of extensions in an attribute's values: one, or none at all.
fn requested_extensions(values: &[u8]) -> Result<Vec<Extension>, Fault> {
    if values.is_empty() { Ok(Vec::new()) } else { structure::read_extensions(Tlv::only(values)?) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey};
    use crate::x509::fixtures::{CrlSpec, Node, Spec, key};

    fn request() -> Csr {
        let names = ["api.corp.test".parse().unwrap()];
        let extensions = [
            Extension::subject_alt_name(&names, false).unwrap(),
            Extension::subject_key_identifier(&[1; 20]),
            Extension { oid: Oid::new_unwrap("1.2.3.4"), critical: true, value: vec![5, 0] },
        ];
        Csr::create(&Name::parse("CN=api.corp.test,O=Acme").unwrap(), &extensions, &key()).unwrap()
    }

    /// A request with other attributes, not signed.
    fn with_attributes(attributes: &[u8]) -> Result<Csr, X509Error> {
        let csr = request();
        let mut fields = tlv::encode(tlv::INTEGER, &[0]);
        fields.extend_from_slice(csr.subject.der());
        fields.extend_from_slice(&csr.spki_der);
        fields.extend_from_slice(attributes);
        let info = tlv::encode(tlv::SEQUENCE, &fields);
        Csr::from_der(&tlv::encode(tlv::SEQUENCE, &[&info, &csr.signature_algorithm_der[..], &[3, 1, 0]].concat()))
    }

    fn attribute(oid: Oid, values: &[u8]) -> Vec<u8> {
        let oid = tlv::encode(tlv::OBJECT_IDENTIFIER, oid.as_bytes());
        tlv::encode(tlv::SEQUENCE, &[oid, tlv::encode(tlv::SET, values)].concat())
    }

    fn list(oid: &str) -> Vec<u8> {
        let mut extension = Vec::new();
        let oid = Oid::new_unwrap(oid);
        structure::push_extension(&mut extension, &Extension { oid, critical: false, value: vec![5, 0] });
        tlv::encode(tlv::SEQUENCE, &extension)
    }

    #[test]
    fn what_is_made_reads_back_and_proves_possession() {
        for algorithm in [Algorithm::EcP256, Algorithm::EcP521, Algorithm::Ed25519, Algorithm::MlDsa44] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let csr = Csr::create(&Name::empty(), &[], &key).unwrap();
            csr.verify_signature().unwrap();
            assert_eq!(csr.public_key().unwrap(), *key.public_key());
            assert_eq!(Csr::read(csr.to_pem().as_bytes()).unwrap(), csr);
        }
        let csr = request();
        csr.verify_signature().unwrap();
        assert_eq!(csr.subject_alt_names.len(), 1);
        assert_eq!(csr.extensions.len(), 3);
        assert_eq!(csr.attributes, [EXTENSION_REQUEST]);
        assert_eq!(Csr::read(csr.der()).unwrap(), csr);
        let mut forged = csr.der().to_vec();
        let position = forged.windows(4).position(|window| window == b"Acme").unwrap();
        forged[position] = b'B';
        assert!(matches!(Csr::from_der(&forged).unwrap().verify_signature(), Err(KeyError::BadSignature)));
    }

    #[test]
    fn attributes_in_every_form_that_is_used() {
        assert_eq!(with_attributes(&[]).unwrap().attributes, []);
        assert_eq!(with_attributes(&[0xa0, 0]).unwrap().attributes, []);
        let read = |attributes: &[Vec<u8>]| with_attributes(&tlv::encode(0xa0, &attributes.concat()));
        let password = attribute(Oid::new_unwrap("1.2.840.113549.1.9.7"), &tlv::encode(tlv::IA5_STRING, b"secret"));
        let pkcs = attribute(EXTENSION_REQUEST, &list("1.2.3.4"));
        let microsoft = attribute(MICROSOFT_EXTENSION_REQUEST, &list("1.2.3.5"));
        let csr = read(&[password.clone(), pkcs.clone(), microsoft.clone()]).unwrap();
        assert_eq!((csr.attributes.len(), csr.extensions.len()), (3, 2));
        assert_eq!(read(&[attribute(EXTENSION_REQUEST, &[])]).unwrap().extensions, []);
        assert_eq!(read(&[attribute(EXTENSION_REQUEST, &[0x30, 0])]).unwrap().extensions, []);
        assert!(read(&[password.clone(), password]).is_err());
        assert!(read(&[pkcs.clone(), pkcs.clone()]).is_err());
        let same = attribute(MICROSOFT_EXTENSION_REQUEST, &list("1.2.3.4"));
        assert!(read(&[pkcs, same]).unwrap_err().to_string().contains("1.2.3.4 occurs twice"));
        let two = [list("1.2.3.4"), list("1.2.3.5")].concat();
        assert!(read(&[attribute(EXTENSION_REQUEST, &two)]).is_err());
    }

    #[test]
    fn says_what_was_found_instead() {
        let node = Node::root(&Spec::ca("Acme", None));
        let csr = request();
        let relabelled = |text: String, label: &str| text.replace("CERTIFICATE REQUEST", label);
        let found = |text: &str| Csr::read(text.as_bytes()).unwrap_err().to_string();
        assert!(found(&node.certificate.to_pem()).contains("a certificate instead"));
        assert!(found(&node.crl(&CrlSpec::new(1)).to_pem()).contains("a CRL instead"));
        let private = pem::encode("PRIVATE KEY", &node.key.to_pkcs8_der());
        assert!(found(&private).contains("a private key (PRIVATE KEY) instead"));
        assert!(found(&csr.to_pem().repeat(2)).contains("2 requests"));
        assert!(found("").contains("empty"));
        assert!(found("hello").contains("neither PEM nor DER"));
        let wrong = found(&relabelled(csr.to_pem(), "CERTIFICATE"));
        assert!(wrong.contains("the label is wrong: it holds a certificate request"), "{wrong}");
        Csr::read(relabelled(csr.to_pem(), "NEW CERTIFICATE REQUEST").as_bytes()).unwrap();
        Csr::read(format!("{private}{}", csr.to_pem()).as_bytes()).unwrap();
        assert!(Csr::read(node.certificate.der()).unwrap_err().to_string().contains("a certificate instead"));
    }

    #[test]
    fn anything_cut_flipped_or_too_large_is_refused_or_read() {
        let der = request().der().to_vec();
        for length in 0..der.len() {
            assert!(Csr::from_der(&der[..length]).is_err(), "{length}");
        }
        assert!(Csr::from_der(&[&der[..], &[0]].concat()).is_err());
        for position in 0..der.len() {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[position] ^= 1 << bit;
                if let Ok(csr) = Csr::from_der(&changed) {
                    assert!(csr.verify_signature().is_err(), "{position}");
                }
            }
        }
        assert!(Csr::from_der(&vec![0x30; Csr::MAX_SIZE + 1]).unwrap_err().to_string().contains("4 MiB"));
    }
}
