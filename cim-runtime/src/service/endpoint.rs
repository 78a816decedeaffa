//! An endpoint: takes the requests of one subject, and answers them.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap, HeaderValue, Message, Subscriber};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::failure::{Code, Failure};
use super::wire;
use crate::observe::{self, trace};

/// What an endpoint does with a request.
pub(super) type Answering =
    Arc<dyn Fn(Message) -> BoxFuture<'static, Result<Json, Failure>> + Send + Sync>;

/// A service that is to stop takes so many more requests of one subject at most. The server has sent
/// some of them already, and the client forgets a subscription at once that it gives up; with a
/// number, both count to it.
const LAST: u64 = 256;

/// When none of them has come for so long, none is on its way.
const QUIET: Duration = Duration::from_millis(200);

/// One of the things that a service does.
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) subject: String,
    /// What a request looks like, for people and tools.
    pub(super) metadata: Json,
    pub(super) stats: Mutex<Stats>,
    pub(super) answering: Answering,
}

/// What has become of the requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Stats {
    requests: u64,
    errors: u64,
    last_error: String,
    time: Duration,
}

/// How many requests are taken at once, by all endpoints of a service.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Those that are worked on.
    pub(super) running: Arc<Semaphore>,
    /// Those, and the ones that wait for it.
    pub(super) taken: Arc<Semaphore>,
}

impl Endpoint {
    fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, answer: &Result<(), Failure>, time: Duration) {
        let mut stats = self.stats();
        stats.requests += 1;
        stats.time += time;
        if let Err(failure) = answer {
            stats.errors += 1;
            stats.last_error = format!("{}:{}", failure.code.number(), failure.message);
        }
    }

    pub(super) fn info(&self) -> Json {
        json!({
            "name": self.name, "subject": self.subject, "queue_group": wire::QUEUE_GROUP,
            "metadata": self.metadata,
        })
    }

    pub(super) fn statistics(&self) -> Json {
        let stats = self.stats().clone();
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let average = u32::try_from(stats.requests).ok().and_then(|n| stats.time.checked_div(n));
        json!({
            "name": self.name, "subject": self.subject, "queue_group": wire::QUEUE_GROUP,
            "num_requests": stats.requests, "num_errors": stats.errors,
            "last_error": stats.last_error,
            "processing_time": nanos(stats.time),
            "average_processing_time": nanos(average.unwrap_or_default()),
        })
    }

    /// Answers requests until it is told to stop, and then those that are on their way.
    pub(super) async fn run(
        self: Arc<Self>,
        client: Client,
        mut requests: Subscriber,
        limits: Limits,
        mut stop: watch::Receiver<bool>,
    ) {
        let (mut answers, mut seen) = (JoinSet::new(), 0);
        loop {
            let request = tokio::select! {
                request = requests.next() => request,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let Some(request) = request else { break };
            seen += 1;
            self.take(&client, request, &limits, &mut answers);
            while answers.try_join_next().is_some() {}
        }
        // Without a subscription, there is nothing more to come.
        let _ = requests.unsubscribe_after(seen + LAST).await;
        while let Ok(Some(request)) = tokio::time::timeout(QUIET, requests.next()).await {
            self.take(&client, request, &limits, &mut answers);
        }
        let _ = requests.unsubscribe().await;
        while let Some(request) = requests.next().await {
            self.take(&client, request, &limits, &mut answers);
        }
        while answers.join_next().await.is_some() {}
    }

    fn take(
        self: &Arc<Self>,
        client: &Client,
        request: Message,
        limits: &Limits,
        answers: &mut JoinSet<()>,
    ) {
        let (this, client, begun) = (Arc::clone(self), client.clone(), Instant::now());
        let place = Arc::clone(&limits.taken).try_acquire_owned();
        let running = Arc::clone(&limits.running);
        answers.spawn(async move {
            let reply = request.reply.clone();
            let trace = request.headers.as_ref().and_then(|headers| headers.get(trace::HEADER));
            let span = observe::request_span(&request.subject, trace.map(HeaderValue::as_str));
            let answer = match place {
                Err(_) => Err(Failure::new(
                    Code::Busy,
                    "this process has as many requests as it takes: send again",
                )),
                Ok(_place) => {
                    // It is never closed.
                    let _turn = running.acquire_owned().await;
                    let answer = AssertUnwindSafe((this.answering)(request)).catch_unwind();
                    let answer = answer.instrument(span).await;
                    answer.unwrap_or_else(|_| {
                        let problem = "the domain's own code has panicked: see the service's log";
                        Err(Failure::new(Code::Failed, problem))
                    })
                }
            };
            let answer = match reply {
                Some(reply) => respond(&client, reply, answer).await,
                None => answer.map(drop),
            };
            this.note(&answer, begun.elapsed());
        });
    }
}

/// Sends an answer; one that is too large is replaced by the error that says so.
async fn respond(
    client: &Client,
    reply: async_nats::Subject,
    answer: Result<Json, Failure>,
) -> Result<(), Failure> {
    let (answer, failure) = match answer {
        Ok(answer) => (answer.to_string(), None),
        Err(failure) => (failure.to_json().to_string(), Some(failure)),
    };
    let (len, most) = (answer.len(), client.server_info().max_payload);
    let (answer, failure) = match failure {
        None if len > most => {
            let problem = format!("the answer takes {len} bytes, and the server passes on {most}");
            let failure = Failure::new(Code::Failed, format!("{problem}: ask for less"));
            (failure.to_json().to_string(), Some(failure))
        }
        failure => (answer, failure),
    };
    let sent = match &failure {
        None => client.publish(reply, answer.into()).await,
        Some(failure) => {
            let mut headers = HeaderMap::new();
            // A header is one line.
            headers.insert(wire::ERROR, failure.message.replace(['\r', '\n'], " "));
            headers.insert(wire::ERROR_CODE, failure.code.number().to_string());
            client.publish_with_headers(reply, headers, answer.into()).await
        }
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "an answer was not sent");
    }
    failure.map_or(Ok(()), Err)
}
