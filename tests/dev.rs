//! `dev` and what it puts beside the PEM files: keystores, and an environment for a shell.

#![expect(clippy::expect_used, reason = "a test stops where it fails")]

use std::fs;
use std::process::Command;

use sandbox::{CERTWRIGHT, Outcome, Sandbox, hermetic, outcome};
use serde_json::Value;

#[path = "support/sandbox.rs"]
mod sandbox;

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

/// A script that evaluates what `dev --env` prints, and prints the variables.
fn evaluated(sandbox: &Sandbox, shell: &mut Command, script: &str) -> Outcome {
    let home = sandbox.path("");
    let program = shell.get_program().to_owned();
    let mut command = hermetic(program, &home);
    command.args(shell.get_args()).arg(script).env("CERTWRIGHT", CERTWRIGHT);
    outcome(&mut command)
}

#[test]
fn the_environment_is_quoted_for_the_shell_that_evaluates_it() {
    let sandbox = Sandbox::new();
    let directory = r#"it's "the" $HOME `x` \n dir"#;
    let place = sandbox.path(directory);
    let place = place.to_str().expect("text").to_owned();
    // Java knows no way to escape a quote.
    let both = sandbox.run(["dev", "--env", "--out", directory]).exited(2);
    assert!(both.stderr.contains("both kinds of quotes"), "{}", both.stderr);
    for directory in [directory.replace('\'', ""), directory.replace('"', "")] {
        let place = place.replace(r#"it's "the" $HOME `x` \n dir"#, &directory);
        let script = r#"eval "$("$CERTWRIGHT" dev --env --quiet --out "$DIRECTORY")"; printf '%s|' "$NODE_EXTRA_CA_CERTS" "$SSL_CERT_FILE" "$CURL_CA_BUNDLE" "$REQUESTS_CA_BUNDLE" "$JAVA_TOOL_OPTIONS""#;
        let mut shell = Command::new("env");
        shell.arg(format!("DIRECTORY={directory}")).args(["sh", "-ec"]);
        let run = evaluated(&sandbox, &mut shell, script).succeeded();
        let bundle = format!("{place}/bundle.pem");
        let quote = if directory.contains('"') { '\'' } else { '"' };
        let java = format!(
            "{quote}-Djavax.net.ssl.trustStore={place}/cacerts.p12{quote} -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword=changeit"
        );
        let expected = format!("{place}/ca.pem|{bundle}|{bundle}|{bundle}|{java}|");
        assert_eq!(run.stdout, expected);
    }
}

#[test]
fn the_bundles_hold_the_anchors_of_the_system_and_the_root() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(["dev", "--env=fish"]).succeeded();
    assert!(run.stdout.starts_with("set -gx NODE_EXTRA_CA_CERTS '"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 5, "{}", run.stdout);
    let root = fs::read_to_string(sandbox.path("certs/ca.pem")).expect("the root");
    let bundle = fs::read_to_string(sandbox.path("certs/bundle.pem")).expect("the bundle");
    assert!(bundle.ends_with(&root));
    let count = bundle.matches("BEGIN CERTIFICATE").count();
    let store = sandbox.run(["truststore", "inspect", "certs/cacerts.p12", "--storepass", "pass:changeit", "--json"]);
    assert_eq!(json(&store.succeeded())["entries"].as_array().map(Vec::len), Some(count));
    // Nothing is written again, and a second evaluation adds nothing to what Java is told.
    let before = fs::read(sandbox.path("certs/cacerts.p12")).expect("a truststore");
    let first = sandbox.run(["dev", "--env=powershell"]).succeeded();
    assert!(first.stdout.contains("$env:SSL_CERT_FILE = '"), "{}", first.stdout);
    assert_eq!(fs::read(sandbox.path("certs/cacerts.p12")).expect("a truststore"), before);
    let java = |now: &str| {
        let mut command = hermetic(CERTWRIGHT, &sandbox.path(""));
        let run = outcome(command.args(["dev", "--env", "--json"]).env("JAVA_TOOL_OPTIONS", now)).succeeded();
        json(&run)["environment"]["JAVA_TOOL_OPTIONS"].as_str().expect("text").to_owned()
    };
    let added = java("-Xmx1g");
    assert!(added.starts_with("-Xmx1g -Djavax.net.ssl.trustStore="), "{added}");
    assert_eq!(java(&added), added);
}

#[test]
fn keystores_follow_the_certificate() {
    let sandbox = Sandbox::new();
    sandbox.run(["dev", "--keystores", "--check"]).exited(3);
    sandbox.run(["dev", "--keystores"]).succeeded();
    sandbox.run(["dev", "--keystores", "--check"]).succeeded();
    let files = ["keystore.p12", "keystore.jks", "truststore.p12", "truststore.jks"];
    let read = || files.map(|name| fs::read(sandbox.path("certs").join(name)).expect("a keystore"));
    let before = read();
    sandbox.run(["dev", "--keystores"]).succeeded();
    assert_eq!(read(), before);
    let serial = |name: &str| {
        let run =
            sandbox.run(["keystore", "inspect", &format!("certs/{name}"), "--storepass", "pass:changeit", "--json"]);
        json(&run.succeeded())["entries"][0]["certificates"][0]["serial"].to_string()
    };
    let own = serial("keystore.p12");
    assert_eq!(serial("keystore.jks"), own);
    let renewed = sandbox.run(["dev", "--force"]).succeeded();
    assert!(renewed.stderr.contains("the keystores beside it hold the old certificate"), "{}", renewed.stderr);
    sandbox.run(["dev", "--keystores", "--check"]).exited(3);
    sandbox.run(["dev", "--keystores"]).succeeded();
    assert_ne!(serial("keystore.p12"), own);
    // Another password is another file.
    fs::write(sandbox.path("pass"), "another one").expect("a file");
    sandbox.run(["dev", "--keystores", "--storepass", "file:pass"]).succeeded();
    let opened = sandbox.run(["keystore", "inspect", "certs/keystore.jks", "--storepass", "file:pass"]);
    opened.succeeded();
}

#[test]
fn what_is_no_file_is_replaced_by_force_and_not_waited_for() {
    let sandbox = Sandbox::new();
    for (name, options) in [
        ("key.pem", &[][..]),
        ("cert.pem", &[]),
        ("ca.pem", &[]),
        ("keystore.p12", &["--keystores"]),
        ("bundle.pem", &["--env"]),
        ("cacerts.p12", &["--env"]),
        ("nginx/key.pem", &["--for", "nginx"]),
    ] {
        for is_pipe in [true, false] {
            let path = sandbox.path("certs").join(name);
            let _ = fs::remove_dir_all(sandbox.path("certs"));
            fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            if is_pipe {
                assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
            } else {
                std::os::unix::net::UnixListener::bind(&path).expect("a socket");
            }
            let refused = sandbox.run(["dev"].iter().chain(options)).exited(1);
            assert!(refused.stderr.contains("was not made by this store"), "{name}: {}", refused.stderr);
            sandbox.run(["dev", "--force"].iter().chain(options)).succeeded();
            assert!(path.symlink_metadata().expect("a file").is_file(), "{name}");
            sandbox.run(["dev", "--check"]).succeeded();
        }
    }
}

#[test]
fn a_name_that_was_meant_as_a_value_is_not_taken() {
    let sandbox = Sandbox::new();
    for (words, says) in [
        (&["dev", "--env", "fish"][..], "--env=fish"),
        (&["dev", "app.test", "--quiet", "--env", "pwsh"], "--env=pwsh"),
        (&["dev", "--trust", "nss"], "--trust=nss"),
    ] {
        let refused = sandbox.run(words).exited(2);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        assert!(!sandbox.path("certs").exists());
    }
    sandbox.run(["dev", "fish", "--env"]).succeeded();
    sandbox.run(["dev", "--env", "fish.test"]).succeeded();
    sandbox.run(["dev", "--env=fish", "app.test"]).succeeded();
}

#[test]
fn files_of_others_are_replaced_only_by_force() {
    let sandbox = Sandbox::new();
    let files = [
        ("keystore.p12", "--keystores"),
        ("truststore.jks", "--keystores"),
        ("bundle.pem", "--env"),
        ("cacerts.p12", "--env"),
    ];
    // Those of another store open with the same password, and are foreign all the same.
    sandbox.run(["--store", "other", "dev", "--keystores", "--env", "--out", "theirs"]).succeeded();
    for (name, flag) in files {
        let dir = sandbox.path(format!("{name}.d"));
        for theirs in [b"mine".to_vec(), fs::read(sandbox.path("theirs").join(name)).expect("a file")] {
            let _ = fs::remove_dir_all(&dir);
            fs::create_dir(&dir).expect("a directory");
            fs::write(dir.join(name), &theirs).expect("a file");
            let run = sandbox.run(["dev", flag, "--out", &format!("{name}.d")]).exited(1);
            assert!(run.stderr.contains(&format!("{name}.d/{name} was not made by this store")), "{}", run.stderr);
            assert_eq!(fs::read(dir.join(name)).expect("a file"), theirs);
            assert!(!dir.join("cert.pem").exists());
        }
        sandbox.run(["dev", flag, "--out", &format!("{name}.d"), "--force"]).succeeded();
        assert_ne!(fs::read(dir.join(name)).expect("a file"), b"mine");
        // Its own are replaced when the certificate is another one.
        sandbox.run(["dev", "again.test", flag, "--out", &format!("{name}.d")]).succeeded();
    }
    let listed = json(&sandbox.run(["list", "--json"]).succeeded());
    // Two for each file, and the authority's own.
    assert_eq!(listed["certificates"].as_array().map(Vec::len), Some(9), "the refused ones issued nothing");
}

#[test]
fn trust_says_what_became_of_it() {
    let sandbox = Sandbox::with_root();
    // There is no browser here.
    let run = sandbox.run(["dev", "--trust=nss", "--json"]);
    assert!(matches!(run.code, 0 | 1), "{}", run.stderr);
    assert!(sandbox.path("certs/cert.pem").exists());
    sandbox.run(["dev", "--trust=firefox"]).exited(2);
    sandbox.run(["dev", "--trust", "--check"]).exited(2);
}

/// The files of a directory with their bytes, sorted.
fn files_in(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry"));
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().expect("text"), fs::read(entry.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn programs_get_the_files_that_export_writes() {
    let sandbox = Sandbox::new();
    let words = ["nginx", "postgres:client", "kubernetes", "java"];
    let dev = ["dev", "--json", "--for", words[0], "--for", words[1], "--for", words[2], "--for", words[3]];
    let report = json(&sandbox.run(dev).succeeded());
    let told = report["targets"].as_array().expect("targets");
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|target| target["written"] == true));
    assert!(told[0]["snippet"].as_str().expect("text").contains("certs/nginx/fullchain.pem"));
    for (directory, target, role) in [
        ("nginx", "nginx", "server"),
        ("postgres-client", "postgres", "client"),
        ("kubernetes", "kubernetes", "server"),
    ] {
        let (ours, out) = (sandbox.path("certs").join(directory), format!("exported-{directory}"));
        sandbox.run(["export", "localhost", "--for", target, "--role", role, "--out", &out]).succeeded();
        assert_eq!(files_in(&ours), files_in(&sandbox.path(&out)), "{directory}");
    }
    // They are kept, keystores too, and count in a check.
    let before = files_in(&sandbox.path("certs/java"));
    let report = json(&sandbox.run(dev).succeeded());
    assert!(report["targets"].as_array().expect("targets").iter().all(|target| target["written"] == false));
    assert_eq!(files_in(&sandbox.path("certs/java")), before);
    let check = [&dev[..], &["--check"]].concat();
    sandbox.run(&check).succeeded();
    fs::remove_file(sandbox.path("certs/nginx/ca.pem")).expect("it is there");
    let run = sandbox.run(&check).exited(3);
    assert_eq!(json(&run)["reason"], "the files in certs/nginx are not those of the certificate");
    sandbox.run(["dev", "--for", "nginx"]).succeeded();
    sandbox.run(&check).succeeded();
    // Another password is another keystore.
    sandbox.run(["dev", "--check", "--for", "java", "--storepass", "pass:another"]).exited(3);
    // A renewal takes along what it is told to, and names the others.
    let run = sandbox.run(["dev", "--force", "--for", "nginx"]).succeeded();
    for word in ["postgres:client", "kubernetes", "java"] {
        assert!(
            run.stderr.contains(&format!("holds the old certificate: --for {word} writes it again")),
            "{}",
            run.stderr
        );
    }
    assert!(!run.stderr.contains("--for nginx writes"), "{}", run.stderr);
    sandbox.run(["dev", "--check", "--for", "nginx"]).succeeded();
    sandbox.run(&check).exited(3);
    sandbox.run(dev).succeeded();
    sandbox.run(&check).succeeded();
}

#[test]
fn nothing_is_issued_that_a_program_could_not_use() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(["dev", "--for", "consul"]).exited(4);
    assert!(run.stderr.contains("it is not for dns:server.dc1.consul"), "{}", run.stderr);
    assert!(!sandbox.path("certs").exists());
    assert!(!sandbox.path("store").exists(), "not even an authority");
    for (arguments, says) in [
        (["--for", "cert-manager"], "reads the files of an authority"),
        (["--for", "ngnix"], "did you mean \"nginx\"?"),
        (["--for", "nginx:sidecar"], "nginx has no role sidecar; it has server"),
        (["--storepass", "pass:x"], "none is asked for"),
    ] {
        let run = sandbox.run([&["dev"][..], &arguments].concat()).exited(2);
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    sandbox.run(["dev", "--for", "nginx", "--storepass", "pass:x"]).exited(2);
    // Files of others stay, whatever they are.
    fs::create_dir_all(sandbox.path("certs/nginx")).expect("a directory");
    fs::write(sandbox.path("certs/nginx/fullchain.pem"), "mine").expect("a file");
    let run = sandbox.run(["dev", "--for", "nginx"]).exited(1);
    assert!(run.stderr.contains("certs/nginx/fullchain.pem was not made by this store"), "{}", run.stderr);
    assert!(!sandbox.path("store").exists() && !sandbox.path("certs/cert.pem").exists());
    sandbox.run(["dev", "--for", "nginx", "--force"]).succeeded();
    assert_ne!(fs::read(sandbox.path("certs/nginx/fullchain.pem")).expect("a file"), b"mine");
    let consul =
        "dev server.dc1.consul localhost 127.0.0.1 --for consul --authority dev-consul --permit consul --out consul";
    sandbox.run(consul.split(' ')).succeeded();
}

/// The names of the certificate in a directory.
fn names_in(sandbox: &Sandbox, directory: &str) -> Vec<String> {
    let shown = json(&sandbox.run(["show", &format!("{directory}/cert.pem"), "--json"]).succeeded());
    let names = shown["names"].as_array().expect("names").iter();
    names.map(|name| name.as_str().expect("text").to_owned()).collect()
}

#[test]
fn what_was_said_once_holds_until_something_else_is_said() {
    let sandbox = Sandbox::new();
    sandbox.run(["dev", "app.test", "api.test", "--key", "ec-p384"]).succeeded();
    let before = files_in_certs(&sandbox);
    for more in [&["--check"][..], &[], &["--env"], &["--keystores"], &["--for", "nginx"]] {
        sandbox.run([&["dev"][..], more].concat()).succeeded();
    }
    assert_eq!(files_in_certs(&sandbox), before, "the certificate is still good");
    sandbox.run(["dev", "--force"]).succeeded();
    assert_eq!(names_in(&sandbox, "certs"), ["dns:app.test", "dns:api.test"]);
    sandbox.run(["dev", "--check", "--key", "ec-p384"]).succeeded();
    // Other names are another certificate; there is a way back.
    sandbox.run(["dev", "other.test"]).succeeded();
    sandbox.run(["dev", "localhost", "127.0.0.1", "::1"]).succeeded();
    assert_eq!(names_in(&sandbox, "certs"), ["dns:localhost", "ip:127.0.0.1", "ip:::1"]);
    // So does the authority, if it is one for development.
    let shop = "dev --permit shop.example www.shop.example --authority dev-shop --out shop";
    sandbox.run(shop.split(' ')).succeeded();
    assert_eq!(names_in(&sandbox, "shop"), ["dns:www.shop.example"], "--permit takes one name");
    sandbox.run(["dev", "--check", "--out", "shop"]).succeeded();
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "www.corp.example", "--out", "certs"]).succeeded();
    let run = sandbox.run(["dev", "--json"]).succeeded();
    assert_eq!(json(&run)["reason"], "it was signed by another authority");
    assert_eq!(names_in(&sandbox, "certs")[0], "dns:localhost");
    sandbox.run(["revoke", "localhost"]).succeeded();
    let run = sandbox.run(["dev", "--json", "--check"]).exited(3);
    assert_eq!(json(&run)["reason"], "it was revoked");
}

