//! Commands that have subcommands of their own.

/// Makes a table of subcommands the enum `Command` of a module and the `run` of its `Args`, whose field `command` it is.
macro_rules! dispatch {
    ($($variant:ident($args:ty),)*) => {
        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($variant($args),)*
        }

        impl Args {
            /// Runs the subcommand.
            ///
            /// # Errors
            /// What the person is told, with the exit code.
            pub fn run(&self, cx: &mut $crate::cli::Context) -> Result<$crate::cli::Exit, $crate::cli::CliError> {
                match &self.command {
                    $(Command::$variant(args) => args.run(cx),)*
                }
            }
        }
    };
}
