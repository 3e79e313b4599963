//! Structures and encodings that RFC 5280 or DER forbid.

use super::{Plan, server};
use crate::testing::Program::{self, Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls};
use crate::testing::der::{self, longer_length};
use crate::testing::forge::LOOPBACK4;
use crate::x509::tlv;
use crate::x509::{Extension, KeyUsage, oid};

pub(super) const PLANS: &[Plan] = &[
    server("boolean-not-der", "a critical flag is the octet 01, which is BER", "X.690 §11.1, RFC 5280 §4.1", |f| {
        f.server(|t| {
            let value = t.value(&oid::BASIC_CONSTRAINTS);
            t.remove(&oid::BASIC_CONSTRAINTS);
            t.raw_extensions.push(der::raw_extension(&oid::BASIC_CONSTRAINTS, Some(1), &value));
        })
    })
    .accepted_by(&[GnuTls, Java, Node, OpenSsl]),
    server(
        "critical-false-encoded",
        "a critical flag is false and written down all the same",
        "X.690 §11.5, RFC 5280 §4.1",
        |f| {
            f.server(|t| {
                let value = t.value(&oid::SUBJECT_ALT_NAME);
                t.remove(&oid::SUBJECT_ALT_NAME);
                t.raw_extensions.push(der::raw_extension(&oid::SUBJECT_ALT_NAME, Some(0), &value));
            })
        },
    )
    .accepted_by(&[Certwright, GnuTls, Go, Java, Node, OpenSsl, Rustls]),
    server("duplicate-extension", "the subjectAltName is there twice", "RFC 5280 §4.2", |f| {
        f.server(|t| t.add(der::san(&[der::Alt::Dns(&t.host), LOOPBACK4])))
    }),
    server("empty-extensions", "the list of extensions of its issuer is empty", "RFC 5280 §4.1", |f| {
        f.server_below(|t| {
            t.extensions.clear();
            t.tail = tlv::encode(tlv::context_constructed(3), &tlv::encode(tlv::SEQUENCE, &[]));
        })
    }),
    server("empty-issuer", "the name of its issuer is empty", "RFC 5280 §4.1.2.4", |f| {
        f.server_below(|t| t.subject = vec![0x30, 0])
    })
    .accepted_by(&[Certwright, Go, Node, Rustls]),
    server(
        "indefinite-length",
        "its signed part has an indefinite length, which is BER",
        "X.690 §10.1, RFC 5280 §4.1",
        |f| f.server(|t| t.before_signing = |tbs| der::indefinite(&tbs)),
    )
    .accepted_by(&[Node, OpenSsl]),
    server(
        "key-usage-not-der",
        "the keyUsage has bits after the last one that is set",
        "X.690 §11.2.2, RFC 5280 §4.2.1.3",
        |f| {
            f.server(|t| {
                t.set(Extension { value: vec![3, 2, 0, 0x80], ..Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE) });
            })
        },
    )
    .accepted_by(&Program::ALL),
    server("length-not-minimal", "a length takes more octets than it needs", "X.690 §10.1, RFC 5280 §4.1", |f| {
        f.server(|t| t.subject = longer_length(&t.subject))
    })
    .accepted_by(&[GnuTls, Java, Node, OpenSsl]),
    server("malformed-san", "the subjectAltName ends in the middle of a name", "RFC 5280 §4.2.1.6", |f| {
        f.server(|t| {
            let mut san = der::san(&[der::Alt::Dns(&t.host), LOOPBACK4]);
            san.value.pop();
            t.set(san);
        })
    }),
    server(
        "serial-duplicate",
        "its issuer gave another certificate the same serial number (twin.pem)",
        "RFC 5280 §4.1.2.2",
        |f| {
            let mut made = f.server(|_| {})?;
            let twin = f.server(|t| {
                t.subject = der::name(Some("serial-duplicate-twin"));
                t.set(der::san(&[der::Alt::Dns(&format!("twin.{}", t.own_host))]));
            })?;
            made.twin = Some(twin.certificate);
            Ok(made)
        },
    )
    .accepted_by(&Program::ALL),
    server("serial-negative", "its serial number is negative", "RFC 5280 §4.1.2.2", |f| {
        f.server(|t| t.serial = vec![2, 8, 0x91, 2, 3, 4, 5, 6, 7, 8])
    })
    .accepted_by(&[Certwright, GnuTls, Java, Node, OpenSsl, Rustls]),
    server(
        "serial-not-minimal",
        "its serial number has an octet too many in front",
        "X.690 §8.3.2, RFC 5280 §4.1",
        |f| f.server(|t| t.serial = vec![2, 9, 0, 0x11, 2, 3, 4, 5, 6, 7, 8]),
    )
    .accepted_by(&[GnuTls, Java, Rustls]),
    server("serial-too-long", "its serial number has 21 octets", "RFC 5280 §4.1.2.2", |f| {
        f.server(|t| t.serial = tlv::encode(tlv::INTEGER, &[0x4c; 21]))
    })
    .accepted_by(&Program::ALL),
    server("serial-zero", "its serial number is zero", "RFC 5280 §4.1.2.2", |f| {
        f.server(|t| t.serial = vec![2, 1, 0])
    })
    .accepted_by(&Program::ALL),
    server("trailing-bytes", "there are octets after the end of the certificate", "RFC 5280 §4.1", |f| {
        f.server(|t| t.after_signing = |certificate| [certificate.as_slice(), &[0, 0]].concat())
    })
    .accepted_by(&[OpenSsl]),
    server("trailing-field", "there is a field after the extensions", "RFC 5280 §4.1", |f| {
        f.server(|t| t.tail = vec![tlv::NULL, 0])
    })
    .accepted_by(&[Go, Java]),
    server("trailing-signature-field", "there is a field after the signature", "RFC 5280 §4.1", |f| {
        f.server(|t| {
            t.after_signing = |certificate| {
                let contents = tlv::Tlv::only_contents(&certificate, tlv::SEQUENCE).unwrap_or_default();
                der::sequence(&[contents, &[tlv::NULL, 0]])
            };
        })
    })
    .accepted_by(&[Go]),
    server("version-1", "version 1: no extensions, and so no names", "RFC 5280 §4.1.2.1, §4.1.2.9", |f| {
        f.server(|t| {
            t.version.clear();
            t.extensions.clear();
            t.subject = der::name(Some(&t.host));
        })
    })
    .accepted_by(&[GnuTls, Java, Node, OpenSsl]),
    server("version-1-explicit", "version 1 with extensions", "RFC 5280 §4.1.2.1", |f| {
        f.server(|t| t.version.clear())
    })
    .accepted_by(&[Node]),
    server(
        "version-1-intermediate",
        "its issuer is of version 1, which cannot say that it is an authority",
        "RFC 5280 §6.1.4(k)",
        |f| {
            f.server_below(|t| {
                t.version.clear();
                t.extensions.clear();
            })
        },
    ),
    server("version-4", "a version that there is not", "RFC 5280 §4.1.2.1", |f| {
        f.server(|t| t.version = vec![0xa0, 3, 2, 1, 3])
    })
    .accepted_by(&[GnuTls, Node, OpenSsl]),
];
