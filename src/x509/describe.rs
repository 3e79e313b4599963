//! Extensions in words, for people who inspect a certificate.

use super::display::{escape, hex};
use super::extension::{
    NameConstraints, decode_authority_info_access, decode_authority_key_id, decode_basic_constraints,
    decode_certificate_policies, decode_crl_urls, decode_extended_key_usage, decode_key_id, decode_key_usage,
};
use super::{Extension, GeneralName, Oid, X509Error, oid};

/// Most octets of an unknown or broken extension that are shown.
const MAX_DUMP: usize = 64;

/// Tells what an extension says, one fact a line, without its name and criticality. All of it is escaped for a
/// terminal. An unknown extension is a hex dump of its first 64 octets; a malformed value of a known one is a line that
/// says so, and the dump.
pub fn describe(extension: &Extension) -> Vec<String> {
    let value = extension.value.as_slice();
    let lines = match extension.oid {
        oid::AUTHORITY_INFO_ACCESS => authority_info_access(value),
        oid::AUTHORITY_KEY_IDENTIFIER => decode_authority_key_id(value).map(|key_id| {
            vec![key_id.map_or_else(|| "no key identifier".into(), |key_id| dump("key identifier", &key_id))]
        }),
        oid::BASIC_CONSTRAINTS => basic_constraints(value),
        oid::CERTIFICATE_POLICIES => decode_certificate_policies(value).map(|policies| labels(&policies)),
        oid::CRL_DISTRIBUTION_POINTS | oid::FRESHEST_CRL => decode_crl_urls(value).map(|urls| match urls.as_slice() {
            [] => vec!["no URL".into()],
            urls => urls.iter().map(|url| escape(url)).collect(),
        }),
        oid::EXTENDED_KEY_USAGE => decode_extended_key_usage(value).map(|purposes| labels(&purposes)),
        oid::KEY_USAGE => decode_key_usage(value).map(|usage| match usage.names().as_slice() {
            [] => vec!["none".into()],
            names => vec![names.join(", ")],
        }),
        oid::NAME_CONSTRAINTS => name_constraints(value),
        oid::OCSP_NOCHECK if value == [super::tlv::NULL, 0] => return vec!["present".into()],
        oid::OCSP_NOCHECK => Err(X509Error::Malformed { what: "ocspNoCheck", why: "no NULL".into() }),
        oid::ISSUER_ALT_NAME => alt_names(value).map_err(|error| match error {
            X509Error::Malformed { why, .. } => X509Error::Malformed { what: "issuerAltName", why },
            error => error,
        }),
        oid::SUBJECT_ALT_NAME => alt_names(value),
        oid::SUBJECT_KEY_IDENTIFIER => decode_key_id(value).map(|key_id| vec![dump("key identifier", &key_id)]),
        _ => return vec![dump("value", value)],
    };
    lines.unwrap_or_else(|error| vec![format!("malformed: {}", escape(&error.to_string())), dump("value", value)])
}

fn alt_names(value: &[u8]) -> Result<Vec<String>, X509Error> {
    Ok(GeneralName::parse_all(value)?.iter().map(ToString::to_string).collect())
}

fn authority_info_access(value: &[u8]) -> Result<Vec<String>, X509Error> {
    let (ocsp, ca_issuers) = decode_authority_info_access(value)?;
    let ocsp = ocsp.iter().map(|url| format!("OCSP {}", escape(url)));
    let lines: Vec<_> = ocsp.chain(ca_issuers.iter().map(|url| format!("caIssuers {}", escape(url)))).collect();
    Ok(if lines.is_empty() { vec!["no URL of an OCSP responder or issuer certificate".into()] } else { lines })
}

fn basic_constraints(value: &[u8]) -> Result<Vec<String>, X509Error> {
    let constraints = decode_basic_constraints(value)?;
    let ca = if constraints.ca { "a certificate authority" } else { "no certificate authority" };
    let path_len = constraints.path_len.map(|length| format!("path length {length}"));
    Ok(std::iter::once(ca.to_owned()).chain(path_len).collect())
}

fn name_constraints(value: &[u8]) -> Result<Vec<String>, X509Error> {
    let constraints = NameConstraints::from_der(value)?;
    let permitted = constraints.permitted.iter().map(|subtree| format!("permitted {subtree}"));
    Ok(permitted.chain(constraints.excluded.iter().map(|subtree| format!("excluded {subtree}"))).collect())
}

fn labels(oids: &[Oid]) -> Vec<String> {
    oids.iter().map(|oid| oid::label(oid).map_or_else(|| oid.to_string(), str::to_owned)).collect()
}

fn dump(what: &str, octets: &[u8]) -> String {
    match octets.get(..MAX_DUMP) {
        Some(start) if octets.len() > MAX_DUMP => format!("{what} {}… ({} octets)", hex(start), octets.len()),
        _ if octets.is_empty() => format!("{what} empty"),
        _ => format!("{what} {}", hex(octets)),
    }
}
