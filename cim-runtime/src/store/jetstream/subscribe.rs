//! Follows the stream.
//!
//! A consumer of ours lives in the server's memory and is asked for a batch at a time, and for the next
//! one when half of that has come, so no more than two are ever on the way. Whatever happens to it or to the connection, another one is made
//! that begins behind the last message that was given: the sequence is kept here and not there.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::pull::{Batch, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use futures::future::{Either, FutureExt as _, select};
use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::time::{Instant, timeout};

use super::message::Message;
use super::pause::Pauses;
use super::refusals::Listener;
use super::server::Server;
use super::{Inner, errors, wire};
use crate::store::{Alarm, StoreError, StoreErrorKind, StoredEvent};

/// How many messages a batch has at most, and how many bytes.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 << 20;

/// How long the server waits for messages before it ends a batch. What takes longer than that and a
/// little is not coming.
const EXPIRES: Duration = Duration::from_secs(5);
const GRACE: Duration = Duration::from_secs(1);

/// When the server forgets a consumer that nobody asks.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// What was asked for.
struct Asked {
    batch: Batch,
    connection: u64,
    /// Hears whether that is refused, which the batch does not say.
    listener: Listener,
    subject: String,
    /// How many messages it has given.
    given: usize,
}

/// What came of what was asked for.
enum Came {
    Message(Box<jetstream::Message>),
    End,
    /// Neither, and nothing more will come.
    Nothing,
}

impl Asked {
    async fn next(&mut self, server: &Server) -> Result<Came, StoreError> {
        let next = pin!(timeout(EXPIRES + GRACE, self.batch.next()));
        let refused = pin!(self.listener.refused(|denied| denied == self.subject));
        let lost = pin!(server.lost(self.connection));
        Ok(match select(next, select(refused, lost)).await {
            Either::Left((Ok(Some(Ok(message))), _)) => Came::Message(Box::new(message)),
            Either::Left((Ok(None), _)) => Came::End,
            Either::Left((Ok(Some(Err(_))) | Err(_), _)) => Came::Nothing,
            Either::Right((Either::Left((refusal, _)), _)) => {
                return Err(errors::denied("following the stream", &refusal));
            }
            Either::Right((Either::Right(_), _)) => Came::Nothing,
        })
    }
}

/// Why there is no consumer.
enum Trouble {
    /// It may be made later.
    Later(String),
    /// It may not be made.
    Denied(StoreError),
}

/// A place in the stream, from which it goes on.
pub(super) struct Tail {
    inner: Arc<Inner>,
    consumer: Option<Consumer<Config>>,
    batch: Option<Asked>,
    /// The one behind it, for whoever is behind: the server goes on sending meanwhile.
    ahead: Option<Asked>,
    /// How many messages this consumer has given.
    delivered: u64,
    /// The sequence behind the last message that was given.
    next: u64,
    /// How many events of that message were given before.
    skip: u64,
    /// Whether a message was given: then the stream must have it, or it is not what it was.
    begun: bool,
    events: VecDeque<StoredEvent>,
}

impl Inner {
    /// All events after a position, and then every further one.
    pub(super) fn subscribe(
        self: &Arc<Self>,
        after: u64,
    ) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        let (next, skip) = wire::place(after);
        let tail = Tail::at(Arc::clone(self), next, skip);
        stream::unfold(Some(tail), |tail| async move {
            let mut tail = tail?;
            match tail.event().await {
                Ok(event) => Some((Ok(event), Some(tail))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }
}

impl Tail {
    /// Begins with the message at sequence `next`, of whose events the first `skip` are left out.
    pub(super) fn at(inner: Arc<Inner>, next: u64, skip: u64) -> Self {
        Self {
            inner,
            consumer: None,
            batch: None,
            ahead: None,
            delivered: 0,
            next,
            skip,
            begun: false,
            events: VecDeque::new(),
        }
    }

    /// The sequence behind the last message that was given or passed over.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    async fn event(&mut self) -> Result<StoredEvent, StoreError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let Some(message) = self.message().await? else { continue };
            let skip = std::mem::take(&mut self.skip) as usize;
            self.events.extend(message.events()?.into_iter().skip(skip));
        }
    }

    /// The next message that is a commit; `None` when something has to be asked again.
    pub(super) async fn message(&mut self) -> Result<Option<Message>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let Some(asked) = self.batch().await? else { return Ok(None) };
        match asked.next(&inner.server).await? {
            Came::Message(message) => {
                asked.given += 1;
                if asked.given == BATCH / 2 {
                    self.ahead = self.ask().await?;
                }
                self.take(*message)
            }
            // The batch is at its end, and the consumer where it was.
            Came::End => {
                self.batch = self.ahead.take();
                Ok(None)
            }
            Came::Nothing => Ok(self.start_again()),
        }
    }

