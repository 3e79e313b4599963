//! Work spread over the cores.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// Below this many items threads cost more than they bring.
const PARALLEL_FROM: usize = 8;

/// How many pieces there are for each core: one that is held up by something else leaves the rest to the others.
const PIECES: usize = 8;

/// Maps items over the cores, keeping their order; the first error in order wins. Each core stops at its first error.
///
/// # Errors
/// The first error in order.
pub fn in_parallel<T: Send, R: Send, E: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    // The system is asked only where it matters: it reads files to answer.
    let cores = match items.len() {
        PARALLEL_FROM.. => thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    };
    if cores == 1 {
        return items.into_iter().map(work).collect();
    }
    let (count, share) = (items.len(), items.len().div_ceil(cores * PIECES));
    let mut rest = items.into_iter();
    let pieces =
        std::iter::from_fn(|| Some(rest.by_ref().take(share).collect::<Vec<T>>()).filter(|all| !all.is_empty()));
    // Pieces are taken in order: whatever comes before a piece with an error is worked on, or has an error itself.
    let pieces = Mutex::new(pieces.collect::<Vec<_>>().into_iter().enumerate());
    let has_failed = AtomicBool::new(false);
    let next = || match has_failed.load(Ordering::Relaxed) {
        true => None,
        false => pieces.lock().unwrap_or_else(PoisonError::into_inner).next(),
    };
    let worker = || {
        let mut done = Vec::with_capacity(PIECES);
        while let Some((place, piece)) = next() {
            let piece = piece.into_iter().map(&work).collect::<Result<Vec<R>, E>>();
            has_failed.fetch_or(piece.is_err(), Ordering::Relaxed);
            done.push((place, piece));
        }
        done
    };
    let mut parts: Vec<(usize, Result<Vec<R>, E>)> = thread::scope(|scope| {
        // Where no thread is to be had, this one does all of it.
        let others: Vec<_> =
            (1..cores).filter_map(|_| thread::Builder::new().spawn_scoped(scope, worker).ok()).collect();
        let own = worker();
        // A worker that panicked takes this thread with it: there is no result to go on with.
        let join = |other: ScopedJoinHandle<'_, _>| other.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
        own.into_iter().chain(others.into_iter().flat_map(join)).collect()
    });
    parts.sort_unstable_by_key(|(place, _)| *place);
    let mut all = Vec::with_capacity(count);
    for (_, part) in parts {
        all.extend(part?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn order_is_kept_and_the_first_error_wins() {
        let doubled = in_parallel((0..1000).collect(), |number: u32| Ok::<_, u32>(number * 2)).unwrap();
        assert_eq!(doubled, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
        let failed =
            in_parallel((0..1000).collect(), |number: u32| if number % 300 == 299 { Err(number) } else { Ok(()) });
        assert_eq!(failed, Err(299));
    }
}