#[test]
fn pem_files_of_others_stay() {
    let sandbox = Sandbox::new();
    sandbox.run(["--store", "other", "dev", "--out", "theirs"]).succeeded();
    let theirs = |name: &str| fs::read(sandbox.path("theirs").join(name)).expect("a file");
    let refused = |arguments: &[&str], name: &str| {
        let run = sandbox.run([&["dev"][..], arguments].concat()).exited(1);
        assert!(run.stderr.contains(&format!("{name} was not made by this store")), "{}", run.stderr);
    };
    for name in ["ca.pem", "cert.pem", "fullchain.pem", "key.pem"] {
        fs::create_dir_all(sandbox.path("certs")).expect("a directory");
        fs::write(sandbox.path("certs").join(name), theirs(name)).expect("a file");
        refused(&[], &format!("certs/{name}"));
        assert_eq!(files_in(&sandbox.path("certs")), [(name.to_owned(), theirs(name))]);
        fs::remove_dir_all(sandbox.path("certs")).expect("it is there");
    }
    // Nor does one go that lies among ours, whatever there is to do.
    sandbox.run(["dev"]).succeeded();
    for name in ["ca.pem", "key.pem"] {
        let ours = fs::read(sandbox.path("certs").join(name)).expect("a file");
        fs::write(sandbox.path("certs").join(name), theirs(name)).expect("a file");
        refused(&["other.test"], &format!("certs/{name}"));
        sandbox.run(["dev", "--check"]).exited(3);
        fs::write(sandbox.path("certs").join(name), ours).expect("a file");
    }
    // A root beside ours stays where it was put, and is no reason to refuse anything.
    let both = [fs::read(sandbox.path("certs/ca.pem")).expect("a file"), theirs("ca.pem")].concat();
    fs::write(sandbox.path("certs/ca.pem"), &both).expect("a file");
    sandbox.run(["dev", "other.test"]).succeeded();
    assert_eq!(fs::read(sandbox.path("certs/ca.pem")).expect("a file"), both);
    // A copy of our root does not make a program's directory ours.
    fs::create_dir(sandbox.path("certs/nginx")).expect("a directory");
    fs::copy(sandbox.path("certs/ca.pem"), sandbox.path("certs/nginx/ca.pem")).expect("a copy");
    fs::write(sandbox.path("certs/nginx/fullchain.pem"), theirs("fullchain.pem")).expect("a file");
    refused(&["third.test", "--for", "nginx"], "certs/nginx/fullchain.pem");
    fs::write(sandbox.path("certs/redis"), "mine").expect("a file");
    let run = sandbox.run(["dev", "third.test", "--for", "redis"]).exited(1);
    assert!(run.stderr.contains("certs/redis is no directory"), "{}", run.stderr);
    assert_eq!(names_in(&sandbox, "certs"), ["dns:other.test"], "nothing was issued");
}

