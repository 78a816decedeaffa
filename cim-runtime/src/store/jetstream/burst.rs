//! Many messages that are stored one by one, with two answers in all (NATS ADR-50, "fast-ingest").
//!
//! Half of a client's work for a small message is its answer. The messages of a fast batch are each
//! stored, or refused, by their own expectations, as if they had come alone; the first that is refused
//! ends the batch, and only its end is answered: how many were stored, and the sequence of the last.
//!
//! Others may have stored messages in between. So a message goes ahead of the batch with an answer of
//! its own: when as many sequences follow its own as the batch has stored, they are the batch's. When
//! there are more, each message has to be looked for.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::client::SubscribeError;
use async_nats::{HeaderMap, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures::future::{FutureExt as _, select};
use futures::stream::StreamExt as _;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::as_one::Unstored;
use super::batch::Joined;
use super::refusals::Refusal;
use super::server::{Answer, Server, patience};
use crate::subject::StreamName;

/// After how many messages the server is to answer in between: it takes no more than 500, and no burst
/// is as long.
const FLOW: usize = 500;

/// When a message was not passed on, the same is heard of others within this time.
const REFUSALS: Duration = Duration::from_millis(50);

/// What bursts share that are on their way at once.
#[derive(Default)]
pub(super) struct Bursts {
    /// Inboxes that no burst uses.
    free: Mutex<Vec<Inbox>>,
    /// Held by the burst that is being sent: no other's messages come in between, or none could be told
    /// its sequence.
    sending: tokio::sync::Mutex<()>,
}

/// Where the answers to a burst come to.
struct Inbox {
    subject: String,
    answers: Subscriber,
    /// How many bursts were sent.
    bursts: u64,
}

/// What came of a burst.
pub(super) struct Stored {
    /// Of each message.
    pub(super) answers: Vec<Joined>,
    /// Whether others have stored messages in between.
    pub(super) mixed: bool,
}

/// The answers to a burst, as far as they have come.
#[derive(Debug)]
struct Burst {
    /// The batch.
    id: String,
    /// To the message ahead of the batch.
    ahead: Option<Answer>,
    /// How many messages the batch has.
    count: usize,
    /// How many of them are stored, and the sequence of the last.
    end: Option<(usize, u64)>,
    /// Those that were refused by name, from 1.
    refused: Vec<usize>,
}

/// The answer that ends a batch.
#[derive(Deserialize)]
struct End<'a> {
    batch: &'a str,
    count: usize,
}

impl Bursts {
    /// An inbox for one burst.
    async fn inbox(&self, server: &Server) -> Result<Inbox, SubscribeError> {
        let free = self.free().pop();
        match free {
            Some(inbox) => Ok(inbox),
            None => Inbox::new(server).await,
        }
    }

    // A panic while the lock was held left whole entries behind.
    fn free(&self) -> MutexGuard<'_, Vec<Inbox>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    async fn new(server: &Server) -> Result<Self, SubscribeError> {
        let subject = server.client.new_inbox();
        let answers = server.client.subscribe(format!("{subject}.>")).await?;
        Ok(Self { subject, answers, bursts: 0 })
    }
}

impl Server {
    /// Sends messages, at least one, to be stored one behind the other, each if it can be; `None` when
    /// the client is closed. `streams` are their subjects, of which each is there once.
    pub(super) async fn store_burst(
        &self,
        bursts: &Bursts,
        streams: &[StreamName],
        messages: Vec<Unstored>,
    ) -> Option<Stored> {
        let mut inbox = bursts.inbox(self).await.ok()?;
        inbox.bursts += 1;
        // Batches of all processes have names in one space.
        let unique = inbox.subject.rsplit('.').next().unwrap_or_default();
        let mut burst = Burst::new(format!("{unique}{}", inbox.bursts), messages.len());
        let (connection, refusals) = (self.connection(), self.listen());
        let to = format!("{}.{}", inbox.subject, burst.id);
        let turn = bursts.sending.lock().await;
        for (number, message) in messages.into_iter().enumerate() {
            let reply = match burst.operation(number) {
                None => to.clone(),
                Some(operation) => format!("{to}.{FLOW}.fail.{number}.{operation}.$FI"),
            };
            let Unstored { subject, headers, payload } = message;
            if self.send(subject, reply, headers, payload).await.is_none() {
                burst.unsent(number);
                break;
            }
        }
        drop(turn);
        let reading = async {
            while !burst.is_settled()
                && let Some(message) = inbox.answers.next().await
            {
                self.take_in(&mut burst, &to, &message);
            }
        };
        let is_ours = |denied: &str| streams.iter().any(|stream| stream.as_str() == denied);
        let denied = async {
            refusals.refused(is_ours).await;
            sleep(REFUSALS).await;
        };
        let answered = async {
            select(pin!(reading), pin!(denied)).await;
        };
        let _ = timeout(patience(), self.unless_lost(connection, answered)).await;
        let was_denied = |number: usize| {
            let is_it = |denied: &str| denied == streams[number].as_str();
            matches!(refusals.refused(is_it).now_or_never(), Some(Refusal::Publish(_)))
        };
        bursts.free().push(inbox);
        Some(burst.outcome(was_denied))
    }

