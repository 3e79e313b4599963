//! Reading a certificate that is not quite one: as far as it goes, with a list of what is wrong.

mod defect;
mod loose;

use time::OffsetDateTime;

use super::{Certificate, WHAT, layout};
use crate::x509::structure;
use crate::x509::tlv::{self, Fault, Reader, Tlv, malformed};
use crate::x509::{Extension, Name, Serial, X509Error, escape, oid};

pub use defect::{Defect, DefectKind, length_defect};

/// A certificate of which not everything could be read.
#[derive(Debug, Clone)]
pub struct Salvaged {
    /// What could be read of it: for looking at, never for trusting. A field that could not be read is empty or absent;
    /// a time is the beginning of 1970.
    pub certificate: Certificate,
    /// What is wrong with it; nothing where [`Certificate::from_der`] reads it too.
    pub defects: Vec<Defect>,
}

impl Certificate {
    /// Reads a certificate as far as it goes, for those who want to know what is wrong with it. Everything else reads with
    /// [`Certificate::from_der`], which refuses what has a defect.
    ///
    /// # Errors
    /// [`X509Error::Malformed`] when not even its fields can be told apart.
    pub fn salvage(der: &[u8]) -> Result<Salvaged, X509Error> {
        if let Ok(certificate) = Self::from_der(der) {
            return Ok(Salvaged { certificate, defects: Vec::new() });
        }
        let mut salvage = Salvage { defects: Vec::new() };
        let certificate = salvage.certificate(der).map_err(malformed(WHAT))?;
        if salvage.defects.is_empty() {
            // The strict reader knows something that is not told apart here.
            if let Err(error) = Self::from_der(der) {
                salvage.note("", error.to_string());
            }
        }
        Ok(Salvaged { certificate, defects: salvage.defects })
    }
}

struct Salvage {
    defects: Vec<Defect>,
}

impl Salvage {
    /// Most defects that are told of one certificate.
    const MOST: usize = 50;

    fn note(&mut self, part: &str, why: impl AsRef<str>) {
        let why = match part {
            "" => why.as_ref().to_owned(),
            part => format!("{part}: {}", why.as_ref()),
        };
        self.push(DefectKind::Encoding, &why);
    }

    fn push(&mut self, kind: DefectKind, why: &str) {
        if self.defects.len() < Self::MOST {
            self.defects.push(Defect { kind, why: escape(why) });
        }
    }

    /// What a reading gives, or a defect and something to go on with.
    fn take<T>(&mut self, part: &str, result: Result<T, Fault>, otherwise: T) -> T {
        result.unwrap_or_else(|why| {
            self.note(part, why);
            otherwise
        })
    }

    /// Notes what is left where nothing should be.
    fn finish(&mut self, part: &str, reader: Reader<'_>, kind: DefectKind) {
        if let Err(why) = reader.finish() {
            self.push(kind, &if part.is_empty() { why } else { format!("{part}: {why}") });
        }
    }

    fn certificate(&mut self, der: &[u8]) -> Result<Certificate, Fault> {
        let mut whole = Reader::new(der);
        let outer = whole.read()?;
        self.finish("", whole, DefectKind::TrailingBytes);
        let mut outer_fields = Reader::new(outer.expect_tag(tlv::SEQUENCE)?);
        let tbs = outer_fields.read()?;
        let fields = Reader::new(tbs.expect_tag(tlv::SEQUENCE)?);
        let algorithm = outer_fields.read().map(|algorithm| algorithm.whole);
        let algorithm = self.take("signatureAlgorithm", algorithm, &[]);
        let signature = outer_fields.expect(tlv::BIT_STRING);
        let signature = self.take("signature", signature, &[0]);
        self.finish("signature", outer_fields, DefectKind::TrailingSignatureField);
        let start = outer.whole.len() - outer.contents.len();
        let mut certificate = Certificate {
            der: der.to_vec(),
            tbs: start..start + tbs.whole.len(),
            signature: signature.get(1..).unwrap_or_default().to_vec(),
            signature_algorithm_der: algorithm.to_vec(),
            ..Certificate::blank()
        };
        self.fields(fields, &mut certificate)?;
        Ok(certificate)
    }

