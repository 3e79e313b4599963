//! Templates with filters and conditions, by minijinja.
//!
//! Its fuel counts steps, not bytes: `a~a`, `'x' * 1000000` and filters such as `indent` make gigabytes in a few. So a template has the
//! filters below and `if`, and no other tags and operators.

use std::borrow::Cow;

use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, filters, tests};

use super::{Escape, Form, MAX_TEXT, escape_into, too_long};

pub(super) const PROGRAM: &str = "template";

/// One table of filters: their names, and an environment that has them.
macro_rules! filters {
    ($($name:literal => $filter:path,)*) => {
        /// None of them makes a text longer but `replace`, which is bounded, and those that change case, by a little.
        const FILTERS: &[&str] = &[$($name),*];

        fn add_filters(environment: &mut Environment<'_>) {
            $(environment.add_filter($name, $filter);)*
        }
    };
}

filters! {
    "capitalize" => filters::capitalize,
    "d" => filters::default,
    "default" => filters::default,
    "first" => filters::first,
    "last" => filters::last,
    "length" => filters::length,
    "lower" => filters::lower,
    "replace" => replace,
    "safe" => filters::safe,
    "split" => filters::split,
    "string" => filters::string,
    "title" => filters::title,
    "trim" => filters::trim,
    "upper" => filters::upper,
}

const TAGS: [&str; 4] = ["if", "elif", "else", "endif"];

pub(super) fn program(source: &str, escape: Escape) -> Result<Form, String> {
    check(source)?;
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A subject is a line of text: what needs more steps than this has run away.
    environment.set_fuel(Some(50_000));
    environment.set_formatter(move |out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value| {
        let text = match value.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(value.to_string()),
        };
        let mut escaped = String::new();
        escape_into(&mut escaped, &text, escape);
        out.write_str(&escaped).map_err(Into::into)
    });
    environment.add_template_owned(PROGRAM, source.to_owned()).map_err(|error| sentence(&error))?;
    let program = environment.get_template(PROGRAM).map_err(|error| sentence(&error))?;
    let mut needs: Vec<String> = program.undeclared_variables(false).into_iter().collect();
    needs.sort_unstable();
    Ok(Form::Program { environment: Box::new(environment), needs })
}

/// An environment with [`FILTERS`], tests of texts, and no functions.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    add_filters(&mut environment);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("undefined", tests::is_undefined);
    environment
}

/// Every occurrence of one text by another.
fn replace(text: String, from: String, to: String) -> Result<String, Error> {
    let added = text.matches(from.as_str()).count().saturating_mul(to.len());
    if text.len().saturating_add(added) > MAX_TEXT {
        return Err(Error::new(ErrorKind::InvalidOperation, too_long("what replace makes")));
    }
    Ok(text.replace(&from, &to))
}

/// Refuses what could grow. It sees expressions and tags where minijinja does, as there is no `{` in them.
fn check(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        let (open, inside) = rest[at..].split_at(2);
        rest = match open {
            "{#" => inside.split_once("#}").map_or("", |(_, after)| after),
            "{%" => {
                let tag = word(inside.trim_start_matches('-'));
                if !TAGS.contains(&tag) {
                    return Err(format!("template: the tag {:?} is not taken, only if, elif, else and endif are", tag));
                }
                expression(inside, "%}")?
            }
            _ => expression(inside, "}}")?,
        };
    }
    Ok(())
}

/// Checks an expression; gives what follows its end.
fn expression<'a>(text: &'a str, end: &str) -> Result<&'a str, String> {
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if text[at..].starts_with(end) => return Ok(&text[at + end.len()..]),
            (None, '*' | '+' | '~' | '{') => {
                return Err(format!("template: the operator {character} is not taken: put texts side by side instead"));
            }
            (None, '|') => {
                let filter = word(&text[at + 1..]);
                if !FILTERS.contains(&filter) {
                    return Err(format!("template: unknown filter {filter:?}; known are {}", FILTERS.join(", ")));
                }
            }
            (None, _) => {}
        }
    }
    // It has no end, which is told when it is parsed.
    Ok("")
}

/// The word that a text begins with.
fn word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

pub(super) fn sentence(error: &Error) -> String {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    crate::x509::escape(&format!("template: {}{detail}", error.kind()))
}
