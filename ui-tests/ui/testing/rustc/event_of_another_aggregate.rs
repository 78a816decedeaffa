//~ a shelf has a history of its own
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

#[aggregate(domain = "library", id = BookId)]
#[derive(Default)]
pub struct Shelf {}

#[command(Shelf)]
pub struct Dust;

#[event(Shelf)]
pub struct Dusted;

#[state_machine(initial Dusty)]
impl Shelf {
    #[transition(Dusty)]
    fn dust(&self, _: Dust) -> Dusted {
        Dusted
    }
}

fn main() {
    Book::given((Lent, Dusted));
}
