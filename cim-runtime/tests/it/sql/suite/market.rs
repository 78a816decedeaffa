//! A market whose sales are kept in a database.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::sql::Failure;
use cim_runtime::store::Store;

use super::super::Connection;
use crate::projections::{Line, Sell, Sold, Till, till};

/// What was sold, by goods and by till.
#[derive(Debug)]
pub struct Goods;

/// All lines.
#[value]
pub struct Lines;

/// The largest sale of a till.
#[value]
pub struct Largest(pub TillNumber);

pub type TillNumber = u32;

/// What the database cannot be asked.
#[value]
pub struct Nonsense;

#[projection(sql)]
impl Goods {
    #[reset]
    async fn tables(db: &mut Connection) -> sqlx::Result<()> {
        let tables = "
            DROP TABLE IF EXISTS lines;
            CREATE TABLE lines (
                goods TEXT PRIMARY KEY,
                count INTEGER NOT NULL,
                cents BIGINT NOT NULL
            );
            DROP TABLE IF EXISTS largest;
            CREATE TABLE largest (till TEXT PRIMARY KEY, cents BIGINT NOT NULL)";
        sqlx::raw_sql(tables).execute(db).await.map(drop)
    }

    #[on]
    async fn sold(db: &mut Connection, event: &Recorded<Sold>) -> Result<(), Failure> {
        let Sold { goods, cents } = &event.event;
        let line = "INSERT INTO lines (goods, count, cents) VALUES ($1, 1, $2)
            ON CONFLICT (goods) DO UPDATE
            SET count = lines.count + 1, cents = lines.cents + excluded.cents";
        sqlx::query(line).bind(goods).bind(i64::from(*cents)).execute(&mut *db).await?;
        let largest = "INSERT INTO largest (till, cents) VALUES ($1, $2)
            ON CONFLICT (till) DO UPDATE SET cents = excluded.cents
            WHERE largest.cents < excluded.cents";
        let largest = sqlx::query(largest).bind(event.aggregate_id()).bind(i64::from(*cents));
        largest.execute(&mut *db).await?;
        // What was written before it fails must not count.
        assert!(goods != "panic", "a bug in a projection");
        match &**goods {
            "fail" => Err("these goods are not known".into()),
            "null" => {
                let line = "INSERT INTO lines (goods, count, cents) VALUES ('x', NULL, 0)";
                sqlx::query(line).execute(db).await?;
                Ok(())
            }
            "swallow" => {
                // Nobody sees that it fails.
                let _ = sqlx::query("INSERT INTO nowhere VALUES (1)").execute(db).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[query]
    async fn lines(db: &mut Connection, _: Lines) -> sqlx::Result<Vec<(String, Line)>> {
        let lines = "SELECT goods, count, cents FROM lines ORDER BY goods";
        let lines: Vec<(String, i32, i64)> = sqlx::query_as(lines).fetch_all(db).await?;
        let line =
            |(goods, count, cents)| (goods, Line { count: count as u32, cents: cents as u64 });
        Ok(lines.into_iter().map(line).collect())
    }

    #[query]
    async fn largest(db: &mut Connection, of: Largest) -> Result<Option<i64>, Failure> {
        if of.0 > 1000 {
            return Err("there are not so many tills".into());
        }
        let largest = sqlx::query_scalar("SELECT cents FROM largest WHERE till = $1");
        Ok(largest.bind(of.0.to_string()).fetch_optional(db).await?)
    }

    #[query]
    async fn nonsense(db: &mut Connection, _: Nonsense) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT nothing FROM nowhere").fetch_one(db).await
    }
}

#[system(aggregates(Till), projections(Goods))]
#[derive(Debug)]
pub struct Market;

pub(crate) async fn sell<S>(market: &Handle<S>, goods: &str, cents: u32) -> Sent
where
    S: System + cim_runtime::system::Includes<Till>,
{
    market.send(&till(1), Sell { goods: goods.to_owned(), cents }).await.unwrap()
}

/// What the rows should be: a plain recomputation from what is stored.
pub(crate) async fn recomputed(store: &Arc<dyn Store>) -> Vec<(String, Line)> {
    let mut lines = crate::projections::recomputed(store).await;
    lines.retain(|(goods, _)| !["fail", "null", "panic"].contains(&&**goods));
    lines
}
