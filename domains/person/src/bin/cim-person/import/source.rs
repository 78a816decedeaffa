//! The people of a file, one after the other, whatever its form.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cim_person::exchange::{PersonRecord, json};
use cim_person::vcard::Cards;

use super::lines::{Line, Lines};
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
    Lines { lines: Lines<BufReader<File>>, position: u64 },
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
            Form::Jsonl => Reader::Lines { lines: Lines::new(input), position: 0 },
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
        let (lines, position) = match &mut self.reader {
            Reader::Cards(cards) => {
                let card = cards.next()?;
                return Some(match card {
                    Ok(card) => Ok((card.line, card.record)),
                    Err(bad) => Err((bad.line, bad.flaw.to_string())),
                });
            }
            Reader::Lines { lines, position } => (lines, position),
        };
        loop {
            let Line { number, text, bytes } = lines.next()?;
            *position += bytes;
            return Some(match text {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => json::read(&text)
                    .map(|record| (number, record))
                    .map_err(|error| (number, error.to_string())),
                Err(problem) => Err((number, problem)),
            });
        }
    }
}
