//! Tables of rows that are not in memory all at once.

use std::borrow::Cow;
use std::ops::Range;

use super::Ui;
use crate::ca::in_parallel;
use crate::cli::{CliError, table};

/// Takes the cells of a row.
pub(super) type TakeRow<'a> = dyn FnMut(&[Cow<'_, str>]) + 'a;

/// Hands the cells of the row with a number to whom takes them.
pub(super) type GiveRow<'a> = dyn Fn(usize, &mut TakeRow<'_>) -> Result<(), CliError> + Sync + 'a;

/// How many rows of a long table are laid out by one thread before the next take their turn, and how many such parts at once.
const ROWS: usize = 1 << 14;
const PARTS: usize = 8;

impl Ui {
    /// Prints a table as [`Ui::table`] does, of rows that are not in memory all at once: `row` is asked for each of them twice, from
    /// any thread.
    ///
    /// # Errors
    /// As [`Ui::line`]; what `row` gives.
    pub(in crate::cli) fn long_table(
        &mut self,
        header: &[&str],
        count: usize,
        row: &GiveRow<'_>,
    ) -> Result<(), CliError> {
        if self.json {
            return Ok(());
        }
        let parts: Vec<Range<usize>> =
            (0..count).step_by(ROWS).map(|from| from..count.min(from.saturating_add(ROWS))).collect();
        let mut columns = table::Columns::new(header);
        let fit = |mut part: Range<usize>| {
            let mut columns = table::Columns::new(header);
            part.try_for_each(|number| row(number, &mut |cells| columns.fit(cells)))?;
            Ok::<_, CliError>(columns)
        };
        in_parallel(parts.clone(), fit)?.iter().for_each(|part| columns.widen(part));
        if let Some(width) = self.width {
            columns.limit(width);
        }
        let mut text = String::new();
        let header: Vec<Cow<'_, str>> = header.iter().map(|title| Cow::Borrowed(*title)).collect();
        columns.line(&header, &mut text);
        self.data(text.as_bytes())?;
        let lay_out = |mut part: Range<usize>| {
            let mut text = String::new();
            part.try_for_each(|number| row(number, &mut |cells| columns.line(cells, &mut text)))?;
            Ok::<_, CliError>(text)
        };
        for parts in parts.chunks(PARTS) {
            in_parallel(parts.to_vec(), lay_out)?.iter().try_for_each(|text| self.data(text.as_bytes()))?;
        }
        Ok(())
    }
}
