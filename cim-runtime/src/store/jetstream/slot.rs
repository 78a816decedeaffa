//! How a commit gets its slot.
//!
//! A slot is a stream and the sequence of its last message: whoever is first to store a message
//! behind that one has won it, for ever. So a commit whose answer was lost is simply sent again,
//! unchanged: it is stored, or it finds its slot taken, and then the slot's first message tells by
//! whom. The stream's head would not tell: others may have built on our commit. Nor does a slot that
//! is still free tell anything: what was sent may still arrive.

use async_nats::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::back::Back;
use super::batch::Joined;
use super::heads::Known;
use super::message::Message;
use super::pause::Pauses;
use super::refusals::Refusal;
use super::server::{Answer, Query};
use super::wire::code;
use super::{Inner, errors, wire};
use crate::commit::Commit;
use crate::observe::trace;
use crate::store::{Alarm, Committed, StoreError, StoreErrorKind};

/// Who has won a slot.
enum Winner {
    /// The commit itself, at this sequence.
    Us(u64),
    /// Another commit; the stream is at this version now.
    Other { version: u64 },
    /// Something that is no commit; the last such thing is at this sequence.
    Stray(u64),
    /// Nobody that could be seen, for this reason.
    Nobody(String),
}

impl Inner {
    /// Sends a commit that was decided on `base`, until it is known what became of it.
    ///
    /// Every commit moves this future to the heap, so what is rarely awaited is boxed.
    pub(super) async fn send(
        &self,
        commit: &Commit,
        mut base: Known,
    ) -> Result<Committed, StoreError> {
        let mut back = base.back_of_next();
        let deadline = Instant::now() + self.server.deadline;
        let mut pauses = Pauses::until(deadline);
        // Whether an attempt may have been stored, or may yet be.
        let mut open = false;
        // The first attempt may be one of a batch; what did not come off goes alone.
        let mut batches = self.batches.as_ref();
        let _under_way = batches.map(|batches| batches.count());
        let mut problem = "no connection".to_owned();
        while self.server.is_connected() || Box::pin(self.server.connected(deadline)).await {
            self.watch.check(&self.server).await?;
            let highest = self.watch.highest();
            let (stream, payload) = (commit.stream(), commit.sections());
            let mut headers = self.headers(commit, base.last, &back);
            self.check_size(commit, &headers)?;
            let joined = match batches.take() {
                Some(batches) => batches.send(stream, &mut headers, payload, deadline).await,
                None => Joined::Alone,
            };
            let answer = match joined {
                Joined::Answered(answer) => Some(answer),
                Joined::Somewhere => None,
                Joined::Alone => {
                    if headers.is_empty() {
                        headers = self.headers(commit, base.last, &back);
                    }
                    let payload = payload.clone();
                    let sent = self.server.publish(stream.as_str(), headers, payload, deadline);
                    // Half of the whole future, which a commit among many does not need: an
                    // allocator has little room at hand for large ones.
                    Some(Box::pin(sent).await)
                }
            };
            let last = match answer {
                // To be looked for; what is found is of this call.
                None => {
                    open = true;
                    Some(None)
                }
                Some(Answer::Stored { sequence, duplicate: false }) => {
                    if sequence <= highest {
                        // What is sent later is stored later, or the stream is not what it was.
                        let found = format!("a commit came to {sequence}, {highest} was before it");
                        return Err(self.watch.raise(Alarm::Rewound, &self.server, &found));
                    }
                    return self.won(commit, back, sequence, false).await;
                }
                Some(Answer::Stored { duplicate: true, .. }) => Some(None),
                Some(Answer::WrongLast(last)) => Some(last),
                Some(Answer::Refused { code, said }) => {
                    let size = || size(commit, &self.headers(commit, base.last, &back));
                    let refused = self.refused(commit, size, code, &said);
                    if !open {
                        return Err(refused);
                    }
                    // This attempt was refused; an earlier one may not have been.
                    problem = refused.to_string();
                    Some(None)
                }
                Some(Answer::NotNow(why)) => {
                    problem = why;
                    None
                }
                Some(Answer::Nobody) => {
                    problem = match Box::pin(self.must_have(commit.stream())).await {
                        Ok(_) => "no stream takes its subject".to_owned(),
                        // The connection was lost meanwhile, perhaps.
                        Err(error) if error.kind() == StoreErrorKind::Io => error.to_string(),
                        Err(error) => return Err(error),
                    };
                    None
                }
                Some(Answer::Silence(why)) => {
                    open = true;
                    problem = why;
                    None
                }
            };
            if let Some(last) = last {
                // Another process has been here, and may come again: a stale member refuses a batch.
                if !open && let Some(batches) = &self.batches {
                    batches.keep_apart(commit.stream());
                }
                match Box::pin(self.winner(commit, base.last, last)).await? {
                    Winner::Us(sequence) => {
                        return self.won(commit, back, sequence, !open).await;
                    }
                    Winner::Other { version } => {
                        return Err(StoreError::conflict(commit.expected(), version));
                    }
                    // The slot is lost for ever, and the stream has not moved: there is another.
                    Winner::Stray(last) => {
                        base.last = last;
                        self.heads.raise(commit.stream(), base.clone());
                        back = base.back_of_next();
                        continue;
                    }
                    Winner::Nobody(why) => problem = why,
                }
            }
            if !pauses.pause().await {
                break;
            }
        }
        let deadline = self.server.deadline;
        Err(match open {
            true => errors::unknown(commit.clone(), deadline, &problem),
            false => errors::not_stored(commit, deadline, &problem),
        })
    }

