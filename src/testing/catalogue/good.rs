//! Controls: what every program has to accept.

use super::{Plan, client, email, server};
use crate::testing::Program::Pyca;
use crate::testing::Purpose::{Client, Server};
use crate::testing::der::{self, Alt};
use crate::testing::forge::LOOPBACK4;
use crate::testing::key::{Kind, Published};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::{Extension, oid};

pub(super) const PLANS: &[Plan] = &[
    server("good", "nothing: P-256 below an issuing authority", "RFC 5280 §6.1", |f| f.server(|_| {})).good(),
    server("good-address", "nothing: it is checked under an IP address", "RFC 9525 §6.4", |f| {
        Ok(f.server(|_| {})?.named("127.0.0.1"))
    })
    .good(),
    client("good-client", "nothing: a client", "RFC 5280 §4.2.1.12", |f| f.client(|_| {})).good(),
    server(
        "good-constrained",
        "nothing: its name is within the constraints of its issuer",
        "RFC 5280 §4.2.1.10",
        |f| {
            let texts = [f.options.host.as_str(), "127.0.0.0/8", "::1/128"];
            let permitted = texts.into_iter().map(Subtree::parse).collect::<Result<Vec<_>, _>>()?;
            let constraints = Extension::name_constraints(&NameConstraints { permitted, excluded: Vec::new() })?;
            f.server_below(|t| t.set(constraints))
        },
    )
    .good(),
    server("good-crl", "nothing: CRLs of its issuer and of the root, without it", "RFC 5280 §6.3", |f| {
        let line = f.line()?;
        Ok(f.server(|_| {})?.crls(f.crls(&line, &[])?))
    })
    .good(),
    server("good-direct", "nothing: below the root", "RFC 5280 §6.1", |f| {
        let line = f.line()?;
        f.leaf(&[line[1].clone(), line[1].clone()][..], Server, Kind::P256, |_| {}).map(|mut made| {
            made.chain.clear();
            made
        })
    })
    .good(),
    server("good-ed25519", "nothing: Ed25519 throughout", "RFC 8410", |f| {
        f.leaf(&f.line_ed25519()?, Server, Kind::Ed25519, |_| {})
    })
    .good()
    .unable(&[Pyca]),
    email("good-email", "nothing: a sender of mail", "RFC 5280 §4.2.1.6", |f| f.email(|_| {})).good(),
    server("good-p384", "nothing: P-384 throughout", "RFC 5480", |f| {
        f.leaf(&f.line_p384()?, Server, Kind::P384, |_| {})
    })
    .good(),
    client("good-peer", "nothing: a client that may be a server as well", "RFC 5280 §4.2.1.12", |f| {
        f.leaf(&f.line()?, Client, Kind::P256, |t| {
            t.set(Extension::extended_key_usage(&[oid::EKU_CLIENT_AUTH, oid::EKU_SERVER_AUTH], false));
            t.set(der::san(&[Alt::Dns(&t.host), Alt::Dns(&t.own_host), LOOPBACK4]));
        })
    })
    .good(),
    server("good-rsa", "nothing: RSA with 2048 bits throughout", "RFC 8017", |f| {
        f.leaf(&f.line_rsa()?, Server, Kind::Rsa(Published::Leaf), |_| {})
    })
    .good(),
    server("good-three-tier", "nothing: two authorities between it and the root", "RFC 5280 §6.1", |f| {
        f.leaf(&super::chain::three_tier(f)?, Server, Kind::P256, |_| {})
    })
    .good(),
    server("good-wildcard", "nothing: a wildcard that stands for one label", "RFC 9525 §6.3", |f| {
        let names = format!("*.{}.{}", f.id, f.options.host);
        Ok(f.server(|t| t.set(der::san(&[Alt::Dns(&names)])))?.named(f.sub("www")))
    })
    .good(),
];
