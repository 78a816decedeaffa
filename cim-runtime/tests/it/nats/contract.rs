//! Servers and streams that a store is not opened on.

use std::io::Write as _;
use std::net::TcpListener;

use async_nats::jetstream::stream::{Config, DiscardPolicy};
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{
    self, Durability, JetStreamStore, Store as _, StoreError, StoreErrorKind,
};
use cim_test_nats::Server;

use super::{client_of, store_on};

async fn refused(url: &str) -> StoreError {
    JetStreamStore::connect(url).await.unwrap_err()
}

#[tokio::test]
async fn an_old_server_is_refused_with_the_reason() {
    let server = Server::options().version("2.12.8").start();
    let error = refused(&server.url()).await;
    assert_eq!(error.kind(), StoreErrorKind::Invalid);
    let text = error.to_string();
    assert!(text.contains("2.12.8") && text.contains("2.14.4 or later"), "{text}");
}

#[tokio::test]
async fn a_server_without_jetstream_is_refused() {
    let server = Server::options().without_jetstream().start();
    let error = refused(&server.url()).await;
    assert_eq!(error.kind(), StoreErrorKind::Invalid);
    assert!(error.to_string().contains("--jetstream"), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_is_said() {
    let mut server = Server::start();
    let url = server.url();
    server.kill();
    let error = refused(&url).await;
    assert_eq!(error.kind(), StoreErrorKind::Io);
    assert!(error.to_string().contains(&url) && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn another_kind_of_server_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let error = refused(&url).await;
    serving.join().unwrap();
    assert_eq!(error.kind(), StoreErrorKind::Io, "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_not_shown() {
    let settings = "authorization { user: alice, password: s3cret }";
    let server = Server::options().setting(settings).start();
    let at = |login: &str| server.url().replace("//", &format!("//{login}@"));
    for login in ["alice:wr0ng-s3cret", "bob:s3cret", "s3cret"] {
        let error = refused(&at(login)).await;
        assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
        assert!(!error.to_string().contains("s3cret") && error.to_string().contains("password"));
    }
    let store = JetStreamStore::connect(&at("alice:s3cret")).await.unwrap();
    store.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    assert!(!format!("{store:?}").contains("s3cret"));
    let options = JetStreamStore::options().user("alice", "s3cret");
    options.connect(&server.url()).await.unwrap();
}

#[tokio::test]
async fn a_token_opens_a_store() {
    let server = Server::options().setting("authorization { token: t0ken }").start();
    assert_eq!(refused(&server.url()).await.kind(), StoreErrorKind::Invalid);
    JetStreamStore::connect(&server.url().replace("//", "//t0ken@")).await.unwrap();
    JetStreamStore::options().token("t0ken").connect(&server.url()).await.unwrap();
}

#[tokio::test]
async fn a_weaker_server_than_declared_is_refused() {
    let server = Server::start();
    store_on(&server).await;
    let declared = JetStreamStore::options().durability(Durability::Replicated);
    let error = declared.connect(&server.url()).await.unwrap_err();
    assert!(error.to_string().contains("3 replicas, it has 1"), "{error}");
    let error = refused(&format!("{}/OTHER?durability=replicated", server.url())).await;
    assert!(error.to_string().contains("cannot be created"), "{error}");
}

#[tokio::test]
async fn a_stream_that_drops_the_old_is_refused() {
    let server = Server::start();
    let jetstream = async_nats::jetstream::new(client_of(&server).await);
    let config = Config {
        name: "DROPS".to_owned(),
        subjects: vec!["sample.evt.*.*".to_owned()],
        max_messages: 1000,
        discard: DiscardPolicy::Old,
        allow_direct: true,
        ..Config::default()
    };
    jetstream.create_stream(config).await.unwrap();
    let text = refused(&format!("{}/DROPS", server.url())).await.to_string();
    assert!(text.contains("`DROPS`") && text.contains("discard") && text.contains("max_msgs"));
    // Another stream cannot have its subjects.
    let store = JetStreamStore::connect(&format!("{}/OTHER", server.url())).await.unwrap();
    let error = store.commit(SampleStream::new("kettle").commit(1)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid);
    assert!(
        error.to_string().contains("another stream")
            || error.to_string().contains("another JetStream"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_are_opened_by_their_address() {
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());
    let store = store::connect(url.as_str()).await.unwrap();
    let mut stream = SampleStream::new("kettle");
    store.commit(stream.commit(1)).await.unwrap();
    // Also where nothing can be awaited.
    let again = store::open(&url).unwrap();
    assert_eq!(again.read_stream(stream.name(), 0).await.unwrap().len(), 1);
    let other = store::connect(server.url()).await.unwrap();
    assert_eq!(other.head().await.unwrap(), None, "each stream is a store of its own");
}

#[tokio::test]
async fn on_one_thread_a_store_is_not_opened_by_waiting() {
    let error = store::open("nats://localhost/SHOP").unwrap_err();
    assert!(error.to_string().contains("await"), "{error}");
}

#[tokio::test]
async fn a_domain_that_is_added_leaves_all_other_settings_as_they_are() {
    let server = Server::start();
    let jetstream = async_nats::jetstream::new(client_of(&server).await);
    // What an operator may have set besides.
    let config = serde_json::json!({
        "name": "CIM", "subjects": ["shop.evt.*.*"], "storage": "file", "retention": "limits",
        "discard": "new", "num_replicas": 1, "allow_direct": true, "deny_delete": true,
        "description": "of the operator", "metadata": {"team": "shop"}, "compression": "s2",
        "max_msgs": -1, "max_bytes": 1_000_000_000, "allow_atomic": true, "allow_batched": true,
        "consumer_limits": {"inactive_threshold": 60_000_000_000_u64},
    });
    let asked = async |verb: &str, payload: &serde_json::Value| -> serde_json::Value {
        jetstream.request(format!("STREAM.{verb}.CIM"), payload).await.unwrap()
    };
    let created = asked("CREATE", &config).await;
    assert_eq!(created["config"]["allow_batched"], true, "{created}");
    let store = JetStreamStore::options().domain("house").connect(&server.url()).await.unwrap();
    // One with the store, and one with its first event.
    store.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    let mut expected = created["config"].clone();
    expected["subjects"] = serde_json::json!(["shop.evt.*.*", "house.evt.*.*", "sample.evt.*.*"]);
    assert_eq!(asked("INFO", &serde_json::Value::Null).await["config"], expected);
}
