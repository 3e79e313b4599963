//! Signing CRLs, and knowing when the next one is due.

use ring::digest::{SHA256, digest};
use time::{Duration, OffsetDateTime};

use super::CaError;
use super::audit::checkpoint;
use super::clock::{TOLERANCE, check_clock};
use super::load::LoadedAuthority;
use crate::issuance::{IssuanceError, publication_url};
use crate::keys::PublicKey;
use crate::store::{CrlRecord, CrlSchedule, CrlScope, Draft, Event, IssuedCrl, Standing, State, Writer, encode_der};
use crate::x509::display::hex;
use crate::x509::time::{Span, format_instant};
use crate::x509::{Crl, Extension, GeneralName, IssuingDistributionPoint, KeyUsage, TbsCertList, X509Error, oid};

/// How long a CRL holds, where nothing else is said.
pub const DEFAULT_VALIDITY: &str = "7d";

/// The longest that a CRL or an OCSP response holds: a hundred years. With more, the calendar would end one day.
const LONGEST: Duration = Duration::days(36_525);

/// Reads how long a CRL or an OCSP response is to hold.
///
/// # Errors
/// [`X509Error::Invalid`] for what is no duration, for nothing and for more than a hundred years.
pub fn holding(text: &str) -> Result<Span, X509Error> {
    let span = Span::parse(text)?;
    check_holding(span)?;
    Ok(span)
}

fn check_holding(span: Span) -> Result<(), X509Error> {
    match length(span) {
        _ if span == Span::default() => Err(X509Error::Invalid("what holds for no time holds for nobody".to_owned())),
        Some(length) if length <= LONGEST => Ok(()),
        _ => Err(X509Error::Invalid(format!(
            "{span} is too long: what is made anew all the time holds for 100y at most"
        ))),
    }
}

/// How long a span is, counted from 1970; nothing for more than the calendar has.
fn length(span: Span) -> Option<Duration> {
    Some(span.after(OffsetDateTime::UNIX_EPOCH).ok()? - OffsetDateTime::UNIX_EPOCH)
}

/// When and how an authority's CRLs are made: its settings, read.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// From `thisUpdate` to `nextUpdate` of a full CRL.
    pub validity: Span,
    /// How long before `nextUpdate` the next one is due; a third of the validity if nothing is said.
    pub overlap: Option<Span>,
    /// From `thisUpdate` to `nextUpdate` of a delta CRL, where there are any.
    pub delta_validity: Option<Span>,
    /// Whether certificates stay listed after they expired.
    pub keep_expired: bool,
    /// Whether a CRL names its distribution points (`issuingDistributionPoint`).
    pub distribution_point: bool,
    /// The number that the next CRL exceeds.
    pub number_after: u64,
}

/// Why a CRL is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// There is none.
    Never,
    /// Something was revoked or released since.
    Changed,
    /// It was made by a clock that ran ahead, and may leave out what that took for expired.
    Ahead,
    /// Its number is not above the one that is to be exceeded ([`Schedule::number_after`]): others know a newer one.
    Behind,
    /// It will lapse soon.
    Soon,
    /// It has lapsed: whoever checks it refuses every certificate of the authority.
    Lapsed,
}

/// A CRL that is recorded and in its place.
#[derive(Debug)]
pub struct SignedCrl {
    /// The record.
    pub record: CrlRecord,
    /// The CRL in DER.
    pub der: Vec<u8>,
}

impl Schedule {
    /// The schedule of an authority.
    ///
    /// # Errors
    /// [`CaError::X509`] for durations that cannot be read.
    pub fn of(state: &State, authority: &str) -> Result<Self, CaError> {
        Self::read(&state.settings.crl.get(authority).cloned().unwrap_or_default())
    }

    /// Reads settings.
    ///
    /// # Errors
    /// [`CaError::X509`] for durations that cannot be read.
    pub fn read(settings: &CrlSchedule) -> Result<Self, CaError> {
        let span = |text: &Option<String>| text.as_deref().map(Span::parse).transpose();
        Ok(Self {
            validity: Span::parse(settings.validity.as_deref().unwrap_or(DEFAULT_VALIDITY))?,
            overlap: span(&settings.overlap)?,
            delta_validity: span(&settings.delta_validity)?,
            keep_expired: settings.keep_expired,
            distribution_point: settings.distribution_point,
            number_after: settings.number_after,
        })
    }

    /// Refuses spans with which no CRL could hold.
    ///
    /// # Errors
    /// [`CaError::X509`].
    pub fn check(&self) -> Result<(), CaError> {
        for (what, span) in self.spans() {
            check_holding(span)
                .map_err(|error| X509Error::Invalid(format!("the {} of a CRL: {error}", what.replace('_', " "))))?;
        }
        Ok(())
    }

