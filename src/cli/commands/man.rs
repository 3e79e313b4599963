//! `certwright man`.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_mangen::Man;
use zeroize::Zeroizing;

use super::Cli;
use crate::cli::files::{self, OutputFile};
use crate::cli::{CliError, Context, Exit, help};

const EXAMPLES: &str = "\
certwright man ./man                  # one page for each command
certwright man --force /usr/local/share/man/man1";

/// Write the manual pages
///
/// Writes certwright.1 and a page for every command, such as certwright-log-show.1.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Where the pages go; made if it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Replace pages that are there
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Writes the pages.
    ///
    /// # Errors
    /// When a page is there already, or a file cannot be written.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut command = Cli::command();
        command.build();
        let mut pages = Vec::new();
        collect(&command, "certwright", &mut pages)
            .map_err(|error| CliError::failed(format!("a page cannot be laid out: {error}")))?;
        files::public_directory(&self.directory)?;
        files::write_set(&self.directory, &pages, self.force)?;
        cx.ui.say(&format!("{} pages written to {}", pages.len(), self.directory.display()));
        let names: Vec<&str> = pages.iter().map(|page| page.name.as_str()).collect();
        cx.ui.json("man", &serde_json::json!({ "directory": self.directory, "pages": names }))?;
        Ok(Exit::Done)
    }
}

fn collect(command: &clap::Command, name: &str, pages: &mut Vec<OutputFile>) -> std::io::Result<()> {
    pages.push(OutputFile { name: format!("{name}.1"), bytes: Zeroizing::new(page(command, name)?), secret: false });
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        collect(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}

/// A page in the order of the help: what it is, examples, then the rest. `clap_mangen` has no place for examples.
fn page(command: &clap::Command, name: &str) -> std::io::Result<Vec<u8>> {
    let man = Man::new(command.clone().name(name.to_owned()).display_name(name.to_owned()));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    if let Some(examples) = help::examples(command) {
        page.extend_from_slice(b".SH EXAMPLES\n.nf\n");
        for line in examples.lines() {
            page.extend_from_slice(format!("{}\n", literal(line)).as_bytes());
        }
        page.extend_from_slice(b".fi\n");
    }
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// A line that roff prints as it is.
fn literal(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
