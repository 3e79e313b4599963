//! Distribution points: where CRLs are found, and which certificates a CRL is about (RFC 5280 §4.2.1.13, §5.2.5).

use super::structure::{self, field};
use super::tlv::{self, Fault, Reader, Tlv};
use super::{Certificate, GeneralName, X509Error, oid};

/// `issuingDistributionPoint` of a CRL, RFC 5280 §5.2.5: the scope that it claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuingDistributionPoint {
    /// The names of the distribution point (`fullName`), as a rule URLs; `None` if it has none. A name relative to the
    /// issuer, which nobody uses, is not resolved and gives an empty list.
    pub names: Option<Vec<GeneralName>>,
    /// `onlyContainsUserCerts`.
    pub only_user_certs: bool,
    /// `onlyContainsCACerts`.
    pub only_ca_certs: bool,
    /// `onlySomeReasons`: bit n is bit n of `ReasonFlags`.
    pub some_reasons: Option<u16>,
    /// `indirectCRL`.
    pub indirect: bool,
    /// `onlyContainsAttributeCerts`.
    pub only_attribute: bool,
}

impl IssuingDistributionPoint {
    /// Reads the extension's value.
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also for a value that says nothing or two things that exclude each other.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        Self::read(der).map_err(tlv::malformed("issuingDistributionPoint"))
    }

    /// The extension's value.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a name that has no encoding.
    pub fn to_der(&self) -> Result<Vec<u8>, X509Error> {
        let mut contents = Vec::new();
        if let Some(names) = &self.names {
            let mut all = Vec::new();
            names.iter().try_for_each(|name| name.push_der(&mut all))?;
            let full_name = tlv::encode(tlv::context_constructed(0), &all);
            tlv::push(&mut contents, tlv::context_constructed(0), &full_name);
        }
        let mut flag = |number, set| {
            if set {
                tlv::push(&mut contents, tlv::context(number), &[0xff]);
            }
        };
        flag(1, self.only_user_certs);
        flag(2, self.only_ca_certs);
        flag(4, self.indirect);
        flag(5, self.only_attribute);
        if self.some_reasons.is_some() {
            return Err(X509Error::Invalid("a CRL of some reasons only is not written here".into()));
        }
        Ok(tlv::encode(tlv::SEQUENCE, &contents))
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        if fields.is_empty() {
            return Err("it says nothing".into());
        }
        let point = Self {
            names: fields.optional(tlv::context_constructed(0))?.map(point_name).transpose()?,
            only_user_certs: flag(&mut fields, 1)?,
            only_ca_certs: flag(&mut fields, 2)?,
            some_reasons: reasons(&mut fields, 3)?,
            indirect: flag(&mut fields, 4)?,
            only_attribute: flag(&mut fields, 5)?,
        };
        fields.finish()?;
        if [point.only_user_certs, point.only_ca_certs, point.only_attribute].iter().filter(|only| **only).count() > 1 {
            return Err("it is limited to two kinds of certificates at once".into());
        }
        Ok(point)
    }

    /// Whether a certificate of the CRL's own issuer is in the scope (RFC 5280 §6.3.3 (b)). Reasons are not looked at; an
    /// indirect CRL covers its own issuer's certificates too.
    pub fn covers(&self, certificate: &Certificate) -> bool {
        if self.only_attribute
            || self.only_user_certs && certificate.is_ca()
            || self.only_ca_certs && !certificate.is_ca()
        {
            return false;
        }
        let Some(names) = &self.names else { return true };
        let points = certificate.extension(&oid::CRL_DISTRIBUTION_POINTS).map(|extension| points(&extension.value));
        points.is_some_and(|points| points.is_ok_and(|points| points.iter().any(|name| names.contains(name))))
    }
}

/// The full name in a tagged `DistributionPointName`.
fn point_name(tagged: Tlv<'_>) -> Result<Vec<GeneralName>, Fault> {
    let choice = Tlv::only(tagged.contents)?;
    if choice.tag == tlv::context_constructed(0) {
        general_names(choice.contents)
    } else if choice.tag == tlv::context_constructed(1) {
        Ok(Vec::new())
    } else {
        Err(format!("tag {:02x} where the name of a distribution point belongs", choice.tag))
    }
}

/// The contents of an implicitly tagged `GeneralNames`.
fn general_names(contents: &[u8]) -> Result<Vec<GeneralName>, Fault> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    GeneralName::parse_all(&tlv::encode(tlv::SEQUENCE, contents)).map_err(|error| error.to_string())
}

/// Every name of every distribution point that a certificate names, those of a `cRLIssuer` too where it stands alone.
fn points(value: &[u8]) -> Result<Vec<GeneralName>, Fault> {
    let mut names = Vec::new();
    let mut points = Reader::new(Tlv::only_contents(value, tlv::SEQUENCE)?);
    while !points.is_empty() {
        let mut fields = Reader::new(points.expect(tlv::SEQUENCE)?);
        let name = fields.optional(tlv::context_constructed(0))?;
        fields.optional(tlv::context(1))?;
        let issuer = fields.optional(tlv::context_constructed(2))?;
        fields.finish()?;
        match (name, issuer) {
            (Some(name), _) => names.extend(point_name(name)?),
            (None, Some(issuer)) => names.extend(general_names(issuer.contents)?),
            (None, None) => {}
        }
    }
    Ok(names)
}

/// Takes a `[number] BOOLEAN DEFAULT FALSE`.
fn flag(fields: &mut Reader<'_>, number: u8) -> Result<bool, Fault> {
    match fields.optional(tlv::context(number))?.map(|tlv| tlv.contents) {
        None | Some([0x00]) => Ok(false),
        Some([0xff]) => Ok(true),
        Some(_) => Err(format!("field [{number}] is no DER boolean")),
    }
}

/// Takes a `[number] ReasonFlags`.
fn reasons(fields: &mut Reader<'_>, number: u8) -> Result<Option<u16>, Fault> {
    let Some(flags) = fields.optional(tlv::context(number))? else { return Ok(None) };
    field("onlySomeReasons", structure::check_bit_string(flags.contents))?;
    match flags.contents {
        [_] => Ok(Some(0)),
        [_, first] => Ok(Some(u16::from(first.reverse_bits()))),
        [_, first, second] => Ok(Some(u16::from(first.reverse_bits()) | u16::from(second.reverse_bits()) << 8)),
        _ => Err("onlySomeReasons has bits that do not exist".into()),
    }
}
