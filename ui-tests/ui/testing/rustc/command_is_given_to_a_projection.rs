//~ commands are sent, events have happened
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct BookId(String);

#[aggregate(domain = "library", id = BookId)]
#[derive(Default)]
pub struct Book {}

#[command(Book)]
pub struct LendBook;

#[event(Book)]
pub struct Lent;

#[state_machine(initial Shelved, terminal Gone)]
impl Book {
    #[transition(Shelved -> Gone)]
    fn lend(&self, _: LendBook) -> Lent {
        Lent
    }
}

#[derive(Tables)]
pub struct Loans {
    count: Table<BookId, u32>,
}

#[projection]
impl Loans {
    #[on]
    fn lent(&mut self, event: &Recorded<Lent>) {
        *self.count.get_or_default(&event.id()) += 1;
    }
}

fn main() {
    let _ = Loans::given(LendBook);
}
