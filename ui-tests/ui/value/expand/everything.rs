#[value]
pub enum Refused {
    Empty,
    Late(u32),
    Far(u32, u32),
    WrongAmount { due_cents: u64, r#type: Option<String> },
}

#[value]
pub struct Cents(u64);