    fn take(&mut self, message: jetstream::Message) -> Result<Option<Message>, StoreError> {
        let place = message.info().map(|info| (info.consumer_sequence, info.stream_sequence));
        let Ok((delivered, sequence)) = place else { return Ok(self.start_again()) };
        // A message was lost on the way.
        if delivered != self.delivered + 1 {
            return Ok(self.start_again());
        }
        self.delivered = delivered;
        if sequence < self.next {
            return Ok(None);
        }
        if sequence > self.next {
            // The message whose events were to be skipped was deleted.
            self.skip = 0;
        }
        (self.next, self.begun) = (sequence + 1, true);
        let (message, _) = message.split();
        let subject = message.subject.to_string();
        match Message::new(sequence, subject, message.headers.as_ref(), message.payload) {
            Ok(commit) => Ok(Some(commit)),
            Err(foreign) => {
                let error = errors::foreign(&foreign, self.inner.server.name());
                tracing::warn!(%error, "a message is passed over");
                Ok(None)
            }
        }
    }

    fn start_again<T>(&mut self) -> Option<T> {
        (self.batch, self.ahead, self.consumer) = (None, None, None);
        None
    }

    /// The batch that is under way, or a new one; `None` when the consumer does not answer.
    async fn batch(&mut self) -> Result<Option<&mut Asked>, StoreError> {
        if self.batch.is_none() {
            self.batch = self.ask().await?;
        }
        Ok(self.batch.as_mut())
    }

    /// Asks for a batch; `None` when the consumer does not answer.
    async fn ask(&mut self) -> Result<Option<Asked>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let consumer = self.consumer().await?;
        let connection = inner.server.connection();
        let listener = inner.server.listen();
        let name = &consumer.cached_info().name;
        let subject = format!("{}.{name}", inner.server.subject("CONSUMER.MSG.NEXT"));
        let batch = consumer
            .batch()
            .max_messages(BATCH)
            .max_bytes(BATCH_BYTES)
            .expires(EXPIRES)
            .messages()
            .await;
        match batch {
            Ok(batch) => Ok(Some(Asked { batch, connection, listener, subject, given: 0 })),
            Err(_) => Ok(self.start_again()),
        }
    }

    /// The consumer, or a new one that begins where the last one was.
    async fn consumer(&mut self) -> Result<&Consumer<Config>, StoreError> {
        let mut pauses = Pauses::until(far());
        while self.consumer.is_none() {
            match self.create().await {
                Ok(consumer) => (self.consumer, self.delivered) = (Some(consumer), 0),
                Err(Trouble::Denied(error)) => return Err(error),
                Err(Trouble::Later(problem)) => {
                    tracing::debug!(problem, "no consumer, trying again");
                    self.same_stream().await?;
                    pauses.pause().await;
                }
            }
            if self.consumer.is_some() {
                // After it was made: a stream that is exchanged later takes its consumers along.
                self.same_stream().await?;
            }
        }
        match &self.consumer {
            Some(consumer) => Ok(consumer),
            None => Err(errors::no_answer("a consumer", EXPIRES, "none was made")),
        }
    }

    async fn create(&self) -> Result<Consumer<Config>, Trouble> {
        let server = &self.inner.server;
        server.connected(far()).await;
        let config = Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.next },
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            inactive_threshold: FORGOTTEN,
            num_replicas: 1,
            memory_storage: true,
            ..Config::default()
        };
        let subject = server.subject("CONSUMER.CREATE");
        let made = server.stream().create_consumer(config).map(Ok);
        let made = server.permitted("following the stream", |denied| denied == subject, made).await;
        made.map_err(Trouble::Denied)?.map_err(|error| Trouble::Later(error.to_string()))
    }

    /// Ends the subscription when the stream is not the one that it followed: there would be a gap.
    async fn same_stream(&self) -> Result<(), StoreError> {
        let Inner { server, watch, .. } = &*self.inner;
        let info = loop {
            match server.info().await {
                Ok(Some(info)) => break info,
                Ok(None) => watch.look(server).await?,
                Err(error) if error.kind() == StoreErrorKind::Denied => return Err(error),
                // It waits for as long as the server is away.
                Err(error) => tracing::warn!(%error, "a subscription waits for the server"),
            }
        };
        watch.same_stream(&info, server)?;
        let last = info.state.last_sequence;
        if self.begun && last + 1 < self.next && !server.replicated {
            let found = format!("it ends at sequence {last}, and {} was read", self.next - 1);
            return Err(watch.raise(Alarm::Rewound, server, &found));
        }
        Ok(())
    }
}

/// A time that does not come: a subscription waits for as long as it takes.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(365 * 24 * 3600)
}
