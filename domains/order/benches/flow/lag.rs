//! How soon an event is in the rows, while events come at a steady rate.

use std::time::{Duration, Instant};

use cim_order::order::{ConfirmOrder, PayOrder, PlaceOrder};
use cim_order::sales::Sales;
use cim_runtime::prelude::*;
use cim_test_nats::Server;
use futures::stream::{self, StreamExt as _};
use tokio::time::sleep_until;

use crate::books::{Books, CUSTOMERS, Paid, id};
use crate::numbers::percentiles;

/// How many events there are a second, and how many in all.
const RATE: u32 = 10_000;
const EVENTS: u32 = 5 * RATE;

pub async fn run() {
    let server = Server::start();
    let shop = Books::open(server.url()).await.unwrap();
    // Each of these orders is confirmed, and then paid.
    let orders = u64::from(EVENTS / 2);
    stream::iter(0..orders).for_each_concurrent(256, |number| place(&shop, number)).await;
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();

    let begun = tokio::time::Instant::now();
    let mut sends = Vec::new();
    for number in 0..EVENTS {
        sleep_until(begun + Duration::from_secs(1) * number / RATE).await;
        let customer = shop.acting_as(format!("customer-{}", u64::from(number) % CUSTOMERS));
        sends.push(tokio::spawn(follow(customer, u64::from(number), orders)));
    }
    let (mut sales, mut paid) = (Vec::new(), Vec::new());
    for send in sends {
        let (of_sales, of_paid) = send.await.unwrap();
        sales.push(of_sales);
        paid.push(of_paid);
    }
    let rate = f64::from(EVENTS) / begun.elapsed().as_secs_f64();
    println!("until an event is in few rows, at {rate:.0} events/s: {}", percentiles(&paid));
    println!("until it is in the five tables of `Sales`: {}", percentiles(&sales));
    workers.stop().await;
}

async fn place(shop: &Handle<Books>, number: u64) {
    let items = vec![format!("{number}-1").parse().unwrap()];
    shop.send(&id(number), PlaceOrder { items, price_cents: 1 }).await.unwrap();
}

/// The times from the answer to a command until each projection has taken its event.
async fn follow(shop: Handle<Books>, number: u64, orders: u64) -> (Duration, Duration) {
    let id = id(number % orders);
    let sent = match number < orders {
        true => shop.send(&id, ConfirmOrder).await.unwrap(),
        false => shop.send(&id, PayOrder { cents: 1 }).await.unwrap(),
    };
    let answered = Instant::now();
    let position = sent.receipt().unwrap().position;
    let (sales, paid) = (shop.projection::<Sales>().unwrap(), shop.projection::<Paid>().unwrap());
    let in_sales = async {
        sales.reached(position).await.unwrap();
        answered.elapsed()
    };
    let in_paid = async {
        paid.reached(position).await.unwrap();
        answered.elapsed()
    };
    tokio::join!(in_sales, in_paid)
}
