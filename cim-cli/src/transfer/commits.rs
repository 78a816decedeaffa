//! A store's events as the commits that they were stored in.

use std::collections::VecDeque;

use bytes::Bytes;
use cim_runtime::store::{Store, StoredEvent};
use cim_runtime::{Commit, Envelope, car};

use crate::failure::Failure;
use crate::pages::Pages;

/// The commits of a store, in order, up to some position.
pub(crate) struct Commits<'a> {
    url: &'a str,
    pages: Pages<'a>,
    events: VecDeque<StoredEvent>,
    last: u64,
}

impl<'a> Commits<'a> {
    /// The commits of the store at `url`, up to that of the event at position `last`.
    pub(crate) fn new(url: &'a str, store: &'a dyn Store, last: u64) -> Self {
        Self { url, pages: Pages::all(store), events: VecDeque::new(), last }
    }

    /// The next commit, with the position of its last event; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<(u64, Commit)>, Failure> {
        let mut sections = Vec::new();
        let mut read = 0;
        loop {
            let Some(event) = self.event().await? else {
                return match read {
                    0 => Ok(None),
                    _ => Err(self.damaged("its last commit is not whole")),
                };
            };
            read += 1;
            car::write_section(&mut sections, &event.cid, &event.block);
            // What is wrong with a block is said by who reads the commit.
            let envelope = Envelope::decode(&event.block).ok();
            if envelope.is_none_or(|envelope| envelope.parts <= read) {
                let commit = Commit::read(&Bytes::from(sections), 0).map_err(|error| {
                    self.damaged(&format!("position {}: {error}", event.position))
                })?;
                return Ok(Some((event.position, commit)));
            }
        }
    }

    async fn event(&mut self) -> Result<Option<StoredEvent>, Failure> {
        if self.events.is_empty() {
            let page = self.pages.next().await;
            let page = page.map_err(|error| Failure::store(self.url, &error))?;
            if self.pages.missing() > 0 {
                return Err(self.damaged("it has lost events"));
            }
            self.events.extend(page);
        }
        Ok(self.events.pop_front().filter(|event| event.position <= self.last))
    }

    fn damaged(&self, problem: &str) -> Failure {
        let url = self.url;
        Failure::no(format!(
            "{url}: {problem}; `cim verify --store {url}` names every damaged place"
        ))
    }
}
