//! Chains that do not lead to the anchor, or not in the usual way.

use super::{Plan, client, server};
use crate::testing::Program::{self, Certwright, GnuTls, Go, Java, Pyca, Rustls};
use crate::testing::Purpose::{Client, Server};
use crate::testing::TestingError;
use crate::testing::der;
use crate::testing::forge::{Forge, Line, authority_name};
use crate::testing::key::{Kind, TestKey};
use crate::x509::tlv;
use crate::x509::{Extension, oid};

pub(super) const PLANS: &[Plan] = &[
    server(
        "absent-chain",
        "its issuer is not presented, with two authorities between it and the root",
        "RFC 8446 §4.4.2",
        |f| {
            let mut made = f.leaf(&three_tier(f)?, Server, Kind::P256, |_| {})?;
            made.chain.clear();
            Ok(made)
        },
    ),
    server("broken-signature", "its signature is wrong", "RFC 5280 §6.1.3(a)(1)", |f| {
        f.server(|t| t.after_signing = flip)
    }),
    server("broken-signature-intermediate", "the signature of its issuer is wrong", "RFC 5280 §6.1.3(a)(1)", |f| {
        f.server_below(|t| t.after_signing = flip)
    }),
    client("client-foreign-root", "the client is below another root", "RFC 5280 §6.1", |f| {
        let anchor = f.server(|_| {})?.anchor;
        let mut made = f.leaf(&foreign(f)?, Client, Kind::P256, |_| {})?;
        made.anchor = anchor;
        Ok(made)
    }),
    server("foreign-root", "it is below another root", "RFC 5280 §6.1", |f| {
        let anchor = f.server(|_| {})?.anchor;
        let mut made = f.leaf(&foreign(f)?, Server, Kind::P256, |_| {})?;
        made.anchor = anchor;
        Ok(made)
    }),
    server(
        "impostor-issuer",
        "its issuer has the name of the right one, and another key",
        "RFC 5280 §6.1.3(a)(1)",
        |f| {
            let line = f.line()?;
            let mut impostor = line[0].clone();
            impostor.key = TestKey::new(&f.options.seed, "impostor", Kind::P256)?;
            f.leaf(&[impostor, line[1].clone()], Server, Kind::P256, |_| {})
        },
    ),
    server("impostor-root", "it is below another root of the same name", "RFC 5280 §6.1.3(a)(1)", |f| {
        let line = f.line()?;
        let root = f.root("impostor-root", Kind::P256, |t| {
            t.subject = authority_name("root");
            t.issuer = authority_name("root");
        })?;
        let issuing = f.below(&root, "issuing-impostor-root", Kind::P256, Some(0), |_| {})?;
        let mut made = f.leaf(&[issuing, root], Server, Kind::P256, |_| {})?;
        made.anchor = (line[1].label.clone(), line[1].der.clone());
        Ok(made)
    }),
    server(
        "issuer-name-mismatch",
        "its issuer is not the name of the authority that signed it",
        "RFC 5280 §6.1.3(a)(4)",
        |f| f.server(|t| t.issuer = authority_name("other")),
    ),
    server("missing-intermediate", "its issuer is not presented", "RFC 8446 §4.4.2", |f| {
        let mut made = f.server(|_| {})?;
        made.chain.clear();
        Ok(made)
    }),
    server("self-signed", "it is signed with its own key", "RFC 5280 §6.1", |f| {
        let mut made = f.server(|_| {})?;
        let key = made.key.clone();
        let mut line = f.line()?;
        line[0].key = key.clone();
        line[0].name = der::name(Some(f.id));
        made.certificate = f
            .leaf(&line, Server, Kind::P256, |t| t.set(Extension::authority_key_identifier(&key.key_id())))?
            .certificate;
        made.chain.clear();
        Ok(made)
    }),
    server(
        "unsorted-chain",
        "the authorities are presented in the wrong order",
        "RFC 5246 §7.4.2, RFC 8446 §4.4.2",
        |f| {
            let mut made = f.leaf(&three_tier(f)?, Server, Kind::P256, |_| {})?;
            made.chain.reverse();
            Ok(made)
        },
    )
    .accepted_by(&Program::ALL),
    server("wrong-issuer-key-id", "its authorityKeyIdentifier is that of another key", "RFC 5280 §4.2.1.1", |f| {
        f.server(|t| t.set(Extension::authority_key_identifier(&[0x5a; 20])))
    })
    .accepted_by(&[Certwright, Go, Java, Pyca, Rustls]),
    server("wrong-issuer-serial", "its authorityKeyIdentifier names another certificate", "RFC 5280 §4.2.1.1", |f| {
        f.server(|t| {
            let name = tlv::encode(tlv::context_constructed(4), &authority_name("other"));
            let issuer = tlv::encode(tlv::context_constructed(1), &name);
            let value = der::sequence(&[&issuer, &tlv::encode(tlv::context(2), &[5])]);
            t.set(Extension { oid: oid::AUTHORITY_KEY_IDENTIFIER, critical: false, value });
        })
    })
    .accepted_by(&[Certwright, GnuTls, Go, Java, Pyca, Rustls]),
];

/// Two authorities below the root: the second issues.
pub(super) fn three_tier(f: &Forge<'_>) -> Result<Line, TestingError> {
    let root = f.line()?.remove(1);
    let middle = f.below(&root, "middle", Kind::P256, Some(1), |_| {})?;
    let lower = f.below(&middle, "lower", Kind::P256, Some(0), |_| {})?;
    Ok(vec![lower, middle, root])
}

/// Authorities that nobody was told to trust.
fn foreign(f: &Forge<'_>) -> Result<Line, TestingError> {
    let root = f.root("foreign-root", Kind::P256, |_| {})?;
    let issuing = f.below(&root, "foreign-issuing", Kind::P256, Some(0), |_| {})?;
    Ok(vec![issuing, root])
}

/// Changes the last octet, which is the signature's.
fn flip(mut der: Vec<u8>) -> Vec<u8> {
    if let Some(last) = der.last_mut() {
        *last ^= 1;
    }
    der
}
