//~ nobody makes the tables
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Sales;

// Whatever a database is, none is reached.
pub struct SqliteConnection;

mod sqlx {
    pub type Result<T> = std::result::Result<T, String>;
}

#[projection(sql)]
impl Sales {
    #[on]
    async fn placed(db: &mut SqliteConnection, _: &Recorded<OrderPlaced>) -> sqlx::Result<()> {
        Ok(drop(db))
    }
}

fn main() {}
