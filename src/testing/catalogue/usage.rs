//! Certificates used for what they are not for, and extensions that forbid it.

use super::{Plan, client, email, server};
use crate::testing::Program::{self, Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls};
use crate::testing::Purpose::{Email, Server};
use crate::testing::TestingError;
use crate::testing::der::{self, sequence};
use crate::testing::forge::Authority;
use crate::testing::key::{Kind, TestKey};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::{Extension, KeyUsage, Oid, oid};

/// Below an arc for examples, RFC 5612's enterprise number: nobody can know it.
const UNKNOWN: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.1.1");

pub(super) const PLANS: &[Plan] = &[
    server(
        "basic-constraints-not-critical",
        "the basicConstraints of its issuer are not critical",
        "RFC 5280 §4.2.1.9",
        |f| f.server_below(|t| t.critical(&oid::BASIC_CONSTRAINTS, false)),
    )
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, Rustls]),
    server("ca-flag-leaf", "it is an authority itself", "RFC 5280 §4.2.1.3, §4.2.1.9", |f| {
        f.server(|t| {
            t.set(Extension::basic_constraints(true, None));
            t.set(Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_CERT_SIGN)));
        })
    })
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, OpenSsl]),
    server("ca-without-basic-constraints", "its issuer has no basicConstraints", "RFC 5280 §6.1.4(k)", |f| {
        f.server_below(|t| t.remove(&oid::BASIC_CONSTRAINTS))
    }),
    server("ca-without-cert-sign", "its issuer may sign CRLs only", "RFC 5280 §6.1.4(n)", |f| {
        f.server_below(|t| t.set(Extension::key_usage(KeyUsage::CRL_SIGN)))
    })
    .accepted_by(&[Rustls]),
    server("ca-without-key-usage", "its issuer has no keyUsage", "RFC 5280 §4.2.1.3", |f| {
        f.server_below(|t| t.remove(&oid::KEY_USAGE))
    })
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, Rustls]),
    client("client-wrong-eku", "the client's certificate is for servers", "RFC 5280 §4.2.1.12", |f| {
        f.client(|t| t.set(Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false)))
    }),
    server("eku-any-only", "it is for anything, and not for servers by name", "RFC 5280 §4.2.1.12", |f| {
        f.server(|t| t.set(Extension::extended_key_usage(&[oid::EKU_ANY], false)))
    })
    .accepted_by(&[Certwright, GnuTls, Go, Java]),
    server("eku-empty", "the extendedKeyUsage lists nothing", "RFC 5280 §4.2.1.12", |f| {
        f.server(|t| t.set(Extension::extended_key_usage(&[], false)))
    })
    .accepted_by(&[GnuTls, Go]),
    email("email-wrong-eku", "the certificate for mail is for servers", "RFC 5280 §4.2.1.12", |f| {
        f.email(|t| t.set(Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false)))
    })
    .accepted_by(&[Java]),
    server("leaf-as-issuer", "its issuer is a server", "RFC 5280 §6.1.4(k)", |f| {
        // Below an authority that may have others below, so that nothing else is wrong.
        let root = f.line()?.remove(1);
        let line = vec![f.below(&root, "issuing-leaf-as-issuer", Kind::P256, None, |_| {})?, root];
        let key = TestKey::new(&f.options.seed, "leaf-as-issuer-issuer", Kind::P256)?;
        let server = f.leaf(&line, Server, Kind::P256, |t| {
            t.subject = der::name(Some("leaf-as-issuer-issuer"));
            t.spki = key.spki().to_vec();
            t.set(Extension::subject_key_identifier(&key.key_id()));
        })?;
        let name = der::name(Some("leaf-as-issuer-issuer"));
        let issuer = Authority { label: "server".to_owned(), der: server.certificate, name, key };
        f.leaf(&[issuer, line[0].clone(), line[1].clone()], Server, Kind::P256, |_| {})
    }),
    server(
        "missing-eku",
        "it has no extendedKeyUsage",
        "RFC 5280 §4.2.1.12 (may be missing), CA/Browser Forum BR §7.1.2.7",
        |f| f.server(|t| t.remove(&oid::EXTENDED_KEY_USAGE)),
    )
    .accepted_by(&Program::ALL),
    server("missing-key-usage", "it has no keyUsage", "RFC 5280 §4.2.1.3 (should be there)", |f| {
        f.server(|t| t.remove(&oid::KEY_USAGE))
    })
    .accepted_by(&Program::ALL),
    server(
        "name-constraint-address",
        "its address is outside of the constraints of its issuer",
        "RFC 5280 §4.2.1.10",
        |f| {
            let constraints = permit(&["10.0.0.0/8", "fd00::/8"])?;
            f.server_below(|t| t.set(constraints))
        },
    ),
    server("name-constraint-dns", "its name is outside of the constraints of its issuer", "RFC 5280 §4.2.1.10", |f| {
        let constraints = permit(&["permitted.example"])?;
        f.server_below(|t| t.set(constraints))
    }),
    email(
        "name-constraint-email",
        "its mailbox is outside of the constraints of its issuer",
        "RFC 5280 §4.2.1.10",
        |f| {
            let constraints = permit(&["email:permitted.example"])?;
            f.leaf(&f.own(|t| t.set(constraints))?, Email, Kind::P256, |_| {})
        },
    ),
    server("name-constraint-excluded", "its name is one that its issuer may not certify", "RFC 5280 §4.2.1.10", |f| {
        let excluded = vec![Subtree::parse(&f.options.host)?];
        let constraints = Extension::name_constraints(&NameConstraints { permitted: Vec::new(), excluded })?;
        f.server_below(|t| t.set(constraints))
    }),
    server(
        "name-constraint-on-leaf",
        "it has name constraints, which are for authorities",
        "RFC 5280 §4.2.1.10",
        |f| {
            let constraints = permit(&[&f.options.host])?;
            f.server(|t| t.set(constraints))
        },
    )
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls]),
    server(
        "path-length-exceeded",
        "its issuer is below an authority that may have none below",
        "RFC 5280 §6.1.4(l)",
        |f| {
            let line = f.line()?;
            let lower = f.below(&line[0], "issuing-path-length", Kind::P256, None, |_| {})?;
            f.leaf(&[lower, line[0].clone(), line[1].clone()], Server, Kind::P256, |_| {})
        },
    ),
    server(
        "policy-required",
        "its issuer asks for a policy, and it has none",
        "RFC 5280 §4.2.1.11, §6.1.5(g)",
        |f| {
            f.server_below(|t| {
                t.set(Extension::certificate_policies(&[UNKNOWN]));
                // requireExplicitPolicy [0] 0
                let value = sequence(&[&[0x80, 1, 0]]);
                t.set(Extension { oid: oid::POLICY_CONSTRAINTS, critical: true, value });
            })
        },
    )
    .accepted_by(&[Node, OpenSsl]),
    server("unknown-critical-extension", "a critical extension that nobody knows", "RFC 5280 §4.2, §6.1.5(f)", |f| {
        f.server(|t| t.add(unknown()))
    }),
    server(
        "unknown-critical-extension-intermediate",
        "its issuer has a critical extension that nobody knows",
        "RFC 5280 §6.1.4(o)",
        |f| f.server_below(|t| t.add(unknown())),
    ),
    server("wrong-eku", "it is for clients", "RFC 5280 §4.2.1.12", |f| {
        f.server(|t| t.set(Extension::extended_key_usage(&[oid::EKU_CLIENT_AUTH], false)))
    }),
    server(
        "wrong-eku-intermediate",
        "its issuer is for clients",
        "CA/Browser Forum BR §7.1.2.10, RFC 5280 §4.2.1.12",
        |f| f.server_below(|t| t.set(Extension::extended_key_usage(&[oid::EKU_CLIENT_AUTH], false))),
    )
    .accepted_by(&[Java]),
    server("wrong-key-usage", "its key may sign certificates only", "RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.2", |f| {
        f.server(|t| t.set(Extension::key_usage(KeyUsage::KEY_CERT_SIGN)))
    })
    .accepted_by(&[GnuTls, Go, Rustls]),
];

fn permit(names: &[&str]) -> Result<Extension, TestingError> {
    let permitted = names.iter().map(|name| Subtree::parse(name)).collect::<Result<_, _>>()?;
    Ok(Extension::name_constraints(&NameConstraints { permitted, excluded: Vec::new() })?)
}

fn unknown() -> Extension {
    Extension { oid: UNKNOWN, critical: true, value: vec![0x05, 0] }
}
