//~ commands are sent, events come of them
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct BookId(String);

#[aggregate(domain = "library", id = BookId)]
#[derive(Default)]
pub struct Book {}

#[command(Book)]
pub struct LendBook;

#[command(Book)]
pub struct TakeBack;

#[event(Book)]
pub struct Lent;

#[event(Book)]
pub struct Returned;

#[state_machine(initial Shelved, OnLoan)]
impl Book {
    #[transition(Shelved -> OnLoan)]
    fn lend(&self, _: LendBook) -> Lent {
        Lent
    }

    #[transition(OnLoan -> Shelved)]
    fn take_back(&self, _: TakeBack) -> Returned {
        Returned
    }
}

fn main() {
    Book::given(()).when(LendBook).then(LendBook);
}
