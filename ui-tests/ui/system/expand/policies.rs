#[system(aggregates(Order), policies(pay_at_once))]
pub struct Shop;
