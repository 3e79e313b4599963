//! `certwright list`: what was issued.

use std::borrow::Cow;

use clap::Args;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::cli::{CliError, Context, Exit, glob};
use crate::store::{CertificateRow, State, StoreError};
use crate::x509::RevocationReason;
use crate::x509::time::{Span, parse_instant};

/// How many octets of packed certificates are together.
const PIECE: usize = 4 << 20;
/// What can be said of a certificate.
const STANDINGS: [&str; 5] = ["valid", "expired", "not valid yet", "revoked", "on hold"];

const EXAMPLES: &str = "\
certwright list
certwright list --expiring-within 30d
certwright list --name '*.corp.test' --current
certwright list --revoked
certwright list --profile client --authority issuing --json | jq -r '.certificates[].serial'";

/// List the certificates that were issued
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ListArgs {
    /// Only certificates with a name, lineage or common name that fits this pattern (* and ?)
    #[arg(long, value_name = "GLOB")]
    pub name: Option<String>,
    /// Only this profile
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Only certificates that this authority signed
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Only certificates that are valid now and end within this time
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    pub expiring_within: Option<Span>,
    /// Only expired certificates
    #[arg(long, conflicts_with_all = ["expiring_within", "valid"])]
    pub expired: bool,
    /// Only certificates that are valid now
    #[arg(long)]
    pub valid: bool,
    /// Only certificates that are revoked or on hold
    #[arg(long, conflicts_with_all = ["expiring_within", "valid"])]
    pub revoked: bool,
    /// Only the newest certificate of each name
    #[arg(long)]
    pub current: bool,
}

#[derive(Serialize)]
struct ListReport<'a> {
    certificates: &'a Listing,
}

#[derive(Debug, Serialize)]
struct ListItem<'a> {
    serial: &'a str,
    lineage: &'a str,
    subject: &'a str,
    names: Vec<&'a str>,
    profile: &'a str,
    authority: &'a str,
    not_before: &'a str,
    not_after: &'a str,
    state: &'static str,
    current: bool,
}

impl ListArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        if let Some(name) = &self.authority {
            // A typing error would look like good news for ever.
            crate::ca::resolve(&state, Some(name))?;
        }
        let now = cx.now();
        let listing = self.listing(&state, now, cx.ui.is_json())?;
        if let Some(name) = &self.profile
            && !listing.profile_known
        {
            super::options::profiles(&store)?.get(name)?;
        }
        if listing.is_empty() {
            cx.ui.say(if state.certificate_count() == 0 {
                "no certificate was issued yet"
            } else {
                "no certificate fits"
            });
        } else {
            let header = ["NAME", "NAMES", "PROFILE", "STATE", "VALID UNTIL", "SERIAL"];
            let count = listing.entries.len();
            cx.ui
                .long_table(&header, count, &|number, sink| listing.item(number).map(|item| sink(&row(&item, now))))?;
        }
        cx.ui.json("list", &ListReport { certificates: &listing })?;
        Ok(Exit::Done)
    }

    fn listing(&self, state: &State, now: OffsetDateTime, json: bool) -> Result<Listing, CliError> {
        let horizon = self.expiring_within.map(|span| span.after(now)).transpose()?;
        let mut listing = Listing::default();
        state.load_revocations()?;
        let visit = &mut |row: &CertificateRow<'_>, current: bool| -> Result<(), CliError> {
            listing.profile_known |= self.profile.as_deref() == Some(row.profile);
            if !self.matches(row) || (self.current && !current) {
                return Ok(());
            }
            let standing = standing(state, row, now)?;
            let fits = (!self.expired || standing == "expired")
                && (!self.revoked || matches!(standing, "revoked" | "on hold"))
                && (!(self.valid || horizon.is_some()) || standing == "valid")
                && horizon.is_none_or(|horizon| row.not_after().is_ok_and(|end| end <= horizon));
            if fits { listing.add(row, standing, current) } else { Ok(()) }
        };
        if self.current || json {
            state.for_each_in_lineage(visit)?;
        } else {
            // Which one is the newest of its name is not in the table.
            state.for_each_certificate(&mut |row| visit(row, false))?;
        }
        listing.sort();
        Ok(listing)
    }

    fn matches(&self, row: &CertificateRow<'_>) -> bool {
        let fits = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|wanted| wanted == have);
        fits(&self.profile, row.profile)
            && fits(&self.authority, row.authority)
            && self.name.as_deref().is_none_or(|pattern| name_matches(pattern, row))
    }
}

pub(super) fn name_matches(pattern: &str, row: &CertificateRow<'_>) -> bool {
    let values = row.names.iter().map(|name| name.split_once(':').map_or(*name, |(_, value)| value));
    let common_names = row.subject.split(", ").filter_map(|part| part.strip_prefix("CN="));
    std::iter::once(row.lineage)
        .chain(values)
        .chain(row.names.iter().copied())
        .chain(common_names)
        .any(|candidate| glob::matches_name(pattern, candidate))
}

