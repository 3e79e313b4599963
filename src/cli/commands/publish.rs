//! `certwright publish`.

mod page;

use std::collections::BTreeMap;
use std::path::PathBuf;

use ring::digest::{SHA256, digest};
use serde::Serialize;

use super::crl;
use super::crl::bring::{check_site, read_crl, with_files};
use super::ocsp::publish::{AuthorityItem, SignArgs, speakers};
use crate::ca::{self, CaError};
use crate::cli::files::site::{Changes, Site};
use crate::cli::{CliError, Context, Exit};
use crate::store::{AuthorityRecord, State, Store};
use crate::x509::display::hex;
use crate::x509::{Certificate, pem};

/// Largest page that is read again, in bytes.
const MAX_PAGE: usize = 64 << 20;

const EXAMPLES: &str = "\
certwright publish --to /srv/pki --base-url http://pki.corp.test
certwright crl publish --if-due && certwright publish --to /srv/pki --if-due    # for cron
certwright publish --to site --title 'Acme internal CA' --no-ocsp
certwright publish --to site --ocsp --hash sha1,sha256";

/// Lay out what relying parties fetch, for a static web server
///
/// The directory gets every authority's certificate (AUTHORITY.crt, .pem, and .chain.pem for one below a root; during a rollover
/// AUTHORITY.cross.crt and .cross.pem, a root certified by the other one), its newest CRLs
/// (AUTHORITY.crl, .crl.pem, .delta.crl) and index.html, which says what this authority is, how to trust it on each platform,
/// and until when its CRLs hold: one file without scripts. OCSP responses are below ocsp/ (as "certwright ocsp publish" makes them)
/// where the store's settings name an OCSP URL, or with --ocsp.
///
/// Each file appears in one step. What this command put there before and is not wanted any more is taken away, and nothing else.
/// CRLs are not signed here: "certwright crl publish" does that.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The directory
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Where the web server offers the directory; the page has links to fetch from then
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,
    /// Title of the page [default: the root's name]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Sign OCSP responses, whatever the settings say
    #[arg(long, conflicts_with = "no_ocsp")]
    ocsp: bool,
    /// Sign no OCSP responses; those that are there stay
    #[arg(long)]
    no_ocsp: bool,
    #[command(flatten)]
    sign: SignArgs,
    /// Replace files that something else put there
    #[arg(long)]
    force: bool,
}

/// `certwright/publish/1`.
#[derive(Debug, Serialize)]
struct Report {
    directory: String,
    page: String,
    base_url: Option<String>,
    authorities: Vec<String>,
    ocsp: Vec<AuthorityItem>,
    written: Vec<String>,
    unchanged: usize,
    removed: Vec<String>,
}

/// What is published of an authority.
struct Published {
    record: AuthorityRecord,
    certificate: Certificate,
    /// Those above it, nearest first.
    chain: Vec<Certificate>,
    /// Its files by name.
    files: BTreeMap<String, Vec<u8>>,
    /// Certificates that OCSP responses speak of.
    ocsp: usize,
}

