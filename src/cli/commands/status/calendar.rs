//! A year of expiries as a small chart: a line for each month, a column for each day.

use time::{Date, Month, OffsetDateTime};

/// What stands for how many, relative to the most on one day.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The lines for the month of `now` and the eleven after it, and the days of the thirteenth month that the year still has.
pub(super) fn lines(days: &[(String, u64)], now: OffsetDateTime) -> Vec<String> {
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let mut lines = Vec::with_capacity(13);
    let (mut year, mut month) = (now.year(), now.month());
    for index in 0..13 {
        let prefix = format!("{year:04}-{:02}-", u8::from(month));
        let of_month: Vec<(u8, u64)> =
            days.iter().filter_map(|(day, count)| Some((day.strip_prefix(&prefix)?.parse().ok()?, *count))).collect();
        let total: u64 = of_month.iter().map(|(_, count)| count).sum();
        if index == 12 && total == 0 {
            break;
        }
        let cell = |day: u8| match of_month.iter().find(|(of, _)| *of == day) {
            Some((_, count)) => level(*count, most),
            None if index == 0 && day < now.day() => ' ',
            None => '·',
        };
        let length = Date::from_calendar_date(year, month, 1).map_or(31, |_| month.length(year));
        let row: String = (1..=length).map(cell).collect();
        let total = if total == 0 { String::new() } else { format!(" {total}") };
        lines.push(format!("{} {row:<31}{total}", &prefix[..7]).trim_end().to_owned());
        if month == Month::December {
            year += 1;
        }
        month = month.next();
    }
    lines
}

fn level(count: u64, most: u64) -> char {
    let index = (count.saturating_mul(LEVELS.len() as u64)).div_ceil(most).clamp(1, LEVELS.len() as u64) - 1;
    usize::try_from(index).ok().and_then(|index| LEVELS.get(index)).copied().unwrap_or('█')
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::lines;

    #[test]
    fn every_day_has_its_place() {
        let days =
            [("2027-12-31", 1), ("2028-02-29", 8), ("2028-12-01", 4)].map(|(day, count)| (day.to_owned(), count));
        let lines = lines(&days, datetime!(2027-12-30 12:00 UTC));
        assert_eq!(lines[0], format!("2027-12 {}·▁ 1", " ".repeat(29)));
        assert_eq!(lines[1], format!("2028-01 {}", "·".repeat(31)));
        assert_eq!(lines[2], format!("2028-02 {}█   8", "·".repeat(28)));
        assert_eq!(lines[12], format!("2028-12 ▄{} 4", "·".repeat(30)));
        assert_eq!(lines.len(), 13);
    }
}
