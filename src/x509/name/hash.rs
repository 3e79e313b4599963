//! The hash that names files in OpenSSL's certificate directories (`X509_NAME_hash`, `openssl rehash`).

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::attribute::Attribute;
use super::{Name, tlv};

impl Name {
    /// The hash as OpenSSL 1.0 and later compute it, to be written as eight hex digits: the first four octets of the SHA-1
    /// over the RDNs in canonical form, little-endian. Canonical are strings as UTF8String in lower case (ASCII letters
    /// only), white space trimmed and a run of it one space; what is no string stays as it is.
    pub fn openssl_hash(&self) -> u32 {
        let mut canonical = Vec::with_capacity(self.der.len());
        for rdn in self.rdns() {
            let mut attributes: Vec<Vec<u8>> = rdn.iter().map(canonical_attribute).collect();
            attributes.sort();
            tlv::push(&mut canonical, tlv::SET, &attributes.concat());
        }
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &canonical);
        hash.as_ref().iter().take(4).rev().fold(0, |hash, octet| hash << 8 | u32::from(*octet))
    }
}

fn canonical_attribute(attribute: &Attribute<'_>) -> Vec<u8> {
    let mut contents = tlv::encode(tlv::OBJECT_IDENTIFIER, attribute.oid);
    // Numeric strings are not among those that OpenSSL folds.
    let text = attribute.decoded().filter(|_| attribute.value.tag != tlv::NUMERIC_STRING);
    match text {
        Some(text) => tlv::push(&mut contents, tlv::UTF8_STRING, folded(&text).as_bytes()),
        None => contents.extend_from_slice(attribute.value.whole),
    }
    tlv::encode(tlv::SEQUENCE, &contents)
}

/// Lower case in ASCII, white space (ASCII too) trimmed and a run of it one space.
fn folded(text: &str) -> String {
    let is_space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r');
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_that_names_share_makes_no_difference() {
        let hash = |text: &str| Name::parse(text).unwrap().openssl_hash();
        assert_eq!(hash("CN=Acme  Root CA,O=Acme"), hash("CN=ACME root ca,O=acme"));
        assert_ne!(hash("CN=Acme Root CA,O=Acme"), hash("O=Acme,CN=Acme Root CA"));
        // Only ASCII letters are folded.
        assert_ne!(hash("CN=GRÖSSE"), hash("CN=größe"));
        // `openssl x509 -subject_hash` of certificates with these names.
        assert_eq!(format!("{:08x}", hash("CN=Acme Root CA")), EXPECTED_ACME);
        assert_eq!(format!("{:08x}", hash("C=DE, O=Größe  GmbH, CN= Äpfel ")), EXPECTED_APPLE);
    }

    const EXPECTED_ACME: &str = "430f8f96";
    const EXPECTED_APPLE: &str = "05d0b086";
}
