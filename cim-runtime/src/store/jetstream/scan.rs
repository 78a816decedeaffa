//! Reads all streams, in the order in which they were stored.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::message::{Foreign, Message};
use super::{Inner, errors, wire};
use crate::car::Section;
use crate::cid::EventCid;
use crate::commit::{Commit, CommitError};
use crate::store::{Claim, Damage, Head, StoreError, StoredEvent};

/// How many messages are asked for at once.
const AT_ONCE: usize = 256;

/// How many messages are held while all are read.
const PAGE: usize = 1024;

/// The sequences that are known to be there.
#[derive(Debug, Default)]
pub(super) struct Extent {
    last: AtomicU64,
}

/// What was found at a sequence.
#[derive(Debug)]
pub(super) enum Found {
    Commit(Message),
    Foreign(Foreign),
    Nothing(u64),
}

impl Inner {
    /// Up to `limit` events after a position.
    pub(super) async fn read_all(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (mut next, mut skip) = wire::place(after);
        let mut events = Vec::new();
        while events.len() < limit {
            let want = (limit - events.len()).min(PAGE);
            // Of a commit whose last event is the position, nothing may be left.
            let Some((page, end)) = self.page(next, want + 1).await? else { break };
            for found in page {
                let Some(commit) = self.passing_over_foreign(found) else { continue };
                let skip = if commit.sequence == next { skip } else { 0 };
                events.extend(commit.events()?.into_iter().skip(skip as usize));
            }
            (next, skip) = (end, 0);
        }
        events.truncate(limit);
        Ok(events)
    }

    /// Up to `count` messages from sequence `from` on, and the sequence behind them; `None` at the
    /// end of the stream.
    pub(super) async fn page(
        &self,
        from: u64,
        count: usize,
    ) -> Result<Option<(Vec<Found>, u64)>, StoreError> {
        let end = from + count as u64;
        // What is known to be there needs no question to the leader.
        let (from, end) = if self.extent.last.load(Ordering::Acquire) < end {
            let Some((first, last)) = self.bounds().await? else { return Ok(None) };
            let from = from.max(first);
            (from, (from + count as u64).min(last + 1))
        } else {
            (from, end)
        };
        if from >= end {
            return Ok(None);
        }
        let page = stream::iter(from..end)
            .map(|sequence| self.found(sequence))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Some((page, end)))
    }

    /// The first and the last sequence of the stream; `None` when nothing is in it.
    pub(super) async fn bounds(&self) -> Result<Option<(u64, u64)>, StoreError> {
        let info = loop {
            match self.server.info().await? {
                Some(info) => break info,
                None => self.watch.look(&self.server).await?,
            }
        };
        self.watch.same_stream(&info, &self.server)?;
        let (first, last) = (info.state.first_sequence, info.state.last_sequence);
        // A former leader may answer with what it last knew; this process may know more.
        let last = last.max(self.watch.highest());
        let last = last.max(self.extent.last.fetch_max(last, Ordering::AcqRel));
        Ok((last > 0 && first <= last).then_some((first, last)))
    }

    async fn found(&self, sequence: u64) -> Result<Found, StoreError> {
        Ok(match self.server.get(sequence).await? {
            None => Found::Nothing(sequence),
            Some(message) => Message::read(message).map_or_else(Found::Foreign, Found::Commit),
        })
    }

    // One stray message must not stop all who read; `damage` names it.
    fn passing_over_foreign(&self, found: Found) -> Option<Message> {
        match found {
            Found::Commit(commit) => Some(commit),
            Found::Foreign(foreign) => {
                let error = errors::foreign(&foreign, self.server.name());
                tracing::warn!(%error, "a message is passed over");
                None
            }
            Found::Nothing(_) => None,
        }
    }

    /// The last event of the store.
    pub(super) async fn head(&self) -> Result<Option<Head>, StoreError> {
        let Some((first, last)) = self.bounds().await? else { return Ok(None) };
        // The last message may be a foreign one, or one that was deleted.
        for sequence in (first..=last).rev() {
            let found = self.found(sequence).await?;
            let Some(commit) = self.passing_over_foreign(found) else { continue };
            let head = commit.events()?.pop();
            return Ok(head.map(|event| Head { number: event.position, cid: event.cid }));
        }
        Ok(None)
    }

    /// Whatever is not as it was stored.
    pub(super) async fn damage(&self) -> Result<Vec<Damage>, StoreError> {
        let mut damage = Vec::new();
        let Some((first, last)) = self.bounds().await? else { return Ok(damage) };
        if first > 1 {
            damage.push(Damage {
                place: format!("sequences 1 to {}", first - 1),
                problem: "the messages were purged or deleted".to_owned(),
                ..Damage::default()
            });
        }
        let mut next = first;
        while next <= last {
            let Some((page, end)) = self.page(next, PAGE).await? else { break };
            damage.extend(page.into_iter().filter_map(check));
            next = end;
        }
        Ok(damage)
    }
}

/// What is wrong at a sequence, if anything.
fn check(found: Found) -> Option<Damage> {
    let at = |sequence: u64| format!("sequence {sequence}");
    let message = match found {
        Found::Commit(message) => message,
        Found::Foreign(Foreign { sequence, subject, problem }) => {
            let problem = format!("a message to {subject} is no commit: {problem}");
            return Some(Damage { place: at(sequence), problem, ..Damage::default() });
        }
        Found::Nothing(sequence) => {
            let problem = "the message was deleted".to_owned();
            return Some(Damage { place: at(sequence), problem, ..Damage::default() });
        }
    };
    let place = at(message.sequence);
    let problem = match Commit::read(&message.payload, 0) {
        Ok(commit) if commit.sections().len() != message.payload.len() => {
            "something stands behind the commit".to_owned()
        }
        Ok(commit) if commit.head() != message.cid => {
            format!("the header `{}` names another event", wire::CID)
        }
        Ok(_) => return None,
        Err(CommitError::Car(error)) => return Some(damaged_block(&message, place, &error)),
        Err(error) => error.to_string(),
    };
    Some(Damage { place, problem, ..Damage::default() })
}

/// Finds the block that does not match its CID.
fn damaged_block(message: &Message, place: String, error: &dyn std::error::Error) -> Damage {
    let mut damage = Damage { place, problem: error.to_string(), ..Damage::default() };
    let (mut at, mut part) = (0, 1);
    while let Ok(section) = Section::read(&message.payload[at..], at as u64) {
        let found = EventCid::of(section.block);
        if found != section.cid {
            damage.position = Some(wire::position(message.sequence, part));
            damage.expected = Some(section.cid);
            damage.found = Some(found);
            damage.claim = Claim::of(section.block);
            break;
        }
        (at, part) = (at + section.len, part + 1);
        if at >= message.payload.len() {
            break;
        }
    }
    damage
}
