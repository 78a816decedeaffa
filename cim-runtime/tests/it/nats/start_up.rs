//! What a store finds when it is opened, and whether that is what was declared.

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{
    DiskSync, Durability, JetStreamOptions, JetStreamStore, Store, StoreErrorKind,
};
use cim_test_nats::{Cluster, Server, ServerOptions};

use super::cluster::connect_with;
use super::store_on;

const ALWAYS: &str = "sync_interval: always";

async fn watched(server: &Server) -> JetStreamStore {
    let options = JetStreamStore::options().monitoring(server.monitoring_url());
    options.connect(&server.url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_told() {
    let server =
        Server::options().setting("server_name: one").setting("max_payload: 65536").start();
    let store = JetStreamStore::options().domain("sample").connect(&server.url()).await.unwrap();
    let found = store.start_up();
    assert!(found.created && found.in_files);
    assert_eq!((&*found.server, &*found.stream, found.replicas), ("one", "CIM", 1));
    assert_eq!((found.max_commit, found.max_bytes), (65536, None));
    assert!(found.subjects.contains(&"sample.evt.*.*".to_owned()));
    assert_eq!(found.sync, DiskSync::NotSeen("no monitoring port is named".to_owned()));

    store.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    let again = store_on(&server).await;
    let found = Store::start_up(&again).unwrap();
    assert!(!found.created);
    assert_eq!(found.messages, 1);
    let shown = found.to_string();
    for part in ["nats-server 2.", "one", "CIM, with", "by 1 server in files", "dev", "1 commits"] {
        assert!(shown.contains(part), "no `{part}` in\n{shown}");
    }
    assert!(cim_runtime::store::open("memory:").unwrap().start_up().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_server_syncs_is_seen_at_its_monitoring_port() {
    let server = Server::options().monitored().jetstream(ALWAYS).start();
    assert_eq!(watched(&server).await.start_up().sync, DiskSync::Always);
    let server = Server::options().monitored().setting("server_name: lazy").start();
    let later = DiskSync::Later { server: "lazy".to_owned() };
    assert_eq!(watched(&server).await.start_up().sync, later);

    // What is not such a port is said, and is no reason not to open where nobody relies on it.
    let ports = [server.url().replace("nats", "http"), "https://one".to_owned()];
    for (port, problem) in ports.into_iter().zip(["no monitoring port", "not written http://"]) {
        let options = JetStreamStore::options().monitoring(port);
        let store = options.connect(&server.url()).await.unwrap();
        let DiskSync::NotSeen(why) = &store.start_up().sync else {
            panic!("{:?}", store.start_up())
        };
        assert!(why.contains(problem) && why.contains("nothing was seen of lazy"), "{why}");
    }
}

fn safe() -> JetStreamOptions {
    JetStreamStore::options().durability(Durability::PowerLossSafe).domain("sample")
}

async fn refused(options: JetStreamOptions, url: &str) -> String {
    let error = options.connect(url).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_seen_to_sync_is_safe_from_a_power_loss() {
    let mut cluster = Cluster::start_with(|server| server.monitored().jetstream(ALWAYS));
    let url = cluster.url();
    let ports: Vec<_> = cluster.servers().iter().map(Server::monitoring_url).collect();
    let all = ports.iter().fold(safe(), JetStreamOptions::monitoring);
    let store = connect_with(&all, &url).await;
    assert_eq!(store.start_up().sync, DiskSync::Always);
    assert_eq!(store.start_up().cluster.as_deref(), Some("cim"));
    store.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    // One of three is not all.
    let said = refused(safe().monitoring(&ports[1]), &url).await;
    assert!(said.contains("nothing was seen of s0, s2"), "{said}");
    let said = refused(safe(), &url).await;
    assert!(said.contains("monitoring") && said.contains("assert_sync_always"), "{said}");
    let told = connect_with(&safe().assert_sync_always(), &url).await;
    assert_eq!(told.start_up().sync, DiskSync::Asserted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_seen_not_to_sync_is_refused_whatever_is_said() {
    let mut cluster = Cluster::start_with(ServerOptions::monitored);
    let url = cluster.url();
    connect_with(&safe().assert_sync_always(), &url).await;
    let port = cluster.servers()[2].monitoring_url();
    let said = refused(safe().assert_sync_always().monitoring(port), &url).await;
    assert!(said.contains("s2 does not") && said.contains("sync_interval: always"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_server_syncs_is_seen_where_the_operator_lets_one_ask() {
    const QUESTION: &str = "$SYS.REQ.SERVER.PING.VARZ";
    let accounts = format!(
        "system_account: SYS\n\
         accounts {{\n\
           SYS {{ exports: [{{ service: \"{QUESTION}\", response_type: stream }}] }}\n\
           APP {{ jetstream: enabled, users: [{{ user: shop, password: shop }}]\n\
             imports: [{{ service: {{ account: SYS, subject: \"{QUESTION}\" }} }}] }}\n\
         }}"
    );
    // One replica is too few either way: what matters is what is said of the sync.
    let asked = async |server: Server| {
        let options = safe().replicas(1).user("shop", "shop");
        let said = refused(options, &server.url()).await;
        assert!(said.contains("needs 3 replicas"), "{said}");
        said
    };
    let server = Server::options().setting(&accounts);
    let said = asked(server.clone().jetstream(ALWAYS).start()).await;
    assert!(!said.contains("sync_interval"), "{said}");
    let said = asked(server.setting("server_name: lazy").start()).await;
    assert!(said.contains("lazy does not"), "{said}");
}
