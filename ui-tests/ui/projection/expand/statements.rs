#[projection(sql)]
impl Sales {
    #[reset]
    async fn tables(db: &mut SqliteConnection) -> sqlx::Result<()> {
        sqlx::query("CREATE TABLE sales (day TEXT)").execute(db).await.map(drop)
    }

    #[on]
    async fn placed(db: &mut SqliteConnection, _: &Recorded<OrderPlaced>) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO sales VALUES ('today')").execute(db).await.map(drop)
    }

    #[on]
    async fn paid(_: &mut SqliteConnection, _: &Recorded<OrderPaid>) -> Result<(), Failure> {
        Err("not yet".into())
    }

    #[query]
    async fn sales(db: &mut SqliteConnection, _: Sold) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM sales").fetch_one(db).await
    }
}
