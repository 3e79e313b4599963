//! Asking a person for a passphrase.

use std::io;

use zeroize::Zeroizing;

use super::text;

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
}

/// The question as the beginning of a line.
fn capitalised(question: &str) -> String {
    let mut letters = question.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
