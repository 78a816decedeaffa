//! `cim-person import`: takes people from elsewhere.

mod legacy;
mod lines;
mod people;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::form::Form;
use cim_program::StoreArguments;

/// Take people from files into a store.
///
/// Files are vCard 4.0 (RFC 6350), or JSON Lines as `export` writes them: a file's name says which, or
/// --form. A card or a line that cannot be read, and what the domain refuses, are reported with file and
/// line; the rest goes on. What was taken before is not taken again, so an import that was interrupted
/// is repeated.
///
/// With --legacy a file has events in the older JSON envelope, one in a line: they become blocks of a
/// new chain, with their ids and times, and each line that cannot be converted is reported. Merges
/// are asked for, and completed when the system runs (`serve`).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person import --store people.cim team.vcf more.jsonl
  cim-person import --store people.cim --legacy old-events.jsonl --json

Exit code 0 says that all was taken, 1 that the import stopped, 3 that some of it was not taken.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// The files.
    #[arg(required_unless_present = "legacy", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are, where their names do not say it.
    #[arg(long, value_enum)]
    form: Option<Form>,
    /// Events in the older JSON envelope, one in a line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "form"])]
    legacy: Option<PathBuf>,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// Some of it was not taken.
const INCOMPLETE: u8 = 3;

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { store, files, form, legacy, json } = arguments;
    let is_complete = match legacy {
        Some(file) => legacy::run(&file, store, json).await?,
        None => people::run(&files, form, store, json).await?,
    };
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}
