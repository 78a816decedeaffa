#[derive(DomainId)]
pub struct OrderId(String);