    /// Refuses spans with which no CRL could hold, or which do not go together: what would be due as soon as it is signed, and
    /// deltas that outlive what they are added to.
    ///
    /// # Errors
    /// The setting, as the manifest calls it, and what is wrong with it.
    pub fn check_lasting(&self) -> Result<(), (&'static str, String)> {
        for (what, span) in self.spans() {
            check_holding(span).map_err(|error| (what, error.to_string()))?;
        }
        let overlap = self.overlap.map(|overlap| length(overlap).unwrap_or(Duration::MAX));
        for (what, span) in self.spans() {
            if overlap.is_some_and(|overlap| length(span).is_none_or(|length| overlap >= length)) {
                let what = what.replace('_', " ");
                return Err(("overlap", format!("as long as the {what}: every CRL would be due at once")));
            }
        }
        match self.delta_validity {
            Some(delta) if length(delta) > length(self.validity) => {
                let why =
                    format!("{delta} is longer than the validity, {}: a delta lapses with its full CRL", self.validity);
                Err(("delta_validity", why))
            }
            _ => Ok(()),
        }
    }

    fn spans(&self) -> impl Iterator<Item = (&'static str, Span)> {
        [("validity", Some(self.validity)), ("delta_validity", self.delta_validity)]
            .into_iter()
            .filter_map(|(what, span)| Some((what, span?)))
    }

    /// From when on the next CRL is due.
    ///
    /// # Errors
    /// [`CaError::X509`] for an overlap that leaves the calendar.
    pub fn due_from(&self, crl: &IssuedCrl) -> Result<OffsetDateTime, CaError> {
        let length = crl.next_update - crl.this_update;
        let overlap = match self.overlap {
            Some(overlap) => overlap.after(crl.this_update)? - crl.this_update,
            None => length / 3,
        };
        Ok(crl.next_update - overlap.min(length))
    }

    /// Whether and why the next full or delta CRL is due. Where there are delta CRLs, what changed is theirs to tell, until the
    /// full one is about to lapse.
    ///
    /// # Errors
    /// As [`Schedule::due_from`].
    pub fn due(&self, standing: &Standing, delta: bool, now: OffsetDateTime) -> Result<Option<Due>, CaError> {
        let newest = if delta { standing.newest_delta() } else { standing.newest_full() };
        let Some(newest) = newest else { return Ok(Some(Due::Never)) };
        let changed = standing.changed_since(newest.seq) && (delta || self.delta_validity.is_none());
        Ok(if now >= newest.next_update {
            Some(Due::Lapsed)
        } else if changed {
            Some(Due::Changed)
        } else if standing.newest().is_some_and(|newest| newest.record.number <= self.number_after) {
            Some(Due::Behind)
        } else if newest.made_at > now + TOLERANCE {
            Some(Due::Ahead)
        } else if now >= self.due_from(newest)? {
            Some(Due::Soon)
        } else {
            None
        })
    }
}

/// Signs, records and releases an authority's next CRL: a full one, or a delta on the newest full one.
///
/// The number is the one after the last, of full and delta CRLs together (RFC 5280 §5.2.3); `thisUpdate` never lies before that of
/// the last, `nextUpdate` never after the end of the authority.
///
/// # Errors
/// [`CaError::Refused`] for an authority that may not sign CRLs and for a delta without a base; [`CaError::ClockSetBack`],
/// [`CaError::Key`], [`CaError::Store`].
pub fn sign_crl(
    writer: &mut Writer<'_>,
    authority: &LoadedAuthority,
    schedule: &Schedule,
    delta: bool,
    now: OffsetDateTime,
    actor: &str,
) -> Result<SignedCrl, CaError> {
    check_clock(writer.state(), now)?;
    schedule.check()?;
    let record = plan(writer.state(), authority, schedule, delta, now)?;
    let this_update = record.list.this_update;
    let signed_at = (now < this_update).then(|| format_instant(now));
    let made_at = now.replace_nanosecond(0).unwrap_or(now);
    let scope =
        CrlScope { as_of: writer.state().seq + 1, base: record.base, keep_expired: record.keep_expired, made_at };
    let entries = writer.state().revocations(&authority.name)?.entries(scope);
    let der = record.list.sign(&entries, authority.signer.as_ref())?;
    let crl = read_back(&der, &record, entries.len(), authority.signer.public_key())?;
    let record = CrlRecord {
        authority: authority.name.clone(),
        issuer_sha256: hex(digest(&SHA256, authority.certificate.der()).as_ref()),
        number: record.number,
        base: record.base,
        this_update: format_instant(this_update),
        next_update: format_instant(record.next_update),
        signed_at,
        entries: entries.len() as u64,
        keep_expired: record.keep_expired,
        extensions: encode_der(&Extension::encode_list(&record.list.extensions)),
        algorithm: encode_der(&crl.signature_algorithm_der),
        signature: encode_der(crl.signature()),
        sha256: hex(digest(&SHA256, &der).as_ref()),
    };
    drop(crl);
    let checkpoint = checkpoint(writer.state(), authority)?;
    let events = [Event::CrlIssued(record.clone()), Event::CheckpointSigned(checkpoint)];
    writer.commit(now, actor, events.map(|event| Draft { event, key_pem: None }).into())?;
    Ok(SignedCrl { record, der })
}

