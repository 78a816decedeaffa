//! Follows the stream.
//!
//! A consumer of ours lives in the server's memory and is asked for a batch at a time, and for the next
//! one when half of that has come, so no more than two are ever on the way. Both come to one inbox: the
//! server gives to two that wait by turns. Whatever happens to the consumer or to the connection,
//! another one is made that begins behind the last message that was given: the sequence is kept here
//! and not there.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::pull::{self, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use futures::future::{Either, FutureExt as _, select};
use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::time::Instant;

use super::message::Message;
use super::pause::Pauses;
use super::refusals::Listener;
use super::server::Server;
use super::{Inner, errors, wire};
use crate::store::{Alarm, StoreError, StoreErrorKind, StoredEvent};

/// How many messages a batch has at most, and how many bytes.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 << 20;

/// How long the server waits for messages before it ends a batch, and how often it says meanwhile that
/// it is there: who has not heard of it twice in a row asks anew.
const EXPIRES: Duration = Duration::from_secs(5);
const HEARTBEAT: Duration = Duration::from_secs(2);

/// When the server forgets a consumer that nobody asks.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// What the consumer was asked for.
struct Asked {
    messages: pull::Stream,
    connection: u64,
    /// Hears whether asking is refused, which nothing else says.
    listener: Listener,
    subject: String,
}

impl Asked {
    /// The next message, `None` when none will come.
    async fn next(&mut self, server: &Server) -> Result<Option<jetstream::Message>, StoreError> {
        let next = pin!(self.messages.next());
        let refused = pin!(self.listener.refused(|denied| denied == self.subject));
        let lost = pin!(server.lost(self.connection));
        match select(next, select(refused, lost)).await {
            Either::Left((message, _)) => Ok(message.and_then(Result::ok)),
            Either::Right((Either::Left((refusal, _)), _)) => {
                Err(errors::denied("following the stream", &refusal))
            }
            Either::Right((Either::Right(_), _)) => Ok(None),
        }
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
    asked: Option<Asked>,
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
            asked: None,
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
        let Some(asked) = self.asked().await? else { return Ok(None) };
        match asked.next(&inner.server).await? {
            Some(message) => self.take(message),
            None => Ok(self.start_again()),
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
        (self.asked, self.consumer) = (None, None);
        None
    }

    /// What was asked for, or is now; `None` when the consumer does not answer.
    async fn asked(&mut self) -> Result<Option<&mut Asked>, StoreError> {
        if self.asked.is_none() {
            self.asked = self.ask().await?;
        }
        Ok(self.asked.as_mut())
    }

    async fn ask(&mut self) -> Result<Option<Asked>, StoreError> {
        let inner = Arc::clone(&self.inner);
        let consumer = self.consumer().await?;
        let connection = inner.server.connection();
        let listener = inner.server.listen();
        let name = &consumer.cached_info().name;
        let subject = format!("{}.{name}", inner.server.subject("CONSUMER.MSG.NEXT"));
        let messages = consumer
            .stream()
            .max_messages_per_batch(BATCH)
            .max_bytes_per_batch(BATCH_BYTES)
            .expires(EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await;
        match messages {
            Ok(messages) => Ok(Some(Asked { messages, connection, listener, subject })),
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
