//! What the authority does: issuance meets the store.
//!
//! Everything here is in three steps: resolve and load keys without the lock, prepare and sign under the lock, commit. A
//! certificate leaves this layer only after [`crate::store::Writer::commit`] said that it is durable.

mod audit;
mod authority;
mod clock;
mod complete;
mod crl;
mod each;
mod error;
mod guard;
mod import;
mod issue;
mod load;
mod migrate;
mod ocsp;
mod parallel;
mod preview;
mod reference;
mod remake;
mod renew;
mod resigned;
mod revoke;
mod rollover;
mod serial;
mod signing;
mod status;

pub use audit::{Audit, Kept, audit};
pub use authority::{
    AuthorityPlan, ImportPlan, Made, check_free, check_import, create_root, create_subordinate, import, request,
};
pub use clock::{accept_clock, check_clock, crls_ahead};
pub use crl::{DEFAULT_VALIDITY, Due, Schedule, SignedCrl, holding, sign_crl};
pub use each::{Commission, issue_possible};
pub use error::CaError;
pub use guard::is_authority_name;
pub use import::{CertificateImport, check_import_certificate, import_certificate};
pub use issue::{
    Assignment, Order, Outcome, Rehearsal, Session, check_lineage, dry_run, issue, issue_each, issue_to,
    self_signed_certificate,
};
pub use load::{
    LoadedAuthority, PassphrasePrompt, Served, chain_of, issuers_of, load, own_key, resolve, served, served_authority,
};
pub use migrate::{
    IndexLine, IndexRevocation, Left, Migration, Moved, MovedCertificate, MovedRevocation, OpensslConfig, migrate,
    parse_index,
};
pub use ocsp::{
    KnownResponder, RESPONDER_PROFILE, Responder, check_may_respond, known_responder, live_statuses, responder_lineage,
    responder_order, status,
};
pub use parallel::in_parallel;
pub use preview::Preview;
pub use reference::{Reference, find, find_lineage, find_whole};
pub use remake::{RemakePlan, remake};
pub use renew::{Renewal, RenewalChanges, RenewalRehearsal, Renewed, due_from, is_compromised, renew};
pub use resigned::is_resigned;
pub use revoke::{Cause, Distrust, Revocable, Revoked, distrust, release, revoke};
pub use rollover::{
    Begun, Cross, Finished, PreparedRollover, Remaining, RolloverPlan, Signers, Terms, begin_rollover, change_rollover,
    check_may_finish, check_may_remake, finish_rollover, is_superseded, is_to_be_moved, prepare_rollover, remaining,
    renewing_authority, succession, tops_above, unfit_successor,
};
pub use serial::{RandomSerials, SerialSource};
pub use signing::{Signed, Signing};
pub use status::{
    AuthorityStatus, Counts, CrlStatus, ExpiringCertificate, KeyStatus, Limits, RolloverStatus, Status,
    UndeliveredFiles, owes_crls,
};
