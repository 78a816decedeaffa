//! What tools that follow messages see of what belongs together: W3C `traceparent`.

use std::sync::Arc;

use async_nats::HeaderMap;
use cim_runtime::prelude::*;
use cim_runtime::service::Client;
use cim_runtime::store::{JetStreamStore, Store};
use cim_test_nats::Server;
use futures::StreamExt as _;

use super::client_of;
use super::services::{Fill, Jar, JarId, Kitchen};

fn jar() -> JarId {
    "blue".parse().unwrap()
}

/// The trace of a message, without its span.
fn trace(headers: Option<&HeaderMap>) -> Option<String> {
    let text = headers?.get("traceparent")?.as_str();
    let parts: Vec<_> = text.split('-').collect();
    assert_eq!((parts.len(), parts[0], parts[2].len(), parts[3]), (4, "00", 16, "01"), "{text}");
    Some(parts[1].to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_says_its_trace_if_that_is_wanted() {
    let server = Server::start();
    let traced = JetStreamStore::options().traceparent().connect(&server.url()).await.unwrap();
    let kitchen = Handle::<Kitchen>::over(Arc::new(traced) as Arc<dyn Store>);
    let first = kitchen.send(&jar(), Fill { sweets: 1 }).await.unwrap();
    let history = kitchen.history::<Jar>(&jar(), 0).await.unwrap();
    let caused = kitchen.because_of(&history[0]).send(&jar(), Fill { sweets: 1 }).await.unwrap();
    let plain = JetStreamStore::connect(&server.url()).await.unwrap();
    let plain = Handle::<Kitchen>::over(Arc::new(plain) as Arc<dyn Store>);
    plain.send(&jar(), Fill { sweets: 1 }).await.unwrap();

    let nats = async_nats::jetstream::new(client_of(&server).await);
    let stream = nats.get_stream("CIM").await.unwrap();
    let mut traces = Vec::new();
    for sequence in 1..=3 {
        let message = stream.get_raw_message(sequence).await.unwrap();
        traces.push(trace(Some(&message.headers)));
    }
    let correlation = first.receipt().unwrap().correlation;
    assert_eq!(caused.receipt().unwrap().correlation, correlation);
    let of_both = Some(correlation.simple().to_string());
    assert_eq!(traces, [of_both.clone(), of_both, None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_its_trace() {
    let server = Server::start();
    let nats = client_of(&server).await;
    let mut requests = nats.subscribe("kitchen.cmd.jar.Fill").await.unwrap();
    nats.flush().await.unwrap();
    let client = Client::<Kitchen>::connect(&server.url()).await.unwrap();
    let id = Uuid::from_u128(7);
    let sending =
        tokio::spawn(
            async move { client.with_command_id(id).send(&jar(), Fill { sweets: 1 }).await },
        );
    let request = requests.next().await.unwrap();
    assert_eq!(trace(request.headers.as_ref()), Some(id.simple().to_string()));
    sending.abort();
}
