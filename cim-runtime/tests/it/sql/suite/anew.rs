//! Rows that are made anew, and how far they are.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::projection::ProjectionState;
use cim_runtime::store::{MemoryStore, Store};

use super::super::{Connection, Ground};
use super::market::{Goods, Lines, Market, sell};
use crate::projections::{Sold, Till, line, named};

#[tokio::test]
async fn a_projection_tells_how_far_it_is() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    let workers = market.start().await.unwrap();
    let sent = sell(&market, "apple", 10).await;
    workers.settled().await.unwrap();
    let goods = market.projection::<Goods>().unwrap();
    let status = goods.status().await.unwrap();
    assert_eq!((status.name, status.position, status.events_behind), ("goods", 1, 0));
    assert_eq!(status.state, ProjectionState::Live);

    goods.pause();
    sell(&market, "apple", 10).await;
    let last = sell(&market, "apple", 10).await;
    let status = goods.status().await.unwrap();
    assert_eq!((&status.state, status.events_behind), (&ProjectionState::Paused, 2));
    assert!(status.time_behind > SignedDuration::ZERO);
    // It goes on answering from what it knows.
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap(), named(&[("apple", line(1, 10))]));
    goods.resume();
    let lines = market.ask(Lines).after(&last).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(3, 30))]));
}

// Nobody is answered from rows that are half made.
#[tokio::test]
async fn who_asks_while_rows_are_made_anew_waits_for_all_of_them() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    let _workers = market.start().await.unwrap();
    for _ in 0..100 {
        sell(&market, "apple", 1).await;
    }
    let goods = market.projection::<Goods>().unwrap();
    let asked = async {
        for count in 101..=200 {
            let sent = sell(&market, "apple", 1).await;
            let lines = loop {
                match market.ask(Lines).after(&sent).await {
                    Ok(lines) => break lines,
                    // They were taken away just when it had begun.
                    Err(error) => assert!(error.is_retryable(), "{error}"),
                }
            };
            assert_eq!(lines, named(&[("apple", line(count, u64::from(count)))]));
        }
    };
    let rebuilt = async {
        for _ in 0..5 {
            goods.rebuild().await.unwrap();
        }
    };
    tokio::join!(asked, rebuilt);
    assert_eq!(market.ask(Lines).await.unwrap(), named(&[("apple", line(200, 200))]));
}

/// A later program, in which the projection of the same name counts otherwise.
mod later {
    use super::*;

    pub struct Goods;

    #[value]
    pub struct Counts;

    #[projection(sql)]
    impl Goods {
        #[reset]
        async fn tables(db: &mut Connection) -> sqlx::Result<()> {
            let tables = "DROP TABLE IF EXISTS lines;
                CREATE TABLE lines (goods TEXT PRIMARY KEY, times BIGINT NOT NULL)";
            sqlx::raw_sql(tables).execute(db).await.map(drop)
        }

        #[on]
        async fn sold(db: &mut Connection, event: &Recorded<Sold>) -> sqlx::Result<()> {
            let line = "INSERT INTO lines (goods, times) VALUES ($1, 1)
                ON CONFLICT (goods) DO UPDATE SET times = lines.times + 1";
            sqlx::query(line).bind(&event.event.goods).execute(db).await.map(drop)
        }

        #[query]
        async fn counts(db: &mut Connection, _: Counts) -> sqlx::Result<Vec<(String, i64)>> {
            sqlx::query_as("SELECT goods, times FROM lines").fetch_all(db).await
        }
    }

    #[system(aggregates(Till), projections(Goods))]
    pub struct Market;
}

#[tokio::test]
async fn another_program_makes_its_own_rows() {
    let ground = Ground::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let market = Handle::<Market>::over(Arc::clone(&store)).provide(ground.pool().await);
    let workers = market.start().await.unwrap();
    sell(&market, "apple", 10).await;
    let sent = sell(&market, "apple", 10).await;
    workers.settled().await.unwrap();
    workers.stop().await;
    for _ in 0..2 {
        let newer = Handle::<later::Market>::over(Arc::clone(&store));
        let newer = newer.provide(ground.pool().await);
        let workers = newer.start().await.unwrap();
        let counts = newer.ask(later::Counts).after(&sent).await.unwrap();
        assert_eq!(counts, [("apple".to_owned(), 2)]);
        workers.stop().await;
        // And back again, as when a release is taken back.
        let workers = market.start().await.unwrap();
        let lines = market.ask(Lines).after(&sent).await.unwrap();
        assert_eq!(lines, named(&[("apple", line(2, 20))]));
        workers.stop().await;
    }
}

#[tokio::test]
async fn rows_of_another_store_are_made_anew() {
    let ground = Ground::new();
    for (goods, count) in [("apple", 3), ("pear", 5)] {
        let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
        let mut last = None;
        for _ in 0..count {
            last = Some(sell(&market, goods, 10).await);
        }
        let workers = market.start().await.unwrap();
        let lines = market.ask(Lines).after(last.as_ref().unwrap()).await.unwrap();
        assert_eq!(lines, named(&[(goods, line(count, 10 * u64::from(count)))]));
        workers.stop().await;
    }
}
