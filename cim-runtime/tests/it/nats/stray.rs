//! Messages in our subjects that no writer of ours has sent.

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Lookup, Store as _};
use cim_test_nats::Server;
use futures::StreamExt as _;

use super::{client_of, store_on};

async fn send_stray(server: &Server, subject: &str) {
    let jetstream = async_nats::jetstream::new(client_of(server).await);
    jetstream.publish(subject.to_owned(), "hello".into()).await.unwrap().await.unwrap();
}

async fn works(store: &JetStreamStore, stream: &SampleStream, events: usize) {
    let loaded = store.read_stream(stream.name(), 0).await.unwrap();
    assert_eq!(loaded.len(), events);
    assert_eq!(store.read_all(0, 100).await.unwrap(), loaded);
    let sampled = Lookup::EventType("Sampled".to_owned());
    assert_eq!(store.lookup(sampled, 0, 100).await.unwrap(), loaded);
    let followed: Vec<_> =
        store.subscribe(0).take(events).map(|event| event.unwrap()).collect().await;
    assert_eq!(followed, loaded);
    let head = store.head().await.unwrap().map(|head| head.number);
    assert_eq!(head, loaded.last().map(|event| event.position));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_message_is_passed_over_and_reported() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut stream = SampleStream::new("strayed");
    store.commit(stream.commit(2)).await.unwrap();
    store.commit(stream.commit(1)).await.unwrap();
    send_stray(&server, stream.name().as_str()).await;
    // A process that knows the stream, and one that does not.
    works(&store_on(&server).await, &stream, 3).await;
    works(&store, &stream, 3).await;
    send_stray(&server, stream.name().as_str()).await;
    send_stray(&server, stream.name().as_str()).await;
    store.commit(stream.commit(1)).await.unwrap();
    store_on(&server).await.commit(stream.commit(1)).await.unwrap();
    works(&store, &stream, 5).await;
    let damage = store.damage().await.unwrap();
    let places: Vec<_> = damage.iter().map(|damage| &*damage.place).collect();
    assert_eq!(places, ["sequence 3", "sequence 4", "sequence 5"]);
    assert!(damage[0].problem.contains("no commit"), "{:?}", damage[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_message_does_not_make_a_conflict() {
    let server = Server::start();
    let (one, two) = (store_on(&server).await, store_on(&server).await);
    let mut stream = SampleStream::new("fresh");
    one.commit(SampleStream::new("warm").commit(1)).await.unwrap();
    send_stray(&server, stream.name().as_str()).await;
    let draft = stream.draft(&SampleCommit::of(1));
    one.commit(stream.commit(1)).await.unwrap();
    assert!(two.commit(draft).await.unwrap_err().is_conflict());
    send_stray(&server, stream.name().as_str()).await;
    // Known to nobody: the stream's version is found behind the stray.
    let three = store_on(&server).await;
    let again = three.commit(stream.commit(1)).await.unwrap();
    assert!(!again.duplicate);
    assert_eq!(two.read_stream(stream.name(), 0).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_somebody_else_is_no_answer() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut stream = SampleStream::new("answered");
    store.commit(stream.commit(1)).await.unwrap();
    // Somebody listens where only the stream should, and answers faster than it.
    let client = client_of(&server).await;
    let mut asked = client.subscribe("sample.evt.>").await.unwrap();
    client.flush().await.unwrap();
    let answering = tokio::spawn(async move {
        for answer in ["ok", "{\"stream\":\"OTHER\",\"seq\":1}", "{}"] {
            let message = asked.next().await.unwrap();
            client.publish(message.reply.unwrap(), answer.into()).await.unwrap();
            client.flush().await.unwrap();
        }
    });
    for _ in 0..3 {
        store.commit(stream.commit(1)).await.unwrap();
    }
    answering.abort();
    assert_eq!(store.read_stream(stream.name(), 0).await.unwrap().len(), 4);
}
