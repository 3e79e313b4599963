//! Help with the examples first, the same for every command.
//!
//! A command gives its examples as `#[command(before_help = EXAMPLES)]`, one command line to a line, comments behind ` # `.
//! They are laid out here so that a terminal of 80 columns breaks none: each can be pasted. Its doc comment is the line on top;
//! further paragraphs of it follow the examples in the long help.

use std::cmp::Reverse;

use clap::{ArgMatches, Command};

use super::CliError;

const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Columns of running text.
const MEASURE: usize = 80;
/// Columns of an example without its indent; with it, two are left of a terminal's 80.
const EXAMPLE: usize = 76;
/// What stands before a comment behind a command line.
const COMMENT: &str = "  # ";

/// Gives a command and all below it the shared layout of help.
pub(super) fn dressed(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command.help_template(TEMPLATE);
    for name in names {
        command = command.mut_subcommand(name, dressed);
    }
    let discussion = discussion(&command);
    let Some(examples) = examples(&command) else { return command };
    let short = format!("Examples:\n{}", indented(&examples));
    let long = if discussion.is_empty() { short.clone() } else { format!("{short}\n\n{}", wrapped(&discussion)) };
    command.before_help(short).before_long_help(long).long_about(clap::builder::Resettable::Reset)
}

/// A command's examples: comments lined up behind the command lines, and above those that leave no room for them.
pub(super) fn examples(command: &Command) -> Option<String> {
    let text = command.get_before_help()?.to_string();
    let lines: Vec<(&str, &str)> = text
        .trim_end()
        .lines()
        .map(|line| line.split_once(" # ").unwrap_or((line, "")))
        .map(|(line, comment)| (line.trim(), comment.trim()))
        .collect();
    let commented = || lines.iter().filter(|(_, comment)| !comment.is_empty());
    let has_room = |(line, comment): &(&str, &str), column: usize| {
        columns(line) <= column && column + columns(COMMENT) + columns(comment) <= EXAMPLE
    };
    let fitting = |column: usize| commented().filter(|line| has_room(line, column)).count();
    // Where most of the comments have room, the first such column; above the lines if that is the smaller half.
    let column = commented()
        .map(|(line, _)| columns(line))
        .max_by_key(|column| (fitting(*column), Reverse(*column)))
        .filter(|column| 2 * fitting(*column) >= commented().count())
        .unwrap_or_default();
    let mut shown = Vec::new();
    for (line, comment) in &lines {
        match comment.is_empty() {
            false if has_room(&(line, comment), column) => shown.push(format!("{line:column$}{COMMENT}{comment}")),
            is_empty => {
                shown.extend((!is_empty).then(|| format!("# {comment}")));
                shown.extend(continued(line));
            }
        }
    }
    Some(shown.join("\n"))
}

/// A command line, continued on further lines where it is too long for one: before an option, so that its value stays with it,
/// or before what joins two commands.
fn continued(line: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in words(line) {
        let begins = (word.starts_with('-') && word.len() > 1) || ["|", "||", "&&"].contains(&word);
        match parts.last_mut() {
            Some(part) if !begins => part.extend([" ", word]),
            _ => parts.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        // The backslash needs two columns, unless nothing follows.
        let room = if parts.peek().is_some() { EXAMPLE - 2 } else { EXAMPLE };
        match lines.last_mut() {
            Some(last) if columns(last) + 1 + columns(&part) <= room => last.extend([" ", &part]),
            Some(last) => {
                last.push_str(" \\");
                lines.push(format!("    {part}"));
            }
            None => lines.push(part),
        }
    }
    lines
}

/// The words of a command line with their quotes.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let is_between = move |found: char| {
        match quote {
            Some(open) if found == open => quote = None,
            None if matches!(found, '\'' | '"') => quote = Some(found),
            _ => {}
        }
        found == ' ' && quote.is_none()
    };
    line.split(is_between).filter(|word| !word.is_empty())
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// What a command's doc comment says below its first paragraph.
pub(super) fn discussion(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
    long.strip_prefix(about.as_str()).unwrap_or(&long).trim_start_matches('.').trim().to_owned()
}

/// The subcommands that were named: `log show`.
pub(super) fn command_path(matches: &ArgMatches) -> String {
    let mut names = Vec::new();
    let mut at = matches;
    while let Some((name, below)) = at.subcommand() {
        names.push(name);
        at = below;
    }
    names.join(" ")
}

/// clap's error as one of ours, for the JSON report: its first paragraph is the message.
pub(super) fn usage_error(error: &clap::Error) -> CliError {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let message = text.split("\n\n").next().unwrap_or(text);
    CliError::usage(message.split_whitespace().collect::<Vec<_>>().join(" ")).hint("see --help")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Breaks paragraphs at the measure; lines that start with white space stay as they are.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut column = 0;
        if line.starts_with(' ') {
            out.push_str(line);
        } else {
            for word in line.split_whitespace() {
                let length = word.chars().count();
                if column > 0 && column + 1 + length > MEASURE {
                    out.push('\n');
                    column = 0;
                } else if column > 0 {
                    out.push(' ');
                    column += 1;
                }
                out.push_str(word);
                column += length;
            }
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &'static str) -> String {
        examples(&Command::new("x").before_help(text)).unwrap()
    }

    #[test]
    fn comments_line_up_or_stand_above() {
        assert_eq!(shown("x a # one\nx list b # two\nx c"), "x a       # one\nx list b  # two\nx c");
        let long =
            "x takes --a-few-words --to-say-what-it-does --and --some-more # with a comment\nx a # one\nx b # two";
        assert!(shown(long).starts_with("# with a comment\nx takes"), "{}", shown(long));
        assert!(shown(long).ends_with("\nx a  # one\nx b  # two"), "{}", shown(long));
    }

    #[test]
    fn long_lines_go_on_before_an_option_and_never_within_quotes() {
        let line = "x sign --subject 'CN=a --b | c, O=d' --passphrase file:secret --out a/directory/somewhere/else | y";
        let lines = continued(line);
        assert!(lines.len() == 2 && lines.iter().all(|line| columns(line) <= EXAMPLE), "{lines:?}");
        assert_eq!(lines.join("\n").replace(" \\\n    ", " "), line);
        assert_eq!(lines[0], "x sign --subject 'CN=a --b | c, O=d' --passphrase file:secret \\");
    }
}
