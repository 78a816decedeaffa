//! The two forms in which people are given and taken.

use std::path::Path;

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(crate) enum Form {
    /// vCard 4.0 (RFC 6350).
    Vcard,
    /// A line of JSON for each person, with all that is known.
    Jsonl,
}

impl Form {
    /// What a file's name says.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "vcf" | "vcard" => Some(Form::Vcard),
            "jsonl" | "ndjson" | "json" => Some(Form::Jsonl),
            _ => None,
        }
    }
}
