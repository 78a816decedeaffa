#[system(aggregates(Order, item::Item))]
pub struct Shop;
