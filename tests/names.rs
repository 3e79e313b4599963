//! What people call certificates: names, however they are written, and the first digits of serials.

#![expect(clippy::expect_used, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
mod sandbox;

use sandbox::Sandbox;
use serde_json::Value;

#[test]
fn a_name_is_one_lineage_however_it_is_written() {
    let sandbox = Sandbox::with_root();
    for name in ["Mail.corp.test", "mail.corp.test.", "dns:MAIL.CORP.TEST", "bücher.test", "2001:DB8:0::1"] {
        sandbox.run(["issue", name]).succeeded();
    }
    let listed = sandbox.run(["list", "--json"]).succeeded();
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let of_mail = listed["certificates"].as_array().unwrap().iter().filter(|one| one["lineage"] == "mail.corp.test");
    assert_eq!(of_mail.count(), 3, "{listed:#}");
    assert_eq!(std::fs::read_dir(sandbox.path("store/issued/mail.corp.test")).unwrap().count(), 4, "and current");
    for (asked, found) in [("BÜCHER.test", "xn--bcher-kva.test"), ("2001:db8::1", "ip:2001:db8::1")] {
        let shown = sandbox.run(["show", asked]).succeeded();
        assert!(shown.stdout.contains(found), "{}", shown.stdout);
    }
    sandbox.run(["list", "--name", "*.bücher.test"]).succeeded();
    let said = sandbox.run(["revoke", "--name", "bücher.test", "--yes"]).succeeded();
    assert!(said.stderr.contains("xn--bcher-kva.test"), "{}", said.stderr);
}

#[test]
fn the_first_digits_of_a_serial_stand_for_it_where_no_other_begins_so() {
    let sandbox = Sandbox::with_root();
    let serial = |name: &str| {
        let said = sandbox.run(["issue", name, "--json"]).succeeded();
        serde_json::from_str::<Value>(&said.stdout).unwrap()["serial"].as_str().unwrap().to_owned()
    };
    let (one, _) = (serial("a.test"), serial("b.test"));
    let shown = sandbox.run(["show", &one[..12]]).succeeded();
    assert!(shown.stdout.contains(&one), "{}", shown.stdout);
    sandbox.run(["show", &format!("{}…", &one[..9].to_uppercase())]).succeeded();
    for unknown in [&one[..7], "00000000000", "a.tes"] {
        sandbox.run(["show", unknown]).exited(1);
    }
    let unknown = ["revoke", &one[..10], "--unknown", "--authority", "root", "--json"];
    let revoked = sandbox.run(unknown).succeeded();
    assert!(!revoked.stdout.contains(&one), "that is another serial: {}", revoked.stdout);
    sandbox.run(["revoke", &one[..11]]).succeeded();
    let listed = sandbox.run(["list", "--revoked"]).succeeded();
    assert!(listed.stdout.contains("a.test") && !listed.stdout.contains("b.test"), "{}", listed.stdout);
}