    fn fields(&mut self, mut fields: Reader<'_>, certificate: &mut Certificate) -> Result<(), Fault> {
        let version = fields.optional(tlv::context_constructed(0))?;
        certificate.version = match layout::read_version(version) {
            Ok(version) => version,
            Err(why) if version.is_some_and(|tagged| tagged.contents == [tlv::INTEGER, 1, 0]) => {
                self.push(DefectKind::Version, &why);
                1
            }
            Err(why) => {
                self.push(DefectKind::VersionUnknown, &why);
                // What it has is judged as what the newest version has.
                3
            }
        };
        let serial = fields.read()?;
        if let Err(why) = structure::read_serial(&mut Reader::new(serial.whole)) {
            let long = serial.tag == tlv::INTEGER && serial.contents.len() > 1;
            let kind = if long { DefectKind::SerialNotMinimal } else { DefectKind::Encoding };
            self.push(kind, &format!("serialNumber: {why}"));
        }
        certificate.serial = Serial::from_content(serial.contents);
        let inner = fields.read()?;
        let strict = structure::read_algorithm(&mut Reader::new(inner.whole)).map(|_| ());
        self.take("signature", strict, ());
        if inner.whole != certificate.signature_algorithm_der {
            self.push(
                DefectKind::AlgorithmsDiffer,
                "the signature algorithms inside and outside the signed part differ",
            );
        }
        certificate.issuer = self.name("issuer", fields.read()?);
        (certificate.not_before, certificate.not_after) = self.validity(fields.read()?);
        certificate.subject = self.name("subject", fields.read()?);
        let spki = fields.read()?;
        let strict = structure::read_spki(&mut Reader::new(spki.whole)).map(|_| ());
        self.take("subjectPublicKeyInfo", strict, ());
        certificate.spki_der = spki.whole.to_vec();
        self.rest(fields, certificate)
    }

    /// Unique identifiers and extensions.
    fn rest(&mut self, mut fields: Reader<'_>, certificate: &mut Certificate) -> Result<(), Fault> {
        while !fields.is_empty() {
            let field = fields.read()?;
            let since = if field.tag == tlv::context_constructed(3) { 3 } else { 2 };
            if certificate.version < since {
                let what = if since == 3 { "extensions" } else { "a unique identifier" };
                let version = certificate.version;
                self.push(DefectKind::Version, &format!("{what} in a certificate of version {version}"));
            }
            match field.tag {
                tag if tag == tlv::context_constructed(3) => self.extensions(field.contents, certificate),
                tag if tag == tlv::context(1) || tag == tlv::context(2) => {
                    self.take("uniqueIdentifier", structure::check_bit_string(field.contents), ());
                }
                tag => {
                    let why = format!("a field with the tag {tag:02x} that certificates do not have");
                    self.push(DefectKind::TrailingField, &why);
                }
            }
        }
        Ok(())
    }

    fn name(&mut self, part: &str, name: Tlv<'_>) -> Name {
        match (structure::read_name(name.whole), Name::from_der(name.whole)) {
            (Ok(name), _) => name,
            (Err(error), Ok(readable)) => {
                self.push(DefectKind::NameNotUtf8, &format!("{part}: {error}"));
                readable
            }
            (Err(error), Err(_)) => {
                self.note(part, error.to_string());
                Name::empty()
            }
        }
    }

    fn validity(&mut self, validity: Tlv<'_>) -> (OffsetDateTime, OffsetDateTime) {
        let mut times = Reader::new(validity.contents);
        let mut next = |part: &str| match times.read() {
            Ok(time) => match (structure::instant(time), loose::loose_instant(time)) {
                (Ok(instant), _) => instant,
                (Err(why), loose) => {
                    self.push(defect::time_defect(time), &format!("{part}: {why}"));
                    loose.unwrap_or(OffsetDateTime::UNIX_EPOCH)
                }
            },
            Err(why) => {
                self.note(part, why);
                OffsetDateTime::UNIX_EPOCH
            }
        };
        (next("notBefore"), next("notAfter"))
    }

    fn extensions(&mut self, list: &[u8], certificate: &mut Certificate) {
        let mut list = Reader::new(list);
        let items = list.expect(tlv::SEQUENCE);
        let mut items = Reader::new(self.take("extensions", items, &[]));
        self.take("extensions", list.finish(), ());
        while !items.is_empty() {
            let item = match items.read() {
                Ok(item) => item,
                Err(why) => return self.note("extensions", why),
            };
            match structure::read_extension(item.contents) {
                Ok(extension) => self.extension(extension, certificate),
                Err(why) => match loose::with_loose_flag(item.contents) {
                    Some(extension) => {
                        self.push(DefectKind::BooleanNotDer, &why);
                        self.extension(extension, certificate);
                    }
                    None => self.note("extensions", why),
                },
            }
        }
    }

