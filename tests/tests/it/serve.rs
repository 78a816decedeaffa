//! The shop as processes that serve it: from the first request to the signal that stops them, and
//! what becomes of commands when one of them is killed.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use cim_order::Shop;
use cim_order::order::{ConfirmOrder, Order, OrderId, PlaceOrder, RemindOfPayment};
use cim_order::sales::{AllOrders, OrderById, Progress};
use cim_runtime::service::Client;
use cim_runtime::{EventCid, Sent, Uuid};
use cim_test_nats::{Host, Server};
use cim_tests::programs::program;
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::serving::{Serving, asked};

fn place() -> PlaceOrder {
    PlaceOrder { items: vec!["880001".parse().unwrap()], price_cents: 52_496 }
}

/// What Prometheus would read there.
fn numbers(at: SocketAddr) -> String {
    let mut connection = TcpStream::connect(at).unwrap();
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn any_language_places_an_order_and_asks_for_it() {
    let server = Server::start();
    let store = tempfile::tempdir().unwrap();
    let path = store.path().join("shop.cim").display().to_string();
    let host = Host::claim();
    let metrics = SocketAddr::from((host.address(), 9464));
    let address = metrics.to_string();
    let serving = Serving::start(
        "cim-order",
        &["--store", &path, "--nats", &server.url(), "--metrics", &address],
    );
    assert!(serving.greeting.contains("shop.cmd.order.PlaceOrder\n"), "{}", serving.greeting);
    assert!(serving.greeting.contains("shop.qry.sales.OrderById\n"));

    let nats = async_nats::connect(server.url()).await.unwrap();
    let request = json!({
        "id": "990001", "actor": "ada", "command": {"items": ["880001"], "price_cents": 5},
    });
    let placed = asked(&nats, "shop.cmd.order.PlaceOrder", request).await;
    assert_eq!(placed["outcome"], "stored", "{placed}");
    let request = json!({"question": {"id": "990001"}, "after": placed["position"]});
    let order = asked(&nats, "shop.qry.sales.OrderById", request).await;
    assert_eq!(order["answer"]["customer"], "ada", "{order}");

    // The same with the shop's own types.
    let shop = Client::<Shop>::connect(&server.url()).await.unwrap();
    let id: OrderId = "990001".parse().unwrap();
    let sent = shop.send(&id, ConfirmOrder).await.unwrap();
    let order = shop.ask(OrderById { id }).after(&sent).await.unwrap().unwrap();
    assert_eq!((order.price_cents, order.progress), (5, Progress::Confirmed));

    let numbers = numbers(metrics);
    let counted =
        r#"cim_commands_total{aggregate="shop.order",command="PlaceOrder",outcome="stored"} 1"#;
    assert!(numbers.contains(counted), "{numbers}");
    assert!(numbers.contains("# TYPE cim_append_seconds histogram"), "{numbers}");
    assert!(numbers.contains(r#"cim_projection_position{projection="sales"} "#), "{numbers}");

    assert_eq!(serving.terminate(), "stopped: what had come is answered\n");
    let stored = Shop::open(path).await.unwrap();
    assert!(stored.store().head().await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_as_json_where_it_is_served() {
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());
    let serving = Serving::start("cim-order", &["--store", &url, "--json"]);
    let said: Json = serde_json::from_str(&serving.greeting).unwrap();
    assert_eq!((&said["service"], &said["url"]), (&json!("shop"), &json!(url)), "{said}");
    assert!(said["id"].as_str().is_some_and(|id| !id.is_empty()), "{said}");
    assert_eq!(said["metrics"], Json::Null);
    let subjects = said["subjects"].as_array().unwrap();
    assert!(subjects.contains(&json!("shop.cmd.order.PlaceOrder")), "{said}");
    // One object, and no more.
    assert_eq!(serving.terminate(), "");
}

#[test]
fn a_store_on_this_machine_needs_a_server() {
    let said = program("cim-order").args(["serve", "--store", "memory:"]).output().unwrap();
    assert!(!said.status.success());
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("--nats URL"), "{said}");
}

#[test]
fn metrics_are_not_served_where_somebody_listens() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments =
        ["serve", "--store", "memory:", "--nats", "nats://127.0.0.1:1", "--metrics", &address];
    let said = program("cim-order").args(arguments).output().unwrap();
    assert!(!said.status.success());
    let said = String::from_utf8(said.stderr).unwrap();
    let expected = format!("the metrics cannot be served at {address}: ");
    assert!(said.contains(&expected) && said.contains("that is free"), "{said}");
}

/// What was acknowledged: the command, and its event.
type Ledger = Arc<Mutex<Vec<(Uuid, EventCid)>>>;

/// Sends commands to one order until it is told to stop.
async fn remind(
    shop: Client<Shop>,
    id: OrderId,
    ledger: Ledger,
    count: Arc<watch::Sender<u64>>,
    stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        let sent = shop.send(&id, RemindOfPayment).await.unwrap();
        let receipt = sent.receipt().unwrap();
        ledger.lock().unwrap().push((receipt.command_id, receipt.head()));
        count.send_modify(|count| *count += 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_under_load_loses_and_doubles_nothing() {
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());
    let mut processes = [
        Serving::start("cim-order", &["--store", &url]),
        Serving::start("cim-order", &["--store", &url]),
    ];
    let shop = Client::<Shop>::connect(&server.url()).await.unwrap();
    let orders: Vec<OrderId> = (0..4).map(|n| format!("99000{n}").parse().unwrap()).collect();
    for order in &orders {
        shop.send(order, place()).await.unwrap();
        shop.send(order, ConfirmOrder).await.unwrap();
    }
    let (ledger, (stop, stopped)) = (Ledger::default(), watch::channel(false));
    let (count, mut counted) = watch::channel(0);
    let count = Arc::new(count);
    let mut callers = JoinSet::new();
    // Two callers for each order, so that processes also meet at one.
    for order in orders.iter().chain(&orders) {
        let shop = Client::<Shop>::connect(&server.url()).await.unwrap();
        let (ledger, count) = (Arc::clone(&ledger), Arc::clone(&count));
        callers.spawn(remind(shop, order.clone(), ledger, count, stopped.clone()));
    }
    for _ in 1..=3 {
        let target = *counted.borrow() + 100;
        counted.wait_for(|count| *count >= target).await.unwrap();
        let [killed, survivor] = &mut processes;
        killed.kill();
        let target = *counted.borrow() + 100;
        counted.wait_for(|count| *count >= target).await.unwrap();
        *killed = Serving::start("cim-order", &["--store", &url]);
        std::mem::swap(killed, survivor);
    }
    stop.send_replace(true);
    callers.join_all().await;

    let stored = Shop::open(url).await.unwrap();
    let mut commands = BTreeMap::<Uuid, EventCid>::new();
    for order in &orders {
        for event in stored.history::<Order>(order, 0).await.unwrap() {
            let twice = commands.insert(event.command_id, event.cid);
            assert_eq!(twice, None, "the command {} took effect twice", event.command_id);
        }
    }
    let ledger = std::mem::take(&mut *ledger.lock().unwrap());
    assert!(ledger.len() >= 600);
    for (command, event) in &ledger {
        assert_eq!(commands.get(command), Some(event), "the command {command} was lost");
    }
    // Every caller was answered at the end, so there is nothing that nobody knows of.
    assert_eq!(commands.len(), ledger.len() + 2 * orders.len());
    let summaries = shop.ask(AllOrders).after_position(head(&stored).await).await.unwrap();
    let reminders: u32 = summaries.iter().map(|(_, order)| order.reminders).sum();
    assert_eq!(reminders as usize, ledger.len());
}

async fn head(shop: &cim_runtime::Handle<Shop>) -> u64 {
    shop.store().head().await.unwrap().unwrap().number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_repeated_by_another_process() {
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());
    let id: OrderId = "990001".parse().unwrap();
    let shop = Client::<Shop>::connect(&server.url()).await.unwrap();
    let shop = shop.with_command_id(Uuid::from_u128(7));
    let mut first = Serving::start("cim-order", &["--store", &url]);
    let sent = shop.send(&id, place()).await.unwrap();
    first.kill();
    let _second = Serving::start("cim-order", &["--store", &url]);
    let again = shop.send(&id, place()).await.unwrap();
    assert!(
        matches!(&again, Sent::Repeated(receipt) if receipt.events == sent.receipt().unwrap().events)
    );
}
