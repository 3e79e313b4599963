//! What was taken back, and CRLs that cannot say so.

use super::{Plan, client, server};
use crate::testing::Program::{GnuTls, Go, Pyca, Rustls};
use crate::testing::Purpose::{Client, Server};
use crate::testing::TestingError;
use crate::testing::crl::FRESH;
use crate::testing::forge::{Forge, Made, serial_of};
use crate::testing::key::Kind;
use crate::x509::RevocationReason::{self, CertificateHold, KeyCompromise};
use crate::x509::{Extension, KeyUsage};

pub(super) const PLANS: &[Plan] = &[
    client("client-revoked", "the client was revoked", "RFC 5280 §6.1.3(a)(3)", |f| {
        let line = f.line()?;
        let made = f.leaf(&line, Client, Kind::P256, |_| {})?;
        let serial = made.serial();
        Ok(made.crls(f.crls(&line, &[(serial, KeyCompromise)])?))
    })
    .accepted_by(&[Go, Pyca]),
    server("crl-broken-signature", "the signature of its issuer's CRL is wrong", "RFC 5280 §6.3.3(g)", |f| {
        let line = f.line()?;
        let mut crls = f.crls(&line, &[])?;
        if let Some(last) = crls[0].last_mut() {
            *last ^= 1;
        }
        Ok(f.server(|_| {})?.crls(crls))
    })
    .accepted_by(&[GnuTls, Go, Pyca]),
    server("crl-missing", "there is a CRL of the root and none of its issuer", "RFC 5280 §6.3.3", |f| {
        let mut crls = f.crls(&f.line()?, &[])?;
        crls.remove(0);
        Ok(f.server(|_| {})?.crls(crls))
    })
    .accepted_by(&[GnuTls, Go, Pyca]),
    server("crl-not-yet-valid", "its issuer's CRL is of the future", "RFC 5280 §6.3.3", |f| {
        with_crl_days(f, (30, 365))
    })
    .accepted_by(&[GnuTls, Go, Pyca, Rustls]),
    server("crl-stale", "its issuer's CRL is out of date", "RFC 5280 §6.3.3", |f| with_crl_days(f, (-60, -2)))
        .accepted_by(&[GnuTls, Go, Pyca]),
    server("crl-without-crl-sign", "its issuer may not sign CRLs, and has", "RFC 5280 §6.3.3(f)", |f| {
        let line = f.own(|t| t.set(Extension::key_usage(KeyUsage::KEY_CERT_SIGN)))?;
        Ok(f.leaf(&line, Server, Kind::P256, |_| {})?.crls(f.crls(&line, &[])?))
    })
    .accepted_by(&[GnuTls, Go, Pyca]),
    server(
        "crl-wrong-issuer",
        "the CRL in its issuer's name is signed by another authority",
        "RFC 5280 §6.3.3(f), (g)",
        |f| {
            let line = f.line()?;
            let mut other = f.own(|_| {})?.remove(0);
            other.name.clone_from(&line[0].name);
            let crls = [f.crl(&other, FRESH, &[])?, f.crl(&line[1], FRESH, &[])?];
            Ok(f.server(|_| {})?.crls(crls))
        },
    )
    .accepted_by(&[GnuTls, Go, Pyca]),
    server("held", "it is on hold", "RFC 5280 §5.3.1, §6.1.3(a)(3)", |f| revoked(f, CertificateHold))
        .accepted_by(&[Go, Pyca]),
    server("revoked", "it was revoked", "RFC 5280 §6.1.3(a)(3)", |f| revoked(f, KeyCompromise))
        .accepted_by(&[Go, Pyca]),
    server("revoked-intermediate", "its issuer was revoked", "RFC 5280 §6.1.3(a)(3)", |f| {
        let line = f.own(|_| {})?;
        let entry = (serial_of(&line[0].der), RevocationReason::CaCompromise);
        let crls = [f.crl(&line[0], FRESH, &[])?, f.crl(&line[1], FRESH, &[entry])?];
        Ok(f.leaf(&line, Server, Kind::P256, |_| {})?.crls(crls))
    })
    .accepted_by(&[Go, Pyca]),
];

fn revoked(f: &Forge<'_>, reason: RevocationReason) -> Result<Made, TestingError> {
    let made = f.server(|_| {})?;
    let entry = (made.serial(), reason);
    Ok(made.crls(f.crls(&f.line()?, &[entry])?))
}

/// A server whose issuer has one CRL, of these days.
fn with_crl_days(f: &Forge<'_>, days: (i64, i64)) -> Result<Made, TestingError> {
    let line = f.line()?;
    let crls = [f.crl(&line[0], days, &[])?, f.crl(&line[1], FRESH, &[])?];
    Ok(f.server(|_| {})?.crls(crls))
}
