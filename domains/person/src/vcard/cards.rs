//! The cards of a file, one after the other.

use std::io::BufRead;

use super::error::{BadCard, Flaw};
use super::line::Property;
use super::lines::{Line, Lines};
use super::reading;
use crate::exchange::PersonRecord;

/// A card, and where it begins.
#[derive(Debug)]
pub struct Card {
    /// The line of `BEGIN:VCARD`, from 1.
    pub line: u64,
    /// What it says.
    pub record: PersonRecord,
}

/// Reads cards: one that is bad is an error, and the next one is read after it.
#[derive(Debug)]
pub struct Cards<R> {
    lines: Lines<R>,
    /// Where a card begins that was come to while looking for the end of another.
    begun: Option<u64>,
    /// Whether what stands between two cards was told of.
    is_told: bool,
}

impl<R: BufRead> Cards<R> {
    /// The cards of this input.
    pub fn new(input: R) -> Self {
        Self { lines: Lines::new(input), begun: None, is_told: false }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.lines.position()
    }

    /// The card that begins there; it is read to its end, whatever is wrong with it.
    fn card(&mut self, begin: u64) -> Result<PersonRecord, BadCard> {
        let bad = |line, flaw| BadCard { line, flaw };
        let mut properties = Vec::new();
        loop {
            let Some(Line { number, text }) = self.lines.next() else {
                return Err(bad(begin, Flaw::Truncated));
            };
            match text {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) if is(&text, "END:VCARD") => break,
                Ok(text) if is(&text, "BEGIN:VCARD") => {
                    self.begun = Some(number);
                    return Err(bad(begin, Flaw::Truncated));
                }
                text => properties.push((number, text.and_then(|text| Property::parse(&text)))),
            }
        }
        // Of another version most else would be wrong as well.
        let version = properties.iter().position(|(_, property)| {
            property.as_ref().is_ok_and(|property| property.name == "VERSION")
        });
        if let Some((line, Ok(property))) = version.map(|at| &properties[at])
            && property.value.trim() != "4.0"
        {
            return Err(bad(*line, Flaw::Version(property.value.clone())));
        }
        if version != Some(0) {
            return Err(bad(begin, Flaw::NoVersion));
        }
        let sound = |(line, property): (u64, Result<Property, Flaw>)| match property {
            Ok(property) => Ok((line, property)),
            Err(flaw) => Err(bad(line, flaw)),
        };
        let properties: Vec<_> = properties.into_iter().map(sound).collect::<Result<_, _>>()?;
        reading::record(begin, &properties)
    }
}

impl<R: BufRead> Iterator for Cards<R> {
    type Item = Result<Card, BadCard>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let begin = match self.begun.take() {
                Some(begin) => begin,
                None => {
                    let Line { number, text } = self.lines.next()?;
                    match text {
                        Ok(text) if is(&text, "BEGIN:VCARD") => number,
                        Ok(text) if text.trim().is_empty() => continue,
                        // Of several lines in a row the first one says it.
                        _ if std::mem::replace(&mut self.is_told, true) => continue,
                        Ok(text) => {
                            let flaw = Flaw::Outside(text.chars().take(60).collect());
                            return Some(Err(BadCard { line: number, flaw }));
                        }
                        Err(flaw) => return Some(Err(BadCard { line: number, flaw })),
                    }
                }
            };
            self.is_told = false;
            let card = self.card(begin);
            return Some(card.map(|record| Card { line: begin, record }));
        }
    }
}

fn is(text: &str, what: &str) -> bool {
    text.trim().eq_ignore_ascii_case(what)
}