/// A root and where its files are, without their endings.
struct Root {
    certificate: Certificate,
    file: String,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 for a file that something else put there, 4 for the site of another store and for CRLs that this one does not know.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let mut state = store.read()?;
        let with_responses = self.ocsp || !(self.no_ocsp || state.settings.ocsp_urls.is_empty());
        if let Some(option) = self.sign.told_how().filter(|_| !with_responses) {
            return Err(CliError::usage(format!("{option} is about OCSP responses, and none would be signed")).hint(
                match self.no_ocsp {
                    true => "leave out one of the two: --no-ocsp signs none",
                    false => "the store's settings name no OCSP URL: --ocsp signs them nevertheless",
                },
            ));
        }
        if state.authorities.is_empty() {
            return Err(CaError::NoAuthority.into());
        }
        // Before anything is signed.
        drop(Site::open(&self.to, state.store_id(), self.force, cx.settings.lock_timeout)?);
        let look = |state: &State| state.authorities.keys().try_for_each(|name| check_site(state, name, &self.to));
        (state, ()) = with_files(cx, &store, state, look)?;
        let mut changes = Changes { written: Vec::new(), unchanged: 0, removed: Vec::new() };
        let mut ocsp = Vec::new();
        let mut failure = None;
        if with_responses {
            match self.responses(cx, &store, &state) {
                Ok(done) => (ocsp, changes) = done,
                // The CRLs are no less urgent for a responder's key that cannot be opened.
                Err(error) => failure = Some(error),
            }
            state = store.read()?;
        }
        let (state, published) = gather(cx, &store, state, &ocsp)?;
        for authority in &published {
            crl::warn(cx, &state, &authority.record.authority);
        }
        let site = self.lay_out(cx, &state, &published)?.finish(|path| !path.starts_with("ocsp/"), self.force)?;
        changes.written.extend(site.written);
        changes.removed.extend(site.removed);
        changes.unchanged += site.unchanged;
        let page = self.to.join("index.html").display().to_string();
        let Changes { written, unchanged, removed } = changes;
        cx.ui.say(&format!(
            "{} files new or changed, {unchanged} as they were, {} removed",
            written.len(),
            removed.len()
        ));
        if !(self.sign.is_if_due() && written.is_empty() && removed.is_empty()) {
            cx.ui.line(&page)?;
        }
        if let Some(error) = failure {
            cx.ui.warn("everything but the OCSP responses was published; --no-ocsp leaves them out");
            return Err(error);
        }
        let authorities = published.into_iter().map(|authority| authority.record.authority).collect();
        let (directory, base_url) = (self.to.display().to_string(), self.base_url.clone());
        cx.ui.json("publish", &Report { directory, page, base_url, authorities, ocsp, written, unchanged, removed })?;
        Ok(Exit::Done)
    }

    /// Brings the OCSP responses.
    fn responses(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
    ) -> Result<(Vec<AuthorityItem>, Changes), CliError> {
        let (names, skipped) = speakers(cx, store, state, &[])?;
        for name in &skipped {
            cx.ui.say(&format!("no OCSP responses of {name}: neither its key nor a responder's is here"));
        }
        // "certwright ocsp publish" may have put them there.
        let own = self.to.join("ocsp");
        let (dir, prefix) = if Site::is_at(&own) { (own.as_path(), "") } else { (self.to.as_path(), "ocsp/") };
        let (items, mut changes) = self.sign.publish(cx, store, &names, dir, prefix, self.force)?;
        if prefix.is_empty() {
            changes.written.iter_mut().chain(&mut changes.removed).for_each(|path| path.insert_str(0, "ocsp/"));
        }
        for item in &items {
            cx.ui.say(&item.sentence());
        }
        Ok((items, changes))
    }

    fn lay_out(&self, cx: &Context, state: &State, published: &[Published]) -> Result<Site, CliError> {
        let mut site = Site::open(&self.to, state.store_id(), self.force, cx.settings.lock_timeout)?;
        let roots = roots(published);
        for authority in published {
            for (name, bytes) in &authority.files {
                site.put(name.clone(), bytes.clone());
            }
        }
        for root in &roots {
            site.put(format!("{}.crt", root.file), root.certificate.der().to_vec());
            site.put(format!("{}.pem", root.file), root.certificate.to_pem().into_bytes());
        }
        let heading = page::Heading { title: self.title.as_deref(), base_url: self.base_url.as_deref(), now: cx.now() };
        let page = page::render(&heading, state, &roots, published)?;
        let there = site.read("index.html", MAX_PAGE).filter(|_| self.sign.is_if_due());
        // With --if-due, one that says the same as of an earlier time stays.
        if there.is_some_and(|there| page::says_the_same(&String::from_utf8_lossy(&there), &page)) {
            site.keep("index.html");
        } else {
            site.put("index.html", page.into_bytes());
        }
        Ok(site)
    }
}

