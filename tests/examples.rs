//! The help tells the truth: every command has examples, and every example is a command line that parses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use certwright::cli::{Cli, command};
use clap::{Command, Parser};

#[test]
fn every_command_has_examples_that_parse() {
    let mut wrong = Vec::new();
    let mut command = command();
    // The options that every command takes reach the subcommands.
    command.build();
    check(&command, "certwright", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(at: &Command, name: &str, wrong: &mut Vec<String>) {
    let help = at.clone().render_long_help().to_string();
    let mut examples = 0;
    let shown = help.lines().skip_while(|line| *line != "Examples:").skip(1).take_while(|line| line.starts_with("  "));
    let mut line = String::new();
    for part in shown {
        let width = part.chars().count();
        if width > 78 {
            wrong.push(format!("{name}: {width} columns, of which a terminal breaks 80: {part}"));
        }
        // A line may go on behind a backslash.
        let more = part.strip_suffix('\\');
        line.push_str(more.unwrap_or(part));
        if more.is_some() {
            continue;
        }
        let line = std::mem::take(&mut line);
        for words in command_lines(&line).iter().filter(|words| words.first().is_some_and(|word| word == "certwright"))
        {
            examples += 1;
            if let Err(error) = Cli::try_parse_from(words) {
                wrong.push(format!("{name}: {line}\n{error}"));
            }
        }
    }
    if examples == 0 {
        wrong.push(format!("{name}: no examples in its long help"));
    }
    let usage = help.find("\nUsage: ").unwrap_or_default();
    if help.find("Examples:\n").is_none_or(|examples| examples > usage) {
        wrong.push(format!("{name}: the examples do not come before the usage"));
    }
    for below in at.get_subcommands() {
        check(below, &format!("{name} {}", below.get_name()), wrong);
    }
}

/// Splits a line of shell into the words of its simple commands: quotes, comments, pipes, lists, redirections and
/// assignments are understood; nothing is expanded.
fn command_lines(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for token in tokens(line) {
        match token {
            Token::Separator => commands.push(Vec::new()),
            Token::Word(word) => commands.last_mut().unwrap().push(word),
        }
    }
    for words in &mut commands {
        let assignments = words.iter().take_while(|word| is_assignment(word)).count();
        words.drain(..assignments);
    }
    commands
}

enum Token {
    Word(String),
    Separator,
}

fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut redirected = false;
    let mut characters = line.chars().peekable();
    let end = |word: &mut Option<String>, redirected: &mut bool, tokens: &mut Vec<Token>| {
        if let Some(word) = word.take()
            && !std::mem::take(redirected)
        {
            tokens.push(Token::Word(word));
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '#' if word.is_none() => break,
            ' ' => end(&mut word, &mut redirected, &mut tokens),
            '\'' | '"' => {
                let quoted: String = characters.by_ref().take_while(|other| *other != character).collect();
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            '|' | ';' | '&' => {
                end(&mut word, &mut redirected, &mut tokens);
                tokens.push(Token::Separator);
            }
            '>' | '<' => {
                // A descriptor's number belongs to the redirection.
                if word.as_ref().is_some_and(|word| word.chars().all(|digit| digit.is_ascii_digit())) {
                    word = None;
                }
                end(&mut word, &mut redirected, &mut tokens);
                characters.next_if(|next| matches!(next, '>' | '&'));
                redirected = true;
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    end(&mut word, &mut redirected, &mut tokens);
    tokens
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    })
}

#[test]
fn shell_lines_are_split() {
    let split = |line: &str| command_lines(line).into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>();
    assert_eq!(split("certwright a 'b c' \"d\" # e | f"), [["certwright", "a", "b c", "d"]]);
    assert_eq!(split("A=1 certwright x 3< file > out 2>&1 | jq .y"), [vec!["certwright", "x"], vec!["jq", ".y"]]);
    assert_eq!(
        split("certwright x && certwright y --k=v"),
        [vec!["certwright", "x"], vec!["certwright", "y", "--k=v"]]
    );
}
