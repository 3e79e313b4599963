//! Tables that fit the terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text;

/// Spaces between two columns.
const GAP: usize = 2;
/// No column is cut below this, so that something can still be read in it.
const NARROWEST: usize = 8;

/// The widths of a table's columns. All rows are looked at once before the first is laid out, so that a table of a million
/// rows need not be in memory.
pub(super) struct Columns {
    widths: Vec<usize>,
}

impl Columns {
    pub(super) fn new(header: &[&str]) -> Self {
        Self { widths: header.iter().map(|title| title.width()).collect() }
    }

    /// Makes room for a row.
    pub(super) fn fit(&mut self, row: &[Cow<'_, str>]) {
        for (cell, width) in row.iter().zip(&mut self.widths) {
            *width = (*width).max(width_of(&visible(cell)));
        }
    }

    /// Makes room for what others have room for.
    pub(super) fn widen(&mut self, others: &Self) {
        self.widths.iter_mut().zip(&others.widths).for_each(|(width, other)| *width = (*width).max(*other));
    }

    /// Cuts the widest columns until every line fits.
    pub(super) fn limit(&mut self, available: u16) {
        let gaps = GAP * self.widths.len().saturating_sub(1);
        while self.widths.iter().sum::<usize>() + gaps > usize::from(available) {
            match self.widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
    }

    /// Lays out a row: columns aligned with spaces, none at the end.
    pub(super) fn line(&self, row: &[Cow<'_, str>], out: &mut String) {
        let mut gap = 0;
        for (cell, width) in row.iter().zip(&self.widths) {
            let mut cell = visible(cell);
            if width_of(&cell) > *width {
                cut(cell.to_mut(), *width);
            }
            if !cell.is_empty() {
                out.extend(std::iter::repeat_n(' ', gap));
                out.push_str(&cell);
                gap = 0;
            }
            gap += width.saturating_sub(width_of(&cell)) + GAP;
        }
        out.push('\n');
    }
}

fn width_of(visible: &str) -> usize {
    if visible.is_ascii() { visible.len() } else { visible.width() }
}

fn visible(cell: &str) -> Cow<'_, str> {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if cell.bytes().all(plain) { Cow::Borrowed(cell) } else { Cow::Owned(text::visible_line(cell)) }
}

/// Lays out a table: a header line and a line for each row. With a `width`, the widest columns are cut until every line fits;
/// without one, nothing is.
pub(super) fn render(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let rows: Vec<Vec<Cow<'_, str>>> =
        rows.iter().map(|row| row.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect()).collect();
    let mut columns = Columns::new(header);
    rows.iter().for_each(|row| columns.fit(row));
    if let Some(width) = width {
        columns.limit(width);
    }
    let header: Vec<Cow<'_, str>> = header.iter().map(|title| Cow::Borrowed(*title)).collect();
    let mut text = String::new();
    std::iter::once(&header).chain(&rows).for_each(|row| columns.line(row, &mut text));
    text.truncate(text.trim_end_matches('\n').len());
    text
}

/// Cuts a cell to a width; an ellipsis shows that something is missing.
fn cut(cell: &mut String, width: usize) {
    let mut used = 0;
    let end = cell.char_indices().find(|(_, character)| {
        used += character.width().unwrap_or(0);
        used >= width
    });
    if let Some((end, _)) = end {
        cell.truncate(end);
        cell.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_line_up_without_tabs_or_trailing_spaces() {
        let text = render(&["NAME", "EXPIRES"], &rows(&[&["a", "never"], &["api.example.test", ""]]), None);
        assert_eq!(text, "NAME              EXPIRES\na                 never\napi.example.test");
    }

    #[test]
    fn the_widest_column_is_cut() {
        let text = render(&["A", "B"], &rows(&[&["short", &"x".repeat(50)]]), Some(30));
        assert_eq!(text, format!("A      B\nshort  {}…", "x".repeat(22)));
        assert!(text.lines().all(|line| line.width() <= 30));
    }

    #[test]
    fn wide_characters_count_twice() {
        let text = render(&["A", "B"], &rows(&[&["証明書の名前です", "x"]]), Some(12));
        assert_eq!(text.lines().nth(1), Some("証明書の…  x"));
    }

    #[test]
    fn a_cell_cannot_break_its_line() {
        let text = render(&["A"], &rows(&[&["x\n\u{1b}[2Jy\tz"]]), None);
        assert_eq!(text, "A\nx\\u{a}\\u{1b}[2Jy\\u{9}z");
    }

    #[test]
    fn no_width_is_too_small() {
        assert!(!render(&["A", "B", "C"], &rows(&[&["aaaaaaaaaaaa", "b", "c"]]), Some(1)).is_empty());
    }
}
