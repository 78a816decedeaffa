//! How a commit gets its slot.
//!
//! A slot is a stream and the sequence of its last message: whoever is first to store a message
//! behind that one has won it, for ever. So a commit whose answer was lost is simply sent again,
//! unchanged: it is stored, or it finds its slot taken, and then the slot's first message tells by
//! whom. The stream's head would not tell: others may have built on our commit. Nor does a slot that
//! is still free tell anything: what was sent may still arrive.

use async_nats::{HeaderMap, HeaderName};
use tokio::time::Instant;

use super::heads::StreamHead;
use super::message::Message;
use super::pause::Pauses;
use super::server::{Answer, Query};
use super::wire::code;
use super::{Inner, errors, wire};
use crate::commit::Commit;
use crate::store::{Alarm, Committed, StoreError};

/// The headers of a commit.
const HEADERS: [&str; 6] = [
    wire::EXPECTED_SEQUENCE,
    wire::EXPECTED_STREAM,
    wire::MESSAGE_ID,
    wire::CID,
    wire::BACK,
    wire::TYPES,
];

/// Who has won a slot.
enum Winner {
    /// The commit itself, at this sequence.
    Us(u64),
    /// Another commit; the stream is at this version now.
    Other { version: u64 },
    /// Nobody that could be seen, for this reason.
    Nobody(String),
}

impl Inner {
    /// Sends a commit that was decided on `base`, until it is known what became of it.
    pub(super) async fn send(
        &self,
        commit: Commit,
        base: Option<StreamHead>,
    ) -> Result<Committed, StoreError> {
        let headers = self.headers(&commit, base.as_ref());
        self.check_size(&commit, &headers)?;
        let expected = base.as_ref().map_or(0, |head| head.sequence);
        let deadline = Instant::now() + self.server.deadline;
        let mut pauses = Pauses::until(deadline);
        // Whether an attempt may have been stored, or may yet be.
        let mut open = false;
        let mut problem = "no connection".to_owned();
        while self.server.connected(deadline).await {
            let highest = self.watch.highest();
            let (subject, payload) = (commit.stream().as_str(), commit.sections().clone());
            let answer =
                self.server.publish(subject, header_map(&headers), payload, deadline).await;
            match answer {
                Answer::Stored { sequence, duplicate: false } => {
                    if sequence <= highest {
                        // What is sent later is stored later, or the stream is not what it was.
                        let found = format!("a commit came to {sequence}, {highest} was before it");
                        return Err(self.watch.raise(Alarm::Rewound, &self.server, &found));
                    }
                    return Ok(self.won(&commit, base.as_ref(), sequence, false));
                }
                Answer::Stored { duplicate: true, .. } | Answer::WrongLast(_) => {
                    match self.winner(&commit, expected, &answer).await? {
                        Winner::Us(sequence) => {
                            return Ok(self.won(&commit, base.as_ref(), sequence, !open));
                        }
                        Winner::Other { version } => {
                            return Err(StoreError::conflict(commit.expected(), version));
                        }
                        Winner::Nobody(why) => problem = why,
                    }
                }
                Answer::Refused { code, said } => {
                    let refused = self.refused(&commit, &headers, code, &said);
                    if !open {
                        return Err(refused);
                    }
                    // This attempt was refused; an earlier one may not have been.
                    match self.winner(&commit, expected, &answer_of(code, &said)).await? {
                        Winner::Us(sequence) => {
                            return Ok(self.won(&commit, base.as_ref(), sequence, false));
                        }
                        Winner::Other { version } => {
                            return Err(StoreError::conflict(commit.expected(), version));
                        }
                        Winner::Nobody(_) => problem = refused.to_string(),
                    }
                }
                Answer::NotNow(why) => problem = why,
                Answer::Nobody => {
                    self.must_have(commit.stream()).await?;
                    problem = "no stream takes its subject".to_owned();
                }
                Answer::Silence(why) => {
                    open = true;
                    problem = why;
                }
            }
            if !pauses.pause().await {
                break;
            }
        }
        let deadline = self.server.deadline;
        Err(match open {
            true => errors::unknown(commit, deadline, &problem),
            false => errors::not_stored(&commit, deadline, &problem),
        })
    }

    /// Takes note of a commit that is stored.
    fn won(
        &self,
        commit: &Commit,
        base: Option<&StreamHead>,
        sequence: u64,
        duplicate: bool,
    ) -> Committed {
        self.watch.acknowledged(sequence, commit.head());
        self.heads.raise(commit.stream(), StreamHead::after(base, commit, sequence));
        let position = wire::position(sequence, commit.events().len() as u64);
        Committed { position, duplicate }
    }