    fn extension(&mut self, extension: Extension, certificate: &mut Certificate) {
        let part = oid::label(&extension.oid).map_or_else(|| extension.oid.to_string(), str::to_owned);
        // Of an extension that is there twice, the first counts, as it does for most programs.
        if certificate.extension(&extension.oid).is_some() {
            self.push(DefectKind::Repeated, &format!("the extension {part} is there twice"));
        } else if let Err(error) = certificate.decode(&extension) {
            let why = error.to_string();
            let why = why.strip_prefix(&format!("{part}: ")).unwrap_or(&why);
            let mut kind = DefectKind::ExtensionValue;
            if extension.oid == oid::EXTENDED_KEY_USAGE && extension.value == [tlv::SEQUENCE, 0] {
                kind = DefectKind::EkuEmpty;
            } else if extension.oid == oid::SUBJECT_ALT_NAME
                && let Some(names) = loose::ascii_names(&extension.value)
            {
                kind = DefectKind::SanNotAscii;
                certificate.subject_alt_names = names;
            }
            self.push(kind, &format!("{part}: {why}"));
        }
        certificate.extensions.push(extension);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{Node, Spec};

    fn server() -> Vec<u8> {
        Node::root(&Spec::leaf("api.corp.test", &["api.corp.test"])).certificate.der().to_vec()
    }

    /// The certificate with bytes replaced by as many others.
    fn replaced(from: &[u8], to: &[u8]) -> Salvaged {
        let mut der = server();
        let at = der.windows(from.len()).position(|window| window == from).unwrap();
        der[at..at + to.len()].copy_from_slice(to);
        assert!(Certificate::from_der(&der).is_err());
        Certificate::salvage(&der).unwrap()
    }

    fn whys(salvaged: &Salvaged) -> Vec<&str> {
        salvaged.defects.iter().map(|defect| defect.why.as_str()).collect()
    }

    #[test]
    fn sound_certificates_have_no_defect() {
        let der = server();
        let salvaged = Certificate::salvage(&der).unwrap();
        assert_eq!(salvaged.defects, []);
        assert_eq!(salvaged.certificate, Certificate::from_der(&der).unwrap());
    }

    #[test]
    fn everything_else_is_read_beside_a_defect() {
        // keyUsage with an octet that is no bit string.
        let salvaged = replaced(&[0x04, 0x04, 0x03, 0x02, 0x07, 0x80], &[0x04, 0x04, 0x03, 0x02, 0x09, 0x80]);
        assert_eq!(whys(&salvaged), ["keyUsage: a bit string with too many unused bits"]);
        assert_eq!(salvaged.certificate.key_usage, None);
        assert_eq!(salvaged.certificate.subject_alt_names.len(), 1);
        assert_eq!(salvaged.certificate.subject.common_name().as_deref(), Some("api.corp.test"));
    }

    #[test]
    fn version_one_has_no_extensions() {
        let salvaged = replaced(&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 0]);
        assert_eq!(salvaged.certificate.version, 1);
        assert!(salvaged.defects.iter().all(|defect| defect.kind == DefectKind::Version));
        assert_eq!(salvaged.defects.len(), 2);
    }

    #[test]
    fn trailing_bytes_and_other_algorithms_are_named() {
        let mut der = server();
        der.push(0);
        assert_eq!(whys(&Certificate::salvage(&der).unwrap()), ["bytes after the end"]);
        let salvaged = replaced(
            &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3],
        );
        assert_eq!(salvaged.defects[0].kind, DefectKind::AlgorithmsDiffer);
    }

    #[test]
    fn damage_anywhere_is_survived() {
        let der = server();
        for at in 0..der.len() {
            for bit in 0..8 {
                let mut damaged = der.clone();
                damaged[at] ^= 1 << bit;
                if let Ok(salvaged) = Certificate::salvage(&damaged) {
                    let strict = Certificate::from_der(&damaged);
                    assert_eq!(strict.is_ok(), salvaged.defects.is_empty(), "byte {at} bit {bit}");
                }
            }
            let _ = Certificate::salvage(&der[..at]);
        }
    }
}
