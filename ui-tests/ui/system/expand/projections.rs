#[system(aggregates(Order, Item), projections(OrderBook, stock::Stock))]
pub struct Shop;
