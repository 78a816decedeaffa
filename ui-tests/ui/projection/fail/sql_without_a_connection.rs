//~ the statements would run elsewhere
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
    #[reset]
    async fn tables(db: &mut SqliteConnection) -> sqlx::Result<()> {
        Ok(drop(db))
    }

    #[on]
    async fn placed(event: &Recorded<OrderPlaced>) -> sqlx::Result<()> {
        Ok(drop(event))
    }
}

fn main() {}
