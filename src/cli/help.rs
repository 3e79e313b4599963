//! Help with the examples first, the same for every command.
//!
//! A command gives its examples as `#[command(before_help = EXAMPLES)]`, one command line to a line, comments behind ` # `,
//! which are lined up here. Its doc comment is the line on top; further paragraphs of it follow the examples in the long help.

use clap::{ArgMatches, Command};

use super::CliError;

const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Columns of running text.
const MEASURE: usize = 80;

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

/// A command's examples, comments lined up.
pub(super) fn examples(command: &Command) -> Option<String> {
    let text = command.get_before_help()?.to_string();
    let lines: Vec<(&str, &str)> =
        text.trim_end().lines().map(|line| line.split_once(" # ").unwrap_or((line, ""))).collect();
    let commented = lines.iter().filter(|(_, comment)| !comment.is_empty());
    let width = commented.map(|(line, _)| line.trim().chars().count()).max().unwrap_or_default();
    let lined_up = lines.iter().map(|(line, comment)| match *comment {
        "" => line.trim().to_owned(),
        comment => format!("{:width$}  # {}", line.trim(), comment.trim()),
    });
    Some(lined_up.collect::<Vec<_>>().join("\n"))
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