    /// Asks the leader for the first message behind the expected one.
    async fn winner(
        &self,
        commit: &Commit,
        expected: u64,
        answer: &Answer,
    ) -> Result<Winner, StoreError> {
        let stream = commit.stream();
        let first = self.server.at_leader(Query::Next(expected + 1, stream)).await?;
        let Some(first) = first else {
            return self.nobody(expected, answer).await;
        };
        let first = self.ours(first)?;
        if first.cid == commit.head() {
            return Ok(Winner::Us(first.sequence));
        }
        let last = match answer {
            Answer::WrongLast(Some(last)) if *last > first.sequence => {
                self.server.at_leader(Query::At(*last)).await?
            }
            _ => None,
        };
        let last = last.map_or(Ok(first), |last| self.ours(last)?.of(stream))?;
        let head = last.head()?;
        let version = head.version;
        self.heads.raise(stream, head);
        Ok(Winner::Other { version })
    }

    /// Nothing is behind the expected message: so it is itself no longer the last one there.
    async fn nobody(&self, expected: u64, answer: &Answer) -> Result<Winner, StoreError> {
        let Answer::WrongLast(last) = answer else {
            return Ok(Winner::Nobody("nothing is stored in its place".to_owned()));
        };
        let last = last.unwrap_or_default();
        // A former leader of a cluster may answer with what it last knew; a single server may not.
        if self.server.replicated || last >= expected {
            return Ok(Winner::Nobody(format!("the server says its last sequence is {last}")));
        }
        self.watch.look(&self.server).await?;
        let found = format!("the message at sequence {expected} was purged");
        Err(self.watch.raise(Alarm::AckedEventLost, &self.server, &found))
    }

    fn refused(&self, commit: &Commit, headers: &Headers, code: u64, said: &str) -> StoreError {
        let stream = commit.stream();
        match code {
            code::STORE_FAILED | code::INSUFFICIENT_RESOURCES | code::STORAGE_EXCEEDED => {
                errors::full(stream, code, said)
            }
            code::MESSAGE_TOO_LARGE => errors::too_large_for_stream(stream, size(commit, headers)),
            code::OTHER_STREAM => errors::other_stream(stream, self.server.name()),
            _ => errors::refused(&format!("the commit to {stream}"), code, said),
        }
    }

    /// Above max_payload the server closes the connection, and the outcome of everything under way
    /// is unknown: so it is checked here.
    fn check_size(&self, commit: &Commit, headers: &Headers) -> Result<(), StoreError> {
        let (size, limit) = (size(commit, headers), self.server.client.max_payload());
        if size > limit {
            return Err(errors::too_large(commit.stream(), size, limit));
        }
        match commit.events().len() {
            0..=wire::MAX_PARTS => Ok(()),
            events => Err(errors::too_many_parts(commit.stream(), events, wire::MAX_PARTS)),
        }
    }

    fn headers(&self, commit: &Commit, base: Option<&StreamHead>) -> Headers {
        let cid = commit.head().to_string();
        let mut types = String::new();
        for event in commit.events() {
            if !types.is_empty() {
                types.push(',');
            }
            // Names also come from files that others wrote, and a header is one line.
            types.extend(event.event_type.chars().filter(|char| !char.is_control()));
        }
        [
            base.map_or(0, |head| head.sequence).to_string(),
            self.server.name().to_owned(),
            cid.clone(),
            cid,
            StreamHead::back_of_next(base).encode(),
            types,
        ]
    }

    /// Reads a message that must be a commit.
    pub(super) fn ours(
        &self,
        message: async_nats::jetstream::message::StreamMessage,
    ) -> Result<Message, StoreError> {
        Message::read(message).map_err(|foreign| errors::foreign(&foreign, self.server.name()))
    }
}

/// The values of [`HEADERS`].
type Headers = [String; HEADERS.len()];

fn header_map(headers: &Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in HEADERS.into_iter().zip(headers) {
        map.insert(HeaderName::from_static(name), value.as_str());
    }
    map
}

/// What a message takes on the wire: `NATS/1.0`, a line for each header, an empty line, the payload.
fn size(commit: &Commit, headers: &Headers) -> usize {
    let line = |(name, value): (&str, &String)| name.len() + value.len() + 4;
    let headers: usize = HEADERS.into_iter().zip(headers).map(line).sum();
    "NATS/1.0\r\n".len() + headers + "\r\n".len() + commit.sections().len()
}

fn answer_of(code: u64, said: &str) -> Answer {
    Answer::Refused { code, said: said.to_owned() }
}
