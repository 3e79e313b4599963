//! What a line of a batch asks for, and whether it may be had.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use super::IssueArgs;
use super::fields::Fields;
use crate::ca::{self, Rehearsal};
use crate::cli::CliError;
use crate::issuance::lint::Target;
use crate::issuance::{IssuerFacts, Prepared, Profile, Profiles, Request, Validity};
use crate::keys::{Algorithm, KeyError, PrivateKey, PublicKey};
use crate::store::{State, lineage_name, lineage_word};
use crate::x509::time::{Span, parse_instant};
use crate::x509::{Certificate, GeneralName, Name, escape};

/// A line that is understood: everything but its key.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) lineage: String,
    pub(super) profile: Profile,
    pub(super) issuer: Arc<Issuer>,
    pub(super) algorithm: Algorithm,
    names: Vec<GeneralName>,
    subject: Option<Name>,
    validity: Validity,
    variables: BTreeMap<String, String>,
    strict: bool,
    targets: Vec<Target>,
}

/// An authority as far as a line needs it before anything is signed.
pub(super) struct Issuer {
    pub(super) name: String,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

/// What lines without a value of their own have, and what their words stand for.
pub(super) struct Terms<'s, 'a> {
    /// The store, until every line was seen.
    state: Option<&'s State>,
    profiles: Profiles,
    args: &'a IssueArgs,
    variables: BTreeMap<String, String>,
    known_profiles: RwLock<HashMap<String, Profile>>,
    /// By what they are called; the default one by an empty name.
    known_issuers: RwLock<HashMap<String, Arc<Issuer>>>,
    probes: RwLock<HashMap<Algorithm, PublicKey>>,
}

impl<'s, 'a> Terms<'s, 'a> {
    /// The terms of a command line.
    ///
    /// # Errors
    /// Exit 2 when a variable is given twice.
    pub(super) fn new(state: &'s State, profiles: Profiles, args: &'a IssueArgs) -> Result<Self, CliError> {
        Ok(Self {
            state: Some(state),
            profiles,
            args,
            variables: args.variables.resolve()?,
            known_profiles: RwLock::default(),
            known_issuers: RwLock::default(),
            probes: RwLock::default(),
        })
    }

    /// The same once every line was seen: it has all that is needed of the store.
    pub(super) fn detached(self) -> Terms<'static, 'a> {
        let Self { profiles, args, variables, known_profiles, known_issuers, probes, .. } = self;
        Terms { state: None, profiles, args, variables, known_profiles, known_issuers, probes }
    }

