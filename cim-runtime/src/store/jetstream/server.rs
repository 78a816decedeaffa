//! The server as this store sees it: one stream, and what can be asked of it.

use std::borrow::Cow;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{DirectGetErrorKind, Info, RawMessageErrorKind, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, HeaderMap, Request, StatusCode};
use bytes::Bytes;
use futures::future::{Either, select};
use serde::Deserialize;
use tokio::time::{Instant, timeout, timeout_at};

use super::interface::Interface;
use super::link::Link;
use super::pause::Pauses;
use super::refusals::{Listener, Refusal};
use super::subjects::Api;
use super::wire::code;
use super::{errors, wire};
use crate::store::StoreError;
use crate::subject::StreamName;

/// How long one question waits before it is asked again. A server that is there answers within
/// milliseconds; one that is not is seen by the connection first.
const ATTEMPT: Duration = Duration::from_secs(2);

/// How long the answer to a message is waited for before the connection is watched as well, which
/// costs more than all the waiting.
const GLANCE: Duration = Duration::from_millis(50);

/// When a direct get is not answered by then, the leader is asked too: the replica that was to
/// answer may hang.
const HEDGE: Duration = Duration::from_millis(50);

/// A connection, and the stream behind it.
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) context: Context,
    stream: Stream<()>,
    api: Api,
    name: String,
    link: Link,
    /// Whether others than the leader answer direct gets, and may be behind it.
    pub(super) replicated: bool,
    pub(super) deadline: Duration,
}

/// What came of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is stored; or, as `duplicate`, another one with this id is.
    Stored { sequence: u64, duplicate: bool },
    /// The stream's last message is not the one that was expected, but this one, if that was said.
    WrongLast(Option<u64>),
    /// It was not taken, and will not be unless something is changed.
    Refused { code: u64, said: String },
    /// It was not taken this time.
    NotNow(String),
    /// Nobody takes its subject: a leader is being elected, or the stream is not there or does not
    /// have the subject.
    Nobody,
    /// Nobody said: it may be stored, or yet be.
    Silence(String),
}

