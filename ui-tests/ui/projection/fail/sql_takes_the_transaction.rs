//~ the framework has begun it
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Sales;

// Whatever a database is, none is reached.
pub struct Postgres;

mod sqlx {
    pub type Result<T> = std::result::Result<T, String>;
    pub struct Transaction<'a, D>(&'a D);
}

#[projection(sql)]
impl Sales {
    #[reset]
    async fn tables(db: &mut Postgres) -> sqlx::Result<()> {
        Ok(drop(db))
    }

    #[on]
    async fn placed(
        db: &mut sqlx::Transaction<'_, Postgres>,
        _: &Recorded<OrderPlaced>,
    ) -> sqlx::Result<()> {
        Ok(drop(db))
    }
}

fn main() {}