    async fn send(
        &self,
        subject: String,
        reply: String,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Option<()> {
        self.client.publish_with_reply_and_headers(subject, reply, headers, payload).await.ok()
    }

    fn take_in(&self, burst: &mut Burst, to: &str, message: &Message) {
        let Some(place) = message.subject.strip_prefix(to) else { return };
        let nobody = message.status == Some(StatusCode::NO_RESPONDERS);
        let answer = || self.understand(self.name(), &message.payload);
        if place.is_empty() {
            burst.ahead = Some(if nobody { Answer::Nobody } else { answer() });
            return;
        }
        let Some(number) = number(place) else { return };
        if nobody {
            burst.refused.push(number);
            return;
        }
        match answer() {
            Answer::Stored { sequence, .. } => burst.ended(&message.payload, sequence),
            // What the server says in between has no stream, and is no answer.
            Answer::Silence(_) => {}
            _ if is_note(&message.payload) => {}
            _ => burst.refused.push(number),
        }
    }
}

/// The number in `.<flow>.fail.<number>.<operation>.$FI`.
fn number(place: &str) -> Option<usize> {
    place.strip_prefix('.')?.split('.').nth(2)?.parse().ok()
}

/// Whether this is what a server says in between: of an error, too, the end of the batch tells.
fn is_note(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Note<'a> {
        #[serde(rename = "type", borrow)]
        _type: &'a str,
    }
    serde_json::from_slice::<Note<'_>>(payload).is_ok()
}

impl Burst {
    fn new(id: String, messages: usize) -> Self {
        let count = messages.saturating_sub(1);
        Self { id, ahead: None, count, end: None, refused: Vec::new() }
    }

    /// What a message does to the batch: starts it, goes on, ends it. The first is ahead of it.
    fn operation(&self, number: usize) -> Option<u8> {
        match number {
            0 => None,
            _ if number == self.count => Some(2),
            1 => Some(0),
            _ => Some(1),
        }
    }

    /// The messages from this one on were not sent.
    fn unsent(&mut self, number: usize) {
        if number == 0 {
            self.ahead = Some(Answer::NotNow("the client is closed".to_owned()));
        }
        self.refused.extend(number.max(1)..=self.count);
    }

    fn ended(&mut self, answer: &[u8], last: u64) {
        let end = serde_json::from_slice::<End<'_>>(answer);
        if let Ok(End { batch, count }) = end
            && batch == self.id
            && count <= self.count
        {
            self.end = Some((count, last));
        }
    }

    /// Whether nothing more comes: without its last message, a batch does not end.
    fn is_settled(&self) -> bool {
        let ended = self.count == 0 || self.end.is_some() || self.refused.contains(&self.count);
        self.ahead.is_some() && ended
    }

