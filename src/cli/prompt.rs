//! Asking a person for a passphrase.

use std::fs::OpenOptions;
use std::io::{self, Write};

use zeroize::Zeroizing;

use super::{input, text};

/// The longest answer to a question that is no secret, bytes.
const LONGEST_ANSWER: usize = 256;

/// Asks for secrets. The default refuses, so that nothing waits for a person who is not there.
pub trait Prompt {
    /// Asks for a secret without echoing it; `question` has no colon.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn ask(&mut self, question: &str) -> io::Result<Zeroizing<String>> {
        let _ = question;
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is nobody to ask"))
    }

    /// Asks something that is no secret; what is typed is seen.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn ask_visibly(&mut self, question: &str) -> io::Result<String> {
        let _ = question;
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is nobody to ask"))
    }
}

/// Asks nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPrompt;

impl Prompt for NoPrompt {}

/// Asks on the controlling terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct TerminalPrompt;

impl Prompt for TerminalPrompt {
    fn ask(&mut self, question: &str) -> io::Result<Zeroizing<String>> {
        rpassword::prompt_password(format!("{}: ", text::visible_line(&capitalised(question)))).map(Zeroizing::new)
    }

    fn ask_visibly(&mut self, question: &str) -> io::Result<String> {
        let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        write!(terminal, "{}: ", text::visible_line(question))?;
        let line = input::first_line(&mut terminal, LONGEST_ANSWER)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

/// The question as the beginning of a line.
fn capitalised(question: &str) -> String {
    let mut letters = question.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
