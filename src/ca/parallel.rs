//! Work spread over the cores.

/// Below this many items threads cost more than they bring.
const PARALLEL_FROM: usize = 8;

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
        PARALLEL_FROM.. => std::thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    };
    if cores == 1 {
        return items.into_iter().map(work).collect();
    }
    let (count, share) = (items.len(), items.len().div_ceil(cores));
    let mut rest = items.into_iter();
    let work = &work;
    let parts: Vec<Result<Vec<R>, E>> = std::thread::scope(|scope| {
        let mut workers = Vec::with_capacity(cores);
        loop {
            let chunk: Vec<T> = rest.by_ref().take(share).collect();
            if chunk.is_empty() {
                break;
            }
            workers.push(scope.spawn(move || chunk.into_iter().map(work).collect::<Result<Vec<R>, E>>()));
        }
        // A worker that panicked takes this thread with it: there is no result to go on with.
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|why| std::panic::resume_unwind(why))).collect()
    });
    let mut all = Vec::with_capacity(count);
    for part in parts {
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
