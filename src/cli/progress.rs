//! A progress bar for long work.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text;

/// Work that is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// A progress bar; `Sync`, so that workers can tick it. It goes away when it is dropped.
pub struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    shown: OnceLock<()>,
}

impl Progress {
    pub(super) fn new(total: u64, what: &str, on_terminal: bool) -> Self {
        let bar = on_terminal.then(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden())
                .with_style(style)
                .with_message(text::visible_line(what))
        });
        Self { bar, started: Instant::now(), shown: OnceLock::new() }
    }

    /// So much is done; all of it ends the bar.
    pub fn set(&self, done: u64) {
        let Some(bar) = &self.bar else { return };
        if self.started.elapsed() > PATIENCE {
            self.shown.get_or_init(|| bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        bar.set_position(done);
        if bar.length().is_some_and(|total| done >= total) {
            bar.finish_and_clear();
        }
    }

    /// One more is done.
    pub fn tick(&self) {
        let Some(bar) = &self.bar else { return };
        if self.started.elapsed() > PATIENCE {
            self.shown.get_or_init(|| bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
