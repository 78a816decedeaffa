//! Catching up from the first event on, against a consumer of the client alone that decodes the same.

use std::hint::black_box;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, pull};
use bytes::Bytes;
use cim_order::order::OrderEvent;
use cim_order::sales::Sales;
use cim_runtime::Envelope;
use cim_runtime::car::Section;
use cim_runtime::cbor::Decoder;
use cim_runtime::event::EventSet as _;
use cim_runtime::prelude::*;
use cim_runtime::projection::{Projection, ProjectionState};
use cim_test_nats::Server;
use futures::StreamExt as _;

use crate::books::{Books, EACH, Paid, fill};
use crate::numbers::median;

const PAIRS: usize = 5;

pub async fn run() {
    let events = crate::events(300_000) / EACH * EACH;
    let server = Server::start();
    let shop = Books::open(server.url()).await.unwrap();
    let begun = Instant::now();
    fill(&shop, 0..events / EACH).await;
    println!("{events} events stored, {:.0}/s", per_second(events, begun.elapsed()));
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();
    compare::<Paid>(&shop, &server, events).await;
    compare::<Sales>(&shop, &server, events).await;
    workers.stop().await;
}

fn per_second(events: u64, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}

async fn compare<P: Projection>(shop: &Handle<Books>, server: &Server, events: u64)
where
    Books: cim_runtime::system::Shows<P>,
{
    let projection = shop.projection::<P>().unwrap();
    let (mut ratios, mut ours, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let begun = Instant::now();
        assert_eq!(decode_all(server, events).await, events);
        let floor = per_second(events, begun.elapsed());
        let begun = Instant::now();
        projection.rebuild().await.unwrap();
        let own = per_second(events, begun.elapsed());
        // The rows that it has had are removed.
        while projection.status().await.unwrap().state != ProjectionState::Live {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        ratios.push(own / floor);
        ours.push(own);
        floors.push(floor);
    }
    println!(
        "{} catches up on {events} events at {:.0}/s, the client alone at {:.0}/s: {:.2}× of {ratios:.2?}",
        P::NAME,
        median(&ours),
        median(&floors),
        median(&ratios),
    );
}

/// Reads all messages of the stream with the client alone.
async fn decode_all(server: &Server, events: u64) -> u64 {
    let context = async_nats::jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stream = context.get_stream("CIM").await.unwrap();
    let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let mut count = 0;
    while count < events {
        let message = messages.next().await.unwrap().unwrap();
        count += decoded(&message.payload);
    }
    count
}

/// How many events a message has, each re-hashed and decoded.
fn decoded(payload: &Bytes) -> u64 {
    let (mut at, mut count) = (0, 0);
    while at < payload.len() {
        let section = Section::read(&payload[at..], at as u64).unwrap();
        section.verify(at as u64).unwrap();
        at += section.len;
        let envelope = Envelope::decode(section.block).unwrap();
        let mut data = Decoder::new(envelope.data);
        let event = OrderEvent::decode(envelope.event_type, envelope.schema, &mut data);
        count += u64::from(black_box(event).is_some());
    }
    count
}
