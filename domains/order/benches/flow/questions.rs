//! A question for one row over NATS, while commands are taken as fast as they come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cim_order::order::{ConfirmOrder, PayOrder, PlaceOrder};
use cim_order::sales::OrderById;
use cim_runtime::prelude::*;
use cim_runtime::service::{Client, Connection, ServeOptions};
use cim_test_nats::Server;
use futures::future::join_all;

use crate::books::{Books, EACH, fill, id};
use crate::numbers::percentiles;

/// How many orders there are when it begins.
const ORDERS: u64 = 20_000;

/// How many callers send commands all the while.
const CALLERS: u64 = 64;

/// How often each of those who ask does.
const QUESTIONS: u64 = 2_000;

pub async fn run() {
    let server = Server::start();
    let shop = Books::open(server.url()).await.unwrap();
    fill(&shop, 0..ORDERS).await;
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();
    let connection = Connection::to(&server.url()).await.unwrap();
    let service = shop.serve(&connection, ServeOptions::default()).await.unwrap();
    println!("a question over NATS, nothing else: {}", asked(&server, 1).await.0);
    let load = Load::begin(&shop);
    for clients in [1, 16] {
        let before = load.sent.load(Ordering::Relaxed);
        let (times, took) = asked(&server, clients).await;
        let sent = load.sent.load(Ordering::Relaxed) - before;
        let rate = sent as f64 / took.as_secs_f64();
        println!("{clients} who ask, beside {rate:.0} commands/s: {times}");
    }
    load.end().await;
    service.stop().await.unwrap();
    workers.stop().await;
}

/// So many clients ask one question after the other, each on a connection of its own.
async fn asked(server: &Server, clients: u64) -> (String, Duration) {
    let begun = Instant::now();
    let clients = (0..clients).map(|client| {
        let url = server.url();
        tokio::spawn(async move {
            let books = Client::<Books>::connect(&url).await.unwrap();
            let mut times = Vec::new();
            for number in 0..QUESTIONS {
                let id = id((client * QUESTIONS + number) * 7919 % ORDERS);
                let begun = Instant::now();
                assert!(books.ask(OrderById { id }).await.unwrap().is_some());
                times.push(begun.elapsed());
            }
            times
        })
    });
    let times = join_all(clients).await.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>();
    (percentiles(&times), begun.elapsed())
}

/// Callers who send commands until they are told to stop.
struct Load {
    sent: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    callers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn begin(shop: &Handle<Books>) -> Self {
        let (sent, over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let callers = (0..CALLERS).map(|caller| {
            let (shop, sent, over) = (shop.clone(), Arc::clone(&sent), Arc::clone(&over));
            tokio::spawn(async move {
                let mut number = ORDERS + caller;
                while !over.load(Ordering::Relaxed) {
                    let (id, items) = (id(number), vec!["1".parse().unwrap()]);
                    shop.send(&id, PlaceOrder { items, price_cents: 1 }).await.unwrap();
                    shop.send(&id, ConfirmOrder).await.unwrap();
                    shop.send(&id, PayOrder { cents: 1 }).await.unwrap();
                    sent.fetch_add(EACH, Ordering::Relaxed);
                    number += CALLERS;
                }
            })
        });
        let callers = callers.collect();
        Self { sent, over, callers }
    }

    async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        for caller in self.callers {
            caller.await.unwrap();
        }
    }
}
