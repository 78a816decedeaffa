//! How a service is found and watched: NATS' protocol of micro services, `$SRV.PING`, `INFO` and
//! `STATS`.
//!
//! Source: <https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md>. The
//! client has a service of its own, which forgets the requests that are on their way when it stops,
//! and counts what it was not told.

use std::sync::Arc;

use async_nats::{Client, Message, SubscribeError};
use futures::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value as Json, json};

use super::endpoint::Endpoint;
use crate::subject;

/// What a service says of itself.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) version: String,
    pub(super) description: String,
    /// When it was started, in RFC 3339.
    pub(super) started: String,
    pub(super) endpoints: Vec<Arc<Endpoint>>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
enum Verb {
    Ping,
    Info,
    Stats,
}

impl Verb {
    const ALL: [Self; 3] = [Self::Ping, Self::Info, Self::Stats];

    fn name(self) -> &'static str {
        match self {
            Self::Ping => "PING",
            Self::Info => "INFO",
            Self::Stats => "STATS",
        }
    }
}

/// Questions to a service about itself.
pub(super) struct Discovery {
    identity: Arc<Identity>,
    client: Client,
    questions: stream::SelectAll<BoxStream<'static, (Verb, Message)>>,
}

impl Discovery {
    /// Listens for them.
    pub(super) async fn of(
        client: &Client,
        identity: Arc<Identity>,
    ) -> Result<Self, SubscribeError> {
        let mut questions = stream::SelectAll::new();
        for verb in Verb::ALL {
            for subject in subject::service(verb.name(), &identity.name, &identity.id) {
                let asked = client.subscribe(subject).await?;
                questions.push(asked.map(move |message| (verb, message)).boxed());
            }
        }
        Ok(Self { identity, client: client.clone(), questions })
    }

    /// Answers them.
    pub(super) async fn run(mut self) {
        while let Some((verb, question)) = self.questions.next().await {
            let Some(reply) = question.reply else { continue };
            let answer = self.identity.answer(verb).to_string();
            if let Err(error) = self.client.publish(reply, answer.into()).await {
                tracing::warn!(%error, "a service's answer about itself was not sent");
            }
        }
    }
}

impl Identity {
    /// Where this process alone is asked whether it is there.
    pub(super) fn own_ping(&self) -> String {
        let [_, _, alone] = subject::service(Verb::Ping.name(), &self.name, &self.id);
        alone
    }

    fn answer(&self, verb: Verb) -> Json {
        let (name, id, version) = (&self.name, &self.id, &self.version);
        let endpoints = self.endpoints.iter();
        match verb {
            Verb::Ping => json!({
                "type": "io.nats.micro.v1.ping_response",
                "name": name, "id": id, "version": version, "metadata": {},
            }),
            Verb::Info => json!({
                "type": "io.nats.micro.v1.info_response",
                "name": name, "id": id, "version": version, "metadata": {},
                "description": self.description,
                "endpoints": Json::from_iter(endpoints.map(|endpoint| endpoint.info())),
            }),
            Verb::Stats => json!({
                "type": "io.nats.micro.v1.stats_response",
                "name": name, "id": id, "version": version, "metadata": {},
                "started": self.started,
                "endpoints": Json::from_iter(endpoints.map(|endpoint| endpoint.statistics())),
            }),
        }
    }
}
