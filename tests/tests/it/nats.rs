//! The same domain on a server: one line of the program changes.

use cim_order::Shop;
use cim_order::order::{ConfirmOrder, Order, OrderId, OrderState, PlaceOrder, RemindOfPayment};
use cim_runtime::{Error, Sent};
use cim_test_nats::Server;
use uuid::Uuid;

fn place() -> PlaceOrder {
    PlaceOrder { items: vec!["880001".parse().unwrap()], price_cents: 52_496 }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_share_what_they_did() {
    let server = Server::start();
    // Two connections that know nothing of each other, as in two processes.
    let (one, two) =
        (Shop::open(server.url()).await.unwrap(), Shop::open(server.url()).await.unwrap());
    let id: OrderId = "990001".parse().unwrap();
    one.send(&id, place()).await.unwrap();
    two.send(&id, ConfirmOrder).await.unwrap();
    let again = one.send(&id, ConfirmOrder).await.unwrap_err();
    assert!(again.is_refusal(), "{again}");
    assert_eq!(two.load::<Order>(&id).await.unwrap().state(), OrderState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_with_an_id_is_stored_once_by_any_process() {
    let server = Server::start();
    let id: OrderId = "990001".parse().unwrap();
    let command = Uuid::now_v7();
    let first = Shop::open(server.url()).await.unwrap();
    let sent = first.with_command_id(command).send(&id, place()).await.unwrap();
    assert!(matches!(sent, Sent::Stored(_)), "{sent:?}");
    for _ in 0..2 {
        let another = Shop::open(server.url()).await.unwrap();
        let sent = another.with_command_id(command).send(&id, place()).await.unwrap();
        assert!(matches!(sent, Sent::Repeated(_)), "{sent:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_kept_and_used_by_others() {
    let server = Server::start();
    let id: OrderId = "990001".parse().unwrap();
    let shop = Shop::open(server.url()).await.unwrap();
    shop.send(&id, place()).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    for _ in 0..200 {
        shop.send(&id, RemindOfPayment).await.unwrap();
    }
    let other = Shop::open(server.url()).await.unwrap();
    let order = other.load::<Order>(&id).await.unwrap();
    assert_eq!((order.version(), order.state()), (202, OrderState::Confirmed));
    // A snapshot is written beside the commands: it is there some time after them.
    let stream = order.stream();
    while other.store().snapshot(stream).await.unwrap().is_none() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_an_error_of_the_machine() {
    let mut server = Server::start();
    let url = server.url();
    server.kill();
    let error = Shop::open(url).await.err().unwrap();
    assert!(matches!(error, Error::Store(_)) && error.is_retryable(), "{error}");
}

#[test]
fn a_program_says_what_it_found_at_the_server() {
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());
    let simulate = |arguments: &[&str]| {
        let mut command = cim_tests::programs::program("cim-order");
        command.args(["simulate", "--orders", "1", "--store", &url]).args(arguments);
        let said = command.output().unwrap();
        assert!(said.status.success());
        String::from_utf8(said.stderr).unwrap()
    };
    let said = simulate(&["-v"]);
    for part in ["nats-server 2.", "SHOP, created now", "shop.evt.*.*", "durability  dev"] {
        assert!(said.contains(part), "no `{part}` in {said}");
    }
    assert!(!simulate(&[]).contains("nats-server"));
}
