//! A system behind its endpoints: what each of them does.

use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use serde_json::{Value as Json, json};

use super::answer;
use super::endpoint::{Answering, Endpoint};
use super::failure::Failure;
use super::request::{CommandRequest, QueryRequest};
use crate::cbor::Shape;
use crate::door::{CommandDoor, Knock};
use crate::projection::{Inquiry, QueryDoor};
use crate::subject;
use crate::system::{Handle, System};

/// What is served.
pub(super) struct Host<S>(Handle<S>);

impl<S: System> Host<S> {
    pub(super) fn new(handle: Handle<S>) -> Self {
        Self(handle)
    }

    /// One for each command, and one for each query of the projections.
    pub(super) fn endpoints(&self, domain: &str) -> Vec<Arc<Endpoint>> {
        let mut endpoints = Vec::new();
        for aggregate in S::AGGREGATES {
            for door in (aggregate.doors)() {
                for (name, shape) in (door.commands)() {
                    endpoints.push(self.command(door, name, shape));
                }
            }
        }
        for projection in S::PROJECTIONS {
            for door in projection.queries {
                endpoints.push(self.query(domain, projection.name, *door));
            }
        }
        endpoints.into_iter().map(Arc::new).collect()
    }

    fn command(&self, door: CommandDoor, name: &'static str, shape: Shape) -> Endpoint {
        let handle = self.0.clone();
        let answering: Answering = Arc::new(move |request| {
            let handle = handle.clone();
            async move { sent(&handle, door, name, shape, &request.payload).await }.boxed()
        });
        let (_, aggregate) = door.aggregate.as_str().split_once('.').unwrap_or_default();
        Endpoint {
            name: endpoint_name(aggregate, name),
            subject: subject::command(door.aggregate, name),
            metadata: json!({"machine": door.machine, "command": shape.to_string()}),
            stats: Mutex::default(),
            answering,
        }
    }

    fn query(&self, domain: &str, projection: &str, door: QueryDoor) -> Endpoint {
        let registry = Arc::clone(self.0.registry());
        let answering: Answering = Arc::new(move |request| {
            let registry = Arc::clone(&registry);
            async move {
                let read = QueryRequest::read(&request.payload, door.question)?;
                let QueryRequest { data, after, within } = read;
                let inquiry = Inquiry { registry: &registry, data: &data, after, within };
                answer::of_query(door.ask(inquiry).await)
            }
            .boxed()
        });
        let (question, answer) = (door.question.to_string(), door.answer.to_string());
        Endpoint {
            name: endpoint_name(projection, door.name),
            subject: subject::query(domain, projection, door.name),
            metadata: json!({"question": question, "answer": answer}),
            stats: Mutex::default(),
            answering,
        }
    }
}

async fn sent<S: System>(
    handle: &Handle<S>,
    door: CommandDoor,
    name: &'static str,
    shape: Shape,
    payload: &[u8],
) -> Result<Json, Failure> {
    let request = CommandRequest::read(payload, shape)?;
    let mut handle = handle.clone();
    if let Some(actor) = request.actor {
        handle = handle.acting_as(actor);
    }
    if let Some(cause) = request.cause {
        handle = handle.because_of(cause);
    }
    if let Some(id) = request.command_id {
        handle = handle.with_command_id(id);
    }
    let message = handle.message();
    let (id, data) = (request.id.as_str(), request.data.as_slice());
    let knock = Knock { driver: handle.driver(), id, name, data, message: &message };
    answer::of_command(door.send(knock).await, name, message.command_id)
}

/// Names of endpoints have letters, digits, `-` and `_`.
fn endpoint_name(of: &str, name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name = name.chars().map(|letter| if plain(letter) { letter } else { '_' });
    format!("{of}-{}", name.collect::<String>())
}
