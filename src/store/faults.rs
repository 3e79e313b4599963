//! Stopping the store at any step of its file operations, for tests.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::io::Step;

/// What happens at the chosen step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The process dies: this step and all later ones do nothing, not even cleaning up.
    Die,
    /// The process dies in the middle of a write.
    DieHalfWay,
    /// This step fails once.
    FailOnce,
    /// The disk is full from here on: whatever needs space fails.
    Full,
}

#[derive(Default)]
struct Plan {
    at: Option<(usize, Fault)>,
    done: usize,
    trace: Option<Vec<(Step, PathBuf)>>,
}

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::default();
    static LINKLESS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` as on a file system where no file has two names.
pub(super) fn without_links<T>(work: impl FnOnce() -> T) -> T {
    LINKLESS.set(true);
    let result = work();
    LINKLESS.set(false);
    result
}

/// Whether no file may get a second name.
pub(super) fn linkless() -> bool {
    LINKLESS.get()
}

/// Lets the `at`-th step from now (from 0) meet a fault while `work` runs; says whether it was reached.
pub(super) fn with<T>(at: usize, fault: Fault, work: impl FnOnce() -> T) -> (T, bool) {
    PLAN.with_borrow_mut(|plan| *plan = Plan { at: Some((at, fault)), ..Plan::default() });
    let result = work();
    let reached = PLAN.with_borrow(|plan| plan.done > at);
    PLAN.with_borrow_mut(|plan| *plan = Plan::default());
    (result, reached)
}

/// Lists the steps taken while `work` runs.
pub(super) fn trace<T>(work: impl FnOnce() -> T) -> (T, Vec<(Step, PathBuf)>) {
    PLAN.with_borrow_mut(|plan| *plan = Plan { trace: Some(Vec::new()), ..Plan::default() });
    let result = work();
    let trace = PLAN.take().trace.unwrap_or_default();
    (result, trace)
}

/// Whether steps are watched: then they must all happen on this thread.
pub(super) fn armed() -> bool {
    PLAN.with_borrow(|plan| plan.at.is_some() || plan.trace.is_some())
}

pub(super) fn step(step: Step, path: &Path) -> Result<(), StoreError> {
    verdict(step, path).map_err(|(error, _)| error)
}

pub(super) fn before_write(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    verdict(Step::Write, path).map_err(|(error, half)| {
        if half {
            file.write_all(&bytes[..bytes.len() / 2]).unwrap();
        }
        error
    })
}

pub(super) fn before_write_at(file: &File, path: &Path, bytes: &[u8], offset: u64) -> Result<(), StoreError> {
    verdict(Step::WriteAt, path).map_err(|(error, half)| {
        if half {
            file.write_all_at(&bytes[..bytes.len() / 2], offset).unwrap();
        }
        error
    })
}

/// The error of a step that must fail, and whether half of its bytes are written all the same.
fn verdict(step: Step, path: &Path) -> Result<(), (StoreError, bool)> {
    PLAN.with_borrow_mut(|plan| {
        if let Some(trace) = &mut plan.trace {
            trace.push((step, path.to_owned()));
        }
        let Some((at, fault)) = plan.at else { return Ok(()) };
        let number = plan.done;
        plan.done += 1;
        let needs_space = !matches!(step, Step::Mode | Step::Remove | Step::Truncate | Step::Sync);
        let fails = match fault {
            Fault::Die | Fault::DieHalfWay => number >= at,
            Fault::FailOnce => number == at,
            Fault::Full => number >= at && needs_space,
        };
        if !fails {
            return Ok(());
        }
        let kind = if fault == Fault::Full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
        let half = number == at && fault == Fault::DieHalfWay || fault == Fault::Full;
        Err((StoreError::io(path, io::Error::new(kind, "made to fail by a test")), half))
    })
}
