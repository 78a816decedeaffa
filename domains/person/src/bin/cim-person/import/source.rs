//! The people of a file, one after the other, whatever its form.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cim_person::exchange::{PersonRecord, json};
use cim_person::vcard::Cards;

use crate::form::Form;

/// A person, and the line where it begins; or that line, and what is wrong there.
pub(crate) type Placed = Result<(u64, PersonRecord), (u64, String)>;

pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    reader: Reader,
}

enum Reader {
    Cards(Cards<BufReader<File>>),
    Lines { input: BufReader<File>, line: u64, position: u64 },
}

impl Source {
    pub(crate) fn open(path: &Path, form: Option<Form>) -> anyhow::Result<Self> {
        let form = form.or_else(|| Form::of(path)).with_context(|| {
            let path = path.display();
            format!("{path}: the name does not say what it is: add --form vcard or --form jsonl")
        })?;
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let bytes = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let input = BufReader::new(file);
        let reader = match form {
            Form::Vcard => Reader::Cards(Cards::new(input)),
            Form::Jsonl => Reader::Lines { input, line: 0, position: 0 },
        };
        Ok(Self { path: path.to_owned(), bytes, reader })
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> u64 {
        match &self.reader {
            Reader::Cards(cards) => cards.position(),
            Reader::Lines { position, .. } => *position,
        }
    }

    pub(crate) fn next(&mut self) -> Option<Placed> {
        let (input, line, position) = match &mut self.reader {
            Reader::Cards(cards) => {
                let card = cards.next()?;
                return Some(match card {
                    Ok(card) => Ok((card.line, card.record)),
                    Err(bad) => Err((bad.line, bad.flaw.to_string())),
                });
            }
            Reader::Lines { input, line, position } => (input, line, position),
        };
        loop {
            let (text, read) = next_line(input)?;
            *line += 1;
            *position += read;
            return Some(match text {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => json::read(&text)
                    .map(|record| (*line, record))
                    .map_err(|error| (*line, error.to_string())),
                Err(problem) => Err((*line, problem)),
            });
        }
    }
}

/// The next line, and how many bytes it takes.
pub(crate) fn next_line(input: &mut impl BufRead) -> Option<(Result<String, String>, u64)> {
    let mut bytes = Vec::new();
    match input.read_until(b'\n', &mut bytes) {
        Ok(0) => None,
        Ok(read) => {
            let text = String::from_utf8(bytes);
            Some((text.map_err(|_| "not UTF-8: save the file so".to_owned()), read as u64))
        }
        // Read as an end, it would be taken for success.
        Err(error) => Some((Err(format!("the file cannot be read: {error}")), 0)),
    }
}
