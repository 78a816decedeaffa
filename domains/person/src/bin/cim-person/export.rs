//! `cim-person export`: gives people to other programs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cim_person::People;
use cim_person::exchange::{PersonRecord, Status, json};
use cim_person::person::{Person, PersonId};
use cim_person::vcard;
use cim_runtime::Handle;
use cim_runtime::machine::Aggregate as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::form::Form;
use cim_program::StoreArguments;

/// Write the people of a store to a file, in the order of their ids.
///
/// JSON Lines have all that commands can say of a person, and `import` brings it back; cards have what
/// cards can say, and leave out who is merged into somebody else.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person export --store people.cim people.jsonl
  cim-person export --store people.cim --form vcard > people.vcf")]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Where to: standard output, if nothing is said.
    file: Option<PathBuf>,
    /// The form; what the file's name says, or JSON Lines.
    #[arg(long, value_enum)]
    form: Option<Form>,
    /// End with one JSON object on standard output: with a file only.
    #[arg(long, requires = "file")]
    json: bool,
}

/// How many people are read at once.
const WINDOW: usize = 64;

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { store, file, form, json } = arguments;
    let form = form.or_else(|| Form::of(file.as_deref()?)).unwrap_or(Form::Jsonl);
    let people = store.open::<cim_person::People>().await?;
    let ids = ids(&people).await?;
    let written = match &file {
        None => write_all(&people, ids, form, io::stdout().lock()).await?,
        Some(path) => {
            // Whoever reads the file finds the old one or the whole new one.
            let part = path.with_extension("part");
            let failed = |path: &Path| format!("cannot write {}", path.display());
            let output = File::create(&part).with_context(|| failed(&part))?;
            let written = write_all(&people, ids, form, &output).await?;
            output.sync_all().with_context(|| failed(&part))?;
            std::fs::rename(&part, path).with_context(|| failed(path))?;
            written
        }
    };
    match json {
        true => println!("{}", serde_json::json!({ "people": written })),
        false => eprintln!("{written} people written"),
    }
    Ok(())
}

/// Everybody there ever was.
async fn ids(people: &Handle<People>) -> anyhow::Result<BTreeSet<PersonId>> {
    let (store, mut ids, mut after) = (people.store(), BTreeSet::new(), 0);
    let last = store.head().await?.map_or(0, |head| head.number);
    let bar = cim_program::bar(last, "events");
    loop {
        let page = store.read_all(after, 1000).await?;
        let Some(event) = page.last() else { break };
        after = event.position;
        for event in &page {
            let envelope = event.envelope().context("a stored event")?;
            if envelope.version == 1 && envelope.aggregate == Person::NAME.as_str() {
                ids.insert(envelope.id.parse()?);
            }
        }
        bar.set_position(after);
    }
    bar.finish_and_clear();
    Ok(ids)
}

async fn write_all(
    people: &Handle<People>,
    ids: BTreeSet<PersonId>,
    form: Form,
    output: impl Write,
) -> anyhow::Result<u64> {
    let bar = cim_program::bar(ids.len() as u64, "people");
    let mut output = BufWriter::new(output);
    let records = stream::iter(ids)
        .map(|id| async move { anyhow::Ok(PersonRecord::of(&people.load::<Person>(&id).await?)) });
    let mut records = std::pin::pin!(records.buffered(WINDOW));
    let mut written = 0;
    while let Some(record) = records.try_next().await? {
        bar.inc(1);
        let Some(record) = record else { continue };
        match form {
            Form::Jsonl => writeln!(output, "{}", json::write(&record)?)?,
            Form::Vcard if matches!(record.status, Some(Status::Merged { .. })) => continue,
            Form::Vcard => output.write_all(vcard::write(&record).as_bytes())?,
        }
        written += 1;
    }
    output.flush()?;
    bar.finish_and_clear();
    Ok(written)
}
