//~ what is unread is not folded
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct BookId(String);

#[aggregate(domain = "library", id = BookId)]
#[derive(Default)]
pub struct Book {
    reader: String,
}

#[command(Book)]
pub struct LendBook;

#[command(Book)]
pub struct TakeBack;

#[event(Book, unread)]
pub struct Lent {
    pub reader: String,
}

#[event(Book)]
pub struct Returned;

#[state_machine(initial Shelved, OnLoan)]
impl Book {
    #[transition(Shelved -> OnLoan)]
    fn lend(&self, _: LendBook) -> Lent {
        Lent { reader: String::new() }
    }

    #[transition(OnLoan -> Shelved)]
    fn take_back(&self, _: TakeBack) -> Returned {
        Returned
    }

    #[apply]
    fn lent(&mut self, event: &Lent) {
        self.reader = event.reader.clone();
    }
}

fn main() {}
