//! The lines of a file of JSON, one after the other.

use std::io::{BufRead, Read as _};

/// How long a line may be, in bytes, with its end: as long as that of a card.
const LONGEST: u64 = 64 << 20;

/// A line, and how many bytes it takes in the file.
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// What it says, or what is wrong with it.
    pub(crate) text: Result<String, String>,
    pub(crate) bytes: u64,
}

/// Reads lines, until the end or until it cannot go on: then the last one says why.
pub(crate) struct Lines<R> {
    input: R,
    number: u64,
    is_over: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, number: 0, is_over: false }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.is_over {
            return None;
        }
        self.number += 1;
        let mut line = Vec::new();
        let (text, bytes) = match self.input.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line)
        {
            Ok(0) => return None,
            Ok(read) if read as u64 > LONGEST => {
                self.is_over = true;
                let problem = format!("a line of more than {LONGEST} bytes: is this JSON Lines?");
                (Err(format!("{problem} What follows is not read")), read as u64)
            }
            Ok(read) => {
                let text = String::from_utf8(line);
                (text.map_err(|_| "not UTF-8: save the file so".to_owned()), read as u64)
            }
            // Read as an end, it would be taken for success; read again, it might fail for ever.
            Err(error) => {
                self.is_over = true;
                (Err(format!("the file cannot be read from here on: {error}")), 0)
            }
        };
        Some(Line { number: self.number, text, bytes })
    }
}
