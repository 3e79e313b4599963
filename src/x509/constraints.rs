//! Name constraints, RFC 5280 §4.2.1.10.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::tlv::{self, Fault, Reader, Tlv, malformed};
use super::{GeneralName, Name, X509Error};

mod matching;
mod overlap;
mod subtree;
#[cfg(test)]
mod tests;

pub(crate) use matching::{is_host_constraint, is_mail_constraint};

/// A subtree of a name constraint, RFC 5280 §4.2.1.10.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subtree {
    /// A directory name prefix.
    DirectoryName(Name),
    /// A DNS subtree, without a leading dot. One that was read may have the dot: it stands for subdomains only then.
    Dns(String),
    /// A mailbox, a host, or a domain with a leading dot.
    Email(String),
    /// An address and its prefix length in bits.
    Ip(IpAddr, u8),
    /// Anything else: the DER of its `GeneralSubtree`. No name of its form passes it.
    Other(Vec<u8>),
    /// A URI host, or a domain with a leading dot.
    Uri(String),
}

/// Permitted and excluded subtrees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// `permittedSubtrees`.
    pub permitted: Vec<Subtree>,
    /// `excludedSubtrees`.
    pub excluded: Vec<Subtree>,
}

impl NameConstraints {
    /// Reads the extension's value. A subtree that cannot be applied here (another form of name, an IP mask with holes,
    /// a minimum or maximum, a host that is none) becomes [`Subtree::Other`], which no name of its form passes.
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also when nothing is constrained.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        Self::read(der).map_err(malformed("nameConstraints"))
    }

    /// Writes the extension's value.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] when a subtree has no encoding, or nothing is constrained.
    pub fn to_der(&self) -> Result<Vec<u8>, X509Error> {
        let mut contents = Vec::new();
        for (number, subtrees) in [(0, &self.permitted), (1, &self.excluded)] {
            if !subtrees.is_empty() {
                let mut list = Vec::new();
                subtrees.iter().try_for_each(|subtree| subtree.push_der(&mut list))?;
                tlv::push(&mut contents, tlv::context_constructed(number), &list);
            }
        }
        if contents.is_empty() {
            return Err(X509Error::Invalid("name constraints without a single subtree".into()));
        }
        Ok(tlv::encode(tlv::SEQUENCE, &contents))
    }

    fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        let permitted = fields.optional(tlv::context_constructed(0))?.map(read_subtrees).transpose()?;
        let excluded = fields.optional(tlv::context_constructed(1))?.map(read_subtrees).transpose()?;
        fields.finish()?;
        if permitted.is_none() && excluded.is_none() {
            return Err("nothing is constrained".into());
        }
        Ok(Self { permitted: permitted.unwrap_or_default(), excluded: excluded.unwrap_or_default() })
    }
}

fn read_subtrees(list: Tlv<'_>) -> Result<Vec<Subtree>, Fault> {
    let mut items = Reader::new(list.contents);
    if items.is_empty() {
        return Err("an empty list of subtrees".into());
    }
    let mut subtrees = Vec::new();
    while !items.is_empty() {
        subtrees.push(Subtree::from_tlv(items.read()?)?);
    }
    Ok(subtrees)
}

impl Subtree {
    /// The number of the context tag of the names it is about: its form of `GeneralName`.
    pub(crate) fn form(&self) -> u8 {
        match self {
            Self::DirectoryName(_) => 4,
            Self::Dns(_) => 2,
            Self::Email(_) => 1,
            Self::Ip(..) => 7,
            Self::Other(der) => Tlv::only_contents(der, tlv::SEQUENCE)
                .ok()
                .and_then(|contents| contents.first())
                .map_or(0, |tag| tag & 0x1f),
            Self::Uri(_) => 6,
        }
    }

    /// Reads one `GeneralSubtree`.
    fn from_tlv(tlv: Tlv<'_>) -> Result<Self, Fault> {
        let mut fields = Reader::new(tlv.expect_tag(tlv::SEQUENCE)?);
        let base = fields.read()?;
        let minimum = fields.optional(tlv::context(0))?;
        let maximum = fields.optional(tlv::context(1))?;
        fields.finish()?;
        let other = Self::Other(tlv.whole.to_vec());
        if minimum.is_some() || maximum.is_some() {
            return Ok(other);
        }
        if base.tag == tlv::context(7) {
            return Ok(range(base.contents).unwrap_or(other));
        }
        Ok(match GeneralName::from_tlv(base)? {
            GeneralName::DirectoryName(name) => Self::DirectoryName(name),
            GeneralName::Dns(base) if is_host_constraint(&base) => Self::Dns(base),
            GeneralName::Email(base) if is_mail_constraint(&base) => Self::Email(base),
            GeneralName::Uri(base) if is_host_constraint(&base) => Self::Uri(base),
            _ => other,
        })
    }

    /// Appends the DER of this `GeneralSubtree`.
    fn push_der(&self, out: &mut Vec<u8>) -> Result<(), X509Error> {
        let mut base = Vec::new();
        match self {
            Self::DirectoryName(name) => GeneralName::DirectoryName(name.clone()).push_der(&mut base)?,
            Self::Dns(text) => GeneralName::Dns(text.clone()).push_der(&mut base)?,
            Self::Email(text) => GeneralName::Email(text.clone()).push_der(&mut base)?,
            Self::Ip(address, prefix) => tlv::push(&mut base, tlv::context(7), &range_octets(*address, *prefix)?),
            Self::Other(der) => {
                Tlv::only_contents(der, tlv::SEQUENCE).map_err(|why| X509Error::Invalid(format!("{self}: {why}")))?;
                out.extend_from_slice(der);
                return Ok(());
            }
            Self::Uri(text) => GeneralName::Uri(text.clone()).push_der(&mut base)?,
        }
        tlv::push(out, tlv::SEQUENCE, &base);
        Ok(())
    }
}

/// Reads address and mask, if the mask is a prefix.
pub(crate) fn range(octets: &[u8]) -> Option<Subtree> {
    let (address, mask) = match octets.len() {
        8 => (IpAddr::from(<[u8; 4]>::try_from(&octets[..4]).ok()?), &octets[4..]),
        32 => (IpAddr::from(<[u8; 16]>::try_from(&octets[..16]).ok()?), &octets[16..]),
        _ => return None,
    };
    let prefix: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    let prefix = u8::try_from(prefix).ok()?;
    (mask_octets(mask.len(), prefix) == mask).then_some(Subtree::Ip(address, prefix))
}

fn range_octets(address: IpAddr, prefix: u8) -> Result<Vec<u8>, X509Error> {
    let mut octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    if usize::from(prefix) > octets.len() * 8 {
        return Err(X509Error::Invalid(format!("{address} has no prefix of {prefix} bits")));
    }
    octets.extend(mask_octets(octets.len(), prefix));
    Ok(octets)
}

/// A mask of so many octets with so many leading ones.
fn mask_octets(length: usize, prefix: u8) -> Vec<u8> {
    let ones = |octet: usize| u32::from(prefix).saturating_sub(u32::try_from(octet * 8).unwrap_or(u32::MAX)).min(8);
    (0..length).map(|octet| !u8::MAX.checked_shr(ones(octet)).unwrap_or(0)).collect()
}

/// The address with every bit beyond the prefix cleared.
pub(crate) fn network(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}
