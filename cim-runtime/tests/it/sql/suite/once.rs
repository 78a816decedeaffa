//! Each event counts once, whatever happens.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};

use super::super::Ground;
use super::market::{Largest, Lines, Market, recomputed, sell};
use crate::chance::Random;
use crate::projections::{Sell, line, named, till};

#[tokio::test]
async fn a_question_is_answered_from_rows_that_know_the_command() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    let _workers = market.start().await.unwrap();
    sell(&market, "apple", 30).await;
    let sent = sell(&market, "pear", 50).await;
    let lines = market.ask(Lines).after(&sent).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(1, 30)), ("pear", line(1, 50))]));
    let sent = sell(&market, "apple", 40).await;
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap()[0].1, line(2, 70));
    assert_eq!(market.ask(Largest(1)).after(&sent).await.unwrap(), Some(50));
    assert_eq!(market.ask(Largest(2)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_counts_each_event_once() {
    let ground = Ground::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut random = Random::new(7);
    let mut total = 0;
    for round in 0..100 {
        let market = Handle::<Market>::over(Arc::clone(&store)).provide(ground.pool().await);
        let workers = market.start().await.unwrap();
        for _ in 0..random.below(20) {
            let goods = ["apple", "pear", "fig", "fail", "null"][random.below(5) as usize];
            let sell = Sell { goods: goods.to_owned(), cents: random.below(100) };
            market.send(&till(random.below(3)), sell).await.unwrap();
            total += 1;
            for _ in 0..random.below(4) {
                tokio::task::yield_now().await;
            }
        }
        if round % 10 == 9 {
            workers.settled().await.unwrap();
            assert_eq!(market.ask(Lines).await.unwrap(), recomputed(&store).await);
        }
        // In the middle of whatever statement runs.
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
    }
    assert!(total > 500);
}

// Whoever is second finds that the rows have moved on, and has written nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_both_believe_they_are_the_one_count_each_event_once() {
    let ground = Ground::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut workers = Vec::new();
    let mut markets = Vec::new();
    for _ in 0..2 {
        let market = Handle::<Market>::over(Arc::clone(&store)).provide(ground.pool().await);
        workers.push(market.start().await.unwrap());
        markets.push(market);
    }
    // Each has begun, or the first would have taken everything before the second came.
    for market in &markets {
        market.ask(Lines).await.unwrap();
    }
    let mut last = None;
    for number in 0..300 {
        last = Some(sell(&markets[number % 2], "apple", 1).await);
    }
    for market in &markets {
        let lines = market.ask(Lines).after(last.as_ref().unwrap()).await.unwrap();
        assert_eq!(lines, named(&[("apple", line(300, 300))]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_while_the_database_is_gone_counts_once_it_is_back() {
    let mut ground = Ground::new();
    let pool = ground.impatient_pool().await;
    let market = Market::open("memory:").await.unwrap();
    // The first rows come with a pool that waits for the tables.
    let first = market.provide(ground.pool().await);
    let workers = first.start().await.unwrap();
    let sent = sell(&first, "apple", 1).await;
    first.ask(Lines).after(&sent).await.unwrap();
    workers.stop().await;

    let market = market.provide(pool);
    let _workers = market.start().await.unwrap();
    for _ in 0..3 {
        ground.lose().await;
        for _ in 0..20 {
            sell(&market, "apple", 1).await;
        }
        super::failing::retrying(&market).await;
        ground.find().await;
    }
    let sent = sell(&market, "apple", 1).await;
    let lines = answered(&market, &sent).await;
    assert_eq!(lines, named(&[("apple", line(62, 62))]));
}

/// The answer, of a pool that may not have found the database again.
async fn answered(market: &Handle<Market>, sent: &Sent) -> Vec<(String, crate::projections::Line)> {
    loop {
        match market.ask(Lines).after(sent).await {
            Ok(lines) => return lines,
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
}
