//! Objects of Kubernetes, cert-manager, Istio, Linkerd and Envoy, judged by those projects' own types and by what their
//! programs do with them (`manifests/main.go`), and by the schemas of the Kubernetes API.

use std::path::{Path, PathBuf};

use crate::authority::{Certwright, text};
use crate::tool;

#[test]
fn objects_are_what_their_types_say() {
    let Some(judge) = tool::program("manifests") else { return };
    let scene = Scene::new();
    let files = scene.objects();
    let said = tool::run(&judge, ["objects"].into_iter().chain(files.iter().map(|file| text(file))));
    assert!(said.success, "{}", said.all());
    // A judge that takes everything proves nothing.
    for (good, bad) in
        [("data:", "dada:"), ("name: \"www.corp.test-tls\"", "name: \"_\""), ("kind: Secret", "kind: Sekret")]
    {
        let object = std::fs::read_to_string(&files[0]).expect("an object");
        assert!(object.contains(good), "{object}");
        let file = scene.directory.path().join("bad.yaml");
        std::fs::write(&file, object.replacen(good, bad, 1)).expect("a file");
        assert!(!tool::run(&judge, ["objects", text(&file)]).success, "{bad}");
    }
}

#[test]
fn objects_fit_the_schemas_of_the_api() {
    let Some(python) = tool::python("kubernetes_validate") else { return };
    let scene = Scene::new();
    let files: Vec<PathBuf> = scene
        .objects()
        .into_iter()
        .filter(|file| !text(file).contains("issuer") && !text(file).contains("sds"))
        .collect();
    assert!(files.len() >= 5, "{files:?}");
    let script = text(&tool::source("python/manifest.py")).to_owned();
    let said = tool::run(&python, [script.as_str()].into_iter().chain(files.iter().map(|file| text(file))));
    assert!(said.success, "{}", said.all());
    let file = scene.directory.path().join("bad.yaml");
    let object = std::fs::read_to_string(&files[0]).expect("an object");
    std::fs::write(&file, object.replacen("type: kubernetes.io/tls", "type: [1]", 1)).expect("a file");
    assert!(!tool::run(&python, [script.as_str(), text(&file)]).success);
}

#[test]
fn authorities_sign_for_their_clusters() {
    let Some(judge) = tool::program("manifests") else { return };
    let scene = Scene::new();
    for (what, target, certwright) in [
        ("issuer", "cert-manager", &scene.certwright),
        ("istio", "istio", &scene.certwright),
        ("linkerd", "linkerd", &scene.linkerd),
    ] {
        let directory = scene.export(certwright, "issuing", target, &[]);
        let said = tool::run(&judge, [what, text(&directory)]);
        assert!(said.success, "{what}: {}", said.all());
    }
    // Linkerd's judge refuses what Linkerd refuses.
    let directory = scene.export(&scene.linkerd, "issuing", "linkerd", &["--force"]);
    let root = std::fs::read(scene.certwright.authority("root")).expect("a root");
    std::fs::write(directory.join("ca.crt"), root).expect("a file");
    assert!(!tool::run(&judge, ["linkerd", text(&directory)]).success);
}

struct Scene {
    directory: tempfile::TempDir,
    certwright: Certwright,
    /// With the authorities that Linkerd wants.
    linkerd: Certwright,
}

impl Scene {
    fn new() -> Self {
        let directory = tool::scratch();
        let certwright = Certwright::two_tiers(directory.path(), "ec-p384");
        certwright.ok(["issue", "www.corp.test"]);
        certwright.ok(["issue", "alice@corp.test", "--profile", "client"]);
        let place = directory.path().join("linkerd");
        std::fs::create_dir(&place).expect("a directory");
        let linkerd = Certwright::empty(&place);
        let names = ["--cn", "root.linkerd.cluster.local", "--issuing-cn", "identity.linkerd.cluster.local"];
        let keys = ["--key", "ec-p256", "--issuing-key", "ec-p256"];
        linkerd.ok([&["init", "--no-passphrase", "--with-issuing"], &names[..], &keys[..]].concat());
        Self { directory, certwright, linkerd }
    }

    fn export(&self, certwright: &Certwright, name: &str, target: &str, options: &[&str]) -> PathBuf {
        let directory = self.directory.path().join(format!("{target}-of-{name}"));
        certwright.ok([&["export", name, "--for", target, "--out", text(&directory)], options].concat());
        directory
    }

    /// Every YAML file that export writes, the Secret of a server first; and Envoy's configuration.
    fn objects(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let sockets =
            [("www.corp.test", "sds-server.yaml"), ("alice@corp.test", "sds-client.yaml")].map(|(name, file)| {
                let out = self.directory.path().join("envoy");
                let arguments = ["export", name, "--for", "envoy", "--json", "--force", "--out", text(&out)];
                let report: serde_json::Value = serde_json::from_str(&self.certwright.ok(arguments)).expect("a report");
                let file = self.directory.path().join(file);
                std::fs::write(&file, report["snippet"].as_str().expect("a snippet")).expect("a file");
                file
            });
        for (certwright, name, target) in [
            (&self.certwright, "www.corp.test", "kubernetes"),
            (&self.certwright, "alice@corp.test", "kubernetes"),
            (&self.certwright, "issuing", "kubernetes"),
            (&self.certwright, "issuing", "cert-manager"),
            (&self.certwright, "issuing", "istio"),
            (&self.certwright, "www.corp.test", "envoy"),
            (&self.linkerd, "issuing", "linkerd"),
        ] {
            files.extend(yaml(&self.export(certwright, name, target, &["--force"])));
        }
        let namespaced = ["--force", "--set", "kind=Issuer", "--set", "namespace=pki"];
        let directory = self.directory.path().join("namespaced");
        self.certwright.ok([
            &["export", "issuing", "--for", "cert-manager", "--out", text(&directory)],
            &namespaced[..],
        ]
        .concat());
        files.extend(yaml(&directory));
        files.extend(sockets);
        files
    }
}

fn yaml(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}
