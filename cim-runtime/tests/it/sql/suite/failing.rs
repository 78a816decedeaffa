//! What cannot be done leaves nothing behind, and is told.

use cim_runtime::prelude::*;
use cim_runtime::projection::ProjectionState;

use super::super::{Connection, Ground};
use super::market::{Goods, Largest, Lines, Market, Nonsense, sell};
use crate::projections::{Sold, Till, line, named};

/// Waits until the projection has found that it cannot reach its rows.
pub(crate) async fn retrying(market: &Handle<Market>) {
    let goods = market.projection::<Goods>().unwrap();
    while !matches!(goods.status().await.unwrap().state, ProjectionState::Retrying { .. }) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_taken_is_put_aside_and_the_rest_goes_on() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    // The first page has good events before and behind the bad ones.
    for goods in ["apple", "panic", "pear", "fail", "null", "apple"] {
        sell(&market, goods, 10).await;
    }
    let workers = market.start().await.unwrap();
    workers.settled().await.unwrap();
    let good = named(&[("apple", line(2, 20)), ("pear", line(1, 10))]);
    assert_eq!(market.ask(Lines).await.unwrap(), good);
    let parked = market.projection::<Goods>().unwrap().parked().await.unwrap();
    let problems: Vec<_> = parked.iter().map(|(at, event)| (*at, &*event.problem)).collect();
    let panicked = "event 2: it panicked: a bug in a projection";
    let failed = "event 4: these goods are not known";
    assert_eq!(problems[..2], [(2, panicked), (4, failed)]);
    let (at, refused) = problems[2];
    assert!(at == 5 && refused.starts_with("event 5: error returned from database:"), "{refused}");
    assert_eq!((&*parked[0].1.event_type, &*parked[0].1.id), ("Sold", "1"));
    let sent = sell(&market, "pear", 1).await;
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap()[1].1, line(2, 11));
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_says_why() {
    let ground = Ground::new();
    let market = Market::open("memory:").await.unwrap().provide(ground.pool().await);
    let _workers = market.start().await.unwrap();
    let error = market.ask(Nonsense).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    let said = error.to_string();
    let start = "the projection `goods` cannot answer `Nonsense`: error returned from database:";
    assert!(said.starts_with(start), "{said}");
    let said = market.ask(Largest(2000)).await.unwrap_err().to_string();
    let expected = "the projection `goods` cannot answer `Largest`: there are not so many tills";
    assert_eq!(said, expected);
}

#[tokio::test]
async fn who_has_no_database_is_told() {
    let market = Market::open("memory:").await.unwrap();
    let error = market.start().await.unwrap_err();
    assert!(matches!(error, Error::NoDatabase { projection: "goods", .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("call `provide`"), "{said}");
}

/// A projection that stops.
mod strict {
    use super::*;

    pub struct Strict;

    #[value]
    pub struct Counted;

    #[projection(sql, on_failure = stop)]
    impl Strict {
        #[reset]
        async fn tables(db: &mut Connection) -> sqlx::Result<()> {
            let tables = "DROP TABLE IF EXISTS counted;
                CREATE TABLE counted (cents BIGINT NOT NULL);
                CREATE TABLE IF NOT EXISTS most (cents BIGINT NOT NULL);";
            sqlx::raw_sql(tables).execute(db).await.map(drop)
        }

        #[on]
        async fn sold(db: &mut Connection, event: &Recorded<Sold>) -> sqlx::Result<()> {
            let cents = i64::from(event.event.cents);
            sqlx::query("INSERT INTO counted VALUES ($1)").bind(cents).execute(&mut *db).await?;
            // No row, no event.
            let most = "SELECT cents FROM most WHERE cents >= $1";
            sqlx::query_as::<_, (i64,)>(most).bind(cents).fetch_one(db).await.map(drop)
        }

        #[query]
        async fn counted(db: &mut Connection, _: Counted) -> sqlx::Result<i64> {
            sqlx::query_scalar("SELECT COUNT(*) FROM counted").fetch_one(db).await
        }
    }

    #[system(aggregates(Till), projections(Strict))]
    pub struct Market;
}

#[tokio::test]
async fn a_projection_that_stops_says_at_which_event_and_can_be_made_anew() {
    let ground = Ground::new();
    let pool = ground.pool().await;
    let market = strict::Market::open("memory:").await.unwrap().provide(pool.clone());
    let workers = market.start().await.unwrap();
    workers.settled().await.unwrap();
    sqlx::query("INSERT INTO most VALUES (10)").execute(&pool).await.unwrap();
    let sent = sell(&market, "apple", 10).await;
    assert_eq!(market.ask(strict::Counted).after(&sent).await.unwrap(), 1);
    let sent = sell(&market, "apple", 20).await;
    let error = market.ask(strict::Counted).after(&sent).await.unwrap_err();
    let reason = "the projection `strict` has stopped: event 2: no rows returned by a query that \
                  expected to return at least one row";
    assert_eq!(error.to_string(), reason);
    // What it knows it still answers, and nothing of the second is there.
    assert_eq!(market.ask(strict::Counted).await.unwrap(), 1);
    sqlx::query("UPDATE most SET cents = 20").execute(&pool).await.unwrap();
    market.projection::<strict::Strict>().unwrap().rebuild().await.unwrap();
    assert_eq!(market.ask(strict::Counted).after(&sent).await.unwrap(), 2);
}
