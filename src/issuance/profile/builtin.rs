//! The built-in profiles, one file each in `templates/`.
//!
//! Why they are what they are:
//! - **Lifetimes.** TLS certificates live 90 days and at most 825, beyond which Apple's platforms refuse them. Roots live 10
//!   years and at most 25, intermediates 5 and at most 15. An OCSP responder cannot be revoked (`ocspNoCheck`), so it lives 30
//!   days; a time stamp must stay verifiable, so its certificate lives a year and at most 10.
//! - **Keys.** P-256 below, P-384 for roots. Everything that can be generated is allowed, except where a consumer cannot use
//!   it: Kafka reads RSA and EC only.
//! - **Key usage.** `digitalSignature`, and for RSA keys of servers `keyEncipherment` on top, without which NSS refuses the
//!   RSA key exchange of TLS 1.2; the key of a mere client never enciphers (RFC 5280 §4.2.1.12). Email lets RSA keys encipher
//!   and EC keys agree, so that mail can be encrypted to them.
//! - **Names.** A certificate for servers needs a name that a client can compare; one for clients, people or code does not.

/// Every built-in profile: its name and its JSON.
pub(super) const ALL: [(&str, &str); 13] = [
    ("client", include_str!("../../../templates/client.json")),
    ("code-signing", include_str!("../../../templates/code-signing.json")),
    ("email", include_str!("../../../templates/email.json")),
    ("etcd-peer", include_str!("../../../templates/etcd-peer.json")),
    ("etcd-server", include_str!("../../../templates/etcd-server.json")),
    ("intermediate", include_str!("../../../templates/intermediate.json")),
    ("kafka-broker", include_str!("../../../templates/kafka-broker.json")),
    ("ocsp", include_str!("../../../templates/ocsp.json")),
    ("peer", include_str!("../../../templates/peer.json")),
    ("root", include_str!("../../../templates/root.json")),
    ("server", include_str!("../../../templates/server.json")),
    ("spiffe", include_str!("../../../templates/spiffe.json")),
    ("timestamping", include_str!("../../../templates/timestamping.json")),
];