/// `valid`, `expired` or `not valid yet`; `revoked` and `on hold` come first.
pub(super) fn standing(
    state: &State,
    row: &CertificateRow<'_>,
    now: OffsetDateTime,
) -> Result<&'static str, StoreError> {
    match state.revocation_of(row.authority, row.serial)?.map(|entry| entry.reason) {
        Some(Some(RevocationReason::CertificateHold)) => return Ok("on hold"),
        Some(_) => return Ok("revoked"),
        None => {}
    }
    Ok(if row.not_after().is_ok_and(|end| now > end) {
        "expired"
    } else if parse_instant(row.not_before).is_ok_and(|start| now < start) {
        "not valid yet"
    } else {
        "valid"
    })
}

fn row<'a>(item: &ListItem<'a>, now: OffsetDateTime) -> [Cow<'a, str>; 6] {
    let names: Vec<&str> = item.names.iter().map(|name| name.strip_prefix("dns:").unwrap_or(name)).collect();
    let end = item.not_after.get(..10).unwrap_or(item.not_after);
    let left = if item.state == "valid" {
        let days = parse_instant(item.not_after).map_or(0, |end| (end - now).whole_days());
        format!("{end} ({days} d)").into()
    } else {
        end.into()
    };
    let names = match names.as_slice() {
        [] => item.subject.into(),
        [only] => (*only).into(),
        more => more.join(" ").into(),
    };
    [item.lineage.into(), names, item.profile.into(), item.state.into(), left, item.serial.into()]
}

/// The certificates that fit, packed: there may be a million of them.
#[derive(Debug, Default)]
struct Listing {
    pieces: Vec<Vec<u8>>,
    /// How much of the last piece is taken.
    used: usize,
    entries: Vec<Packed>,
    /// Whether any certificate has the profile that was asked for.
    profile_known: bool,
}

/// Where a packed certificate is, and what it is sorted by at first.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// `notAfter`, in seconds since 1970.
    end: i64,
    /// The first octets of the lineage.
    lineage: u64,
    piece: u32,
    at: u32,
    standing: u8,
    current: bool,
}

impl Listing {
    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, row: &CertificateRow<'_>, standing: &'static str, current: bool) -> Result<(), CliError> {
        let at = self.pack(row)?;
        let octets = row.lineage.bytes().chain(std::iter::repeat(0)).take(8);
        self.entries.push(Packed {
            end: row.not_after()?.unix_timestamp(),
            lineage: octets.fold(0, |sum, octet| sum << 8 | u64::from(octet)),
            piece: self.pieces.len().saturating_sub(1) as u32,
            at,
            standing: STANDINGS.iter().position(|known| *known == standing).unwrap_or_default() as u8,
            current,
        });
        Ok(())
    }

    /// Packs a row into the last piece; gives its place there.
    fn pack(&mut self, row: &CertificateRow<'_>) -> Result<u32, CliError> {
        let at = self.used;
        let free = self.pieces.last_mut().and_then(|piece| piece.get_mut(at..)).unwrap_or_default();
        if let Ok(packed) = postcard::to_slice(row, free) {
            self.used += packed.len();
            return Ok(at as u32);
        }
        // It does not fit any more, or there is no piece yet.
        let mut piece = postcard::to_allocvec(row).map_err(unpacked)?;
        self.used = piece.len();
        piece.resize(PIECE.max(piece.len()), 0);
        self.pieces.push(piece);
        Ok(0)
    }

    fn bytes(&self, packed: &Packed) -> &[u8] {
        let piece = self.pieces.get(packed.piece as usize);
        piece.and_then(|piece| piece.get(packed.at as usize..)).unwrap_or_default()
    }

    /// The lineage, which comes first of all.
    fn lineage(&self, packed: &Packed) -> Option<&[u8]> {
        postcard::take_from_bytes(self.bytes(packed)).ok().map(|(lineage, _)| lineage)
    }

    fn get(&self, packed: &Packed) -> Result<ListItem<'_>, CliError> {
        let (row, _) = postcard::take_from_bytes::<CertificateRow<'_>>(self.bytes(packed)).map_err(unpacked)?;
        Ok(ListItem {
            serial: row.serial,
            lineage: row.lineage,
            subject: row.subject,
            names: row.names,
            profile: row.profile,
            authority: row.authority,
            not_before: row.not_before,
            not_after: row.not_after,
            state: STANDINGS.get(usize::from(packed.standing)).copied().unwrap_or_default(),
            current: packed.current,
        })
    }

    /// By end, then by name.
    fn sort(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by(|a, b| {
            (a.end, a.lineage).cmp(&(b.end, b.lineage)).then_with(|| self.lineage(a).cmp(&self.lineage(b)))
        });
        self.entries = entries;
    }

    /// The certificate with a number, from 0, in order.
    fn item(&self, number: usize) -> Result<ListItem<'_>, CliError> {
        let packed = self.entries.get(number);
        self.get(packed.ok_or_else(|| CliError::failed(format!("there is no certificate {number}")))?)
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.entries.len()))?;
        for packed in &self.entries {
            items.serialize_element(&self.get(packed).map_err(|error| S::Error::custom(error.message))?)?;
        }
        items.end()
    }
}

fn unpacked(error: postcard::Error) -> CliError {
    CliError::failed(format!("a certificate could not be listed: {error}"))
}
