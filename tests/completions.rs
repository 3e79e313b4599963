//! The completion scripts in `completions/` are those that the binary prints.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Regenerate with `UPDATE_COMPLETIONS=1 cargo test --test completions`.
#[test]
fn the_checked_in_scripts_are_fresh() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let update = std::env::var_os("UPDATE_COMPLETIONS").is_some();
    let mut stale = Vec::new();
    for (shell, name) in [
        ("bash", "certwright.bash"),
        ("elvish", "certwright.elv"),
        ("fish", "certwright.fish"),
        ("powershell", "_certwright.ps1"),
        ("zsh", "_certwright"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_certwright"))
            .args(["completions", shell])
            .env_clear()
            .output()
            .expect("certwright runs");
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        let path = directory.join(name);
        if update {
            fs::write(&path, &output.stdout).expect("the script is written");
        } else if fs::read(&path).ok().as_deref() != Some(&output.stdout) {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; run: UPDATE_COMPLETIONS=1 cargo test --test completions");
}

#[test]
fn values_are_words_or_files_or_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_certwright")).args(["completions", "bash"]).env_clear().output();
    let script = String::from_utf8(output.expect("certwright runs").stdout).expect("text");
    let lines: Vec<&str> = script.lines().map(str::trim).collect();
    let offers = |flag: &str, what: &str| {
        let of_flag = lines.windows(12).filter(|few| few[0] == format!("{flag})"));
        of_flag.flat_map(|few| few[1..].iter().take_while(|line| **line != ";;")).any(|line| line.contains(what))
    };
    for (flag, what) in [
        ("--algorithm", "ec-p256 ec-p384"),
        ("--reason", "key-compromise"),
        ("--purpose", "code-signing"),
        ("--profile", "kafka-broker"),
        ("--out-dir", "plusdirs"),
        ("--anchor", "compgen -f"),
    ] {
        assert!(offers(flag, what), "{flag} offers {what}");
    }
    assert!(!offers("--validity", "compgen"), "a duration is no file");
    assert!(!offers("--env", "fish") && script.contains(" --env=fish "), "--env takes what follows = only");
}
