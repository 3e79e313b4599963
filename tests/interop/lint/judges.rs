//! The programs, each asked about all chains at once where it can be.

use std::process::Command;

use certwright::issuance::lint::Target;
use serde::Deserialize;

use super::Chain;
use crate::authority::text;
use crate::matrix::{Purpose, Question};
use crate::tool::{self, Said};
use crate::{go, webpki};

/// What a program says to a chain; the reason where it refuses it.
type Verdict = Result<(), String>;

/// Asks the program of a target about chains of servers; `None` where it is not installed.
pub(super) fn ask(target: Target, chains: &[Chain]) -> Option<Vec<Verdict>> {
    match target {
        Target::Gnutls => gnutls(chains),
        Target::Go => with_go(chains),
        Target::Java => with_java(chains),
        Target::Nss => nss(chains),
        Target::Openssl => python_ssl(chains, "default"),
        Target::Pyca => pyca(chains),
        Target::Python313 => python_ssl(chains, "strict"),
        Target::Rustls => Some(chains.iter().map(|chain| caught(|| webpki::ask(&question(chain)))).collect()),
        Target::Apple | Target::Erlang | Target::Rfc5280 | Target::Windows => None,
    }
}

/// A panic in somebody's reader is a refusal too.
fn caught(ask: impl Fn() -> Verdict + std::panic::UnwindSafe) -> Verdict {
    std::panic::catch_unwind(ask).unwrap_or_else(|_| Err("panicked".to_owned()))
}

fn question(chain: &Chain) -> Question {
    Question {
        id: chain.id.clone(),
        certificate: text(&chain.leaf).to_owned(),
        key: None,
        intermediates: Some(text(&chain.intermediate).to_owned()),
        root: text(&chain.root).to_owned(),
        host: Some(chain.host.to_owned()),
        purpose: Some(Purpose::Server),
        trusted: true,
    }
}

fn questions(chains: &[Chain]) -> String {
    let questions: Vec<Question> = chains.iter().map(question).collect();
    serde_json::to_string(&questions).expect("questions are JSON")
}

#[derive(Debug, Deserialize)]
struct Answer {
    id: String,
    trusted: bool,
    why: String,
}

/// Answers of one JSON object a line, in the order of the chains.
fn answers(chains: &[Chain], said: &Said) -> Vec<Verdict> {
    assert!(said.success, "{}", said.all());
    let answers: Vec<Answer> =
        said.out.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect();
    let of = |chain: &Chain| {
        let answer = answers.iter().find(|answer| answer.id == chain.id).expect("an answer to each question");
        if answer.trusted { Ok(()) } else { Err(answer.why.clone()) }
    };
    chains.iter().map(of).collect()
}

fn with_go(chains: &[Chain]) -> Option<Vec<Verdict>> {
    let said = tool::converse(Command::new(go::program()?).arg("verify"), &questions(chains));
    Some(answers(chains, &said))
}

fn pyca(chains: &[Chain]) -> Option<Vec<Verdict>> {
    let python = tool::python("cryptography.x509.verification")?;
    let said = tool::converse(Command::new(python).arg(tool::source("python/verify.py")), &questions(chains));
    Some(answers(chains, &said))
}

/// OpenSSL by handshakes of Python's `ssl`, as it is or with what Python 3.13 asks for.
fn python_ssl(chains: &[Chain], how: &str) -> Option<Vec<Verdict>> {
    let python = tool::python("ssl")?;
    let handshakes: Vec<_> = chains
        .iter()
        .map(|chain| {
            serde_json::json!({
                "id": chain.id, "leaf": chain.leaf, "key": chain.key, "intermediate": chain.intermediate,
                "root": chain.root, "host": chain.host,
            })
        })
        .collect();
    let input = serde_json::to_string(&handshakes).expect("handshakes are JSON");
    let said = tool::converse(Command::new(python).arg(tool::source("python/handshake.py")).arg(how), &input);
    Some(answers(chains, &said))
}

/// The JDK's trust manager, and its comparison of host names.
fn with_java(chains: &[Chain]) -> Option<Vec<Verdict>> {
    let lines: Vec<String> = chains
        .iter()
        .map(|chain| {
            let files = [&chain.leaf, &chain.intermediate, &chain.root].map(|file| text(file));
            format!("{}\t{}\t{}", chain.id, files.join("\t"), chain.host)
        })
        .collect();
    let mut command = Command::new(tool::program("java")?);
    command.args(["-XX:+UseSerialGC", "--add-exports=java.base/sun.security.util=ALL-UNNAMED"]);
    let said = tool::converse(command.arg(tool::source("java/Judge.java")), &lines.join("\n"));
    Some(answers(chains, &said))
}

fn gnutls(chains: &[Chain]) -> Option<Vec<Verdict>> {
    let certtool = tool::program("certtool")?;
    let ask = |chain: &Chain| {
        let read = |file| std::fs::read_to_string(file).expect("a certificate");
        let input = read(&chain.leaf) + &read(&chain.intermediate);
        let mut command = Command::new(&certtool);
        command.args(["--verify", "--verify-purpose", "1.3.6.1.5.5.7.3.1", "--verify-hostname", chain.host]);
        let said = tool::converse(command.arg("--load-ca-certificate").arg(&chain.root), &input);
        verdict(&said)
    };
    Some(chains.iter().map(ask).collect())
}

/// A database for each chain, since all authorities carry the same names.
fn nss(chains: &[Chain]) -> Option<Vec<Verdict>> {
    let certutil = tool::program("certutil")?;
    let ask = |chain: &Chain| {
        let database = chain.leaf.with_file_name("nss");
        std::fs::create_dir(&database).expect("a directory");
        let database = format!("sql:{}", text(&database));
        let run = |arguments: &[&str]| verdict(&tool::run(&certutil, [arguments, &["-d", &database]].concat()));
        run(&["-N", "--empty-password"])?;
        let add = |name, trust, file| run(&["-A", "-n", name, "-t", trust, "-i", text(file)]);
        add("root", "C,,", &chain.root)?;
        add("issuing", ",,", &chain.intermediate)?;
        add("leaf", ",,", &chain.leaf)?;
        run(&["-V", "-n", "leaf", "-u", "V", "-e"])
    };
    Some(chains.iter().map(ask).collect())
}

fn verdict(said: &Said) -> Verdict {
    let telling = |line: &&str| line.contains("NOT trusted") || line.contains("rror");
    let lines: Vec<&str> = said.err.lines().chain(said.out.lines()).filter(telling).collect();
    if said.success { Ok(()) } else { Err(lines.join(" / ")) }
}
