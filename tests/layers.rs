//! The order of the layers, and what only few of them may touch, read off the sources.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

/// The modules of the crate from the top down; those of one line do not know each other.
const LAYERS: [&[&str]; 9] = [
    &["cli"],
    &["manifest", "testing"],
    &["ca"],
    &["issuance", "store"],
    &["container"],
    // How JSON and words are told to people.
    &["notation"],
    &["x509"],
    &["keys"],
    &["clock"],
];

/// What is touched in few places only: by which words it is known, and where it may be.
const TOUCHED: [(&str, &[&str], &[&str]); 4] = [
    (
        "the clock",
        &["SystemClock", "now_utc", "SystemTime::now", "UtcDateTime::now"],
        &["src/clock.rs", "src/cli/environment.rs", "src/cli/files/leftovers.rs"],
    ),
    (
        "environment and arguments",
        &[
            "env::var",
            "env::args",
            "env::set_var",
            "env::remove_var",
            "env::home_dir",
            "env::temp_dir",
            "env::current_exe",
        ],
        &["src/cli/environment.rs"],
    ),
    (
        "standard streams and the terminal",
        &["io::stdin", "io::stdout", "io::stderr", "IsTerminal", "terminal_size", "rpassword", "/dev/tty"],
        // A panic, and a program that runs after a renewal and may not write into what is data.
        &["src/cli/environment.rs", "src/cli/prompt.rs", "src/cli/process.rs", "src/cli/commands/renew/hook.rs"],
    ),
    (
        "files",
        &["std::fs", " fs::", "(fs::", "File::open", "File::create", "OpenOptions"],
        &["src/store/", "src/cli/files.rs", "src/cli/files/", "src/cli/prompt.rs"],
    ),
];

struct Source {
    /// From the top directory on.
    path: String,
    /// Without tests and comments, line by line with their numbers.
    lines: Vec<(usize, String)>,
}

/// The sources of the crate, but for those of tests.
fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut directories) = (Vec::new(), vec![top.join("src")]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" {
                directories.push(path);
            } else if name.ends_with(".rs") && !["tests.rs", "fixtures.rs"].contains(&name) {
                found.push(read(top, &path));
            }
        }
    }
    // The doubles of the terminal and the clock.
    found.retain(|source: &Source| source.path != "src/cli/testing.rs");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn read(top: &Path, path: &PathBuf) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = Vec::new();
    let mut is_test = false;
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("//").next().unwrap_or_default();
        // What is of tests alone ends with its brace, or is one line.
        is_test |= line == "#[cfg(test)]" || line.starts_with("#[cfg(all(test");
        if !is_test {
            lines.push((number, code.to_owned()));
        }
        if line == "}" || (line.ends_with(';') && !line.starts_with(' ')) {
            is_test = false;
        }
    }
    Source { path: path.strip_prefix(top).unwrap().to_str().unwrap().to_owned(), lines }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

/// The modules of the crate that a line of code names: `crate::x`, `crate::{x, y}`, and `super::` up to the crate.
fn named(line: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    let up = "super::".repeat(depth);
    for root in ["crate::", &up] {
        for (at, _) in line.match_indices(root) {
            // More of them lead out of the crate, fewer not to its top.
            if line[..at].ends_with("super::") || line[at + root.len()..].starts_with("super::") {
                continue;
            }
            let rest = &line[at + root.len()..];
            let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or_default());
            let count = if rest.starts_with('{') { usize::MAX } else { 1 };
            let first =
                |item: &str| item.trim().split(|at: char| !at.is_alphanumeric() && at != '_').next().map(str::to_owned);
            names.extend(list.split(',').take(count).filter_map(first));
        }
    }
    names
}

#[test]
fn every_layer_knows_only_those_below_it() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources() {
        let parts: Vec<&str> =
            source.path.trim_end_matches(".rs").split('/').skip(1).filter(|part| *part != "mod").collect();
        let Some(own) = layer(parts[0]) else {
            assert!(["lib", "main"].contains(&parts[0]), "{} is in no layer: give it one here", source.path);
            continue;
        };
        for (number, line) in &source.lines {
            for name in named(line, parts.len()) {
                let Some(other) = layer(&name) else { continue };
                seen += 1;
                if name != parts[0] && other <= own {
                    wrong.push(format!("{}:{number}: {} knows {name}", source.path, parts[0]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 500, "only {seen} imports were found");
}

#[test]
fn the_world_outside_is_touched_in_few_places() {
    let mut wrong = Vec::new();
    let sources = sources();
    for (what, words, places) in TOUCHED {
        for source in sources.iter().filter(|source| !places.iter().any(|place| source.path.starts_with(place))) {
            for (number, line) in &source.lines {
                if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                    wrong.push(format!("{}:{number}: {word} ({what}) belongs to {}", source.path, places.join(", ")));
                }
            }
        }
        for place in places {
            let is_used = sources
                .iter()
                .filter(|source| source.path.starts_with(place))
                .any(|source| source.lines.iter().any(|(_, line)| words.iter().any(|word| line.contains(word))));
            assert!(is_used, "{place} has nothing to do with {what} any more: take it off the list");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found() {
    assert_eq!(named("use crate::x509::{Name, pem};", 2), ["x509"]);
    assert_eq!(named("use crate::{keys::Secret, store};", 2), ["keys", "store"]);
    assert_eq!(named("use super::super::ca::Session;", 2), ["ca"]);
    assert_eq!(named("use super::super::ca::Session;", 3), Vec::<String>::new());
    assert_eq!(named("fn f(x: super::store::Store) -> crate::cli::Exit {", 1), ["cli", "store"]);
}
