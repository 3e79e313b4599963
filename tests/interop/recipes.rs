//! The recipes of `docs/ci.md`: the commands in them are its own, and each recipe does what it says.

use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::{readme, server, tool};

const SCRIPTS: [&str; 2] = ["ci-mutual-tls", "ci-test-pki"];

/// The recipes, how their scripts are taken out, and the shell that the CI system hands them to.
const RECIPES: [(&str, Taken, &[&str]); 3] = [
    ("github", |recipe| literals(recipe, "run"), &["sh", "-e"]),
    ("gitlab", |recipe| literals(recipe, "script"), &["bash", "-eo", "pipefail"]),
    ("jenkins", quoted, &["sh", "-xe"]),
];

/// Takes the scripts out of a recipe, as its CI system reads it.
type Taken = fn(&str) -> Vec<String>;

/// Copies them with `UPDATE_RECIPES=1 cargo test --test interop recipes`.
#[test]
fn the_recipes_have_the_commands_of_the_page() {
    let found = page();
    let scripts = SCRIPTS.map(|name| readme::extract(&found, name, "sh"));
    for script in &scripts {
        // What Groovy's quotes, GitHub's expressions or indentation would change.
        for trap in ["\\", "'''", "${{", "<<"] {
            assert!(!script.contains(trap), "{trap} means something else in a recipe:\n{script}");
        }
    }
    let mut copied = found.clone();
    for (name, ..) in RECIPES {
        let recipe = recipe(&found, name);
        copied = copied.replace(&recipe, &filled(&recipe, &scripts));
    }
    if std::env::var_os("UPDATE_RECIPES").is_some() {
        std::fs::write(path(), copied).expect("the page is written");
        return;
    }
    assert_eq!(found, copied, "docs/ci.md is stale; run: UPDATE_RECIPES=1 cargo test --test interop recipes");
    for (name, taken, _) in RECIPES {
        let lines = |text: &str| text.lines().map(|line| line.trim_start().to_owned()).collect::<Vec<_>>();
        let taken: Vec<_> = taken(&recipe(&found, name)).iter().map(|script| lines(script.trim())).collect();
        assert_eq!(taken, scripts.each_ref().map(|script| lines(script.trim())), "{name}");
    }
}

#[test]
fn the_recipes_pass_where_all_is_well() {
    if ["curl", "openssl"].map(tool::program).iter().any(Option::is_none) {
        return;
    }
    std::thread::scope(|scope| {
        for (name, taken, shell) in RECIPES {
            scope.spawn(move || {
                let scripts = taken(&recipe(&page(), name));
                assert_eq!(scripts.len(), SCRIPTS.len(), "{name}");
                let scene = Scene::new();
                // Jenkins keeps the files of a job for its next run.
                let runs = if name == "jenkins" { 2 } else { 1 };
                for script in std::iter::repeat_n(&scripts, runs).flatten() {
                    let said = scene.run(shell, script);
                    assert!(said.success, "{name}: {}", said.all());
                }
            });
        }
    });
}

/// A job that passes whatever the service does proves nothing.
#[test]
fn the_recipes_fail_where_something_is_wrong() {
    if ["curl", "openssl"].map(tool::program).iter().any(Option::is_none) {
        return;
    }
    let [mutual_tls, test_pki] = SCRIPTS.map(|name| readme::extract(&page(), name, "sh"));
    let scene = Scene::new();
    for (script, good, bad, why) in [
        (&mutual_tls, "-Verify 2 -verify_return_error", "-verify 2", "not refused: 0"),
        (&mutual_tls, "refused --cert tls/server", "refused --cert tls/nobody", "not refused: 58"),
        (&test_pki, "for case in expired", "for case in good", "good is not refused: 0"),
        (&test_pki, "for case in client-expired", "for case in ../good/good-peer", "good-peer is not refused: 0"),
    ] {
        assert!(script.contains(good), "{good} is not in:\n{script}");
        let said = scene.run(&["sh", "-e"], &script.replace(good, bad));
        assert!(!said.success && said.err.contains(why), "{bad}: {}", said.all());
    }
}

/// A checked-out repository with the manifest of the page.
struct Scene {
    directory: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let directory = tool::scratch();
        let manifest = readme::extract(&page(), "ci-manifest", "yaml");
        std::fs::write(directory.path().join("pki.yaml"), manifest).expect("the manifest is written");
        Self { directory }
    }

    /// Runs a script as a file, as CI systems do, on ports that are free here.
    fn run(&self, shell: &[&str], script: &str) -> tool::Said {
        // Not one that the next replacement would find a port in.
        let free = || std::iter::repeat_with(server::free_port).find(|port| port % 10_000 / 10 != 844);
        let script = ["8443", "8444", "8445"]
            .iter()
            .fold(script.to_owned(), |script, port| script.replace(port, &free().expect("a free port").to_string()));
        let file = self.directory.path().join("script.sh");
        std::fs::write(&file, script).expect("the script is written");
        let mut command = Command::new(shell[0]);
        tool::finish(readme::at_home(command.args(&shell[1..]).arg(file), self.directory.path()))
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")
}

fn page() -> String {
    std::fs::read_to_string(path()).expect("docs/ci.md is readable")
}

/// The block behind `<!-- recipe: NAME -->`.
fn recipe(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("<!-- recipe: {name} -->\n```")).expect("the page has the recipe");
    let (_, rest) = rest.split_once('\n').expect("a block");
    rest.split_once("```\n").expect("the block ends").0.to_owned()
}

/// The recipe with each of the scripts in its place: what stood there is left out.
fn filled(recipe: &str, scripts: &[String]) -> String {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut scripts = scripts.iter();
    let mut lines = recipe.lines().peekable();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if !line.ends_with(" |") && !line.ends_with("'''") || line.trim() == "'''" {
            continue;
        }
        let depth = indentation(line);
        while lines.next_if(|line| line.is_empty() || indentation(line) > depth).is_some() {}
        for line in scripts.next().expect("a script for every place").lines() {
            let line = format!("{:depth$}  {line}", "");
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    assert_eq!(scripts.len(), 0, "a place for every script:\n{recipe}");
    out
}

/// The block scalars of a YAML document that stand under a key, on their own or in a list.
fn literals(recipe: &str, key: &str) -> Vec<String> {
    let mut under = String::new();
    let mut found = Vec::new();
    for event in Parser::new_from_str(recipe) {
        match event.expect("the recipe is YAML").0 {
            Event::Scalar(text, ScalarStyle::Literal, ..) if under == key => found.push(text.into_owned()),
            Event::Scalar(text, ScalarStyle::Plain, ..) => under = text.into_owned(),
            _ => {}
        }
    }
    found
}

/// What stands between the triple quotes of a Jenkinsfile.
fn quoted(recipe: &str) -> Vec<String> {
    recipe.split("'''").skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_script_replaces_what_stood_in_its_place() {
    let scripts = ["one\n\n  two\n".to_owned(), "three\n".to_owned()];
    for (before, after) in [
        ("a:\n  - |\n    old\n\n    old\n  - |\nb: c\n", "a:\n  - |\n    one\n\n      two\n  - |\n    three\nb: c\n"),
        (" sh '''\n   old\n '''\n sh '''\n '''\n", " sh '''\n   one\n\n     two\n '''\n sh '''\n   three\n '''\n"),
    ] {
        assert_eq!(filled(before, &scripts), after);
        assert_eq!(filled(after, &scripts), after);
    }
    assert_eq!(literals("a:\n  - |\n    one\n  - |\n    two\nb: |\n  no\n", "a"), ["one\n", "two\n"]);
}
