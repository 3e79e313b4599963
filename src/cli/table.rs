//! Tables that fit the terminal.