    /// Every authority that lines were found to name.
    pub(super) fn issuers(&self) -> Vec<String> {
        let known = read(&self.known_issuers);
        let mut names: Vec<String> = known.values().map(|issuer| issuer.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Understands a line.
    ///
    /// # Errors
    /// Exit 2 for what cannot be read, 1 for what is not there.
    pub(super) fn line(&self, fields: Fields) -> Result<Line, CliError> {
        let args = self.args;
        let name = fields.name.filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| CliError::usage("it has no name"))?;
        let validity = validity(&fields.validity, &fields.not_before, &fields.not_after, args)?;
        let profile = self.profile(fields.profile.as_deref().unwrap_or(&args.profile))?;
        let issuer = self.issuer(fields.authority.as_deref().or(args.authority.as_deref()))?;
        let names =
            fields.names.iter().map(|name| Ok(name.parse::<GeneralName>()?)).collect::<Result<_, CliError>>()?;
        let subject = match &fields.subject {
            Some(text) => Some(Name::parse(text)?),
            None => args.subject.clone(),
        };
        let algorithm = match &fields.key {
            Some(text) => text.parse::<Algorithm>().map_err(|error| CliError::usage(error.to_string()))?,
            None => args.key.unwrap_or_else(|| profile.default_algorithm()),
        };
        let mut variables = self.variables.clone();
        variables.extend(fields.set);
        if fields.lineage.as_deref() == Some("") {
            return Err(CliError::usage("its lineage is empty"));
        }
        let lineage = fields.lineage.as_deref().map_or_else(|| lineage_name(&name), lineage_word);
        Ok(Line {
            name,
            lineage,
            profile,
            issuer,
            algorithm,
            names,
            subject,
            validity,
            variables,
            strict: args.strict,
            targets: args.targets.clone(),
        })
    }

    /// Finds out whether a line may be had, with a key that stands in for its own.
    ///
    /// # Errors
    /// As issuing it.
    pub(super) fn rehearse(&self, rehearsal: &Rehearsal<'_>, line: &Line) -> Result<Prepared, CliError> {
        let request = line.request(self.probe(line.algorithm)?);
        let Issuer { name, certificate, chain } = line.issuer.as_ref();
        let facts = IssuerFacts { name, certificate, chain };
        ca::check_lineage(&line.lineage)?;
        Ok(rehearsal.prepare(Some(&facts), &line.profile, &request)?)
    }

    fn profile(&self, name: &str) -> Result<Profile, CliError> {
        cached(&self.known_profiles, name, || Ok(self.profiles.get(name)?))
    }

    fn issuer(&self, name: Option<&str>) -> Result<Arc<Issuer>, CliError> {
        cached(&self.known_issuers, name.unwrap_or_default(), || {
            let state =
                self.state.ok_or_else(|| CliError::failed("it names an authority that it did not name before"))?;
            let record = ca::resolve(state, name)?;
            let (certificate, chain) = (record.certificate()?, record.chain()?);
            Ok(Arc::new(Issuer { name: record.authority.clone(), certificate, chain }))
        })
    }

    /// A key of the algorithm that no certificate is ever made for.
    fn probe(&self, algorithm: Algorithm) -> Result<PublicKey, CliError> {
        if let Some(key) = read(&self.probes).get(&algorithm) {
            return Ok(key.clone());
        }
        // One thread makes it, the others wait: an RSA key takes its time.
        let mut probes = self.probes.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(key) = probes.get(&algorithm) {
            return Ok(key.clone());
        }
        let key = PrivateKey::generate(algorithm)?.public_key().clone();
        probes.insert(algorithm, key.clone());
        Ok(key)
    }
}

impl Line {
    /// The request for a key.
    pub(super) fn request(&self, key: PublicKey) -> Request {
        Request {
            name: Some(self.name.clone()),
            subject: self.subject.clone(),
            names: self.names.clone(),
            validity: self.validity,
            variables: self.variables.clone(),
            strict: self.strict,
            targets: self.targets.clone(),
            key_is_new: true,
            ..Request::new(key)
        }
    }

    /// A key for it.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub(super) fn generate(&self) -> Result<PrivateKey, KeyError> {
        PrivateKey::generate(self.algorithm)
    }

    /// Where its files go below a directory.
    pub(super) fn directory(&self, below: &std::path::Path) -> PathBuf {
        below.join(&self.lineage)
    }
}

/// A line's own validity as a whole, else that of the command line.
fn validity(
    span: &Option<String>,
    not_before: &Option<String>,
    not_after: &Option<String>,
    args: &IssueArgs,
) -> Result<Validity, CliError> {
    if span.is_some() && not_after.is_some() {
        return Err(CliError::usage("it has both validity and not_after; one of them says when it ends"));
    }
    let common = args.validity.resolve();
    let ends = span.is_some() || not_after.is_some();
    let given = |text: &Option<String>| text.as_deref().map(parse_instant).transpose();
    Ok(Validity {
        not_before: given(not_before)?.or(common.not_before),
        not_after: given(not_after)?.or(common.not_after.filter(|_| !ends)),
        span: span.as_deref().map(Span::parse).transpose()?.or(common.span.filter(|_| !ends)),
    })
}

fn cached<T: Clone>(
    known: &RwLock<HashMap<String, T>>,
    name: &str,
    find: impl FnOnce() -> Result<T, CliError>,
) -> Result<T, CliError> {
    if let Some(found) = read(known).get(name) {
        return Ok(found.clone());
    }
    let found = find().map_err(|error| if name.is_empty() { error } else { shortened(error, name) })?;
    let mut known = known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.insert(name.to_owned(), found.clone());
    Ok(found)
}

/// A name as long as a line would make the message as long.
fn shortened(error: CliError, name: &str) -> CliError {
    if name.len() <= 200 {
        return error;
    }
    let short: String = name.chars().take(40).collect();
    CliError::usage(format!("there is nothing called \"{}…\"", escape(&short)))
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}
