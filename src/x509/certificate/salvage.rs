//! Reading a certificate that is not quite one: as far as it goes, with a list of what is wrong.

use time::OffsetDateTime;

use super::{Certificate, WHAT, read_version};
use crate::x509::structure::{self, GENERALIZED_TIME, UTC_TIME};
use crate::x509::tlv::{self, Fault, Reader, Tlv, malformed};
use crate::x509::{Extension, GeneralName, Name, Serial, X509Error, escape, oid};

/// What is wrong with the encoding of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// What kind of defect it is.
    pub kind: DefectKind,
    /// The field or extension, and what is wrong with it; safe to print.
    pub why: String,
}

/// Kinds of [`Defect`] that are worth telling apart: programs disagree about which of them matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefectKind {
    /// The signature algorithms inside and outside the signed part differ.
    AlgorithmsDiffer,
    /// A critical flag that is neither 00 nor ff, which is BER.
    BooleanNotDer,
    /// An `extendedKeyUsage` that lists nothing.
    EkuEmpty,
    /// Something else is not as X.690 or RFC 5280 want it written.
    Encoding,
    /// The value of an extension is not as its standard wants it written, in some other way than those here.
    ExtensionValue,
    /// A length that is indefinite, which is BER.
    LengthIndefinite,
    /// A length that takes more octets than it needs, which is BER.
    LengthNotMinimal,
    /// An attribute of issuer or subject that says that it is UTF-8 and is not.
    NameNotUtf8,
    /// An extension that is there twice.
    Repeated,
    /// An alternative name with octets above 127.
    SanNotAscii,
    /// A serial number that takes more octets than it needs, which is BER.
    SerialNotMinimal,
    /// A time with a fraction of a second.
    TimeFraction,
    /// A time that there is not: February 30.
    TimeImpossible,
    /// A time without seconds.
    TimeNoSeconds,
    /// A time without a time zone.
    TimeNoZone,
    /// A time with an offset to UTC.
    TimeOffset,
    /// Octets after the end of the certificate.
    TrailingBytes,
    /// A field after the last one of the signed part.
    TrailingField,
    /// A field after the signature.
    TrailingSignatureField,
    /// A field that this version of certificates does not have.
    Version,
    /// A version that there is not.
    VersionUnknown,
}

/// What is wrong with the first wrong length in what cannot be read, if that is what is wrong with it.
pub fn length_defect(ber: &[u8]) -> Option<DefectKind> {
    let mut rest = ber;
    while let [tag, first, after @ ..] = rest {
        let count = usize::from(first & 0x7f);
        let (length, contents) = match first {
            0x80 => return Some(DefectKind::LengthIndefinite),
            0x81..=0x84 => {
                let (octets, contents) = after.split_at_checked(count)?;
                let length = octets.iter().fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return Some(DefectKind::LengthNotMinimal);
                }
                (usize::try_from(length).ok()?, contents)
            }
            0x85.. => return None,
            short => (usize::from(*short), after),
        };
        // What is constructed is looked into: its contents come next.
        let skipped = if tag & 0x20 == 0 { length } else { 0 };
        rest = contents.get(skipped..)?;
    }
    None
}

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
        certificate.version = match read_version(version) {
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
            Ok(time) => match (structure::instant(time), loose_instant(time)) {
                (Ok(instant), _) => instant,
                (Err(why), loose) => {
                    self.push(time_defect(time), &format!("{part}: {why}"));
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
                Err(why) => match with_loose_flag(item.contents) {
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
                && let Some(names) = ascii_names(&extension.value)
            {
                kind = DefectKind::SanNotAscii;
                certificate.subject_alt_names = names;
            }
            self.push(kind, &format!("{part}: {why}"));
        }
        certificate.extensions.push(extension);
    }
}

/// An extension whose critical flag is any octet, if nothing else is wrong with it.
fn with_loose_flag(contents: &[u8]) -> Option<Extension> {
    let mut fields = Reader::new(contents);
    let oid = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER).ok()?).ok()?;
    let [flag] = fields.expect(tlv::BOOLEAN).ok()? else { return None };
    let value = fields.expect(tlv::OCTET_STRING).ok()?.to_vec();
    fields.finish().ok()?;
    Some(Extension { oid, critical: *flag != 0, value })
}

/// The alternative names but for those with octets above 127, if nothing else is wrong with them.
fn ascii_names(value: &[u8]) -> Option<Vec<GeneralName>> {
    let mut items = Reader::new(Tlv::only_contents(value, tlv::SEQUENCE).ok()?);
    let mut names = Vec::new();
    while !items.is_empty() {
        let item = items.read().ok()?;
        match GeneralName::parse_all(&tlv::encode(tlv::SEQUENCE, item.whole)) {
            Ok(read) => names.extend(read),
            Err(_) if !item.contents.is_ascii() => {}
            Err(_) => return None,
        }
    }
    Some(names)
}

/// What is wrong with a time that RFC 5280 does not want written so.
fn time_defect(time: Tlv<'_>) -> DefectKind {
    let digits = time.contents.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let full = match time.tag {
        UTC_TIME => 12,
        GENERALIZED_TIME => 14,
        _ => return DefectKind::Encoding,
    };
    match &time.contents[digits..] {
        b"" if digits == full => DefectKind::TimeNoZone,
        b"Z" if digits == full => DefectKind::TimeImpossible,
        b"Z" if digits == full - 2 => DefectKind::TimeNoSeconds,
        [b'.' | b',', ..] => DefectKind::TimeFraction,
        [b'+' | b'-', ..] => DefectKind::TimeOffset,
        _ => DefectKind::Encoding,
    }
}

/// An instant in one of the forms that X.509 of old allowed: without seconds, or with a difference to UTC, which is ignored.
fn loose_instant(time: Tlv<'_>) -> Option<OffsetDateTime> {
    let digits: Vec<u8> = time.contents.iter().copied().take_while(u8::is_ascii_digit).collect();
    let century = match time.tag {
        UTC_TIME if digits.first()? < &b'5' => b"20".as_slice(),
        UTC_TIME => b"19",
        GENERALIZED_TIME => b"",
        _ => return None,
    };
    let mut full = [century, &digits].concat();
    if full.len() == 12 {
        full.extend_from_slice(b"00");
    }
    full.truncate(14);
    full.push(b'Z');
    structure::generalized_time(&full)
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
    fn lengths_of_ber_are_told_apart() {
        let der = server();
        assert_eq!(length_defect(&der), None);
        assert_eq!(length_defect(&[0x30, 0x80, 5, 0, 0, 0]), Some(DefectKind::LengthIndefinite));
        assert_eq!(length_defect(&[0x30, 3, 0x30, 0x81, 0]), Some(DefectKind::LengthNotMinimal));
        assert_eq!(length_defect(&[0x30, 4, 4, 2, 0x30, 0x80]), None);
        for cut in 0..der.len() {
            assert_eq!(length_defect(&der[..cut]), None);
        }
    }

    #[test]
    fn times_without_seconds_are_understood() {
        let contents = b"2606010000Z";
        let time = Tlv { tag: UTC_TIME, contents, whole: contents };
        assert_eq!(loose_instant(time), Some(time::macros::datetime!(2026-06-01 0:00 UTC)));
        assert_eq!(loose_instant(Tlv { tag: UTC_TIME, contents: b"x", whole: b"x" }), None);
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
