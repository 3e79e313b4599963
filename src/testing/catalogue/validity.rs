//! Wrong times, and right times that are written down wrongly.

use super::{Plan, client, server};
use crate::testing::Program::{Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls};
use crate::testing::Purpose::Server;
use crate::testing::der;
use crate::testing::key::Kind;

pub(super) const PLANS: &[Plan] = &[
    client("client-expired", "the client's validity has ended", "RFC 5280 §6.1.3(a)(2)", |f| {
        f.client(|t| t.days(-60, -2))
    }),
    server("expired", "its validity has ended", "RFC 5280 §6.1.3(a)(2)", |f| f.server(|t| t.days(-60, -2))),
    server("expired-intermediate", "the validity of its issuer has ended", "RFC 5280 §6.1.3(a)(2)", |f| {
        f.server_below(|t| t.days(-60, -2))
    }),
    server("expired-root", "the validity of the trust anchor has ended", "RFC 5280 §6.1.1(d), RFC 5914 §4", |f| {
        let root = f.root("expired-root", Kind::P256, |t| t.days(-60, -2))?;
        let issuing = f.below(&root, "issuing-expired-root", Kind::P256, Some(0), |_| {})?;
        f.leaf(&[issuing, root], Server, Kind::P256, |_| {})
    })
    .accepted_by(&[Java, Rustls]),
    server("not-yet-valid", "its validity has not begun", "RFC 5280 §6.1.3(a)(2)", |f| f.server(|t| t.days(30, 365))),
    server("not-yet-valid-intermediate", "the validity of its issuer has not begun", "RFC 5280 §6.1.3(a)(2)", |f| {
        f.server_below(|t| t.days(30, 365))
    }),
    server("time-fraction", "notAfter is a GeneralizedTime with a fraction of a second", "RFC 5280 §4.1.2.5.2", |f| {
        f.server(|t| t.not_after = der::generalized_time(t.day(365), ".5Z"))
    })
    .accepted_by(&[Java]),
    server("time-generalized-before-2050", "notAfter is a GeneralizedTime before 2050", "RFC 5280 §4.1.2.5", |f| {
        f.server(|t| t.not_after = der::generalized_time(t.day(365), "Z"))
    })
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls]),
    server("time-impossible", "notAfter is February 30", "RFC 5280 §4.1.2.5.1", |f| {
        f.server(|t| t.not_after = der::utc_time(&format!("{}0230120000", &der::digits(t.day(500))[2..4]), "Z"))
    })
    .accepted_by(&[GnuTls, Java]),
    server("time-no-seconds", "notAfter is a UTCTime without seconds", "RFC 5280 §4.1.2.5.1", |f| {
        f.server(|t| t.not_after = der::utc_time(&der::digits(t.day(365))[2..12], "Z"))
    })
    .accepted_by(&[GnuTls, Go, Java]),
    server("time-no-zone", "notAfter is a GeneralizedTime without Z", "RFC 5280 §4.1.2.5.2", |f| {
        f.server(|t| t.not_after = der::generalized_time(t.day(365), ""))
    }),
    server("time-offset", "notAfter is a UTCTime with an offset", "RFC 5280 §4.1.2.5.1", |f| {
        f.server(|t| t.not_after = der::utc_time(&der::digits(t.day(365))[2..], "+0100"))
    })
    .accepted_by(&[Go, Java]),
    server("time-reversed", "notAfter lies before notBefore", "RFC 5280 §4.1.2.5", |f| f.server(|t| t.days(20, -20))),
];