    /// What is known of each message; of those for which nothing came, whether they were denied.
    fn outcome(self, was_denied: impl Fn(usize) -> bool) -> Stored {
        let silence = |number| match was_denied(number) {
            true => Joined::Alone,
            false => Joined::Answered(Answer::Silence("no answer to a burst".to_owned())),
        };
        let (stored, last) = self.end.unwrap_or_default();
        // Who counts those that were refused among the stored counts wrong.
        let counted = !self.refused.iter().any(|&number| number <= stored);
        let first = match self.ahead {
            Some(Answer::Stored { sequence, .. }) if stored > 0 && counted => Some(sequence),
            _ => None,
        };
        let follow = first.is_some_and(|first| first + stored as u64 == last);
        let of = |number: usize| match self.end {
            _ if self.refused.contains(&number) => Joined::Alone,
            Some(_) if number > stored => Joined::Alone,
            Some(_) if follow => {
                let sequence = last - (stored - number) as u64;
                Joined::Answered(Answer::Stored { sequence, duplicate: false })
            }
            Some(_) if counted => Joined::Somewhere,
            _ => silence(number),
        };
        let mut answers: Vec<_> = (1..=self.count).map(of).collect();
        answers.insert(0, self.ahead.map_or_else(|| silence(0), Joined::Answered));
        Stored { answers, mixed: first.is_some() && !follow }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: fn(u64) -> Answer = |sequence| Answer::Stored { sequence, duplicate: false };
    const AT: fn(u64) -> Joined = |sequence| Joined::Answered(STORED(sequence));

    fn burst(ahead: Option<Answer>, end: Option<(usize, u64)>, refused: &[usize]) -> Burst {
        let mut burst = Burst::new("b1".to_owned(), 4);
        (burst.ahead, burst.end, burst.refused) = (ahead, end, refused.to_vec());
        burst
    }

    fn outcome(burst: Burst) -> (Vec<Joined>, bool) {
        let Stored { answers, mixed } = burst.outcome(|_| false);
        (answers, mixed)
    }

    #[test]
    fn sequences_without_a_gap_are_the_batchs() {
        let (answers, mixed) = outcome(burst(Some(STORED(7)), Some((3, 10)), &[]));
        assert_eq!((answers, mixed), (vec![AT(7), AT(8), AT(9), AT(10)], false));
    }

    #[test]
    fn where_others_were_in_between_each_is_looked_for() {
        let (answers, mixed) = outcome(burst(Some(STORED(7)), Some((3, 11)), &[]));
        let expected = vec![AT(7), Joined::Somewhere, Joined::Somewhere, Joined::Somewhere];
        assert_eq!((answers, mixed), (expected, true));
        // Nothing says where the batch begins.
        let conflict = Answer::WrongLast(Some(3));
        let (answers, mixed) = outcome(burst(Some(conflict.clone()), Some((3, 10)), &[]));
        let expected = vec![
            Joined::Answered(conflict),
            Joined::Somewhere,
            Joined::Somewhere,
            Joined::Somewhere,
        ];
        assert_eq!((answers, mixed), (expected, false));
    }

    #[test]
    fn who_comes_after_a_refused_one_goes_alone() {
        let (answers, mixed) = outcome(burst(Some(STORED(7)), Some((1, 8)), &[]));
        assert_eq!((answers, mixed), (vec![AT(7), AT(8), Joined::Alone, Joined::Alone], false));
        let (answers, _) = outcome(burst(Some(STORED(7)), None, &[1, 2, 3]));
        assert_eq!(answers, [AT(7), Joined::Alone, Joined::Alone, Joined::Alone]);
    }

    #[test]
    fn a_count_that_cannot_be_is_no_proof() {
        let (answers, mixed) = outcome(burst(Some(STORED(7)), Some((3, 10)), &[2]));
        let is_silence = |answer: &Joined| matches!(answer, Joined::Answered(Answer::Silence(_)));
        assert!(is_silence(&answers[1]) && answers[2] == Joined::Alone && is_silence(&answers[3]));
        assert!(!mixed);
    }

    #[test]
    fn of_those_without_an_answer_only_the_denied_go_alone() {
        let burst = burst(None, None, &[]);
        assert!(!burst.is_settled());
        let Stored { answers, .. } = burst.outcome(|number| number == 2);
        let silent =
            |number: usize| matches!(answers[number], Joined::Answered(Answer::Silence(_)));
        assert!(silent(0) && silent(1) && answers[2] == Joined::Alone && silent(3));
    }

    #[test]
    fn a_burst_is_settled_by_its_ends() {
        let mut burst = burst(Some(STORED(7)), None, &[]);
        assert!(!burst.is_settled());
        burst.ended(br#"{"stream":"S","seq":9,"batch":"b2","count":3}"#, 9);
        burst.ended(br#"{"stream":"S","seq":9,"batch":"b1","count":4}"#, 9);
        burst.ended(br#"{"stream":"S","seq":9}"#, 9);
        assert!(!burst.is_settled(), "of another batch, or none");
        burst.unsent(3);
        assert!(burst.is_settled());
        burst.refused.clear();
        burst.ended(br#"{"stream":"S","seq":10,"batch":"b1","count":3}"#, 10);
        assert!(burst.is_settled());
        let ends = (0..=3).map(|number| burst.operation(number)).collect::<Vec<_>>();
        assert_eq!(ends, [None, Some(0), Some(1), Some(2)]);
        assert_eq!(Burst::new(String::new(), 2).operation(1), Some(2));
    }

    #[test]
    fn a_place_has_a_number() {
        assert_eq!(number(".500.fail.12.1.$FI"), Some(12));
        assert_eq!(number("0.500.fail.12.1.$FI"), None, "of a burst with a longer name");
    }

    #[test]
    fn notes_are_no_answers() {
        assert!(is_note(br#"{"type":"err","seq":3,"error":{"code":400,"err_code":10071}}"#));
        assert!(!is_note(br#"{"stream":"S","seq":0,"error":{"code":400,"err_code":10208}}"#));
    }
}
