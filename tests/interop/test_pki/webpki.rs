//! rustls-webpki, in this process.

use std::time::Duration;

use certwright::testing::{Program, Purpose, Record};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, OwnedCertRevocationList,
    RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert,
};

use super::{Answer, Fixture, judge};

#[test]
fn rustls_says_what_is_expected() {
    let fixture = Fixture::made();
    let answers: Vec<Answer> = fixture
        .cases(Program::Rustls)
        .map(|record| {
            let why = ask(fixture, record).err();
            Answer { id: record.entry.id.clone(), trusted: why.is_none(), why: why.unwrap_or_default() }
        })
        .collect();
    judge(Program::Rustls, &answers);
}

fn ask(fixture: &Fixture, record: &Record) -> Result<(), String> {
    fn said(error: impl std::fmt::Debug) -> String {
        format!("{error:?}")
    }
    let certificates = |name: &str| -> Result<Vec<CertificateDer<'static>>, String> {
        CertificateDer::pem_file_iter(fixture.file(name)).map_err(said)?.collect::<Result<_, _>>().map_err(said)
    };
    let root = certificates(&record.files.anchor)?.remove(0);
    let anchor = anchor_from_trusted_cert(&root).map_err(said)?;
    let presented = certificates(&record.files.fullchain)?;
    let (leaf, intermediates) = presented.split_first().ok_or("nothing presented")?;
    let leaf = EndEntityCert::try_from(leaf).map_err(said)?;
    let usage = match record.entry.purpose {
        Purpose::Client => KeyUsage::client_auth(),
        Purpose::Email => KeyUsage::required_if_present(&[43, 6, 1, 5, 5, 7, 3, 4]),
        Purpose::Server => KeyUsage::server_auth(),
    };
    let mut crls = Vec::new();
    if let Some(file) = &record.files.crls {
        for der in CertificateRevocationListDer::pem_file_iter(fixture.file(file)).map_err(said)? {
            let crl = OwnedCertRevocationList::from_der(&der.map_err(said)?).map_err(said)?;
            crls.push(CertRevocationList::from(crl));
        }
    }
    let crls: Vec<&CertRevocationList<'_>> = crls.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&crls).ok().map(|options| {
        options
            .with_depth(RevocationCheckDepth::Chain)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build()
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(said)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()));
    leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &[anchor], intermediates, now, usage, revocation, None)
        .map_err(said)?;
    let Some(name) = record.name.as_ref().filter(|_| record.entry.purpose == Purpose::Server) else { return Ok(()) };
    let name = ServerName::try_from(name.as_str()).map_err(said)?;
    leaf.verify_is_valid_for_subject_name(&name).map_err(said)
}
