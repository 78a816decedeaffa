#[derive(Tables)]
pub struct OrderBook {
    orders: Table<OrderId, Summary>,
    r#in: InMemory<Index>,
}
