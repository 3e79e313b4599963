//! Databases made of empty files, and listings as `certutil` prints them.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn nicknames_may_have_spaces_and_commas() {
    let listing = "\nCertificate Nickname          Trust Attributes\n                      SSL,S/MIME,JAR/XPI\n\n\
        Acme, Inc. Root, CA                    C,,  \nplain      CTu,Cu,Cu\nx y                ,,   \nx y      ,,\n";
    assert_eq!(nicknames(listing), ["Acme, Inc. Root, CA", "plain", "x y"]);
}

#[test]
fn trust_is_that_of_the_certificate_asked_for() {
    let shown = "Certificate:\n    Fingerprint (SHA-256):\n        AA:01\n    Fingerprint (SHA1):\n        01\n\n\
        Certificate Trust Flags:\n        SSL Flags:\n        Email Flags:\n            Trusted CA\n\n\
        Certificate:\n    Fingerprint (SHA-256):\n        BB:02\n    Certificate Trust Flags:\n        SSL Flags:\n\
        Valid CA\n            Trusted CA\n        Email Flags:\n";
    assert_eq!(trust(shown, "aa01"), Some(false));
    assert_eq!(trust(shown, "bb02"), Some(true));
    assert_eq!(trust(shown, "cc03"), None);
    assert_eq!(trust("", "aa01"), None);
}

#[test]
fn a_password_is_asked_for_by_its_option() {
    let store = |password: Option<&str>| {
        NssStore::new(&super::super::tests::machine(), "/db".into(), password.map(Secret::new)).unwrap()
    };
    let problem = || Problem::new("certutil failed: SEC_ERROR_BAD_PASSWORD: incorrect").remedy("run: certutil -A");
    let remedy = |problem: Problem| match problem {
        Problem::Other { remedy, .. } => remedy.unwrap_or_default(),
        Problem::NeedsRoot => String::new(),
    };
    assert_eq!(remedy(store(None).explain(problem())), "/db has a password: name its source with --nss-password SRC");
    assert!(remedy(store(Some("x")).explain(problem())).contains("another password"));
    let other = Problem::new("certutil failed: SEC_ERROR_IO").remedy("run: certutil -A");
    assert_eq!(remedy(store(None).explain(other)), "run: certutil -A");
}

#[test]
fn root_touches_no_database_that_others_can_change() {
    let dir = tempfile::tempdir().unwrap();
    let database = places::followed(dir.path()).unwrap().join("home/.pki/nssdb");
    std::fs::create_dir_all(&database).unwrap();
    std::fs::write(database.join(DATABASE), "").unwrap();
    let home = dir.path().join("home");
    for place in [&home, &home.join(".pki"), &database, &database.join(DATABASE)] {
        std::fs::set_permissions(place, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let keeper = Some(rustix::process::geteuid().as_raw());
    let machine = Machine { home: Some(home.clone()), keeper, ..super::super::tests::machine() };
    let found = || NssStore::find(&machine, None);
    assert!(matches!(found().as_slice(), [Ok(_)]));
    std::fs::set_permissions(home, PermissionsExt::from_mode(0o777)).unwrap();
    assert!(matches!(found().as_slice(), [Err(Problem::Other { .. })]));
    assert!(NssStore::new(&machine, database.join("new"), None).is_err());
}

#[test]
fn databases_are_found_where_browsers_keep_them() {
    let home = tempfile::tempdir().unwrap();
    let home_path = places::followed(home.path()).unwrap();
    for dir in [".mozilla/firefox/a.default", "snap/firefox/common/.mozilla/firefox/b.default", ".pki/nssdb"] {
        std::fs::create_dir_all(home_path.join(dir)).unwrap();
        std::fs::write(home_path.join(dir).join(DATABASE), "").unwrap();
    }
    // Neither a profile without a database nor a link out of the home counts.
    std::fs::create_dir_all(home_path.join(".mozilla/firefox/new.default")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join(DATABASE), "").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), home_path.join(".mozilla/firefox/link")).unwrap();
    let machine = Machine { home: Some(home_path.clone()), ..super::super::tests::machine() };
    let found: Vec<PathBuf> = NssStore::find(&machine, None).into_iter().map(|store| store.unwrap().dir).collect();
    let expected = [".mozilla/firefox/a.default", "snap/firefox/common/.mozilla/firefox/b.default", ".pki/nssdb"];
    assert_eq!(found, expected.map(|dir| home_path.join(dir)));
}