    /// Takes note of a commit that is stored.
    async fn won(
        &self,
        commit: &Commit,
        back: Back,
        sequence: u64,
        duplicate: bool,
    ) -> Result<Committed, StoreError> {
        // The connection may have been another one than that over which the stream was looked at.
        if let Err(error) = self.watch.check(&self.server).await {
            return Err(match error.kind() {
                StoreErrorKind::Alarm(_) => error,
                _ => errors::unknown(commit.clone(), self.server.deadline, &error.to_string()),
            });
        }
        self.watch.acknowledged(sequence, commit.head());
        self.heads.raise(commit.stream(), Known::after(commit, back, sequence));
        let position = wire::position(sequence, commit.events().len() as u64);
        Ok(Committed { position, duplicate })
    }

    /// Asks the leader for the first commit behind the expected message; `last` is what the server
    /// says is the subject's last message.
    async fn winner(
        &self,
        commit: &Commit,
        expected: u64,
        last: Option<u64>,
    ) -> Result<Winner, StoreError> {
        let stream = commit.stream();
        let (mut next, mut stray) = (expected + 1, None);
        let first = loop {
            match self.server.at_leader(Query::Next(next, stream)).await? {
                None => match stray {
                    Some(last) => return Ok(Winner::Stray(last)),
                    None => return self.nobody(expected, last).await,
                },
                Some(message) => match Message::read(message) {
                    Ok(first) => break first,
                    Err(foreign) => {
                        stray = Some(foreign.sequence);
                        next = foreign.sequence + 1;
                    }
                },
            }
        };
        if first.cid == commit.head() {
            return Ok(Winner::Us(first.sequence));
        }
        let seen = Known { last: first.sequence, head: Some(first.head()?) };
        self.heads.raise(stream, seen.clone());
        // The conflict tells the version at which the stream is now.
        let now = if last == Some(first.sequence) { seen } else { self.last(stream).await?.0 };
        Ok(Winner::Other { version: now.version() })
    }

