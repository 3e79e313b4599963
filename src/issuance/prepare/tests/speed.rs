//! What issuing costs beyond the crypto.

use std::time::Instant;

use super::*;

/// Run with `cargo test --lib issuance -- --ignored --nocapture speed`.
#[test]
#[ignore = "a measurement"]
fn prepare_and_sign() {
    let issuing = Authority::issuing();
    let (profile, request) =
        (profile("server"), csr("CN=www.corp.test", &[gn("www.corp.test"), gn("api.corp.test")], &[]));
    let measure = |what: &str, work: &dyn Fn()| {
        let batch = || {
            let start = Instant::now();
            (0..100).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e6 / 100.0
        };
        let micros = (0..30).map(|_| batch()).fold(f64::INFINITY, f64::min);
        std::io::Write::write_all(&mut std::io::stderr(), format!("{what}: {micros:.1} µs\n").as_bytes()).unwrap();
    };
    let prepared = issuing.prepare(&profile, &request).unwrap();
    let (tbs, linted) = (prepared.tbs.clone(), prepared.linted.clone());
    let signed = issuing.issue_with(&profile, &request).certificate;
    measure("encode, sign, read", &|| drop(tbs.sign(&issuing.key).unwrap()));
    measure("verify", &|| signed.verify_signature(issuing.key.public_key()).unwrap());
    measure("encode, sign, read, verify", &|| {
        tbs.sign(&issuing.key).unwrap().verify_signature(issuing.key.public_key()).unwrap();
    });
    measure("prepare", &|| drop(issuing.prepare(&profile, &request).unwrap()));
    measure("lint", &|| drop(crate::issuance::lint::lint(&linted)));
    measure("unsigned", &|| {
        drop(sign::lint_unsigned(&tbs, issuing.key.public_key(), None, &[], Report::default()).unwrap())
    });
    measure("all", &|| drop(issuing.issue_with(&profile, &request)));
    let chain = [issuing.certificate.clone(), issuing.chain[0].clone()];
    measure("chain", &|| path::check_issuance(&tbs, &chain, NOW).unwrap());
    measure("clone of the chain", &|| drop(chain.to_vec()));
    measure("read", &|| drop(Certificate::from_der(signed.der()).unwrap()));
    measure("check key", &|| request.public_key.check(&profile.rules().key.rules).unwrap());
}
