//! Distinguished names, kept byte for byte.

use std::borrow::Cow;
use std::fmt;

use super::X509Error;
use super::display::{hex, push_visible};
use super::tlv::{self, Fault, Reader, Tlv, malformed};

mod attribute;
mod comparison;
mod hash;
mod parse;
#[cfg(test)]
mod tests;

use attribute::Attribute;

/// A distinguished name: its DER as it was read or built, never re-encoded.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
}

impl Name {
    /// The empty name.
    pub fn empty() -> Self {
        Self { der: vec![tlv::SEQUENCE, 0x00] }
    }

    /// Reads a `Name` in DER (the whole SEQUENCE) and keeps its bytes. The order inside a multi-valued RDN and the
    /// text of values are not judged: names in use break these rules, and a name must stay what its owner wrote.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        check_structure(der).map_err(malformed("name"))?;
        Ok(Self { der: der.to_vec() })
    }

    /// Parses what people type: `CN=Acme Root CA,O=Acme`, most specific first or last as typed: RDNs are encoded in
    /// the order given, as OpenSSL's `-subj` and step do. Values may be quoted or escaped per RFC 4514 §2.4; `+` joins a
    /// multi-valued RDN; `/CN=x/O=y` (OpenSSL) works too. Known types: CN O OU C ST L STREET DC UID SN GN SERIALNUMBER
    /// TITLE emailAddress, any other as a dotted OID. Values are UTF8String, `C` and `SERIALNUMBER` PrintableString,
    /// `DC` and `emailAddress` IA5String; the upper bounds of RFC 5280 appendix A hold. What `Display` writes of
    /// such a name is read back as the same name. An upper-case country is made of a lower-case one.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says which part and why.
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        parse::parse(text)
    }

    /// A name of a single common name.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] when it is empty, over 64 characters or has control characters.
    pub fn common_name_only(common_name: &str) -> Result<Self, X509Error> {
        Self::from_attributes(&[("CN", common_name)])
    }

    /// A name of one single-valued RDN for each (type, value), in the order given. The types and rules are those of
    /// [`Name::parse`]; values are taken as they are, without escapes.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says which part and why.
    pub fn from_attributes(attributes: &[(&str, &str)]) -> Result<Self, X509Error> {
        let rdns = attributes.iter().map(|(kind, value)| Ok(vec![attribute::encode(kind, value)?]));
        Ok(Self::from_rdns(rdns.collect::<Result<Vec<_>, X509Error>>()?))
    }

    /// Encodes RDNs, each a set of encoded `AttributeTypeAndValue`s, which DER sorts.
    fn from_rdns(rdns: Vec<Vec<Vec<u8>>>) -> Self {
        let mut contents = Vec::new();
        for mut rdn in rdns {
            rdn.sort();
            tlv::push(&mut contents, tlv::SET, &rdn.concat());
        }
        Self { der: tlv::encode(tlv::SEQUENCE, &contents) }
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no RDN.
    pub fn is_empty(&self) -> bool {
        self.der == [tlv::SEQUENCE, 0x00]
    }

    /// The first common name, as text.
    pub fn common_name(&self) -> Option<String> {
        let mut attributes = self.rdns().flatten();
        attributes.find(|attribute| attribute.short_name() == Some("CN")).map(|attribute| attribute.text().into_owned())
    }

    /// Every attribute as (short type name or dotted OID, value as text), in encoding order. The text is what the
    /// owner wrote, unescaped: for matching, not for a terminal. A value that is no readable text is `#` and the hex of its DER.
    pub fn attributes(&self) -> Vec<(String, String)> {
        let attributes = self.rdns().flatten();
        attributes.map(|attribute| (attribute.type_name().into_owned(), attribute.text().into_owned())).collect()
    }

    /// The `emailAddress` attributes, which name constraints apply to (RFC 5280 §4.2.1.10); `None` stands for one that
    /// is no readable text.
    pub(crate) fn email_addresses(&self) -> impl Iterator<Item = Option<String>> + '_ {
        let attributes = self.rdns().flatten().filter(|attribute| attribute.short_name() == Some("emailAddress"));
        attributes.map(|attribute| attribute.decoded().map(Cow::into_owned))
    }

    /// The RDNs in encoding order, each with its attributes.
    fn rdns(&self) -> impl Iterator<Item = Vec<Attribute<'_>>> {
        let contents = Tlv::only_contents(&self.der, tlv::SEQUENCE).unwrap_or_default();
        let mut rdns = Reader::new(contents);
        std::iter::from_fn(move || read_rdn(&mut rdns).ok())
    }
}

impl fmt::Display for Name {
    /// Writes `CN=…, O=…` in encoding order, `+` between the parts of a multi-valued RDN. Values are escaped as RFC 4514
    /// §2.4 has it, control and other unprintable characters as `\u{…}`: a value cannot pass for another attribute.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            for (index, attribute) in rdn.iter().enumerate() {
                let join = if index > 0 { " + " } else { "" };
                write!(f, "{join}{}={}", attribute.type_name(), attribute.escaped())?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

fn check_structure(der: &[u8]) -> Result<(), Fault> {
    let mut rdns = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    while !rdns.is_empty() {
        read_rdn(&mut rdns)?;
    }
    Ok(())
}

fn read_rdn<'a>(rdns: &mut Reader<'a>) -> Result<Vec<Attribute<'a>>, Fault> {
    let mut members = Reader::new(rdns.expect(tlv::SET)?);
    if members.is_empty() {
        return Err("an empty relative distinguished name".into());
    }
    let mut attributes = Vec::with_capacity(1);
    while !members.is_empty() {
        let mut fields = Reader::new(members.expect(tlv::SEQUENCE)?);
        let oid = fields.expect(tlv::OBJECT_IDENTIFIER)?;
        super::oid::check_contents(oid)?;
        attributes.push(Attribute { oid, value: fields.read()? });
        fields.finish()?;
    }
    Ok(attributes)
}

impl Attribute<'_> {
    /// The value as it is shown in a name: escaped.
    fn escaped(&self) -> String {
        let Some(text) = self.decoded() else { return format!("#{}", hex(self.value.whole)) };
        let mut out = String::with_capacity(text.len());
        let end = text.chars().count().saturating_sub(1);
        for (index, character) in text.chars().enumerate() {
            let special = match character {
                '"' | '+' | ',' | ';' | '<' | '=' | '>' | '\\' => true,
                ' ' => index == 0 || index == end,
                '#' | '/' => index == 0,
                _ => false,
            };
            if special {
                out.push('\\');
            }
            push_visible(&mut out, character);
        }
        out
    }
}
