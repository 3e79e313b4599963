//! Makes what the catalogue asks for: authorities, leaves with one thing wrong, CRLs.

use std::sync::OnceLock;

use time::OffsetDateTime;

use super::der::{self, Alt};
use super::key::{Kind, Published, TestKey, derive};
use super::template::Template;
use super::{Options, Purpose, TestingError};
use crate::x509::tlv;
use crate::x509::{Extension, KeyUsage, Oid, oid};

/// An authority: its certificate and its key.
#[derive(Debug, Clone)]
pub(super) struct Authority {
    /// Its file's name.
    pub(super) label: String,
    pub(super) der: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) key: TestKey,
}

/// A chain of authorities, from the one that issues to the root.
pub(super) type Line = Vec<Authority>;

/// A case as it was made.
pub(super) struct Made {
    pub(super) certificate: Vec<u8>,
    pub(super) key: TestKey,
    /// What is presented after the certificate.
    pub(super) chain: Vec<Vec<u8>>,
    /// The anchor: its file's name and its certificate.
    pub(super) anchor: (String, Vec<u8>),
    pub(super) crls: Vec<Vec<u8>>,
    /// The name to check, where it is not the purpose's own.
    pub(super) name: Option<String>,
    /// A certificate that belongs to the case and is not presented.
    pub(super) twin: Option<Vec<u8>>,
}

impl Made {
    /// With another name to check.
    pub(super) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With these CRLs.
    pub(super) fn crls(mut self, crls: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.crls = crls.into_iter().collect();
        self
    }

    /// The serial number's contents.
    pub(super) fn serial(&self) -> Vec<u8> {
        serial_of(&self.certificate)
    }
}

/// The authorities that many cases share, each made when it is first asked for.
#[derive(Default)]
pub(super) struct Lines {
    p256: OnceLock<Line>,
    p384: OnceLock<Line>,
    ed25519: OnceLock<Line>,
    rsa: OnceLock<Line>,
}

/// Makes one case.
pub(super) struct Forge<'a> {
    pub(super) id: &'static str,
    pub(super) options: &'a Options,
    pub(super) lines: &'a Lines,
}