    /// Nothing is behind the expected message: so it is itself no longer the last one there.
    async fn nobody(&self, expected: u64, last: Option<u64>) -> Result<Winner, StoreError> {
        let Some(last) = last else {
            return Ok(Winner::Nobody("nothing is stored in its place".to_owned()));
        };
        // A former leader of a cluster may answer with what it last knew; a single server may not.
        if self.server.replicated || last >= expected {
            return Ok(Winner::Nobody(format!("the server says its last sequence is {last}")));
        }
        self.watch.look(&self.server).await?;
        let found = format!("the message at sequence {expected} was purged");
        Err(self.watch.raise(Alarm::AckedEventLost, &self.server, &found))
    }

    fn refused(
        &self,
        commit: &Commit,
        size: impl FnOnce() -> usize,
        code: u64,
        said: &str,
    ) -> StoreError {
        let stream = commit.stream();
        match code {
            code::STORE_FAILED | code::INSUFFICIENT_RESOURCES | code::STORAGE_EXCEEDED => {
                errors::full(stream, code, said)
            }
            code::MESSAGE_TOO_LARGE => errors::too_large_for_stream(stream, size()),
            code::DENIED => {
                let refusal = Refusal::Publish(said.to_owned());
                errors::denied(&format!("the commit to {stream}"), &refusal)
            }
            code::OTHER_STREAM => errors::other_stream(stream, self.server.name()),
            _ => errors::refused(&format!("the commit to {stream}"), code, said),
        }
    }

    /// Above max_payload the server closes the connection, and the outcome of everything under way
    /// is unknown: so it is checked here.
    fn check_size(&self, commit: &Commit, headers: &HeaderMap) -> Result<(), StoreError> {
        let (size, limit) = (size(commit, headers), self.server.client.max_payload());
        if size > limit {
            return Err(errors::too_large(commit.stream(), size, limit));
        }
        match commit.events().len() {
            0..=wire::MAX_PARTS => Ok(()),
            events => Err(errors::too_many_parts(commit.stream(), events, wire::MAX_PARTS)),
        }
    }

    fn headers(&self, commit: &Commit, last: u64, back: &Back) -> HeaderMap {
        let cid = commit.head().to_string();
        let lengths = commit.events().iter().map(|event| event.event_type.len() + 1);
        let mut types = String::with_capacity(lengths.sum());
        for event in commit.events() {
            if !types.is_empty() {
                types.push(',');
            }
            // Names also come from files that others wrote, and a header is one line.
            types.extend(event.event_type.chars().filter(|char| !char.is_control()));
        }
        let name = |name| HeaderName::from_static(name);
        let mut headers = HeaderMap::from_iter([
            (name(wire::EXPECTED_SEQUENCE), HeaderValue::from(last)),
            (name(wire::EXPECTED_STREAM), HeaderValue::from(self.server.name())),
            (name(wire::BACK), HeaderValue::from(back.encode())),
            (name(wire::TYPES), HeaderValue::from(types)),
        ]);
        if self.server.replicated {
            headers.insert(name(wire::MESSAGE_ID), cid.clone());
        }
        headers.insert(name(wire::CID), cid);
        if self.traces
            && let Some(event) = commit.events().first()
        {
            headers
                .insert(name(trace::HEADER), trace::at_commit(event.correlation, &commit.head()));
        }
        headers
    }

    /// Reads a message that must be a commit.
    pub(super) fn ours(
        &self,
        message: async_nats::jetstream::message::StreamMessage,
    ) -> Result<Message, StoreError> {
        Message::read(message).map_err(|foreign| errors::foreign(&foreign, self.server.name()))
    }
}

/// What a message takes on the wire: `NATS/1.0`, a line for each header, an empty line, the payload.
fn size(commit: &Commit, headers: &HeaderMap) -> usize {
    let lines = headers.iter().flat_map(|(name, values)| {
        let name: &str = name.as_ref();
        values.iter().map(|value| name.len() + value.as_str().len() + 4)
    });
    let headers: usize = lines.sum();
    "NATS/1.0\r\n".len() + headers + "\r\n".len() + commit.sections().len()
}
