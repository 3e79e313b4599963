//! What the README tells people to type, run as it stands there.

use std::path::Path;
use std::process::Command;

use crate::tool::{self, Said};

/// The shell blocks of the README behind the comment `<!-- test: NAME -->`, in their order, as one script.
pub(crate) fn script(name: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let script = extract(&std::fs::read_to_string(readme).expect("the README is readable"), name);
    assert!(!script.is_empty(), "README.md has no block behind <!-- test: {name} -->");
    script
}

/// Runs a script in a directory, with the certwright of this build first on the path, and stops at the first failure.
pub(crate) fn run(script: &str, directory: &Path) -> Said {
    let built = Path::new(env!("CARGO_BIN_EXE_certwright")).parent().expect("the program lies in a directory");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(built.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).expect("the path is valid");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script]).current_dir(directory).env("PATH", path).env("HOME", directory);
    tool::finish(&mut bash)
}

fn extract(readme: &str, name: &str) -> String {
    let marker = format!("<!-- test: {name} -->");
    let mut script = String::new();
    let mut lines = readme.lines();
    while lines.by_ref().any(|line| line.trim() == marker) {
        let fence = lines.by_ref().find(|line| !line.trim().is_empty());
        assert_eq!(fence, Some("```sh"), "{marker} stands before a shell block");
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
    assert_eq!(extract(readme, "a"), "one\nthree \\\n  four\n");
    assert_eq!(extract(readme, "b"), "two\n");
    assert_eq!(extract(readme, "c"), "");
}
