//! Writes a few sound inputs to `corpus/<target>/`, from which the fuzzer starts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use certwright::container::{Content, Encoding, Entry, Format, Keystore, Preset, encode};
use certwright::issuance::{Profiles, Request, Urls, prepare};
use certwright::keys::{Algorithm, KeyContainer, KeyEncoding, KeyFormat, PrivateKey, Secret};
use certwright::store::{Draft, Event, Settings, Store};
use certwright::x509::{Csr, Extension, GeneralName, Name, Serial};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let directory = corpus.join(target);
        fs::create_dir_all(&directory).expect("the corpus directory");
        fs::write(directory.join(name), bytes).expect("a seed");
    };
    for algorithm in Algorithm::ALL {
        let key = PrivateKey::generate(algorithm).expect("a key");
        for (kind, container) in [
            ("pkcs8", KeyContainer::Pkcs8),
            ("encrypted", KeyContainer::EncryptedPkcs8),
            ("pkcs1", KeyContainer::Pkcs1),
            ("sec1", KeyContainer::Sec1),
        ] {
            let secret = (container == KeyContainer::EncryptedPkcs8).then(|| Secret::new(*b"fuzz"));
            for (ending, encoding) in [("pem", KeyEncoding::Pem), ("der", KeyEncoding::Der)] {
                if let Ok(bytes) = key.encode(KeyFormat { encoding, container }, secret.as_ref()) {
                    write("key", &format!("{algorithm}-{kind}.{ending}"), &bytes);
                }
            }
        }
        let (request, certificate) = signed(&key);
        for (target, ending, bytes) in [
            ("csr", "der", request.der().to_vec()),
            ("csr", "pem", request.to_pem().into_bytes()),
            ("certificate", "der", certificate.der().to_vec()),
            ("pem", "csr", request.der().to_vec()),
            ("pem", "der", certificate.der().to_vec()),
            ("pem", "pem", certificate.to_pem().into_bytes()),
        ] {
            write(target, &format!("{algorithm}.{ending}"), &bytes);
        }
    }
    for (target, name, bytes) in keystores() {
        write(target, name, &bytes);
    }
    write("journal", "short.jsonl", &journal());
}

fn signed(key: &PrivateKey) -> (Csr, certwright::x509::Certificate) {
    let subject = Name::parse("CN=seed.test,O=Seed").expect("a name");
    let names = ["seed.test", "*.seed.test", "192.0.2.7", "a@seed.test", "uri:spiffe://seed.test/x"];
    let names: Vec<GeneralName> = names.iter().map(|name| name.parse().expect("a name")).collect();
    let extensions = [Extension::subject_alt_name(&names, false).expect("names")];
    let csr = Csr::create(&subject, &extensions, key).expect("a request");
    let request =
        Request { name: Some("seed".into()), subject: Some(subject), ..Request::new(key.public_key().clone()) };
    let root = Profiles::default().get("root").expect("the root profile");
    let now = time::OffsetDateTime::now_utc();
    let serial = Serial::from_random([0x55; 20]);
    let prepared = prepare(&root, &request, None, &Urls::default(), serial, now).expect("a certificate");
    (csr, prepared.sign(key).expect("a signature").certificate)
}

fn keystores() -> [(&'static str, &'static str, Vec<u8>); 3] {
    let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
    let (_, certificate) = signed(&key);
    let trusted = Entry { alias: "anchor".into(), content: Content::Trusted(certificate.clone()) };
    let chain = vec![certificate];
    let private = Entry { alias: "key".into(), content: Content::Key { key, chain } };
    let password = Secret::new(*b"fuzz");
    let written = |format, entries: Vec<Entry>| {
        let encoding = Encoding {
            format,
            preset: Preset::Modern,
            store_password: Some(&password),
            key_password: None,
            created: time::OffsetDateTime::UNIX_EPOCH,
        };
        let keystore = Keystore { entries };
        (encode(&keystore, &encoding).expect("a keystore").to_vec(), keystore.entries)
    };
    let (trust, mut entries) = written(Format::Pkcs12, vec![trusted]);
    entries.push(private);
    let (jks, entries) = written(Format::Jks, entries);
    let (keys, _) = written(Format::Pkcs12, entries);
    // The magic number is the target's own.
    [("pkcs12", "trust.p12", trust), ("pkcs12", "keys.p12", keys), ("jks", "keys.jks", jks[4..].to_vec())]
}

fn journal() -> Vec<u8> {
    let directory = std::env::temp_dir().join(format!("certwright-seeds-{}", std::process::id()));
    let store = Store::create(&directory, time::OffsetDateTime::now_utc(), "seeds").expect("a store");
    let mut writer = store.lock(Duration::from_secs(1), "seeds").expect("the lock");
    for number in 0..3 {
        let settings = Settings { crl_urls: vec![format!("http://seed.test/{number}.crl")], ..Settings::default() };
        let draft = Draft { event: Event::SettingsChanged { settings }, key_pem: None };
        writer.commit(time::OffsetDateTime::now_utc(), "seeds", vec![draft]).expect("a commit");
    }
    drop(writer);
    let bytes = fs::read(store.layout().journal()).expect("a journal");
    fs::remove_dir_all(directory).expect("the store goes");
    bytes
}
