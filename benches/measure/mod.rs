//! Interleaved runs and their medians: on a shared machine only ratios taken side by side mean anything.

use std::time::{Duration, Instant};

/// Something to be timed.
pub(crate) struct Contender<'a> {
    /// How it is called in the table.
    pub(crate) name: String,
    /// One run; it is given the number of the round.
    pub(crate) run: Box<dyn FnMut(usize) + 'a>,
    times: Vec<Duration>,
}

impl<'a> Contender<'a> {
    /// A contender that has not run yet.
    pub(crate) fn new(name: impl Into<String>, run: impl FnMut(usize) + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run), times: Vec::new() }
    }

    /// The median of its runs, in seconds.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    fn quantile(&self, part: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort();
        times[((times.len() - 1) as f64 * part) as usize].as_secs_f64()
    }
}

/// Runs every contender once a round, after one round that does not count, for so many rounds or until the time is up.
pub(crate) fn interleave(contenders: &mut [Contender<'_>], rounds: usize, at_most: Duration) {
    let begun = Instant::now();
    for round in 0..=rounds {
        if round > 3 && begun.elapsed() > at_most {
            break;
        }
        for contender in &mut *contenders {
            let start = Instant::now();
            (contender.run)(round);
            if round > 0 {
                contender.times.push(start.elapsed());
            }
        }
    }
}

/// Prints median, the middle four fifths, and the number of runs of every contender.
pub(crate) fn print(contenders: &[Contender<'_>]) {
    println!("{:<44} {:>9} {:>9} {:>9} {:>5}", "", "median", "10 %", "90 %", "runs");
    for contender in contenders {
        let ms = |part| contender.quantile(part) * 1e3;
        let runs = contender.times.len();
        println!("{:<44} {:>6.2} ms {:>6.2} ms {:>6.2} ms {runs:>5}", contender.name, ms(0.5), ms(0.1), ms(0.9));
    }
}
