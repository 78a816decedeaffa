// What is borrowed becomes `'static`, or rustc would ask for a lifetime.
#[event(Order)]
pub struct OrderCancelled<'a> {
    pub reason: &'a str,
    pub lines: Vec<&'a [u8]>,
}
