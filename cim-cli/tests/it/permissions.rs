//! `cim nats permissions`, and servers that are configured with what it prints.

use std::time::Duration;

use async_nats::jetstream::{self, kv};
use async_nats::{Client, ConnectOptions, Event};
use bytes::Bytes;
use cim_runtime::Commit;
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{
    JetStreamOptions, JetStreamStore, Lookup, Role, Store as _, StoreError, StoreErrorKind,
};
use cim_test_nats::Server;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::world::World;

/// A refusal is said at once. No question waits this long, and none would have its answer sooner.
const AT_ONCE: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(60);

/// A server whose users are the roles of the stream SHOP; their passwords are their names.
fn server() -> Server {
    let printed = World::empty().cim("nats permissions --stream SHOP --domain sample").well();
    let passwords = Role::ALL
        .map(|role| format!("SHOP_{}_PASSWORD: {role}\n", role.name().to_ascii_uppercase()));
    Server::options().setting(&passwords.concat()).setting(&printed).start()
}

fn options(role: Role) -> JetStreamOptions {
    JetStreamStore::options()
        .user(format!("SHOP_{role}"), role.name())
        .inbox_prefix(format!("_INBOX_SHOP_{role}"))
        .domain("sample")
        .deadline(DEADLINE)
}

async fn open(server: &Server, role: Role) -> Result<JetStreamStore, StoreError> {
    let url = url(server);
    timeout(AT_ONCE, options(role).connect(&url)).await.expect("a refusal is said at once")
}

fn url(server: &Server) -> String {
    format!("{}/SHOP", server.url())
}

/// The address by which the program opens the store.
fn address(server: &Server, role: Role) -> String {
    let login = format!("//SHOP_{role}:{role}@");
    format!("{}?inbox=_INBOX_SHOP_{role}", url(server).replace("//", &login))
}

/// A server with a stream, and the first commits of one aggregate.
async fn furnished() -> (Server, JetStreamStore, Vec<Commit>) {
    let server = server();
    let admin = open(&server, Role::Admin).await.unwrap();
    let projections = kv::Config {
        bucket: admin.subjects().await.unwrap().projections_bucket(),
        ..kv::Config::default()
    };
    let (client, _) = client(&server, Role::Admin).await;
    jetstream::new(client).create_key_value(projections).await.unwrap();
    let writer = open(&server, Role::Writer).await.unwrap();
    let mut kettle = SampleStream::new("kettle");
    let commits: Vec<_> = (0..40).map(|_| kettle.commit(1)).collect();
    for commit in &commits {
        writer.commit(commit.clone()).await.unwrap();
    }
    (server, writer, commits)
}

/// A connection of a role, and what the server says of its rights.
async fn client(server: &Server, role: Role) -> (Client, mpsc::UnboundedReceiver<String>) {
    let (said, hears) = mpsc::unbounded_channel();
    let client = ConnectOptions::new()
        .user_and_password(format!("SHOP_{role}"), role.name().to_owned())
        .custom_inbox_prefix(format!("_INBOX_SHOP_{role}"))
        .event_callback(move |event| {
            if let Event::ServerError(error) = event {
                let _ = said.send(error.to_string());
            }
            std::future::ready(())
        })
        .connect(server.url())
        .await
        .unwrap();
    (client, hears)
}

async fn reads(store: &JetStreamStore, commits: &[Commit]) {
    reads_all(store, commits).await;
    assert_eq!(store.damage().await.unwrap(), []);
}

