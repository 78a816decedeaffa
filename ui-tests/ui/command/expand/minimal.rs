#[command(Order)]
pub struct CancelOrder {
    pub reason: String,
}
