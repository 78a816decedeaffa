//! Processes that share a store on a server: one writes the rows, all of them answer.

use cim_runtime::prelude::*;
use cim_runtime::projection::ProjectionState;
use cim_test_nats::Server;

use super::super::Ground;
use super::market::{Goods, Lines, Market, sell};
use crate::projections::{line, named};

async fn state(market: &Handle<Market>) -> ProjectionState {
    market.projection::<Goods>().unwrap().status().await.unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_writes_and_another_goes_on_when_it_ends() {
    let (server, ground) = (Server::start(), Ground::new());
    let mut markets = Vec::new();
    for _ in 0..2 {
        let market = Market::open(server.url()).await.unwrap();
        markets.push(market.provide(ground.pool().await));
    }
    let first = markets[0].start().await.unwrap();
    let sent = sell(&markets[0], "apple", 1).await;
    markets[0].ask(Lines).after(&sent).await.unwrap();
    let _second = markets[1].start().await.unwrap();
    for count in 2..=20 {
        let sent = sell(&markets[count as usize % 2], "apple", 1).await;
        for market in &markets {
            let lines = market.ask(Lines).after(&sent).await.unwrap();
            assert_eq!(lines, named(&[("apple", line(count, u64::from(count)))]));
        }
    }
    assert_eq!(state(&markets[0]).await, ProjectionState::Live);
    assert_eq!(state(&markets[1]).await, ProjectionState::Following);
    first.stop().await;
    let sent = sell(&markets[0], "apple", 1).await;
    let lines = markets[1].ask(Lines).after(&sent).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(21, 21))]));
    assert_eq!(state(&markets[1]).await, ProjectionState::Live);
}
