//! Asks other people's programs about what certwright makes, and certwright about what they make.
//!
//! One module for each foreign program. A program that is not installed is reported as `skipped` and passes, unless
//! `CERTWRIGHT_CI` is set; `.ci/install` installs them all. Nothing leaves the loopback interface.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml knows only functions marked as tests"
)]

mod authority;
mod clients;
mod exported;
mod finding;
mod matrix;
mod parties;
mod readme;
mod server;
mod stores;
mod tool;

#[path = "../support/installed.rs"]
mod installed;

mod apache;
mod ceremony;
mod chromium;
mod clojure;
mod dev;
mod export;
mod gnutls;
mod go;
mod haproxy;
mod imported;
mod java;
mod kafka;
mod keystores;
mod lint;
mod manifest_matrix;
mod manifests;
mod moving;
mod mutual_tls;
mod nginx;
mod node;
mod nss;
mod ocsp;
mod openssl;
mod pkilint;
mod postgres;
mod pyca;
mod recipes;
mod renewal;
mod requests;
mod revocation;
mod rollover;
mod site;
mod spring_boot;
mod test_pki;
mod tomcat;
mod trust;
mod webpki;
mod zlint;
