//! The floor: the client alone, publishing messages of the same size with the same expectations.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, Context, context::traits::Publisher as _, stream};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::numbers::middle;
use crate::{CALLERS, COMMANDS, SINGLE};

/// The client alone.
pub struct Raw(Context);

impl Raw {
    pub async fn on(url: &str, replicas: usize) -> Self {
        let context = jetstream::new(crate::connect(url).await);
        let config = stream::Config {
            name: "RAW".to_owned(),
            subjects: vec!["raw.evt.*.*".to_owned()],
            discard: stream::DiscardPolicy::New,
            duplicate_window: Duration::from_secs(10),
            allow_direct: true,
            num_replicas: replicas,
            ..Default::default()
        };
        context.create_stream(config).await.unwrap();
        Self(context)
    }

    /// Publishes behind `last`, and returns the new last sequence. A cluster may still be busy with the
    /// message before, and says so by a code: then it is sent again, as anybody would.
    async fn publish(&self, subject: &str, last: u64, payload: &Bytes) -> u64 {
        loop {
            let message = jetstream::message::PublishMessage::build()
                .payload(payload.clone())
                .expected_last_subject_sequence(last)
                .outbound_message(subject.to_owned());
            match self.0.publish_message(message).await.unwrap().await {
                Ok(answer) => return answer.sequence,
                Err(busy) if busy.to_string().contains("10164") => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub async fn rate(&self, run: usize, orders: usize, payload: &Bytes) -> f64 {
        let start = Instant::now();
        let callers = (0..CALLERS).map(|caller| {
            let (raw, payload) = (Self(self.0.clone()), payload.clone());
            tokio::spawn(async move {
                for number in (caller..orders).step_by(CALLERS) {
                    let subject = format!("raw.evt.order.{run}-{number}");
                    let mut last = 0;
                    for _ in 0..COMMANDS {
                        last = raw.publish(&subject, last, &payload).await;
                    }
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        (orders * COMMANDS) as f64 / start.elapsed().as_secs_f64()
    }

    /// What the crate eventsourced-nats 0.16 does for a command, written out: a channel to the task of
    /// the entity, a publish with its expectation, and an answer by another channel. The command itself
    /// and its serialization are left out.
    pub async fn entities_rate(&self, run: usize, orders: usize, payload: &Bytes) -> f64 {
        let each = orders * COMMANDS / CALLERS;
        let start = Instant::now();
        let callers = (0..CALLERS).map(|caller| {
            let (raw, payload) = (Self(self.0.clone()), payload.clone());
            let (commands, mut received) = mpsc::channel::<(Bytes, oneshot::Sender<u64>)>(1);
            let subject = format!("raw.evt.order.entity-{run}-{caller}");
            tokio::spawn(async move {
                let mut last = 0;
                while let Some((event, answer)) = received.recv().await {
                    last = raw.publish(&subject, last, &event).await;
                    answer.send(last).unwrap();
                }
            });
            tokio::spawn(async move {
                for _ in 0..each {
                    let (answer, answered) = oneshot::channel();
                    commands.send((payload.clone(), answer)).await.unwrap();
                    answered.await.unwrap();
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        (each * CALLERS) as f64 / start.elapsed().as_secs_f64()
    }

    pub async fn p50(&self, run: usize, payload: &Bytes) -> Duration {
        let subject = format!("raw.evt.order.single-{run}");
        let (mut last, mut times) = (0, Vec::with_capacity(SINGLE));
        for _ in 0..SINGLE {
            let start = Instant::now();
            last = self.publish(&subject, last, payload).await;
            times.push(start.elapsed());
        }
        middle(times)
    }
}
