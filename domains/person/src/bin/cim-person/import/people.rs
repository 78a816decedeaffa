//! People from cards and lines of JSON, in three rounds: who there is, whom they know, and what became of
//! them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cim_person::People;
use cim_person::exchange::{PersonRecord, Status, Taken, Taking, in_order};
use cim_runtime::{Error, Handle};
use futures::future::join_all;
use indicatif::ProgressBar;

use super::source::Source;
use crate::form::Form;
use cim_program::StoreArguments;

/// How many records are on their way at once, at the most.
const WINDOW: usize = 256;

/// Whether all was taken.
pub(super) async fn run(
    files: &[PathBuf],
    form: Option<Form>,
    store: StoreArguments,
    json: bool,
) -> anyhow::Result<bool> {
    // A name that is mistyped should not leave half of the files behind.
    let sources: Vec<_> =
        files.iter().map(|file| Source::open(file, form)).collect::<Result<_, _>>()?;
    let mut import = Import::new(store.open::<cim_person::People>().await?);
    let bar = cim_program::bar(sources.iter().map(|source| source.bytes).sum(), "bytes");
    let mut done = 0;
    for source in sources {
        let bytes = source.bytes;
        import.people(source, &bar, done).await?;
        done += bytes;
    }
    bar.finish_and_clear();
    import.relationships().await?;
    import.statuses().await?;
    Ok(import.finish(json))
}

/// Where a record stands.
#[derive(Clone)]
struct Place {
    file: PathBuf,
    line: u64,
}

type Placed = (PersonRecord, Place);

struct Import {
    people: Handle<People>,
    records: u64,
    unreadable: u64,
    taken: Taken,
    reports: Vec<String>,
    /// What is to be taken once everybody is there: without what was taken at once.
    later: Vec<Placed>,
}

impl Import {
    fn new(people: Handle<People>) -> Self {
        let taken = Taken::default();
        Self { people, records: 0, unreadable: 0, taken, reports: Vec::new(), later: Vec::new() }
    }

    async fn people(
        &mut self,
        mut source: Source,
        bar: &ProgressBar,
        before: u64,
    ) -> Result<(), Error> {
        let file = source.path.clone();
        let mut window: Vec<Placed> = Vec::new();
        let mut ids = HashSet::new();
        while let Some(placed) = source.next() {
            let (line, record) = match placed {
                Ok(placed) => placed,
                Err((line, problem)) => {
                    self.unreadable += 1;
                    self.reports.push(report(&file, line, &problem));
                    continue;
                }
            };
            self.records += 1;
            let place = Place { file: file.clone(), line };
            if let Some(flaw) = record.flaw() {
                self.note(&place, Taken { refused: vec![flaw], ..Taken::default() });
                continue;
            }
            // What a file says twice of somebody is taken in its order.
            if window.len() >= WINDOW || ids.contains(&record.id) {
                self.take(std::mem::take(&mut window)).await?;
                ids.clear();
                bar.set_position(before + source.position());
            }
            ids.insert(record.id.clone());
            window.push((record, place));
        }
        self.take(window).await
    }

    async fn take(&mut self, window: Vec<Placed>) -> Result<(), Error> {
        let people = &self.people;
        let names: Vec<_> = window.iter().map(|(_, place)| source_name(&place.file)).collect();
        let taken = window.iter().zip(&names);
        let taken = taken.map(|((record, _), name)| Taking::new(people, record, name).person());
        let taken = join_all(taken).await;
        for ((record, place), taken) in window.into_iter().zip(taken) {
            self.note(&place, taken?);
            let is_active = matches!(record.status, None | Some(Status::Active));
            if !is_active || !record.relationships.is_empty() {
                let PersonRecord { id, name, status, relationships, .. } = record;
                let record =
                    PersonRecord { status, relationships, ..PersonRecord::new(id, name.into()) };
                self.later.push((record, place));
            }
        }
        Ok(())
    }

    async fn relationships(&mut self) -> Result<(), Error> {
        let later = std::mem::take(&mut self.later);
        let bar = cim_program::bar(later.len() as u64, "people whom others know");
        for (record, place) in &later {
            let taken = Taking::new(&self.people, record, "").relationships().await?;
            self.note(place, taken);
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.later = later;
        Ok(())
    }

    async fn statuses(&mut self) -> Result<(), Error> {
        for (record, place) in in_order(std::mem::take(&mut self.later)) {
            let taken = Taking::new(&self.people, &record, "").status().await?;
            self.note(&place, taken);
        }
        Ok(())
    }

    fn note(&mut self, place: &Place, mut taken: Taken) {
        for problem in &taken.refused {
            self.reports.push(report(&place.file, place.line, problem));
        }
        // They are told by their places.
        let refused = taken.refused.len();
        taken.refused.clear();
        self.taken.add(taken);
        self.taken.refused.extend(std::iter::repeat_n(String::new(), refused));
    }

    fn finish(self, json: bool) -> bool {
        for report in &self.reports {
            eprintln!("{report}");
        }
        let Taken { stored, repeated, unchanged, refused } = self.taken;
        let (records, unreadable, refused) = (self.records, self.unreadable, refused.len());
        if json {
            let summary = serde_json::json!({
                "people": records, "stored": stored, "repeated": repeated,
                "unchanged": unchanged, "refused": refused, "unreadable": unreadable,
            });
            println!("{summary}");
        } else {
            println!("{records} people read: {stored} events stored");
            println!("{repeated} steps were there before, {unchanged} changed nothing");
            println!("{refused} steps refused, {unreadable} places could not be read");
        }
        refused == 0 && unreadable == 0
    }
}

/// What is said of where somebody comes from.
fn source_name(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name: String = name.unwrap_or_default().chars().take(150).collect();
    format!("import of {}", name.replace(char::is_control, " "))
}

fn report(file: &Path, line: u64, problem: &str) -> String {
    format!("{}, line {line}: {problem}", file.display())
}
