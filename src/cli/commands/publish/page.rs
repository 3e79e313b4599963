//! The page of a public site. Everything in it comes from certificates that anybody may have asked for: the template escapes all.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::Serialize;
use time::OffsetDateTime;

use super::{Published, Root};
use crate::cli::CliError;
use crate::store::{IssuedCrl, State};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, Name, Subtree, escape};

const TEMPLATE: &str = include_str!("../../../../templates/site/index.html");

/// What the page is called, where it is, and when it was made.
pub(super) struct Heading<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) base_url: Option<&'a str>,
    pub(super) now: OffsetDateTime,
}

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    base_url: Option<&'a str>,
    now: String,
    version: &'static str,
    roots: Vec<RootFacts>,
    authorities: Vec<AuthorityFacts>,
}

#[derive(Serialize)]
struct RootFacts {
    title: String,
    /// Where its files are, without their endings.
    file: String,
    /// The name of its file in a directory of downloads, without the ending.
    base: String,
    /// What stores call it.
    alias: String,
    sha1: Vec<String>,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Serialize)]
struct AuthorityFacts {
    name: String,
    crl: Option<CrlFacts>,
    delta: Option<CrlFacts>,
    ocsp: usize,
    files: Vec<String>,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Serialize)]
struct Facts {
    subject: String,
    /// Empty for a root.
    issuer: String,
    serial: String,
    key: String,
    not_before: String,
    not_after: String,
    sha256: Vec<String>,
    permitted: Vec<String>,
    excluded: Vec<String>,
    state: Badge,
}

#[derive(Serialize)]
struct CrlFacts {
    number: u64,
    entries: u64,
    this_update: String,
    next_update: String,
    state: Badge,
}

#[derive(Serialize)]
struct Badge {
    class: &'static str,
    text: &'static str,
}

/// Fills in the page.
///
/// # Errors
/// When the template does not fit, which is a bug.
pub(super) fn render(
    heading: &Heading<'_>,
    state: &State,
    roots: &[Root],
    published: &[Published],
) -> Result<String, CliError> {
    let now = heading.now;
    let first = roots.first().map(|root| &root.certificate).or(published.first().map(|first| &first.certificate));
    let page = Page {
        title: heading.title.map_or_else(|| first.map_or_else(String::new, title), escape),
        base_url: heading.base_url,
        now: readable(now),
        version: env!("CARGO_PKG_VERSION"),
        roots: roots.iter().map(|root| RootFacts::new(root, now)).collect(),
        authorities: published.iter().map(|authority| AuthorityFacts::new(authority, state, now)).collect(),
    };
    fill(&page).map_err(|error| CliError::failed(format!("the page cannot be made: {error}")))
}

/// Whether two pages say the same, but for when they were made.
pub(super) fn says_the_same(one: &str, other: &str) -> bool {
    fn without_time(page: &str) -> Option<(&str, &str)> {
        let (head, foot) = page.rsplit_once("<footer>As of ")?;
        Some((head, foot.split_once(" UTC.")?.1))
    }
    without_time(one).is_some_and(|one| without_time(other) == Some(one))
}

fn fill(page: &Page<'_>) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax?);
    environment.render_named_str("index.html", TEMPLATE, minijinja::value::Serde(page))
}

impl RootFacts {
    fn new(root: &Root, now: OffsetDateTime) -> Self {
        let base = root.file.rsplit('/').next().unwrap_or_default().to_owned();
        let fingerprint = print(&SHA256, &root.certificate);
        Self {
            title: title(&root.certificate),
            alias: format!(
                "{base}-{}",
                fingerprint.iter().take(8).map(|octet| octet.to_lowercase()).collect::<String>()
            ),
            base,
            file: root.file.clone(),
            sha1: print(&SHA1_FOR_LEGACY_USE_ONLY, &root.certificate),
            facts: Facts::new(&root.certificate, false, now),
        }
    }
}

impl AuthorityFacts {
    fn new(authority: &Published, state: &State, now: OffsetDateTime) -> Self {
        let name = authority.record.authority.clone();
        let standing = state.standing(&name);
        let revoked = authority.chain.iter().chain([&authority.certificate]).any(|certificate| {
            state.authorities.iter().any(|(parent, record)| {
                state.revocation(parent, &certificate.serial).is_ok_and(|found| found.is_some())
                    && record.certificate().is_ok_and(|issuer| issuer.subject == certificate.issuer)
            })
        });
        Self {
            crl: standing.newest_full().map(|crl| CrlFacts::new(crl, now)),
            delta: standing.newest_delta().map(|crl| CrlFacts::new(crl, now)),
            ocsp: authority.ocsp,
            files: authority.files.keys().cloned().collect(),
            facts: Facts {
                state: match authority.record.rollover.finished {
                    true if !revoked => Badge { class: "warn", text: "replaced" },
                    _ => Facts::new(&authority.certificate, revoked, now).state,
                },
                ..Facts::new(&authority.certificate, revoked, now)
            },
            name,
        }
    }
}

