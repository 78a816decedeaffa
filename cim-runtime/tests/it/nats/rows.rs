//! Rows that processes share: each a connection of its own, on one server.

use std::sync::Arc;
use std::time::Duration;

use cim_runtime::ManualEnvironment;
use cim_runtime::prelude::*;
use cim_runtime::projection::ProjectionState;
use cim_runtime::rows::{RowBatch, RowStore};
use cim_runtime::store::Store;
use cim_runtime::testing::Simulation;
use cim_test_nats::Server;

use super::store_on;
use crate::projections::{Goods, Lines, Market, Sell, line, named, till};
use crate::reactions::{Bell, Ear, Hear, Ring, Rung, Tower, all_done, check, cut_short, ear};

async fn rows_of(server: &Server) -> Arc<dyn RowStore> {
    store_on(server).await.rows().await.unwrap()
}

/// Does what may wait for the server.
async fn off<T: Send + 'static>(
    rows: &Arc<dyn RowStore>,
    work: impl FnOnce(&dyn RowStore) -> T + Send + 'static,
) -> T {
    let rows = Arc::clone(rows);
    tokio::task::spawn_blocking(move || work(rows.as_ref())).await.unwrap()
}

fn batch(from: u64, to: u64, rows: &[(&str, Option<&str>)]) -> RowBatch {
    let mut batch = RowBatch::new(from, to);
    for (key, value) in rows {
        match value {
            Some(value) => batch.put("goods", key.as_bytes().to_vec(), value.as_bytes().to_vec()),
            None => batch.remove("goods", key.as_bytes().to_vec()),
        }
    }
    batch
}

