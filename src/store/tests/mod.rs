//! Tests of the store as a whole, on real directories.

mod commit;
mod fixture;
