//! Tests of the store as a whole, on real directories.

mod atomic;
mod check;
mod commit;
mod faults;
mod fixture;
mod journal;
mod lock;
mod permissions;