/// Which message is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Query<'a> {
    /// The one at this sequence.
    At(u64),
    /// The first of the subject at this sequence or after it.
    Next(u64, &'a StreamName),
    /// The last of the subject.
    Last(&'a StreamName),
}

impl Server {
    pub(super) fn new(
        client: Client,
        context: Context,
        stream: Stream<()>,
        info: &Info,
        api: Api,
        link: Link,
        deadline: Duration,
    ) -> Self {
        let name = info.config.name.clone();
        let replicated = info.config.num_replicas > 1;
        Self { client, context, stream, api, name, link, replicated, deadline }
    }

    /// The JetStream stream's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The JetStream stream, to make consumers on.
    pub(super) fn stream(&self) -> &Stream<()> {
        &self.stream
    }

    /// Whether there is a connection.
    pub(super) fn is_connected(&self) -> bool {
        self.link.is_connected()
    }

    /// Waits for a connection; false when there is none at the deadline.
    pub(super) async fn connected(&self, deadline: Instant) -> bool {
        self.link.connected(deadline).await
    }

    /// Waits until this connection is lost.
    pub(super) async fn lost(&self, connection: u64) {
        self.link.lost(connection).await;
    }

    /// The number of the present connection.
    pub(super) fn connection(&self) -> u64 {
        self.link.number()
    }

    /// Sends a message to be stored.
    pub(super) async fn publish(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
        deadline: Instant,
    ) -> Answer {
        let end = deadline.min(Instant::now() + ATTEMPT);
        let connection = self.connection();
        let heard = self.link.refusals().count();
        let request = Request::new().headers(headers).payload(payload).timeout(None);
        let mut sent = pin!(self.client.send_request(subject.to_owned(), request));
        let answer = match timeout_at(end.min(Instant::now() + GLANCE), &mut sent).await {
            Ok(answer) => answer,
            // Every commit's future has room for what it awaits; this is rare.
            Err(_) => {
                let sent =
                    self.link.refusals().or_answer_since(heard, |denied| denied == subject, sent);
                match Box::pin(timeout_at(end, self.unless_lost(connection, sent))).await {
                    Ok(Some(Ok(answer))) => answer,
                    // It was not passed on.
                    Ok(Some(Err(Refusal::Publish(said)))) => {
                        return Answer::Refused { code: code::DENIED, said };
                    }
                    // It was, and its answer cannot come.
                    Ok(Some(Err(refusal))) => {
                        return Answer::Silence(format!("this user may not {refusal}"));
                    }
                    Ok(None) => return Answer::Silence("the connection was lost".to_owned()),
                    Err(_) => return Answer::Silence("no answer".to_owned()),
                }
            }
        };
        match answer {
            Ok(message) if message.status.is_none_or(|status| status == StatusCode::OK) => {
                self.understand(&self.name, &message.payload)
            }
            Ok(message) => Answer::Silence(format!("{:?}", message.status)),
            Err(error) => match error.kind() {
                RequestErrorKind::NoResponders => Answer::Nobody,
                RequestErrorKind::TimedOut => Answer::Silence("no answer".to_owned()),
                _ => Answer::Silence(error.to_string()),
            },
        }
    }

    /// The answer over a connection, `None` when it is lost before.
    pub(super) async fn unless_lost<T>(
        &self,
        connection: u64,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        // That it was lost a while ago is told to nobody who asks now.
        if !self.link.is_connected() {
            return None;
        }
        match select(pin!(answer), pin!(self.lost(connection))).await {
            Either::Left((answer, _)) => Some(answer),
            Either::Right(_) => None,
        }
    }

    /// What the answer of a stream to a message says.
    pub(super) fn understand(&self, stream: &str, answer: &[u8]) -> Answer {
        #[derive(Deserialize)]
        struct Ack<'a> {
            #[serde(default, borrow)]
            stream: Cow<'a, str>,
            #[serde(default)]
            seq: u64,
            #[serde(default)]
            duplicate: bool,
            error: Option<jetstream::Error>,
        }
        // Anybody may listen on the subject and answer: only what the stream says is an answer.
        let Ok(ack) = serde_json::from_slice::<Ack<'_>>(answer) else {
            return Answer::Silence("an answer that is not JetStream's".to_owned());
        };
        let Some(error) = ack.error else {
            if ack.stream != stream || ack.seq == 0 {
                return Answer::Silence("an answer of another stream".to_owned());
            }
            return Answer::Stored { sequence: ack.seq, duplicate: ack.duplicate };
        };
        let said = error.to_string();
        match error.error_code().0 {
            code::WRONG_LAST => Answer::WrongLast(last_number(&said)),
            code::BUSY | code::NOT_READY | code::NOT_AVAILABLE | code::TOO_MANY => {
                Answer::NotNow(said)
            }
            code::IN_FLIGHT => Answer::Silence(said),
            code => Answer::Refused { code, said },
        }
    }

    /// The message at a sequence, from whoever has it first; `None` when the leader has none.
    pub(super) async fn get(&self, sequence: u64) -> Result<Option<StreamMessage>, StoreError> {
        self.hedged(Query::At(sequence)).await
    }

    /// The last message of a stream. Of a replicated one the leader's: a replica may be behind, and
    /// what is refused to a command must not be refused on an old state.
    pub(super) async fn last(
        &self,
        stream: &StreamName,
    ) -> Result<Option<StreamMessage>, StoreError> {
        let query = Query::Last(stream);
        if self.replicated { self.at_leader(query).await } else { self.hedged(query).await }
    }

    async fn hedged(&self, query: Query<'_>) -> Result<Option<StreamMessage>, StoreError> {
        let mut direct = pin!(self.direct(query));
        if let Ok(answer) = timeout(HEDGE, &mut direct).await {
            return match answer {
                Direct::Found(message) => Ok(Some(message)),
                Direct::NotHere if !self.replicated => Ok(None),
                // A replica that does not have it may not have it yet.
                Direct::NotHere | Direct::Failed => Box::pin(self.at_leader(query)).await,
            };
        }
        match select(direct, Box::pin(self.at_leader(query))).await {
            Either::Left((Direct::Found(message), _)) => Ok(Some(message)),
            Either::Left((_, leader)) => leader.await,
            Either::Right((answer, _)) => answer,
        }
    }

    /// Asks whoever answers.
    async fn direct(&self, query: Query<'_>) -> Direct {
        let get = self.stream.direct_get_builder();
        let get = match query {
            Query::At(sequence) => get.sequence(sequence),
            Query::Next(sequence, stream) => {
                get.sequence(sequence).next_by_subject(stream.as_str())
            }
            Query::Last(stream) => get.last_by_subject(stream.as_str()),
        };
        // That it is denied is not heard here: the leader is asked soon, and says so.
        match get.send().await {
            Ok(message) => Direct::Found(message),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Direct::NotHere,
            Err(error) => {
                tracing::debug!(?query, %error, "a direct get failed, the leader is asked");
                Direct::Failed
            }
        }
    }

    /// Asks the leader, until it answers or the deadline comes.
    pub(super) async fn at_leader(
        &self,
        query: Query<'_>,
    ) -> Result<Option<StreamMessage>, StoreError> {
        let what = || match query {
            Query::At(sequence) => format!("the message at sequence {sequence}"),
            Query::Next(_, stream) | Query::Last(stream) => format!("the messages of {stream}"),
        };
        self.ask("STREAM.MSG.GET", what, || async move {
            let get = self.stream.raw_message_builder();
            let get = match query {
                Query::At(sequence) => get.sequence(sequence),
                Query::Next(from, stream) => get.sequence(from).next_by_subject(stream.as_str()),
                Query::Last(stream) => get.last_by_subject(stream.as_str()),
            };
            match get.send().await {
                Ok(message) => Ok(Some(message)),
                Err(error) => match error.kind() {
                    RawMessageErrorKind::NoMessageFound => Ok(None),
                    RawMessageErrorKind::JetStream(error) => not_found(&error),
                    _ => Err(Unanswered::from_text(&error)),
                },
            }
        })
        .await
    }

    /// What the leader says of the stream; `None` when there is no such stream.
    pub(super) async fn info(&self) -> Result<Option<Info>, StoreError> {
        let what = || format!("the state of `{}`", self.name);
        self.ask("STREAM.INFO", what, || async move {
            let subject = format!("STREAM.INFO.{}", self.name);
            match self.context.request(subject, &()).await {
                Ok(Response::Ok(info)) => Ok(Some(info)),
                Ok(Response::Err { error }) if error.error_code().0 == code::NO_STREAM => Ok(None),
                Ok(Response::Err { error }) => Err(Unanswered::from(error)),
                Err(error) => Err(Unanswered::from_text(&error)),
            }
        })
        .await
    }

    /// Waits for an answer to what is asked on a subject of which `is_ours` is true, or for the
    /// server's refusal to pass it on.
    pub(super) async fn permitted<T>(
        &self,
        what: &str,
        is_ours: impl Fn(&str) -> bool,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let answer = self.link.refusals().or_answer(is_ours, answer).await;
        answer.unwrap_or_else(|refusal| Err(errors::denied(what, &refusal)))
    }

    /// Where streams are asked about.
    pub(super) fn interface(&self) -> Interface<'_> {
        Interface { context: &self.context, api: &self.api, refusals: self.link.refusals() }
    }

    /// What is refused from now on.
    pub(super) fn listen(&self) -> Listener {
        self.link.refusals().listen()
    }

    /// Where the stream's interface is asked for one thing, such as `STREAM.INFO`.
    pub(super) fn subject(&self, verb: &str) -> String {
        self.api.ask(verb, &self.name)
    }

    /// Asks again and again until there is an answer or the deadline comes.
    async fn ask<T, F>(
        &self,
        verb: &str,
        what: impl Fn() -> String,
        question: impl Fn() -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Unanswered>>,
    {
        let deadline = Instant::now() + self.deadline;
        let mut pauses = Pauses::until(deadline);
        let mut problem = "no connection".to_owned();
        let subject = self.subject(verb);
        while self.connected(deadline).await {
            let lost = pin!(self.lost(self.connection()));
            let question = self.link.refusals().or_answer(|denied| denied == subject, question());
            let answer = match select(pin!(question), lost).await {
                Either::Left((Ok(answer), _)) => answer,
                Either::Left((Err(refusal), _)) => return Err(errors::denied(&what(), &refusal)),
                Either::Right(_) => continue,
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(Unanswered::Refused { code, said }) => {
                    return Err(errors::refused(&what(), code, &said));
                }
                Err(Unanswered::NotNow(said)) => problem = said,
            }
            if !pauses.pause().await {
                break;
            }
        }
        let problem = self.link.refusals().problem().unwrap_or(problem);
        Err(errors::no_answer(&what(), self.deadline, &problem))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.name, self.link)
    }
}