impl Facts {
    fn new(certificate: &Certificate, revoked: bool, now: OffsetDateTime) -> Self {
        let constraints = certificate.name_constraints.clone().unwrap_or_default();
        let issuer = if certificate.is_root() { String::new() } else { readable_name(&certificate.issuer) };
        let state = match () {
            () if revoked => Badge { class: "bad", text: "revoked" },
            () if now > certificate.not_after => Badge { class: "bad", text: "expired" },
            () if now < certificate.not_before => Badge { class: "warn", text: "not valid yet" },
            () => Badge { class: "good", text: "valid" },
        };
        Self {
            subject: readable_name(&certificate.subject),
            issuer,
            serial: certificate.serial.colon_hex(),
            key: certificate.public_key().map_or_else(|_| "unknown".to_owned(), |key| key.kind().to_string()),
            not_before: readable(certificate.not_before),
            not_after: readable(certificate.not_after),
            sha256: print(&SHA256, certificate),
            permitted: constraints.permitted.iter().map(permitted).collect(),
            excluded: constraints.excluded.iter().map(ToString::to_string).collect(),
            state,
        }
    }
}

impl CrlFacts {
    fn new(crl: &IssuedCrl, now: OffsetDateTime) -> Self {
        let lapsed = now >= crl.next_update;
        Self {
            number: crl.record.number,
            entries: crl.record.entries,
            this_update: readable(crl.this_update),
            next_update: readable(crl.next_update),
            state: if lapsed {
                Badge { class: "bad", text: "lapsed" }
            } else {
                Badge { class: "good", text: "current" }
            },
        }
    }
}

/// A name as people write it: without the escapes that RFC 4514 wants, which a reader of a page would take for part of it.
fn readable_name(name: &Name) -> String {
    let attributes = name.attributes().into_iter().map(|(kind, value)| format!("{kind}={}", escape(&value)));
    attributes.collect::<Vec<_>>().join(", ")
}

/// A permitted subtree; a kind of names that is shut out says so instead of the name that stands for that.
fn permitted(subtree: &Subtree) -> String {
    let text = subtree.to_string();
    match text.split_once(':') {
        Some(("dns", "nothing.invalid")) => "no DNS names".to_owned(),
        Some(("email", "nothing.invalid")) => "no mail addresses".to_owned(),
        Some(("uri", "nothing.invalid")) => "no URIs".to_owned(),
        _ => text,
    }
}

/// What a certificate's holder is called, in short.
fn title(certificate: &Certificate) -> String {
    certificate.subject.common_name().map_or_else(|| certificate.subject.to_string(), |name| escape(&name))
}

/// A fingerprint, octet by octet.
fn print(algorithm: &'static Algorithm, certificate: &Certificate) -> Vec<String> {
    digest(algorithm, certificate.der()).as_ref().iter().map(|octet| format!("{octet:02X}")).collect()
}

/// `2026-11-22 08:40 UTC`
fn readable(instant: OffsetDateTime) -> String {
    let text = format_instant(instant);
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", time.get(..5).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::AuthorityRecord;
    use crate::x509::fixtures::{NOW, Node, Spec};

    fn page(name: &str, title: Option<&str>, base_url: Option<&str>) -> String {
        let certificate = Node::root(&Spec::ca(name, None).permit(&["corp.test", "uri:nothing.invalid"])).certificate;
        let record = AuthorityRecord {
            authority: "root".to_owned(),
            certificate: crate::store::encode_der(certificate.der()),
            chain: Vec::new(),
            origin: "created".to_owned(),
            key: true,
            rollover: crate::store::Rollover::default(),
        };
        let files = [("root.crt".to_owned(), Vec::new())].into();
        let roots = [Root { certificate: certificate.clone(), file: "root".to_owned() }];
        let published = [Published { record, certificate, chain: Vec::new(), files, ocsp: 3 }];
        render(&Heading { title, base_url, now: NOW }, &State::default(), &roots, &published).unwrap()
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let hostile = "<script>alert(1)</script>\" onload='x' {{ 7 * 7 }} \u{202e}&amp;";
        for page in [page(hostile, None, None), page("Acme", Some(hostile), None)] {
            assert!(!page.contains("<script") && !page.contains(" onload='") && !page.contains('\u{202e}'), "{page}");
            assert!(
                page.contains("&lt;script&gt;") && page.contains("{{ 7 * 7 }}") && page.contains("&amp;amp;"),
                "{page}"
            );
        }
    }

    #[test]
    fn the_time_alone_makes_no_other_page() {
        let now = page("Acme", None, None);
        let later = now.replace(&format!("As of {}", readable(NOW)), "As of 2031-01-02 03:04 UTC");
        assert!(now != later && says_the_same(&now, &later));
        assert!(!says_the_same(&now, &page("Acme", Some("other"), None)) && !says_the_same("", ""));
    }

    #[test]
    fn the_page_fetches_nothing_and_runs_nothing() {
        let page = page("Acme", None, Some("http://pki.corp.test"));
        for word in ["<script", "javascript:", "src=", "@import", "url(", "<iframe", "<form", "onclick", "onload"] {
            assert!(!page.contains(word), "{word}: {page}");
        }
        let links = page.match_indices("href=\"").map(|(start, _)| page[start + 6..].split('"').next().unwrap());
        let outward: Vec<&str> = links.filter(|link| link.contains("//")).collect();
        assert!(outward.is_empty(), "{outward:?}");
    }

    #[test]
    fn it_says_what_the_root_may_certify_and_where_to_fetch_it() {
        let page = page("Acme", None, Some("http://pki.corp.test"));
        let plain = page.replace("&#x2f;", "/");
        for text in ["dns:corp.test", "no URIs", "curl -fsSo root.pem 'http://pki.corp.test/root.pem'", "none yet"] {
            assert!(plain.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("No limits"));
    }
}
