//! Options that need another one, once more: clap waives `requires` where something is given that conflicts with what is required.
//!
//! With `--profile` requiring REF and `--all` conflicting with it, clap takes `--all --profile client`: REF cannot be given, so it
//! is not asked for. An option would be taken then that the command does not look at, or looks at in another sense.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::CliError;

/// Refuses arguments that need others which are not there; `matches` is what clap made of them.
///
/// # Errors
/// Exit 2 naming the two.
pub(super) fn check(
    command: impl FnOnce() -> Command,
    arguments: &[OsString],
    matches: &ArgMatches,
) -> Result<(), CliError> {
    let (path, given) = given(matches);
    // One that needs something, and one that is in its way. To parse once more takes as long as all else before the work.
    if given.len() < 2 {
        return Ok(());
    }
    let bare = without_conflicts(command());
    let Err(missing) = bare.clone().try_get_matches_from(arguments) else { return Ok(()) };
    let mut culprits = given.iter().filter_map(|id| {
        let mut alone = requiring_for(bare.clone(), &path, id);
        let missing = missing_in(&alone.try_get_matches_from_mut(arguments).err()?);
        let leaf = path.iter().try_fold(&alone, |command, name| command.find_subcommand(name))?;
        let option = leaf.get_arguments().find(|option| option.get_id() == id)?;
        Some(format!("{option} goes with {missing} only"))
    });
    let message = culprits.next().unwrap_or_else(|| format!("{} is missing", missing_in(&missing)));
    Err(CliError::usage(message).hint(format!("see \"certwright {} --help\"", path.join(" "))))
}

/// The command with nothing left to check but what an argument requires.
fn without_conflicts(command: Command) -> Command {
    let groups: Vec<_> = command.get_groups().map(|group| group.get_id().clone()).collect();
    let command = groups.into_iter().fold(command, |command, group| command.mut_group(group, |it| it.multiple(true)));
    command
        .mut_args(|argument| argument.conflicts_with(Resettable::Reset).exclusive(false).required(false))
        .mut_subcommands(without_conflicts)
}

/// The command with the requirements of no other argument of the subcommand than this one.
fn requiring_for(command: Command, path: &[&str], id: &str) -> Command {
    match path.split_first() {
        Some((name, below)) => command.mut_subcommand(*name, |command| requiring_for(command, below, id)),
        None => command.mut_args(|argument| match argument.get_id() == id {
            true => argument,
            false => argument.requires(Resettable::Reset),
        }),
    }
}

/// The subcommands that were named, and the arguments of the last one that were given.
fn given(matches: &ArgMatches) -> (Vec<&str>, Vec<&str>) {
    let (mut path, mut at) = (Vec::new(), matches);
    while let Some((name, below)) = at.subcommand() {
        path.push(name);
        at = below;
    }
    let given = at.ids().map(clap::Id::as_str).filter(|id| at.value_source(id) == Some(ValueSource::CommandLine));
    (path, given.collect())
}