/// The checkpoint of a space, and its rows.
async fn content(rows: &Arc<dyn RowStore>, space: &'static str) -> (u64, Vec<(String, String)>) {
    off(rows, move |rows| {
        let view = rows.view(space).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let found = view.rows("goods", &[], &[], 1000).unwrap();
        let found = found.iter().map(|(key, value)| (text(key), text(value))).collect();
        (view.checkpoint().unwrap(), found)
    })
    .await
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_has_written_another_reads_and_of_two_one_is_refused() {
    let server = Server::start();
    let (one, other) = (rows_of(&server).await, rows_of(&server).await);
    let first = batch(0, 3, &[("a", Some("1")), ("b.c *", Some("2")), ("", Some("3"))]);
    off(&one, move |rows| rows.commit("s.1", first)).await.unwrap();
    let all = pairs(&[("", "3"), ("a", "1"), ("b.c *", "2")]);
    assert_eq!(content(&one, "s.1").await, (3, all.clone()));
    assert_eq!(content(&other, "s.1").await, (3, all));
    // Another space is another one, also if its name begins alike.
    assert_eq!(content(&other, "s").await, (0, vec![]));

    let second = batch(3, 4, &[("a", None), ("d", Some("4"))]);
    off(&other, move |rows| rows.commit("s.1", second)).await.unwrap();
    // The first does not know yet, and is told.
    let late = off(&one, |rows| rows.commit("s.1", batch(3, 5, &[("a", Some("5"))]))).await;
    assert!(late.unwrap_err().is_conflict());
    let now = pairs(&[("", "3"), ("b.c *", "2"), ("d", "4")]);
    for rows in [&one, &other, &rows_of(&server).await] {
        assert_eq!(content(rows, "s.1").await, (4, now.clone()));
    }

    off(&other, |rows| rows.clear("s.1")).await.unwrap();
    off(&other, |rows| rows.commit("s.1", batch(0, 9, &[("z", Some("9"))]))).await.unwrap();
    let fresh = rows_of(&server).await;
    assert_eq!(content(&fresh, "s.1").await, (9, pairs(&[("z", "9")])));
    let late = off(&one, |rows| rows.commit("s.1", batch(4, 5, &[]))).await;
    assert!(late.unwrap_err().is_conflict());
    assert_eq!(content(&one, "s.1").await, (9, pairs(&[("z", "9")])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_are_written_as_one_and_too_many_are_refused() {
    let server = Server::start();
    let rows = rows_of(&server).await;
    let of = |count: u32, to| {
        let mut batch = RowBatch::new(to - 1, to);
        (0..count).for_each(|n| batch.put("goods", n.to_be_bytes().to_vec(), vec![7; 100]));
        batch
    };
    let most = rows.most_rows() as u32;
    off(&rows, move |rows| rows.commit("s", of(most, 1))).await.unwrap();
    let too_many = off(&rows, move |rows| rows.commit("s", of(most + 1, 2))).await.unwrap_err();
    assert!(too_many.to_string().contains("changes 1000 rows"), "{too_many}");
    let fresh = rows_of(&server).await;
    let count =
        off(&fresh, |rows| rows.view("s").unwrap().rows("goods", &[], &[], 5000).unwrap().len());
    assert_eq!(count.await as u32, most);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_leads_and_the_next_one_follows_it() {
    let server = Server::start();
    let (one, other) = (rows_of(&server).await, rows_of(&server).await);
    let first = one.lead("goods").await.unwrap();
    // Another name is another lead.
    drop(other.lead("bads").await.unwrap());
    let mut second = std::pin::pin!(other.lead("goods"));
    let waited = tokio::time::timeout(Duration::from_secs(1), &mut second).await;
    assert!(waited.is_err(), "two lead");
    drop(first);
    second.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projection_is_written_by_one_process_and_answers_in_all() {
    let server = Server::start();
    let mut markets = Vec::new();
    for _ in 0..2 {
        let market = Handle::<Market>::over(Arc::new(store_on(&server).await));
        let workers = market.start().await.unwrap();
        markets.push((market, workers));
    }
    let sell = |goods: &str| Sell { goods: goods.to_owned(), cents: 5 };
    for number in 0..20 {
        let (market, _) = &markets[number % 2];
        let sent = market.send(&till(number as u32), sell("apple")).await.unwrap();
        for (market, _) in &markets {
            let count = number as u32 + 1;
            let lines = market.ask(Lines).after(&sent).await.unwrap();
            assert_eq!(lines, named(&[("apple", line(count, 5 * u64::from(count)))]));
        }
    }
    let mut states = Vec::new();
    for (market, _) in &markets {
        states.push(market.projection::<Goods>().unwrap().status().await.unwrap().state);
    }
    states.sort_by_key(|state| *state == ProjectionState::Live);
    assert_eq!(states, [ProjectionState::Following, ProjectionState::Live]);

    // The one that wrote goes away, whichever it was.
    let leads = match markets[0].0.projection::<Goods>().unwrap().status().await.unwrap().state {
        ProjectionState::Live => 0,
        _ => 1,
    };
    let (_, workers) = markets.remove(leads);
    drop(workers);
    let (market, _workers) = &markets[0];
    let sent = market.send(&till(1), sell("pear")).await.unwrap();
    let lines = market.ask(Lines).after(&sent).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(20, 100)), ("pear", line(1, 5))]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_answers_from_rows_of_another_goes_on_when_they_are_made_anew() {
    let server = Server::start();
    let [one, other] = [store_on(&server).await, store_on(&server).await];
    let [one, other] = [one, other].map(|store| Handle::<Market>::over(Arc::new(store)));
    let _leads = one.start().await.unwrap();
    let apple = Sell { goods: "apple".to_owned(), cents: 5 };
    let sent = one.send(&till(1), apple).await.unwrap();
    one.ask(Lines).after(&sent).await.unwrap();
    let _follows = other.start().await.unwrap();
    let lines = named(&[("apple", line(1, 5))]);
    assert_eq!(other.ask(Lines).after(&sent).await.unwrap(), lines);
    // Whoever wants new rows, the one that writes makes them.
    for market in [&one, &other, &one, &other] {
        let goods = market.projection::<Goods>().unwrap();
        let rebuilt = tokio::time::timeout(Duration::from_secs(30), goods.rebuild());
        let asked = async {
            // Until the old rows are gone for long.
            for _ in 0..200 {
                assert_eq!(other.ask(Lines).await.unwrap(), lines);
            }
        };
        tokio::join!(async { rebuilt.await.unwrap().unwrap() }, asked);
    }
    let state = other.projection::<Goods>().unwrap().status().await.unwrap().state;
    assert_eq!(state, ProjectionState::Following);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_reacts_once() {
    let server = Server::start();
    cut_short(Arc::new(store_on(&server).await), 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_answers_to_a_refusal_once() {
    let server = Server::start();
    crate::refusals::cut_short(Arc::new(store_on(&server).await), 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_of_an_effect_that_is_cut_short_count_once() {
    let server = Server::start();
    crate::effects::cut_short(Arc::new(store_on(&server).await), 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_processes_one_reacts() {
    let server = Server::start();
    let mut towers = Vec::new();
    for _ in 0..3 {
        let tower = Handle::<Tower>::over(Arc::new(store_on(&server).await));
        let workers = tower.start().await.unwrap();
        towers.push((tower, workers));
    }
    let mut rung = Vec::new();
    for number in 0..30 {
        let (tower, _) = &towers[number as usize % towers.len()];
        tower.send(&ear(number % 3), Ring { times: 3 }).await.unwrap();
        rung.push((number % 3, 3));
        if number == 10 || number == 20 {
            // Perhaps the one that reacts.
            drop(towers.remove(0));
        }
    }
    let (tower, workers) = &towers[0];
    // Whoever does not react does not know what waits, only how far the one is that does.
    let heard = async {
        loop {
            all_done(workers).await;
            let heard: u32 = rung.iter().map(|(_, times)| times).sum();
            let mut echoes = 0;
            for bell in 0..3 {
                echoes += tower.load::<Ear>(&ear(bell)).await.unwrap().echoes;
            }
            if echoes == heard / 3 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
    check(tower, &rung).await;
}

#[policy]
pub fn hear_later(event: &Recorded<Rung>) -> To<Hear> {
    Hear.to(event.id()).after(1.hour())
}

#[system(aggregates(Bell, Ear), policies(hear_later))]
pub struct Valley;

// More rows change than one batch takes: by what was rung at once, and by what is due at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_writes_as_often_as_it_must() {
    let server = Server::start();
    let store = Arc::new(store_on(&server).await);
    let valley = Simulation::<Valley>::start_on(store, ManualEnvironment::new(1)).await.unwrap();
    let rung = async {
        valley.send(&ear(1), Ring { times: 1500 }).await.unwrap();
        valley.settled().await.unwrap();
        assert_eq!(valley.load::<Ear>(&ear(1)).await.unwrap().heard, 0);
        valley.advance(1.hour()).await.unwrap();
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), rung).await.expect("it is stuck");
    assert_eq!(valley.load::<Ear>(&ear(1)).await.unwrap().heard, 1500);
}