/// Everything but the page, as of one state of the store; that state comes back.
fn gather(
    cx: &mut Context,
    store: &Store,
    state: State,
    ocsp: &[AuthorityItem],
) -> Result<(State, Vec<Published>), CliError> {
    let (state, mut found) = with_files(cx, store, state, |state| {
        state.authorities.values().map(|record| published(store, state, record, ocsp)).collect::<Result<Vec<_>, _>>()
    })?;
    // From the root down.
    found.sort_by_key(|authority| authority.chain.len());
    Ok((state, found))
}

fn published(
    store: &Store,
    state: &State,
    record: &AuthorityRecord,
    ocsp: &[AuthorityItem],
) -> Result<Published, CliError> {
    let name = &record.authority;
    let (certificate, chain) = (record.certificate()?, record.chain()?);
    let mut files = BTreeMap::new();
    // A root that another one has replaced for good is no anchor any more; its CRLs hold until what it signed has lapsed.
    if !(certificate.is_root() && record.rollover.finished) {
        files.insert(format!("{name}.crt"), certificate.der().to_vec());
        files.insert(format!("{name}.pem"), certificate.to_pem().into_bytes());
    }
    let above = ca::served_authority(record)?.chain;
    if !certificate.is_root() {
        let text: String = std::iter::once(&certificate).chain(&above).map(Certificate::to_pem).collect();
        files.insert(format!("{name}.chain.pem"), text.into_bytes());
    }
    for cross in record.rollover.cross()?.iter().filter(|cross| cross.subject == certificate.subject) {
        files.insert(format!("{name}.cross.crt"), cross.der().to_vec());
        files.insert(format!("{name}.cross.pem"), cross.to_pem().into_bytes());
    }
    let standing = state.standing(name);
    for crl in [standing.newest_full(), standing.newest_delta()].into_iter().flatten() {
        let der = read_crl(store, crl)?.to_vec();
        let file = if crl.record.base.is_some() { format!("{name}.delta.crl") } else { format!("{name}.crl") };
        files.insert(format!("{file}.pem"), pem::encode("X509 CRL", &der).into_bytes());
        files.insert(file, der);
    }
    let ocsp = ocsp.iter().find(|item| item.speaks_for(name)).map_or(0, AuthorityItem::certificates);
    Ok(Published { record: record.clone(), certificate, chain, files, ocsp })
}

/// The roots, each once: authorities of the store, and those above its authorities that are elsewhere.
fn roots(published: &[Published]) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    for Published { record, certificate, .. } in published {
        if certificate.is_root() && !record.rollover.finished {
            roots.push(Root { certificate: certificate.clone(), file: record.authority.clone() });
        }
    }
    let superseded: Vec<&Certificate> = published
        .iter()
        .filter(|authority| authority.record.rollover.finished)
        .map(|authority| &authority.certificate)
        .collect();
    let above = published.iter().filter_map(|authority| authority.chain.last());
    for above in above.filter(|above| above.is_root() && !superseded.contains(above)) {
        if roots.iter().all(|root| root.certificate != *above) {
            let fingerprint = hex(digest(&SHA256, above.der()).as_ref());
            roots.push(Root { certificate: above.clone(), file: format!("anchors/{}", &fingerprint[..16]) });
        }
    }
    roots
}

fn base_url(text: &str) -> Result<String, String> {
    let url = crate::cli::url::checked(text)?;
    let lower = url.to_ascii_lowercase();
    if !(lower.starts_with("http://") || lower.starts_with("https://")) || url.contains(['\'', '{', '?', '#']) {
        return Err("give the http:// or https:// URL of the directory, without a query or quotes".to_owned());
    }
    Ok(url.trim_end_matches('/').to_owned())
}
