//! `--for TARGET`: the programs that `lint`, `verify`, `issue` and `sign` can be asked about.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::issuance::lint::Target;

/// Reads a target by any of its names; help and completions show the first of them.
pub(super) fn target() -> impl TypedValueParser<Value = Target> {
    let value = |target: Target| PossibleValue::new(target.as_str()).aliases(target.aliases().iter().copied());
    PossibleValuesParser::new(Target::ALL.map(value)).try_map(|name| name.parse::<Target>())
}
