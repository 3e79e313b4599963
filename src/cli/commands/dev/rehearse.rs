//! What is checked of a development authority and of what it is to sign before there is either.

use super::{DevArgs, authority, kept};
use crate::ca::Preview;
use crate::cli::commands::options::profiles;
use crate::cli::{CliError, Context};
use crate::issuance::Profiles;
use crate::keys::{PublicKey, Secret};
use crate::store::{AuthorityRecord, State, encode_der};

use super::wish::Wish;

impl DevArgs {
    /// Where the authority is not there yet: refuses what could not be signed or written in the end, so that no store and no
    /// authority are left behind by it.
    ///
    /// # Errors
    /// As [`DevArgs::issue`] and [`DevArgs::ensure_authority`].
    pub(super) fn rehearse(&self, cx: &Context, password: &Secret) -> Result<(), CliError> {
        let (state, known) = match cx.store_if_there()? {
            Some(store) => (store.read()?, profiles(&store)?),
            None => (State::default(), Profiles::default()),
        };
        let wish = Wish::new(self, Some(&state))?;
        if state.authorities.contains_key(&wish.authority) {
            return Ok(());
        }
        let constraints = authority::constraints_for(&wish.names, &self.permit)?;
        let key = PublicKey::stand_in(authority::ALGORITHM)?;
        let request = authority::request(&wish.authority, &cx.settings.actor, constraints, key)?;
        let preview = Preview::new(&state, &state.settings, cx.now());
        let root = preview.authority(&wish.authority, None, &known.get(authority::PROFILE)?, &request)?;
        let record = AuthorityRecord {
            authority: wish.authority.clone(),
            certificate: encode_der(root.der()),
            chain: Vec::new(),
            origin: "created".to_owned(),
            key: true,
            rollover: crate::store::Rollover::default(),
        };
        if let Some(path) = self.foreign(&record, password, &state)? {
            return Err(kept(&path));
        }
        let request = self.request(&wish, PublicKey::stand_in(wish.key)?);
        self.check_new(cx, &wish, &state, (&record, &known.get(super::issuing::PROFILE)?), &request, password)
    }
}