#[test]
fn damaged_files_are_put_right() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let all = ["dev", "--json", "--keystores", "--for", "nginx"];
    let check = [&all[..], &["--check"]].concat();
    sandbox.run(all).succeeded();
    let before = files_in_certs(&sandbox);
    let reason = |reason: &str| {
        let run = sandbox.run(&check).exited(3);
        assert_eq!(json(&run)["reason"], reason);
        sandbox.run(all).succeeded()
    };
    for name in ["ca.pem", "cert.pem", "chain.pem", "fullchain.pem"] {
        fs::write(sandbox.path("certs").join(name), "x").expect("a file");
        let run = reason(&format!("certs/{name} was changed"));
        assert_eq!(json(&run)["action"], "restored");
        assert_eq!(files_in_certs(&sandbox), before);
    }
    fs::remove_file(sandbox.path("certs/key.pem")).expect("it is there");
    reason("certs/key.pem is missing");
    fs::write(sandbox.path("certs/key.pem"), "x").expect("a file");
    reason("certs/key.pem is not the key of the certificate");
    for name in ["key.pem", "keystore.jks", "nginx/key.pem"] {
        let path = sandbox.path("certs").join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its owner may");
        reason(&format!("certs/{name} is open to others"));
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    sandbox.run(&check).succeeded();
    assert_eq!(files_in_certs(&sandbox), before, "no other certificate was made");
}

