/// Was called off.
#[event(Order, version = 2, upcast = v1::OrderCancelled, unread, crate = framework)]
#[derive(Clone)]
pub struct OrderCancelled {
    pub reason: String,
    pub by: Actor,
}