async fn reads_all(store: &JetStreamStore, commits: &[Commit]) {
    let name = commits[0].stream();
    assert_eq!(store.read_stream(name, 0).await.unwrap().len(), commits.len());
    let all = store.read_all(0, 100).await.unwrap();
    assert_eq!(all.len(), commits.len());
    assert_eq!(store.head().await.unwrap().unwrap().cid, commits.last().unwrap().head());
    assert_eq!(store.find(&commits[3].head()).await.unwrap().as_ref(), Some(&all[3]));
    let sampled = Lookup::EventType("Sampled".to_owned());
    assert_eq!(store.lookup(sampled, 0, 100).await.unwrap(), all);
    let followed: Vec<_> = store.subscribe(0).take(all.len()).try_collect().await.unwrap();
    assert_eq!(followed, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_stores_reads_keeps_snapshots_and_serves() {
    let (server, writer, commits) = furnished().await;
    reads(&writer, &commits).await;
    let name = commits[0].stream();
    writer.keep_snapshot(name, Bytes::from_static(b"warm")).await.unwrap();
    let again = open(&server, Role::Writer).await.unwrap();
    assert_eq!(again.snapshot(name).await.unwrap().as_deref(), Some(&b"warm"[..]));

    // One that does not fit into a message, and another in its place.
    for length in [30_000_000, 2_500_000] {
        let large = Bytes::from(vec![7; length]);
        writer.keep_snapshot(name, large.clone()).await.unwrap();
        for role in [Role::Writer, Role::Reader] {
            let store = open(&server, role).await.unwrap();
            let found = timeout(AT_ONCE, store.snapshot(name)).await.unwrap().unwrap();
            assert!(found.is_some_and(|found| found == large), "{role}");
        }
    }

    let (serving, mut denied) = client(&server, Role::Writer).await;
    let mut asked = Vec::new();
    for subject in ["sample.cmd.>", "sample.qry.>", "$SRV.>"] {
        asked.push(serving.subscribe(subject).await.unwrap());
    }
    serving.flush().await.unwrap();
    let mut asked = futures::stream::select_all(asked);
    tokio::spawn(async move {
        while let Some(message) = asked.next().await {
            serving.publish(message.reply.unwrap(), "here".into()).await.unwrap();
        }
    });
    for (role, subject) in [
        (Role::Client, "sample.cmd.thing.boil"),
        (Role::Client, "sample.qry.totals.all"),
        (Role::Client, "$SRV.PING"),
        (Role::Reader, "sample.qry.totals.all"),
        (Role::Reader, "$SRV.INFO"),
    ] {
        let (asking, _denied) = client(&server, role).await;
        let answer = asking.request(subject, Bytes::new()).await.unwrap();
        assert_eq!(answer.payload, "here", "{role} asks {subject}");
    }
    assert!(denied.try_recv().is_err());
    assert!(!server.log().contains("Violation"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_reads_and_verifies_and_writes_nothing() {
    let (server, writer, commits) = furnished().await;
    let name = commits[0].stream();
    writer.keep_snapshot(name, Bytes::from_static(b"warm")).await.unwrap();
    let reader = open(&server, Role::Reader).await.unwrap();
    reads(&reader, &commits).await;
    assert_eq!(reader.snapshot(name).await.unwrap().as_deref(), Some(&b"warm"[..]));

    let world = World::empty();
    let address = address(&server, Role::Reader);
    assert!(world.cim(&format!("verify --store {address}")).well().contains("40 events"));
    world.cim(&format!("events --store {address} --json")).well();

    let commit = SampleStream::new("forged").commit(1);
    refused(reader.commit(commit), "sample.evt.thing.forged").await;
    refused(reader.keep_snapshot(name, Bytes::new()), "$KV.SHOP_snapshots.").await;
    let (said, _) = World::shop();
    let said = said.cim(&format!("copy --from shop --to {address}")).complaint(2);
    assert!(said.contains("denied") && said.contains("publish to `shop.evt.order.a`"), "{said}");
    reads(&writer, &commits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_follows_and_keeps_what_it_makes_of_it() {
    let (server, _, commits) = furnished().await;
    let projector = open(&server, Role::Projector).await.unwrap();
    reads(&projector, &commits).await;
    let (client, _denied) = client(&server, Role::Projector).await;
    let bucket = projector.subjects().await.unwrap().projections_bucket();
    let bucket = jetstream::new(client).get_key_value(bucket).await.unwrap();
    bucket.put("totals.position", "40".into()).await.unwrap();
    assert_eq!(bucket.get("totals.position").await.unwrap().as_deref(), Some(&b"40"[..]));
    bucket.delete("totals.position").await.unwrap();
    let forged = SampleStream::new("forged").commit(1);
    refused(projector.commit(forged), "sample.evt.thing.forged").await;
    refused(projector.keep_snapshot(commits[0].stream(), Bytes::new()), "KV_SHOP_snapshots").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_creates_changes_backs_up_purges_and_deletes() {
    let (server, _, commits) = furnished().await;
    let admin = open(&server, Role::Admin).await.unwrap();
    reads(&admin, &commits).await;
    let forged = SampleStream::new("forged").commit(1);
    refused(admin.commit(forged), "sample.evt.thing.forged").await;

    let (client, mut denied) = client(&server, Role::Admin).await;
    let backup = serde_json::json!({"deliver_subject": client.new_inbox()});
    let context = jetstream::new(client);
    let asked = |subject: &str, payload: serde_json::Value| {
        let (context, subject) = (context.clone(), subject.to_owned());
        async move { context.request::<_, _, serde_json::Value>(subject, &payload).await.unwrap() }
    };
    let mut config = context.get_stream("SHOP").await.unwrap().cached_info().config.clone();
    config.max_message_size = 500_000;
    context.update_stream(&config).await.unwrap();
    let snapshots = context.get_stream("KV_SHOP_snapshots").await.unwrap();
    snapshots.purge().await.unwrap();
    // The stream of events itself denies that, whoever asks.
    let answer = asked("STREAM.PURGE.SHOP", serde_json::Value::Null).await;
    assert_eq!(answer["error"]["err_code"], 10110, "{answer}");
    let answer = asked("STREAM.SNAPSHOT.SHOP", backup).await;
    assert_eq!(answer["config"]["name"], "SHOP", "{answer}");
    let state = serde_json::json!({"config": answer["config"], "state": answer["state"]});
    let answer = asked("STREAM.RESTORE.SHOP", state.clone()).await;
    assert_eq!(answer["error"]["err_code"], 10130, "it is there: {answer}");
    context.delete_stream("SHOP").await.unwrap();
    let answer = asked("STREAM.RESTORE.SHOP", state).await;
    let deliver = answer["deliver_subject"].as_str().unwrap().to_owned();
    assert!(deliver.starts_with("$JS.SNAPSHOT.RESTORE.SHOP."), "{answer}");
    // An empty piece is the end of what is restored, which is too little.
    context.client().request(deliver, Bytes::new()).await.unwrap();
    assert!(denied.try_recv().is_err());
}

/// What each role is denied. `sample.evt…` and the rest are published, the inboxes subscribed to.
#[tokio::test(flavor = "multi_thread")]
async fn no_role_does_the_work_of_another() {
    let (server, writer, commits) = furnished().await;
    let api = |verb: &str| format!("$JS.API.{verb}");
    let mut work: Vec<(Vec<Role>, String)> = vec![
        (vec![Role::Writer], "sample.evt.thing.forged".to_owned()),
        (vec![Role::Writer], "$KV.SHOP_snapshots.sample.evt.thing.kettle".to_owned()),
        (vec![Role::Writer], "$O.SHOP_large_snapshots.M.kettle".to_owned()),
        (vec![Role::Projector], "$KV.SHOP_projections.totals".to_owned()),
        (vec![Role::Client], "sample.cmd.thing.boil".to_owned()),
        (vec![Role::Reader, Role::Client], "sample.qry.totals.all".to_owned()),
        (vec![], "sample.evt.thing.forged.more".to_owned()),
        (vec![], "other.evt.thing.forged".to_owned()),
        (vec![], api("STREAM.LIST")),
        (vec![], api("STREAM.CREATE.OTHER")),
        (vec![], api("CONSUMER.DURABLE.CREATE.SHOP.mine")),
        (vec![], api("CONSUMER.CREATE.KV_SHOP_snapshots")),
    ];
    for verb in ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "RESTORE", "SNAPSHOT"] {
        for stream in ["SHOP", "KV_SHOP_snapshots", "KV_SHOP_projections"] {
            work.push((vec![Role::Admin], api(&format!("STREAM.{verb}.{stream}"))));
        }
    }
    for role in Role::ALL {
        let (client, mut denied) = client(&server, role).await;
        let mut refused = async |what: &str, subject: &str| {
            let said = timeout(AT_ONCE, denied.recv()).await;
            let said = said.unwrap_or_else(|_| panic!("{role} may {what} {subject}")).unwrap();
            assert!(said.contains(subject) && said.contains(what), "{role}, {subject}: {said}");
        };
        for (_, subject) in work.iter().filter(|(roles, _)| !roles.contains(&role)) {
            client.publish(subject.clone(), Bytes::new()).await.unwrap();
            refused("Publish", subject).await;
        }
        let others = Role::ALL.into_iter().filter(|other| *other != role);
        let inboxes = others.map(|other| format!("_INBOX_SHOP_{other}.>"));
        let all = ["_INBOX.>", "sample.evt.>", "$JS.>", "$KV.>", ">"].map(str::to_owned);
        for subject in inboxes.chain(all) {
            drop(client.subscribe(subject.clone()).await.unwrap());
            refused("Subscription", &subject).await;
        }
        if !matches!(role, Role::Writer | Role::Projector) {
            drop(client.subscribe("sample.qry.>").await.unwrap());
            refused("Subscription", "sample.qry.>").await;
        }
    }
    reads(&writer, &commits).await;
}

/// The server looks at where a question goes, and not at where its answer is to go. What a role that
/// reads can do with that is known here.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_sent_elsewhere_is_a_stray() {
    let (server, writer, commits) = furnished().await;
    let (client, _) = client(&server, Role::Reader).await;
    let mut strays = Vec::new();
    // Whole commits, as new aggregates, and answers as whatever.
    for (id, question) in
        [("new", "DIRECT.GET"), ("newer", "DIRECT.GET"), ("any", "STREAM.MSG.GET")]
    {
        let to = SampleStream::new(id).name().to_string();
        let question = format!("$JS.API.{question}.SHOP");
        client.publish_with_reply(question, to.clone(), "{\"seq\":1}".into()).await.unwrap();
        strays.push(to);
    }
    // The answers are on their own way.
    let damage = timeout(AT_ONCE, async {
        loop {
            let damage = writer.damage().await.unwrap();
            if damage.len() == strays.len() {
                return damage;
            }
        }
    });
    for damage in damage.await.unwrap() {
        assert!(damage.problem.contains("is no commit"), "{damage:?}");
    }
    // They are passed over, also by those who write there.
    reads_all(&writer, &commits).await;
    let mut new = SampleStream::new("new");
    writer.commit(new.commit(1)).await.unwrap();
    let again = open(&server, Role::Writer).await.unwrap();
    again.commit(new.commit(1)).await.unwrap();
    assert_eq!(writer.read_stream(new.name(), 0).await.unwrap().len(), 2);
    assert_eq!(writer.read_stream(SampleStream::new("any").name(), 0).await.unwrap(), []);
}

/// The call fails at once, and its error names what is missing.
async fn refused<T: std::fmt::Debug>(
    call: impl Future<Output = Result<T, StoreError>>,
    subject: &str,
) {
    let error = timeout(AT_ONCE, call).await.expect("a refusal is said at once").unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Denied, "{error}");
    assert!(error.to_string().contains(subject), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_permitted_is_said_when_a_store_is_opened() {
    let server = server();
    // There is no stream yet, and only an admin may create it.
    for role in [Role::Writer, Role::Reader, Role::Projector] {
        refused(open(&server, role), "$JS.API.STREAM.CREATE.SHOP").await;
    }
    refused(open(&server, Role::Client), "$JS.API.STREAM.INFO.SHOP").await;
    open(&server, Role::Admin).await.unwrap();
    // Nor may another add a domain.
    let url = url(&server);
    let other = options(Role::Writer).domain("other");
    refused(other.connect(&url), "$JS.API.STREAM.UPDATE.SHOP").await;
    let writer = open(&server, Role::Writer).await.unwrap();
    writer.commit(SampleStream::new("kettle").commit(1)).await.unwrap();

    // Answers come to the inbox of the role, and nowhere else.
    let lost = options(Role::Writer).inbox_prefix("_INBOX");
    refused(lost.connect(&url), "_INBOX.").await;
    let world = World::empty();
    let address = address(&server, Role::Reader);
    let (without, _) = address.split_once('?').unwrap();
    let complaint = world.cim(&format!("stats --store {without}")).complaint(2);
    assert!(complaint.contains("inbox=PREFIX") && !complaint.contains(":reader@"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_not_permitted_ends() {
    for verb in ["CONSUMER.CREATE.SHOP", "CONSUMER.MSG.NEXT.SHOP.*"] {
        let printed = World::empty()
            .cim("nats permissions --stream SHOP --domain sample --role reader --role admin")
            .well()
            // The reader's alone, which stands first.
            .replacen(&format!("          \"$JS.API.{verb}\"\n"), "", 1);
        let passwords = "SHOP_READER_PASSWORD: reader\nSHOP_ADMIN_PASSWORD: admin";
        let server = Server::options().setting(passwords).setting(&printed).start();
        open(&server, Role::Admin).await.unwrap();
        let reader = open(&server, Role::Reader).await.unwrap();
        let mut following = reader.subscribe(0);
        refused(following.try_next(), verb.trim_end_matches('*')).await;
        assert!(following.next().await.is_none());
    }
}

#[test]
fn permissions_are_printed_for_machines_and_for_nsc() {
    let world = World::empty();
    let printed = |arguments: &str| {
        world.cim(&format!("nats permissions --stream MY-SHOP --domain shop {arguments}"))
    };
    let json = printed("--json").object();
    assert_eq!(json.as_array().unwrap().len(), Role::ALL.len());
    assert_eq!(json[0]["role"], "writer");
    assert_eq!(json[0]["inbox"], "_INBOX_MY-SHOP_writer");
    assert_eq!(json[1]["responses"], false);
    let reader = printed("--role reader --nsc").well();
    assert!(reader.contains("nsc add user --name MY-SHOP_reader"), "{reader}");
    assert!(reader.contains("--allow-sub '_INBOX_MY-SHOP_reader.>'"), "{reader}");
    assert!(!reader.contains("writer") && !reader.contains("--allow-pub-response"), "{reader}");
    assert!(printed("").well().contains("$MY_SHOP_WRITER_PASSWORD"));
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_those_of_the_store_that_is_named() {
    let (server, ..) = furnished().await;
    let world = World::empty();
    let named = world.cim("nats permissions --stream SHOP --domain sample --json").object();
    let address = address(&server, Role::Reader);
    let found = world.cim(&format!("nats permissions --store {address} --json")).object();
    assert_eq!(found, named);
    let config = format!(
        "[nats]\nurl = \"{}\"\nuser = \"SHOP_reader\"\npassword = \"reader\"\n\
         inbox = \"_INBOX_SHOP_reader\"\n[event_store]\nstream = \"SHOP\"\n",
        server.url()
    );
    std::fs::write(world.path("shop.toml"), config).unwrap();
    let configured = world.cim("nats permissions --config shop.toml --json").object();
    assert_eq!(configured, named);
    for arguments in ["", "--stream SHOP", "--stream SHOP --domain a.b", "--role king"] {
        assert_eq!(world.cim(&format!("nats permissions {arguments}")).code, 2, "{arguments}");
    }
}