/// What clap misses.
fn missing_in(error: &clap::Error) -> String {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.join(" and "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Arg;
    use clap::builder::ValueParser;

    use super::*;
    use crate::cli::Exit;
    use crate::cli::testing::Process;

    #[test]
    fn what_needs_something_is_not_taken_without_it() {
        for (line, option, needed) in [
            ("renew --all --profile client", "--profile", "REF"),
            ("renew a.test --within 30d", "--within", "--due"),
            ("renew a.test --expired", "--expired", "--due"),
            ("renew --due --forget there", "--forget", "REF"),
            ("renew --all --forget there", "--forget", "REF"),
            ("renew --all --rekey --force --dry-run", "--force", "REF"),
            ("csr create a.test --key k.pem --algorithm rsa-2048", "--algorithm", "--new-key"),
            ("csr create a.test --key k.pem --no-passphrase", "--no-passphrase", "--new-key"),
            ("authority rollover root --as root-2 --force", "--force", "--finish"),
            ("authority rollover root --finish --cross root.pem", "--cross", "--as"),
            ("keystore import store.p12 --name x --accept-weak", "--accept-weak", "--authority"),
            ("issue a.test --batch-format csv", "--batch-format", "--batch"),
            ("--json renew --all --profile client", "--profile", "REF"),
        ] {
            let (exit, _, stderr) = Process::new(&line.split(' ').collect::<Vec<_>>()).run();
            assert_eq!(exit, Exit::Usage, "{line}: {stderr}");
            assert!(stderr.contains(option) && stderr.contains(needed), "{line}: {stderr}");
        }
    }

    /// What clap keeps to itself: the ids in a field of an argument, as its debug output has them.
    fn ids(argument: &Arg, field: &str) -> BTreeSet<String> {
        let text = format!("{argument:?}");
        let (_, list) = text.split_once(&format!(", {field}: [")).unwrap_or_else(|| panic!("no {field}: {text}"));
        let list = list.split(']').next().unwrap();
        list.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
    }

    /// An argument as it is typed.
    fn typed(argument: &Arg) -> Vec<String> {
        let flag = argument.get_long().map(|long| format!("--{long}"));
        let takes_value = argument.get_action().takes_values();
        match flag {
            Some(flag) if takes_value && argument.is_require_equals_set() => vec![format!("{flag}=x")],
            Some(flag) if takes_value => vec![flag, "x".to_owned()],
            Some(flag) => vec![flag],
            None => vec!["x".to_owned()],
        }
    }

    /// Any text is a value.
    fn lenient(command: Command) -> Command {
        command
            .mut_args(|argument| match argument.get_action().takes_values() {
                true => argument.value_parser(ValueParser::string()),
                false => argument,
            })
            .mut_subcommands(lenient)
    }

    /// Tries every argument that requires another one together with every one that conflicts with that; counts those that clap
    /// would take.
    fn try_all(whole: &Command, command: &Command, path: &[&str]) -> usize {
        let arguments: Vec<&Arg> = command.get_arguments().collect();
        let members = |id: &str| -> BTreeSet<String> {
            let group = command.get_groups().find(|group| group.get_id() == id);
            group.map_or_else(|| [id.to_owned()].into(), |it| it.get_args().map(ToString::to_string).collect())
        };
        let conflict = |one: &Arg, other: &Arg| {
            ids(one, "conflicts").iter().any(|id| members(id).contains(other.get_id().as_str()))
                || command.get_groups().any(|group| {
                    let has = |argument: &Arg| group.get_args().any(|id| id == argument.get_id());
                    !group.clone().is_multiple() && has(one) && has(other)
                })
        };
        let mut waived = 0;
        for option in &arguments {
            for required in ids(option, "requires") {
                let required = members(&required);
                for other in arguments.iter().filter(|other| !required.contains(other.get_id().as_str())) {
                    let waives = arguments.iter().filter(|it| required.contains(it.get_id().as_str()));
                    if !waives.into_iter().any(|it| conflict(it, other) || conflict(other, it)) {
                        continue;
                    }
                    let mut line: Vec<OsString> = ["certwright"].iter().chain(path).map(Into::into).collect();
                    for typed in [typed(option), if other == option { Vec::new() } else { typed(other) }] {
                        line.extend(typed.into_iter().map(Into::into));
                    }
                    // One that clap refuses by itself needs no second look.
                    if let Ok(matches) = whole.clone().try_get_matches_from(&line) {
                        assert!(check(|| whole.clone(), &line, &matches).is_err(), "{line:?} is taken");
                        waived += 1;
                    }
                }
            }
        }
        let below = command.get_subcommands();
        waived + below.map(|command| try_all(whole, command, &[path, &[command.get_name()]].concat())).sum::<usize>()
    }

    #[test]
    fn no_requirement_in_the_tree_is_waived() {
        // Positional arguments that are missing anyway shall not hide what is tried.
        fn optional(command: Command) -> Command {
            command.mut_args(|argument| argument.required(false)).mut_subcommands(optional)
        }
        let whole = optional(lenient(crate::cli::command()));
        let waived = try_all(&whole, &whole, &[]);
        assert!(waived > 20, "{waived} pairs: is there nothing left to look for?");
    }
}
