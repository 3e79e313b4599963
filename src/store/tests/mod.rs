//! Tests of the store as a whole, on real directories.

mod atomic;
mod chains;
mod check;
mod commit;
mod crl;
mod faults;
mod fixture;
mod index;
mod journal;
mod lock;
mod packs;
mod permissions;
