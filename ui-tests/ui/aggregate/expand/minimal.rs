#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {
    lines: Vec<Line>,
}
