//! Tables that fit the terminal.

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text;

/// Spaces between two columns.
const GAP: usize = 2;
/// No column is cut below this, so that something can still be read in it.
const NARROWEST: usize = 8;

/// Lays out a table: a header line and a line for each row, columns aligned with spaces. With a `width`, the widest columns
/// are cut until every line fits; without one, nothing is.
pub(super) fn render(header: &[&str], rows: Vec<Vec<String>>, width: Option<u16>) -> String {
    let mut cells: Vec<Vec<String>> = vec![header.iter().map(|title| (*title).to_owned()).collect()];
    cells.extend(rows.into_iter().map(|row| row.iter().map(|cell| text::visible_line(cell)).collect()));
    if let Some(width) = width {
        let widths = fitted(&cells, usize::from(width));
        for row in &mut cells {
            for (cell, width) in row.iter_mut().zip(&widths) {
                cut(cell, *width);
            }
        }
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).add_rows(cells);
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table.trim_fmt()
}

/// The width that each column gets.
fn fitted(cells: &[Vec<String>], available: usize) -> Vec<usize> {
    let columns = cells.iter().map(Vec::len).max().unwrap_or_default();
    let mut widths = vec![0; columns];
    for row in cells {
        for (cell, width) in row.iter().zip(&mut widths) {
            *width = (*width).max(cell.width());
        }
    }
    let gaps = GAP * columns.saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > available {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

/// Cuts a cell to a width; an ellipsis shows that something is missing.
fn cut(cell: &mut String, width: usize) {
    if cell.width() <= width {
        return;
    }
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
        let text = render(&["NAME", "EXPIRES"], rows(&[&["a", "never"], &["api.example.test", ""]]), None);
        assert_eq!(text, "NAME              EXPIRES\na                 never\napi.example.test");
    }

    #[test]
    fn the_widest_column_is_cut() {
        let text = render(&["A", "B"], rows(&[&["short", &"x".repeat(50)]]), Some(30));
        assert_eq!(text, format!("A      B\nshort  {}…", "x".repeat(22)));
        assert!(text.lines().all(|line| line.width() <= 30));
    }

    #[test]
    fn wide_characters_count_twice() {
        let text = render(&["A", "B"], rows(&[&["証明書の名前です", "x"]]), Some(12));
        assert_eq!(text.lines().nth(1), Some("証明書の…  x"));
    }

    #[test]
    fn a_cell_cannot_break_its_line() {
        let text = render(&["A"], rows(&[&["x\n\u{1b}[2Jy\tz"]]), None);
        assert_eq!(text, "A\nx\\u{a}\\u{1b}[2Jy\\u{9}z");
    }

    #[test]
    fn no_width_is_too_small() {
        assert!(!render(&["A", "B", "C"], rows(&[&["aaaaaaaaaaaa", "b", "c"]]), Some(1)).is_empty());
    }
}