/// How long the client's own requests wait.
pub(super) fn patience() -> Duration {
    ATTEMPT
}

/// The answer to a direct get.
enum Direct {
    Found(StreamMessage),
    /// Whoever answered does not have it.
    NotHere,
    Failed,
}

/// A question without the answer to it.
enum Unanswered {
    /// Ask again.
    NotNow(String),
    /// It will not be answered.
    Refused { code: u64, said: String },
}

impl Unanswered {
    fn from_text(error: &dyn std::error::Error) -> Self {
        Self::NotNow(error.to_string())
    }
}

impl From<jetstream::Error> for Unanswered {
    fn from(error: jetstream::Error) -> Self {
        let said = error.to_string();
        match error.error_code().0 {
            // 503 is what servers say while there is no leader.
            code::NOT_AVAILABLE => Self::NotNow(said),
            _ if error.code() == 503 => Self::NotNow(said),
            code => Self::Refused { code, said },
        }
    }
}

/// A message that is not there, whatever the reason, or another trouble.
fn not_found<T>(error: &jetstream::Error) -> Result<Option<T>, Unanswered> {
    match error.error_code().0 {
        wire::code::NO_MESSAGE | wire::code::NO_STREAM => Ok(None),
        _ => Err(Unanswered::from(error.clone())),
    }
}

/// The number at the end of `wrong last sequence: 12`.
fn last_number(text: &str) -> Option<u64> {
    let digits = text.rsplit_once("sequence: ")?.1;
    let end = digits.find(|char: char| !char.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_says_the_last_sequence() {
        assert_eq!(last_number("wrong last sequence: 12"), Some(12));
        assert_eq!(last_number("wrong last sequence: 0, (400, 10071)"), Some(0));
        assert_eq!(last_number("wrong last sequence"), None);
    }
}
