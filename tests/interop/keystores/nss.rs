//! NSS's `pk12util`, through which Firefox and Chromium get their client certificates.

use super::{FILES, PASSWORD, PRESETS};
use crate::authority::text;
use crate::tool;

#[test]
fn nss_lists_imports_and_exports() {
    let (Some(pk12util), Some(certutil)) = (tool::program("pk12util"), tool::program("certutil")) else { return };
    for preset in PRESETS {
        let file = FILES.path(&format!("one-{preset}.p12"));
        let listed = tool::run(&pk12util, ["-l", text(&file), "-W", PASSWORD]);
        assert!(listed.success, "{preset}: {}", listed.all());
        assert!(listed.out.contains("Key(shrouded)") && listed.out.contains("web.corp.test"), "{}", listed.all());
        let wrong = tool::run(&pk12util, ["-l", text(&file), "-W", "wrong"]);
        assert!(!wrong.success, "{preset}: {}", wrong.all());

        let database = FILES.path(&format!("nss-{preset}"));
        std::fs::create_dir_all(&database).expect("a directory");
        let database = format!("sql:{}", text(&database));
        let made = tool::run(&certutil, ["-N", "--empty-password", "-d", &database]);
        assert!(made.success, "{}", made.all());
        let imported = tool::run(&pk12util, ["-i", text(&file), "-W", PASSWORD, "-d", &database]);
        assert!(imported.success, "{preset}: {}", imported.all());
        let keys = tool::run(&certutil, ["-K", "-d", &database]);
        assert!(keys.success && keys.out.contains("web.corp.test"), "{preset}: {}", keys.all());

        let nickname = nickname(&keys.out);
        let back = format!("nss-{preset}.p12");
        let out = FILES.path(&back);
        let exported = tool::run(&pk12util, ["-o", text(&out), "-n", &nickname, "-W", PASSWORD, "-d", &database]);
        assert!(exported.success, "{preset}: {}", exported.all());
        let listed = FILES.listed(&back);
        assert_eq!(listed, [format!("{nickname}:key:2")], "{preset}");
    }
}

/// The name at the end of the line of `certutil -K` that has a key.
fn nickname(listing: &str) -> String {
    let line = listing.lines().find(|line| line.contains("web.corp.test")).unwrap_or_default();
    line.split_whitespace().last().unwrap_or_default().trim_start_matches("DB:").to_owned()
}
