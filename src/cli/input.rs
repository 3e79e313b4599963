//! Standard input, read a line at a time or to its end.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// Bytes that there is room for where nobody knows how many come.
const SOME: usize = 4 * 1024;

/// Standard input. Lines are taken one byte at a time, so that what follows them stays there for whoever reads next.
pub(super) struct Input {
    reader: Box<dyn Read>,
    is_terminal: bool,
}

impl Input {
    pub(super) fn new(reader: Box<dyn Read>, is_terminal: bool) -> Self {
        Self { reader, is_terminal }
    }

    /// Whether a person types it.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// The next line without its end; `None` at the end of the input.
    pub(super) fn line(&mut self, limit: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        first_line(&mut self.reader, limit)
    }

    /// What is left, to be read piece by piece.
    pub(super) fn reader(&mut self) -> &mut dyn Read {
        &mut self.reader
    }

    /// Everything that is left, at most `limit` bytes.
    pub(super) fn rest(&mut self, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        all(&mut self.reader, limit, 0)
    }
}

/// Reads up to the first line end and takes one `\n` or `\r\n` off; `None` when there is nothing at all.
pub(super) fn first_line(reader: &mut dyn Read, limit: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    // Room for everything from the start: a growing vector leaves copies of the secret behind.
    let mut line = Zeroizing::new(Vec::with_capacity(limit + 2));
    let mut byte = Zeroizing::new([0u8; 1]);
    loop {
        match reader.read(byte.as_mut_slice()) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                break;
            }
            Ok(_) if line.len() > limit => return Err(too_long(limit)),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.len() > limit { Err(too_long(limit)) } else { Ok(Some(line)) }
}

/// Reads to the end, at most `limit` bytes; whatever held a piece of it is wiped when it is dropped. Where it is known how many bytes are
/// to be `expected` (0 where it is not), they are read at once, and no more than that has to be wiped.
pub(super) fn all(reader: &mut dyn Read, limit: usize, expected: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let room = if expected == 0 { SOME } else { expected };
    let mut bytes = Zeroizing::new(vec![0; room.min(limit) + 1]);
    let mut count = 0;
    loop {
        if count == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; bytes.len() * 2]);
            larger[..count].copy_from_slice(&bytes);
            bytes = larger;
        }
        match reader.read(&mut bytes[count..]) {
            Ok(0) => {
                bytes.truncate(count);
                return Ok(bytes);
            }
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if count > limit {
            return Err(too_long(limit));
        }
    }
}

fn too_long(limit: usize) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &'static [u8]) -> Input {
        Input::new(Box::new(text), false)
    }

    #[test]
    fn lines_lose_one_line_end_and_nothing_else() {
        let mut input = input(b"one \r\ntwo\r\r\n\nlast");
        let lines: Vec<Vec<u8>> = std::iter::from_fn(|| input.line(64).unwrap().map(|line| line.to_vec())).collect();
        assert_eq!(lines, [b"one ".to_vec(), b"two\r".to_vec(), b"".to_vec(), b"last".to_vec()]);
    }

    #[test]
    fn what_follows_a_line_is_left() {
        let mut input = input(b"secret\n-----BEGIN\nx");
        assert_eq!(input.line(64).unwrap().unwrap().as_slice(), b"secret");
        assert_eq!(input.rest(64).unwrap().as_slice(), b"-----BEGIN\nx");
        assert!(input.line(64).unwrap().is_none());
    }

    #[test]
    fn limits_hold() {
        assert_eq!(input(b"1234\r\n").line(4).unwrap().unwrap().as_slice(), b"1234");
        assert!(input(b"12345").line(4).is_err());
        assert!(input(b"123456789").line(4).is_err());
        assert_eq!(input(b"1234").rest(4).unwrap().as_slice(), b"1234");
        assert!(input(b"12345").rest(4).is_err());
        // Whatever was expected: a file may have grown since, and one of the system's says that it has no length.
        for expected in [0, 1, 99_999, 100_000, 200_000] {
            let read = |limit| all(&mut io::repeat(b'x').take(100_000), limit, expected);
            assert_eq!(read(100_000).unwrap().as_slice(), [b'x'; 100_000]);
            assert!(read(99_999).is_err());
        }
    }
}
