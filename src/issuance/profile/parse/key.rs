//! Which keys are allowed.

use super::each;
use crate::issuance::profile::config::KeyConfig;
use crate::issuance::profile::rules::KeyPolicy;
use crate::keys::{Algorithm, KeyRules};
use crate::notation::{Fault, hint};

pub(super) fn key(config: &KeyConfig) -> Result<KeyPolicy, Fault> {
    const RSA_PSS: &str = "rsa-pss";
    let read = |text: &str| {
        text.parse::<Algorithm>().map_err(|_| {
            let words: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).chain([RSA_PSS]).collect();
            format!("unknown key algorithm {text:?}{}", hint(text, &words))
        })
    };
    let (algorithms, rsa_pss) = match &config.algorithms {
        None => (Algorithm::ALL.to_vec(), true),
        Some(list) => {
            let read = each(list, "algorithms", |text| match text {
                RSA_PSS => Ok(None),
                text => read(text).map(Some),
            })?;
            let rsa_pss = read.contains(&None);
            (read.into_iter().flatten().collect(), rsa_pss)
        }
    };
    let default = match &config.default {
        Some(text) => read(text).map_err(|why| Fault::new(why).at("default"))?,
        None if algorithms.contains(&Algorithm::EcP256) => Algorithm::EcP256,
        None => *algorithms.first().ok_or_else(|| Fault::new("no algorithm can be generated").at("algorithms"))?,
    };
    if !algorithms.contains(&default) {
        return Err(Fault::new(format!("{default} is not among the algorithms")).at("default"));
    }
    let mut rules = KeyRules { any_rsa_exponent: config.any_rsa_exponent, ..KeyRules::default() };
    let smallest = algorithms.iter().copied().filter_map(rsa_bits).min();
    rules.min_rsa_bits = config.min_rsa_bits.or(smallest).unwrap_or(rules.min_rsa_bits);
    if !(2048..=rules.max_rsa_bits).contains(&rules.min_rsa_bits) {
        let why = format!("RSA keys have 2048 to {} bits", rules.max_rsa_bits);
        return Err(Fault::new(why).at("min_rsa_bits"));
    }
    if rsa_bits(default).is_some_and(|bits| bits < rules.min_rsa_bits) {
        return Err(Fault::new(format!("{default} has fewer than {} bits", rules.min_rsa_bits)).at("default"));
    }
    Ok(KeyPolicy { algorithms, rsa_pss, default, rules })
}

fn rsa_bits(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::Rsa2048 => Some(2048),
        Algorithm::Rsa3072 => Some(3072),
        Algorithm::Rsa4096 => Some(4096),
        _ => None,
    }
}
