//! The programs that read files.

use std::process::Command;

use certwright::testing::{Program, Purpose, Record};

use super::{Answer, Fixture, answers, judge};
use crate::authority::Certwright;
use crate::tool::{self, Said};
use crate::{go, java};

#[test]
fn certwright_says_what_is_expected() {
    let fixture = Fixture::made();
    let certwright = Certwright::empty(&fixture.dir);
    each(Program::Certwright, |record| {
        let files = &record.files;
        let mut arguments = vec!["verify".to_owned(), fixture.file(&files.certificate)];
        let mut add = |flag: &str, value: &str| arguments.extend([flag.to_owned(), value.to_owned()]);
        add("--anchor", &fixture.file(&files.anchor));
        add("--purpose", record.entry.purpose.as_str());
        files.chain.iter().for_each(|chain| add("--chain", &fixture.file(chain)));
        files.crls.iter().for_each(|crls| add("--crl", &fixture.file(crls)));
        if record.entry.purpose == Purpose::Server {
            record.name.iter().for_each(|name| add("--host", name));
        }
        certwright.run(arguments)
    });
}

#[test]
fn gnutls_says_what_is_expected() {
    let Some(certtool) = tool::program("certtool") else { return };
    let fixture = Fixture::made();
    each(Program::GnuTls, |record| {
        let purpose = match record.entry.purpose {
            Purpose::Client => "1.3.6.1.5.5.7.3.2",
            Purpose::Email => "1.3.6.1.5.5.7.3.4",
            Purpose::Server => "1.3.6.1.5.5.7.3.1",
        };
        let mut command = Command::new(&certtool);
        command.args(["--verify", "--verify-purpose", purpose, "--infile", &fixture.file(&record.files.fullchain)]);
        command.args(["--load-ca-certificate", &fixture.file(&record.files.anchor)]);
        if let Some(crls) = &record.files.crls {
            command.args(["--load-crl", &fixture.file(crls)]);
        }
        if let Some(name) = &record.name {
            let email = record.entry.purpose == Purpose::Email;
            command.args([if email { "--verify-email" } else { "--verify-hostname" }, name]);
        }
        tool::finish(&mut command)
    });
}

#[test]
fn go_says_what_is_expected() {
    let Some(go) = go::program() else { return };
    let said = tool::run(go, ["test-pki", &Fixture::made().file("expectations.json")]);
    assert!(said.success, "{}", said.all());
    judge(Program::Go, &answers(&said.out));
}

#[test]
fn java_says_what_is_expected() {
    let fixture = Fixture::made();
    let Some(classes) = java::compiled_with(&["java/TestPki.java"], &HOST_NAME_CHECK) else { return };
    let Some(mut java) = tool::program("java").map(Command::new) else { return };
    java.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .args(HOST_NAME_CHECK)
        .arg("-cp")
        .arg(classes)
        .arg("TestPki");
    let lines: Vec<String> = fixture
        .cases(Program::Java)
        .map(|record| {
            let file = |name: &String| fixture.file(name);
            let crls = record.files.crls.as_ref().map_or_else(|| "-".to_owned(), file);
            let name = record.name.clone().unwrap_or_else(|| "-".to_owned());
            let (chain, anchor) = (file(&record.files.fullchain), file(&record.files.anchor));
            [record.entry.id.as_str(), record.entry.purpose.as_str(), &chain, &anchor, &crls, &name].join("\t")
        })
        .collect();
    let said = tool::converse(&mut java, &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    judge(Program::Java, &answers(&said.out));
}

/// The check of host names is the JDK's own, which only its handshakes reach otherwise.
const HOST_NAME_CHECK: [&str; 2] = ["--add-exports", "java.base/sun.security.util=ALL-UNNAMED"];

#[test]
fn openssl_says_what_is_expected() {
    let Some(openssl) = tool::program("openssl") else { return };
    let fixture = Fixture::made();
    each(Program::OpenSsl, |record| {
        let purpose = match record.entry.purpose {
            Purpose::Client => "sslclient",
            Purpose::Email => "smimesign",
            Purpose::Server => "sslserver",
        };
        let mut command = Command::new(&openssl);
        command.args(["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-purpose", purpose]);
        command.args(["-CAfile", &fixture.file(&record.files.anchor)]);
        if let Some(chain) = &record.files.chain {
            command.args(["-untrusted", &fixture.file(chain)]);
        }
        if let Some(crls) = &record.files.crls {
            command.args(["-crl_check_all", "-CRLfile", &fixture.file(crls)]);
        }
        if let Some(name) = &record.name {
            let flag = match record.entry.purpose {
                Purpose::Email => "-verify_email",
                _ if name.parse::<std::net::IpAddr>().is_ok() => "-verify_ip",
                _ => "-verify_hostname",
            };
            command.args([flag, name]);
        }
        tool::finish(command.arg(fixture.file(&record.files.certificate)))
    });
}

#[test]
fn pyca_says_what_is_expected() {
    let Some(python) = tool::python("cryptography.x509.verification") else { return };
    let expectations = Fixture::made().file("expectations.json");
    let said = tool::finish(Command::new(python).arg(tool::source("python/test_pki.py")).arg(expectations));
    assert!(said.success, "{}", said.all());
    judge(Program::Pyca, &answers(&said.out));
}

#[test]
fn keystores_open_in_openssl_and_java() {
    let fixture = Fixture::made();
    let good = fixture.expectations.cases.iter().filter(|record| record.entry.good);
    let keystores = good.map(|record| record.files.keystore.as_ref().expect("a good certificate fits into one"));
    let password = format!("pass:{}", fixture.expectations.keystore_password);
    if let Some(openssl) = tool::program("openssl") {
        for keystore in keystores {
            let said = tool::run(&openssl, ["pkcs12", "-noout", "-passin", &password, "-in", &fixture.file(keystore)]);
            assert!(said.success, "{keystore}: {}", said.all());
        }
    }
    let Some(keytool) = tool::program("keytool") else { return };
    let keystore = fixture.file("good/good/keystore.p12");
    let said = tool::run(keytool, ["-list", "-keystore", &keystore, "-storepass", &password["pass:".len()..]]);
    assert!(said.out.contains("good, ") && said.out.contains("PrivateKeyEntry"), "{}", said.all());
}

/// Asks a program that is run once for each case, and whose exit status is its verdict.
fn each(program: Program, ask: impl Fn(&Record) -> Said) {
    let cases = Fixture::made().cases(program);
    let answers: Vec<Answer> = cases
        .map(|record| {
            let said = ask(record);
            Answer { id: record.entry.id.clone(), trusted: said.success, why: said.all() }
        })
        .collect();
    judge(program, &answers);
}
