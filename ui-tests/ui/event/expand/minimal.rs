#[event(Order)]
pub struct OrderConfirmed;
