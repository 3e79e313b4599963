//! What the README tells people to type, run as it stands there.

use std::path::Path;
use std::process::Command;

use crate::tool::{self, Said};

/// The shell blocks of the README behind the comment `<!-- test: NAME -->`, in their order, as one script.
pub(crate) fn script(name: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let script = extract(&std::fs::read_to_string(readme).expect("the README is readable"), name, "sh");
    assert!(!script.is_empty(), "README.md has no block behind <!-- test: {name} -->");
    script
}

/// Runs a script in a directory, with the certwright of this build first on the path, and stops at the first failure.
pub(crate) fn run(script: &str, directory: &Path) -> Said {
    let mut bash = Command::new("bash");
    tool::finish(at_home(bash.args(["-euo", "pipefail", "-c", script]), directory))
}

/// The command in a directory that is also its home, with the certwright of this build first on the path.
pub(crate) fn at_home<'a>(command: &'a mut Command, directory: &Path) -> &'a mut Command {
    let built = Path::new(env!("CARGO_BIN_EXE_certwright")).parent().expect("the program lies in a directory");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(built.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).expect("the path is valid");
    command.current_dir(directory).env("PATH", path).env("HOME", directory)
}

/// The blocks of a page behind `<!-- test: NAME -->`, in their order; they are in one language.
pub(crate) fn extract(page: &str, name: &str, language: &str) -> String {
    let marker = format!("<!-- test: {name} -->");
    let mut script = String::new();
    let mut lines = page.lines();
    while lines.by_ref().any(|line| line.trim() == marker) {
        let fence = lines.by_ref().find(|line| !line.trim().is_empty());
        assert_eq!(fence, Some(format!("```{language}").as_str()), "what stands behind {marker}");
        for line in lines.by_ref().take_while(|line| *line != "```") {
            script.push_str(line);
            script.push('\n');
        }
    }
    script
}

#[test]
fn blocks_of_one_name_are_joined_and_others_left_out() {
    let readme = "<!-- test: a -->\n\n```sh\none\n```\ntext\n```sh\nno\n```\n<!-- test: b -->\n```sh\ntwo\n```\n\
                  <!-- test: a -->\n```sh\nthree \\\n  four\n```\n";
    assert_eq!(extract(readme, "a", "sh"), "one\nthree \\\n  four\n");
    assert_eq!(extract(readme, "b", "sh"), "two\n");
    assert_eq!(extract(readme, "c", "sh"), "");
}
