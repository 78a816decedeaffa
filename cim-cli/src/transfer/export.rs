//! `cim export`: a whole store as one CAR file.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cim_runtime::dag_json::Link;
use cim_runtime::store::{Head, Store};
use cim_runtime::{EventCid, car};
use indicatif::HumanBytes;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::{GOOD, Output, count};
use crate::pages::Pages;
use crate::progress;

/// Write all events into one CAR file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file is a plain CARv1: its root is the store's last event, its blocks stand in the order in which
they were stored. Whoever has it can verify it without the store.

Examples:
  cim export --store shop.cim --out shop.car
  cim export --store shop.cim --out backup.car --force")]
pub(crate) struct Export {
    #[command(flatten)]
    pub(super) store: StoreUrl,

    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    pub(super) force: bool,

    /// Write what is left of a store that has lost events
    #[arg(long)]
    pub(super) incomplete: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Exported {
    pub(super) events: u64,
    bytes: u64,
    root: Link<EventCid>,
}

impl Export {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let store = self.store.existing().await?;
        let exported = self.export(&*store).await?;
        if out.is_json() {
            return out.object(&exported);
        }
        out.line(format_args!(
            "{GOOD}exported{GOOD:#} {}, {}, to {}; the root is {}",
            count(exported.events, "event"),
            HumanBytes(exported.bytes),
            self.out.display(),
            exported.root.0,
        ))
    }

    pub(super) async fn export(&self, store: &dyn Store) -> Result<Exported, Failure> {
        let url = self.store.as_str();
        // Said before the work is done, and once more when the file gets its name.
        if !self.force && self.out.exists() {
            return Err(self.is_there());
        }
        let head = store.head().await.map_err(|error| Failure::store(url, &error))?;
        let Some(head) = head else {
            return Err(Failure::no(format!("{url} is empty: there is nothing to export")));
        };
        let mut file = self.create()?;
        let exported = self.write(store, head, &mut file).await?;
        self.keep(file)?;
        Ok(exported)
    }

    async fn write(
        &self,
        store: &dyn Store,
        head: Head,
        file: &mut NamedTempFile,
    ) -> Result<Exported, Failure> {
        let url = self.store.as_str();
        let bar = progress::events(store, head.number);
        let mut to = BufWriter::with_capacity(1 << 20, file.as_file_mut());
        let header = car::header(&[head.cid]);
        to.write_all(&header).map_err(|error| self.not_written(&error))?;
        let mut exported = Exported { events: 0, bytes: header.len() as u64, root: Link(head.cid) };
        let mut pages = Pages::all(store);
        let mut section = Vec::new();
        let mut last = None;
        // What is stored meanwhile is not in the file, of which the head is the end.
        while last != Some(head.number) {
            let page = pages.next().await.map_err(|error| Failure::store(url, &error))?;
            if page.is_empty() {
                return Err(Failure::no(format!(
                    "{url}: the store's head is position {}, its events end before; run `cim verify --store {url}`",
                    head.number
                )));
            }
            if pages.missing() > 0 && !self.incomplete {
                return Err(Failure::no(format!(
                    "{url} has lost events, which `cim verify --store {url}` names; nothing was written: --incomplete writes what is left"
                )));
            }
            for event in page.iter().filter(|event| event.position <= head.number) {
                event.verify().map_err(|error| Failure::store(url, &error))?;
                section.clear();
                car::write_section(&mut section, &event.cid, &event.block);
                to.write_all(&section).map_err(|error| self.not_written(&error))?;
                exported.events += 1;
                exported.bytes += section.len() as u64;
                last = Some(event.position);
            }
            bar.set_position(last.unwrap_or_default());
        }
        bar.finish_and_clear();
        to.flush().map_err(|error| self.not_written(&error))?;
        Ok(exported)
    }

    /// A file beside the one that is asked for: no one ever sees half of an export.
    fn create(&self) -> Result<NamedTempFile, Failure> {
        let directory = match self.out.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        tempfile::Builder::new()
            .prefix(".cim-export-")
            // As any file that a program creates; the umask takes its part away.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory)
            .map_err(|error| {
                Failure::trouble(format!(
                    "could not create a file in {}: {error}",
                    directory.display()
                ))
            })
    }

    /// Gives the file its name, once it is on the disk.
    fn keep(&self, file: NamedTempFile) -> Result<(), Failure> {
        file.as_file().sync_all().map_err(|error| self.not_written(&error))?;
        let kept =
            if self.force { file.persist(&self.out) } else { file.persist_noclobber(&self.out) };
        match kept {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(self.is_there())
            }
            Err(error) => Err(self.not_written(&error.error)),
        }
    }

    fn is_there(&self) -> Failure {
        Failure::trouble(format!(
            "{} is there already: choose another file, or replace it with --force",
            self.out.display()
        ))
    }

    fn not_written(&self, error: &io::Error) -> Failure {
        Failure::trouble(format!("could not write {}: {error}", self.out.display()))
    }
}