impl Forge<'_> {
    /// The authorities of P-256: issuing, root.
    pub(super) fn line(&self) -> Result<Line, TestingError> {
        self.shared(&self.lines.p256, "", [Kind::P256; 2])
    }

    /// The authorities of P-384.
    pub(super) fn line_p384(&self) -> Result<Line, TestingError> {
        self.shared(&self.lines.p384, "p384-", [Kind::P384; 2])
    }

    /// The authorities of Ed25519.
    pub(super) fn line_ed25519(&self) -> Result<Line, TestingError> {
        self.shared(&self.lines.ed25519, "ed25519-", [Kind::Ed25519; 2])
    }

    /// The authorities of RSA, whose keys are published.
    pub(super) fn line_rsa(&self) -> Result<Line, TestingError> {
        self.shared(&self.lines.rsa, "rsa-", [Kind::Rsa(Published::Issuing), Kind::Rsa(Published::Root)])
    }

    fn shared(&self, cell: &OnceLock<Line>, prefix: &str, kinds: [Kind; 2]) -> Result<Line, TestingError> {
        if let Some(line) = cell.get() {
            return Ok(line.clone());
        }
        let root = self.root(&format!("{prefix}root"), kinds[1], |_| {})?;
        let issuing = self.below(&root, &format!("{prefix}issuing"), kinds[0], Some(0), |_| {})?;
        Ok(cell.get_or_init(|| vec![issuing, root]).clone())
    }

    /// A root.
    pub(super) fn root(
        &self,
        label: &str,
        kind: Kind,
        edit: impl FnOnce(&mut Template),
    ) -> Result<Authority, TestingError> {
        let key = TestKey::new(&self.options.seed, label, kind)?;
        let mut template = self.template(label, &key, &authority_name(label), &key)?;
        template.days(-365, 3650);
        template.remove(&oid::AUTHORITY_KEY_IDENTIFIER);
        self.authority(label, key.clone(), &key, None, template, edit)
    }

    /// An authority below another one.
    pub(super) fn below(
        &self,
        issuer: &Authority,
        label: &str,
        kind: Kind,
        path_len: Option<u8>,
        edit: impl FnOnce(&mut Template),
    ) -> Result<Authority, TestingError> {
        let key = TestKey::new(&self.options.seed, label, kind)?;
        let mut template = self.template(label, &key, &issuer.name, &issuer.key)?;
        template.days(-300, 1825);
        self.authority(label, key, &issuer.key, path_len, template, edit)
    }

    fn authority(
        &self,
        label: &str,
        key: TestKey,
        signer: &TestKey,
        path_len: Option<u8>,
        mut template: Template,
        edit: impl FnOnce(&mut Template),
    ) -> Result<Authority, TestingError> {
        template.subject = authority_name(label);
        template.set(Extension::basic_constraints(true, path_len));
        template.set(Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)));
        edit(&mut template);
        let (der, name) = (template.sign(signer)?, template.subject.clone());
        Ok(Authority { label: label.to_owned(), der, name, key })
    }

    /// An authority of this case alone, below the shared root.
    pub(super) fn own(&self, edit: impl FnOnce(&mut Template)) -> Result<Line, TestingError> {
        let root = self.line()?.pop().ok_or_else(|| TestingError::new("no root"))?;
        let label = format!("issuing-{}", self.id);
        let own = self.below(&root, &label, Kind::P256, Some(0), edit)?;
        Ok(vec![own, root])
    }

    /// A server of P-256 below the shared authorities.
    pub(super) fn server(&self, edit: impl FnOnce(&mut Template)) -> Result<Made, TestingError> {
        self.leaf(&self.line()?, Purpose::Server, Kind::P256, edit)
    }

    /// A server below an authority of this case alone.
    pub(super) fn server_below(&self, authority: impl FnOnce(&mut Template)) -> Result<Made, TestingError> {
        self.leaf(&self.own(authority)?, Purpose::Server, Kind::P256, |_| {})
    }

    /// A client of P-256 below the shared authorities.
    pub(super) fn client(&self, edit: impl FnOnce(&mut Template)) -> Result<Made, TestingError> {
        self.leaf(&self.line()?, Purpose::Client, Kind::P256, edit)
    }

    /// Someone's certificate for mail, below the shared authorities.
    pub(super) fn email(&self, edit: impl FnOnce(&mut Template)) -> Result<Made, TestingError> {
        self.leaf(&self.line()?, Purpose::Email, Kind::P256, edit)
    }

    /// A certificate that is good but for the edit.
    pub(super) fn leaf(
        &self,
        line: &[Authority],
        purpose: Purpose,
        kind: Kind,
        edit: impl FnOnce(&mut Template),
    ) -> Result<Made, TestingError> {
        let [issuer, .., root] = line else { return Err(TestingError::new("a line has an issuer and a root")) };
        let key = TestKey::new(&self.options.seed, self.id, kind)?;
        let mut template = self.template(self.id, &key, &issuer.name, &issuer.key)?;
        let encipherment = if key.is_rsa() { KeyUsage::KEY_ENCIPHERMENT } else { KeyUsage(0) };
        template.set(Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE.with(encipherment)));
        template.set(Extension::basic_constraints(false, None));
        template.set(Extension::extended_key_usage(&[purpose_oid(purpose)], false));
        template.set(der::san(&[Alt::Dns(&self.options.host), Alt::Dns(&template.own_host), LOOPBACK4, LOOPBACK6]));
        match purpose {
            Purpose::Server => {}
            Purpose::Client => template.set(der::san(&[Alt::Dns(&template.own_host)])),
            Purpose::Email => template.set(der::san(&[Alt::Email(&self.mailbox())])),
        }
        edit(&mut template);
        Ok(Made {
            certificate: template.sign(&issuer.key)?,
            key,
            chain: line[..line.len() - 1].iter().map(|authority| authority.der.clone()).collect(),
            anchor: (root.label.clone(), root.der.clone()),
            crls: Vec::new(),
            name: None,
            twin: None,
        })
    }

    /// The mailbox of the certificates for mail.
    pub(super) fn mailbox(&self) -> String {
        format!("alice@{}", self.options.host)
    }

    /// A name below the case's own name.
    pub(super) fn sub(&self, label: &str) -> String {
        format!("{label}.{}.{}", self.id, self.options.host)
    }

    fn template(
        &self,
        label: &str,
        key: &TestKey,
        issuer: &[u8],
        issuer_key: &TestKey,
    ) -> Result<Template, TestingError> {
        let mut serial = [0; 16];
        derive(&self.options.seed, &format!("serial {label}"), 0, &mut serial)?;
        serial[0] = serial[0] & 0x3f | 0x40;
        let mut template = Template {
            at: self.options.at,
            own_host: format!("{}.{}", self.id, self.options.host),
            host: self.options.host.clone(),
            version: VERSION_3.to_vec(),
            serial: tlv::encode(tlv::INTEGER, &serial),
            inner_algorithm: None,
            outer_algorithm: None,
            hash: None,
            issuer: issuer.to_vec(),
            not_before: Vec::new(),
            not_after: Vec::new(),
            subject: der::name(Some(label)),
            spki: key.spki().to_vec(),
            extensions: vec![
                Extension::subject_key_identifier(&key.key_id()),
                Extension::authority_key_identifier(&issuer_key.key_id()),
            ],
            raw_extensions: Vec::new(),
            tail: Vec::new(),
            before_signing: |tbs| tbs,
            after_signing: |certificate| certificate,
        };
        template.days(-1, 365);
        Ok(template)
    }
}

/// `[0] { INTEGER 2 }`
pub(super) const VERSION_3: &[u8] = &[0xa0, 3, 2, 1, 2];
pub(super) const LOOPBACK4: Alt<'static> = Alt::Ip(&[127, 0, 0, 1]);
pub(super) const LOOPBACK6: Alt<'static> = Alt::Ip(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// The name of an authority.
pub(super) fn authority_name(label: &str) -> Vec<u8> {
    der::name(Some(&format!("TEST ONLY {label} CA")))
}

/// The contents of a certificate's serial number.
pub(super) fn serial_of(certificate: &[u8]) -> Vec<u8> {
    let serial = || {
        let mut tbs = tlv::Reader::new(
            tlv::Reader::new(tlv::Tlv::only_contents(certificate, tlv::SEQUENCE)?).expect(tlv::SEQUENCE)?,
        );
        tbs.optional(tlv::context_constructed(0))?;
        tbs.expect(tlv::INTEGER).map(<[u8]>::to_vec)
    };
    serial().unwrap_or_else(|_: String| Vec::new())
}

fn purpose_oid(purpose: Purpose) -> Oid {
    match purpose {
        Purpose::Client => oid::EKU_CLIENT_AUTH,
        Purpose::Email => oid::EKU_EMAIL_PROTECTION,
        Purpose::Server => oid::EKU_SERVER_AUTH,
    }
}

/// The instant as it is written down everywhere: whole seconds.
pub(super) fn whole_seconds(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(0).unwrap_or(at)
}
