//! Names that are not the server's, and wildcards that stand for too much.

use super::{Plan, email, server};
use crate::testing::Program::{Certwright, GnuTls, Go, Java, Node, OpenSsl, Pyca, Rustls};
use crate::testing::TestingError;
use crate::testing::der::{self, Alt};
use crate::testing::forge::{Forge, LOOPBACK4, LOOPBACK6, Made};
use crate::x509::oid;

pub(super) const PLANS: &[Plan] = &[
    server(
        "address-as-dns",
        "the address it is checked under is a dNSName",
        "RFC 5280 §4.2.1.6, RFC 9525 §6.4",
        |f| Ok(f.server(|t| t.set(der::san(&[Alt::Dns("127.0.0.1")])))?.named("127.0.0.1")),
    ),
    server("address-in-cn", "the address it is checked under is the common name", "RFC 9110 §4.3.4", |f| {
        Ok(f.server(|t| {
            t.subject = der::name(Some("127.0.0.1"));
            t.remove(&oid::SUBJECT_ALT_NAME);
        })?
        .named("127.0.0.1"))
    }),
    server("cn-only", "its name is the common name, and there is no subjectAltName", "RFC 9110 §4.3.4", |f| {
        f.server(|t| {
            t.subject = der::name(Some(&t.host));
            t.remove(&oid::SUBJECT_ALT_NAME);
        })
    })
    .accepted_by(&[GnuTls, Java, Node, OpenSsl]),
    email("email-wrong-mailbox", "it is for another mailbox", "RFC 8550 §3", |f| {
        f.email(|t| t.set(der::san(&[Alt::Email("mallory@elsewhere.test")])))
    })
    .accepted_by(&[Certwright, Go, Java, Rustls]),
    server("empty-subject", "no subject, and a subjectAltName that is not critical", "RFC 5280 §4.2.1.6", |f| {
        f.server(|t| t.subject = vec![0x30, 0])
    })
    .accepted_by(&[Certwright, GnuTls, Go, Node, Rustls]),
    server("no-san", "no name at all", "RFC 5280 §4.2.1.6, RFC 9525 §6", |f| {
        f.server(|t| t.remove(&oid::SUBJECT_ALT_NAME))
    }),
    server("san-empty", "the subjectAltName holds no name", "RFC 5280 §4.2.1.6", |f| {
        f.server(|t| t.set(der::san(&[])))
    }),
    server("san-not-ascii", "a dNSName with an octet above 127", "RFC 5280 §4.2.1.6, §7.2", |f| {
        f.server(|t| {
            let names = [Alt::Dns(&t.host), Alt::DnsOctets(b"b\xc3\xbccher.test"), LOOPBACK4, LOOPBACK6];
            t.set(der::san(&names));
        })
    })
    .accepted_by(&[GnuTls, Java, Node, OpenSsl, Pyca, Rustls]),
    server("san-nul", "a dNSName that starts with the host and a NUL", "RFC 5280 §4.2.1.6, RFC 1034 §3.5", |f| {
        f.server(|t| t.set(der::san(&[Alt::Dns(&format!("{}\0.elsewhere.test", t.host))])))
    }),
    server("san-trailing-dot", "a dNSName that ends with a dot", "RFC 5280 §4.2.1.6, RFC 1034 §3.5", |f| {
        f.server(|t| t.set(der::san(&[Alt::Dns(&format!("{}.", t.host))])))
    })
    .accepted_by(&[Certwright, Node]),
    server("wildcard-address", "a wildcard for an address", "RFC 9525 §6.3, §6.4", |f| {
        Ok(f.server(|t| t.set(der::san(&[Alt::Dns("*.0.0.1")])))?.named("127.0.0.1"))
    }),
    server("wildcard-apex", "a wildcard for the name that it is below", "RFC 9525 §6.3", |f| {
        let own = f.sub("www");
        Ok(wildcard(f, &format!("*.{own}"))?.named(own))
    }),
    server("wildcard-bare", "a wildcard for everything", "RFC 9525 §6.3", |f| wildcard(f, "*")),
    server("wildcard-deep", "a wildcard for two labels", "RFC 9525 §6.3", |f| {
        Ok(wildcard(f, &f.sub("*"))?.named(f.sub("a.b")))
    }),
    server("wildcard-double", "two wildcards", "RFC 9525 §6.3", |f| {
        Ok(wildcard(f, &f.sub("*.*"))?.named(f.sub("a.b")))
    })
    .accepted_by(&[Java]),
    server("wildcard-middle", "a wildcard that is not the first label", "RFC 9525 §6.3", |f| {
        Ok(wildcard(f, &f.sub("a.*"))?.named(f.sub("a.b")))
    })
    .accepted_by(&[Java]),
    server("wildcard-partial", "a wildcard for a part of a label", "RFC 9525 §6.3", |f| {
        Ok(wildcard(f, &f.sub("w*"))?.named(f.sub("www")))
    })
    .accepted_by(&[Java, Node, OpenSsl]),
    server("wildcard-tld", "a wildcard for all of a top-level domain", "RFC 9525 §7.1", |f| {
        Ok(wildcard(f, "*.test")?.named("wildcard-tld.test"))
    })
    .accepted_by(&[Certwright, Go, Java, Pyca]),
    server("wrong-address", "it is for another address", "RFC 9525 §6.4", |f| {
        Ok(f.server(|t| t.set(der::san(&[Alt::Dns(&t.host), Alt::Ip(&[127, 0, 0, 2])])))?.named("127.0.0.1"))
    }),
    server("wrong-host", "it is for another host", "RFC 9525 §6.3", |f| {
        f.server(|t| t.set(der::san(&[Alt::Dns("wrong-host.elsewhere.test")])))
    }),
];

fn wildcard(f: &Forge<'_>, pattern: &str) -> Result<Made, TestingError> {
    f.server(|t| t.set(der::san(&[Alt::Dns(pattern)])))
}
