//! What can be wrong with a card, and what to do about it.

use std::io;

/// Why a card was not read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {flaw}")]
pub struct BadCard {
    /// The line of the file, from 1.
    pub line: u64,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// What is wrong with a line, or with a whole card.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    /// A line is not in UTF-8.
    #[error("not UTF-8, which vCard 4.0 is written in: save the file in that encoding")]
    NotUtf8,
    /// A line is too long to be one.
    #[error("a line of more than {0} bytes: is this a vCard file?")]
    TooLong(u64),
    /// Something stands between cards.
    #[error("`{0}` stands outside of a card: expected `BEGIN:VCARD`")]
    Outside(String),
    /// The file, or the next card, begins before the card has ended.
    #[error("the card that begins here has no `END:VCARD`: the file may be cut off, get it anew")]
    Truncated,
    /// The version is another one.
    #[error("a vCard of version {0}; only 4.0 is read: export it as vCard 4.0")]
    Version(String),
    /// The version does not stand where it must.
    #[error("`VERSION:4.0` must be the line after `BEGIN:VCARD`")]
    NoVersion,
    /// A line is no property.
    #[error("`{0}` is no property: expected `NAME:value` or `NAME;PARAMETER=value:value`")]
    NoProperty(String),
    /// A day is none.
    #[error("`{property}` is `{value}`, which is no day: write it as 19901231 or 1990-12-31")]
    NoDay {
        /// The property.
        property: &'static str,
        /// What it says.
        value: String,
    },
    /// A day without its year or its day of the month.
    #[error(
        "`{property}` is `{value}`, a day in part: a person has a whole day, or none; remove the line"
    )]
    DayInPart {
        /// The property.
        property: &'static str,
        /// What it says.
        value: String,
    },
    /// A card must have a name.
    #[error("the card that begins here has neither `FN` nor `N`: a person has a name")]
    Nameless,
    /// A property that may stand once stands twice.
    #[error("`{0}` stands in the card already: leave one of them")]
    Twice(&'static str),
}