/// Everything of the next CRL but its entries.
struct Plan {
    number: u64,
    base: Option<u64>,
    next_update: OffsetDateTime,
    keep_expired: bool,
    list: TbsCertList,
}

fn plan(
    state: &State,
    authority: &LoadedAuthority,
    schedule: &Schedule,
    delta: bool,
    now: OffsetDateTime,
) -> Result<Plan, CaError> {
    let certificate = &authority.certificate;
    let name = &authority.name;
    if certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN)) {
        return Err(CaError::Refused {
            why: format!("the certificate of authority {name} does not allow it to sign CRLs (keyUsage lacks cRLSign)"),
            next: "only a new certificate for it can change that".to_owned(),
        });
    }
    let standing = state.standing(name);
    let base = match (delta, standing.newest_full()) {
        (false, _) => None,
        (true, Some(base)) if now < base.next_update => Some(base),
        (true, base) => {
            let what = if base.is_some() { "its newest full CRL has lapsed" } else { "it has no full CRL yet" };
            return Err(CaError::Refused {
                why: format!("authority {name} cannot sign a delta CRL: {what}"),
                next: format!("run \"certwright crl publish --authority {name}\" first"),
            });
        }
    };
    let last = standing.newest();
    let number = last.map_or(0, |last| last.record.number).max(schedule.number_after).checked_add(1);
    let number = number.ok_or_else(|| CaError::Refused {
        why: format!("the CRL numbers of authority {name} are used up"),
        next: format!("put a new one in its place: certwright authority rollover {name}"),
    })?;
    let this_update = last.map_or(now, |last| now.max(last.this_update));
    let validity = if delta { schedule.delta_validity.unwrap_or(schedule.validity) } else { schedule.validity };
    let next_update = validity.after(this_update)?.min(certificate.not_after);
    if next_update - this_update < Duration::seconds(1) {
        return Err(CaError::Refused {
            why: format!("authority {name} expires at {}: a CRL could not hold", format_instant(certificate.not_after)),
            next: format!("put a new one in its place: certwright authority rollover {name}"),
        });
    }
    let extensions = extensions(state, authority, schedule, number, base)?;
    let list =
        TbsCertList { issuer: certificate.subject.clone(), this_update, next_update: Some(next_update), extensions };
    let keep_expired = schedule.keep_expired;
    Ok(Plan { number, base: base.map(|base| base.record.number), next_update, keep_expired, list })
}

fn extensions(
    state: &State,
    authority: &LoadedAuthority,
    schedule: &Schedule,
    number: u64,
    base: Option<&IssuedCrl>,
) -> Result<Vec<Extension>, CaError> {
    let key_id = match &authority.certificate.subject_key_id {
        Some(key_id) => key_id.clone(),
        None => authority.signer.public_key().key_id().to_vec(),
    };
    let mut list = vec![Extension::authority_key_identifier(&key_id), Extension::crl_number(number)];
    let urls = state.settings.crl_urls.iter().map(|url| publication_url(url, &authority.name));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    let Some(base) = base else {
        if schedule.distribution_point && !urls.is_empty() {
            let names = urls.iter().cloned().map(GeneralName::Uri).collect();
            let point = IssuingDistributionPoint { names: Some(names), ..IssuingDistributionPoint::default() };
            list.push(Extension::issuing_distribution_point(&point)?);
        }
        let delta_urls: Vec<String> = urls.iter().filter_map(|url| delta_url(url)).collect();
        if schedule.delta_validity.is_some() && !delta_urls.is_empty() {
            list.push(Extension::freshest_crl(&delta_urls)?);
        }
        return Ok(list);
    };
    list.push(Extension::delta_crl_indicator(base.record.number));
    // A delta has the scope of its base, whatever the settings say by now (RFC 5280 §5.2.4).
    let of_base = Extension::parse_list(&crate::store::decode_der(&base.record.extensions)?)?;
    list.extend(of_base.into_iter().filter(|extension| extension.oid == oid::ISSUING_DISTRIBUTION_POINT));
    Ok(list)
}

/// Where the delta CRL of a full one is: `http://host/issuing.crl` has `http://host/issuing.delta.crl`.
fn delta_url(url: &str) -> Option<String> {
    url.strip_suffix(".crl").map(|stem| format!("{stem}.delta.crl"))
}

/// Reads the signed CRL as a stranger would, before anybody gets it.
fn read_back(der: &[u8], plan: &Plan, entries: usize, key: &PublicKey) -> Result<Crl, CaError> {
    let failed = |why: String| CaError::Issuance(IssuanceError::CheckFailed(why));
    let crl = Crl::from_der(der).map_err(|error| failed(error.to_string()))?;
    crl.verify_signature(key).map_err(|error| failed(error.to_string()))?;
    let same = crl.issuer == plan.list.issuer
        && crl.this_update == plan.list.this_update
        && crl.next_update == plan.list.next_update
        && crl.extensions == plan.list.extensions
        && crl.entries.len() == entries;
    if same { Ok(crl) } else { Err(failed("the CRL reads back differently than it was meant".to_owned())) }
}
