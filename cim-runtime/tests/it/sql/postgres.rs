//! On PostgreSQL, with a server for each test.

use std::time::Duration;

use cim_runtime::projection::ProjectionState;
use cim_test_postgres::Server;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::projections::{line, named};

#[path = "suite/mod.rs"]
mod suite;

use suite::{Goods, Lines, Market, retrying, sell};

pub(crate) type Connection = sqlx::PgConnection;

/// A database of a test's own.
pub(crate) struct Ground {
    server: Server,
}

impl Ground {
    pub(crate) fn new() -> Self {
        Self { server: Server::start() }
    }

    pub(crate) async fn pool(&self) -> PgPool {
        PgPool::connect(&self.server.url()).await.unwrap()
    }

    /// A pool that does not wait long for what it cannot have.
    pub(crate) async fn impatient_pool(&self) -> PgPool {
        let options = PgPoolOptions::new().acquire_timeout(Duration::from_millis(10));
        options.connect_lazy(&self.server.url()).unwrap()
    }

    /// Nobody can reach it any more.
    pub(crate) async fn lose(&mut self) {
        self.server.kill();
    }

    /// Everybody can again.
    pub(crate) async fn find(&mut self) {
        self.server.restart();
    }
}

// A commit behind it would write nothing, and say nothing.
#[tokio::test]
async fn an_event_whose_statement_fails_unseen_is_put_aside() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    for goods in ["apple", "swallow", "pear"] {
        sell(&market, goods, 10).await;
    }
    let workers = market.start().await.unwrap();
    workers.settled().await.unwrap();
    let good = named(&[("apple", line(1, 10)), ("pear", line(1, 10))]);
    assert_eq!(market.ask(Lines).await.unwrap(), good);
    let parked = market.projection::<Goods>().unwrap().parked().await.unwrap();
    let problems: Vec<_> = parked.iter().map(|(at, event)| (*at, &*event.problem)).collect();
    let [(2, problem)] = problems[..] else { panic!("{problems:?}") };
    assert!(problem.starts_with("event 2: what it has written cannot stay:"), "{problem}");
}

#[tokio::test]
async fn a_password_is_told_to_nobody() {
    let mut ground = Ground::new();
    assert!(ground.server.url().contains("s3cret"));
    let pool = ground.impatient_pool().await;
    let market = Market::open("memory:").await.unwrap().provide(pool);
    let workers = market.start().await.unwrap();
    ground.lose().await;
    sell(&market, "apple", 1).await;
    retrying(&market).await;
    let goods = market.projection::<Goods>().unwrap();
    let ProjectionState::Retrying { reason } = goods.status().await.unwrap().state else {
        panic!("it does not try again");
    };
    let parked = goods.parked().await.unwrap_err();
    let said = format!("{reason} {parked} {parked:?} {goods:?} {market:?} {workers:?}");
    assert!(reason.starts_with("the database of the projection `goods`:"), "{reason}");
    assert!(!said.contains("s3cret"), "{said}");
}