/// The PEM files with their bytes.
fn files_in_certs(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| (name.to_owned(), fs::read(sandbox.path("certs").join(name)).expect("a file"));
    ["ca.pem", "cert.pem", "chain.pem", "fullchain.pem", "key.pem"].map(read).to_vec()
}

#[test]
fn hints_can_be_followed() {
    let sandbox = Sandbox::new();
    sandbox.run(["dev"]).succeeded();
    // No common name that OpenSSL would take for a DNS name stands in the way of an address.
    sandbox.run(["dev", "192.168.1.20", "--out", "address"]).succeeded();
    for name in ["8.8.8.8", "www.shop.com", "spiffe://corp.test/web"] {
        let run = sandbox.run(["dev", name, "--out", "there"]).exited(4);
        let (_, command) = run.stderr.split_once("for it: certwright ").expect("a command");
        let command = command.lines().next().and_then(|line| line.split(';').next()).expect("a line");
        let (command, _) = command.split_once(" --out").expect("where to");
        sandbox.run(command.split(' ').chain(["--out", "there"])).succeeded();
        sandbox.run(["dev", name, "--check", "--out", "there"]).succeeded();
        // Then there is an authority for it.
        let run = sandbox.run(["dev", name, "--out", "elsewhere"]).exited(4);
        assert!(run.stderr.contains(command), "{}", run.stderr);
    }
    for (name, says) in [("https://localhost:8443/", "write localhost"), ("user@x.test", "for people")] {
        let run = sandbox.run(["dev", name]).exited(2);
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    let nginx = ["dev", "--for", "nginx", "--out", "it's"];
    let run = sandbox.run(nginx).exited(2);
    assert!(run.stderr.contains("--set dir=DIR"), "{}", run.stderr);
    let run = sandbox.run([&nginx[..], &["--set", "dir=/etc/tls"]].concat()).succeeded();
    assert!(run.stderr.contains("/etc/tls/fullchain.pem"), "{}", run.stderr);
    for (arguments, says) in [
        (&["--for", "nginx", "--for", "redis", "--set", "dir=/etc/tls"][..], "several --for"),
        (&["--for", "nginx", "--set", "port=1"], "no program in --for has a variable port"),
        (&["--for", "nginx", "--format", "jks"], "nginx server has no format jks"),
        (&["--for", "kafka", "--format", "pem", "--storepass", "pass:changeit"], "none is asked for"),
        (&["--format", "jks"], "--for"),
        (&["--set", "dir=/etc/tls"], "--for"),
    ] {
        let run = sandbox.run([&["dev"][..], arguments].concat()).exited(2);
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    let run = sandbox.run(["dev", "--for", "spring-boot", "--format", "jks"]).succeeded();
    let says = "the password of the keystores is changeit; KEYSTORE_PASSWORD stands for it";
    assert!(run.stderr.contains(says), "{}", run.stderr);
}

#[test]
fn the_end_of_the_authority_is_told_in_time() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase"]).succeeded();
    fs::create_dir_all(sandbox.path("store/profiles")).expect("a directory");
    let short = r#"{ "description": "Short", "kind": "authority", "validity": { "default": "30d" },
        "subject": { "template": "CN={{ name }}" }, "key_usage": ["keyCertSign", "cRLSign"] }"#;
    fs::write(sandbox.path("store/profiles/root.json"), short).expect("a file");
    let says = "--authority dev2";
    for arguments in [&["dev", "app.test"][..], &["dev"], &["dev", "--check"]] {
        let run = sandbox.run(arguments).succeeded();
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    let run = sandbox.run(["dev", "--validity", "90d", "--force"]).exited(4);
    assert!(run.stderr.contains(says), "{}", run.stderr);
    fs::remove_file(sandbox.path("store/profiles/root.json")).expect("it is there");
    sandbox.run(["dev", "--authority", "dev2"]).succeeded();
    let run = sandbox.run(["dev"]).succeeded();
    assert!(run.stderr.starts_with("nothing to do: dns:app.test") && !run.stderr.contains("dev3"), "{}", run.stderr);
}

#[test]
fn several_at_once_share_what_the_first_one_makes() {
    let sandbox = Sandbox::new();
    let runs = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..6).map(|_| scope.spawn(|| sandbox.run(["dev", "--keystores", "--json"]).succeeded())).collect();
        runs.into_iter().map(|run| run.join().expect("a thread")).collect::<Vec<_>>()
    });
    let issued = runs.iter().filter(|run| json(run)["action"] == "issued").count();
    assert_eq!(issued, 1, "the others find a good one");
    sandbox.run(["dev", "--check", "--keystores"]).succeeded();
}

#[test]
fn a_name_of_others_is_warned_about_unless_it_is_permitted() {
    let warned = |arguments: &[&str]| {
        let run = Sandbox::new().run(arguments).succeeded();
        run.stderr
            .lines()
            .skip_while(|line| !line.contains("beyond names for development"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let warning = warned(&["dev", "localhost", "www.google.com", "8.8.8.8"]);
    for word in ["www.google.com and 8.8.8.8", "not encrypted", "--permit www.google.com", "--authority dev2"] {
        assert!(warning.contains(word), "{word}: {warning}");
    }
    for arguments in [
        &["dev"][..],
        &["dev", "app.localhost", "api.test", "192.168.1.20", "spiffe://corp.test/web"],
        &["dev", "www.shop.com", "--permit", "shop.com"],
        &["dev", "8.8.8.8", "--permit", "8.8.0.0/16"],
    ] {
        assert_eq!(warned(arguments), "", "{arguments:?}");
    }
}
