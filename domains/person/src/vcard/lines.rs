//! The lines of a file, unfolded: one that begins with a blank goes on with the line before.

use std::io::{self, BufRead, Read as _};

use super::error::Flaw;

/// How long a line may be, in bytes: photographs stand in one.
const LONGEST: u64 = 64 << 20;

/// A line, unfolded, and where it begins.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) text: Result<String, Flaw>,
}

#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    /// The number of the last line that was read.
    number: u64,
    /// How many bytes were read.
    position: u64,
    /// A line that was read and belongs to what comes next.
    ahead: Option<(u64, Vec<u8>)>,
    is_over: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, number: 0, position: 0, ahead: None, is_over: false }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The next line as it stands, without its end.
    fn raw(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LONGEST + 1).read_until(b'\n', &mut bytes)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.position += read;
        let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
        bytes.truncate(end.map_or(0, |end| end + 1));
        if self.number == 1 && bytes.starts_with(BYTE_ORDER) {
            bytes.drain(..BYTE_ORDER.len());
        }
        Ok(Some((self.number, bytes)))
    }

    /// The line with those that are folded into it. Characters may be folded in their middle.
    fn unfolded(&mut self) -> Result<Option<Line>, Flaw> {
        let Some((number, mut bytes)) = self.raw().map_err(Flaw::Unreadable)? else {
            return Ok(None);
        };
        while let Some((number, more)) = self.raw().map_err(Flaw::Unreadable)? {
            if !more.starts_with(b" ") && !more.starts_with(b"\t") {
                self.ahead = Some((number, more));
                break;
            }
            bytes.extend_from_slice(&more[1..]);
            if bytes.len() as u64 > LONGEST {
                break;
            }
        }
        if bytes.len() as u64 > LONGEST {
            return Err(Flaw::TooLong(LONGEST));
        }
        let text = String::from_utf8(bytes).map_err(|_| Flaw::NotUtf8);
        Ok(Some(Line { number, text }))
    }
}

/// What some programs begin a file in UTF-8 with.
const BYTE_ORDER: &[u8] = "\u{feff}".as_bytes();

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.is_over {
            return None;
        }
        let line = self.unfolded();
        self.is_over = !matches!(line, Ok(Some(_)));
        line.unwrap_or_else(|flaw| Some(Line { number: self.number.max(1), text: Err(flaw) }))
    }
}
