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
mod finding;
mod matrix;
mod readme;
mod tool;

mod ceremony;
mod gnutls;
mod go;
mod imported;
mod java;
mod keystores;
mod mutual_tls;
mod node;
mod nss;
mod openssl;
mod pkilint;
mod pyca;
mod requests;
mod webpki;
mod zlint;
