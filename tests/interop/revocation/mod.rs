//! Revocations and CRLs: what other people's programs make of them.
//!
//! All of them are shown the CRLs of the same moments in the life of a server and a client, one after the other.

mod clients;
mod lint;
mod servers;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::authority::{Certwright, text};
use crate::parties::Realm;
use crate::tool;

/// A two-tier realm whose server and client were put on hold, released and revoked.
struct Story {
    realm: Realm,
    moments: Vec<Moment>,
    /// Delta CRLs of `issuing`, each with its base.
    deltas: Vec<Delta>,
    /// Every CRL that was signed, with the certificate of its authority.
    every: Vec<(PathBuf, PathBuf)>,
}

/// The CRLs at some time.
struct Moment {
    what: &'static str,
    /// Whether the server and the client are to be accepted.
    good: bool,
    /// The CRLs of root and issuing in one PEM file.
    crls: PathBuf,
}

/// A delta CRL, and what becomes of the client with it and with its base alone.
struct Delta {
    what: &'static str,
    good: bool,
    good_by_base: bool,
    /// The delta CRL, its base and the root's CRL in one PEM file.
    crls: PathBuf,
    /// The same without the delta CRL.
    base: PathBuf,
}

impl Story {
    fn told() -> &'static Self {
        static STORY: OnceLock<Story> = OnceLock::new();
        STORY.get_or_init(|| {
            let place = tool::lasting_directory();
            let certwright = Certwright::empty(&place);
            // From the start, so that the certificate of `issuing` names the distribution point too.
            let url = "http://pki.test/{{ authority }}.crl";
            certwright.ok(["init", "--no-passphrase", "--with-issuing", "--crl-url", url]);
            let realm = Realm::new(certwright, &place, "ec-p256");
            let mut story = Self { realm, moments: Vec::new(), deltas: Vec::new(), every: Vec::new() };
            story.tell(&place);
            story
        })
    }

    fn tell(&mut self, place: &Path) {
        self.publish(&[]);
        self.moment(place, "before anything happened", true);
        self.change("hold");
        self.publish(&[]);
        self.moment(place, "on hold", false);
        self.change("release");
        self.publish(&[]);
        self.moment(place, "released", true);
        self.publish(&["--validity", "1s"]);
        self.moment(place, "with stale CRLs", false);
        self.wait_until_stale();

        // From here on the full CRLs name where their deltas are, and issuing's its own place. OpenSSL looks for the root
        // itself in the root's CRL, which therefore must not name a place: the root's certificate names none.
        for (authority, point) in [("root", "false"), ("issuing", "true")] {
            self.ok(&["crl", "settings", authority, "--delta-validity", "1d", "--distribution-point", point]);
        }
        self.publish(&[]);
        self.moment(place, "with distribution points in the CRLs", true);
        self.delta(place, "unchanged", true, true);
        self.change("hold");
        self.delta(place, "held since", false, true);
        self.publish(&[]);
        self.delta(place, "held before", false, false);
        self.change("release");
        self.delta(place, "released since", true, false);
        self.publish(&[]);
        self.change("revoke");
        self.delta(place, "revoked since", false, true);
        self.publish(&[]);
        self.moment(place, "revoked", false);
    }

    fn ok(&self, arguments: &[&str]) {
        self.realm.certwright.ok(arguments);
    }

    fn change(&self, command: &str) {
        for lineage in ["localhost", "alice"] {
            self.ok(&[command, lineage]);
        }
    }

    fn publish(&self, options: &[&str]) {
        self.ok(&[&["crl", "publish"], options].concat());
    }

    fn released(&self, name: &str) -> PathBuf {
        self.realm.certwright.public(name)
    }

    fn moment(&mut self, place: &Path, what: &'static str, good: bool) {
        let crls = place.join(format!("moment-{}.pem", self.moments.len()));
        let names = ["issuing.crl.pem", "root.crl.pem"];
        self.keep(place, &names);
        let both = names.map(|name| read(&self.released(name))).concat();
        std::fs::write(&crls, both).expect("a file can be written");
        self.moments.push(Moment { what, good, crls });
    }

    fn delta(&mut self, place: &Path, what: &'static str, good: bool, good_by_base: bool) {
        self.ok(&["crl", "publish", "--delta", "--authority", "issuing"]);
        let crls = place.join(format!("delta-{}.pem", self.deltas.len()));
        self.keep(place, &["issuing.delta.crl.pem"]);
        let base = place.join(format!("base-{}.pem", self.deltas.len()));
        let [delta, issuing, root] =
            ["issuing.delta.crl.pem", "issuing.crl.pem", "root.crl.pem"].map(|name| read(&self.released(name)));
        for (file, text) in [(&base, issuing.clone() + &root), (&crls, delta + &issuing + &root)] {
            std::fs::write(file, text).expect("a file can be written");
        }
        self.deltas.push(Delta { what, good, good_by_base, crls, base });
    }

    /// Keeps CRLs for the linters.
    fn keep(&mut self, place: &Path, names: &[&str]) {
        for name in names {
            let copy = place.join(format!("crl-{}-{name}", self.every.len()));
            std::fs::copy(self.released(name), &copy).expect("a CRL was released");
            let authority = name.split('.').next().unwrap_or_default();
            self.every.push((copy, self.realm.certwright.authority(authority)));
        }
    }

    /// Returns when the CRLs that were released last have lapsed, which takes about a second.
    fn wait_until_stale(&self) {
        for name in ["issuing.crl", "root.crl"] {
            let file = self.released(name);
            while self.realm.certwright.run(["crl", "check", text(&file)]).success {
                std::thread::yield_now();
            }
        }
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
